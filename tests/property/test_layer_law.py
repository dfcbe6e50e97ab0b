"""The law of the differ: a layer made of the changes, written as a tar, read back and applied, gives the upper
filesystem.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from restow.image.archive import apply_entries, entries_of
from restow.oci.layer import write_layer
from restow.oci.layer_reader import read_layer
from restow.vfs import Attributes, Content, Directory, File, Filesystem, Special, Symlink
from restow.vfs.changes import apply, changes, with_canonical_links

names = st.sampled_from(["a", "b", "c", "long name", "ü", ".hidden", "-x"])
attributes = st.builds(
    Attributes,
    st.sampled_from([0o755, 0o644, 0o4755, 0o1777, 0]),
    st.sampled_from([0, 9, 65534]),
    st.sampled_from([0, 5]),
)
contents = st.sampled_from([b"", b"x", b"y" * 600]).map(Content.of)
capabilities = st.sampled_from([b"", b"\x01\x00\x00\x02\x00 \x00\x00"])
leaves = st.one_of(
    st.builds(File, attributes, contents, capabilities),
    st.builds(File, attributes, contents, st.just(b""), st.sampled_from(["g1", "g2"])),
    st.builds(Symlink, st.sampled_from(["a", "../b", "/c"]), st.just(Attributes(0o777))),
    st.builds(Special, st.just("fifo"), attributes),
    st.builds(Special, st.just("character"), attributes, st.just(1), st.just(3)),
)
trees = st.recursive(
    leaves, lambda inner: st.builds(Directory, attributes, st.dictionaries(names, inner, max_size=4)), max_leaves=12
)


def filesystem(children: dict) -> Filesystem:
    """Members of one hard-link group share one inode: the first one's."""
    first: dict[str, File] = {}

    def same(_path, node):
        if isinstance(node, File) and node.link_group:
            return first.setdefault(node.link_group, node)
        return node

    return with_canonical_links(Filesystem(Directory(Attributes(0o755), children)).map("/", same))


filesystems = st.dictionaries(names, trees, max_size=5).map(filesystem)


@settings(max_examples=400, deadline=None)
@given(filesystems, filesystems)
def test_changes_through_real_tar_bytes(lower: Filesystem, upper: Filesystem) -> None:
    layer = changes(lower, upper)
    assert apply(lower, layer).digest == upper.digest
    data = write_layer(entries_of(layer))
    assert apply_entries(lower, read_layer(data, duplicates="keep")).digest == upper.digest


@settings(max_examples=100, deadline=None)
@given(filesystems)
def test_no_change_is_an_empty_layer(value: Filesystem) -> None:
    assert changes(value, value) == ()
