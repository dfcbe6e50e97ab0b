"""The slash at the end of a destination, for sources of which nobody knows whether they are files."""

import pytest

from restow.image import compare
from restow.vfs import Attributes

STAGE = "FROM alpine AS s\nRUN apk add git\n"
SOURCES = {
    "a file of an image": "COPY --from=busybox /bin/x",
    "a name that stays": "COPY --from=busybox /bin/d",
    "what a program left": "COPY --from=s /usr/bin/git",
    "a pattern": "COPY --from=busybox /bin/*x",
    "apart": "COPY --link --from=busybox /bin/x",
    "an address": "ADD https://example.org/y",
    "a repository": "ADD https://example.org/b.git#v1",
}
FILES = {"t": b"\x28\xb5\x2f\xfd, and no more is known", "f": b"f\n"}


def both(build, before, one, two, after=""):
    return compare(*(build(f"{STAGE}{before}\n{line}\n{after}", FILES) for line in (one, two)))


@pytest.mark.parametrize("base", ["scratch", "debian"])
@pytest.mark.parametrize("name", SOURCES)
def test_a_folder_that_is_made_is_no_file(name, base, build):
    """``/opt/d`` is a file, ``/opt/d/`` a folder that holds it."""
    line = SOURCES[name]
    assert both(build, f"FROM {base}", f"{line} /opt/d", f"{line} /opt/d/")


@pytest.mark.parametrize("place", ["/w", "/opt"])
@pytest.mark.parametrize("name", [name for name in SOURCES if name != "apart"])
def test_a_folder_that_stands_takes_it_both_ways(name, place, build):
    line = SOURCES[name]
    simulation = build(f"{STAGE}FROM debian\nWORKDIR {place}\n{line} .\n", FILES)
    assert not simulation.unknown
    for written in (place, f"{place}/", "./"):
        assert not both(build, f"FROM debian\nWORKDIR {place}", f"{line} .", f"{line} {written}"), written


def test_a_folder_of_the_base_image_stands_and_one_of_scratch_does_not(build):
    line = "COPY --from=busybox /bin/x"
    assert not both(build, "FROM debian", f"{line} /usr/local/bin", f"{line} /usr/local/bin/")
    assert both(build, "FROM scratch", f"{line} /opt", f"{line} /opt/")
    over = "FROM scratch\nCOPY --from=busybox /bin/y /opt"
    assert both(build, over, f"{line} /opt", f"{line} /opt/")
    whole = "FROM scratch\nCOPY --from=busybox / /"
    assert both(build, whole, f"{line} /opt", f"{line} /opt/")


def test_a_copy_apart_sees_no_folder_that_stands(build):
    """--link puts the source into an empty root: without a slash it replaces the folder."""
    line = "COPY --link --from=busybox /bin/x"
    assert both(build, "FROM debian\nWORKDIR /w", f"{line} /w", f"{line} /w/")


def test_a_slash_makes_a_folder_for_later_copies(build):
    before = "FROM debian\nCOPY --from=busybox /bin/x /opt/d/"
    line = "COPY --from=busybox /bin/y"
    assert not both(build, before, f"{line} /opt/d", f"{line} /opt/d/")
    assert not both(build, before, "COPY f /opt/d", "COPY f /opt/d/")
    perhaps = "FROM debian\nCOPY --from=busybox /bin/*x /opt/d/"
    assert both(build, perhaps, f"{line} /opt/d", f"{line} /opt/d/")


@pytest.mark.parametrize("line", ["COPY --from=busybox /bin/x /k", "COPY --from=busybox --chown=7 /bin/x /k/"])
def test_what_stands_keeps_its_mode(line, build):
    """As the engine does: a folder that is copied merges, and its own mode does not count."""
    result = build(f"FROM scratch\nWORKDIR /k\n{line}\n")
    assert result.target.filesystem.lookup("/k").attributes == Attributes(0o755)


def test_what_may_be_no_archive_keeps_the_slash(build):
    assert both(build, "FROM debian", "ADD t /opt/d", "ADD t /opt/d/")
    assert not both(build, "FROM debian\nWORKDIR /w", "ADD t /w", "ADD t .")


def test_a_file_in_the_way_of_a_folder_ends_the_build(build):
    simulation = build("FROM scratch\nCOPY f /d\nCOPY --from=busybox /bin/x /d/\n", FILES)
    assert simulation.unknown
