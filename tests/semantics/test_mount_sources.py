"""Stages that a RUN takes from by a mount count as its inputs, however the mount is written."""

import pytest

from restow.semantics import read_model
from restow.syntax import parse


@pytest.mark.parametrize(
    ("mount", "inputs"),
    [
        ("from=a,target=/m", (0,)),
        ("FROM=A,target=/m", (0,)),
        ('"from=a","target=/m"', (0,)),
        ("from=x,from=a,target=/m", (0,)),
        ("source=from=a,target=/m", ()),
        ("target=/m", ()),
    ],
)
def test_inputs(mount, inputs):
    model = read_model(parse(f"FROM x AS a\nFROM y\nRUN --mount={mount} z\n"))
    assert model.inputs(model.stages[1]) == inputs
