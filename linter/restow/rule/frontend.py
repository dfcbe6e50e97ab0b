"""Which frontend reads a Dockerfile, and whether it takes the file.

``# syntax=`` may hand it to a program that is not the Dockerfile frontend.

A mirror counts as what it mirrors: the image is the Dockerfile frontend where its name ends in ``docker/dockerfile`` or
``docker/dockerfile-upstream``, on whatever registry.
"""

from __future__ import annotations

import re

from restow.errors import UsageError
from restow.source import Span
from restow.source.text import BOM
from restow.syntax.ast import Dockerfile
from restow.syntax.directives import read_directives

DOCKERFILE_FRONTENDS = ("docker/dockerfile", "docker/dockerfile-upstream")

_SLASHES = re.compile(r"//[^\S\n]*([a-zA-Z][a-zA-Z0-9]*)[\t\f\r ]*=[\t\f\r ]*(.+?)[\t\f\r ]*(?=\n|\Z)")


def other_frontend(dockerfile: Dockerfile) -> tuple[str, Span] | None:
    """The image of another frontend that reads the file, and where it is named; None for the Dockerfile frontend."""
    named = _syntax(dockerfile)
    return None if named is None or is_dockerfile_frontend(named[0]) else named


def refusal_of_frontend(dockerfile: Dockerfile) -> tuple[str, Span | None] | None:
    """Why a build of the last stage stops before its first step, and where; None where nothing is known against it.

    Build arguments and base images count as not known.
    """
    from restow.semantics.frontend import frontend_errors

    for broken in dockerfile.broken:
        return broken.message, broken.span
    error = next((error for error in frontend_errors(dockerfile) if error.stops_build), None)
    return None if error is None else (error.message, error.span)


def require_build(dockerfile: Dockerfile) -> None:
    """Raise UsageError for a file of which no image can be told: another frontend reads it, or the engine refuses it. A
    file without FROM is left to whoever builds it."""
    other = other_frontend(dockerfile)
    if other is not None:
        reason, span = f"{other[0]} reads this file, and what it makes of it is not known", other[1]
    elif not any(node.kind == "from" for node in dockerfile.instructions):
        return
    elif (refused := refusal_of_frontend(dockerfile)) is not None:
        reason, span = f"the engine refuses this file: {refused[0]}", refused[1] or Span(0, 0)
    else:
        return
    place = dockerfile.source.position(span.start)
    raise UsageError(f"{dockerfile.source.name}:{place.line}:{place.column}: {reason}")


def is_dockerfile_frontend(image: str) -> bool:
    """Whether the image of this name is the Dockerfile frontend, or a mirror of it."""
    from restow.oci.reference import DEFAULT_REGISTRY, parse_reference

    try:
        reference = parse_reference(image)
    except UsageError:
        return False
    if reference.registry == DEFAULT_REGISTRY:
        return reference.repository in DOCKERFILE_FRONTENDS
    return f"/{reference.repository}".endswith(tuple(f"/{name}" for name in DOCKERFILE_FRONTENDS))


def _syntax(dockerfile: Dockerfile) -> tuple[str, Span] | None:
    """What ``# syntax=`` names, up to the first blank; ``// syntax=`` and a JSON object work as well. A first line ``#!``
    is passed over."""
    text = dockerfile.text
    at = offset = len(BOM) if text.startswith(BOM) else 0
    if text.startswith("#!", at):
        at = text.find("\n", at) + 1 or len(text)
    for found in read_directives(text, at)[0]:
        if found.name == "syntax":
            return found.value.split(" ", 1)[0], Span(found.start, found.end)
    while (match := _SLASHES.match(text, at)) and match[1].lower() in ("syntax", "escape", "check"):
        if match[1].lower() == "syntax":
            return match[2].split(" ", 1)[0], Span(match.start(), match.end())
        at = match.end() + 1
    text = text[offset:]
    if text.lstrip().startswith("{") and '"syntax"' in text:
        return _of_json(text, offset)
    return None


def _of_json(text: str, offset: int) -> tuple[str, Span] | None:
    import json

    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    named = value.get("syntax")
    at = offset + text.find('"syntax"')
    return (named, Span(at, at + len('"syntax"'))) if isinstance(named, str) else None
