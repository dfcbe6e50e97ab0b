"""Declared effects in force: those of the settings, and those of installed packages (entry points ``restow.effects``)."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from restow.errors import UsageError
from restow.lint.entry_points import values_of

if TYPE_CHECKING:
    from restow.config.settings import Settings
    from restow.effects.declaration import Declaration

GROUP = "restow.effects"
"""The entry points that give declarations: each names a ``Declaration``, or several of them."""


def declared_effects(settings: Settings) -> tuple[Declaration, ...]:
    """The declarations, those of the settings first. Raises UsageError for an entry point that gives none."""
    return (*settings.effects, *_installed())


@cache
def _installed() -> tuple[Declaration, ...]:
    return tuple(declaration for value in values_of(GROUP) for declaration in _of_entry_point(value))


def _of_entry_point(value: str) -> tuple[Declaration, ...]:
    from restow.effects.declaration import Declaration

    module, _, attribute = value.partition(":")
    try:
        found = getattr(import_module(module.strip()), attribute.strip())
    except (ImportError, AttributeError) as error:
        raise UsageError(f"the entry point restow.effects = {value!r} cannot be loaded: {error}") from error
    given = (found,) if isinstance(found, Declaration) else found
    if not isinstance(given, tuple | list) or not all(isinstance(one, Declaration) for one in given):
        raise UsageError(f"the entry point restow.effects = {value!r} is no Declaration, nor several of them")
    return tuple(given)
