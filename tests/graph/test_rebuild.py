"""Hit or miss for each step of a second build, and the reason of a miss."""

import pytest

from restow.build import Context, simulate
from restow.build.cache_changes import as_sent, changed_paths, select, with_changed_content, with_texts
from restow.build.cache_operations import BuildOptions
from restow.build.rebuild import OneBuild, rebuild
from restow.errors import UsageError
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File, Symlink
from restow.vfs.ignorefile import IgnoreFile


def folder(children, mode=0o755):
    nodes = {name: folder(child) if isinstance(child, dict) else node(child) for name, child in children.items()}
    return Directory(Attributes(mode), nodes)


def node(value):
    return File(Attributes(0o644), Content.of(value.encode())) if isinstance(value, str) else value


FILES = {"a": "a", "b": "b", "d": {"x.py": "x", "y.py": "y", "e": {"z.py": "z"}}, "link": Symlink("a")}


def context_of(files=FILES):
    return Context(folder(files), "a test")


def built(text, context=None, **options):
    simulation = simulate(parse(text), context or context_of(), arguments=options.pop("arguments", {}))
    return OneBuild(simulation, **options)


def outcomes(first, second, builder="buildkit"):
    """H or M for each step of the stages that are built, and - for instructions that make none."""
    letters = {"hit": "H", "miss": "M", "no step": "-"}
    done = rebuild(first, second, builder)
    return "".join(letters[step.outcome] for stage in done.stages if stage.built for step in stage.steps)


def misses(first, second, builder="buildkit"):
    done = rebuild(first, second, builder)
    return [
        (step.miss.kind, step.miss.text) for stage in done.stages for step in stage.steps if step.miss and stage.built
    ]


APP = "FROM x\nENV E=1\nWORKDIR /app\nCOPY a .\nRUN one\nLABEL l=1\nCOPY d d\nRUN two\n"


def changed(text, *paths):
    return built(text), built(text, with_changed_content(context_of(), paths))


def test_nothing_changed() -> None:
    assert outcomes(built(APP), built(APP)) == "-HHH-HH"
    assert outcomes(built(APP), built(APP), "classic") == "HHHHHHH"
    assert misses(built(APP), built(APP)) == []


def test_a_changed_file_misses_from_its_copy_on() -> None:
    assert outcomes(*changed(APP, "d/e/z.py")) == "-HHH-MM"
    assert misses(*changed(APP, "d/e/z.py", "d/x.py")) == [
        ("files", "d/e/z.py and 1 more changed"),
        ("below", "line 7 before it misses"),
    ]
    assert outcomes(*changed(APP, "b")) == "-HHH-HH"


@pytest.mark.parametrize(
    ("old", "new", "buildkit", "classic", "reason"),
    [
        ("E=1", "E=2", "-HHM-MM", "MMMMMMM", ("variable", "the variable E was '1' and is '2'")),
        ("l=1", "l=2", "-HHH-HH", "HHHHMMM", None),
        ("RUN one", "RUN three", "-HHM-MM", "HHHMMMM", ("instruction", "another command")),
        ("RUN two", "USER 1\nRUN two", "-HHH-H-M", "HHHHHHMM", ("instruction", "another user")),
        ("COPY a .", "COPY a ./", "-HHH-HH", "HHMMMMM", None),
        ("COPY a .", "COPY a b", "-HMM-MM", "HHMMMMM", ("instruction", "another destination")),
        ("COPY a .", "ADD a .", "-HMM-MM", "HHMMMMM", ("instruction", "another instruction")),
        ("/app", "/app/", "-HHM-MM", "HMMMMMM", ("instruction", "another working directory")),
        ("RUN one", "WORKDIR /z\nRUN one", "-HHMM-MM", "HHHMMMMM", ("new", "there was no such step here")),
        ("FROM x", "FROM y", "-MMM-MM", "MMMMMMM", ("base", "the base image y is another one")),
    ],
)
def test_an_edited_dockerfile(old, new, buildkit, classic, reason) -> None:
    second = APP.replace(old, new, 1)
    assert outcomes(built(APP), built(second)) == buildkit
    assert outcomes(built(APP), built(second), "classic") == classic
    if reason is not None:
        assert misses(built(APP), built(second))[0] == reason


def test_an_argument_without_a_value_is_free() -> None:
    second = APP.replace("ENV", "ARG NEW\nENV")
    assert outcomes(built(APP), built(second)) == "--HHH-HH"
    assert outcomes(built(APP), built(second, arguments={"NEW": "1"})) == "--HHM-MM"
    assert outcomes(built(APP), built(APP.replace("ENV", "ARG TARGETARCH\nENV"))) == "--HHM-MM"


STAGES = "FROM scratch AS s\nCOPY a /a\nCOPY b /b\nFROM x AS unused\nRUN u\nFROM x\nCOPY --from=s /b /b\nRUN last\n"


def test_a_stage_that_gives_the_same_is_a_hit() -> None:
    assert outcomes(*changed(STAGES, "a")) == "MMHH"
    assert outcomes(*changed(STAGES, "b")) == "HMMM"
    assert misses(*changed(STAGES, "b"))[1] == ("stage", "/b of stage s holds something else")


def test_what_a_program_may_have_written_counts_as_changed() -> None:
    text = "FROM x AS s\nCOPY a /a\nRUN make\nFROM x\nCOPY --from=s /o /o\n"
    assert misses(*changed(text, "a"))[-1] == ("stage", "/o of stage s may hold something else")


def test_what_a_program_may_have_written_before_counts_as_changed() -> None:
    text = "FROM x AS s\nCOPY a /o/a\nRUN make\nFROM x\nCOPY --from=s /o/a /o\n"
    found = misses(built(text), built(text.replace("RUN make\n", "")))
    assert found[-1] == ("stage", "/o/a of stage s may hold something else")


def test_link_hits_on_a_changed_base_and_what_follows_does_not() -> None:
    text = "FROM x\nRUN one\nCOPY --link a /a\nRUN two\n"
    assert outcomes(built(text), built(text.replace("one", "three"))) == "MHM"
    plain = "FROM x\nRUN one\nCOPY --link --chmod=600 a /a\nRUN two\n"
    assert outcomes(built(plain), built(plain.replace("one", "three"))) == "MMM"


def test_link_on_an_empty_filesystem_is_a_plain_copy() -> None:
    """Found by comparing with the real engine (seed 62): there is nothing to merge the layer into."""
    text = "FROM scratch\nCOPY --link a /a\nCOPY b /b\n"
    assert outcomes(built(text), built(text.replace("--link ", ""))) == "HH"


def test_a_relative_workdir_on_an_unknown_base() -> None:
    """Found by comparing with the real engine (seed 1088): the directory of the base image is not known, but it is the same."""
    text = "FROM x\nWORKDIR app\nCOPY a .\nWORKDIR more\nRUN one\n"
    assert outcomes(*changed(text, "b")) == "HHHH"
    assert outcomes(*changed(text, "a")) == "HMMM"
    assert outcomes(*changed(text, "b"), "classic") == "HHHH"


@pytest.mark.parametrize(
    "line", ["EXPOSE $V", "USER $V", "VOLUME /$V", "STOPSIGNAL $V", "LABEL l=$V", "ENV E=$V", "WORKDIR /$V"]
)
def test_the_classic_builder_expands_before_it_looks(line) -> None:
    text = f"FROM x\nARG V\n{line}\n"
    assert outcomes(built(text, arguments={"V": "1"}), built(text, arguments={"V": "2"}), "classic") == "HM"
    assert outcomes(built(text, arguments={"V": "1"}), built(text, arguments={"V": "1"}), "classic") == "HH"


def test_the_classic_builder_builds_every_stage() -> None:
    assert outcomes(built(STAGES), built(STAGES), "classic") == "HHHHH"
    assert outcomes(*changed(STAGES, "a"), "classic") == "MMHHH"


def test_a_build_of_one_stage() -> None:
    assert outcomes(built(STAGES, target="s"), built(STAGES)) == "HHMM"
    assert outcomes(built(STAGES), built(STAGES, target="unused")) == "M"
    with pytest.raises(UsageError, match="no stage called nothing"):
        rebuild(built(STAGES), built(STAGES, target="nothing"))


def test_a_first_build_that_failed_leaves_what_it_finished() -> None:
    assert outcomes(built(APP, stopped=(0, 3)), built(APP)) == "-HHM-MM"
    assert outcomes(built(STAGES, stopped=(0, 1)), built(STAGES)) == "HMMM"


def test_options() -> None:
    for one in (
        BuildOptions(hostname="h"),
        BuildOptions(network="none"),
        BuildOptions(shm_size="1"),
        BuildOptions(platform="p"),
    ):
        assert "M" in outcomes(built(APP), built(APP, options=one))
    renewed = BuildOptions(no_cache=frozenset("*"))
    assert outcomes(built(APP), built(APP, options=renewed)) == "-HMM-MM"
    assert outcomes(built(APP), built(APP, options=renewed), "classic") == "MMMMMMM"
    tags = BuildOptions(images=(("x", "digest"), ("y", "digest")))
    assert outcomes(built(APP, options=tags), built(APP.replace("FROM x", "FROM y"), options=tags)) == "-HHH-HH"


def test_link_hits_on_a_stage_that_is_built_without_the_cache() -> None:
    """Found by comparing with the real engine (seed 100321)."""
    text = "FROM x AS s\nRUN one\nFROM s\nCOPY --link a /a\nCOPY b /b\n"
    assert outcomes(built(text), built(text, options=BuildOptions(no_cache=frozenset(["s"])))) == "MHM"


def test_network_default_is_no_network_of_its_own() -> None:
    text = "FROM x\nRUN --network={} one\n"
    assert outcomes(built("FROM x\nRUN one\n"), built(text.format("default"))) == "H"
    assert outcomes(built("FROM x\nRUN one\n"), built(text.format("none"))) == "M"


def test_parents_that_are_not_simulated_still_follow_their_files() -> None:
    text = "FROM x\nCOPY --parents d/e/z.py /\nCOPY --parents **/x.py /\n"
    assert outcomes(*changed(text, "d/e/z.py")) == "MM"
    assert outcomes(*changed(text, "d/y.py"))[0] == "H"


def test_select() -> None:
    context = context_of()
    assert select(context, ["a"]).paths == ("a",)
    assert select(context, ["./d/"]).paths == ("d/x.py", "d/y.py", "d/e/z.py")
    assert select(context, ["d/*.py", "a"]).paths == ("d/x.py", "d/y.py", "a")
    assert select(context, ["**/*.py"]).paths == ("d/x.py", "d/y.py", "d/e/z.py")
    assert select(context, ["."]).paths == ("a", "b", "d/x.py", "d/y.py", "d/e/z.py", "link")
    assert select(context, ["a", "nothing", "*.md"]).missing == ("nothing", "*.md")


def test_select_tells_an_ignored_file_from_a_missing_one(tmp_path) -> None:
    (tmp_path / "note.md").write_text("")
    context = Context(folder({}), "a test", tmp_path, IgnoreFile.parse("*.md\n"))
    found = select(context, ["note.md", "other.md"])
    assert (found.ignored, found.missing) == (("note.md",), ("other.md",))


def test_an_edited_file_takes_its_hard_links_with_it() -> None:
    one = File(Attributes(0o644), Content.of(b"1"), link_group="inode")
    context = context_of({"a": one, "d": {"b": one}, "c": "1"})
    after = with_changed_content(context, ["a"])
    assert list(changed_paths(context.root, after.root)) == ["a", "d/b"]


def test_a_changed_mode_of_a_directory_is_not_sent() -> None:
    before, after = context_of(), context_of()
    nodes = {**after.root.children, "d": folder(FILES["d"], 0o700)}
    after = Context(Directory(Attributes(0o755), nodes), "a test")
    text = "FROM x\nCOPY d /d\n"
    assert outcomes(built(text, before), built(text, as_sent(before, after))) == "H"
    assert outcomes(built(text, before), built(text, after)) == "M"


def test_bytes_that_are_not_sent() -> None:
    before = context_of()
    after = with_changed_content(before, ["a", "b"])
    assert list(changed_paths(before.root, as_sent(before, after, ["a"]).root)) == ["b"]


def test_texts_of_files_that_the_context_holds() -> None:
    context = with_texts(context_of(), {"a": "new", "nothing": "new"})
    assert list(changed_paths(context_of().root, context.root)) == ["a"]


def test_changed_paths() -> None:
    before = folder({"same": "s", "old": "o", "d": {"x": "x"}, "kind": "f"})
    after = folder({"same": "s", "d": {"x": "y", "empty": {}}, "kind": {"f": "f"}, "new": {"n": "n"}})
    assert list(changed_paths(before, after)) == ["d/empty", "d/x", "kind", "new/n", "old"]


def test_add_of_a_here_document_alone_is_a_copy() -> None:
    """Found by comparing with the real engine (seed 5159): nothing of it could be unpacked."""
    text = "FROM x\n{} <<{} {} /d/\none\nEND\n"
    assert outcomes(built(text.format("COPY", "END", "")), built(text.format("ADD", "'END'", ""))) == "H"
    assert outcomes(built(text.format("COPY", "END", "a")), built(text.format("ADD", "END", "a"))) == "M"
    assert outcomes(built(text.format("COPY", "END", "a")), built("FROM x\nCOPY a <<END /d/\none\nEND\n")) == "H"


def test_files_of_a_stage_that_hits_are_the_same_files() -> None:
    """The simulation tells the two downloads apart by a flag that no key holds; the stage is one and the same."""
    text = "FROM x AS s\n{}RUN make\nFROM x\nCOPY --from=s /o /o\nRUN --mount=from=s,target=/s two\n"
    assert outcomes(built(text.format("")), built(text.format("LABEL a=1\nEXPOSE 80\n"))).replace("-", "") == "HHH"
    cache = text.replace("RUN make", "RUN --mount=type=cache,id={},target=/c make").format("", "{}")
    assert outcomes(built(cache.format("1")), built(cache.format("2"))) == "HHH"
