"""A source of COPY or ADD is not in the build context.

## What it does
Finds sources without a counterpart in the context, and sources that an ignore file with exceptions (`!pattern`) leaves
out; without exceptions copy-ignored-file finds these. Patterns, addresses, sources with variables of unknown value, and
sources behind a symbolic link are left alone.

## Why is this bad?
The build stops there. It may be a typo, a path relative to the Dockerfile instead of the context, or an ignore file
that says too much. Where the file is made before the build (a compiled program, say), the finding is true only until
then.

## Example
```dockerfile
FROM debian:12
COPY sorce /srv
```

## Use instead
```dockerfile
FROM debian:12
COPY source /srv
```

## Fix safety
There is no fix: what was meant is for the author to say.

## References
- Dockerfile reference, *COPY*; Docker documentation, *Build context*
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import TYPE_CHECKING

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, is_known
from restow.syntax import WordError
from restow.syntax.ast import Add, Copy
from restow_rules.stages import local_sources

if TYPE_CHECKING:
    from restow.rule import Context, State

meta = RuleMeta(
    code="CO002",
    name="copy-source-missing",
    summary="A source of COPY or ADD is not in the build context.",
    since="0.1.0",
    needs=frozenset({"context"}),
)

_FILES = {"source/a.c": "", "build.env": "", ".dockerignore": "*.env\n!a.env\n"}
cases: tuple[Case, ...] = (
    Bad("FROM debian:12\nCOPY sorce /srv\n", lines=(2,), files=_FILES),
    Bad("FROM debian:12\nCOPY source \\\n     build.env /srv/\n", lines=(3,), files=_FILES),
    Good("FROM debian:12\nCOPY source/ *.txt /srv/\n", files=_FILES),
    Good("FROM debian:12\nARG FOLDER=source\nCOPY $FOLDER /srv\n", files=_FILES),
    Good("FROM debian:12\nARG FOLDER\nCOPY $FOLDER /srv\n", files=_FILES),
    Good("FROM debian:12\nCOPY <<EOF /motd\nhello\nEOF\nADD https://host.example/a /a\n", files=_FILES),
    Good("FROM debian:12\nCOPY sorce /srv\n", note="Without a context nobody can tell."),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each source that is missing."""
    context = ctx.context
    if context is None:
        return
    for result, index, step in ctx.steps():
        node = step.instruction
        if not isinstance(node, Copy | Add):
            continue
        local = local_sources(node)
        before = result.steps[index - 1].state if index else result.start
        for word in node.sources:
            path = _expanded(word.text, before) if word.text in local else None
            if path is None or not _is_missing(context, path):
                continue
            if context.ignored(path) and not _has_exceptions(context):
                continue
            by = context.ignored_by(path)
            if by is not None:
                yield ctx.finding(meta, word.span, f"{path} is left out by {by}", help="add an exception, !" + path)
            else:
                from difflib import get_close_matches

                close = get_close_matches(path, _siblings(context, path), 1, 0.75)
                hint = (
                    f"did you mean {close[0]}?" if close else "paths are relative to the context, not to the Dockerfile"
                )
                yield ctx.finding(
                    meta, word.span, f"{path} is not in the build context ({context.description})", help=hint
                )


def _has_exceptions(context: Context) -> bool:
    ignore = context.ignore_file
    return ignore is not None and any(pattern.exception for pattern in ignore.patterns)


def _expanded(text: str, state: State) -> str | None:
    """The source as a clean relative path; None where it is a pattern, everything, or not known."""
    try:
        path = state.scope.expand(text)
    except WordError:
        return None
    if not is_known(path) or not path or any(character in path for character in "*?["):
        return None
    clean = normpath("/" + path).lstrip("/")
    return clean or None


def _is_missing(context: Context, path: str) -> bool:
    from restow.vfs import Symlink

    parts = path.split("/")
    above = ("/".join(parts[:count]) for count in range(1, len(parts)))
    return context.lookup(path) is None and not any(isinstance(context.lookup(folder), Symlink) for folder in above)


def _siblings(context: Context, path: str) -> list[str]:
    from restow.vfs import Directory

    folder = path.rpartition("/")[0]
    node = context.lookup(folder)
    return [f"{folder}/{name}".lstrip("/") for name in node.children] if isinstance(node, Directory) else []
