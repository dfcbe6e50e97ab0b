"""`restow image`: layers and waste, the Dockerfile's lines, one path, two images, history, configuration."""

import json
import os
from pathlib import Path

import pytest

from restow.oci.layer import LayerEntry

TEXT = """FROM base
ENV A=1
COPY a b /
RUN rm /a
HEALTHCHECK --interval=1m30s --retries=2 CMD x
EXPOSE 80
CMD ["x"]
"""
HISTORY = [
    {"created_by": "base", "created": "2024-01-01T00:00:00Z"},
    {"created_by": "ENV A=1", "empty_layer": True},
    {"created_by": "COPY a b / # buildkit", "comment": "buildkit.dockerfile.v0"},
    {"created_by": "RUN /bin/sh -c rm /a # buildkit"},
]


@pytest.fixture
def image(archives, tmp_path):
    Path("Dockerfile").write_text(TEXT)
    for name in "ab":
        Path(name).write_text(name * 2000)
    base = archives.layer(LayerEntry("etc/x", "file", 0o644, data=b"x" * 500))
    layers = [
        base,
        archives.layer(*(LayerEntry(name, "file", 0o644, data=name.encode() * 2000) for name in "ab")),
        archives.layer(LayerEntry("a", "whiteout"), LayerEntry("etc/x", "file", 0o600, data=b"x" * 500)),
    ]
    archives.write_tar(tmp_path / "base.tar", archives.oci_files([base], history=HISTORY[:1]))
    files = archives.oci_files(layers, {"Env": ["A=1"], "Cmd": ["x"]}, history=HISTORY, created="2024-01-02T00:00:00Z")
    return str(archives.write_tar(tmp_path / "image.tar", files))


def test_layers_and_waste(restow, image):
    code, out, err = restow("image", image)
    assert (code, err) == (0, "")
    assert "wastes 2.0 kB: /a is deleted in layer 3" in out
    assert "wasted: 2.5 kB in all layers; 50 % of what the layers store is seen" in out
    assert "2.0 kB in 1 hidden copy: /a" in out
    assert "note: which layers are the base image's is told by" in out


@pytest.mark.parametrize("told", [("--file", "Dockerfile"), ("--base", "base=base.tar")])
def test_the_base_images_layers_apart(restow, image, told):
    code, out, err = restow("image", image, *told)
    assert (code, err) == (0, "")
    assert "wasted: 2.0 kB in its own layers" in out
    assert "wasted in the base image's layers, and out of reach here: 500 B" in out


def test_lines_of_the_dockerfile(restow, image):
    _, out, _ = restow("image", image, "--file", "Dockerfile", "-f", "json")
    document = json.loads(out)
    assert [(layer["line"], layer["instruction"], layer["base"]) for layer in document["layers"]] == [
        (None, None, True),
        (3, "COPY a b /", False),
        (4, "RUN rm /a", False),
    ]
    assert document["layers"][2]["removed"] == ["/a"]
    assert document["layers"][2]["changed"] == ["/etc/x"]
    assert document["layers"][1]["wasted"] == [{"path": "/a", "size": 2000, "hidden_by": 3, "removed": True}]
    assert (document["wasted"], document["wasted_in_base"], document["base_layers"]) == (2000, 500, 1)


def test_a_dockerfile_of_another_image(restow, image):
    Path("Other").write_text("FROM base\nRUN x\nRUN y\nRUN z\nRUN w\n")
    _, out, _ = restow("image", image, "--file", "Other")
    assert "note: Other does not fit the image: the image has 3 layers, and the Dockerfile makes 4" in out
    Path("Other").write_text("FROM base\nCOPY a b /\nWORKDIR /a\n")
    _, out, _ = restow("image", image, "--file", "Other")
    assert "note: Other does not fit the image: line 3 is WORKDIR /a, and the image's history has 'RUN /bin/sh" in out


def test_a_path(restow, image):
    _, out, _ = restow("image", image, "--path", "/a")
    assert out.splitlines()[0] == "/a: deleted in layer 3 by RUN /bin/sh -c rm /a # buildkit"
    _, out, _ = restow("image", image, "--path", "/etc/x", "-f", "json")
    document = json.loads(out)
    assert document["visible_from"] == 3
    assert [event["action"] for event in document["events"]] == ["added", "replaced"]
    _, out, _ = restow("image", image, "--path", "/none")
    assert out == "/none: no layer has it\n"


def test_two_images(restow, image):
    code, out, _ = restow("image", image, "base.tar")
    assert code == 0
    assert "share 1 layer\n" in out
    assert "pulled and stored once  base" in out
    _, out, _ = restow("image", image, "base.tar", "-f", "json")
    document = json.loads(out)
    assert document["common_layers"] == 1
    assert document["pull_saved"] == document["layers"][0]["size"]


def test_history_of_an_image_and_of_a_simulated_dockerfile(restow, image):
    _, out, _ = restow("image", image, "--history")
    lines = [line.split() for line in out.splitlines()]
    assert lines[0][:2] == ["CREATED", "SIZE"]
    assert lines[-1] == ["2024-01-01T00:00:00Z", "500", "B", "base"]
    _, out, _ = restow("image", "Dockerfile", "--history", "--base", "docker.io/library/base=base.tar", "-f", "json")
    document = json.loads(out)
    assert document["simulated"] is True
    assert [row["created_by"] for row in document["rows"]] == [
        'CMD ["x"]',
        "EXPOSE [80/tcp]",
        """HEALTHCHECK &{["CMD-SHELL" "x"] "1m30s" "0s" "0s" "0s" '\\x02'}""",
        "RUN /bin/sh -c rm /a # buildkit",
        "COPY a b / # buildkit",
        "ENV A=1",
        "base",
    ]
    assert [row["size"] for row in document["rows"]][4:] == [4000, 0, 500]


def test_inspect(restow, image):
    _, out, _ = restow("image", image, "--inspect")
    document = json.loads(out)
    assert document["Created"] == "2024-01-02T00:00:00Z"
    assert document["Config"] == {"Env": ["A=1"], "Cmd": ["x"]}
    assert len(document["RootFS"]["Layers"]) == 3
    _, out, _ = restow("image", "Dockerfile", "--inspect", "--base", "base=base.tar")
    assert json.loads(out)["Config"]["Cmd"] == ["x"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("Dockerfile",), "Dockerfile: a Dockerfile, and no image; restow layers shows"),
        (("image.tar", "Dockerfile"), "only real images share layers"),
        (("image.tar", "--path", "a"), "begins with /"),
        (("image.tar", "--history", "--inspect"), "do not go together"),
        (("absent.tar",), "no such file or folder"),
        (
            ("foo://x",),
            "foo://x: no such engine; an image of one is written as docker://NAME, podman://NAME, buildah://NAME",
        ),
    ],
)
def test_errors(restow, image, words, message):
    code, out, err = restow("image", *words)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no fifos on this system")
def test_a_fifo_and_a_device_end_in_an_error(restow, tmp_path):
    os.mkfifo("fifo")
    for command in (["image", "fifo"], ["diff", "fifo", "fifo"], ["image", "fifo", "--history"]):
        assert restow(*command)[0] == 2
    code, _, err = restow("image", "/dev/zero")
    assert code == 2
    assert "/dev/zero: no file" in err


def test_names_and_bare_variables_are_told_as_they_stand(restow, archives, tmp_path):
    layer = archives.tree(a=b"1")
    for name, env in {"bare": ["A", "B=1"], "empty": ["A=", "B=1"]}.items():
        files = archives.old_docker_files([layer], {"Env": env}, tags=("x:1", "x:2"))
        archives.write_tar(tmp_path / f"{name}.tar", files)
    found = json.loads(restow("image", "bare.tar", "--inspect")[1])
    assert found["Config"]["Env"] == ["A", "B=1"]
    assert found["RepoTags"] == ["x:1", "x:2"]
    code, out, _ = restow("diff", "bare.tar", "empty.tar")
    assert code == 1
    assert "Env without =" in out
    assert restow("diff", "bare.tar", "bare.tar")[0] == 0


def test_the_history_of_a_dockerfile_as_the_classic_builder_writes_it(restow, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM scratch\nEXPOSE 80\nUSER 1\n")
    code, out, err = restow("image", str(tmp_path / "Dockerfile"), "--history", "--builder", "classic")
    assert (code, err) == (0, "")
    assert "/bin/sh -c #(nop)  EXPOSE 80" in out
    assert "/bin/sh -c #(nop)  USER 1" in out
