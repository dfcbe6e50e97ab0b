"""Real images read: every kind of archive, what is verified, and which image is meant."""

import bz2
import gzip
import importlib.util
import json
import lzma
import sys

import pytest

from restow.errors import ArchiveError, SourceError, UsageError
from restow.image import compare_images, read_image
from restow.oci.layer import LayerEntry
from restow.vfs import Directory, File, Symlink

CONFIG = {"Env": ["A=1", "B=2"], "Cmd": ["sh"], "WorkingDir": "/w", "User": "9", "Labels": {"x": "y"}}


@pytest.fixture
def layers(archives):
    return [
        archives.layer(
            LayerEntry("", "directory", 0o755),
            LayerEntry("etc", "directory", 0o755),
            LayerEntry("etc/passwd", "file", 0o644, data=b"root:x:0:0::/root:/bin/sh\n"),
            LayerEntry("etc/gone", "file", 0o644, data=b"gone"),
            LayerEntry("bin", "symlink", 0o777, target="usr/bin"),
            LayerEntry("usr/bin/tool", "file", 0o4755, 1, 2, data=b"tool"),
            LayerEntry("usr/bin/same", "hardlink", 0o4755, 1, 2, target="usr/bin/tool"),
            LayerEntry("d/x/y", "file", 0o600, data=b"y"),
        ),
        archives.layer(
            LayerEntry("etc/gone", "whiteout"),
            LayerEntry("d", "opaque"),
            LayerEntry("d/z", "file", 0o600, data=b"z"),
            LayerEntry("usr/bin/more", "file", 0o755, data=b"contents"),
        ),
    ]


def check(image):
    """The image is the one of ``layers``."""
    paths = [path for path, _ in image.filesystem.walk()]
    assert paths == [
        *("/", "/bin", "/d", "/d/z", "/etc", "/etc/passwd", "/usr", "/usr/bin"),
        *("/usr/bin/more", "/usr/bin/same", "/usr/bin/tool"),
    ]
    tool = image.filesystem.lookup("/usr/bin/tool")
    assert isinstance(tool, File)
    assert tool.link_group == "/usr/bin/same"
    assert (tool.attributes.mode, tool.attributes.uid, tool.attributes.gid) == (0o4755, 1, 2)
    assert tool.content.data is None
    assert image.filesystem.lookup("/bin") == Symlink("usr/bin")
    passwd = image.filesystem.lookup("/etc/passwd")
    assert isinstance(passwd, File)
    assert passwd.content.data == b"root:x:0:0::/root:/bin/sh\n"  # accounts are kept
    assert image.config.working_dir == "/w"
    assert str(image.platform) == "linux/amd64"
    assert len(image.layers) == 2


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_an_oci_layout_as_folder_and_as_tar_and_packed(archives, layers, tmp_path, compress):
    files = archives.oci_files(layers, CONFIG, compress)
    folder = read_image(archives.write_folder(tmp_path / "layout", files))
    check(folder)
    assert folder.layers[0].digest != folder.layers[0].diff_id or compress is bytes
    assert str(folder.layers[0].diff_id) == archives.digest(layers[0])
    plain = read_image(archives.write_tar(tmp_path / "a.tar", files))
    packed = read_image(archives.write_tar(tmp_path / "a.tgz", files, gzip.compress))
    for other in (plain, packed):
        check(other)
        assert (other.digest, other.id) == (folder.digest, folder.id)
        assert not compare_images(folder, other)


def test_both_layouts_of_docker_save(archives, layers, tmp_path):
    layers.append(layers[0])
    old = read_image(archives.write_tar(tmp_path / "old.tar", archives.old_docker_files(layers, CONFIG)))
    assert old.names == ("app:latest",)
    assert old.digest is None
    assert len(old.layers) == 3
    assert old.layers[0].digest == old.layers[2].digest
    assert old.layers[0].chain_id != old.layers[2].chain_id
    packed = read_image(
        archives.write_tar(tmp_path / "old.tgz", archives.old_docker_files(layers, CONFIG), gzip.compress)
    )
    assert packed.filesystem.digest == old.filesystem.digest
    podman = read_image(archives.write_tar(tmp_path / "podman.tar", archives.podman_files(layers, CONFIG)))
    assert podman.id == old.id
    new = archives.oci_files(layers, CONFIG)
    new["manifest.json"] = b"[]"  # the newer layout has both; index.json is the one with digests
    assert read_image(archives.write_tar(tmp_path / "new.tar", new)).filesystem.digest == old.filesystem.digest


@pytest.mark.skipif(
    sys.version_info < (3, 14) and importlib.util.find_spec("backports.zstd") is None,
    reason="no zstd: Python 3.14 or the extra zstd",
)
def test_zstd(archives, layers, tmp_path):
    zstd = pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    files = archives.oci_files(layers, CONFIG, zstd.compress)
    image = read_image(archives.write_folder(tmp_path, files))
    check(image)
    split = {**files}
    frames = archives.oci_files(layers, CONFIG, lambda data: zstd.compress(data[:700]) + zstd.compress(data[700:]))
    assert split.keys() != frames.keys()
    check(read_image(archives.write_tar(tmp_path / "frames.tar", frames)))


def test_zstd_without_its_package_says_what_to_install(archives, layers, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    files = archives.oci_files(layers, CONFIG, lambda data: b"\x28\xb5\x2f\xfd" + data)
    with pytest.raises(UsageError, match=r"layer sha256:.*zstd.*restow\[zstd\]"):
        read_image(archives.write_folder(tmp_path, files))


def test_history_goes_to_its_layers(archives, layers, tmp_path):
    told = [{"created_by": "one"}, {"created_by": "ENV", "empty_layer": True}, {"created_by": "two", "comment": "c"}]
    image = read_image(archives.write_folder(tmp_path / "a", archives.oci_files(layers, history=told)))
    assert [layer.history.created_by for layer in image.layers] == ["one", "two"]
    assert [entry.empty_layer for entry in image.history] == [False, True, False]
    image = read_image(archives.write_folder(tmp_path / "b", archives.oci_files(layers, history=told[:2])))
    assert [layer.history for layer in image.layers] == [None, None]


# --- which image ---------------------------------------------------------------------------------------------------


def several(archives, layers, *platforms, nested=False, absent=()):
    """A layout whose index lists an image a platform, and an attestation."""
    files, listed = {}, []
    for platform in platforms:
        config = archives.config_of(layers, {"Labels": {"platform": str(platform)}}, **platform)
        manifest = archives.manifest_of(config, layers)
        if platform not in absent:
            files |= dict(archives.blob(data) for data in (*layers, config, manifest))
        listed.append(archives.descriptor(manifest, platform=platform))
    attestation = archives.json_bytes({"layers": [], "config": archives.descriptor(b"{}")})
    files |= dict([archives.blob(attestation)])
    listed.append(
        archives.descriptor(
            attestation,
            platform={"os": "unknown", "architecture": "unknown"},
            annotations={"vnd.docker.reference.type": "attestation-manifest"},
        )
    )
    index = archives.index_of(*listed)
    for _ in range(2 if nested else 0):
        files |= dict([archives.blob(index)])
        index = archives.index_of(archives.descriptor(index))
    return {**files, "index.json": index}


AMD, ARM = {"os": "linux", "architecture": "amd64"}, {"os": "linux", "architecture": "arm64", "variant": "v8"}


@pytest.mark.parametrize("nested", [False, True])
def test_a_platform_is_chosen(archives, layers, tmp_path, nested):
    path = archives.write_folder(tmp_path, several(archives, layers, AMD, ARM, nested=nested))
    assert read_image(path, "linux/arm64").platform.variant == "v8"
    assert read_image(path, "linux/x86_64").platform.architecture == "amd64"
    with pytest.raises(UsageError, match=r"several platforms.*--platform: linux/amd64, linux/arm64/v8"):
        read_image(path)
    with pytest.raises(UsageError, match="no platform linux/s390x; it has: linux/amd64, linux/arm64/v8"):
        read_image(path, "linux/s390x")
    with pytest.raises(UsageError, match="os/architecture"):
        read_image(path, "arm64")


def test_platforms_whose_blobs_are_elsewhere_do_not_count_unless_asked_for(archives, layers, tmp_path):
    path = archives.write_folder(tmp_path, several(archives, layers, AMD, ARM, absent=[ARM]))
    assert read_image(path).platform.architecture == "amd64"
    with pytest.raises(ArchiveError, match=r"linux/arm64/v8.*not all of its blobs"):
        read_image(path, "linux/arm64")


def test_one_of_several_names(archives, layers, tmp_path):
    one, two = archives.old_docker_files(layers[:1], tags=["one:1"]), archives.old_docker_files(layers, tags=["two:2"])
    both = {**one, **two}
    both["manifest.json"] = archives.json_bytes([*json.loads(one["manifest.json"]), *json.loads(two["manifest.json"])])
    path = archives.write_tar(tmp_path / "both.tar", both)
    assert len(read_image(path, name="two:2").layers) == 2
    with pytest.raises(UsageError, match=r"several images.*one:1, two:2"):
        read_image(path)
    with pytest.raises(UsageError, match=r"'three'.*one:1, two:2"):
        read_image(path, name="three")


@pytest.mark.parametrize(("platform", "wanted"), [("linux/amd64", "linux/arm64"), ("windows/amd64", "linux/amd64")])
def test_the_platform_of_an_old_archive_is_checked(archives, layers, tmp_path, platform, wanted):
    system, architecture = platform.split("/")
    files = archives.old_docker_files(layers)
    document = archives.config_of(layers, os=system, architecture=architecture)
    files["manifest.json"] = archives.json_bytes(
        [{"Config": "c.json", "Layers": json.loads(files["manifest.json"])[0]["Layers"]}]
    )
    path = archives.write_tar(tmp_path / "a.tar", {**files, "c.json": document})
    assert str(read_image(path).platform) == platform
    with pytest.raises(UsageError, match=f"no platform {wanted}; it has: {platform}"):
        read_image(path, wanted)


# --- what is verified ----------------------------------------------------------------------------------------------


def replaced(files, name, data):
    assert name in files
    return {**files, name: data}


def test_wrong_digests_are_refused_and_named(archives, layers, tmp_path):
    files = archives.oci_files(layers, CONFIG)
    manifest = next(name for name, data in files.items() if b"image.manifest" in data and name.startswith("blobs"))
    config = next(name for name, data in files.items() if b"diff_ids" in data)
    layer = archives.blob(layers[1])[0]
    other = archives.layer(LayerEntry("d/z", "file", 0o600, data=b"Z"))
    cases = {
        manifest: files[manifest].replace(b'"schemaVersion": 2', b'"schemaVersion": 3'),
        config: files[config].replace(b"sh", b"sg"),
        layer: layers[1].replace(b"contents", b"CONTENTS"),
    }
    for at, (name, data) in enumerate(cases.items()):
        assert len(data) == len(files[name])
        with pytest.raises(ArchiveError, match=f"sha256:{name.rpartition('/')[2]}|{name}") as caught:
            read_image(archives.write_folder(tmp_path / str(at), replaced(files, name, data)))
        assert "the digest is sha256:" in str(caught.value)
    with pytest.raises(ArchiveError, match=f"layer {archives.digest(layers[1])}: has .* bytes, expected"):
        read_image(archives.write_folder(tmp_path / "size", replaced(files, layer, other)))


def test_wrong_diff_ids_are_refused(archives, layers, tmp_path):
    wrong = archives.config_of([layers[0], layers[0]])
    manifest = archives.manifest_of(wrong, layers)
    files = dict(archives.blob(data) for data in (*layers, wrong, manifest))
    files["index.json"] = archives.index_of(archives.descriptor(manifest))
    with pytest.raises(ArchiveError, match=f"layer {archives.digest(layers[1])}: the diff ID is"):
        read_image(archives.write_folder(tmp_path / "a", files))
    few = archives.config_of(layers[:1])
    manifest = archives.manifest_of(few, layers)
    files |= dict(archives.blob(data) for data in (few, manifest))
    files["index.json"] = archives.index_of(archives.descriptor(manifest))
    with pytest.raises(ArchiveError, match="1 diff IDs, and there are 2 layers"):
        read_image(archives.write_folder(tmp_path / "b", files))


def test_an_old_archive_is_verified_by_its_config(archives, layers, tmp_path):
    files = archives.old_docker_files(layers, CONFIG)
    name = next(name for name, data in files.items() if data == layers[1])
    with pytest.raises(ArchiveError, match=f"layer {name}: the diff ID is"):
        read_image(archives.write_tar(tmp_path / "a.tar", replaced(files, name, layers[0])))
    config = next(name for name, data in files.items() if b"diff_ids" in data)
    with pytest.raises(ArchiveError, match=f"{config}.*the digest is"):
        read_image(archives.write_tar(tmp_path / "b.tar", replaced(files, config, files[config] + b" ")))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no image: there is neither"),
        ({"index.json": b"{"}, "index.json: not JSON"),
        ({"index.json": b"[]"}, "index.json: a JSON object"),
        ({"index.json": b"[" * 100_000}, "index.json: not JSON"),
        ({"index.json": b'{"manifests": 1}'}, "manifests must be a list"),
        ({"index.json": b'{"manifests": []}'}, "lists no manifest"),
        ({"index.json": b'{"manifests": [], "manifests": []}'}, "comes twice"),
        (
            {"index.json": b'{"manifests": [{"digest": "sha256:x", "size": 1}]}'},
            r"manifests\[0\]: 'sha256:x' is no digest",
        ),
        ({"index.json": b'{"manifests": [{"digest": "sha256:x", "size": -1}]}'}, r"manifests\[0\]: the size -1"),
        ({"index.json": b'{"manifests": [{"digest": "a:../../etc/passwd", "size": 1}]}'}, "is no digest"),
        ({"manifest.json": b"{}"}, "manifest.json: a list of images"),
        ({"manifest.json": b'[{"Config": "c"}]'}, "'c': not in the archive"),
        ({"manifest.json": b'[{"Config": "../../etc/passwd"}]'}, r"goes up with \.\."),
        ({"manifest.json": b'[{"Config": "/etc/passwd"}]'}, "is absolute"),
        ({"manifest.json": b'[{"Config": "c", "Layers": 1}]', "c": b"{}"}, "Layers must be a list of texts"),
    ],
)
def test_documents_that_are_broken_are_refused(archives, tmp_path, files, message):
    path = archives.write_tar(tmp_path / "a.tar", files)
    with pytest.raises(ArchiveError, match=message) as caught:
        read_image(path)
    assert str(caught.value).startswith(str(path))


def test_a_document_that_is_manifest_and_index_at_once_is_refused(archives, layers, tmp_path):
    config = archives.config_of(layers)
    both = archives.json_bytes({**json.loads(archives.manifest_of(config, layers)), "manifests": []})
    files = dict(archives.blob(data) for data in (*layers, config, both))
    files["index.json"] = archives.index_of(archives.descriptor(both))
    with pytest.raises(ArchiveError, match="both an index and the manifest"):
        read_image(archives.write_folder(tmp_path, files))


def test_what_is_no_image_is_a_clear_error(tmp_path):
    with pytest.raises(SourceError, match="No such file"):
        read_image(tmp_path / "absent.tar")
    with pytest.raises(ArchiveError, match="no image"):
        read_image(tmp_path)
    (tmp_path / "text").write_text("not a tar")
    with pytest.raises(ArchiveError, match="damaged or cut off"):
        read_image(tmp_path / "text")
    with pytest.raises(SourceError):
        read_image("/dev/null")


# --- compared ------------------------------------------------------------------------------------------------------


def test_where_layers_are_cut_and_how_they_are_packed_is_no_difference(archives, tmp_path):
    one = [archives.tree(a=b"1", d__b=b"2")]
    two = [
        archives.tree(a=b"0", c=b"3"),
        archives.tree(d__b=b"2"),
        archives.layer(LayerEntry("c", "whiteout"), LayerEntry("a", "file", 0o644, data=b"1")),
    ]
    left = read_image(archives.write_folder(tmp_path / "a", archives.oci_files(one, CONFIG)))
    right = read_image(archives.write_folder(tmp_path / "b", archives.oci_files(two, CONFIG, gzip.compress)))
    assert not compare_images(left, right)


def test_differences_of_files_and_of_the_configuration(archives, tmp_path):
    one = [archives.tree(a=b"1", b=b"2", c=b"3")]
    two = [
        archives.layer(
            LayerEntry("a", "file", 0o600, data=b"1"),
            LayerEntry("b", "file", 0o644, data=b"x"),
            LayerEntry("d", "directory", 0o755),
        )
    ]
    left = read_image(archives.write_folder(tmp_path / "a", archives.oci_files(one, CONFIG)))
    changed = {**CONFIG, "Env": ["B=2", "A=1"], "Cmd": ["bash"], "Labels": {}}
    right = read_image(archives.write_folder(tmp_path / "b", archives.oci_files(two, changed)))
    found = {(one.where, one.what) for one in compare_images(left, right)}
    assert found == {
        ("Cmd", "configuration"),
        ("Labels", "configuration"),
        ("/a", "mode or owner"),
        ("/b", "content"),
        ("/c", "kind"),
        ("/d", "kind"),
    }
    assert isinstance(right.filesystem.lookup("/d"), Directory)


def test_all_names_of_an_image_are_told(archives, layers, tmp_path):
    files = archives.oci_files(layers, CONFIG)
    index = json.loads(files["index.json"])
    key = "org.opencontainers.image.ref.name"
    (one,) = index["manifests"]
    index["manifests"] = [{**one, "annotations": {key: name}} for name in ("app:1", "app:2", "app:1")]
    files["index.json"] = archives.json_bytes(index)
    folder = archives.write_folder(tmp_path, files)
    assert read_image(folder).names == ("app:1", "app:2")
    assert read_image(folder, name="app:1").names == ("app:1", "app:2")


def test_the_same_index_under_several_names(archives, layers, tmp_path):
    files = archives.oci_files(layers, CONFIG)
    inner = files.pop("index.json")
    named = [
        archives.descriptor(inner, annotations={"org.opencontainers.image.ref.name": name}) for name in ("a:1", "b:1")
    ]
    files |= {"index.json": archives.index_of(*named), **dict([archives.blob(inner)])}
    assert read_image(archives.write_folder(tmp_path, files), name="b:1").names == ("a:1", "b:1")
