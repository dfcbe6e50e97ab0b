"""ARG: the values that it gives, before the first FROM and in a stage, as far as they are known."""

from __future__ import annotations

from collections.abc import Mapping

from restow.semantics.frontend.errors import Refusal
from restow.semantics.frontend.inputs import BuildInputs, Words
from restow.semantics.scope import Scope, symbolic
from restow.syntax.ast import Arg, KeyValuePair

NOT_IN_ENVIRONMENT = frozenset(("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"))
"""ARGs that a stage declares without setting a variable."""


def after_arguments(
    node: Arg, scope: Scope, inputs: BuildInputs, outer: Mapping[str, str] | None = None
) -> tuple[Scope, Refusal | None]:
    """The scope after an ARG, and why its first broken default is refused. ``outer`` are the global arguments, None for
    an ARG before the first FROM."""
    refusal = None
    for pair in node.pairs:
        try:
            value = _value(pair, scope, inputs, outer)
        except Refusal as raised:
            refusal, value = refusal or raised, symbolic("broken default", pair.key)
        if value is not None and (outer is None or pair.key not in NOT_IN_ENVIRONMENT):
            scope = scope.with_arguments({pair.key: value})
    return scope, refusal


def _value(pair: KeyValuePair, scope: Scope, inputs: BuildInputs, outer: Mapping[str, str] | None) -> str | None:
    """The value of one variable; None where it gets none. Raises Refusal for a default that cannot be expanded."""
    unknown = symbolic("build argument", pair.key)
    if inputs.arguments is None:
        if pair.value is not None:
            # A default is expanded only where no value is given: what such a value may replace is no error.
            Words(_anything, scope.escape).expand(pair.value, pair.span)
        return unknown
    if pair.key in inputs.arguments:
        return inputs.arguments[pair.key]
    if pair.value is None:
        return None if outer is None else outer.get(pair.key)
    value = Words(scope.lookup, scope.escape).expand(pair.value, pair.span)
    return unknown if value is None else value


def _anything(name: str) -> str:
    """Any variable has a value that is not known."""
    return symbolic("variable", name)
