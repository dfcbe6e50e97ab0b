"""Unified diffs that ``git apply`` and ``patch -p1`` take."""

from __future__ import annotations


def unified_diff(name: str, before: str, after: str, *, context: int = 3) -> str:
    """The diff from ``before`` to ``after``; empty where they are equal. Line ends are kept."""
    import difflib

    if before == after:
        return ""
    label = name.replace("\\", "/").lstrip("/")
    lines = difflib.unified_diff(
        _lines(before), _lines(after), fromfile=f"a/{label}", tofile=f"b/{label}", n=context, lineterm="\n"
    )
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """Lines with their ends; only ``\\n`` ends a line."""
    return [part + "\n" for part in text.split("\n")[:-1]] + ([tail] if (tail := text.rsplit("\n", 1)[-1]) else [])
