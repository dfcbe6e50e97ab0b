"""Layers of real images: what they add, change, remove and waste; one path through them; what two images share."""

import pytest

from restow.errors import UsageError
from restow.image import read_image
from restow.image.analysis import analyse, common_layers, offenders
from restow.image.path_view import view_path
from restow.image.sharing import share
from restow.oci.layer import LayerEntry


def file(path, size, mode=0o644):
    return LayerEntry(path, "file", mode, data=path.encode().ljust(size, b"."))


def gone(path):
    return LayerEntry(path, "whiteout")


def folder(path, mode=0o755):
    return LayerEntry(path, "directory", mode)


@pytest.fixture
def read(archives, tmp_path):
    def read(*layers, compress=bytes, name="image", **more):
        made = [archives.layer(*entries) for entries in layers]
        return read_image(archives.write_folder(tmp_path / name, archives.oci_files(made, compress=compress, **more)))

    return read


def wasted(analysis):
    return {(w.path, w.size, w.stored_in, w.hidden_by, w.removed) for layer in analysis.layers for w in layer.wasted}


def test_a_path_stored_n_times_wastes_all_but_one(read):
    analysis = analyse(read([file("a", 100)], [file("a", 200)], [file("a", 300)]))
    assert wasted(analysis) == {("/a", 100, 0, 1, False), ("/a", 200, 1, 2, False)}
    assert offenders(analysis.own_waste) == (("/a", 2, 300),)
    assert analysis.bytes == 600


def test_what_is_deleted_is_wasted_whole_also_below_a_directory(read):
    image = read([file("d/a", 10), file("d/e/b", 20), file("c", 30)], [gone("d")], [gone("c"), file("d", 5)])
    analysis = analyse(image)
    assert wasted(analysis) == {("/d/a", 10, 0, 1, True), ("/d/e/b", 20, 0, 1, True), ("/c", 30, 0, 2, True)}
    assert analysis.layers[1].removed == ("/d",)
    assert analysis.layers[2].added == ("/d",)


def test_an_opaque_directory_and_one_that_a_file_replaces(read):
    image = read([file("d/a", 10), file("e/b", 20)], [LayerEntry("d", "opaque"), file("d/c", 1)], [file("e", 2)])
    assert wasted(analyse(image)) == {("/d/a", 10, 0, 1, True), ("/e/b", 20, 0, 2, False)}


def test_a_chmod_stores_the_file_again(read):
    analysis = analyse(read([file("a", 100)], [file("a", 100, 0o755)], [file("a", 100, 0o755)]))
    assert analysis.layers[1].changed == ("/a",)
    assert analysis.layers[2].repeated == ("/a",)
    assert sum(waste.size for waste in analysis.own_waste) == 200


def test_a_file_with_a_name_left_is_not_wasted(read):
    two = [file("a", 100), LayerEntry("b", "hardlink", 0o644, target="a")]
    assert wasted(analyse(read(two, [gone("a")], name="one"))) == set()
    assert wasted(analyse(read(two, [gone("a")], [gone("b")], name="two"))) == {("/b", 100, 0, 2, True)}


def test_the_base_images_layers_are_counted_apart(read):
    image = read([file("a", 100), file("b", 50)], [gone("a"), file("c", 7)], [file("c", 7)])
    analysis = analyse(image, 1)
    assert [waste.path for waste in analysis.base_waste] == ["/a"]
    assert [waste.path for waste in analysis.own_waste] == ["/c"]
    assert common_layers(image, read([file("a", 100), file("b", 50)], name="base")) == 1
    assert common_layers(image, read([file("x", 1)], name="other")) == 0


def test_deleted_and_brought_again_in_one_layer_is_changed(read):
    analysis = analyse(read([file("d/a", 10)], [gone("d"), folder("d"), file("d/a", 11)]))
    assert analysis.layers[1].changed == ("/d", "/d/a") or analysis.layers[1].changed == ("/d",)
    assert analysis.layers[1].removed == ()


def test_what_a_directory_on_the_way_replaces_is_wasted(read):
    link = LayerEntry("lib", "symlink", 0o777, target="usr/lib")
    image = read([link, file("usr/lib/a", 10), file("b", 30)], [file("lib/a", 20), gone("b/c")])
    analysis = analyse(image)
    assert wasted(analysis) == {("/b", 30, 0, 1, False)}
    assert analysis.layers[1].changed == ("/b", "/lib")
    assert analysis.layers[1].added == ("/lib/a",)
    assert [(e.layer, e.action, e.text) for e in view_path(image, "/b").events] == [
        (0, "added", "file 0644 0:0 (sha256:cc2a32572784), 30 bytes"),
        (1, "replaced", "directory 0755 0:0"),
    ]


def test_a_path_through_the_layers(read):
    link = LayerEntry("lib", "symlink", 0o777, target="usr/lib")
    image = read(
        [link, file("usr/lib/a", 10), folder("d")], [file("usr/lib/a", 20)], [gone("usr")], [folder("d", 0o700)]
    )
    view = view_path(image, "/usr/lib/a")
    assert [(event.layer, event.action, event.through) for event in view.events] == [
        (0, "added", None),
        (1, "replaced", None),
        (2, "removed", "/usr"),
    ]
    assert view.visible is None
    view = view_path(image, "/d/")
    assert [(event.layer, event.action) for event in view.events] == [(0, "added"), (3, "attributes")]
    assert view.visible.layer == 3
    assert view_path(image, "/none").events == ()
    with pytest.raises(UsageError, match="begins with /"):
        view_path(image, "etc")


def test_links_on_the_way_of_a_path_are_followed(read):
    image = read([LayerEntry("lib", "symlink", 0o777, target="usr/lib"), file("usr/lib/a", 10)])
    view = view_path(image, "/lib/a")
    assert (view.asked, view.path, len(view.events)) == ("/lib/a", "/usr/lib/a", 1)


def test_shared_layers(read, archives):
    base, mine, other = [file("a", 1000)], [file("b", 10)], [file("c", 20)]
    one, two = read(base, mine, name="one"), read(base, other, mine, name="two")
    shared = share(one, two)
    assert [(s.first, s.second, s.pulled_once, s.stored_once) for s in shared.layers] == [
        (0, 0, True, True),
        (1, 2, True, False),
    ]
    assert shared.common == 1
    assert shared.pull_bytes == sum(layer.size for layer in two.layers)
    assert shared.saved_bytes == one.size
    assert shared.stored_saved == one.layers[0].unpacked
    packed = share(one, read(base, name="packed", compress=archives.zipped))
    assert [(s.pulled_once, s.stored_once) for s in packed.layers] == [(False, True)]
    assert packed.saved_bytes == 0


def test_a_directory_that_no_entry_lists(archives, tmp_path):
    below = LayerEntry("a/b/c", "file", 0o644, data=b"1")
    later = archives.layer(LayerEntry("", "directory", 0o755), LayerEntry("a/b", "directory", 0o700))
    gone = archives.layer(LayerEntry("a", "whiteout"))
    layers = [archives.layer(below), later, gone]
    image = read_image(archives.write_folder(tmp_path, archives.oci_files(layers)))
    implied = "directory 0755 0:0, which no entry lists"
    told = {
        path: [(event.layer, event.action, event.text) for event in view_path(image, path).events]
        for path in ("/", "/a", "/a/b")
    }
    assert told["/"] == [(0, "added", implied), (1, "attributes", "directory 0755 0:0")]
    assert told["/a"] == [(0, "added", implied), (2, "removed", implied)]
    assert [action for _, action, _ in told["/a/b"]] == ["added", "attributes", "removed"]
    assert view_path(image, "/").visible.layer == 1
    late = archives.layer(below, LayerEntry("a", "directory", 0o700), LayerEntry("", "directory", 0o711))
    image = read_image(archives.write_folder(tmp_path / "late", archives.oci_files([late])))
    for path, mode in (("/a", "0700"), ("/", "0711")):
        (event,) = view_path(image, path).events
        assert (event.action, event.text) == ("added", f"directory {mode} 0:0")


def test_what_takes_a_directory_away_that_no_entry_lists(archives, tmp_path):
    below = LayerEntry("a/b/c", "file", 0o644, data=b"1")
    layers = [archives.layer(below), archives.layer(LayerEntry("a", "whiteout"))]
    image = read_image(archives.write_folder(tmp_path, archives.oci_files(layers)))
    assert view_path(image, "/a/b").events[-1].through == "/a"
