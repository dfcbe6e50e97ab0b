"""Image configurations: to and from JSON without loss, and what a wrong one says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restow.errors import ArchiveError
from restow.oci.image_config import Healthcheck, ImageConfig

DOCUMENT = {
    "architecture": "amd64",
    "config": {
        "Hostname": "",
        "Env": ["PATH=/bin", "A=b=c", "BARE"],
        "Cmd": None,
        "Entrypoint": ["/run", ""],
        "User": "1000:1000",
        "WorkingDir": "/srv",
        "ExposedPorts": {"80/tcp": {}, "443/tcp": {}},
        "Volumes": {"/data": {}},
        "Labels": {"z": "1", "a": "2"},
        "Shell": ["/bin/bash", "-c"],
        "StopSignal": "SIGINT",
        "Healthcheck": {"Test": ["CMD", "true"], "Interval": 30_000_000_000, "Retries": 3},
        "OnBuild": ["RUN make"],
    },
}


def test_a_document_becomes_a_value():
    assert ImageConfig.from_image_json(DOCUMENT) == ImageConfig(
        env=(("PATH", "/bin"), ("A", "b=c"), ("BARE", "")),
        entrypoint=("/run", ""),
        user="1000:1000",
        working_dir="/srv",
        exposed_ports=("443/tcp", "80/tcp"),
        volumes=("/data",),
        labels=(("a", "2"), ("z", "1")),
        shell=("/bin/bash", "-c"),
        stop_signal="SIGINT",
        healthcheck=Healthcheck(("CMD", "true"), interval=30_000_000_000, retries=3),
        on_build=("RUN make",),
        bare_env=("BARE",),
    )


def test_what_is_empty_is_left_out():
    assert ImageConfig().to_json() == {}
    assert ImageConfig.from_image_json({}) == ImageConfig.from_image_json({"config": None}) == ImageConfig()


def test_things_without_an_order_have_none():
    assert ImageConfig(volumes=("b", "a", "b")) == ImageConfig(volumes=("a", "b"))
    assert ImageConfig(labels=(("a", "1"), ("a", "2"))) == ImageConfig(labels=(("a", "2"),))
    assert ImageConfig(env=(("a", "1"), ("b", "1"))) != ImageConfig(env=(("b", "1"), ("a", "1")))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Env", "A=b"),
        ("Cmd", ["a", 1]),
        ("User", 0),
        ("Labels", []),
        ("Labels", {"a": 1}),
        ("ExposedPorts", ["80"]),
        ("Healthcheck", {"Interval": "30s"}),
        ("Healthcheck", {"Retries": True}),
    ],
)
def test_a_wrong_type_is_refused_with_its_key(key, value):
    name = next(iter(value)) if key == "Healthcheck" else key
    with pytest.raises(ArchiveError, match=f"image config: {name}"):
        ImageConfig.from_json({key: value})


TEXT = st.text(max_size=5)
NAME = st.text(st.characters(exclude_characters="="), max_size=5)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
TIME = st.integers(0, 2**62)
CONFIGS = st.builds(
    ImageConfig,
    env=st.lists(st.tuples(NAME, TEXT), max_size=3).map(tuple),
    cmd=TEXTS,
    entrypoint=TEXTS,
    user=TEXT,
    working_dir=TEXT,
    exposed_ports=TEXTS,
    volumes=TEXTS,
    labels=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    shell=TEXTS,
    stop_signal=TEXT,
    healthcheck=st.none() | st.builds(Healthcheck, TEXTS, TIME, TIME, TIME, TIME, TIME),
    on_build=TEXTS,
)


@given(CONFIGS)
def test_json_holds_the_whole_value(config):
    assert ImageConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
