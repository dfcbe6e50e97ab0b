"""Digests of files as the cache of either builder holds them."""

from dataclasses import replace

from restow.graph import content_digest, is_computed, named_digest
from restow.vfs import Attributes, Content, Directory, File, Origin, Symlink, Unknown

A, B = (File(Attributes(0o644), Content.of(data)) for data in (b"a", b"b"))
LINKED = replace(A, link_group="inode 1")


def folder(**children):
    return Directory(Attributes(0o755), children)


def named(root, *paths):
    return named_digest(root, [(path, root.children[path]) for path in paths])


def test_buildkit_counts_no_hard_links() -> None:
    assert content_digest(folder(x=A, y=A)) == content_digest(folder(x=LINKED, y=LINKED))
    assert content_digest(LINKED) == content_digest(A)


def test_buildkit_counts_content_mode_owner_and_link_text() -> None:
    trees = [
        folder(x=A),
        folder(x=B),
        folder(y=A),
        folder(x=replace(A, attributes=Attributes(0o600))),
        folder(x=replace(A, attributes=Attributes(0o644, 1))),
        folder(x=Symlink("a")),
        folder(x=Symlink("b")),
        folder(x=replace(A, capability=b"1")),
        Directory(Attributes(0o700), {"x": A}),
    ]
    assert len({content_digest(tree) for tree in trees}) == len(trees)


def test_the_classic_builder_counts_names_and_hard_links() -> None:
    assert named(folder(x=A, y=A), "x") != named(folder(x=A, y=A), "y")
    linked = folder(x=LINKED, y=LINKED)
    assert named(linked, "x") == named(folder(x=A), "x")
    assert named(linked, "y") != named(folder(x=A, y=A), "y")


def test_which_inode_it_is_does_not_count() -> None:
    """Found by comparing with the real engine (seed 60001 of the classic builder)."""
    other = replace(A, link_group="inode 2")
    assert named(folder(x=LINKED, y=LINKED), "x", "y") == named(folder(x=other, y=other), "x", "y")


def test_the_classic_builder_looks_behind_links() -> None:
    """A link that points to nothing stands for nothing, so that another text in it goes unseen: the image is stale then."""

    def inside(link, target):
        return named(folder(d=folder(link=link), target=target), "d")

    assert inside(Symlink("../target"), A) != inside(Symlink("../target"), B)
    assert inside(Symlink("nowhere"), A) == inside(Symlink("elsewhere"), A)
    assert inside(Symlink("../target"), A) != inside(Symlink("nowhere"), A)
    assert inside(Symlink("link"), A) == inside(Symlink("nowhere"), A)


def test_what_is_computed() -> None:
    assert is_computed(folder(x=A, d=folder(l=Symlink("x"))))
    term = File(Attributes(0o644), Content("term:what a program wrote"))
    for node in (term, Unknown(Origin("image x")), Directory(Attributes(0o755), {}, Origin("image x"))):
        assert not is_computed(node)
        assert not is_computed(folder(x=A, y=node))
