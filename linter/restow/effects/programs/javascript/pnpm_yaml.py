"""The form in which pnpm writes ``pnpm-lock.yaml``, and nothing else of YAML.

js-yaml writes mappings in blocks, two spaces a level; keys and values plain, in single or in double quotes; lists in blocks or
in brackets; ``{}`` for what is empty; long texts below ``>-``, ``|-`` and their like (YAML 1.2, "Block Styles"). What is
written in any other form is not read: ``None`` says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

Block = dict[str, "Block | str"]
"""A mapping: text as it stands for, or a mapping below. Lists, flow style and long texts are kept as they are written."""

_LONG = (">", ">-", ">+", "|", "|-", "|+")
_ELSEWHERE = "&*!|>%@`?"
"""What begins a plain value that means something else: anchors, aliases, tags, directives, complex keys."""


@dataclass(frozen=True, slots=True)
class _Line:
    indent: int
    text: str


def read_block(text: str) -> Block | None:
    """The mapping of a document; None where a line is not of the form that pnpm writes."""
    lines = []
    for line in text.splitlines():
        bare = line.lstrip(" ")
        if "\t" in line[: len(line) - len(bare) + 1] or bare.startswith(("---", "...", "#", "? ", ": ")):
            return None
        if bare.strip():
            lines.append(_Line(len(line) - len(bare), bare.rstrip()))
    try:
        found, rest = _mapping(lines, 0, 0)
    except ValueError:
        return None
    return found if rest == len(lines) else None


def _mapping(lines: list[_Line], at: int, indent: int) -> tuple[Block, int]:
    """The mapping whose keys stand at ``indent``, from line ``at`` on, and the line after it."""
    found: Block = {}
    while at < len(lines) and lines[at].indent == indent:
        key, value = _entry(lines[at].text)
        if key in found:
            raise ValueError(f"the key {key!r} stands twice")
        at += 1
        deeper = at < len(lines) and lines[at].indent > indent
        if value in _LONG:
            end = _below(lines, at, indent)
            found[key], at = "\n".join(line.text for line in lines[at:end]), end
        elif value:
            if deeper:
                raise ValueError("a value that goes on in the next line")
            found[key] = _scalar(value)
        elif at < len(lines) and lines[at].text.startswith("- ") and lines[at].indent >= indent:
            end = _listed(lines, at, lines[at].indent)
            found[key], at = "\n".join(line.text for line in lines[at:end]), end
        elif deeper:
            if lines[at].indent != indent + 2:
                raise ValueError("an indent of other than two spaces")
            found[key], at = _mapping(lines, at, indent + 2)
        else:
            raise ValueError("a key without a value")
    if at < len(lines) and lines[at].indent > indent:
        raise ValueError("a line that belongs to nothing")
    return found, at


def _below(lines: list[_Line], at: int, indent: int) -> int:
    while at < len(lines) and lines[at].indent > indent:
        at += 1
    return at


def _listed(lines: list[_Line], at: int, indent: int) -> int:
    while at < len(lines) and (
        lines[at].indent > indent or (lines[at].indent == indent and lines[at].text.startswith("- "))
    ):
        at += 1
    return at


def _entry(text: str) -> tuple[str, str]:
    """A key and what stands behind its colon."""
    if text[0] in "'\"":
        end = _quote_end(text)
        key, rest = _scalar(text[:end]), text[end:]
    else:
        end = text.find(": ")
        end = end if end >= 0 else len(text) - 1
        key, rest = text[:end], text[end:]
        if key[:1] in ("", "-", "{", "[", *_ELSEWHERE) or " #" in key:
            raise ValueError("a key of another form")
    if not rest.startswith(":") or (rest[1:] and rest[1] != " "):
        raise ValueError("a line without a key")
    return key, rest[1:].strip()


def _quote_end(text: str) -> int:
    """The place behind the closing quote of a text that begins with one."""
    at, quote = 1, text[0]
    while at < len(text):
        if text[at : at + 2] == "''" == quote * 2 or (quote == '"' and text[at] == "\\"):
            at += 2
        elif text[at] == quote:
            return at + 1
        else:
            at += 1
    raise ValueError("a quote that is not closed")


def _scalar(text: str) -> str:
    if text[0] in "'\"":
        if _quote_end(text) != len(text):
            raise ValueError("text behind a closing quote")
        return text[1:-1].replace("''", "'") if text[0] == "'" else str(json.loads(text))
    if text[0] in _ELSEWHERE or " #" in text:
        raise ValueError("a value of another form")
    if text[0] in "{[" and text[-1] != "}]"["{[".index(text[0])]:
        raise ValueError("a list that goes on in the next line")
    return text


def block(value: Block | str | None) -> Block:
    """A member that should be a mapping: empty for ``{}`` and where there is none. Raises ValueError for any other text."""
    if isinstance(value, str) and value != "{}":
        raise ValueError("no mapping")
    return value if isinstance(value, dict) else {}


def texts(mapping: Block) -> Iterator[tuple[str, str]]:
    """The entries of a mapping of plain texts. Raises ValueError for a mapping or a list among them."""
    for key, value in mapping.items():
        if not isinstance(value, str) or value[:1] in ("{", "[") or value.startswith("- "):
            raise ValueError("a value that is no text")
        yield key, value
