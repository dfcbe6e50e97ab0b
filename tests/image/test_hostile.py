"""Archives that mean harm: each is refused with the layer and the entry, or means no more than it says; nothing is written."""

import gzip
import io
import os
import tarfile
import tracemalloc
from dataclasses import replace

import pytest

from restow.errors import ArchiveError, SourceError
from restow.image import read_image
from restow.image.reading import IMAGE_LIMITS
from restow.oci.layer import LayerEntry
from restow.oci.tar_reader import ArchiveLimits
from restow.vfs import Attributes, Directory, Special

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


def test_devices_are_values_and_no_files(read, archives):
    null = LayerEntry("dev/null", "char", 0o666, target="1:3")
    image = read(archives.layer(LayerEntry("dev/sda", "block", 0o660, target="8:0"), null, LayerEntry("p", "fifo")))
    assert isinstance(image.filesystem.lookup("/dev/sda"), Special)
    with pytest.raises(ArchiveError, match="'a': the character device 0:0, which is a whiteout for some engines"):
        read(raw(("a", tarfile.CHRTYPE, "")))


@pytest.mark.parametrize(
    ("lower", "target"),
    [
        ("symlink", "/etc"),
        ("symlink", "../../../../../../etc"),
        ("symlink", "l"),
        ("symlink", "m"),
        ("file", ""),
        ("fifo", ""),
    ],
)
def test_what_is_no_directory_of_a_lower_layer_is_replaced_on_the_way(read, archives, lower, target):
    """As engines do it that lay one layer over the other, and whatever the link leads to."""
    below = archives.layer(
        LayerEntry("l", lower, 0o777 if target else 0o644, target=target),
        LayerEntry("m", "symlink", 0o777, target="l"),
        LayerEntry("etc/a", "file", 0o644, data=b"a"),
    )
    kept = ["/", "/etc", "/etc/a"]
    for above, there in [
        ([LayerEntry("l/b", "file", 0o644, data=b"b")], ["/l", "/l/b"]),
        ([LayerEntry("l/c/b", "file", 0o644, data=b"b")], ["/l", "/l/c", "/l/c/b"]),
        ([LayerEntry("l/a", "whiteout")], ["/l"]),
        ([LayerEntry("l", "opaque")], ["/l"]),
    ]:
        image = read(below, archives.layer(*above))
        assert [path for path, _ in image.filesystem.walk()] == [*kept, *there, "/m"]
        made = image.filesystem.lookup("/l")
        assert isinstance(made, Directory)
        assert made.attributes == Attributes(0o755)


def test_the_way_to_an_entry_is_made_whatever_the_entry_is_and_keeps_its_attributes(read, archives):
    below = archives.layer(LayerEntry("d", "directory", 0o700, 5, 6))
    image = read(below, archives.layer(*(LayerEntry(f"{d}/e", t) for d in "dn" for t in ("whiteout", "opaque"))))
    assert [path for path, _ in image.filesystem.walk()] == ["/", "/d", "/d/e", "/n", "/n/e"]
    assert image.filesystem.lookup("/d").attributes == Attributes(0o700, 5, 6)


def test_hard_links_do_not_lead_through_links(read, archives):
    target, link = LayerEntry("d/a", "file", 0o644), LayerEntry("l", "symlink", 0o777, target="d")
    for layers in (
        [[target, link, LayerEntry("x", "hardlink", target="l/a")]],
        [[target, link], [LayerEntry("x", "hardlink", target="l/a")]],
    ):
        with pytest.raises(ArchiveError, match="'x': a hard link to 'l/a', which is no file"):
            read(*(archives.layer(*entries) for entries in layers))


def test_a_hard_link_tells_mode_owner_and_capability_of_all_names(read, archives):
    file, link = LayerEntry("a", "file", 0o644, data=b"x"), LayerEntry("b", "hardlink", 0o4755, 5, 6, target="a")
    image = read(archives.layer(file, link, replace(link, path="c", capability=b"cap")))
    nodes = [image.filesystem.lookup(path) for path in ("/a", "/b", "/c")]
    assert {(node.attributes, node.capability, node.link_group) for node in nodes} == {
        (Attributes(0o4755, 5, 6), b"cap", "/a")
    }


def test_long_targets_of_links_are_refused_and_take_no_time(read, archives):
    for target in ("a/" * 257, "b" * 4097):
        with pytest.raises(ArchiveError, match="'l': it or its target is longer or deeper than the limits allow"):
            read(archives.layer(LayerEntry("l", "symlink", 0o777, target=target)))
    read(archives.layer(LayerEntry("l", "symlink", 0o777, target="a/" * 256)))


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
        (ArchiveLimits(entries=2), "'c': more than 2 entries"),
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
    with pytest.raises(ArchiveError, match="more than 2 entries"):
        read(*layers, limits=ArchiveLimits(entries=2))


def test_directories_on_the_way_count_as_entries(read):
    layer = raw(*((f"{n}/" + "/".join("d" * 100) + "/f", FILE, b"") for n in range(20)))
    with pytest.raises(ArchiveError, match=r"'9/d/.*: more than 1000 entries, with the directories on the way"):
        read(layer, limits=ArchiveLimits(entries=1_000))
    with pytest.raises(ArchiveError, match=r"'19/d/.*: the names take more than 202000 bytes"):
        read(layer, limits=ArchiveLimits(name_bytes=202_000))
    assert read(layer, limits=ArchiveLimits(entries=2_040, name_bytes=220_000))
    with pytest.raises(ArchiveError, match="more than 2040 entries"):
        read(layer, raw(("0/a", FILE, b"")), limits=ArchiveLimits(entries=2_040))


def test_a_layer_that_comes_several_times_counts_as_often(read):
    layer = raw(*((f"{n}", FILE, b"") for n in range(100)))
    read(*[layer] * 10, limits=ArchiveLimits(entries=1_000))
    with pytest.raises(ArchiveError, match="more than 1000 entries"):
        read(*[layer] * 11, limits=ArchiveLimits(entries=1_000))


def test_names_that_are_not_ascii_count_as_much_as_they_take(read):
    with pytest.raises(ArchiveError, match="the names take more than 500 bytes"):
        read(raw(*((f"{n}" + "\U0001f6a2" * 20, FILE, b"") for n in range(6))), limits=ArchiveLimits(name_bytes=500))


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


@pytest.mark.parametrize("below", [1, 3])
def test_indexes_that_list_one_another_many_times(archives, tmp_path, below):
    """Few documents, and many ways through them: what is come by is counted."""
    index, files = archives.index_of(), {}
    for _ in range(below):
        files |= dict([archives.blob(index)])
        index = archives.index_of(*[archives.descriptor(index)] * 101)
    folder = archives.write_folder(tmp_path / "a", {**files, "index.json": index})
    with pytest.raises(ArchiveError, match="no image" if below == 1 else "more than 1000 manifests and indexes in all"):
        read_image(folder)


def test_documents_are_bounded_together(archives, tmp_path):
    blobs = dict(archives.blob(b'{"manifests": [], "n": %d}' % n + b" " * (8 * 2**20 - 40)) for n in range(9))
    index = archives.index_of(*(archives.descriptor(data) for data in blobs.values()))
    with pytest.raises(ArchiveError, match="more than 67108864 bytes of manifests and configurations"):
        read_image(archives.write_folder(tmp_path / "a", {**blobs, "index.json": index}))


def test_long_links_of_the_archive_itself(archives, tmp_path):
    path = archives.write_tar(tmp_path / "a.tar", {"manifest.json": "a/" * 3_000})
    with pytest.raises(ArchiveError, match=r"'manifest\.json': it or its target is longer or deeper"):
        read_image(path)
