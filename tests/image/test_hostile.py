"""Archives that mean harm: each is refused with the layer and the entry, or means no more than it says; nothing is written."""

import gzip
import io
import os
import tarfile
import tracemalloc

import pytest

from restow.errors import ArchiveError, SourceError
from restow.image import read_image
from restow.image.reading import IMAGE_LIMITS
from restow.oci.layer import LayerEntry
from restow.oci.tar_reader import ArchiveLimits
from restow.vfs import Special

FILE, DIR, LINK, HARD = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE


def raw(*members):
    """A tar of (name, type, content or target), without any check."""
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


@pytest.fixture
def read(archives, tmp_path):
    """Reads an image of layers, and checks that the folder above it holds what it held before."""

    def read(*layers, compress=bytes, limits=IMAGE_LIMITS):
        outer = tmp_path / "outer"
        archives.write_folder(outer / "image", archives.oci_files(layers, compress=compress))
        before = sorted(outer.rglob("*"))
        try:
            return read_image(outer / "image", limits=limits)
        finally:
            assert sorted(outer.rglob("*")) == before

    return read


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([("../../outside", FILE, b"x")], r"'\.\./\.\./outside'.*goes up"),
        ([("a/../../b", FILE, b"x")], "goes up"),
        ([("/etc/passwd", FILE, b"x")], "'/etc/passwd'.*absolute"),
        ([("a", HARD, "/etc/shadow")], "'a'.*absolute"),
        ([("a", HARD, "../../etc/shadow")], "'a'.*goes up"),
        ([("a", HARD, "not/there")], "'a': a hard link to 'not/there'"),
        ([("d", DIR, ""), ("a", HARD, "d")], "'a': a hard link to 'd'"),
        ([("a", LINK, "/etc"), ("a/passwd", FILE, b"x")], "'a/passwd'.*beneath 'a', which is a symlink"),
        ([("a", FILE, b"1"), ("a", FILE, b"2")], "'a'.*twice"),
        ([("a", FILE, b"1"), ("./a", LINK, "/etc")], "'a'.*twice"),
        ([("a/.wh...", FILE, b"")], "whiteout names no entry"),
        ([(".wh.", FILE, b"")], "whiteout names no entry"),
        ([("a/.wh.b/c", FILE, b"")], "beneath a whiteout"),
        ([("d/", FILE, b"x")], "'d/': the name of a directory"),
        ([("x" * 5000, FILE, b"")], "'x.*longer or deeper"),
        ([("/".join("d" * 300), FILE, b"")], "longer or deeper"),
    ],
)
def test_entries_that_are_refused(read, members, message):
    with pytest.raises(ArchiveError, match=f"image: layer sha256:[0-9a-f]{{64}}: .*{message}"):
        read(raw(*members))


def test_devices_are_values_and_no_files(read):
    image = read(raw(("dev/sda", tarfile.BLKTYPE, ""), ("dev/null", tarfile.CHRTYPE, ""), ("p", tarfile.FIFOTYPE, "")))
    assert isinstance(image.filesystem.lookup("/dev/sda"), Special)


def test_links_that_lead_out_stay_within_the_root(read, archives, tmp_path):
    """An absolute link, or one with too many ``..``, is followed from the image's root, as in a container."""
    links = archives.layer(
        LayerEntry("abs", "symlink", 0o777, target="/etc"),
        LayerEntry("up", "symlink", 0o777, target="../../../../../../etc"),
        LayerEntry("etc/a", "file", 0o644, data=b"a"),
    )
    through = archives.layer(
        LayerEntry("abs/b", "file", 0o644, data=b"b"),
        LayerEntry("up/c", "file", 0o644, data=b"c"),
        LayerEntry("abs/a", "whiteout"),
    )
    image = read(links, through)
    assert [path for path, _ in image.filesystem.walk("/etc")] == ["/etc", "/etc/b", "/etc/c"]


def test_loops_of_links_are_refused(read, archives):
    loop = archives.layer(LayerEntry("a", "symlink", 0o777, target="b"), LayerEntry("b", "symlink", 0o777, target="a"))
    with pytest.raises(ArchiveError, match="'a/x': runs through a loop of symbolic links"):
        read(loop, archives.layer(LayerEntry("a/x", "file", 0o644)))


def test_links_do_not_take_an_entry_deeper_than_the_bound(read, archives):
    deep = "/".join("d" * 200)
    links = archives.layer(LayerEntry(deep, "directory", 0o755), LayerEntry("l", "symlink", 0o777, target=deep))
    with pytest.raises(ArchiveError, match="deeper than 256 directories"):
        read(links, archives.layer(LayerEntry("l/" + "/".join("e" * 200), "file", 0o644)))


def test_as_deep_as_allowed_can_be_walked_and_compared(read, archives):
    image = read(archives.layer(LayerEntry("/".join("d" * 256), "file", 0o644, data=b"x")))
    assert sum(1 for _ in image.filesystem.walk()) == 257


def test_whiteouts_reach_the_layers_below_alone(read, archives):
    below = archives.tree(a=b"old", d__old=b"old")
    above = raw(("a", FILE, b"new"), (".wh.a", FILE, b""), ("d/new", FILE, b""), ("d/.wh..wh..opq", FILE, b""))
    image = read(below, above)
    assert [path for path, _ in image.filesystem.walk()] == ["/", "/a", "/d", "/d/new"]
    assert image.filesystem.lookup("/a").content.size == 3
    read(archives.layer(LayerEntry("never/there", "whiteout"), LayerEntry("nor/this", "opaque")))


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (ArchiveLimits(total_bytes=1_000_000), "unpacks to more than 1000000 bytes"),
        (ArchiveLimits(file_bytes=1_000_000), "'big': 3000000 bytes are more than"),
        (ArchiveLimits(entries=2), "'c': the archive has more than 2 entries"),
        (ArchiveLimits(name_bytes=4), "'c': the names take more than 4 bytes"),
    ],
)
def test_bombs_end_at_the_bounds(read, archives, limits, message):
    layer = raw(("big", FILE, bytes(3_000_000)), ("b", FILE, b""), ("c", FILE, b""))
    with pytest.raises(ArchiveError, match=f"layer sha256:.*{message}"):
        read(layer, compress=archives.zipped, limits=limits)


def test_bounds_hold_for_all_layers_together(read):
    layers = [raw((f"{n}", FILE, bytes(400_000))) for n in range(3)]
    with pytest.raises(ArchiveError, match="unpacks to more than"):
        read(*layers, limits=ArchiveLimits(total_bytes=1_000_000))
    with pytest.raises(ArchiveError, match="more than 0 entries"):
        read(*layers, limits=ArchiveLimits(entries=2))


def test_memory_stays_small_whatever_unpacks(archives, tmp_path):
    layer = raw(("zeros", FILE, bytes(100_000_000)))
    folder = archives.write_folder(tmp_path, archives.oci_files([layer], compress=archives.zipped))
    del layer
    tracemalloc.start()
    try:
        image = read_image(folder)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert image.layers[0].unpacked > 100_000_000
    assert peak < 16_000_000


@pytest.mark.parametrize("cut", [1, 9, 100])
def test_a_cut_off_gzip_stream(read, archives, cut):
    with pytest.raises(ArchiveError, match=r"layer sha256:.*(cut off|damaged)"):
        read(archives.tree(a=os.urandom(1000)), compress=lambda data: gzip.compress(data)[:-cut])


def test_bytes_behind_the_gzip_stream(read, archives):
    with pytest.raises(ArchiveError, match=r"layer sha256:.*gzip stream is damaged"):
        read(archives.tree(a=b"a"), compress=lambda data: gzip.compress(data) + b"hidden")


@pytest.mark.parametrize(
    "record", [b"99 path=a\n", b"9999999999 a=b\n", b"5 a=b\n", b"-1 a=b\n", b"a=b\n", b"11 size=-1\n"]
)
def test_pax_records_that_overrun(read, record):
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, len(record)
    header = info.tobuf(tarfile.USTAR_FORMAT) + record + bytes(-len(record) % 512)
    with pytest.raises(ArchiveError, match=r"layer sha256:.*extended header"):
        read(header + raw(("a", FILE, b"")))


def test_names_of_the_archive_itself(archives, tmp_path):
    for name, message in {"../a": "goes up", "/a": "absolute"}.items():
        path = archives.write_tar(tmp_path / "a.tar", {name: b"x"})
        with pytest.raises(ArchiveError, match=message):
            read_image(path)
    twice = archives.write_tar(tmp_path / "b.tar", [("manifest.json", b"[]"), ("./manifest.json", b"[{}]")])
    with pytest.raises(ArchiveError, match=r"'\./manifest\.json': comes twice"):
        read_image(twice)
    out = archives.write_tar(tmp_path / "c.tar", {"manifest.json": "/etc/passwd"})
    with pytest.raises(ArchiveError, match="no image"):
        read_image(out)
    circle = archives.write_tar(tmp_path / "d.tar", {"manifest.json": "b", "b": "manifest.json"})
    with pytest.raises(ArchiveError, match="no image"):
        read_image(circle)


def test_documents_are_bounded(archives, tmp_path):
    path = archives.write_tar(tmp_path / "a.tar", {"manifest.json": b" " * (8 * 2**20 + 1)})
    with pytest.raises(ArchiveError, match="bytes of JSON"):
        read_image(path)
    packed = archives.write_tar(tmp_path / "a.tgz", {"manifest.json": b" " * (8 * 2**20 + 1)}, gzip.compress)
    with pytest.raises(ArchiveError, match="no JSON, or too much of it"):
        read_image(packed)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no fifos on this system")
def test_a_fifo_in_the_place_of_a_blob_does_not_block(archives, tmp_path):
    files = archives.oci_files([archives.tree(a=b"1")])
    name = next(name for name, data in files.items() if name.startswith("blobs") and b"layers" in data)
    folder = archives.write_folder(tmp_path / "a", files)
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises((ArchiveError, SourceError)):
        read_image(folder)


def test_indexes_that_nest_too_deep(archives, tmp_path):
    index = archives.index_of()
    files = {}
    for _ in range(6):
        files |= dict([archives.blob(index)])
        index = archives.index_of(archives.descriptor(index))
    with pytest.raises(ArchiveError, match="nest deeper than 4"):
        read_image(archives.write_folder(tmp_path / "a", {**files, "index.json": index}))
