"""Whether ``Cargo.lock`` contradicts the manifests, so that cargo will write it.

By the Cargo Book ("Cargo.toml vs Cargo.lock", "Specifying Dependencies", "Workspaces"): each package of the workspace stands in
the lock file without a source, with its version and the names of all that it depends on, whatever kind, platform or feature;
and each requirement is met by a locked version. That it agrees is never shown: which packages the features of a dependency
bring along is told by the index alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_KINDS = ("dependencies", "dev-dependencies", "build-dependencies")
_COMPARATOR = re.compile(r"(=|>=|<=|>|<|~|\^)?\s*v?([0-9*xX]+(?:\.[0-9*xX]+){0,2})(?:-([0-9A-Za-z.-]+))?(?:\+\S*)?\Z")
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+\S*)?\Z")

_Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a manifest asks for: the package's real name, the requirement on its version (empty: any), and its origin."""

    name: str
    requirement: str
    local: bool = False
    git: bool = False


def contradicts(
    manifests: Mapping[str, Mapping[str, Any]], root: str, members: Collection[str], locked: Mapping[str, Any]
) -> bool:
    """Whether cargo has to write the lock file.

    ``manifests`` are those of the root, its workspace and the path dependencies, by folder; ``members`` the folders that
    surely belong to the workspace: of others, what is optional or for development alone may be missing.
    """
    packages = [each for each in locked.get("package", []) if isinstance(each, dict)]
    shared = _table(_table(manifests[root].get("workspace")).get("dependencies"))
    about = _table(_table(manifests[root].get("workspace")).get("package"))
    stated = {_table(given.get("package")).get("name") for given in manifests.values()}
    if any("source" not in package and package.get("name") not in stated for package in packages):
        return True
    for folder, given in manifests.items():
        own = _table(given.get("package"))
        if not own:
            continue
        version = own.get("version", "0.0.0")
        version = about.get("version") if isinstance(version, dict) else version
        entry = next((p for p in packages if _is(p, own.get("name"), version) and "source" not in p), None)
        if entry is None:
            return True
        wanted = list(_wanted(given, shared, every=folder in members))
        held = [str(text).split() for text in entry.get("dependencies", [])]
        asked = Counter(name for name, _ in {(each.name, each.requirement) for each in wanted})
        pointed = Counter(words[0] for words in held)
        if not set(asked) <= set(pointed) or (folder in members and not pointed <= asked):
            return True
        if not all(_is_met(each, held, packages) for each in wanted):
            return True
    return False


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is(package: Mapping[str, Any], name: object, version: object) -> bool:
    return package.get("name") == name and (version is None or package.get("version") == version)


def _wanted(given: Mapping[str, Any], shared: Mapping[str, Any], *, every: bool) -> Iterator[Wanted]:
    """The dependencies of a manifest. ``every``: those for development and the optional ones, too."""
    for section in (given, *(_table(part) for part in _table(given.get("target")).values())):
        for kind in _KINDS:
            for name, stated in _table(section.get(kind) or section.get(kind.replace("-", "_"))).items():
                how = {"version": stated} if isinstance(stated, str) else _table(stated)
                inherited = shared.get(name) if how.get("workspace") else None
                found = {"version": inherited} if isinstance(inherited, str) else {**_table(inherited), **how}
                if every or not (found.get("optional") or kind == "dev-dependencies"):
                    requirement = found.get("version")
                    yield Wanted(
                        str(found.get("package", name)),
                        requirement if isinstance(requirement, str) else "",
                        "path" in found,
                        "git" in found,
                    )


def _is_met(wanted: Wanted, held: list[list[str]], packages: list[dict[str, Any]]) -> bool:
    """Whether one of the locked packages to which the dependent points fits. True where the requirement is not understood."""
    pointed = [words for words in held if words[0] == wanted.name]
    for package in packages:
        version = str(package.get("version"))
        points = any(len(words) == 1 or words[1] == version for words in pointed)
        source = str(package.get("source", ""))
        origin = source.startswith("git+") if wanted.git else wanted.local or not source.startswith("git+")
        if package.get("name") == wanted.name and points and origin and meets(version, wanted.requirement) is not False:
            return True
    return False


def meets(version: str, requirement: str) -> bool | None:
    """Whether a version meets a requirement of cargo's; None where one of the two is not understood."""
    match = _VERSION.match(version)
    if not match:
        return None
    number, pre = (int(match[1]), int(match[2]), int(match[3])), match[4] or ""
    comparators = [_COMPARATOR.match(part.strip()) for part in requirement.split(",")] if requirement.strip() else []
    found = [_compared(number, pre, one) if one else None for one in comparators]
    if None in found:
        return None
    named = any(one and one[3] and _numbers(one[2]) == list(number) for one in comparators)
    return all(found) and (not pre or named)


def _numbers(text: str) -> list[int]:
    """The parts of a version that are given, up to the first wildcard."""
    found: list[int] = []
    for part in text.split("."):
        if not part.isdigit():
            break
        found.append(int(part))
    return found


def _compared(version: _Version, pre: str, one: re.Match[str]) -> bool | None:
    numbers, operator, stated = _numbers(one[2]), one[1] or "^", one[3] or ""
    if "*" in one[2] or "x" in one[2].lower():
        operator = operator if one[1] else "="
    if not numbers:
        return True if operator in ("=", "^") else None
    lowest = (*numbers, 0, 0, 0)[:3]
    at = _order(version, pre)
    low = _order((lowest[0], lowest[1], lowest[2]), stated)
    kept = {"^": _kept_by_caret(numbers), "~": min(len(numbers), 2)}.get(operator, len(numbers))
    above = list(numbers[:kept])
    above[-1] += 1
    top = (*above, 0, 0, 0)[:3]
    beyond = version >= (top[0], top[1], top[2])
    if operator == "=":
        return at == low if len(numbers) == 3 else at >= low and not beyond
    if operator in (">=", "^", "~"):
        return at >= low and (operator == ">=" or not beyond)
    if operator == ">":
        return at > low if len(numbers) == 3 else beyond
    return at < low if operator == "<" else (at <= low if len(numbers) == 3 else not beyond)


def _kept_by_caret(numbers: list[int]) -> int:
    """How many parts may not change: up to the first that is not zero, or all where all are zero."""
    for at, number in enumerate(numbers):
        if number:
            return at + 1
    return len(numbers)


def _order(version: _Version, pre: str) -> tuple[_Version, bool, list[tuple[bool, int, str]]]:
    """What sorts versions (semver.org, 11): a pre-release before its release, numbers before texts."""
    parts = [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in pre.split(".")] if pre else []
    return version, not pre, parts
