"""Two real images compared: the texts of a difference show what differs, and the platform counts."""

import pytest

from restow.image import compare_images, read_image
from restow.image.sharing import share
from restow.oci.layer import LayerEntry


@pytest.fixture
def image(archives, tmp_path):
    """A function that makes an image of layers; other words are fields of its configuration document."""
    count = iter(range(9))

    def make(*layers, **more):
        files = archives.oci_files([archives.layer(*entries) for entries in layers], **more)
        return read_image(archives.write_folder(tmp_path / str(next(count)), files))

    return make


def entry(kind, target="", mode=0o644, uid=0, **more):
    return LayerEntry("x", kind, mode, uid, target=target, **more)


@pytest.mark.parametrize(
    ("one", "other", "what", "texts"),
    [
        (entry("symlink", "y"), entry("symlink", "y", uid=5), "mode or owner", ("link to y", "link to y (5:0)")),
        (entry("symlink", "y"), entry("symlink", "z", uid=5), "content", ("link to y", "link to z (5:0)")),
        (
            entry("char", "1:3"),
            entry("char", "1:5"),
            "content",
            ("character device 1:3 0644 0:0", "character device 1:5 0644 0:0"),
        ),
        (entry("fifo"), entry("fifo", mode=0o600), "mode or owner", ("fifo 0644 0:0", "fifo 0600 0:0")),
        (entry("fifo"), entry("char", "1:3"), "content", ("fifo 0644 0:0", "character device 1:3 0644 0:0")),
        (
            entry("file", data=b""),
            entry("file", data=b"", capability=b"\1"),
            "hard links or capability",
            ("no other name, no capability", "no other name, capability 01"),
        ),
    ],
)
def test_the_texts_show_what_differs(image, one, other, what, texts):
    (found,) = compare_images(image([one]), image([other]))
    assert (found.where, found.what, (found.before, found.after)) == ("/x", what, texts)


def test_hard_links_are_named(image):
    two = entry("file", data=b""), LayerEntry("y", "file", 0o644, data=b"")
    one = two[0], LayerEntry("y", "hardlink", 0o644, target="x")
    texts = {(found.where, found.before, found.after) for found in compare_images(image(two), image(one))}
    names = "one of the names of /x, no capability"
    assert texts == {(path, "no other name, no capability", names) for path in ("/x", "/y")}


@pytest.mark.parametrize(
    ("one", "other", "texts"),
    [
        ({}, {"architecture": "arm64"}, ("linux/amd64", "linux/arm64")),
        ({}, {"os": "windows"}, ("linux/amd64", "windows/amd64")),
        (
            {"architecture": "arm", "variant": "v6"},
            {"architecture": "arm", "variant": "v7"},
            ("linux/arm/v6", "linux/arm/v7"),
        ),
        ({"architecture": "arm", "variant": "v6"}, {"architecture": "arm"}, ("linux/arm/v6", "linux/arm")),
    ],
)
def test_another_platform_is_a_difference(image, one, other, texts):
    (found,) = compare_images(image([entry("fifo")], **one), image([entry("fifo")], **other))
    assert (found.where, found.what, (found.before, found.after)) == ("Platform", "configuration", texts)
    (found,) = compare_images(image([entry("fifo")], **other), image([entry("fifo")], **one))
    assert (found.after, found.before) == texts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"architecture": "arm64"}, {"architecture": "arm64", "variant": "v8"}),
        ({"architecture": "arm"}, {"architecture": "arm", "variant": "v7"}),
        ({}, {"architecture": ""}),
        ({}, {"os": None}),
    ],
)
def test_the_usual_variant_and_what_is_not_stated_are_none(image, one, other):
    assert compare_images(image([entry("fifo")], **one), image([entry("fifo")], **other)) == ()


def test_layers_that_one_image_repeats_are_not_saved_by_another(image):
    large, small, other = ([entry("file", data=data)] for data in (b"1" * 5000, b"2", b"3"))
    twice, single = image(large, small, large), image(other)
    found = share(twice, single)
    assert found.layers == ()
    assert (found.saved_bytes, found.stored_saved) == (0, 0)
    assert found.pull_bytes == twice.layers[0].size + twice.layers[1].size + single.size
    again = share(twice, twice)
    assert again.saved_bytes == again.pull_bytes == twice.layers[0].size + twice.layers[1].size
    assert again.stored_saved == again.stored_bytes == sum(layer.unpacked for layer in twice.layers)
