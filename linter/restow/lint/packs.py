"""Rule packs: packages that an entry point of the group ``restow.rules`` names, and the rules in them.

A module of a pack that has ``meta``, ``cases`` and ``check`` is a rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Protocol, cast

from restow.errors import UsageError
from restow.lint.entry_points import values_of
from restow.rule import Case, Finding, RuleContext, RuleMeta

GROUP = "restow.rules"


class RuleModule(Protocol):
    """A rule: one module of a pack."""

    __name__: str
    __doc__: str | None
    meta: RuleMeta
    cases: Sequence[Case]

    @staticmethod
    def check(ctx: RuleContext) -> Iterator[Finding]:
        """The findings in one Dockerfile."""
        ...


@cache
def load_rules() -> tuple[RuleModule, ...]:
    """The rules of all installed packs, in the order of their codes; looked for once a process.

    Raises UsageError for a pack that cannot be imported, a module that is no rule though it looks like one, and a
    code or name that two rules share.
    """
    return gather(rule for name in values_of(GROUP) for rule in rules_of(name))


def gather(rules: Iterable[RuleModule]) -> tuple[RuleModule, ...]:
    """The rules in the order of their codes. Raises UsageError where two share a code or a name."""
    found = sorted(rules, key=lambda rule: rule.meta.code)
    owners: dict[str, str] = {}
    for rule in found:
        for key in (rule.meta.code, rule.meta.name):
            if key in owners:
                raise UsageError(
                    f"the rules {owners[key]} and {rule.__name__} are both called {key}; uninstall one of their packs"
                )
            owners[key] = rule.__name__
    return tuple(found)


def rules_of(package: str) -> Iterator[RuleModule]:
    """The rules of the pack that is the package of this name."""
    root = _imported(package, package)
    yield from _rules_below(root, package)


def _rules_below(module: ModuleType, pack: str) -> Iterator[RuleModule]:
    from pkgutil import iter_modules

    if hasattr(module, "meta") or hasattr(module, "check"):
        yield _rule(module, pack)
    for found in iter_modules(getattr(module, "__path__", ())):
        yield from _rules_below(_imported(f"{module.__name__}.{found.name}", pack), pack)


def _rule(module: ModuleType, pack: str) -> RuleModule:
    missing = [name for name in ("meta", "cases", "check") if not hasattr(module, name)]
    if missing:
        raise UsageError(f"the rule pack {pack} is broken: {module.__name__} has no {' and no '.join(missing)}")
    if not isinstance(module.meta, RuleMeta):
        raise UsageError(f"the rule pack {pack} is broken: meta of {module.__name__} is no restow.rule.RuleMeta")
    return cast(RuleModule, module)


def _imported(name: str, pack: str) -> ModuleType:
    try:
        return import_module(name)
    except Exception as error:
        raise UsageError(
            f"the rule pack {pack} is broken: importing {name} raises {type(error).__name__}: {error}; "
            "update or uninstall it"
        ) from error
