"""Which stage takes from which, as BuildKit resolves ``COPY --from`` and ``RUN --mount=from=``, and what is wrong there.

A name means the last stage of that name, wherever it stands; a number counts the stages of the file and, behind
them, each image that an instruction before has taken from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from restow.errors import UsageError
from restow.semantics.frontend.errors import FrontendError, Refusal
from restow.semantics.frontend.inputs import Words
from restow.semantics.model import Model, Stage, stage_number
from restow.semantics.mounts import mount_source
from restow.semantics.scope import is_known
from restow.source import Span
from restow.syntax.ast import Copy, Flag, Instruction, Run

_PLAIN = re.compile(r"[a-z]{1,40}(?::[a-z0-9][a-z0-9.-]{0,80})?")  # most names: to parse the others takes loading more
_IMAGE = -1


@dataclass
class StageGraph:
    """``takes[i]``: for each stage that stage i takes from, the last flag that says so. ``images`` counts
    the images taken from. ``bases[i]``: the stage that stage i is built on."""

    names: dict[str, int]
    bases: dict[int, int]
    takes: dict[int, dict[int, Flag]] = field(default_factory=dict)
    images: int = 0

    def needed_by(self, target: int) -> frozenset[int]:
        """The stages that are built for ``target``, itself included."""
        todo, found = [target], set[int]()
        while todo:
            index = todo.pop()
            if index not in found:
                found.add(index)
                todo += [*self.takes.get(index, ()), *([self.bases[index]] if index in self.bases else ())]
        return frozenset(found)

    def circle(self) -> tuple[int, Flag] | None:
        """A stage that takes from itself, over others or not, and where; None where there is none."""
        done: set[int] = set()
        for start in self.takes:
            path = {start: iter(self.takes[start].items())} if start not in done else {}
            while path:
                index = next(reversed(path))
                for other, flag in path[index]:
                    if other in path:
                        return other, flag
                    if other not in done:
                        path[other] = iter(self.takes.get(other, {}).items())
                        break
                else:
                    done.add(index)
                    del path[index]
        return None

    def stage_of(self, name: str, count: int) -> int:
        """The stage that a name means, ``_IMAGE`` for an image; ``count`` is the number of stages in the file."""
        index = stage_number(name)
        if index is None:
            return self.names.get(name.lower(), _IMAGE)
        if not 0 <= index < count + self.images:
            raise UsageError(f"there is no stage {name}: the last one is stage {count - 1}")
        return index if index < count else _IMAGE


def read_graph(model: Model, names: dict[str, int], bases: dict[int, int]) -> tuple[StageGraph, list[FrontendError]]:
    """The graph, and the words in it that BuildKit refuses whatever is built."""
    graph, errors = StageGraph(names, bases), list[FrontendError]()
    for stage in model.stages:
        for node in stage.instructions:
            for flag, name in taken_from(node):
                try:
                    add_source(graph, stage, flag, name, model)
                except Refusal as raised:
                    errors.append(raised.error())
    circle = graph.circle()
    if circle is not None:
        index, flag = circle
        errors.append(
            FrontendError(
                f"the stage {model.stages[index].title} takes from itself, directly or over other stages",
                flag.span,
                of_stages=flag.name == "from",
            )
        )
    return graph, errors


def add_source(graph: StageGraph, stage: Stage, flag: Flag, name: str, model: Model) -> int | None:
    """Note that ``stage`` takes from ``name``; the stage that this is, None for an image. Raises Refusal."""
    if flag.name == "from":
        if Words(_unset, model.dockerfile.escape).expand(name, flag.span) != name:
            raise Refusal(
                "--from takes no variables: name a stage that starts FROM the variable, with ARG above", flag.span
            )
        try:
            index = graph.stage_of(name, len(model.stages))
        except UsageError as error:
            raise Refusal(str(error), flag.span, of_stages=True) from None
    else:
        index = graph.names.get(name.lower(), _IMAGE)
    if index != _IMAGE:
        graph.takes.setdefault(stage.index, {})[index] = flag
        return index
    if not (flag.name == "from" and stage_number(name) is not None):
        graph.images += 1
        if name != "scratch" and is_known(name):
            check_image(name, flag.span)
    return None


def taken_from(node: Instruction) -> list[tuple[Flag, str]]:
    """The flags that take from a stage or an image with the name that they give; a mount without ``from`` counts as
    ``scratch``."""
    if isinstance(node, Copy):
        flag = node.flag("from")
        return [(flag, flag.value)] if flag is not None and flag.value else []
    if not isinstance(node, Run):
        return []
    found = []
    for flag in node.flags:
        if flag.name == "mount":
            found.append((flag, mount_source(flag.value or "") or "scratch"))
    return found


def check_image(name: str, span: Span) -> None:
    """Raise Refusal where ``name`` names no image."""
    if _PLAIN.fullmatch(name):
        return
    from restow.oci.reference import ImageReferenceError, parse_reference

    try:
        parse_reference(name)
    except ImageReferenceError as error:
        raise Refusal(f"no image can be called so: {error}", span) from None


def _unset(name: str) -> str | None:
    """No variable has a value."""
    del name
    return None
