"""A shell over a filesystem value: runs a tree of commands, with exit status and output."""

from __future__ import annotations

from dataclasses import dataclass, field

from restow.build.exact.budget import Budget
from restow.build.exact.builtins import BUILTINS, SPECIAL_BUILTINS, run_builtin
from restow.build.exact.call import Call
from restow.build.exact.control import BreakLoop, ContinueLoop, ExitShell, ReturnFunction
from restow.build.exact.disk import Disk
from restow.build.exact.launch import launch
from restow.build.exact.output import NOTHING, Output, has_blanks
from restow.build.exact.patterns import matches
from restow.build.exact.redirect import redirected, refuse_races
from restow.build.exact.words import Expander
from restow.build.wording import OF_THE_SHELL
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known
from restow.shell import (
    AndOr,
    Case,
    CommandSubstitution,
    For,
    Function,
    Group,
    If,
    ListItem,
    Node,
    Opaque,
    Pipeline,
    Script,
    SimpleCommand,
    Subshell,
    While,
    walk,
)
from restow.vfs import Filesystem

_OWN = (OF_THE_SHELL - {"PWD", "OLDPWD"}) | frozenset(
    "_ HOSTNAME IFS PS1 PS2 PS4 OPTERR PIPESTATUS COMP_WORDBREAKS MAILCHECK SHELL TERM".split()
)
"""Variables that one shell or another gives a value that is not told here."""

_READ_ALL = frozenset("cat tr sort wc tee cut uniq tac rev sed sha256sum sha1sum sha512sum md5sum awk grep".split())


@dataclass
class Shell:
    """One shell. ``flavour`` is ``busybox``, ``dash`` or ``bash``; ``image`` the base image's filesystem.

    ``given`` is its standard input, ``printed`` what it wrote to its output; ``complained``: something was written to the
    error output. ``linked``: its directory was entered through a symbolic link, so that the shell calls it otherwise.
    ``replaced``: the output of a command was taken within the present one.
    """

    disk: Disk
    flavour: str
    image: Filesystem
    variables: dict[str, str]
    exported: set[str]
    parameters: tuple[str, ...] = ()
    name: str = "sh"
    given: Output = NOTHING
    printed: list[Output] = field(default_factory=list)
    complained: bool = False
    errexit: bool = False
    nounset: bool = False
    pipefail: bool = False
    traced: bool = False
    linked: bool = False
    status: int = 0
    functions: dict[str, Node] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    depth: int = 0
    replaced: bool = False

    # ---- values

    @property
    def environment(self) -> dict[str, str]:
        """The variables that programs see."""
        return {name: value for name, value in self.variables.items() if name in self.exported}

    def parameter(self, name: str) -> str | None:
        """The value of a variable or special parameter; None where it is not set."""
        if name.isdigit():
            number = int(name)
            if number == 0:
                return self.name
            return self.parameters[number - 1] if number <= len(self.parameters) else None
        if name in ("@", "*"):
            return " ".join(self.parameters)
        if name == "?" and self.replaced:
            raise UnknownEffect("shells differ in $? behind a command whose output is taken")
        if name in ("#", "?"):
            return str(len(self.parameters) if name == "#" else self.status)
        if not name.isidentifier() or name in _OWN or name.startswith("BASH"):
            if name in self.variables and name not in OF_THE_SHELL and not name.startswith("BASH"):
                return self.variables[name]
            raise UnknownEffect(f"the value of ${name} is not computed")
        if name in ("PWD", "OLDPWD") and self.linked:
            raise UnknownEffect("the name of a directory that was entered through a symbolic link")
        return self.variables.get(name)

    def assign(self, name: str, value: str) -> None:
        """``name=value``."""
        if name in ("PATH", "IFS", "PWD", "OLDPWD", "PS4", "BASH_ENV", "ENV") and name != "PATH":
            raise UnknownEffect(f"{name} is set by the script")
        self.variables[name] = value

    def substituted(self, node: CommandSubstitution) -> str:
        """What ``$(...)`` gives: the output without line ends at its end."""
        if isinstance(node.script, Opaque):
            raise UnknownEffect(f"the shell text cannot be read: {node.script.reason}")
        inner = self.subshell(self.given)
        inner.errexit &= self.flavour != "bash"
        inner.whole(node.script)
        self.adopt(inner)
        self.replaced = True
        output = inner.output
        if not output.ordered:
            output = Output(output.plain())
        if has_blanks(output.text):
            raise UnknownEffect("the line ends of a text that is not known are taken away")
        return output.text.rstrip("\n")

    @property
    def output(self) -> Output:
        """All that was printed."""
        return Output("".join(part.text for part in self.printed), all(part.ordered for part in self.printed))

    def subshell(self, given: Output) -> Shell:
        """A copy that changes the same disk and nothing else."""
        self.depth += 1
        if self.depth > 40:
            raise UnknownEffect("shells within shells, too deep")
        return Shell(
            self.disk, self.flavour, self.image, dict(self.variables), set(self.exported), self.parameters, self.name,
            given, [], False, self.errexit, self.nounset, self.pipefail, self.traced, self.linked, self.status,
            dict(self.functions), self.budget, self.depth,
        )  # fmt: skip

    def adopt(self, inner: Shell) -> None:
        """Take over a subshell's status after it ended."""
        self.depth -= 1
        self.status = inner.status
        self.complained |= inner.complained

    # ---- running

    def whole(self, script: Script) -> int:
        """Run a script to its end, in a process of its own: directory and umask are restored. Gives the exit status."""
        directory, umask = self.disk.directory, self.disk.umask
        try:
            self.script(script, tested=False)
        except ExitShell as end:
            self.status = end.status
        except (BreakLoop, ContinueLoop, ReturnFunction):
            raise UnknownEffect("break, continue or return outside of its place") from None
        finally:
            self.disk.directory, self.disk.umask = directory, umask
        return self.status

    def script(self, script: Script, *, tested: bool) -> None:
        """Every command in turn. ``tested``: a failure is looked at, and does not end the script under ``set -e``."""
        for item in script.items:
            if item.separator == "&":
                raise UnknownEffect("a command runs in the background")
            self.run(item.command, tested=tested)

    def run(self, node: Node, *, tested: bool) -> None:
        """One command of any shape; leaves its status in ``status``."""
        self.budget.spend()
        self.replaced = False
        if isinstance(node, AndOr):
            self.run(node.left, tested=True)
            if (self.status == 0) == (node.operator == "&&"):
                self.run(node.right, tested=tested)
            return
        if isinstance(node, Pipeline):
            self._pipeline(node)
            tested |= node.negated
        elif isinstance(node, Function):
            self.functions[node.name] = node.body
            self.status = 0
        elif isinstance(node, SimpleCommand):
            self._simple(node, tested)
        elif isinstance(node, Subshell):
            self._subshell(node, tested)
        elif isinstance(node, Opaque):
            raise UnknownEffect(f"the shell text cannot be read: {node.reason}")
        else:
            self._compound(node, tested)
            return
        if self.status and self.errexit and not tested:
            raise ExitShell(self.status)

    def _compound(self, node: Group | If | For | While | Case, tested: bool) -> None:
        with redirected(self, node.redirections) as opened:
            if not opened:
                if self.errexit and not tested:
                    raise UnknownEffect("set -e, and a redirection of several commands that cannot be opened")
                self.status = self._unopened
                return
            if isinstance(node, Group):
                self.script(node.body, tested=tested)
            elif isinstance(node, If):
                self._if(node, tested)
            elif isinstance(node, For):
                self._for(node, tested)
            elif isinstance(node, While):
                self._while(node, tested)
            else:
                self._case(node, tested)

    def _subshell(self, node: Subshell, tested: bool) -> None:
        with redirected(self, node.redirections) as opened:
            if not opened:
                self.status = 1 if self.flavour == "bash" else 2
                return
            inner = self.subshell(self.given)
            inner.errexit &= not tested
            inner.whole(node.body)
            self.printed += inner.printed
            self.adopt(inner)

    def _if(self, node: If, tested: bool) -> None:
        for condition, body in node.branches:
            self.script(condition, tested=True)
            if self.status == 0:
                self.script(body, tested=tested)
                return
        self.status = 0
        if node.otherwise is not None:
            self.script(node.otherwise, tested=tested)

    def _for(self, node: For, tested: bool) -> None:
        words = self.parameters if node.words is None else self.expander.arguments(node.words)
        if not all(map(is_known, words)):
            raise UnknownEffect("a loop over words that are not known")
        self.status = 0
        for word in words:
            self.assign(node.variable, word)
            if not self._body(node.body, tested):
                break

    def _while(self, node: While, tested: bool) -> None:
        status = 0
        while True:
            self.budget.spend()
            self.script(node.condition, tested=True)
            if (self.status == 0) == node.until:
                break
            going = self._body(node.body, tested)
            status = self.status
            if not going:
                break
        self.status = status

    def _body(self, body: Script, tested: bool) -> bool:
        """One round of a loop; False where ``break`` ended it."""
        try:
            self.script(body, tested=tested)
        except BreakLoop as end:
            self.status = 0
            if end.levels > 1:
                raise BreakLoop(end.levels - 1) from None
            return False
        except ContinueLoop as end:
            self.status = 0
            if end.levels > 1:
                raise ContinueLoop(end.levels - 1) from None
        return True

    def _case(self, node: Case, tested: bool) -> None:
        text = self.expander.text(node.word)
        if not is_known(text):
            raise UnknownEffect("a case of a value that is not known")
        self.status = 0
        for patterns, body in node.items:
            if any(matches(self.expander.pattern(pattern), text) for pattern in patterns):
                if body is not None:
                    self.script(body, tested=tested)
                return

    def _pipeline(self, node: Pipeline) -> None:
        if len(node.commands) == 1:
            self.run(node.commands[0], tested=True)  # `! command`, which is run by this very shell
        else:
            self._piped(node)
        if node.negated:
            self.status = 0 if self.status else 1

    def _piped(self, node: Pipeline) -> None:
        given, statuses = self.given, list[int]()
        touched: list[tuple[set[str], set[str]]] = []
        before = self.disk.seen, self.disk.changed
        for number, command in enumerate(node.commands):
            self.disk.seen, self.disk.changed = set(), set()
            inner = self.subshell(given)
            inner.errexit = False
            inner.whole(_script_of(command))
            given = inner.output
            statuses.append(inner.status)
            touched.append((self.disk.seen, self.disk.changed))
            self.adopt(inner)
            reader = command.words[0].static if isinstance(command, SimpleCommand) and command.words else None
            if number and reader not in _READ_ALL and (self.pipefail or touched[number - 1][1]):
                raise UnknownEffect("a pipeline whose reader may end before its writer")
        refuse_races(touched)
        seen, changed = before
        self.disk.seen = seen.union(*(one for one, _ in touched))
        self.disk.changed = changed.union(*(one for _, one in touched))
        self.printed.append(given)
        failed = [status for status in statuses if status]
        self.status = failed[-1] if self.pipefail and failed else statuses[-1]

    # ---- simple commands

    @property
    def expander(self) -> Expander:
        """The expansions of this shell."""
        return Expander(self)

    def _simple(self, node: SimpleCommand, tested: bool) -> None:
        if any(assignment.append for assignment in node.assignments):
            raise UnknownEffect("+= is not computed")
        before = self.status
        words = self.expander.arguments(node.words)
        if not words:
            if not any(isinstance(part, CommandSubstitution) for part in walk(node)):
                self.status = 0
            if node.assignments and node.redirections:
                raise UnknownEffect("a variable is set where a redirection may fail")
            for assignment in node.assignments:
                self.assign(assignment.name, self.expander.text(assignment.value))
            with redirected(self, node.redirections) as opened:
                self.status = self.status if opened else self._unopened
            return
        values = {one.name: self.expander.text(one.value) for one in node.assignments}
        with redirected(self, node.redirections) as opened:
            if not opened:
                if words[0] in SPECIAL_BUILTINS and words[0] not in self.functions:
                    if self.flavour != "dash":
                        raise UnknownEffect("a redirection of a special builtin that cannot be opened")
                    raise ExitShell(self._unopened)
                self.status = self._unopened
                return
            self._command(words, values, tested, before)

    @property
    def _unopened(self) -> int:
        """The status of a command one of whose redirections cannot be opened."""
        return 2 if self.flavour == "dash" else 1

    def _command(self, words: list[str], values: dict[str, str], tested: bool, before: int) -> None:
        name = words[0]
        self.budget.note(*words)
        if name in self.functions:
            if values:
                raise UnknownEffect("variables set for a function are not computed")
            self._function(name, tuple(words[1:]), tested)
            return
        if not is_known(name) or name.startswith("%"):
            raise UnknownEffect("the name of a program is not known, or one that bash takes for a job")
        if name in BUILTINS:
            if values and name in ("export", "set", "cd", "unset", "eval", ".", "exec", "shift", ":"):
                raise UnknownEffect(f"variables set for {name} are not computed")
            if name in ("exit", "return"):
                self.status = before
            run_builtin(self, words, tested=tested)
            return
        call = Call(tuple(words), self.disk, self.environment | values, self.given)
        self.finish(call, launch(call, self.image, self.budget, shell_status=True))

    def finish(self, call: Call, status: int) -> None:
        """Take over what a program printed, and its status."""
        self.printed.append(call.output)
        self.complained |= call.complained
        self.status = status

    def _function(self, name: str, arguments: tuple[str, ...], tested: bool) -> None:
        outer, self.parameters = self.parameters, arguments
        self.depth += 1
        if self.depth > 40:
            raise UnknownEffect("functions within functions, too deep")
        try:
            self.run(self.functions[name], tested=tested)
        except ReturnFunction as end:
            self.status = end.status
        finally:
            self.parameters = outer
            self.depth -= 1


def _script_of(command: Node) -> Script:
    return Script(command.start, command.end, (ListItem(command.start, command.end, command, ""),))
