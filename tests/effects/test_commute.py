"""Which commands may change places, and that the simulation agrees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restow.build import Context, simulate
from restow.effects import Conflict, Effect, No, Yes, commute
from restow.errors import UnknownEffect
from restow.image import compare
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File, Region

PATHS = ["/srv/f", "/srv/g", "/srv/app", "/srv/app/f", "/srv/app/sub", "/srv/app/sub/f", "/opt/f", "/opt/new/f"]
paths = st.sampled_from(PATHS)
commands = (
    st.builds("mkdir -p {}".format, paths)
    | st.builds("mkdir -p -m 700 {}".format, paths)
    | st.builds("rm -rf {}".format, paths)
    | st.builds("touch {}".format, paths)
    | st.builds("chmod {} {}".format, st.sampled_from(["600", "755", "4711"]), paths)
    | st.builds("chown -R {} {}".format, st.sampled_from(["5:6", "0:0"]), paths)
    | st.builds("echo {} > {}".format, st.sampled_from("xy"), paths)
    | st.builds("cat {} > {}".format, paths, paths)
    | st.builds("cp {} {}".format, paths, paths)
    | st.builds("cp -a {} {}".format, paths, paths)
    | st.builds("mv {} {}".format, paths, paths)
    | st.builds("ln -s {} {}".format, paths, paths)
)


def folder(**children):
    return Directory(Attributes(0o755), children)


def file(text):
    return File(Attributes(0o644), Content.of(text.encode()))


TREE = folder(
    srv=folder(f=file("f"), g=file("g"), app=folder(f=file("a"), sub=folder(f=file("s")))), opt=folder(f=file("o"))
)


def built(lines):
    """The build of the commands, a RUN each, on a root of which all is known."""
    text = "FROM scratch\nCOPY . /\n" + "".join(f"RUN {line}\n" for line in lines)
    return simulate(parse(text), Context(TREE, "a test"))


START = simulate(parse("FROM scratch\nCOPY . /\n"), Context(TREE, "a test")).target.filesystem


def effects(step):
    if step.unknown or not step.commands:
        return [UnknownEffect(step.unknown or "no command is told apart")]
    return [command.effect for command in step.commands]


def verdict(simulation):
    """The verdict on the last two instructions, by the effects of their commands."""
    one, two = simulation.target.steps[-2:]
    for left in effects(one):
        for right in effects(two):
            if isinstance(found := commute(left, right, START), No):
                return found
    return Yes()


@settings(max_examples=400, deadline=None)
@given(commands, commands)
def test_yes_means_that_both_orders_leave_the_same(one, two) -> None:
    straight, swapped = built([one, two]), built([two, one])
    if isinstance(verdict(straight), Yes):
        assert bool(straight.unknown) == bool(swapped.unknown)
        assert not compare(straight, swapped)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("mkdir -p /srv/new", "touch /opt/f"),
        ("cp /srv/f /srv/new", "chmod 600 /srv/g"),
        ("echo x > /opt/f", "rm -rf /srv/app"),
    ],
)
def test_yes_is_said_where_nothing_is_shared(one, two) -> None:
    simulation = built([one, two])
    assert verdict(simulation) == Yes()


@pytest.mark.parametrize(
    ("one", "two", "name"),
    [
        ("echo x > /srv/f", "cat /srv/f > /opt/f", "/srv/f"),
        ("cat /srv/f > /opt/f", "echo x > /srv/f", "/srv/f"),
        ("echo x > /srv/f", "echo y > /srv/f", "/srv/f"),
        ("rm -rf /srv/app", "touch /srv/app/new", "/srv/app/new"),
    ],
)
def test_the_conflict_names_the_path(one, two, name) -> None:
    found = verdict(built([one, two]))
    assert found == No(Conflict("path", name))
    assert name in str(found.conflict)


def test_a_directory_made_on_the_way_is_written() -> None:
    maker = Effect(writes=(Region(("/srv/app/sub/f",)),))
    looker = Effect(reads=(Region(("/srv/app",), exclude=("/srv/app/sub",)),))
    assert commute(maker, looker) == No(Conflict("path", "/srv/app"))


@pytest.mark.parametrize("read", [("A",), ("A*",), ("*A",), None])
def test_a_variable_that_one_sets_and_the_other_uses(read) -> None:
    setter, user = Effect(sets=("A",)), Effect(environment=read)
    assert commute(setter, user) == commute(user, setter) == No(Conflict("variable", "A"))
    assert commute(setter, Effect(environment=("B", "AB*"))) == Yes()
    assert commute(setter, Effect(sets=("A",))) == No(Conflict("variable", "A"))


def test_what_is_unknown_moves_across_nothing() -> None:
    unknown = UnknownEffect("there is no model of make")
    assert commute(unknown, Effect()) == commute(Effect(), unknown) == No(Conflict("unknown", unknown.reason))
