"""The instructions in the order of BuildKit's frontend, and the variables in force at each."""

import pytest

from restow.rule import BaseImage, BuildFacts, RuleContext
from restow.syntax import parse
from restow_rules.dispatch import dispatched
from restow_rules.platforms import parse_platform


def states(text, **build):
    ctx = RuleContext(parse(text), build=BuildFacts(**build))
    return [(item.node.kind, item.place.kind, item.state) for item in dispatched(ctx)]


def test_variables_in_force():
    text = "ARG G=global\nFROM scratch AS a\nARG G\nARG A=1 B=$A$G C\nENV D=$B\n\nFROM a\nRUN x\n"
    kind, _, last = states(text)[-1]
    assert kind == "run"
    assert {name: last.values[name] for name in "GABD"} == {"G": "global", "A": "1", "B": "1global", "D": "1global"}
    assert "C" not in last.values
    assert set(last.declared) == {"G", "A", "B", "C"}


def test_build_arguments_replace_defaults():
    *_, (_, _, last) = states("FROM scratch\nARG A=1 B\nENV C=$A$B\nRUN x\n", arguments={"A": "2", "B": "3"})
    assert last.values["C"] == "23"


def test_base_images():
    assert not states("FROM alpine\nRUN x\n")[0][2].complete
    ((_, _, state),) = states("FROM alpine\nRUN x\n", image=lambda name: BaseImage({"NAME": name}, shell=("/bin/ash",)))
    assert state.complete
    assert (state.values["NAME"], state.shell) == ("alpine", True)


def test_triggers_come_first_where_the_last_stage_needs_them():
    text = "FROM scratch AS a\nONBUILD WORKDIR b\nFROM a\nRUN x\n"
    kinds = [(kind, place, state.workdir) for kind, place, state in states(text)]
    assert kinds == [("onbuild", "onbuild", False), ("workdir", "from", False), ("run", "run", True)]
    assert ("workdir", "from") not in [found[:2] for found in states(text + "FROM scratch\n")]


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("linux/amd64", ("linux", "amd64")),
        ("linux/arm/v7", ("linux", "arm")),
        ("Linux/x86_64", ("linux", "amd64")),
        ("arm64", ("linux", "arm64")),
        ("windows(10.0.17763)/amd64", ("windows", "amd64")),
        ("macos", ("darwin", "amd64")),
        ("nonsense", None),
        ("linux/", None),
        ("a/b/c/d", None),
        ("", None),
    ],
)
def test_platforms(text, platform):
    assert parse_platform(text) == platform
