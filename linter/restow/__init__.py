"""Restow: lint Dockerfiles, price their build cache, rewrite them, and prove that the image stays the same.

The public functions stand in ``restow.api`` and are reached from here: ``restow.parse``, ``restow.lint``,
``restow.fix``, ``restow.simulate``, ``restow.diff``, ``restow.read_context``, ``restow.read_image``. Each is imported on first
use.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from restow.api import diff, fix, lint, parse, read_context, read_image, simulate

__version__ = "0.1.0"
__all__ = ["__version__", "diff", "fix", "lint", "parse", "read_context", "read_image", "simulate"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(sys.modules.get("restow.api") or _api(), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _api() -> ModuleType:
    from importlib import import_module

    return import_module("restow.api")


class _Package(ModuleType):
    """This package as a module object that keeps its public functions.

    The import system binds a subpackage to its parent's attribute of the same name. ``restow.lint`` and
    ``restow.fix`` are subpackages and public functions: the binding is dropped for those names, and the function
    stays (docs/decisions/03-public-functions-and-subpackages.md).
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in __all__):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
