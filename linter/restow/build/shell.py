"""Running a RUN's shell tree over a filesystem value: nothing is executed, every command is its declared effect.

A list is a sequence. What runs only perhaps, or side by side (``||``, pipelines, ``if``, loops, ``case``), is taken as
one joint command: it reads and may write whatever its parts do, and its result is one term over all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from restow.build.state import Command, State
from restow.build.wording import Wording
from restow.effects.effect import Assumption, Effect, Invocation
from restow.effects.registry import effect_of
from restow.errors import UnknownEffect
from restow.semantics.scope import SYMBOLIC, is_known
from restow.shell import (
    AndOr,
    CommandSubstitution,
    For,
    Function,
    Group,
    Node,
    Opaque,
    Redirection,
    Script,
    ShellNode,
    SimpleCommand,
    Subshell,
    parse_shell,
    walk,
)
from restow.vfs import Attributes, Content, File, Filesystem, Origin, Region, Symlink, Unknown, digest_of, join
from restow.vfs.aliases import with_twins, written

if TYPE_CHECKING:
    from restow.build.engine import Build

_SET_OPTIONS = frozenset(
    "-e -u -x -o +x +e +u -ex -eu -eux -xe -ue -exu -uex -euxo -exo -eo -ux -xeu -xue pipefail errexit nounset "
    "xtrace".split()
)
SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash", "dash", "ash")
_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_BUILTINS = frozenset(["echo", "printf", "true", ":", "false", "exit", "test", "[", "pwd", "command", "type", "umask"])
_DEVICES = ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty")


@dataclass
class ShellRun:
    """The state of one shell: filesystem, directory and variables change as the commands go by."""

    state: State
    build: Build
    context_term: str
    commands: list[Command] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.filesystem: Filesystem = self.state.filesystem
        self.directory: str = self.state.directory
        self.variables: dict[str, str] = self.state.scope.of_run
        self.exported: set[str] = set(self.variables)
        self.text: str = self.build.model.dockerfile.text

    def script(self, script: Script) -> None:
        """Every item in turn. Raises UnknownEffect where one is not understood."""
        for item in script.items:
            if item.separator == "&":
                raise UnknownEffect("a command runs in the background")
            self.node(item.command)

    def argv(self, words: tuple[str, ...], text: str) -> None:
        """A command of exec form: no shell, no expansion."""
        if words:
            self._apply([self._command(tuple(words), text, None, ())], text)

    def node(self, node: Node) -> None:
        """One command of any shape."""
        if isinstance(node, SimpleCommand):
            self._simple(node)
        elif isinstance(node, AndOr) and (node.operator == "&&" or _gives_up(node.right)):
            self.node(node.left)
            if node.operator == "&&":
                self.node(node.right)
        elif isinstance(node, Subshell) and not node.redirections:
            directory, variables, exported = self.directory, dict(self.variables), set(self.exported)
            self.script(node.body)
            self.directory, self.variables, self.exported = directory, variables, exported
        elif isinstance(node, Group) and not node.redirections:
            self.script(node.body)
        elif isinstance(node, Opaque):
            raise UnknownEffect(f"the shell text cannot be read: {node.reason}")
        elif isinstance(node, Function):
            raise UnknownEffect("shell functions are not followed")
        else:
            self._joint(node)

    def _simple(self, node: SimpleCommand) -> None:
        words = self._words(node)
        if not words:
            if node.redirections:
                raise UnknownEffect("a redirection without a command")
            for assignment in node.assignments:
                self.variables[assignment.name] = self._wording().value(assignment.value)
            return
        if words[0] in ("cd", "set", "export", "unset", "."):
            self._builtin(words, node)
            return
        if words[0] in SHELLS and words[1:2] == ("-c",) and len(words) == 3 and not node.redirections and not node.assignments:
            self._inner_shell(words)
            return
        self._apply([self._command(words, self._text(node), node, node.redirections)], self._text(node))

    def _inner_shell(self, words: tuple[str, ...]) -> None:
        """``sh -c 'script'``: its commands run as in a subshell that has the exported variables only."""
        if not is_known(words[2]):
            raise UnknownEffect(f"the script given to {words[0]} -c is not known before the build")
        parsed = parse_shell(words[2], 0, len(words[2]), escape="", dialect=words[0].rsplit("/", 1)[-1])
        if isinstance(parsed, Opaque):
            raise UnknownEffect(f"the script given to {words[0]} -c cannot be read: {parsed.reason}")
        outer_text, directory, variables = self.text, self.directory, dict(self.variables)
        self.text = words[2]
        self.script(parsed)
        self.text, self.directory, self.variables = outer_text, directory, variables

    def _builtin(self, words: tuple[str, ...], node: SimpleCommand) -> None:
        if words[0] == "cd":
            if len(words) != 2 or not is_known(words[1]) or words[1] == "-" or node.redirections:
                raise UnknownEffect("the target of a cd is not known")
            self.directory = self._path(words[1])
        elif words[0] == "export" and all("=" in word or word.isidentifier() for word in words[1:]):
            for word in words[1:]:
                name, equals, value = word.partition("=")
                self.exported.add(name)
                if equals:
                    self.variables[name] = value
        elif words[0] == "set" and set(words[1:]) <= _SET_OPTIONS:
            return
        elif words[0] == "unset":
            for word in words[1:]:
                self.variables.pop(word, None)
        else:
            raise UnknownEffect(f"this use of {words[0]} is not followed")

    def _joint(self, node: Node) -> None:
        """All simple commands below as one effect: they may run in any number."""
        entries: list[_Entry] = []
        for inner in walk(node):
            if isinstance(inner, Opaque):
                raise UnknownEffect(f"the shell text cannot be read: {inner.reason}")
            if isinstance(inner, Function):
                raise UnknownEffect("shell functions are not followed")
            if isinstance(inner, For):
                self.variables[inner.variable] = f"{SYMBOLIC}loop:{inner.variable}{SYMBOLIC}"
            if isinstance(inner, SimpleCommand):
                entries += self._joint_entries(inner)
            elif isinstance(inner, Redirection) and not any(_within(inner, e.node) for e in entries):
                entries.append(_Entry(Command("", self._redirected([inner])), None, (), self._text(inner)))
        for earlier, entry in enumerate(entries):
            for path in entry.consulted:
                if any(region.covers(path) for other in entries[:earlier] for region in other.command.effect.writes):
                    raise UnknownEffect(f"{path} may be written by another part of the same command")
        self._apply(entries, self._text(node), joint=True)

    def _joint_entries(self, node: SimpleCommand) -> list[_Entry]:
        words = self._words(node)
        if not words:
            for assignment in node.assignments:
                self.variables[assignment.name] = f"{SYMBOLIC}assigned:{assignment.name}{SYMBOLIC}"
            return []
        if words[0] in ("cd", "set", "export", "unset", "."):
            if words[0] == "set" and set(words[1:]) <= _SET_OPTIONS:
                return []
            raise UnknownEffect(f"{words[0]} inside of a condition, a loop or a pipeline")
        if words[0] in ("break", "continue"):
            return []
        return [self._command(words, self._text(node), node, node.redirections)]

    def _words(self, node: SimpleCommand) -> tuple[str, ...]:
        wording = self._wording()
        words = wording.arguments(node)
        for assignment in node.assignments:
            wording.value(assignment.value)
        self.used |= wording.used
        for substitution in wording.substitutions:
            self._substitution(substitution)
        return words

    def _wording(self) -> Wording:
        return Wording(self.variables, self.state.scope)

    def _substitution(self, node: CommandSubstitution) -> None:
        """``$(command)``: its effect counts like that of a command before; its output is a value that nobody knows."""
        if isinstance(node.script, Opaque):
            raise UnknownEffect(f"the shell text cannot be read: {node.script.reason}")
        for item in node.script.items:
            self._joint(item.command)

    def _command(
        self, argv: tuple[str, ...], text: str, node: SimpleCommand | None, redirections: tuple[Redirection, ...]
    ) -> _Entry:
        assigned = {}
        if node is not None:
            wording = self._wording()
            assigned = {assignment.name: wording.value(assignment.value) for assignment in node.assignments}
        if argv[0].startswith(SYMBOLIC) or not is_known(argv[0]):
            raise UnknownEffect("the name of a program depends on a value that is not known")
        environment = {name: value for name, value in self.variables.items() if name in self.exported} | assigned
        self._is_the_images(argv[0], environment)
        call = Invocation(
            argv, self.filesystem, environment, self.directory, self.state.user, self._read, self.build.accept
        )
        effect = effect_of(call)
        files = [redirection for redirection in redirections if self._is_file(redirection)]
        if files:
            effect = self._with_redirections(effect, files, argv)
        self.assumptions += [a for a in (*call.assumed, *effect.assumes) if a not in self.assumptions]
        term = digest_of(
            *(effect.words or argv), *(f"{r.operator}{r.file_descriptor}{r.heredoc}" for r in files), sorted(assigned.items())
        )
        return _Entry(Command(text, effect, node), node, tuple(call.consulted), term, environment)

    def _is_the_images(self, program: str, environment: dict[str, str]) -> None:
        """Raise UnknownEffect where the build itself put a file where the program is looked up: it is not the one
        modelled.
        """
        if program in _BUILTINS:
            return
        folders = [entry for entry in environment.get("PATH", "").split(":") if entry.startswith("/")]
        names = [program] if "/" in program else [f"{folder}/{program}" for folder in (*_PATH, *folders)]
        for name in names:
            path = join(self.directory, name)
            if is_known(path) and isinstance(self.filesystem.lookup(path), File | Symlink):
                raise UnknownEffect(f"{program} is a file that the build itself put at {path}")

    def _is_file(self, redirection: Redirection) -> bool:
        if redirection.operator in (">&", "<&", "<<", "<<-", "<<<"):
            return bool(redirection.heredoc) and redirection.operator in ("<<", "<<-")
        return self._wording().value(redirection.target) not in _DEVICES

    def _redirected(self, redirections: list[Redirection]) -> Effect:
        reads: list[str] = []
        writes: list[str] = []
        for redirection in redirections:
            if redirection.operator in (">&", "<&", "<<", "<<-", "<<<"):
                continue
            target = self._wording().value(redirection.target)
            path = self._path(target)
            if path not in _DEVICES:
                (reads if redirection.operator == "<" else writes).append(path)
        return Effect(reads=(Region((*reads, *writes)),), writes=(Region(tuple(writes)),), seconds=0.0)

    def _path(self, written: str) -> str:
        path = join(self.directory, written)
        if not is_known(path):
            raise UnknownEffect("a path depends on a value that is not known before the build")
        return self.filesystem.resolve(path)

    def _with_redirections(self, effect: Effect, files: list[Redirection], argv: tuple[str, ...]) -> Effect:
        more = self._redirected(files)
        fields = {**effect.__dict__}
        fields["reads"] = (*effect.reads, *more.reads)
        fields["writes"] = (*effect.writes, *more.writes)
        fields["exact"] = None
        plain = argv[0] == "echo" and not any(c in "".join(argv[1:]) for c in ("\\", SYMBOLIC)) and len(files) == 1
        if (
            plain
            and files[0].operator == ">"
            and files[0].file_descriptor in (None, 1)
            and argv[1:2] not in (("-n",), ("-e",))
        ):
            fields["exact"] = _writer(more.writes[0].include[0], (" ".join(argv[1:]) + "\n").encode())
        return Effect(**fields)

    def _read(self, path: str) -> bytes | None:
        node = self.filesystem.lookup(path)
        if not isinstance(node, File):
            return None
        if node.content.data is not None:
            return node.content.data
        known = node.content.identity.startswith(("context:", "blob:", "sha256:"))
        if known and node.content.origin and self.build.context is not None:
            return self.build.context.read(node.content.origin)
        return None

    def _apply(self, entries: list[_Entry], text: str, *, joint: bool = False) -> None:
        """Carry out effects: computed where that is exact, else as one term over all that is read."""
        self.commands += [entry.command for entry in entries if entry.command.text]
        if not joint and entries and entries[0].command.effect.exact is not None:
            effect = entries[0].command.effect
            after = effect.exact(self.filesystem) if effect.exact else self.filesystem
            paths = tuple(path for region in effect.writes for path in region.include)
            self.filesystem = written(after, paths, digest_of("alias", entries[0].term, self.state.user))
            return
        effects = [entry.command.effect for entry in entries]
        term = digest_of(
            "command",
            *(entry.term for entry in entries),
            text if joint else "",
            self.directory,
            self.state.user,
            self.context_term,
            *(with_twins(region).digest(self.filesystem) for effect in effects for region in effect.reads),
            *(self._environment(entry) for entry in entries),
            *([sorted(self.variables.items())] if joint else []),
        )
        filesystem = self.filesystem
        for effect in effects:
            for region in effect.writes:
                if region:
                    filesystem = with_twins(region).write(filesystem, term)
            for path in effect.creates:
                filesystem = filesystem.put(path, Unknown(Origin(term)))
        self.filesystem = filesystem

    def _environment(self, entry: _Entry) -> str:
        names = entry.command.effect.environment
        if names is None:
            return digest_of(self.state.scope.base, sorted(entry.environment.items()))
        listened = [(k, v) for k, v in sorted(entry.environment.items()) if any(_listens(name, k) for name in names)]
        return digest_of(self.state.scope.base, listened)

    def _text(self, node: ShellNode) -> str:
        return self.text[node.start : node.end]


@dataclass(frozen=True)
class _Entry:
    """A command with what its model looked at, and the part of its term that is its own."""

    command: Command
    node: SimpleCommand | None
    consulted: tuple[str, ...]
    term: str
    environment: dict[str, str] = field(default_factory=dict)


def _within(inner: ShellNode, outer: ShellNode | None) -> bool:
    return outer is not None and outer.start <= inner.start and inner.end <= outer.end


def _listens(pattern: str, name: str) -> bool:
    if pattern.startswith("*"):
        return name.endswith(pattern[1:])
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _gives_up(node: Node) -> bool:
    """``|| exit 1``: the build fails where the left side does."""
    return isinstance(node, SimpleCommand) and [word.static for word in node.words] in (["exit", "1"], ["false"])


def _writer(path: str, data: bytes) -> Callable[[Filesystem], Filesystem]:
    def write(filesystem: Filesystem) -> Filesystem:
        old = filesystem.lookup(path)
        if isinstance(old, File):
            return filesystem.put(path, File(old.attributes, Content.of(data)))
        if old is None:
            return filesystem.put(path, File(Attributes(0o644), Content.of(data)))
        return Region((path,)).write(filesystem, digest_of("written", data))

    return write
