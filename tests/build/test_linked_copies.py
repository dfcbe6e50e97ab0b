"""COPY and ADD with --link of what is not known: put apart, and laid over what stands there."""

import io
import tarfile

import pytest

from restow.image import compare


def device_archive():
    """A tar archive with a character device, which is not unpacked by the simulator."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("null")
        info.type, info.devmajor, info.devminor = tarfile.CHRTYPE, 1, 3
        archive.addfile(info)
    return stream.getvalue()


FILES = {"f": b"f\n", "t.tar": device_archive()}
STAGE = "FROM alpine AS s\nRUN apk add git\n"
OVER_A_LINK = {
    "a file of an image": "COPY --link --from=busybox /bin/x /d/",
    "a name of its own": "COPY --link --from=busybox /bin/x /d/x",
    "a directory that is made": "COPY --link --from=busybox /bin/x /d/k/x",
    "a directory of a stage": "COPY --link --from=s /usr /d/",
    "an address": "ADD --link https://example.org/y /d/",
    "a repository": "ADD --link https://example.org/b.git#v1 /d/",
    "a here-document": "COPY --link <<E /d/r\nhi\nE",
}


@pytest.mark.parametrize("name", OVER_A_LINK)
def test_a_link_on_the_way_is_replaced_and_not_followed(name, build):
    """The file that comes after arrives below the new directory, and not where the link led."""
    before = f"{STAGE}FROM debian\nRUN ln -s /etc /d\n{OVER_A_LINK[name]}\n"
    assert compare(build(before + "COPY f /d/q\n", FILES), build(before + "COPY f /etc/q\n", FILES))


def test_without_link_it_is_followed(build):
    before = "FROM debian\nRUN ln -s /etc /d\nCOPY --from=busybox /bin/x /d/\n"
    assert not compare(build(before + "COPY f /d/q\n", FILES), build(before + "COPY f /etc/q\n", FILES))


def test_directories_on_the_way_take_the_mode_of_the_layer(build):
    link = "COPY --link --from=busybox /bin/x /d/k/x"
    one = build(f"FROM debian\nRUN rm -rf /d && mkdir -p -m 700 /d/k\n{link}\n")
    assert one.target.filesystem.lookup("/d/k").attributes.mode == 0o755
    two = build(f"FROM debian\nRUN rm -rf /d && mkdir -p /d/k\n{link}\nRUN chmod 700 /d/k\n")
    assert compare(one, two)


@pytest.mark.parametrize(
    "lines", ["RUN ln -s /etc /d\nCOPY --link --from=busybox /bin/x /d", "ADD --link t.tar f /opt/"]
)
def test_what_may_replace_something_is_refused(lines, build):
    simulation = build(f"FROM debian\n{lines}\n", FILES)
    assert [reason.split(" ")[0] for _, reason in simulation.unknown] == ["--link"]


def test_flags_of_a_download_count(build):
    plain, less = (
        build(f"FROM debian\nADD {flag}https://example.org/b.git#v1 /d/\n") for flag in ("", "--exclude=*.x ")
    )
    assert compare(plain, less)
