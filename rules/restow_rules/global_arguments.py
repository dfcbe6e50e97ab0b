"""The variables that FROM can use: the ARGs above the first FROM and those that the builder defines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from restow.rule import RuleContext
from restow.syntax import Expansion, WordError, expand_word
from restow.syntax.ast import Arg, Dockerfile, Instruction

ANY_PLATFORM = "linux/amd64"
"""Stands for the platform of a build that nobody knows: only the form of names that hold it matters."""
_OF_THE_BUILDER = tuple(
    side + part for side in ("BUILD", "TARGET") for part in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
)


@dataclass(frozen=True, slots=True)
class GlobalArguments:
    """``values`` by name; ``declared`` are also those without a value. ``broken`` where a default cannot be expanded."""

    values: Mapping[str, str]
    declared: frozenset[str]
    broken: bool


def global_arguments(ctx: RuleContext) -> GlobalArguments:
    """The arguments as this build gives them."""
    return ctx.shared(_given)


def default_arguments(ctx: RuleContext) -> GlobalArguments:
    """The arguments of a build without any ``--build-arg``, the builder's own ones apart."""
    return ctx.shared(_defaults)


def expanded(ctx: RuleContext, word: str, lookup: Callable[[str], str | None]) -> Expansion | None:
    """The word with its variables; None where it cannot be expanded, at which the build stops."""
    try:
        return expand_word(word, lookup, escape=ctx.dockerfile.escape)
    except WordError:
        return None


def names_without_value(ctx: RuleContext, word: str, values: Mapping[str, str]) -> frozenset[str]:
    """The variables of the word that have no value; of a word that cannot be expanded, those before it breaks."""
    asked: set[str] = set()

    def lookup(name: str) -> str | None:
        asked.add(name)
        return values.get(name)

    expanded(ctx, word, lookup)
    return frozenset(asked - values.keys())


def _given(ctx: RuleContext) -> GlobalArguments:
    return _arguments(ctx, ctx.build.arguments)


def _defaults(ctx: RuleContext) -> GlobalArguments:
    return _arguments(ctx, {})


def _arguments(ctx: RuleContext, given: Mapping[str, str]) -> GlobalArguments:
    values = _builders_own(ctx)
    declared: set[str] = set()
    for node in _preamble(ctx.dockerfile):
        for pair in node.pairs if isinstance(node, Arg) else ():
            value = given.get(pair.key)
            if value is None and pair.value is not None:
                expansion = expanded(ctx, pair.value, values.get)
                if expansion is None:
                    return GlobalArguments(values, frozenset(declared | values.keys()), True)
                value = expansion.text
            if value is not None:
                values[pair.key] = value
            declared.add(pair.key)
    return GlobalArguments(values, frozenset(declared | values.keys()), False)


def _builders_own(ctx: RuleContext) -> dict[str, str]:
    """The platforms and the target, as the builder defines them; build arguments may replace them."""
    platform = (ctx.build.platform or ANY_PLATFORM).split("/")
    parts = {"PLATFORM": "/".join(platform), "OS": platform[0], "ARCH": "".join(platform[1:2])}
    parts["VARIANT"] = "".join(platform[2:3])
    values = {name: parts.get(name.removeprefix("BUILD").removeprefix("TARGET"), "") for name in _OF_THE_BUILDER}
    target = ctx.model.target
    values["TARGETSTAGE"] = (target.name if target else None) or "default"
    return {name: ctx.build.arguments.get(name, value) for name, value in values.items()}


def _preamble(dockerfile: Dockerfile) -> Iterator[Instruction]:
    for node in dockerfile.instructions:
        if node.kind == "from":
            return
        yield node
