"""A symbolic link that the build made, and that a later command may have changed: nothing is said of what lies behind it."""

import pytest

from restow.build import Context, simulate
from restow.image import compare
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


def built(*lines):
    return simulate(parse("FROM alpine\n" + "".join(f"{line}\n" for line in lines)), Context(TREE, "a test"))


@pytest.mark.parametrize(
    "maker",
    [
        "if true; then ln -s /data /app; fi",
        "for i in 1 2; do ln -sf /data /app; done",
        "test -e /x || ln -s /data /app",
        "ln -s /data /link && mv /link /app",
        "ln -s /data /link && cp -a /link /app",
        "ln -s -r /data /app",
    ],
)
def test_a_link_that_may_have_been_made_is_no_folder(maker) -> None:
    simulation = built(f"RUN mkdir -p /data && {maker}", "COPY b /app/x")
    assert "/app was made a symbolic link" in str(simulation.target.steps[-1].unknown)


@pytest.mark.parametrize("use", ["echo x > /app/x", "touch /app/x", "cp /etc/hosts /app/x", "rm -f /app/x"])
def test_what_is_done_through_it_in_the_same_command_counts_where_it_leads(use) -> None:
    run = f"RUN mkdir -p /data && if true; then ln -s /data /app; {use}; fi"
    one, two = built(run, "COPY a /data/x"), built("COPY a /data/x", run)
    assert one.unknown or two.unknown or compare(one, two)


def test_several_links_in_a_folder() -> None:
    simulation = built("RUN mkdir -p /data /srv/bin && ln -s /data /opt/other /srv/bin/", "COPY b /srv/bin/data/x")
    assert "/srv/bin/data was made a symbolic link" in str(simulation.target.steps[-1].unknown)


@pytest.mark.parametrize("use", ["COPY b /app/x", "WORKDIR /app/x", "RUN touch /app/x"])
def test_a_link_with_an_unknown_text_may_lead_anywhere(use) -> None:
    simulation = built('RUN ln -s "$(cat /etc/where)" /app', use)
    assert simulation.target.steps[-2].unknown is None
    assert "/app was made a symbolic link" in str(simulation.target.steps[-1].unknown)


def test_what_covers_a_link_with_an_unknown_text_touches_everything() -> None:
    through = 'RUN ln -s "$(cat /etc/where)" /srv/x; chmod -R go-w /srv'
    one, two = built(through, "COPY a /data/a"), built("COPY a /data/a", through)
    assert one.unknown or two.unknown or compare(one, two)
    beside = 'RUN ln -s "$(cat /etc/where)" /srv/x; chmod -R go-w /opt'
    one, two = built(beside, "COPY a /data/a"), built("COPY a /data/a", beside)
    assert not compare(one, two)
