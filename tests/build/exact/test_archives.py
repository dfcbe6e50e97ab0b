"""`tar x` over the root of a Debian-like image: what GNU tar 1.34 made of the same archives there."""

import io
import tarfile
from dataclasses import dataclass
from tarfile import DIRTYPE, LNKTYPE, REGTYPE, SYMTYPE

import pytest

from restow.build import Context, simulate
from restow.oci.image_config import ImageConfig
from restow.oci.platform import Platform
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File, Filesystem, Symlink

OWN, MADE = (0o644, 1, 2), (0o755, 0, 0)
ACCOUNTS = {"passwd": b"root:x:0:0::/root:/bin/sh\ngames:x:5:60::/:/bin/sh\n", "group": b"root:x:0:\nstaff:x:50:\n"}


@dataclass(frozen=True)
class Image:
    filesystem: Filesystem
    config: ImageConfig = ImageConfig(env=(("PATH", "/usr/bin"),))  # noqa: RUF009 - a frozen value
    platform: Platform = Platform("linux", "amd64")  # noqa: RUF009 - a frozen value


def folder(**children):
    return Directory(Attributes(0o755), children)


def file(data, mode=0o644):
    return File(Attributes(mode), Content.of(data))


def root():
    programs = {
        name: file(name.encode(), 0o755)
        for name in ("tar", "gzip", "mkdir", "echo", "ln", "chmod", "chown", "cat", "dash")
    }
    lists = folder(info=folder(**{"coreutils.list": file(b"")}))
    usr = folder(bin=folder(**programs, sh=Symlink("dash")))
    etc = folder(**{name: file(data) for name, data in ACCOUNTS.items()})
    return Filesystem(
        folder(usr=usr, bin=Symlink("usr/bin"), etc=etc, var=folder(lib=folder(dpkg=lists)), out=folder())
    )


def packed(*entries, mode="w"):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode, format=tarfile.PAX_FORMAT) as tar:
        for name, kind, content, *more in entries:
            info = tarfile.TarInfo(name)
            info.type = kind
            for key, value in {"mode": 0o644, "uid": 1, "gid": 2, **(more[0] if more else {})}.items():
                setattr(info, key, value)
            if kind == REGTYPE:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
            else:
                info.linkname = content
                tar.addfile(info)
    return stream.getvalue()


def built(command, data):
    context = Context(folder(t=file(data)), "a test")
    return simulate(parse(f"FROM tiny\nCOPY t /t\nRUN {command}\n"), context, images={"tiny": Image(root())})


def listed(command, data):
    simulation = built(command, data)
    assert simulation.unknown == ()
    found = {}
    for path, node in simulation.target.filesystem.walk("/out"):
        own = node.attributes.mode, node.attributes.uid, node.attributes.gid
        held = node.content.data if isinstance(node, File) else node.target if isinstance(node, Symlink) else "dir"
        found[path.removeprefix("/out").lstrip("/")] = (own, held)
    del found[""]
    return found


PROJECT = (
    ("p/", DIRTYPE, "", {"mode": 0o700}),
    ("p/bin", DIRTYPE, "", {"mode": 0o750}),
    ("p/bin/x", REGTYPE, b"x", {"mode": 0o755}),
    ("p/l", SYMTYPE, "/bin/x"),
    ("p/h", LNKTYPE, "p/bin/x", {"mode": 0o600, "uid": 9}),
)
BELOW = {
    "bin": ((0o750, 1, 2), "dir"),
    "bin/x": ((0o755, 1, 2), b"x"),
    "l": ((0o777, 1, 2), "/bin/x"),
    "h": ((0o755, 1, 2), b"x"),
}


@pytest.mark.parametrize(
    ("command", "mode"),
    [
        ("tar -xzf /t -C /out --strip-components=1", "w:gz"),
        ("tar xf /t -C /out --strip-components 1", "w:gz"),
        ("cd /out && tar xfz /t --strip-components=1", "w:gz"),
        ("tar xfC /t /out --strip-components=1", "w"),
        ("tar --extract --file /t --directory=/out --strip-components=1 -p --same-owner", "w"),
        ("tar -xz -C /out --strip-components=1 -f - < /t", "w:gz"),
        ("cat /t | tar -x -C /out --strip-components=1 -f -", "w"),
    ],
)
def test_a_project(command, mode) -> None:
    assert listed(command, packed(*PROJECT, mode=mode)) == BELOW


def test_names_of_one_file_stay_hard_links() -> None:
    filesystem = built("tar -xf /t -C /out", packed(*PROJECT)).target.filesystem
    groups = {filesystem.lookup(path).link_group for path in ("/out/p/bin/x", "/out/p/h")}
    assert len(groups) == 1
    assert None not in groups


def test_single_members() -> None:
    found = listed("tar -xf /t -C /out p/bin/", packed(*PROJECT))
    assert set(found) == {"p", "p/bin", "p/bin/x"}
    assert found["p"] == (MADE, "dir")


@pytest.mark.parametrize(
    ("command", "entries", "wanted"),
    [
        ("", [("./", DIRTYPE, "", {"mode": 0o711}), ("./a", REGTYPE, b"a")], {"a": (OWN, b"a")}),
        ("", [("/abs/a", REGTYPE, b"a")], {"abs": (MADE, "dir"), "abs/a": (OWN, b"a")}),
        ("", [("a", REGTYPE, b"a", {"mode": 0o6755})], {"a": ((0o6755, 1, 2), b"a")}),
        (
            "",
            [("a", REGTYPE, b"a", {"uname": "games", "gname": "staff"}), ("b", REGTYPE, b"b", {"uname": "nobody"})],
            {"a": ((0o644, 5, 50), b"a"), "b": (OWN, b"b")},
        ),
        ("--numeric-owner", [("a", REGTYPE, b"a", {"uname": "games"})], {"a": (OWN, b"a")}),
        ("--no-same-owner", [("a", REGTYPE, b"a", {"uname": "games"})], {"a": ((0o644, 0, 0), b"a")}),
        ("", [("d", DIRTYPE, ""), ("d/a", REGTYPE, b"a"), ("d", DIRTYPE, "", {"mode": 0o700})],
         {"d": ((0o700, 1, 2), "dir"), "d/a": (OWN, b"a")}),
        ("", [("d/.wh.a", REGTYPE, b"a")], {"d": (MADE, "dir"), "d/.wh.a": (OWN, b"a")}),
    ],
)  # fmt: skip
def test_members(command, entries, wanted) -> None:
    assert listed(f"tar {command} -xf /t -C /out", packed(*entries)) == wanted


def test_the_folder_itself_is_a_member() -> None:
    data = packed(("./", DIRTYPE, "", {"mode": 0o711}))
    assert built("tar -xf /t -C /out", data).target.filesystem.lookup("/out").attributes == Attributes(0o711, 1, 2)
    stripped = built("tar -xf /t -C /out --strip-components=1", data)
    assert stripped.target.filesystem.lookup("/out").attributes == Attributes(0o755)


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("echo old > /out/f; ln /out/f /out/g", {"f": (OWN, b"new"), "g": ((0o644, 0, 0), b"old\n")}),
        ("ln -s /etc/passwd /out/f", {"f": (OWN, b"new")}),
    ],
)
def test_over_what_stands_there(before, wanted) -> None:
    assert listed(f"{before}; tar -xf /t -C /out", packed(("f", REGTYPE, b"new"))) == wanted


def test_what_tar_prints() -> None:
    found = listed("tar -xvf /t -C /out > /out/list", packed(("d/", DIRTYPE, ""), ("f", REGTYPE, b"")))
    assert found["list"][1] == b"d/\nf\n"


@pytest.mark.parametrize(
    ("command", "entries"),
    [
        ("tar -xf /t -C /out", [("../f", REGTYPE, b"")]),
        ("tar -xf /t -C /out", [("l", SYMTYPE, "/etc"), ("l/passwd", REGTYPE, b"")]),
        ("tar -xf /t -C /out", [("f", REGTYPE, b""), ("f", REGTYPE, b"2")]),
        ("tar -xf /t -C /out", [("h", LNKTYPE, "f")]),
        ("tar -xf /t -C /out missing", [("f", REGTYPE, b"")]),
        ("tar -xf /t -C /none", [("f", REGTYPE, b"")]),
        ("tar -xzf /t -C /out", [("f", REGTYPE, b"")]),
        ("tar -xf /t -C /out --wildcards '*'", [("f", REGTYPE, b"")]),
        ("tar -tf /t", [("f", REGTYPE, b"")]),
        ("tar -xf /t -C /out --strip-components=1", [("a//f", REGTYPE, b"")]),
        ("chmod 2755 /out && tar -xf /t -C /out", [("d", DIRTYPE, "")]),
        ("ln -s /etc /out/d && tar -xf /t -C /out", [("d/passwd", REGTYPE, b"")]),
    ],
)
def test_what_is_left_to_terms(command, entries) -> None:
    filesystem = built(command, packed(*entries)).target.filesystem
    assert not isinstance(filesystem.lookup("/out/f"), File) or filesystem.lookup("/out/f").content.data is None
    passwd = filesystem.lookup("/etc/passwd")
    assert not isinstance(passwd, File) or passwd.content.data in (None, ACCOUNTS["passwd"])


def test_a_damaged_archive_is_left_to_terms() -> None:
    filesystem = built("tar -xf /t -C /out", packed(("f", REGTYPE, b"f" * 2000))[:1500]).target.filesystem
    assert not isinstance(filesystem.lookup("/out/f"), File)
