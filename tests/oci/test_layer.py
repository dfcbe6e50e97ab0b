"""Layers: the round trip, the bytes, and archives that mean harm."""

import gzip
import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restow.errors import ArchiveError
from restow.oci.layer import LayerEntry, write_layer
from restow.oci.layer_reader import read_layer
from restow.oci.tar_reader import ArchiveLimits, TarStream

SAMPLE = [
    LayerEntry("", "directory", 0o755),
    LayerEntry("etc", "directory", 0o1777, 9, 9),
    LayerEntry("etc/a", "file", 0o4755, 1, 2, b"hello"),
    LayerEntry("etc/b", "hardlink", 0o4755, 1, 2, target="etc/a"),
    LayerEntry("etc/c", "symlink", 0o777, target="/etc/a/"),
    LayerEntry("etc/p", "fifo", 0o600),
    LayerEntry("etc/n", "char", 0o666, target="1:3"),
    LayerEntry("etc/s", "block", 0o660, target="8:0"),
    LayerEntry("etc/gone", "whiteout"),
    LayerEntry("etc", "opaque"),
    LayerEntry("", "opaque"),
    LayerEntry("bin/ping", "file", 0o755, 2**32 - 1, 2**22, b"x", capability=b"\x01\x00\x00\x02\xff\x20\n=\x00"),
    LayerEntry("é/" + "n" * 200 + "/\udcff \n", "file", 0o644, data=bytes(600)),
]


def raw(*members):
    """A tar of (name, type, content or target) triples, without any check."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                info.linkname = content
                archive.addfile(info)
    return file.getvalue()


def header(name, size, kind=b"0"):
    """One block, with a size that may be anything that 12 bytes can say."""
    info = tarfile.TarInfo(name)
    info.type = kind
    block = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    block[124:136] = size
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def pax(body, kind=b"x"):
    return header("x", b"%011o\0" % len(body), kind) + body + bytes(-len(body) % 512)


def test_what_is_written_is_read():
    assert list(read_layer(write_layer(SAMPLE))) == SAMPLE
    assert list(read_layer(gzip.compress(write_layer(SAMPLE)))) == SAMPLE
    assert list(read_layer(write_layer([]))) == []


def test_equal_entries_give_equal_bytes_without_times_and_names():
    data = write_layer(iter(SAMPLE))
    assert data == write_layer(SAMPLE)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members = archive.getmembers()
    assert {(member.mtime, member.uname, member.gname) for member in members} == {(0, "", "")}
    assert [member.name for member in members if ".wh." in member.name] == [
        "etc/.wh.gone",
        "etc/.wh..wh..opq",
        ".wh..wh..opq",
    ]


@pytest.mark.parametrize(
    "entry",
    [
        LayerEntry("/a", "file"),
        LayerEntry("a/", "directory"),
        LayerEntry("a//b", "file"),
        LayerEntry("a/../b", "file"),
        LayerEntry("./a", "file"),
        LayerEntry("a\0", "file"),
        LayerEntry("a\ud800", "file"),
        LayerEntry("", "file"),
        LayerEntry("", "whiteout"),
        LayerEntry(".wh.a", "file"),
        LayerEntry(".wh.a/b", "file"),
        LayerEntry("a", "whiteout", mode=0o644),
        LayerEntry("a", "directory", data=b"x"),
        LayerEntry("a", "file", target="b"),
        LayerEntry("a", "file", mode=0o10000),
        LayerEntry("a", "file", uid=-1),
        LayerEntry("a", "file", gid=2**32),
        LayerEntry("a", "symlink"),
        LayerEntry("a", "symlink", target="b\0"),
        LayerEntry("a", "hardlink", target="/b"),
        LayerEntry("a", "hardlink", target="a"),
        LayerEntry("a", "char"),
        LayerEntry("a", "char", target="1:9999999999"),
        LayerEntry("a", "char", target="0:0"),
        LayerEntry("a", "file", capability=bytes(65)),
        LayerEntry("a", "socket"),
    ],
)
def test_an_entry_that_no_layer_can_hold_is_not_written(entry):
    with pytest.raises(ArchiveError):
        write_layer([entry])


FILE, DIR, LINK, HARD = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ([("/etc/passwd", FILE, b"")], "'/etc/passwd'.*absolute"),
        ([("a/../../etc", FILE, b"")], r"'a/\.\./\.\./etc'.*\.\."),
        ([("..", DIR, "")], r"'\.\./'.*goes up"),
        ([("a", HARD, "/etc/shadow")], "'a'.*absolute"),
        ([("a", HARD, "../b")], r"'a'.*\.\."),
        ([("a", HARD, "a")], "'a'"),
        ([("a", LINK, "")], "'a'"),
        ([("a", LINK, "/etc"), ("a/passwd", FILE, b"")], "'a/passwd'.*beneath 'a', which is a symlink"),
        ([("a", FILE, b""), ("a/b/c", FILE, b"")], "beneath 'a', which is a file"),
        ([("a", LINK, "/etc"), ("a/.wh.passwd", FILE, b"")], "'a/passwd'.*beneath 'a'"),
        ([("a", LINK, "/etc"), ("a/.wh..wh..opq", FILE, b"")], "'a'.*beneath 'a'"),
        ([("a/b", FILE, b""), ("a", LINK, "/etc")], "'a'.*other entries lie beneath"),
        ([("a", FILE, b"1"), ("./a", FILE, b"2")], "'a'.*twice"),
        ([("a", DIR, ""), ("a", FILE, b"2")], "'a'.*twice"),
        ([(".wh.", FILE, b"")], "whiteout names no entry"),
        ([("a/.wh...", FILE, b"")], "whiteout names no entry"),
        ([(".wh.a/b", FILE, b"")], "beneath a whiteout"),
        ([(".", FILE, b"")], "the root"),
        ([("a", b"M", b"")], "'a'.*type"),
        ([("a", tarfile.GNUTYPE_SPARSE, b"")], "sparse"),
    ],
)
def test_archives_that_mean_harm_are_refused_with_the_entry(members, named):
    with pytest.raises(ArchiveError, match=named):
        list(read_layer(raw(*members)))


def test_names_are_brought_into_one_form():
    data = raw(("./", DIR, ""), ("./a//b/", DIR, ""), ("./a/./b/c", FILE, b"1"), (".wh..wh.plnk", DIR, ""))
    assert [(entry.path, entry.type) for entry in read_layer(data)] == [
        ("", "directory"),
        ("a/b", "directory"),
        ("a/b/c", "file"),
    ]


def test_repeated_paths_are_kept_where_asked_and_repeated_directories_always():
    twice = raw(("a", FILE, b"1"), ("a", FILE, b"2"))
    assert [entry.data for entry in read_layer(twice, duplicates="keep")] == [b"1", b"2"]
    assert len(list(read_layer(raw(("a", DIR, ""), ("a", DIR, ""))))) == 2
    assert len(list(read_layer(raw((".wh.a", FILE, b""), ("a", FILE, b""))))) == 2


@pytest.mark.parametrize("length", [99, 100, 101, 155, 156, 255, 256, 257, 511])
def test_long_names_whose_short_form_ends_with_a_slash(length):
    """The plain header of an extended one holds a cut name, which may look like a directory's."""
    for path in ("/".join("d" * ((length + 1) // 2)), "a" + "/".join("d" * (length // 2))):
        entry = LayerEntry(path, "file", 0o644, data=b"x" * 700)
        assert list(read_layer(write_layer([entry, LayerEntry("z", "file")]))) == [entry, LayerEntry("z", "file")]


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_cut_off_archive_is_refused_wherever_it_is_cut(compress):
    data = write_layer([entry for entry in SAMPLE if entry.path != ""])
    for end in range(0, len(data) - 1024 + 1, 100):
        with pytest.raises(ArchiveError):
            list(read_layer(compress(data[:end])))
    with pytest.raises(ArchiveError, match="cut off"):
        list(read_layer(gzip.compress(data)[:-9]))


def test_a_damaged_header_does_not_end_the_archive_in_silence():
    data = bytearray(raw(("a", FILE, b"1"), ("b", FILE, b"2")))
    data[1024 + 5] ^= 1
    with pytest.raises(ArchiveError, match="after 'a'"):
        list(read_layer(bytes(data)))


END = bytes(1024)


@pytest.mark.parametrize(
    "data",
    [
        header("a", b"77777777777\0") + END,
        header("a", b"\xff" * 11 + b"\x00") + END,  # a size below zero
        header("a", b"\x80" + b"\xff" * 11) + END,
        pax(b"12 size=-999\n") + header("a", b"0" * 11 + b"\0") + END,
        pax(b"13 size=-1024\n") + header("a", b"0" * 11 + b"\0") + END,
        pax(b"99 path=a\n") + header("a", b"0" * 11 + b"\0") + END,
        pax(b"0 a=b\n") + header("a", b"0" * 11 + b"\0") + END,
        pax(b"26 GNU.sparse.map=0,1,2,3\n") + header("a", b"0" * 11 + b"\0") + END,
        pax(b"9 path=a\n") * 9 + header("a", b"0" * 11 + b"\0") + END,
        pax(b"10 path=b\n", b"g") + header("a", b"0" * 11 + b"\0") + END,
        header("long", b"%011o\0" % (2**31), b"L") + END,
        b"no tar at all",
        b"\x28\xb5\x2f\xfd" + END,
        b"\x1f\x8b" + END,
    ],
)
def test_headers_that_lie_are_refused(data):
    with pytest.raises(ArchiveError):
        list(read_layer(data))


ZERO = b"0" * 11 + b"\0"


def long_name(name, kind=b"L"):
    return pax(name + b"\0", kind)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pax(b"10 path=b\n") + pax(b"9 uid=55\n") + header("a", ZERO), "type 'x' behind 'x'"),
        (long_name(b"b") + long_name(b"c") + header("a", ZERO), "type 'L' behind 'L'"),
        (long_name(b"b") + pax(b"10 path=c\n") + header("a", ZERO), "two extended headers set 'path'"),
        (pax(b"10 path=c\n") + long_name(b"b") + header("a", ZERO), "two extended headers set 'path'"),
        (pax(b"14 linkpath=c\n") + long_name(b"b", b"K") + header("a", ZERO, b"2"), "set 'linkpath'"),
        (pax(b"10 path=b\n") + pax(b"13 comment=x\n", b"g") + header("a", ZERO), "type 'g' behind 'x'"),
        (pax(b"10 path=b\n", b"X") + header("a", ZERO), "the type b'X' is none that layers have"),
        (pax(b"12 path=a\0b\n") + header("a", ZERO), "'path' holds a NUL"),
        (pax(b"16 linkpath=a\0b\n") + header("a", ZERO, b"2"), "'linkpath' holds a NUL"),
        (pax(b"8 a\0b=c\n") + header("a", ZERO), "holds a NUL"),
        (header("a/", ZERO), "'a/': the name of a directory, and the type of a file"),
        (header("a", ZERO, b"7"), "the type b'7' is none that layers have"),
        (header("a", b"\0" + b"00000000003\0"[1:]) + b"abc".ljust(512, b"\0"), "a number behind a NUL"),
        (pax(b"108 SCHILY.xattr.security.capability=" + b"\0" * 70 + b"\n") + header("a", ZERO), "of 70 bytes"),
    ],
)
def test_headers_that_readers_understand_differently_are_refused(data, message):
    with pytest.raises(ArchiveError, match=message):
        list(read_layer(data + END))


def test_names_as_other_readers_take_them():
    old = header("a/", ZERO, b"\0") + long_name(b"b") + pax(b"9 uid=55\n") + header("x", ZERO, b"\0")
    empty = long_name(b"") + header("c", ZERO) + pax(b"8 path=\n") + long_name(b"d") + header("x", ZERO)
    found = [(entry.path, entry.type, entry.uid) for entry in read_layer(old + empty + END)]
    assert found == [("a", "directory", 0), ("b", "file", 55), ("c", "file", 0), ("d", "file", 0)]


def test_a_global_header_in_a_folder_is_refused():
    body = b"13 comment=x\n"
    data = header("pax/global", b"%011o\0" % len(body), b"g") + body.ljust(512, b"\0") + header("a", ZERO) + END
    with pytest.raises(ArchiveError, match="a global header in a folder, 'pax/global'"):
        list(read_layer(data))
    assert [entry.path for entry in read_layer(pax(body, b"g") + header("a", ZERO) + END)] == ["a"]


def test_what_extended_headers_say_of_no_use_is_not_kept():
    stream = TarStream(iter([pax(b"1000 comment=" + b"a" * 986 + b"\n") + header("a", ZERO) + END]))
    assert [len(value) for found in stream for value in (found.capability, found.name)] == [0, 1]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (ArchiveLimits(entries=3), "more than 3 entries"),
        (ArchiveLimits(file_bytes=4), "'etc/a'"),
        (ArchiveLimits(total_bytes=2048), "2048"),
        (ArchiveLimits(path_bytes=100), "longer or deeper"),
        (ArchiveLimits(depth=2), "longer or deeper"),
        (ArchiveLimits(header_bytes=20), "extended header"),
    ],
)
def test_bounds_hold(limits, message):
    for data in (write_layer(SAMPLE), gzip.compress(write_layer(SAMPLE))):
        with pytest.raises(ArchiveError, match=message):
            list(read_layer(data, limits=limits))


def test_a_bomb_is_not_unpacked_beyond_the_bound():
    bomb = gzip.compress(bytes(50_000_000))
    with pytest.raises(ArchiveError, match="unpacks to more than 1000000 bytes"):
        list(read_layer(bomb, limits=ArchiveLimits(total_bytes=1_000_000)))


NAMES = st.text(
    st.characters(exclude_characters="/\0", codec="utf-8") | st.just("\udcfe"), min_size=1, max_size=6
).filter(lambda name: name not in (".", "..") and not name.startswith(".wh."))
PATHS = st.lists(NAMES | st.just("n" * 120), min_size=1, max_size=3).map("/".join)
IDS = st.integers(0, 2**32 - 1)
MODES = st.integers(0, 0o7777)
CAPABILITIES = st.binary(max_size=24)
TARGETS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=150)
DEVICES = st.tuples(st.integers(1, 2_000_000), st.integers(0, 2_000_000)).map("{0[0]}:{0[1]}".format)


def entries(path):
    shape = {"mode": MODES, "uid": IDS, "gid": IDS, "capability": CAPABILITIES}
    return st.one_of(
        st.builds(LayerEntry, path, st.just("file"), data=st.binary(max_size=1100), **shape),
        st.builds(LayerEntry, path, st.sampled_from(["directory", "fifo"]), **shape),
        st.builds(LayerEntry, path, st.just("symlink"), target=TARGETS, **shape),
        st.builds(LayerEntry, path, st.just("hardlink"), target=PATHS.map("+{}".format), **shape),
        st.builds(LayerEntry, path, st.sampled_from(["char", "block"]), target=DEVICES, **shape),
        st.builds(LayerEntry, path, st.sampled_from(["whiteout", "opaque"])),
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(entries(PATHS), max_size=6, unique_by=lambda entry: entry.path.split("/")[0]))
def test_every_layer_survives_the_round_trip(layer):
    data = write_layer(layer)
    assert list(read_layer(data)) == layer
    assert write_layer(read_layer(data)) == data


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=12)), min_size=1, max_size=4))
def test_damage_is_an_error_or_another_layer_but_nothing_else(damage):
    data = bytearray(write_layer(SAMPLE))
    for at, patch in damage:
        start = at % (len(data) - len(patch))
        data[start : start + len(patch)] = patch
        block = start - start % 512
        if b"ustar" in data[block + 257 : block + 265]:  # a checksum that fits lets the damage through
            data[block + 148 : block + 156] = b" " * 8
            data[block + 148 : block + 156] = b"%06o\0 " % sum(data[block : block + 512])
    try:
        found = list(read_layer(bytes(data), limits=ArchiveLimits(total_bytes=10**7)))
    except ArchiveError:
        return
    assert all(".." not in entry.path.split("/") and not entry.path.startswith("/") for entry in found)
