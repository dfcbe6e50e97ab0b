"""Variables as a value that is cheap to extend: ten thousand ENV in a row share what they have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_LARGEST_TOP = 128
"""How many names may stand in the upper layer, which each change copies."""


class Variables(Mapping[str, str]):
    """Names and values in the order of their last assignment. Two layers; a name in the upper one hides the lower's."""

    __slots__ = ("_base", "_top")

    def __init__(self, base: Mapping[str, str] | None = None, top: dict[str, str] | None = None) -> None:
        self._base = base or {}
        self._top = top or {}

    def assigned(self, values: Mapping[str, str]) -> Variables:
        """With ``values`` behind all others; names that were there before stand at their new place."""
        top = {name: value for name, value in self._top.items() if name not in values}
        top.update(values)
        if len(top) <= _LARGEST_TOP:
            return Variables(self._base, top)
        return Variables({**{name: value for name, value in self._base.items() if name not in top}, **top})

    def __getitem__(self, name: str) -> str:
        found = self._top.get(name)
        return self._base[name] if found is None else found

    def __contains__(self, name: object) -> bool:
        return name in self._top or name in self._base

    def __iter__(self) -> Iterator[str]:
        for name in self._base:
            if name not in self._top:
                yield name
        yield from self._top

    def __len__(self) -> int:
        return len(self._top) + sum(name not in self._top for name in self._base)

    def __repr__(self) -> str:
        return f"Variables({dict(self)!r})"
