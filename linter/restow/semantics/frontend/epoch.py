"""``SOURCE_DATE_EPOCH`` as an argument: seconds, ``context``, or a stage that holds one remote ADD and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from restow.semantics.frontend.arguments import after_arguments
from restow.semantics.frontend.errors import Refusal
from restow.semantics.frontend.git_reference import read_git_reference
from restow.semantics.frontend.inputs import BuildInputs, Words
from restow.semantics.model import Stage
from restow.semantics.scope import Scope, is_known
from restow.syntax.ast import Add, Arg, Instruction
from restow.syntax.problem import FieldError

NAME = "SOURCE_DATE_EPOCH"

_SECONDS = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)


def check_epoch(scope: Scope, stages: Sequence[Stage], inputs: BuildInputs) -> None:
    """Raise Refusal where the argument is neither a time nor the name of such a stage. A named context that has its
    name would be taken too; whether there is one cannot be told from the file. ``scope`` has the global arguments."""
    value = {**scope.of_run, **(inputs.arguments or {})}.get(NAME, "")
    if not value or not is_known(value) or _SECONDS.fullmatch(value) or value == "context":
        return
    stage = next((stage for stage in stages if stage.name == value.lower()), None)
    if stage is None:
        raise Refusal(f"{NAME} cannot be {value!r}: write seconds, context, or the name of a stage", None)
    _check_stage(stage, scope, inputs)


def _check_stage(stage: Stage, scope: Scope, inputs: BuildInputs) -> None:
    image = stage.opening.image
    if Words(scope.lookup, scope.escape).expand(image.text, image.span) not in (None, "scratch"):
        raise Refusal(f"the stage that {NAME} names must begin FROM scratch", image.span)
    remote = 0
    for node in stage.instructions:
        if isinstance(node, Arg):
            scope, _ = after_arguments(node, scope, inputs, {})
            continue
        if not isinstance(node, Add) or not _is_remote(node, Words(scope.lookup, scope.escape)):
            raise Refusal(f"the stage that {NAME} names may hold one ADD of an address, and ARG", node.span)
        remote += 1
    if remote != 1:
        raise Refusal(f"the stage that {NAME} names must hold one ADD of an address", stage.opening.span)


def _is_remote(node: Instruction, words: Words) -> bool:
    if not isinstance(node, Add) or node.heredocs or len(node.sources) != 1:
        return False
    source = words.expand(node.sources[0].text, node.sources[0].span)
    if source is None or source.startswith(("http://", "https://")):
        return True
    try:
        git = read_git_reference(source)
    except FieldError as error:
        raise Refusal(str(error), node.sources[0].span) from None
    return git is not None and not git.looks_local
