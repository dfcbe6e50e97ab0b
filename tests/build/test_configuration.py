"""ENV, ARG and the other instructions that make no layer: scopes, and what they leave in the configuration."""

import pytest

from restow.build.engine import DEFAULT_PATH
from restow.semantics.scope import is_known

PATH = {"PATH": DEFAULT_PATH}


def configuration(build, lines, **arguments):
    return build(f"FROM scratch\n{lines}\n", **arguments).target.state.configuration


def run_sees(build, lines, **arguments):
    """What a RUN sees after the variable that every build on nothing begins with."""
    first, *others = build(f"FROM scratch\n{lines}\n", **arguments).target.state.scope.of_run.items()
    assert [first] == list(PATH.items())
    return others


def test_pairs_of_one_env_do_not_see_each_other(build) -> None:
    assert configuration(build, "ENV A=1\nENV A=2 B=$A")["Env"] == PATH | {"A": "2", "B": "1"}


def test_a_name_stands_at_the_place_of_its_last_assignment(build) -> None:
    assert run_sees(build, "ENV A=1\nARG B=2\nENV A=3") == [("B", "2"), ("A", "3")]
    assert run_sees(build, "ARG B=2\nENV A=3") != run_sees(build, "ENV A=3\nARG B=2")


def test_of_env_and_arg_the_later_wins(build) -> None:
    assert run_sees(build, "ARG A=1\nENV A=2") == [("A", "2")]
    assert run_sees(build, "ENV A=2\nARG A=1") == [("A", "1")]
    assert configuration(build, "ENV A=2\nARG A=1")["Env"] == PATH | {"A": "2"}


def test_where_an_arg_gets_its_value(build) -> None:
    assert run_sees(build, "ARG A=default", A="given") == [("A", "given")]
    result = build("ARG A=outer\nFROM scratch\nARG A\nENV B=$A\n")
    assert result.target.state.configuration["Env"] == PATH | {"B": "outer"}
    result = build("ARG A=outer\nFROM scratch\nENV B=x$A\n")
    assert result.target.state.configuration["Env"] == PATH | {"B": "x"}


def test_a_build_on_nothing_has_a_path(build) -> None:
    assert configuration(build, "ENV PATH=/opt/bin:$PATH")["Env"] == {"PATH": f"/opt/bin:{DEFAULT_PATH}"}


def test_an_arg_without_a_value_is_not_known_and_equals_itself(build) -> None:
    one, two = (configuration(build, "ARG A\nENV B=$A")["Env"]["B"] for _ in range(2))
    assert one == two != configuration(build, "ARG C\nENV B=$C")["Env"]["B"]


def test_an_arg_without_a_value_leaves_the_one_that_it_has(build) -> None:
    assert run_sees(build, "ARG A=1\nARG B=2\nARG A") == [("A", "1"), ("B", "2")]
    assert run_sees(build, "ARG A=1\nENV A=2\nARG A") == [("A", "2")]
    assert run_sees(build, "ARG A=1\nARG A", A="given") == [("A", "given")]
    result = build("ARG A=outer\nFROM scratch\nARG A=1\nARG A\nLABEL l=$A\n")
    assert result.target.state.configuration["Labels"] == {"l": "outer"}
    (name, value), *_ = run_sees(build, "ENV A=1\nARG A")
    assert (name, is_known(value)) == ("A", False), "a build argument may be given for it"
    result = build("ARG A=1\nARG A\nFROM scratch\nARG A\nLABEL l=$A\n")
    assert not is_known(result.target.state.configuration["Labels"]["l"]), "in front of the stages it has none then"


def test_environment_and_arguments_go_on_into_a_stage_built_on_another(build) -> None:
    result = build("FROM scratch AS a\nENV X=1\nFROM a\nENV Y=$X\n")
    assert result.target.state.configuration["Env"] == PATH | {"X": "1", "Y": "1"}


def test_entrypoint_resets_an_inherited_cmd_alone(build) -> None:
    assert configuration(build, 'CMD ["a"]\nENTRYPOINT ["b"]')["Cmd"] == ["a"]
    result = build('FROM scratch AS s\nCMD ["a"]\nFROM s\nENTRYPOINT ["b"]\n')
    assert result.target.state.configuration["Cmd"] == []


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("CMD a b", "Cmd", ["/bin/sh", "-c", "a b"]),
        ('CMD ["a", "b"]', "Cmd", ["a", "b"]),
        ("EXPOSE 80 53/UDP", "ExposedPorts", {"80/tcp": {}, "53/udp": {}}),
        (
            "EXPOSE 8000-8002/udp 127.0.0.1:80:90",
            "ExposedPorts",
            {f"{n}/udp": {} for n in (8000, 8001, 8002)} | {"90/tcp": {}},
        ),
        ("LABEL a=1 b='x y'", "Labels", {"a": "1", "b": "x y"}),
        ("VOLUME /a /b", "Volumes", {"/a": {}, "/b": {}}),
        ("USER joe", "User", "joe"),
        ("STOPSIGNAL 9", "StopSignal", "9"),
        ("HEALTHCHECK NONE", "Healthcheck", {"Test": ["NONE"]}),
        (
            "HEALTHCHECK --interval=1m30s --timeout=1.5s --retries=3 --start-period=0s CMD a b",
            "Healthcheck",
            {"Test": ["CMD-SHELL", "a b"], "Interval": 90 * 10**9, "Timeout": 1_500_000_000, "Retries": 3},
        ),
        ("ONBUILD RUN x", "OnBuild", ["RUN x"]),
        ('SHELL ["a", "-c"]\nCMD b', "Cmd", ["a", "-c", "b"]),
    ],
)
def test_fields(build, line, field, value) -> None:
    assert configuration(build, line)[field] == value


def test_an_image_with_triggers_is_unknown_to_the_stages_on_it(build) -> None:
    result = build("FROM scratch AS s\nCOPY a /a\nONBUILD RUN x\nFROM s\n")
    assert result.target.filesystem.digest != result.stages[0].filesystem.digest
    assert "OnBuild" not in result.target.state.configuration
