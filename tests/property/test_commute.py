"""Orders of instructions: what may change places does, and what is equal in an unknown base is equal in every base."""

from hypothesis import given, settings
from hypothesis import strategies as st

from restow.advise.access import access_of
from restow.build import Context, simulate
from restow.image import compare
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File
from restow.vfs.filesystem import STANDARD_DIRECTORIES, Filesystem

FILES = ["/srv/f", "/srv/g", "/srv/app/f", "/srv/app/sub/f", "/opt/f"]
FOLDERS = ["/srv/app/", "/srv/app/sub/", "/srv/new/", "/opt/"]
FLAGS = st.sampled_from(["", "", "", "--chown=5:6 ", "--chmod=700 "])


def file(text):
    return File(Attributes(0o644), Content.of(text.encode()))


def folder(**children):
    return Directory(Attributes(0o755), children)


CONTEXT_TREE = {"a": file("a"), "b": file("b"), "f": file("f"), "d": folder(f=file("f"), sub=folder(g=file("g")))}

copies = st.builds(
    "COPY {}{} {}".format,
    FLAGS,
    st.sampled_from(["a", "b", "f"]),
    st.sampled_from([*FILES, *FOLDERS]),
) | st.builds("COPY {}d {}".format, FLAGS, st.sampled_from(FOLDERS))
makers = st.builds("RUN mkdir -p {}".format, st.sampled_from(FOLDERS)) | st.builds(
    "RUN rm -rf {}".format, st.sampled_from([*FILES, *(path.rstrip("/") for path in FOLDERS[:3])])
)
writers = (
    st.builds("RUN echo {} > {}".format, st.sampled_from("xy"), st.sampled_from(FILES))
    | st.builds("RUN chmod {} {}".format, st.sampled_from(["600", "4755"]), st.sampled_from(FILES))
    | st.builds("RUN cat {} > {}".format, st.sampled_from(FILES), st.sampled_from(FILES))
)
others = st.sampled_from("WORKDIR /srv/app|WORKDIR /srv/new|USER 5:6|USER 0|ENV A=1|ENV B=2|LABEL a=1".split("|"))
instructions = copies | makers | writers | others

made = st.builds(Attributes, st.sampled_from([0o755, 0o700, 0o2775]), st.sampled_from([0, 5]), st.sampled_from([0, 6]))


@st.composite
def bases(draw, folders):
    """A base image of which all is known: the standard directories, ``folders``, and some of the files."""
    filesystem = Filesystem.empty()
    for path in sorted(STANDARD_DIRECTORIES):
        filesystem = filesystem.make_directories(path, Attributes(0o755))
    for path in draw(folders):
        filesystem = filesystem.make_directories(path, draw(made))
    for path in draw(st.lists(st.sampled_from(FILES), unique=True)):
        if isinstance(filesystem.lookup(path.rsplit("/", 1)[0]), Directory):
            filesystem = filesystem.put(path, file("base " + path))
    return filesystem.root


@st.composite
def rearranged(draw, kinds):
    """Some instructions, and the same with two neighbours in each other's place, or without one of them."""
    lines = draw(st.lists(kinds, min_size=2, max_size=4))
    at = draw(st.integers(0, len(lines) - 2))
    middle = draw(st.sampled_from([[lines[at + 1], lines[at]], [lines[at]], [lines[at + 1]]]))
    return lines, [*lines[:at], *middle, *lines[at + 2 :]]


def built(lines, base=None):
    """The build of the lines on ``base``, or on an image of which nothing is known."""
    tree = Directory(Attributes(0o755), CONTEXT_TREE if base is None else {**CONTEXT_TREE, "base": base})
    start = "FROM debian:12\n" if base is None else "FROM scratch\nCOPY base /\n"
    return simulate(parse(start + "".join(f"{line}\n" for line in lines)), Context(tree, "a test"))


def agree(lines, others, base):
    """Whether the second lines leave the same image on ``base``, if they do so on an image that nobody knows."""
    one, two = built(lines), built(others)
    if one.unknown or two.unknown or compare(one, two):
        return True
    left, right = built(lines, base), built(others, base)
    return bool(left.unknown) or (not right.unknown and not compare(left, right))


@settings(max_examples=200, deadline=None)
@given(st.lists(instructions, max_size=2), instructions, instructions)
def test_what_does_not_conflict_may_change_places(before, one, two) -> None:
    """Up to what is left to the proof: the working directory, which a RUN makes again, and the attributes of directories that
    are made on the way, with what lies below those, since a term holds the attributes of the directories above what it reads.
    """
    straight, swapped = built([*before, one, two]), built([*before, two, one])
    left, right = map(access_of, straight.target.steps[-2:])
    if not left.conflicts(right) and not straight.unknown and not swapped.unknown:
        found = compare(straight, swapped)
        made = [difference.where for difference in found if difference.what == "mode or owner"]
        working = f"{straight.target.steps[-1].state.directory}/"
        made += [difference.where for difference in found if working.startswith(f"{difference.where}/")]
        rest = [difference for difference in found if difference.where not in made]
        assert [one for one in rest if not any(one.where.startswith(f"{path}/") for path in made)] == []


@settings(max_examples=200, deadline=None)
@given(rearranged(instructions), bases(st.just(FOLDERS[:3])))
def test_equal_in_an_unknown_base_is_equal_in_a_known_one(orders, base) -> None:
    assert agree(*orders, base)


@settings(max_examples=200, deadline=None)
@given(rearranged(copies | makers | others), bases(st.lists(st.sampled_from(FOLDERS[:3]), unique=True)))
def test_the_same_where_directories_are_missing(orders, base) -> None:
    assert agree(*orders, base)


def test_the_comparison_can_fail() -> None:
    base = Filesystem.empty().make_directories("/srv", Attributes(0o755)).root
    swapped = ["COPY b /srv/f", "COPY a /srv/f"]
    assert compare(built(swapped, base), built(swapped[::-1], base))
    assert agree(["COPY a /srv/f", "COPY b /srv/g"], ["COPY b /srv/g", "COPY a /srv/f"], base)
