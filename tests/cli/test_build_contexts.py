"""`--build-context`: named contexts that are folders, other images, or images in OCI layouts."""

import json
from pathlib import Path

import pytest

from restow.build import simulate
from restow.build.context import Context, OtherImage
from restow.build.keys import cache_keys
from restow.errors import RestowError
from restow.image.named_source import read_named_source
from restow.syntax import parse
from restow.vfs import Attributes, Directory

NOTHING = Context(Directory(Attributes(0o755), {}), "a test")


@pytest.fixture
def layout(archives, tmp_path):
    """An OCI layout in an archive, with one file and an environment."""
    files = archives.oci_files([archives.tree(etc__x=b"from the layout")], {"Env": ["A=1"], "WorkingDir": "/w"})
    return archives.write_tar(tmp_path / "layout.tar", files)


def write(**files):
    for name, text in files.items():
        path = Path(name.replace("__", "/").replace("_", "."))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_a_folder_stands_for_an_image(restow):
    write(Dockerfile="FROM scratch\nCOPY --from=lib a /\n", other__a="1", same__a="1", next__a="2")
    Path("B").write_text("FROM scratch\nCOPY --from=lib a /b\nCOPY --from=lib a /a\n")
    code, out, _ = restow("verify", "Dockerfile", "B", "--build-context", "lib=other", "-f", "json")
    assert (code, [one["where"] for one in json.loads(out)["differences"]]) == (1, ["/b"])
    layers = [restow("layers", "--build-context", f"lib={name}", "-f", "json")[1] for name in ("other", "same", "next")]
    assert layers[0] == layers[1] != layers[2]


@pytest.mark.parametrize("command", ["check", "fix", "advise", "layers"])
def test_every_command_that_takes_a_context_takes_it(restow, command):
    write(Dockerfile="FROM scratch\nCOPY --from=lib a /\n", lib__a="1")
    assert restow(command, "--build-context", "lib=lib", "Dockerfile")[0] == 0


def test_in_diff_and_image(restow):
    write(Dockerfile="FROM lib\nCOPY b /\n", b="b", lib__a="1", other__a="2")
    write(C="FROM scratch\nCOPY lib/a /\nCOPY b /\n")
    assert restow("diff", "Dockerfile", "C", "--build-context", "lib=lib")[0] == 0
    assert restow("diff", "Dockerfile", "C", "--build-context", "lib=other")[0] == 1
    assert restow("image", "--history", "Dockerfile", "--build-context", "lib=lib")[0] == 0


def test_a_layout_is_an_image_at_hand(layout):
    source = read_named_source(f"oci-layout://{layout}")
    built = simulate(parse("FROM lib\nCOPY --from=lib etc/x b\n"), NOTHING, contexts={"lib": source})
    assert built.unknown == built.assumptions == ()
    assert built.target.filesystem.lookup("/w/b").content == source.filesystem.lookup("/etc/x").content
    assert built.target.state.configuration["Env"] == {"A": "1"}


def test_a_layout_by_the_digest_of_its_manifest(layout):
    source = read_named_source(f"oci-layout://{layout}")
    assert read_named_source(f"oci-layout://{layout}@{source.digest}").filesystem.digest == source.filesystem.digest
    with pytest.raises(RestowError, match="no image is called"):
        read_named_source(f"oci-layout://{layout}:latest-one")


def test_another_image_stands_for_one():
    text = "FROM alpine AS a\nRUN make\nFROM scratch\nCOPY --from=alpine /x /\nCOPY --from=a /y /\n"
    one = simulate(parse(text), NOTHING, contexts={"alpine": OtherImage("debian:12")})
    other = simulate(parse(text.replace("FROM alpine", "FROM debian:12").replace("=alpine", "=debian:12")), NOTHING)
    assert one.target.filesystem.digest == other.target.filesystem.digest
    assert cache_keys(one) == cache_keys(other) != cache_keys(simulate(parse(text), NOTHING))


def test_another_image_stands_for_a_stage():
    text = "FROM debian AS build\nRUN make\nFROM scratch\nCOPY --from=build /x /\n"
    built = simulate(parse(text), NOTHING, contexts={"build": OtherImage("alpine:3")})
    assert built.stages[0].steps == ()
    assert built.stages[0].stage.base.name == "alpine:3"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("lib=https://x.example/a.git", "nothing is fetched"),
        ("lib=git@x.example:a.git", "nothing is fetched"),
        ("lib=target:other", "nothing is fetched"),
        ("lib=missing", "not a folder"),
        ("lib=docker-image://", ""),
        ("lib=oci-layout://missing", "no such file or folder"),
        ("lib", "NAME=CONTEXT"),
    ],
)
def test_what_is_refused(restow, given, said):
    write(Dockerfile="FROM scratch\nCOPY --from=lib a /\n")
    code, _, err = restow("layers", "--build-context", given)
    assert code == 2
    assert said in err


def test_the_main_context_has_to_be_known(restow):
    write(Dockerfile="FROM scratch\nCOPY a /\nCOPY --from=lib a /b\n", lib__a="1")
    code, _, err = restow("layers", "--build-context", "lib=lib")
    assert code == 2
    assert "the build context is needed too" in err
    assert restow("layers", "--build-context", "lib=lib", "--context", "lib")[0] == 0
