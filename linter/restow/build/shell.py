"""Running a RUN's shell tree over a filesystem value: nothing is executed, every command is its declared effect.

A list is a sequence. What runs only perhaps, or side by side (``||``, pipelines, ``if``, loops, ``case``), is taken as
one joint command: it reads and may write whatever its parts do, and its result is one term over all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from restow.build.command_terms import Entry, Setting, carried_out, check_order, computed, term_of, with_possible_links
from restow.build.looping import Turn, in_order, made_up
from restow.build.redirecting import echoed, known_bytes, with_redirections
from restow.build.shell_text import (
    BUILTINS,
    DEVICES,
    MATCHERS,
    check_program,
    exits_on_error,
    gives_up,
    kind,
    matching,
    set_options,
    stands,
    within,
)
from restow.build.sourcing import RELEASE, SOURCES, read_entry, release, script_of
from restow.build.state import Command, State
from restow.build.wording import Wording, names_home, quotes_pattern
from restow.effects.declared import declaration_for
from restow.effects.effect import HOME, Assumption, Effect, Invocation, home_of
from restow.effects.operands import RANDOM
from restow.effects.registry import effect_of
from restow.errors import UnknownEffect
from restow.semantics.scope import SYMBOLIC, is_known, symbolic
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
)
from restow.vfs import Attributes, Filesystem, Region, digest_of, join

if TYPE_CHECKING:
    from restow.build.engine import Build

SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash", "dash", "ash")


@dataclass
class ShellRun:
    """The state of one shell: filesystem, directory and variables change as the commands go by."""

    state: State
    build: Build
    context_term: str
    commands: list[Command] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    patterns: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.filesystem: Filesystem = self.state.filesystem
        self.directory: str = self.state.directory
        self.variables: dict[str, str] = dict(self.state.scope.of_run)
        self.exported: set[str] = set(self.variables)
        self.text: str = self.build.model.dockerfile.text
        self.errexit: bool = exits_on_error(self.state.shell[1:])
        self.linked: bool = is_known(self.directory) and self.filesystem.resolve(self.directory) != self.directory
        self.last: str = ""
        self.outputs: dict[int, tuple[CommandSubstitution, str]] = {}

    def script(self, script: Script, *, decides: bool = True) -> None:
        """Every item in turn. Raises UnknownEffect where one is not understood.

        ``decides``: the build fails where the script does. Of a list that goes on after a failure only the last command
        decides; any other may have failed half-way.
        """
        for item in script.items:
            if item.separator == "&":
                raise UnknownEffect("a command runs in the background")
            last = item is script.items[-1]
            listed = isinstance(item.command, AndOr) and not last
            self.node(item.command, decides and (last or (self.errexit and not listed)))

    def argv(self, words: tuple[str, ...], text: str) -> None:
        """A command of exec form: no shell, no expansion."""
        if words:
            if words[0] in MATCHERS and any(c in word for word in words for c in ("*", "?", "[", "~")):
                raise UnknownEffect("exec form expands no patterns")
            self._apply([self._command(tuple(words), text, None, ())], text)

    def node(self, node: Node, decides: bool = True) -> None:
        """One command of any shape. ``decides``: the build fails where it does."""
        if isinstance(node, SimpleCommand):
            self._simple(node, decides)
        elif isinstance(node, AndOr) and decides and (node.operator == "&&" or gives_up(node.right)):
            self.node(node.left)
            if node.operator == "&&":
                self.node(node.right)
        elif isinstance(node, Subshell) and not node.redirections:
            before = (self.directory, dict(self.variables), set(self.exported), self.errexit, self.linked)
            self.script(node.body, decides=decides)
            self.directory, self.variables, self.exported, self.errexit, self.linked = before
        elif isinstance(node, Group) and not node.redirections:
            self.script(node.body, decides=decides)
        elif isinstance(node, Opaque):
            raise UnknownEffect(f"the shell text cannot be read: {node.reason}")
        elif isinstance(node, Function):
            raise UnknownEffect("shell functions are not followed")
        else:
            self._joint(node)

    def _simple(self, node: SimpleCommand, decides: bool) -> None:
        words = self._words(node)
        if not words:
            if node.redirections:
                raise UnknownEffect("a redirection without a command")
            for assignment in node.assignments:
                self.variables[assignment.name] = self._wording().value(assignment.value)
            return
        if words[0] in ("cd", "set", "export", "unset", *SOURCES):
            self._builtin(words, node, decides)
            return
        if words[0] == "exit":
            raise UnknownEffect("the script may end before its last command")
        alone = not node.redirections and not node.assignments
        if words[0] in SHELLS and words[1:2] == ("-c",) and len(words) == 3 and alone:
            self._inner_shell(words, decides)
            return
        entry = self._command(words, self._text(node), node, node.redirections)
        self._apply([entry], self._text(node), decides=decides)

    def _inner_shell(self, words: tuple[str, ...], decides: bool) -> None:
        """``sh -c 'script'``: its commands run as in a subshell that has the exported variables only."""
        if not is_known(words[2]):
            raise UnknownEffect(f"the script given to {words[0]} -c is not known before the build")
        parsed = script_of(f"the script given to {words[0]} -c", words[2], words[0].rsplit("/", 1)[-1])
        before = (self.text, self.directory, dict(self.variables), self.errexit, self.linked)
        self.text, self.errexit = words[2], False
        self.script(parsed, decides=decides)
        self.text, self.directory, self.variables, self.errexit, self.linked = before

    def _builtin(self, words: tuple[str, ...], node: SimpleCommand, decides: bool) -> None:
        if words[0] == "cd":
            if len(words) != 2 or not is_known(words[1]) or words[1] == "-" or node.redirections:
                raise UnknownEffect("the target of a cd is not known")
            self._enter(words[1], decides)
        elif words[0] == "export" and all("=" in word or word.isidentifier() for word in words[1:]):
            for word in words[1:]:
                name, equals, value = word.partition("=")
                self.exported.add(name)
                if equals:
                    self.variables[name] = value
        elif words[0] == "set" and (options := set_options(words[1:])) is not None:
            self.errexit = exits_on_error(options, self.errexit)
        elif words[0] == "unset":
            for word in words[1:]:
                self.variables.pop(word, None)
        elif words[0] in SOURCES:
            self._source(words, node, decides)
        else:
            raise UnknownEffect(f"this use of {words[0]} is not followed")

    def _source(self, words: tuple[str, ...], node: SimpleCommand, decides: bool) -> None:
        """``. file``: a script that is at hand runs in this shell."""
        path = self._path(words[1]) if len(words) == 2 and "/" in words[1] and not node.redirections else ""
        data = self._read(path) if path else None
        if data is None:
            self._apply([self._release_read(words, node)], self._text(node), decides=decides)
            return
        self._apply([read_entry(path, self.filesystem.steps(path))], words[1])
        outer, self.text = self.text, data.decode("utf-8", "replace")
        self.script(script_of(path, self.text, "sh"), decides=decides)
        self.text = outer

    def _release_read(self, words: tuple[str, ...], node: SimpleCommand) -> Entry:
        entry, values = release(words, node, self.filesystem)
        self.variables |= values
        self.assumptions += [RELEASE] if RELEASE not in self.assumptions else []
        return entry

    def _enter(self, written: str, decides: bool) -> None:
        """``cd``: the shell takes ``..`` by name, the programs that it starts by what stands there."""
        if ".." in written.split("/") and self.linked:
            raise UnknownEffect("a cd to .. from below a symbolic link")
        path = self._path(written)
        if not decides and not stands(self.filesystem, path):
            raise UnknownEffect(f"the script goes on where {path} is no directory")
        self.filesystem = self.filesystem.entered(path)
        self.context_term = digest_of(self.context_term, path, kind(self.filesystem.lookup(path)))
        self.linked |= path != join(self.directory, written)
        self.directory = path

    def _joint(self, node: Node) -> None:
        """All simple commands below as one effect: they may run in any number."""
        entries: list[Entry] = []
        variables = dict(self.variables)
        for inner in in_order(node, self._turns):
            if isinstance(inner, Turn):
                self.variables[inner.variable] = inner.value
                self.outputs.clear()
            if isinstance(inner, Opaque):
                raise UnknownEffect(f"the shell text cannot be read: {inner.reason}")
            if isinstance(inner, Function):
                raise UnknownEffect("shell functions are not followed")
            if isinstance(inner, For):
                entries.append(self._looped(inner))
            if isinstance(inner, SimpleCommand):
                entries += self._joint_entries(inner)
            elif isinstance(inner, Redirection) and not any(within(inner, e.node) for e in entries):
                entries.append(Entry(Command("", self._redirected([inner])), None, (), self._text(inner)))
        check_order(entries)
        assigned = {name for name, value in self.variables.items() if variables.get(name) != value}
        self._apply(entries, self._text(node), joint=variables)
        for name in assigned:
            self.variables[name] = symbolic("assigned", f"{name} by {self.last}")

    def _loop_words(self, node: For) -> tuple[list[str], list[str]]:
        """The words of a ``for``, and the patterns among them."""
        wording = self._wording()
        return [text for word in node.words or () for text in wording.words(word)], wording.patterns

    def _turns(self, node: For) -> list[str] | None:
        values, patterns = self._loop_words(node)
        return None if patterns or node.words is None or not all(map(is_known, values)) else values

    def _looped(self, node: For) -> Entry:
        """The words of a ``for``: patterns among them read folders."""
        values, patterns = self._loop_words(node)
        effect = Effect(reads=(self._listed(patterns),), seconds=0.0)
        return Entry(Command("", effect), None, (), digest_of("for", *values))

    def _joint_entries(self, node: SimpleCommand) -> list[Entry]:
        words = self._words(node)
        if not words:
            for assignment in node.assignments:
                value = self._wording().value(assignment.value)
                self.variables[assignment.name] = symbolic("assigned", f"{assignment.name} {digest_of(value)}")
            return []
        if words[0] in ("cd", "set", "export", "unset", *SOURCES):
            if words[0] == "set" and (options := set_options(words[1:])) is not None:
                self.errexit &= exits_on_error(options, self.errexit)
                return []
            if words[0] in SOURCES:
                return [self._release_read(words, node)]
            raise UnknownEffect(f"{words[0]} inside of a condition, a loop or a pipeline")
        if words[0] == "exit" and (not words[1:2] or not words[1].isdigit() or int(words[1]) % 256 == 0):
            raise UnknownEffect("the script may end before its last command")
        if words[0] in ("break", "continue"):
            return []
        return [self._command(words, self._text(node), node, node.redirections)]

    def _words(self, node: SimpleCommand) -> tuple[str, ...]:
        wording = self._wording()
        words = wording.arguments(node)
        for assignment in node.assignments:
            wording.value(assignment.value)
        if any(assignment.append for assignment in node.assignments):
            raise UnknownEffect("+= is not followed")
        self.used |= wording.used
        self.patterns = wording.patterns
        return words

    def _wording(self) -> Wording:
        plain = is_known(self.directory) and not self.linked
        return Wording(self.variables, self.state.scope, self._output, self.directory, plain)

    def _output(self, node: CommandSubstitution) -> str:
        """``$(command)``: its effect counts like that of a command before; its output is a value that nobody knows.

        The value is named by the term of the commands, so by all that they read.
        """
        if isinstance(node.script, Opaque):
            raise UnknownEffect(f"the shell text cannot be read: {node.script.reason}")
        if id(node) not in self.outputs:
            variables, errexit, patterns, terms = dict(self.variables), self.errexit, self.patterns, list[str]()
            for item in node.script.items:
                self._joint(item.command)
                terms.append(self.last)
            self.variables, self.errexit, self.patterns = variables, errexit, patterns
            made = made_up(node.script, self.commands, self.last)
            self.outputs[id(node)] = (node, made or symbolic("output", digest_of(*terms)))
        return self.outputs[id(node)][1]

    def _listed(self, patterns: list[str]) -> Region:
        """The places whose names and content patterns depend on."""
        found = [path for pattern in patterns for path in matching(self.filesystem, self._path, pattern)]
        return Region(tuple(dict.fromkeys(found)))

    def _command(
        self, argv: tuple[str, ...], text: str, node: SimpleCommand | None, redirections: tuple[Redirection, ...]
    ) -> Entry:
        assigned = {}
        if node is not None:
            wording = self._wording()
            assigned = {assignment.name: wording.value(assignment.value) for assignment in node.assignments}
        if argv[0].startswith(SYMBOLIC) or not is_known(argv[0]):
            raise UnknownEffect("the name of a program depends on a value that is not known")
        environment = {name: value for name, value in self.variables.items() if name in self.exported} | assigned
        declared = self.build.context.declared if self.build.context is not None else ()
        if argv[0] not in BUILTINS and not (declared and declaration_for(argv, declared)):
            check_program(self.filesystem, self.directory, argv[0], environment, self.state.root)
        call = Invocation(
            argv, self.filesystem, environment, self.directory, self.state.user, self._read, self.build.accept
        )
        call.declared = declared
        if node is not None and argv[0] in MATCHERS and any(map(quotes_pattern, node.words)):
            raise UnknownEffect(f"a quoted pattern given to {argv[0]}")
        patterns = [] if node is None else self.patterns
        effect = effect_of(call)
        files = [redirection for redirection in redirections if self._is_file(redirection)]
        if files:
            more = self._redirected(files)
            written = None if patterns else echoed(argv, files, more, self._owned, self.filesystem)
            effect = with_redirections(effect, more, written)
        if patterns:
            effect = replace(effect, reads=(*effect.reads, self._listed(patterns)))
        self.assumptions += [a for a in (*call.assumed, *effect.assumes) if a not in self.assumptions]
        wording = self._wording()
        fed = [
            digest_of(
                r.operator, r.file_descriptor, wording.value(r.target), r.heredoc, *map(wording.part, r.expansions)
            )
            for r in (*files, *(r for r in redirections if r.operator == "<<<"))
        ]
        self.used |= wording.used
        term = digest_of(*(effect.words or argv), *fed, sorted(assigned.items()))
        own = node if self.text is self.build.model.dockerfile.text else None
        return Entry(Command(text, effect, own), node, tuple(call.consulted), term, environment)

    def _is_file(self, redirection: Redirection) -> bool:
        if redirection.operator in (">&", "<&", "<<", "<<-", "<<<"):
            return bool(redirection.heredoc) and redirection.operator in ("<<", "<<-")
        return self._wording().value(redirection.target) not in DEVICES

    def _owned(self) -> Attributes:
        """What a file that a redirection makes gets."""
        user, _, group = self.state.user.partition(":")
        uid = self.build.owner(self.filesystem, user, "uid")
        return Attributes(0o644, uid, self.build.group_of(self.filesystem, user, group))

    def _read(self, path: str) -> bytes | None:
        return known_bytes(self.filesystem, self.build.context, path)

    def _redirected(self, redirections: list[Redirection]) -> Effect:
        reads, writes, ways = list[str](), list[str](), list[str]()
        for redirection in (one for one in redirections if one.operator not in (">&", "<&", "<<", "<<-", "<<<")):
            if names_home(redirection.target) and not is_known(self.variables.get("HOME", SYMBOLIC)):
                self.assumptions += [HOME] if HOME not in self.assumptions else []
            target = self._wording().target(redirection.target, home_of(self.variables, self.state.user))
            path = self._path(target)
            if path in RANDOM:
                raise UnknownEffect(f"{path} gives something else each time")
            if path not in DEVICES:
                (reads if redirection.operator == "<" else writes).append(path)
                ways += self.filesystem.steps(join(self.directory, target))
        return Effect((Region((*reads, *writes)),), (Region(tuple(writes)),), seconds=0.0, consulted=tuple(ways))

    def _path(self, written: str) -> str:
        if written.startswith("~"):
            raise UnknownEffect("a path of the home directory is not followed")
        path = written if written.startswith("/") else f"{self.directory}/{written}"
        if not is_known(path):
            raise UnknownEffect("a path depends on a value that is not known before the build")
        return self.filesystem.resolve(path)

    def _apply(
        self, entries: list[Entry], text: str, *, joint: dict[str, str] | None = None, decides: bool = True
    ) -> None:
        """Carry out effects: computed where that is exact, else as one term over all that is read.

        ``joint`` are the variables before commands of which nobody knows how often they run. Where a command does not
        decide over the build, it may fail and the script go on.
        """
        self.commands += [entry.command for entry in entries if entry.command.text or any(entry.command.effect.reads)]
        root = self.state.user in ("", "root", "0")
        if joint is None and entries and entries[0].command.effect.exact is not None:
            effect = entries[0].command.effect
            if not decides and not (effect.certain and root):
                raise UnknownEffect(f"the script goes on where {entries[0].command.text!r} fails")
            self.filesystem = computed(entries[0], self.filesystem, self.state.user)
            return
        sure = joint is None and decides
        setting = Setting(self.state, self.build.model.dockerfile.text, self.context_term, self.directory)
        before = with_possible_links(entries, self.filesystem)
        self.last = term_of(entries, "" if joint is None else text, setting, before, joint=joint, sure=sure)
        self.filesystem = carried_out(entries, before, self.last, sure=sure)

    def _text(self, node: ShellNode) -> str:
        return self.text[node.start : node.end]
