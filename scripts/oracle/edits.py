"""One random edit of a Dockerfile."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from dockerfiles import MARK, Sketch


def random_edit(sketch: Sketch, random: Random) -> tuple[Sketch, str]:
    """The Dockerfile after one edit, and what it was in words."""
    lines = sketch.lines
    at = random.randrange(len(lines))
    insides = [index for index, line in enumerate(lines) if not line.startswith(("FROM", "ARG GLOBAL", MARK))] or [at]
    one = random.choice(insides)
    first = next(index for index, line in enumerate(lines) if line.startswith("FROM"))
    inserted = random.choice(
        (
            "LABEL x=1",
            "ENV NEW=1",
            "ARG NEW=1",
            "ARG NEW",
            "# note",
            "EXPOSE 80",
            "CMD x",
            "USER 0",
            'SHELL ["/bin/sh", "-ec"]',
        )
    )
    place = max(at, first) + 1
    if place < len(lines) and lines[place].startswith(MARK):
        place += 1
    edits: list[tuple[str, Callable[[], list[str]]]] = [
        (f"insert {inserted} at {place}", lambda: [*lines[:place], inserted, *lines[place:]]),
        (f"insert {inserted} at {place}", lambda: [*lines[:place], inserted, *lines[place:]]),
        (f"remove {lines[one]}", lambda: [*lines[:one], *lines[one + 1 :]]),
        ("other values", lambda: [line.replace("A=1", "A=9").replace("VALUE=1", "VALUE=9") for line in lines]),
        ("one becomes two", lambda: [line.replace("echo one", "echo two") for line in lines]),
        ("another mode of a directory", lambda: [line.replace("chmod 0700", "chmod 0755") for line in lines]),
        ("other spacing", lambda: [line.replace("mkdir -p", "mkdir  -p") for line in lines]),
        ("other case", lambda: [line.replace("COPY ", "copy ", 1) for line in lines]),
        (
            "COPY becomes ADD",
            lambda: [line.replace("COPY ", "ADD ", 1) if "--from" not in line else line for line in lines],
        ),
        ("another owner", lambda: [line.replace("--chown=1:2", "--chown=1:3") for line in lines]),
        ("without --link", lambda: [line.replace("--link ", "") for line in lines]),
    ]
    if one + 1 < len(lines) and one + 1 in insides:
        edits.append(
            (f"swap {one} and {one + 1}", lambda: [*lines[:one], lines[one + 1], lines[one], *lines[one + 2 :]])
        )
    words, edit = random.choice(edits)
    arguments = dict(sketch.arguments)
    if random.random() < 0.2:
        arguments["VALUE"] = random.choice("123")
        words += f", VALUE={arguments['VALUE']}"
    return Sketch(edit(), arguments, sketch.target), words
