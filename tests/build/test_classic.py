"""The classic builder's files, where they are others than BuildKit's."""

import io
import tarfile

import pytest

from restow.build import Context, read_context, simulate
from restow.build.rebuild import OneBuild, rebuild
from restow.semantics.scope import is_known
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File


def directory(**children):
    return Directory(Attributes(0o755), children)


FILE = File(Attributes(0o644), Content.of(b"a"))
CONTEXT = Context(directory(a=FILE, d=directory(x=FILE)), "a test")


def both(lines):
    """The filesystems that BuildKit and the classic builder leave."""
    tree = parse(f"FROM scratch\n{lines}\n")
    simulations = [simulate(tree, CONTEXT, builder=builder) for builder in ("buildkit", "classic")]
    assert [one.unknown for one in simulations] == [(), ()]
    return [one.target.filesystem for one in simulations]


def test_what_a_run_writes_into_a_volume_is_lost() -> None:
    buildkit, classic = both("VOLUME /data /v/w\nCOPY a /data/a\nRUN rm /data/a && mkdir /data/new /kept")
    assert (buildkit.lookup("/data/a"), buildkit.lookup("/v")) == (None, None)
    assert isinstance(classic.lookup("/data/a"), File)
    assert isinstance(classic.lookup("/v/w"), Directory), "the engine makes it for the RUN"
    assert classic.lookup("/data/new") is None
    assert isinstance(classic.lookup("/kept"), Directory)


@pytest.mark.parametrize("line", ["ENV A=1", "ARG A", "CMD x", "VOLUME /v", "ONBUILD RUN x", 'SHELL ["a"]', "USER 5"])
def test_a_working_directory_is_made_again_by_what_is_committed(line) -> None:
    buildkit, classic = both(f"WORKDIR /w\nRUN rm -rf /w\n{line}")
    assert buildkit.lookup("/w") is None
    made = classic.lookup("/w")
    assert isinstance(made, Directory)
    assert (made.attributes, dict(made.children)) == (Attributes(0o755), {})


@pytest.mark.parametrize("line", ["ENV A=1", "ONBUILD RUN x", "RUN true"])
def test_a_working_directory_that_a_file_replaced_cannot_be_made(line) -> None:
    tree = parse(f"FROM scratch\nWORKDIR /w/a\nCOPY a /w\n{line}\n")
    steps = simulate(tree, CONTEXT, builder="classic").target.steps
    assert steps[-1].error == "mkdir /w/a: not a directory"


def test_a_directory_that_is_left_out_itself_is_no_entry(tmp_path) -> None:
    """Docker 26.1: the mode of such a directory is not the folder's, and a COPY of it misses the cache."""
    (tmp_path / "d").mkdir(mode=0o700)
    (tmp_path / "d" / "x").write_text("x")
    tree, contexts = parse("FROM scratch\nCOPY . /c\n"), []
    for text in (".dockerignore\n", ".dockerignore\nd\n!d/x\n"):
        (tmp_path / ".dockerignore").write_text(text)
        contexts.append(read_context(tmp_path, hashed=True))
    buildkit, classic = ([simulate(tree, one, builder=name) for one in contexts] for name in ("buildkit", "classic"))
    modes = [one.target.filesystem.lookup("/c/d").attributes.mode for one in (*buildkit, *classic)]
    assert modes[:3] == [0o700] * 3
    assert isinstance(modes[3], str), "nobody knows it"
    for simulations, builder, outcome in ((buildkit, "buildkit", "hit"), (classic, "classic", "miss")):
        done = rebuild(OneBuild(simulations[0]), OneBuild(simulations[1]), builder)
        assert [step.outcome for step in done.stages[0].steps] == [outcome]


def test_a_copy_makes_no_working_directory() -> None:
    for found in both("WORKDIR /w\nRUN rm -rf /w\nCOPY a /a"):
        assert found.lookup("/w") is None


def test_an_archive_keeps_its_owners_whatever_chown_says() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("in")
        info.type, info.mode, info.uid, info.gid = tarfile.DIRTYPE, 0o750, 3, 4
        archive.addfile(info)
    context = Context(directory(**{"t.tar": File(Attributes(0o644), Content.of(stream.getvalue()))}), "a test")
    tree = parse("FROM scratch\nADD --chown=5:7 t.tar /x/\n")
    found = simulate(tree, context, builder="classic").target.filesystem
    assert found.lookup("/x").attributes == Attributes(0o755, 0, 0)
    assert found.lookup("/x/in").attributes == Attributes(0o750, 3, 4)


def test_a_volume_that_is_declared_later_keeps_what_was_written() -> None:
    buildkit, classic = both("RUN mkdir -p /data/new\nVOLUME /data")
    assert buildkit.digest == classic.digest


def test_workdir_belongs_to_root_and_is_written_clean() -> None:
    buildkit, classic = both("USER 5:6\nWORKDIR /w/")
    assert [one.lookup("/w").attributes.uid for one in (buildkit, classic)] == [5, 0]
    tree = parse("FROM scratch\nWORKDIR /w/x/../\n")
    state = simulate(tree, CONTEXT, builder="classic").target.state
    assert state.configuration["WorkingDir"] == "/w"


@pytest.mark.parametrize(("source", "above"), [("d", 0), ("a", 7)])
def test_the_owner_of_what_is_above_a_copied_directory(source, above) -> None:
    buildkit, classic = both(f"COPY --chown=7 {source} /p/q/r")
    assert [one.lookup("/p/q").attributes.uid for one in (buildkit, classic)] == [7, above]
    assert classic.lookup("/p/q/r").attributes.uid == 7


def test_a_pattern_without_a_match_fails() -> None:
    step = simulate(parse("FROM scratch\nCOPY *.none /x/\n"), CONTEXT, builder="classic").target.steps[0]
    assert "*.none" in step.error
    step = simulate(parse("FROM scratch\nCOPY *.none a /x/\n"), CONTEXT, builder="classic").target.steps[0]
    assert step.error is None, "another source is enough"


def test_build_arguments_end_with_their_stage() -> None:
    tree = parse("FROM scratch AS s\nARG V=1\nENV A=2\nFROM s\nLABEL l=$A$V\n")
    for builder, label in (("buildkit", "21"), ("classic", "2")):
        assert simulate(tree, CONTEXT, builder=builder).target.state.configuration["Labels"] == {"l": label}


def test_an_arg_without_a_value_takes_away_the_one_before() -> None:
    tree = parse("FROM scratch\nARG V=1\nARG V\nLABEL l=$V\n")
    for builder, known in (("buildkit", True), ("classic", False)):
        label = simulate(tree, CONTEXT, builder=builder).target.state.configuration["Labels"]["l"]
        assert is_known(label) is known


def test_a_base_image_that_is_not_at_hand_may_have_volumes() -> None:
    (_, reason), *_ = simulate(parse("FROM debian\nRUN mkdir /x\n"), CONTEXT, builder="classic").unknown
    assert "volumes" in reason


def test_a_command_without_words() -> None:
    tree = parse("FROM scratch\nCMD\n")
    for builder, words in (("buildkit", ["/bin/sh", "-c", ""]), ("classic", ["/bin/sh", "-c"])):
        assert simulate(tree, CONTEXT, builder=builder).target.state.configuration["Cmd"] == words


def left(lines):
    """What the classic builder leaves."""
    return simulate(parse(f"FROM scratch\n{lines}\n"), CONTEXT, builder="classic").target


def test_a_file_and_a_directory_replace_each_other() -> None:
    assert isinstance(left("COPY d /x/a/\nCOPY a /x/").filesystem.lookup("/x/a"), File)
    assert isinstance(left("COPY d /x/d/x/\nCOPY d /x/d/").filesystem.lookup("/x/d/x"), File)
    step = left("COPY a /x/\nCOPY d /x/a/").steps[-1]
    assert step.error, "a directory is not put where a file is named"


def test_a_healthcheck_inherits_options() -> None:
    lines = "HEALTHCHECK --interval=5s --retries=2 CMD a\nHEALTHCHECK --interval=1s CMD b\nHEALTHCHECK NONE"
    expected = {"Test": ["NONE"], "Interval": 1_000_000_000, "Retries": 2}
    assert left(lines).state.configuration["Healthcheck"] == expected


def test_a_healthcheck_that_leaves_out_an_option_is_never_found() -> None:
    first = "HEALTHCHECK --interval=5s CMD a\n"
    for second, outcome in (("HEALTHCHECK CMD b", "miss"), ("HEALTHCHECK --interval=1s CMD b", "hit")):
        tree = parse(f"FROM scratch\n{first}{second}\nENV A=1\n")
        build = OneBuild(simulate(tree, CONTEXT, builder="classic"))
        steps = rebuild(build, build, "classic").stages[0].steps
        assert [step.outcome for step in steps] == ["hit", outcome, outcome]


def test_a_pattern_without_a_match_in_a_stage_fails() -> None:
    tree = parse("FROM scratch AS s\nCOPY d /d\nFROM scratch\nCOPY --from=s /d/*.none /x/\n")
    assert simulate(tree, CONTEXT).target.steps[0].error is None
    assert "no source files" in simulate(tree, CONTEXT, builder="classic").target.steps[0].error
