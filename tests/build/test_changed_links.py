"""A symbolic link that the build made, and that a later command may have changed: nothing is said of what lies behind it."""

import pytest

from restow.build import Context, simulate
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File

TREE = Directory(Attributes(0o755), {name: File(Attributes(0o644), Content.of(name.encode())) for name in "ab"})


@pytest.mark.parametrize("later", ["chown -h daemon /app", "make world"])
@pytest.mark.parametrize("use", ["COPY b /app/x", "WORKDIR /app/x", "RUN rm -rf /app/x"])
def test_a_step_through_it_is_unknown(later, use) -> None:
    text = f"FROM alpine\nRUN mkdir -p /data && ln -s /data /app\nRUN {later}\n{use}\n"
    simulation = simulate(parse(text), Context(TREE, "a test"))
    assert "/app was made a symbolic link" in str(simulation.target.steps[-1].unknown)


def test_a_step_beside_it_is_known() -> None:
    text = "FROM alpine\nRUN ln -s /data /app\nRUN make world\nCOPY a /srv/x\n"
    assert simulate(parse(text), Context(TREE, "a test")).target.steps[-1].unknown is None
