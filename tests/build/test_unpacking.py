"""ADD of archives: what BuildKit 0.13 and 0.25 made of the same ones (measured), and what is left unknown."""

import io
import tarfile
from tarfile import AREGTYPE, CHRTYPE, DIRTYPE, FIFOTYPE, LNKTYPE, REGTYPE, SYMTYPE

import pytest

from restow.build import Context, simulate
from restow.build.release import Release
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File, Special, Symlink

FILE = File(Attributes(0o644), Content.of(b"k"))


def folder(mode=0o755, **children):
    return Directory(Attributes(mode), children)


def packed(*entries, mode="w"):
    """The bytes of a tar of (name, type, content or target, further fields)."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode, format=tarfile.PAX_FORMAT) as tar:
        for name, kind, content, *more in entries:
            info = tarfile.TarInfo(name)
            fields = {"mode": 0o640, "uid": 7, "gid": 8, **(more[0] if more else {})}
            info.type = kind
            for key, value in fields.items():
                setattr(info, key, value)
            if kind in (REGTYPE, b"7"):
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
            else:
                info.linkname = content
                tar.addfile(info)
    return stream.getvalue()


TREE = packed(("d", DIRTYPE, "", {"mode": 0o700, "uid": 0, "gid": 0}), ("d/f", REGTYPE, b"x"), ("l", SYMTYPE, "d/f"))
OWN = (0o640, 7, 8)


def simulated(lines, *archives, release=None, **files):
    named = {f"t{number or ''}": File(Attributes(0o644), Content.of(data)) for number, data in enumerate(archives)}
    context = Context(folder(**named, **files), "a test")
    return simulate(parse(f"FROM scratch\n{lines}\n"), context, release=release)


def listed(lines, *archives, release=None, **files):
    """Path to (mode, uid, gid) and what it holds: bytes, the target of a link, ``dir``, or a special file's kind."""
    simulation = simulated(lines, *archives, release=release, **files)
    assert simulation.unknown == ()
    found = {}
    for path, node in simulation.target.filesystem.walk():
        if path not in ("/", "/x"):
            own = node.attributes.mode, node.attributes.uid, node.attributes.gid
            held = node.content.data if isinstance(node, File) else "dir" if isinstance(node, Directory) else ""
            held = node.target if isinstance(node, Symlink) else node.kind if isinstance(node, Special) else held
            found[path.removeprefix("/x/")] = (own, held)
    return found


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        ([("../evil", REGTYPE, b"f"), ("a/../../b", REGTYPE, b"g")], {"evil": (OWN, b"f"), "b": (OWN, b"g")}),
        ([("/abs/f", REGTYPE, b"f")], {"abs": ((0o755, 0, 0), "dir"), "abs/f": (OWN, b"f")}),
        ([("./", DIRTYPE, "", {"mode": 0o700}), ("./f", REGTYPE, b"f")], {"f": (OWN, b"f")}),
        ([("a/..", DIRTYPE, ""), ("f", AREGTYPE, "")], {"f": (OWN, b"")}),
        ([("f", REGTYPE, b"f"), ("f", REGTYPE, b"g", {"mode": 0o600})], {"f": ((0o600, 7, 8), b"g")}),
        (
            [("d", DIRTYPE, ""), ("d/f", REGTYPE, b"g"), ("d", DIRTYPE, "", {"mode": 0o711, "uid": 1})],
            {"d": ((0o711, 1, 8), "dir"), "d/f": (OWN, b"g")},
        ),
        ([("d", DIRTYPE, ""), ("d/f", REGTYPE, b"g"), ("d", REGTYPE, b"x")], {"d": (OWN, b"x")}),
        ([("d", REGTYPE, b"x"), ("d", DIRTYPE, ""), ("d/f", REGTYPE, b"g")], {"d": (OWN, "dir"), "d/f": (OWN, b"g")}),
        (
            [("real", DIRTYPE, ""), ("l", SYMTYPE, "/real"), ("l/f", REGTYPE, b"g")],
            {"l": ((0o777, 7, 8), "/real"), "real": (OWN, "dir"), "real/f": (OWN, b"g")},
        ),
        ([("l", SYMTYPE, "../../etc")], {"l": ((0o777, 7, 8), "../../etc")}),
        ([("f", FIFOTYPE, "")], {"f": (OWN, "fifo")}),
        (
            [("d/.wh.a", REGTYPE, b""), ("d/.wh..wh..opq", REGTYPE, b"w")],
            {"d": ((0o755, 0, 0), "dir"), "d/.wh..wh..opq": (OWN, b"w"), "d/.wh.a": (OWN, b"")},
        ),
        (
            [("f", REGTYPE, b"", {"mode": 0o6755}), ("d", DIRTYPE, "", {"mode": 0o3777})],
            {"d": ((0o3777, 7, 8), "dir"), "f": ((0o6755, 7, 8), b"")},
        ),
        (
            [
                ("f", REGTYPE, b"f", {"mode": 0o600, "uid": 1}),
                ("h", LNKTYPE, "/f", {"mode": 0o644, "uid": 9, "gid": 9}),
            ],
            {"f": ((0o644, 9, 9), b"f"), "h": ((0o644, 9, 9), b"f")},
        ),
    ],
)
def test_entries(entries, wanted) -> None:
    assert listed("ADD t /x/", packed(*entries)) == wanted


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_compressed(mode) -> None:
    assert listed("ADD t /x", packed(("f", REGTYPE, b"f"), mode=mode)) == {"f": (OWN, b"f")}


def test_names_of_one_file_stay_hard_links() -> None:
    data = packed(("f", REGTYPE, b"f"), ("h", LNKTYPE, "f"), ("g", LNKTYPE, "h"), ("f", REGTYPE, b"other"))
    found = simulated("ADD t /x/\nADD t /y/", data).target.filesystem
    groups = {path: found.lookup(path).link_group for path in ("/x/f", "/x/g", "/x/h", "/y/g")}
    assert groups["/x/f"] is None
    assert groups["/x/g"] == groups["/x/h"] != groups["/y/g"] is not None


OVER = {
    "a file": ({"d": FILE}, {"d": ((0o700, 0, 0), "dir"), "d/f": (OWN, b"x"), "l": ((0o777, 7, 8), "d/f")}),
    "a directory": (
        {"d": folder(0o711, k=FILE), "l": folder(k=FILE)},
        {"d": ((0o700, 0, 0), "dir"), "d/f": (OWN, b"x"), "d/k": ((0o644, 0, 0), b"k"), "l": ((0o777, 7, 8), "d/f")},
    ),
}


@pytest.mark.parametrize("over", OVER)
def test_over_what_stands_there(over) -> None:
    before, wanted = OVER[over]
    assert listed("COPY s /x/\nADD t /x/", TREE, s=folder(**before)) == wanted


def test_a_directory_over_a_link_is_known_where_the_release_is() -> None:
    files = {"s": folder(real=folder(k=FILE), d=Symlink("real"))}
    assert not isinstance(simulated("COPY s /x/\nADD t /x/", TREE, **files).target.filesystem.lookup("/x/d"), Directory)
    found = listed("COPY s /x/\nADD t /x/", TREE, release=Release.of("0.25"), **files)
    assert found["d"] == ((0o700, 0, 0), "dir")
    assert found["d/f"] == (OWN, b"x")
    assert found["real/k"] == ((0o644, 0, 0), b"k")


def test_below_a_link_that_stands_there() -> None:
    data = packed(("l/f", REGTYPE, b"g"))
    found = listed("COPY s /x/\nADD t /x/", data, s=folder(real=folder(k=FILE), l=Symlink("/real")))
    assert found["real/f"] == (OWN, b"g")


def test_a_hard_link_to_what_stands_there_is_a_term() -> None:
    data = packed(("h", LNKTYPE, "a", {"mode": 0o600, "uid": 9, "gid": 9}))
    assert not isinstance(simulated("COPY a /x/a\nADD t /x/", data, a=FILE).target.filesystem.lookup("/x/h"), File)


@pytest.mark.parametrize(
    ("release", "entry"), [("0.13", (7, 8)), ("0.23", (5, 6)), (None, ("?", "?"))], ids=["before", "since", "unknown"]
)
def test_an_owner_by_release(release, entry) -> None:
    lines = "ADD --chown=5:6 t /x/"
    data = packed(("d/f", REGTYPE, b"x"))
    found = listed(lines, data, release=release and Release.of(release))
    assert found["d"] == ((0o755, 0, 0), "dir")
    mode, *numbers = found["d/f"][0]
    assert mode == 0o640
    assert tuple(str(number)[:1] if isinstance(number, str) else number for number in numbers) == entry
    around = simulated(lines, data).target.filesystem.lookup("/x").attributes
    assert around == Attributes(0o755, 5, 6)


def test_a_mode_counts_for_nothing() -> None:
    found = listed("ADD --chmod=600 t /x/y/", TREE)
    assert found["y"] == ((0o755, 0, 0), "dir")
    assert found["y/d/f"] == (OWN, b"x")


def test_linked_it_is_a_layer_of_its_own() -> None:
    files = {"s": Directory(Attributes(0o700), {"d": Symlink("real"), "real": folder()})}
    found = simulated("COPY s /x/y\nADD --link t /x/y/", TREE, **files).target.filesystem
    assert isinstance(found.lookup("/x/y/d"), Directory)
    assert found.lookup("/x/y").attributes == Attributes(0o755)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (packed(("f", REGTYPE, b"f" * 2000))[:1500], "unexpected EOF"),
        (packed(("f", REGTYPE, b"f" * 512), ("g", REGTYPE, b"y"))[:1300], "unexpected EOF"),
        (packed(("f", b"7", b"cc")), "unhandled tar header type 55"),
        (packed(("d", REGTYPE, b"x"), ("d/f", REGTYPE, b"g")), "not a directory"),
        (packed(("h", LNKTYPE, "f")), "no such file or directory"),
        (packed(("f", REGTYPE, b"f"), ("f", LNKTYPE, "f")), "no such file or directory"),
    ],
)
def test_what_the_engine_refuses(data, said) -> None:
    assert said in simulated("ADD t /x/", data).target.steps[-1].error


@pytest.mark.parametrize("line", ["ADD t /x", "ADD t /x/", "ADD t /x/y/"])
def test_a_file_in_the_place_of_the_destination(line) -> None:
    assert "not a directory" in simulated(f"COPY a /x\n{line}", TREE, a=FILE).target.steps[-1].error


@pytest.mark.parametrize("length", [1024, 1020, 1536])
def test_a_missing_end_is_no_error(length) -> None:
    wanted = b"f" * min(512, length - 512) if length < 1024 else b"f" * 512
    data = packed(("f", REGTYPE, wanted))[:length]
    assert listed("ADD t /x/", data) == {"f": (OWN, wanted)}


@pytest.mark.parametrize(
    "entries",
    [
        [("l", SYMTYPE, "/etc"), ("l/f", REGTYPE, b"x")],
        [("..", DIRTYPE, ""), ("f", REGTYPE, b"f")],
        [("/", DIRTYPE, ""), ("f", REGTYPE, b"f")],
        [("f", CHRTYPE, "")],
        [("f", REGTYPE, b"f"), ("l", SYMTYPE, "f"), ("h", LNKTYPE, "l")],
        [("l", SYMTYPE, "l"), ("l/f", REGTYPE, b"x")],
    ],
    ids=["below a link to nothing", "above", "the root", "a device", "a hard link to a link", "a loop"],
)
def test_where_releases_differ_it_is_a_term(entries) -> None:
    simulation = simulated("COPY a /etc/a\nADD t /x/", packed(*entries), a=FILE)
    filesystem = simulation.target.filesystem
    assert not isinstance(filesystem.lookup("/x"), Directory | File | None)
    assert [path for path, _ in filesystem.walk("/etc")] == ["/etc", "/etc/a"]
