"""Which rules run: ``select`` and ``ignore``, by code, beginning of a code, family, name or alias."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from restow.config.problems import did_you_mean
from restow.config.settings import Settings
from restow.errors import ConfigError, UsageError
from restow.lint.packs import RuleModule
from restow.rule import RuleMeta

ALL = "all"
EXACT = 99  # weighs more than any beginning of a code


def select(rules: Sequence[RuleModule], settings: Settings) -> tuple[RuleModule, ...]:
    """The rules that the settings ask for. Of ``select`` and ``ignore`` the longer match decides, ``ignore`` where
    they are equal.

    A preview runs where the settings say so, or where it is selected by its own code, name or alias.
    Raises ConfigError or UsageError where a selector matches no rule at all.
    """
    check_selectors(rules, settings)
    chosen = []
    for rule in rules:
        wanted = _weight(rule.meta, settings.select) if settings.select else 1
        if rule.meta.preview and not settings.preview and wanted < EXACT:
            continue
        if wanted and wanted > _weight(rule.meta, settings.ignore):
            chosen.append(rule)
    return tuple(chosen)


def matches(meta: RuleMeta, selector: str) -> int:
    """How closely a selector names a rule: 0 not at all, more the longer it is, ``EXACT`` for the rule's own names."""
    wanted = selector.lower()
    if wanted in (meta.code.lower(), meta.name.lower(), *(alias.lower() for alias in meta.aliases)):
        return EXACT
    if wanted == ALL:
        return 1
    if wanted == meta.family or (len(wanted) > 1 and meta.code.lower().startswith(wanted)):
        return 2 if wanted == meta.family else len(wanted)
    return 0


def check_selectors(rules: Sequence[RuleModule], settings: Settings) -> None:
    """Raises ConfigError (settings file) or UsageError (command line) for a selector that names nothing."""
    for selector in (*settings.select, *settings.ignore):
        if selector.lower() == ALL or any(matches(rule.meta, selector) for rule in rules):
            continue
        message = f'no rule is called "{selector}"{did_you_mean(selector, known_names(rules))}; restow rules lists them'
        if settings.origin is None or selector in settings.from_command_line:
            raise UsageError(message)
        raise ConfigError(f"{settings.origin}: {message}")


def find_rule(rules: Sequence[RuleModule], name: str) -> RuleModule:
    """The rule of this code, name or alias. Raises UsageError where there is none."""
    found = next((rule for rule in rules if matches(rule.meta, name) == EXACT), None)
    if found is None:
        raise UsageError(f'no rule is called "{name}"{did_you_mean(name, known_names(rules))}; restow rules lists them')
    return found


def known_names(rules: Iterable[RuleModule]) -> list[str]:
    """Codes, names and aliases of all rules."""
    return [name for rule in rules for name in (rule.meta.code, rule.meta.name, *rule.meta.aliases)]


def options_of(rules: Sequence[RuleModule], settings: Settings) -> dict[str, Mapping[str, object]]:
    """The settings' options by the rules' names. Raises ConfigError for an unknown rule, option or type of value."""
    found: dict[str, Mapping[str, object]] = {}
    for name, values in settings.rules.items():
        rule = next((rule for rule in rules if name in (rule.meta.name, rule.meta.code)), None)
        if rule is None:
            raise ConfigError(
                f'{settings.origin}: rules: no rule is called "{name}"{did_you_mean(name, known_names(rules))}'
            )
        found[rule.meta.name] = {key: _value(rule.meta, key, value, settings) for key, value in values.items()}
    return found


def _value(meta: RuleMeta, key: str, value: object, settings: Settings) -> object:
    known = {option.name: option for option in meta.options}
    if key not in known:
        hint = did_you_mean(key, list(known)) or "; it has none"
        raise ConfigError(f'{settings.origin}: rules.{meta.name}: there is no option "{key}"{hint}')
    default = known[key].default
    if isinstance(default, tuple | list | frozenset) and isinstance(value, list):
        return type(default)(value)
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if default is not None and type(value) is not type(default):
        raise ConfigError(f"{settings.origin}: rules.{meta.name}.{key} must be a value like {default!r}")
    return value


def _weight(meta: RuleMeta, selectors: Iterable[str]) -> int:
    return max((matches(meta, selector) for selector in selectors), default=0)
