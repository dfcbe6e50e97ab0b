"""The layers of a stage, and what of them is wasted."""

from restow.build import Context, simulate
from restow.image import layers_of
from restow.image.history import simulated_history
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File

TREE = {name: File(Attributes(0o644), Content.of(name.encode() * 10)) for name in ("a", "b")}
CONTEXT = Context(Directory(Attributes(0o755), TREE), "a test")


def layers(lines, base="scratch"):
    return layers_of(simulate(parse(f"FROM {base}\n{lines}\n"), CONTEXT).target)


def test_a_layer_for_each_step_that_makes_one() -> None:
    found = layers("COPY a /x\nLABEL a=1\nWORKDIR /w\nWORKDIR /\n")
    assert [layer.index for layer in found] == [0, 2]
    assert [(layer.count("add"), layer.size) for layer in found] == [(1, 10), (1, 0)]


def test_what_is_overwritten_or_removed_later_is_wasted() -> None:
    found = layers("COPY a b /x/\nCOPY b /x/a\nRUN rm /x/b\n")
    assert found[0].wasted == (("/x/a", 10, 1), ("/x/b", 10, 2))
    assert found[1].wasted == ()
    assert found[2].count("remove") == 1


def test_another_owner_alone_wastes_no_bytes_that_are_lost() -> None:
    assert layers("COPY a /a\nCOPY --chown=5 a /a\n")[0].wasted == ()


def test_behind_an_unknown_step_nothing_is_said() -> None:
    found = layers("COPY a /a\nRUN frobnicate\nRUN rm /a\n")
    assert found[0].wasted == ()
    assert found[1].changes == ()


ONBUILD = """FROM scratch AS base
ONBUILD COPY a /x
ONBUILD ENV A=1
ONBUILD WORKDIR /w
ENV B=2
FROM base AS mid
COPY b /x
FROM mid
LABEL a=1
"""


def test_triggers_make_layers_where_they_run() -> None:
    simulation = simulate(parse(ONBUILD), CONTEXT)
    found = layers_of(simulation.stages[1])
    assert [(layer.index, layer.trigger) for layer in found] == [(-3, "COPY a /x"), (-1, "WORKDIR /w"), (0, None)]
    assert found[0].wasted == (("/x", 10, 0),)
    assert layers_of(simulation.stages[2]) == ()


def test_triggers_stand_in_the_history_where_they_run() -> None:
    told = [(entry.created_by, entry.empty_layer) for entry, _ in simulated_history(simulate(parse(ONBUILD), CONTEXT))]
    assert told == [
        ("ENV B=2", True),
        ("COPY a /x # buildkit", False),
        ("ENV A=1", True),
        ("WORKDIR /w", False),
        ("COPY b /x # buildkit", False),
        ("LABEL a=1", True),
    ]
