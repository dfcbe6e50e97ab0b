"""Nodes of the trees over a text: frozen values whose classes cost next to nothing to define.

Both trees together have some fifty kinds of nodes, and every run of the program defines them all: as dataclasses they take
a sixth of its start, as pydantic models more (docs/decisions/05-start-up.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, NoReturn, Self, dataclass_transform

from restow.source.span import Span

_set = object.__setattr__


@dataclass_transform(frozen_default=True)
class Value:
    """A frozen value with named fields.

    The fields of a subclass are what it annotates, behind those of its bases; a value in the class is the field's default.
    Values are made by position or by name (TypeError as of any call), compare by class and fields, and cannot be changed.
    """

    field_names: ClassVar[tuple[str, ...]] = ()
    _names: ClassVar[frozenset[str]] = frozenset()
    _defaults: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        own = cls.__annotations__
        cls.field_names = (*(name for name in cls.field_names if name not in own), *own)
        cls._names = frozenset(cls.field_names)
        cls._defaults = {name: getattr(cls, name) for name in cls.field_names if hasattr(cls, name)}
        type.__setattr__(cls, "__match_args__", cls.field_names)

    def __init__(self, *values: Any, **named: Any) -> None:
        if values:
            names = self.field_names
            if len(values) > len(names) or not named.keys().isdisjoint(names[: len(values)]):
                raise TypeError(f"{type(self).__name__} takes each of {', '.join(names)} once")
            named.update(zip(names, values, strict=False))
        if named.keys() != self._names:
            named = {**self._defaults, **named}
            if wrong := named.keys() ^ self._names:
                verb = "has no" if wrong & named.keys() else "lacks"
                raise TypeError(f"{type(self).__name__} {verb} {', '.join(sorted(wrong))}")
        _set(self, "__dict__", named)

    def changed(self, **changes: Any) -> Self:
        """This value with others in some fields."""
        return type(self)(**{**self.__dict__, **changes})

    def field_items(self) -> Iterator[tuple[str, Any]]:
        """The fields' names and values, in the order of ``field_names``."""
        return ((name, self.__dict__[name]) for name in self.field_names)

    def __eq__(self, other: object) -> bool:
        return self.__dict__ == other.__dict__ if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), *self.field_items()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self.field_items())
        return f"{type(self).__name__}({fields})"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed: it is a value")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be removed: it is a value")


class TextNode(Value):
    """A part of the text: code point offsets ``start`` (inside) and ``end`` (outside) into the whole file."""

    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where the node stands in the file."""
        return Span(self.start, self.end)
