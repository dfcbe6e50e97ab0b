"""Running a RUN's shell tree over a filesystem value: nothing is executed, every command is its declared effect.

A list is a sequence. What runs only perhaps, or side by side (``||``, pipelines, ``if``, loops, ``case``), is taken as
one joint command: it reads and may write whatever its parts do, and its result is one term over all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from restow.build.command_terms import Entry, Setting, carried_out, check_order, computed, term_of, with_possible_links
from restow.build.inner_shells import started
from restow.build.looping import Turn, in_order, made_up
from restow.build.redirecting import appended, check_descriptor, echoed, redirected, redirection_term, with_redirections
from restow.build.shell_builtins import STATEFUL, check_plain, executed, release_read, run_builtin
from restow.build.shell_text import (
    BUILTINS,
    DEVICES,
    MATCHERS,
    check_program,
    exits_on_error,
    gives_up,
    matching,
    placed_shell,
    set_options,
    within,
)
from restow.build.sourcing import SOURCES
from restow.build.state import Command, State
from restow.build.wording import Wording, names_home, quotes_pattern
from restow.effects.declared import declaration_for
from restow.effects.effect import HOME, Assumption, Effect, Invocation, home_of
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
    shell_name,
)
from restow.vfs import Attributes, File, Filesystem, Region, digest_of

if TYPE_CHECKING:
    from restow.build.engine import Build


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
    body: Script | None = None

    def __post_init__(self) -> None:
        self.filesystem: Filesystem = self.state.filesystem
        self.directory: str = self.state.directory
        self.variables: dict[str, str] = dict(self.state.scope.of_run)
        self.exported: set[str] = set(self.variables)
        self.settings: tuple[str, ...] = self.settings_of(self.state.shell)
        self.text: str = self.build.model.dockerfile.text
        self.errexit: bool = exits_on_error(self.state.shell[1:])
        self.fatal: bool = True  # the build fails where this shell ends early
        self.perhaps: set[str] = set()  # set here, and exported if the base image does so
        self.linked: bool = is_known(self.directory) and self.filesystem.resolve(self.directory) != self.directory
        self.depth: int = 0  # scripts that run one in the other
        self.last: str = ""
        self.outputs: dict[int, tuple[CommandSubstitution, str]] = {}

    def settings_of(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """A shell as terms name it: its dialect, what the build put in its place, and the options that it starts with."""
        placed = placed_shell(self.filesystem, words[0], self.state.root) if words else ""
        return shell_name(words[0]) if words else "", placed, *words[1:]

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
            self.apply([self._command(tuple(words), text, None, ())], text)

    def node(self, node: Node, decides: bool = True) -> None:
        """One command of any shape. ``decides``: the build fails where it does."""
        if isinstance(node, SimpleCommand):
            self._simple(node, decides)
        elif isinstance(node, AndOr) and decides and (node.operator == "&&" or gives_up(node.right)):
            self.node(node.left)
            if node.operator == "&&":
                self.node(node.right)
        elif isinstance(node, Subshell) and not node.redirections and (decides or len(node.body.items) == 1):
            before = self.shell_state()
            self.fatal = self.fatal and decides
            self.script(node.body, decides=decides)
            self.return_to(before)
        elif isinstance(node, Group) and not node.redirections and (self.fatal or len(node.body.items) == 1):
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
                self.assign(assignment.name, self._wording().assigned(assignment.value))
            return
        if words[0] == ":" and node.assignments:
            raise UnknownEffect("an assignment before a command of the shell itself is not followed")
        if words[0] in STATEFUL:
            run_builtin(self, words, node, decides)
            return
        if words[0] == "exit":
            raise UnknownEffect("the script may end before its last command")
        if words[0] == "exec":
            words, node = executed(self, words, node)
        if not node.redirections and not node.assignments and started(self, words, decides):
            return
        entry = self._command(words, self.own_text(node), node, node.redirections)
        self.apply([entry], self.own_text(node), decides=decides)

    def shell_state(self) -> tuple[str, dict[str, str], set[str], set[str], bool, bool, bool]:
        """What a subshell has of its own."""
        names = (dict(self.variables), set(self.exported), set(self.perhaps))
        return self.directory, *names, self.errexit, self.linked, self.fatal

    def return_to(self, before: tuple[str, dict[str, str], set[str], set[str], bool, bool, bool]) -> None:
        self.directory, self.variables, self.exported, self.perhaps, self.errexit, self.linked, self.fatal = before

    def assign(self, name: str, value: str) -> None:
        """``name=value``: programs see it where the variable is exported already, by the build, the engine or the base image."""
        self.variables[name] = value
        if name in ("HOME", "PATH"):
            self.exported.add(name)
        elif name not in self.exported and self.state.scope.base is not None:
            self.perhaps.add(name)

    def set_options(self, words: tuple[str, ...]) -> None:
        """``set`` with options and parameters: all that runs from then on may do something else."""
        self.context_term = digest_of(self.context_term, "set", *words)
        if set_options(words) != words:  # others become $1 and so on
            self.variables = {name: value for name, value in self.variables.items() if not name.isdigit()}

    def environment(self) -> dict[str, str]:
        """The variables that a program sees."""
        found = {name: value for name, value in self.variables.items() if name in self.exported}
        for name in self.perhaps & self.variables.keys() - self.exported:
            found[name] = symbolic(
                "assigned", f"{name} {digest_of(self.variables[name])}, if the base image exports it"
            )
        return found

    def _joint(self, node: Node) -> None:
        """All simple commands below as one effect: they may run in any number."""
        entries: list[Entry] = []
        variables = dict(self.variables)
        for inner in in_order(node, self._turns):
            if isinstance(inner, Turn):
                self.assign(inner.variable, inner.value)
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
                entries.append(Entry(Command("", self._redirected([inner])), None, (), self.own_text(inner)))
        check_order(entries)
        assigned = {name for name, value in self.variables.items() if variables.get(name) != value}
        self.apply(entries, self.own_text(node), joint=variables)
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
                value = self._wording().assigned(assignment.value)
                self.assign(assignment.name, symbolic("assigned", f"{assignment.name} {digest_of(value)}"))
            return []
        if words[0] in (*STATEFUL, "exec"):
            check_plain(self, words, node)
            if words[0] == "set" and (options := set_options(words[1:])) is not None:
                self.errexit &= exits_on_error(options, self.errexit)
                self.set_options(words[1:])
                return []
            if words[0] in SOURCES:
                return [release_read(self, words, node)]
            raise UnknownEffect(f"{words[0]} inside of a condition, a loop or a pipeline")
        if words[0] == "exit" and not self.fatal:
            raise UnknownEffect("a subshell may end before its last command, and the build goes on")
        if words[0] == "exit" and (not words[1:2] or not words[1].isdigit() or int(words[1]) % 256 == 0):
            raise UnknownEffect("the script may end before its last command")
        if words[0] in ("break", "continue"):
            return []
        return [self._command(words, self.own_text(node), node, node.redirections)]

    def _words(self, node: SimpleCommand) -> tuple[str, ...]:
        wording = self._wording()
        words = wording.arguments(node)
        for assignment in node.assignments:
            wording.assigned(assignment.value)
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
        found = [path for pattern in patterns for path in matching(self.filesystem, self.path, pattern)]
        return Region(tuple(dict.fromkeys(found)))

    def _command(
        self, argv: tuple[str, ...], text: str, node: SimpleCommand | None, redirections: tuple[Redirection, ...]
    ) -> Entry:
        assigned = {}
        if node is not None:
            wording = self._wording()
            assigned = {assignment.name: wording.assigned(assignment.value) for assignment in node.assignments}
        if argv[0].startswith(SYMBOLIC) or not is_known(argv[0]):
            raise UnknownEffect("the name of a program depends on a value that is not known")
        environment = self.environment() | assigned
        declared = self.build.context.declared if self.build.context is not None else ()
        if argv[0] not in BUILTINS and not (declared and declaration_for(argv, declared)):
            met = check_program(self.filesystem, self.directory, argv[0], environment, self.state.root)
            self.assumptions += [each for each in met if each not in self.assumptions]
        call = Invocation(
            argv, self.filesystem, environment, self.directory, self.state.user, self.read, self.build.accept
        )
        call.declared, call.standard_input = declared, self._fed_from(redirections)
        call.appended = self.build.appended
        if node is not None and argv[0] in MATCHERS and any(map(quotes_pattern, node.words)):
            raise UnknownEffect(f"a quoted pattern given to {argv[0]}")
        patterns = [] if node is None else self.patterns
        effect = effect_of(call)
        files = [redirection for redirection in redirections if self._is_file(redirection)]
        more = self._redirected(files) if files else None
        if more is not None:
            alone = not patterns and len(redirections) == 1
            written = echoed(argv, files, more, self._owned, self.filesystem) if alone else None
            effect = with_redirections(effect, more, written)
        if patterns:
            effect = replace(effect, reads=(*effect.reads, self._listed(patterns)))
        self.assumptions += [a for a in (*call.assumed, *effect.assumes) if a not in self.assumptions]
        wording = self._wording()
        fed = [redirection_term(one, wording) for one in redirections]
        self.used |= wording.used
        told = digest_of(*self.settings[:2]) if argv[0] in BUILTINS or not all(map(is_known, argv)) else ""
        term = digest_of(*(effect.words or argv), *fed, sorted(assigned.items()), told)
        own = node if self.text is self.build.model.dockerfile.text else None
        adds = None if patterns else appended(argv, redirections, more)
        return Entry(Command(text, effect, own), node, tuple(call.consulted), term, environment, adds, argv)

    def _fed_from(self, redirections: tuple[Redirection, ...]) -> str | None:
        """The file that ``< file`` opens as the standard input, where nothing else takes its place."""
        found = [one for one in redirections if "<" in one.operator and one.file_descriptor in (None, 0)]
        if len(found) != 1 or found[0].operator != "<":
            return None
        target = self._wording().target(found[0].target, home_of(self.variables, self.state.user))
        return self.path(target) if is_known(target) and is_known(self.directory) else None

    def _is_file(self, redirection: Redirection) -> bool:
        if redirection.operator in (">&", "<&"):
            self._redirected([redirection])
            return False
        if redirection.operator in ("<<", "<<-", "<<<"):
            return bool(redirection.heredoc) and redirection.operator in ("<<", "<<-")
        return self._wording().value(redirection.target) not in DEVICES

    def _owned(self) -> Attributes:
        """What a file that a redirection makes gets."""
        user, _, group = self.state.user.partition(":")
        uid = self.build.owner(self.filesystem, user, "uid")
        return Attributes(0o644, uid, self.build.group_of(self.filesystem, user, group))

    def read(self, path: str) -> bytes | None:
        node = self.filesystem.lookup(path)
        return self.build.bytes_of(node) if isinstance(node, File) else None

    def _redirected(self, redirections: list[Redirection]) -> Effect:
        targets: list[tuple[Redirection, str]] = []
        for one in redirections:
            if one.operator in (">&", "<&"):
                check_descriptor(one.operator, self._wording().value(one.target))
            elif one.operator not in ("<<", "<<-", "<<<"):
                if names_home(one.target) and not is_known(self.variables.get("HOME", SYMBOLIC)):
                    self.assumptions += [HOME] if HOME not in self.assumptions else []
                targets.append((one, self._wording().target(one.target, home_of(self.variables, self.state.user))))
        return redirected(targets, self.path, self.filesystem, self.directory)

    def path(self, written: str) -> str:
        if written.startswith("~"):
            raise UnknownEffect("a path of the home directory is not followed")
        path = written if written.startswith("/") else f"{self.directory}/{written}"
        if not is_known(path):
            raise UnknownEffect("a path depends on a value that is not known before the build")
        return self.filesystem.resolve(path)

    def apply(
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
        surroundings = self.context_term if joint is None else digest_of(self.context_term, *self.settings)
        setting = Setting(self.state, self.build.model.dockerfile.text, surroundings, self.directory)
        before = with_possible_links(entries, self.filesystem)
        self.last = term_of(entries, "" if joint is None else text, setting, before, joint=joint, sure=sure)
        self.filesystem = carried_out(entries, before, self.last, sure=sure)
        if joint is None and len(entries) == 1 and entries[0].adds is not None:
            self.build.memory["appended", self.last] = entries[0].adds

    def own_text(self, node: ShellNode) -> str:
        return self.text[node.start : node.end]
