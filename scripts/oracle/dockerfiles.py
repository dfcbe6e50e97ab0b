"""Random small Dockerfiles over a random context, and one random edit of one."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from contexts import Tree

MARK = "LABEL case="
STATE_LINES = (
    *("ENV A=1", "ENV B=2 C=3", "ARG VALUE=1", "ARG VALUE", "ARG G", "LABEL l=1", "USER 1:1"),
    'SHELL ["/bin/sh", "-ec"]',
)
DEBIAN = "localhost/debian:bookworm-slim"


@dataclass
class Sketch:
    """A Dockerfile as lines (here-documents stand in one); ``arguments`` are build arguments, ``target`` the stage to build."""

    lines: list[str]
    arguments: dict[str, str] = field(default_factory=dict)
    target: str | None = None

    @property
    def text(self) -> str:
        """The file."""
        return "\n".join(self.lines) + "\n"


@dataclass
class Made:
    """A stage that is written: whether it can run programs, and paths that it holds."""

    name: str
    runs: bool
    paths: list[str]


@dataclass
class Writer:
    """Writes one Dockerfile. ``salt`` stands in every destination and command, so that no other run's cache holds them.

    ``classic`` leaves out what the classic builder does not know: mounts, here-documents, --link and --chmod.
    """

    random: Random
    tree: Tree
    salt: str
    classic: bool = False

    def sketch(self) -> Sketch:
        """One to three stages; a later one may build on, copy from or mount an earlier one."""
        count, lines = self.random.choice((1, 1, 2, 2, 3)), list[str]()
        made = list[Made]()
        if self.random.random() < 0.2:
            lines.append("ARG GLOBAL=1")
        for number in range(count):
            lines += self.stage(number, made)
        values = {"VALUE": self.random.choice("12")} if self.random.random() < 0.3 else {}
        target = self.random.choice(made).name if self.random.random() < 0.1 else None
        return Sketch(lines, values, target)

    def stage(self, number: int, made: list[Made]) -> list[str]:
        """One stage; ``made`` collects them."""
        base, runs, paths = self.random.choice(("scratch", DEBIAN)), False, list[str]()
        if base == DEBIAN:
            runs = True
        if made and self.random.random() < 0.35:
            below = self.random.choice(made)
            base, runs, paths = below.name, below.runs, list(below.paths)
        name = f"s{number}"
        root = f"/{self.salt}/{number}"
        lines = [f"FROM {base} AS {name}"]
        if self.classic:
            # what comes next would else be found on any image of the same base
            lines.append(f"{MARK}{self.salt}-{number}")
        for step in range(self.random.randint(1, 4)):
            lines += self.instruction(f"{root}/{step}", runs, made, paths)
        made.append(Made(name, runs, paths))
        return lines

    def instruction(self, place: str, runs: bool, made: list[Made], paths: list[str]) -> list[str]:
        """One instruction that makes a step, with variables or a label before it now and then."""
        before = []
        if self.random.random() < 0.3:
            before.append(self.random.choice(STATE_LINES))
        choices: list[Callable[[], str]] = [self.copier(place, paths), self.copier(place, paths), self.directory(place)]
        choices.append(self.written(place, paths))
        if any(one.paths for one in made):
            choices += [self.from_stage(place, made, paths)] * 2
        if runs:
            choices += [self.run(place, made, paths)] * 3
        return [*before, self.random.choice(choices)()]

    def copier(self, place: str, paths: list[str]) -> Callable[[], str]:
        """COPY or ADD of a file, a folder, a pattern, several files or the whole context."""

        def make() -> str:
            names = sorted(self.tree)
            one = self.random.choice(names)
            pattern = self.random.choice((f"{one[:-1]}*", "*.py", "src/*", "s*"))
            source = self.random.choice((one, one, one, f"{one} {self.random.choice(names)}", pattern, ".", f"./{one}"))
            newer = () if self.classic else ("--chmod=0700 ", "--link ")
            flags = self.random.choice(("", "", "", "--chown=1:2 ", *newer))
            paths.append(f"{place}/" if not source.startswith(".") else place)
            return f"{self.random.choice(('COPY', 'COPY', 'ADD'))} {flags}{source} {place}/"

        return make

    def written(self, place: str, paths: list[str]) -> Callable[[], str]:
        """COPY of a here-document, or COPY in JSON form or with a variable in its destination."""

        def make() -> str:
            paths.append(f"{place}/")
            one = self.random.choice(sorted(path for path, entry in self.tree.items() if entry.kind == "file"))
            newer = (
                f"COPY <<END {place}/here\none $VALUE\nEND",
                f"COPY <<'END' {one} {place}/\none $VALUE\nEND",
            )
            return self.random.choice(
                (
                    *(() if self.classic else newer),
                    f'COPY ["{one}", "{place}/"]',
                    f"ENV PLACE={place}\nCOPY {one} $PLACE/",
                    f"ADD {one} {place}/${{VALUE:-none}}/",
                )
            )

        return make

    def directory(self, place: str) -> Callable[[], str]:
        """WORKDIR, written in one of several ways."""
        return lambda: f"WORKDIR {self.random.choice((place, place + '/', place[1:], place + '/x/..'))}"

    def from_stage(self, place: str, made: list[Made], paths: list[str]) -> Callable[[], str]:
        """COPY of what an earlier stage holds."""

        def make() -> str:
            origin = self.random.choice([one for one in made if one.paths])
            paths.append(f"{place}/")
            flags = self.random.choice(("", "", "--chown=3 ", "" if self.classic else "--link "))
            path = self.random.choice(origin.paths)
            source = f"{path.rstrip('/')}/*" if self.random.random() < 0.2 else path
            return f"COPY {flags}--from={origin.name} {source} {place}/"

        return make

    def run(self, place: str, made: list[Made], paths: list[str]) -> Callable[[], str]:
        """RUN of a command that the engine's base image can run."""

        def make() -> str:
            mounts = ["", "", "", "--mount=type=tmpfs,target=/t ", f"--mount=type=cache,target=/c,id={self.salt} "]
            files = [path for path, entry in self.tree.items() if entry.kind == "file"]
            mounts.append(f"--mount=type=bind,source={self.random.choice(files)},target=/m ")
            mounts.append("--mount=target=/m ")
            held = [one for one in made if one.paths]
            if held:
                origin = self.random.choice(held)
                source = posixpath.normpath(self.random.choice(origin.paths))
                mounts.append(f"--mount=from={origin.name},source={source},target=/m,rw ")
            paths.append(place)
            words = (
                f"mkdir -p {place} && echo one > {place}/f",
                f"mkdir -p {place}",
                f"mkdir -p {place}/deep && chmod 0700 {place}/deep",
                f"echo {self.salt} > /dev/null; mkdir -p {place}",
            )
            if self.classic:
                return f"RUN {self.random.choice(words)}"
            here = f"RUN {self.random.choice(mounts)}<<END\nmkdir -p {place}\necho one\nEND"
            return (
                here if self.random.random() < 0.15 else f"RUN {self.random.choice(mounts)}{self.random.choice(words)}"
            )

        return make


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
