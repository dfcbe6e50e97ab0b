"""COPY and ADD: destinations, owners and modes, patterns, exclusions, here-documents, other images."""

import pytest

from restow.vfs import Attributes, Content, Directory, File, Symlink, Unknown

PLAIN = (0o755, 0, 0)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("COPY a /f", {"/f": b"a"}),
        ("COPY a /f/", {"/f": PLAIN, "/f/a": b"a"}),
        ("COPY a /p/q/f", {"/p": PLAIN, "/p/q": PLAIN, "/p/q/f": b"a"}),
        ("COPY a b /f", {"/f": b"b"}),
        ("COPY a b /f/", {"/f": PLAIN, "/f/a": b"a", "/f/b": b"b"}),
        ("COPY a b /", {"/a": b"a", "/b": b"b"}),
        ("COPY *.txt /f/", {"/f": PLAIN, "/f/t.txt": b"t"}),
        ("COPY [ab] /f/", {"/f": PLAIN, "/f/a": b"a", "/f/b": b"b"}),
        ("COPY nothing* /f/", {}),
        ("COPY ../a /f", {"/f": b"a"}),
        ("COPY d/sub /s", {"/s": PLAIN, "/s/y": b"y", "/s/z.go": b"z"}),
        ("COPY link /f", {"/f": b"a"}),
        ("WORKDIR /w\nCOPY a .", {"/w": PLAIN, "/w/a": b"a"}),
        ("WORKDIR /w\nCOPY a f", {"/w": PLAIN, "/w/f": b"a"}),
        ("WORKDIR /w\nCOPY a ../f", {"/w": PLAIN, "/f": b"a"}),
        ("COPY a /f\nCOPY b /f", {"/f": b"b"}),
    ],
)
def test_destinations(listed, lines, expected) -> None:
    assert listed(lines) == expected


def test_links_inside_of_a_folder_stay_links(built) -> None:
    assert built("COPY d /e").lookup("/e/inner") == Symlink("x")


def test_a_link_at_the_destination_is_followed(listed) -> None:
    files = {"t": {"real": {"k": b"k"}, "lnk": Symlink("real")}, "a": b"a"}
    assert listed("COPY t /\nCOPY a /lnk", files)["/real/a"] == b"a"


def test_link_option_replaces_a_link_of_the_image(listed) -> None:
    files = {"t": {"real": {}, "lnk": Symlink("real")}, "a": b"a"}
    found = listed("COPY t /\nCOPY --link a /lnk/", files)
    assert (found["/lnk"], found["/lnk/a"], found["/real"]) == (PLAIN, b"a", PLAIN)
    assert "/real/a" not in found


def test_link_option_resets_the_directories_above(listed) -> None:
    lines = "COPY --chown=5:5 --chmod=711 d /x\nCOPY {} a /x/sub/"
    mode = "?chmod:457"  # of directories made for the path, where releases differ
    assert listed(lines.format(""))["/x"] == (mode, 5, 5)
    assert listed(lines.format("--link"))["/x"] == PLAIN
    assert listed(lines.format("--link --chmod=644"))["/x"] == (mode, 5, 5)


def test_an_existing_subdirectory_takes_the_attributes_of_the_source_and_the_top_one_does_not(listed) -> None:
    found = listed("COPY --chown=5:5 d /x\nCOPY d /x")
    assert (found["/x"], found["/x/sub"]) == ((0o755, 5, 5), PLAIN)


@pytest.mark.parametrize(
    ("flags", "owner"),
    [("--chown=5", (5, 5)), ("--chown=5:6", (5, 6)), ("--chown=5:", (5, 0)), ("--chown=root", (0, 0))],
)
def test_chown(built, flags, owner) -> None:
    found = built(f"COPY {flags} a /n/f")
    for path in ("/n", "/n/f"):
        attributes = found.lookup(path).attributes
        assert (attributes.uid, attributes.gid) == owner


@pytest.mark.parametrize(
    ("chmod", "file", "folder"),
    [
        ("640", 0o640, "?chmod:416"),
        ("4755", 0o4755, 0o755),
        ("1777", 0o1777, "?chmod:511"),
        ("666", 0o666, "?chmod:438"),
    ],
)
def test_chmod_of_a_number(built, chmod, file, folder) -> None:
    found = built(f"COPY --chmod={chmod} a /n/f")
    assert (found.lookup("/n/f").attributes.mode, found.lookup("/n").attributes.mode) == (file, folder)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("COPY --chmod=99 a /", "octal"),
        ("COPY --chmod=10000 a /", "octal"),
        ("COPY --chmod=abc a /", "no mode"),
        ("COPY [a /", "bracket"),
        ("COPY --from=1 a /", "stage"),
        ("COPY --from=scratch a /", "lstat /a"),
        ("COPY $X /", "not known"),
        ("COPY d /e\nCOPY a /e/sub/y/", "not a directory"),
        ("COPY a /e\nCOPY d /e", "directory"),
    ],
)
def test_what_is_refused_or_not_computed_is_unknown_with_its_reason(build, line, reason) -> None:
    (_, said), *_ = build(f"FROM scratch\nARG X\n{line}\n").unknown
    assert reason in said


def test_missing_sources_are_an_error_even_beside_others(build) -> None:
    steps = build("FROM scratch\nCOPY a gone /x/\nCOPY gone* /x/\n").target.steps
    assert "gone" in steps[0].error
    assert steps[1].error is None


def test_without_a_context_a_copy_is_unknown(build) -> None:
    assert "no build context" in build("FROM scratch\nCOPY a /\n", None).unknown[0][1]


def test_exclude_is_relative_to_the_copied_folder(listed) -> None:
    assert set(listed("COPY --exclude=**/*.go d /e")) == {"/e", "/e/x", "/e/sub", "/e/sub/y", "/e/inner"}
    assert "/e/sub/z.go" in listed("COPY --exclude=*.go d /e")
    assert set(listed("COPY --exclude=sub --exclude=!sub/y d /e")) == {"/e", "/e/x", "/e/sub", "/e/sub/y", "/e/inner"}
    assert listed("COPY --exclude=a a /e/")["/e/a"] == b"a"


def test_heredocs(listed) -> None:
    assert listed('ARG X=1\nCOPY <<E /f\n$X \\$X "q" \\\\\nE\n')["/f"] == b'1 $X "q" \\\n'
    assert listed("ARG X=1\nCOPY <<'E' /f\n$X\nE\n")["/f"] == b"$X\n"
    assert listed("COPY <<-E /f\n\t\tx\nE\n")["/f"] == b"x\n"
    assert set(listed("COPY <<one <<two /d/\n1\none\n2\ntwo\n")) == {"/d", "/d/one", "/d/two"}


def test_a_heredoc_with_an_unknown_value_has_no_bytes(built) -> None:
    content = built("ARG X\nCOPY <<E /f\n$X\nE\n").lookup("/f").content
    assert content.data is None
    assert content.identity.startswith("term:")


def test_add_unpacks_by_content_and_not_by_name(built) -> None:
    tar = b"f" + bytes(256) + b"ustar" + bytes(300)
    files = {"x": tar, "y.tar": b"plain"}
    assert isinstance(built("ADD x /d/", files).lookup("/d"), Unknown)
    assert built("ADD y.tar /d/", files).lookup("/d/y.tar").content.data == b"plain"
    assert built("COPY x /d/", files).lookup("/d/x").content.data == tar
    assert built("ADD --unpack=false x /d/", files).lookup("/d/x").content.data == tar


def test_other_archives_leave_another_term(built) -> None:
    first = built("ADD x.tar /d/", {"x.tar": File(Attributes(0o644), Content("blob:1"))})
    second = built("ADD x.tar /d/", {"x.tar": File(Attributes(0o644), Content("blob:2"))})
    assert first.digest != second.digest


def test_what_is_fetched_is_unknown_at_its_place_alone(built) -> None:
    found = built("COPY a /a\nADD https://example.org/x /d/x")
    assert found.lookup("/a").content.data == b"a"
    assert isinstance(found.lookup("/d/x"), Unknown)


def test_copy_from_a_stage_keeps_owners_and_is_not_the_base_images_place(build) -> None:
    text = "FROM scratch AS s\nCOPY --chown=5:6 a /p/f\nFROM scratch\nCOPY --from=s /p /q\n"
    assert build(text).target.filesystem.lookup("/q/f").attributes == Attributes(0o644, 5, 6)
    text = "FROM alpine AS s\nFROM alpine\nCOPY --from=s /x /y\n"
    found = build(text).target.filesystem
    assert found.lookup("/y").digest != found.lookup("/x").digest


def test_a_file_goes_into_a_standard_directory_of_an_unknown_base(built) -> None:
    found = built("COPY a /usr/local/bin", base="alpine")
    assert isinstance(found.lookup("/usr/local/bin"), Directory)
    assert isinstance(found.lookup("/usr/local/bin/a"), File)


def test_a_pattern_over_a_stage_matches_what_is_known_there(build) -> None:
    result = build("FROM scratch AS s\nCOPY d /d\nCOPY a /d/sub/\nFROM scratch\nCOPY --from=s /d/*/[xyz]* /e/\n")
    assert result.unknown == ()
    assert [path for path, _ in result.target.filesystem.walk()] == ["/", "/e", "/e/y", "/e/z.go"]


def test_a_pattern_that_nothing_matches_makes_no_directory(build) -> None:
    result = build("FROM scratch AS s\nCOPY d /d\nFROM scratch\nCOPY --from=s /d/*.none /e/\nCOPY *.none /f/\n")
    assert [path for path, _ in result.target.filesystem.walk()] == ["/"]


def test_where_nobody_knows_what_a_pattern_matches_no_directory_is_sure(build) -> None:
    lines = "FROM debian AS s\nFROM scratch\nWORKDIR /e\nCOPY --from=s /usr/src/* /e/f/g/\n"
    filesystem = build(lines).target.filesystem
    assert isinstance(filesystem.lookup("/e"), Directory)
    assert isinstance(filesystem.lookup("/e/f"), Unknown)


def test_a_pattern_looks_into_no_link(build) -> None:
    files = {"d": {"x": b"x"}, "link": Symlink("d")}
    found = build("FROM scratch\nCOPY l*/x /a/\nCOPY link/x* /b/\n", files).target.filesystem
    assert found.lookup("/a") is None
    assert isinstance(found.lookup("/b/x"), File)


def test_a_file_onto_what_a_program_may_have_made_a_directory(built) -> None:
    found = built("RUN mkdir /d || true\nCOPY a /d\nCOPY a /e", base="debian")
    assert isinstance(found.lookup("/d"), Unknown)
    assert isinstance(found.lookup("/e"), File)


def test_that_no_directory_stands_where_a_file_is_put_is_a_named_assumption(build) -> None:
    def assumed(lines):
        return [one.text for one in build(f"FROM debian\n{lines}\n").assumptions]

    assert assumed("COPY a /app") == [f"in the base image /app is no {what}" for what in ("symbolic link", "directory")]
    assert assumed("COPY a /app/") == assumed("COPY d /app") == ["in the base image /app is no symbolic link"]
    assert assumed("WORKDIR /app\nCOPY a x") == [
        "in the base image /app is no symbolic link",
        *(f"in the base image /app/x is no {what}" for what in ("symbolic link", "directory")),
    ]
