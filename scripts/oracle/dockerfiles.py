"""Random small Dockerfiles over a random context."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from commands import Commands
from contexts import Tree
from copies import Copies
from explained import narrowed
from settings import setting
from shadow import Shadow

MARK = "LABEL case="


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
    """A stage that is written: whether it can run programs, and what it is believed to hold."""

    name: str
    runs: bool
    shadow: Shadow


@dataclass
class Writer:
    """Writes one Dockerfile. ``base`` is an image that can run programs, ``triggers`` the same with triggers of ONBUILD.

    ``salt`` stands in every path and so in most steps: no other run's cache holds them. ``features`` are what the builder knows
    beyond the classic one: ``heredoc``, ``mount``, ``link``, ``chmod``, ``made by chmod`` (directories that are made for a
    destination have the mode of --chmod: BuildKit 0.21 and later), ``parents``, ``exclude``, ``ports as a map`` (what
    the history says of EXPOSE before 0.25). ``narrow``: without what buildah
    takes otherwise.
    """

    random: Random
    tree: Tree
    salt: str
    base: str
    triggers: str
    features: frozenset[str]
    classic: bool = False
    narrow: bool = False

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
        base, root = self.random.choice(("scratch", self.base, self.base)), f"/{self.salt}/{number}"
        if base == self.base and self.random.random() < 0.06:
            base = self.triggers
        runs, shadow = base != "scratch", Shadow(root)
        if made and self.random.random() < 0.35:
            below = self.random.choice(made)
            base, runs, shadow = below.name, below.runs, below.shadow.copy(root)
        name = f"s{number}"
        lines = [f"FROM {base} AS {name}"]
        if self.classic:
            # what comes next would else be found on any image of the same base
            lines.append(f"{MARK}{self.salt}-{number}")
        for _ in range(self.random.randint(1, 5)):
            lines += self.instruction(runs, made, shadow)
        made.append(Made(name, runs, shadow))
        return lines

    def instruction(self, runs: bool, made: list[Made], shadow: Shadow) -> list[str]:
        """One instruction that makes a step, with variables or a label before it now and then."""
        before = [setting(self.random, runs)] if self.random.random() < 0.3 else []
        before = [narrowed(line) for line in before] if self.narrow else before
        copies = Copies(self.random, self.tree, shadow, runs, self.features, self.narrow)
        choices: list[Callable[[], str]] = [copies.from_context, copies.from_context, copies.written, copies.directory]
        origins = [(one.name, one.shadow) for one in made if one.shadow.kinds]
        if origins:
            choices += [lambda: copies.from_stage(*self.random.choice(origins))] * 2
        if runs:
            choices += [lambda: self.run(shadow, origins)] * 4
        return [*before, self.random.choice(choices)()]

    def run(self, shadow: Shadow, origins: list[tuple[str, Shadow]]) -> str:
        """RUN of shell text, with a mount now and then."""
        commands = Commands(self.random, shadow)
        if shadow.root not in shadow.kinds:
            shadow.add(shadow.root, "folder")
            return f"RUN mkdir -p {shadow.root} && {commands.script()}"
        if self.random.random() < 0.12:
            path = shadow.fresh(self.random)
            shadow.add(path, "folder")
            return f'RUN ["mkdir", "-p", "{path}"]'
        mount = self.mount(origins) if "mount" in self.features and self.random.random() < 0.25 else ""
        if "heredoc" in self.features and self.random.random() < 0.2:
            return f"RUN {mount}{commands.heredoc()}"
        return f"RUN {mount}{commands.script()}"

    def mount(self, origins: list[tuple[str, Shadow]]) -> str:
        """A mount at a place that the commands do not look at."""
        files = [path for path, entry in self.tree.items() if entry.kind == "file"]
        mounts = ["--mount=type=tmpfs,target=/t ", f"--mount=type=cache,target=/c,id={self.salt} "]
        mounts += [f"--mount=type=bind,source={self.random.choice(files)},target=/m ", "--mount=target=/m "]
        if origins:
            name, shadow = self.random.choice(origins)
            mounts.append(f"--mount=from={name},source={shadow.some(self.random, 'file', 'folder')},target=/m,rw ")
        return self.random.choice(mounts)
