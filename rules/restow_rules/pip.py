"""Calls of pip, by any of its names."""

from __future__ import annotations

from restow_rules.commands import Called


def install_word(command: Called) -> int | None:
    """The index of the word ``install`` of pip (``pip``, ``pip3.12``, ``python -m pip``); None for anything else."""
    name, words, first = command.name.partition(".")[0].rstrip("23"), command.words, 1
    if name == "python":
        at = words.index("-m") if "-m" in words else len(words)
        if words[at + 1 : at + 2] != ("pip",):
            return None
        first = at + 2
    elif name != "pip":
        return None
    for index in range(first, len(words)):
        if not words[index].startswith("-"):
            return index if words[index] == "install" else None
    return None
