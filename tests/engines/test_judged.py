"""What a rewrite is blamed for beside the noise of the original, on images made by hand."""

import pytest

from restow.engines.comparison import judged
from restow.image import read_image
from restow.oci.layer import LayerEntry


@pytest.fixture
def judge(archives, tmp_path):
    """A function that takes the entries of the layers of three images, and gives what (path, aspect, texts) differs."""
    for name in ("before", "after"):
        (tmp_path / name).write_text(f"FROM {name}\n")

    def run(*images):
        read = []
        for number, layers in enumerate(images):
            files = archives.oci_files([archives.layer(*entries) for entries in layers])
            read.append(read_image(archives.write_folder(tmp_path / str(number), files)))
        found = judged(*read, before=tmp_path / "before", after=tmp_path / "after")
        return [(one.where, one.what, one.before, one.after) for one in found.differences]

    return run


def file(data, mode=0o644, path="a", **more):
    return LayerEntry(path, "file", mode, data=data, **more)


def link(target, uid=0):
    return LayerEntry("l", "symlink", 0o777, uid, target=target)


def test_the_mode_of_a_file_whose_bytes_are_noise(judge):
    (found,) = judge([[file(b"1")]], [[file(b"2")]], [[file(b"3", 0o600)]])
    assert found[:2] == ("/a", "mode or owner")
    assert found[2].startswith("file 0644 0:0 (")
    assert found[3].startswith("file 0600 0:0 (")


def test_a_mode_that_is_noise_too_is_no_difference(judge):
    assert judge([[file(b"1")]], [[file(b"2", 0o640)]], [[file(b"3", 0o600)]]) == []
    assert judge([[file(b"1")]], [[file(b"1", 0o640)]], [[file(b"1", 0o600)]]) == []
    (found,) = judge([[file(b"1")]], [[file(b"1", 0o640)]], [[file(b"1", 0o600, capability=b"\1")]])
    assert found == ("/a", "hard links or capability", "no other name, no capability", "no other name, capability 01")


def test_the_owner_of_a_link_whose_target_is_noise(judge):
    assert judge([[link("1")]], [[link("2")]], [[link("3")]]) == []
    found = judge([[link("1")]], [[link("2")]], [[link("3", 5)]])
    assert found == [("/l", "mode or owner", "link to 1", "link to 3 (5:0)")]


def test_where_layers_are_cut_is_no_difference_in_hard_links(judge):
    names = [file(b"1", path="x"), LayerEntry("a", "hardlink", 0o644, target="x")]
    turned = [file(b"3", path="a"), LayerEntry("x", "hardlink", 0o644, target="a")]
    assert judge([names], [[file(b"2", path="x"), names[1]]], [turned]) == []
