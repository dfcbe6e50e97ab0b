"""Examples of a rule: they are its tests and stand in its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from restow.rule.build_facts import BuildFacts


@dataclass(frozen=True)
class Good:
    """A Dockerfile in which the rule finds nothing.

    ``files`` is the context by path, None where there is none; ``build`` is what else is known of the build.
    """

    text: str
    files: Mapping[str, str] | None = None
    note: str = ""
    build: BuildFacts = field(default_factory=BuildFacts)


@dataclass(frozen=True)
class Bad:
    """A Dockerfile in which the rule finds something: once on each of ``lines`` (from 1), and nowhere else.

    ``fixed`` is the text after the rule's own fixes, None where it offers none.
    """

    text: str
    lines: tuple[int, ...]
    files: Mapping[str, str] | None = None
    fixed: str | None = None
    note: str = field(default="")
    build: BuildFacts = field(default_factory=BuildFacts)


Case: TypeAlias = Good | Bad
