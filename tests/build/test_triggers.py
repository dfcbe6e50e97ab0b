"""Triggers of ONBUILD run in the stage that is built on the image that holds them."""

from restow.build import context_of_listing, simulate
from restow.build.keys import cache_keys
from restow.oci.image_config import ImageConfig
from restow.oci.platform import Platform
from restow.syntax import parse
from restow.vfs import Filesystem


class Base:
    platform = Platform("linux", "amd64")
    filesystem = Filesystem.empty()

    def __init__(self, *triggers, **config):
        self.config = ImageConfig(on_build=triggers, **config)


def build(text, *files, images=None, builder="buildkit"):
    entries = [(path, 0o100644, identity, 1) for path, identity in files]
    context = context_of_listing(entries)
    return simulate(parse(text), context, images=images or {}, builder=builder)


def same(left, right):
    one, other = left.target, right.target
    assert one.filesystem.digest == other.filesystem.digest
    assert one.state.configuration == other.state.configuration
    assert one.state.directory == other.state.directory


def test_as_if_written_in_the_child():
    triggered = build(
        "FROM scratch AS b\nWORKDIR /w\nONBUILD COPY a .\nONBUILD ENV K=v\nFROM b\nCOPY a /$K\n", ("a", "1")
    )
    same(triggered, build("FROM scratch AS b\nWORKDIR /w\nFROM b\nCOPY a .\nENV K=v\nCOPY a /$K\n", ("a", "1")))
    assert [step.instruction.kind for step in triggered.target.triggers] == ["copy", "env"]
    assert triggered.unknown == ()


def test_only_in_the_child_and_not_below_it():
    built = build("FROM scratch AS b\nONBUILD COPY a /x/\nFROM b AS c\nFROM c\nCOPY a /y/\n", ("a", "1"))
    assert built.stages[0].filesystem.lookup("/x") is None
    assert built.stages[1].filesystem.lookup("/x/a") is not None
    assert built.target.triggers == ()
    assert "OnBuild" in built.stages[0].state.configuration
    assert "OnBuild" not in built.target.state.configuration


def test_of_a_base_image_at_hand():
    images = {"parent": Base('CMD ["hello"]', 'ENTRYPOINT ["echo"]', "WORKDIR /w", "COPY --from=src /a .")}
    built = build("FROM scratch AS src\nCOPY a /\nFROM parent\n", ("a", "1"), images=images)
    assert built.target.filesystem.lookup("/w/a") is not None
    assert built.target.state.configuration["Entrypoint"] == ["echo"]
    assert "OnBuild" not in built.target.state.configuration


def test_what_a_trigger_reads_is_needed_by_the_child():
    built = build("FROM scratch AS src\nFROM scratch AS b\nONBUILD COPY --from=src / /\nFROM b\n")
    assert built.model.needed_by(built.model.stages[2]) == {0, 1, 2}


def test_one_that_is_not_computed_is_told_at_from():
    built = build("FROM parent\n", images={"parent": Base("COPY --from=9 /a /")})
    assert [node.kind for node, _ in built.unknown] == ["from"]
    assert built.target.triggers[0].error


def test_one_that_cannot_be_read_leaves_nothing_known():
    built = build("FROM parent\n", images={"parent": Base("FROM x")})
    assert built.target.filesystem.root.rest is not None
    assert "Unknown" in built.target.state.configuration


def test_another_escape_character_leaves_nothing_known():
    built = build("# escape=`\nFROM scratch AS b\nONBUILD COPY a /x/\nFROM b\n", ("a", "1"))
    assert built.target.filesystem.root.rest is not None


def test_keys_hold_what_triggers_read():
    text = "FROM scratch AS b\nONBUILD COPY a /x/\nFROM b\nCOPY c /\n"
    for builder in ("buildkit", "classic"):
        keys = [
            cache_keys(build(text, ("a", a), ("c", c), builder=builder), builder)[2 - 1, 0]
            for a, c in (("1", "1"), ("2", "1"), ("1", "1"))
        ]
        assert keys[0] == keys[2] != keys[1]
    written = build("FROM scratch AS b\nFROM b\nCOPY a /x/\nCOPY c /\n", ("a", "1"), ("c", "1"))
    assert cache_keys(written)[1, 1] == cache_keys(build(text, ("a", "1"), ("c", "1")))[1, 0]
