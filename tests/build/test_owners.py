"""Owners by number and by name, as BuildKit 0.13 and 0.25 answered."""

import pytest

from restow.vfs import Attributes, Content, File

ACCOUNTS = {
    "etc": {
        "passwd": b"joe:x:11:12::/:/bin/sh\nodd:x:zz:13:::\n",
        "group": b"grp:x:33:\njoe:x:44:\n",
    },
    "a": b"a",
    "d": {"f": b"f"},
}


@pytest.mark.parametrize(
    ("owner", "wanted"),
    [
        ("joe", (11, 12)),
        ("joe:grp", (11, 33)),
        ("joe:joe", (11, 44)),
        ("joe:nobody", (11, 12)),
        ("joe:", (11, 0)),
        (":joe", (0, 44)),
        ("nobody", (0, 0)),
        ("nobody:grp", (0, 33)),
        ("5:grp", (5, 33)),
        ("7:nobody", (7, 7)),
        ("+5", (5, 5)),
        ("007:08", (7, 8)),
        ("-2", (2**32 - 2, 2**32 - 2)),
        ("2147483648", (0, 0)),
    ],
)
def test_an_owner_is_looked_up_as_buildkit_does(built, owner, wanted) -> None:
    file = built(f"COPY etc /etc/\nCOPY --chown={owner} a /x", ACCOUNTS).lookup("/x")
    assert (file.attributes.uid, file.attributes.gid) == wanted
    folder = built(f"COPY etc /etc/\nUSER {owner}\nWORKDIR /x", ACCOUNTS).lookup("/x")
    assert (folder.attributes.uid, folder.attributes.gid) == wanted


def test_an_owner_in_a_line_that_is_no_account_is_a_term(built) -> None:
    file = built("COPY etc /etc/\nCOPY --chown=odd a /x", ACCOUNTS).lookup("/x")
    assert str(file.attributes.uid).startswith("?")


def test_an_owner_whose_account_file_is_not_known_is_a_term(built) -> None:
    lines = "COPY {} /etc/passwd\nCOPY --chown=joe b /b"
    files = {"b": b"b", **{name: File(Attributes(0o644), Content("term:" + name)) for name in ("p", "q")}}
    one, two, again = (built(lines.format(name), files).lookup("/b").attributes.uid for name in ("p", "q", "p"))
    assert str(one).startswith("?")
    assert one == again != two


@pytest.mark.parametrize(
    "lines",
    [
        "COPY --chown=joe a /a",
        "COPY a /b\nCOPY --link --chown=joe a /a",
        "USER joe\nWORKDIR /w",
        "COPY --chown=5:g a /a",
    ],
)
def test_an_owner_without_an_image_to_look_it_up_is_an_error(build, lines) -> None:
    assert "invalid user index" in build(f"FROM scratch\n{lines}\n").unknown[0][1]


def test_an_owner_in_an_image_without_accounts_is_root(built) -> None:
    file = built("COPY a /b\nCOPY --chown=joe:grp a /a").lookup("/a")
    assert (file.attributes.uid, file.attributes.gid) == (0, 0)


def test_no_owner_is_changed_by_minus_one(built, build) -> None:
    assert built("COPY --chown=-1 a /a").lookup("/a").attributes == Attributes(0o644)
    assert "leaves the owner" in build("FROM scratch\nCOPY --chown=-1 d /a\n").unknown[0][1]
