"""All errors of a file, in the order in which the frontend looks for them."""

from __future__ import annotations

from collections.abc import Iterator

from restow.semantics.frontend.arguments import after_arguments
from restow.semantics.frontend.dispatch import Dispatch
from restow.semantics.frontend.epoch import check_epoch
from restow.semantics.frontend.errors import FrontendError, Refusal
from restow.semantics.frontend.graph import read_graph
from restow.semantics.frontend.inputs import UNKNOWN_INPUTS, BuildInputs, Words
from restow.semantics.frontend.openings import read_openings
from restow.semantics.model import Model, read_model
from restow.semantics.scope import Scope, symbolic
from restow.syntax.ast import Arg, Dockerfile, Invalid


def frontend_errors(dockerfile: Dockerfile, inputs: BuildInputs = UNKNOWN_INPUTS) -> tuple[FrontendError, ...]:
    """Why BuildKit's frontend refuses the file, beside its ``Invalid`` nodes; empty where it takes it.

    Of each instruction it is the first reason. What depends on something that ``inputs`` do not know is no reason.
    """
    if not dockerfile.instructions:
        return (FrontendError("there are no instructions in the file: write FROM and an image"),)
    model = read_model(dockerfile)
    return tuple(dict.fromkeys((*_before_first_stage(model), *_of_stages(model, inputs))))


def _before_first_stage(model: Model) -> Iterator[FrontendError]:
    invalid = False
    for node in model.preamble:
        invalid |= isinstance(node, Invalid)
        if not isinstance(node, Arg | Invalid):
            yield FrontendError(f"{node.keyword.upper()} stands before the first FROM: only ARG may", node.span)
            return
    if not model.stages and not invalid:
        yield FrontendError("there is no stage: add FROM and an image")


def _of_stages(model: Model, inputs: BuildInputs) -> Iterator[FrontendError]:
    escape = model.dockerfile.escape
    if not model.stages or model.target is None:
        return
    scope = Scope(
        arguments=(values := inputs.platform_arguments(inputs.target or model.target.name or "")),
        of_run=values,
        escape=escape,
    )
    for node in model.preamble:
        if isinstance(node, Arg):
            scope, refusal = after_arguments(node, scope, inputs)
            if refusal is not None:
                yield refusal.error()
    try:
        check_epoch(scope, model.stages, inputs)
    except Refusal as raised:
        yield raised.error()
    openings = read_openings(model.stages, Words(scope.lookup, escape))
    yield from openings.errors
    target = len(model.stages) - 1 if inputs.target is None else openings.names.get(inputs.target.lower())
    if target is None:
        yield FrontendError(f"no stage is called {inputs.target}: name one of {', '.join(openings.names) or 'none'}")
        return
    graph, errors = read_graph(model, openings.names, openings.bases)
    yield from errors
    outer = scope.of_run
    if inputs.arguments is None:
        outer = {name: symbolic("build argument", name) for name in outer}
    yield from Dispatch(model, inputs, openings, graph, outer).errors(target)
