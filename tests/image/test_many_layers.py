"""Layers compared one by one: only what a layer opens is looked at, and hard links keep their names."""

import pytest

from restow.errors import UsageError
from restow.image import layer_diff, read_image
from restow.image.layer_diff import layer_changes
from restow.oci.layer import LayerEntry


def file(path, data=b"x"):
    return LayerEntry(path, "file", 0o644, data=data)


def image_of(archives, tmp_path, *layers):
    made = [archives.layer(*entries) for entries in layers]
    return read_image(archives.write_tar(tmp_path / "image.tar", archives.oci_files(made)))


def told(image):
    return [
        [(change.kind, change.path, getattr(change.node, "link_group", None)) for change in layer.changes]
        for layer in layer_changes(image)
    ]


def test_hard_links_that_come_and_go(archives, tmp_path) -> None:
    image = image_of(
        archives,
        tmp_path,
        [
            file("d/b"),
            LayerEntry("d/a", "hardlink", 0o644, target="d/b"),
            LayerEntry("e/c", "hardlink", 0o644, target="d/a"),
        ],
        [file("other")],
        [LayerEntry("d/a", "whiteout")],
        [LayerEntry("d", "whiteout")],
        [file("e", b"a file in the place of a directory")],
    )
    first, *rest = told(image)
    assert [one for one in first if one[2]] == [("add", f"/{name}", "/d/a") for name in ("d/a", "d/b", "e/c")]
    assert rest == [
        [("add", "/other", None)],
        [("remove", "/d/a", None), ("modify", "/d/b", "/d/b"), ("modify", "/e/c", "/d/b")],
        [("remove", "/d", None), ("modify", "/e/c", None)],
        [("modify", "/e", None)],
    ]


def test_what_layers_may_open_in_all_is_bounded(archives, tmp_path, monkeypatch) -> None:
    image = image_of(archives, tmp_path, *([file(f"d{number}/x")] for number in range(20)))
    assert len(list(layer_changes(image))) == 20
    opened = sum(range(1, 21)) + 20  # the root, larger by one each time, and a directory of one file
    monkeypatch.setattr(layer_diff, "MAX_VISITED", opened)
    assert len(list(layer_changes(image))) == 20
    monkeypatch.setattr(layer_diff, "MAX_VISITED", opened - 1)
    with pytest.raises(UsageError, match=r"up to number 20 of 20.*leave --layers out"):
        list(layer_changes(image))


def test_a_layer_opens_nothing_beside_what_it_changes(archives, tmp_path, monkeypatch) -> None:
    large = [file(f"large/{number}") for number in range(300)] + [
        file("l/a"),
        LayerEntry("l/b", "hardlink", target="l/a"),
    ]
    image = image_of(archives, tmp_path, large, *([file("small/x", b"%d" % number)] for number in range(50)))
    monkeypatch.setattr(layer_diff, "MAX_VISITED", 305 + 50 * 4)
    assert len(list(layer_changes(image))) == 51
