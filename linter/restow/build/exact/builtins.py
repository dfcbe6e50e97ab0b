"""The commands that are part of a shell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from restow.build.exact.call import Call
from restow.build.exact.control import BreakLoop, ContinueLoop, ExitShell, ReturnFunction
from restow.build.exact.disk import SEARCH, FileError
from restow.build.exact.lookup import NotFoundError, find
from restow.build.exact.output import Output
from restow.build.exact.programs import run_program
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known
from restow.shell import Opaque, parse_shell
from restow.vfs import Directory, join

if TYPE_CHECKING:
    from restow.build.exact.shell import Shell

_PRINTING = frozenset(["echo", "printf", "test", "[", "true", "false", "pwd"])
_OPTIONS = {"e": "errexit", "u": "nounset", "x": "traced"}
_LONG = {"errexit": "errexit", "nounset": "nounset", "pipefail": "pipefail", "xtrace": "traced"}


def run_builtin(shell: Shell, words: list[str], *, tested: bool) -> None:
    """Run one; leaves its status in the shell."""
    name = words[0]
    if name == "[[" and shell.flavour == "dash":
        raise UnknownEffect("[[ is no command of dash")
    if name == "pwd" and shell.linked and words[1:] != ["-P"]:
        raise UnknownEffect("the name of a directory that was entered through a symbolic link")
    if name == "pwd" and words[1:] == ["-P"]:
        words = ["pwd"]
    if name in _PRINTING or name == "[[":
        call = Call(tuple(words), shell.disk, shell.environment, shell.given, shell.flavour)
        shell.finish(call, run_program(call))
        return
    if name == "eval":
        text = " ".join(words[1:])
        parsed = parse_shell(text, 0, len(text), escape="", dialect="sh") if is_known(text) else None
        if parsed is None or isinstance(parsed, Opaque):
            raise UnknownEffect("what eval runs is not known")
        shell.script(parsed, tested=tested)
        return
    found = _CHANGING.get(name)
    if found is None:
        raise UnknownEffect(f"{name} is not computed")
    shell.status = found(shell, words[1:])


def _cd(shell: Shell, words: list[str]) -> int:
    back = words == ["-"] and not shell.linked and shell.variables.get("OLDPWD", "").startswith("/")
    if len(words) > 1 or (not back and any(word.startswith("-") for word in words)) or "CDPATH" in shell.variables:
        raise UnknownEffect("this use of cd is not computed")
    path = shell.variables["OLDPWD"] if back else words[0] if words else shell.variables.get("HOME", "")
    if not path:
        raise UnknownEffect("cd to no name, which some shells take for the directory they are in")
    if shell.linked and ".." in path.split("/"):
        raise UnknownEffect("a cd to .. from below a symbolic link")
    try:
        place = shell.disk.locate(path)
        if not isinstance(place.node, Directory):
            raise FileError("ENOTDIR")
        shell.disk.require(place.node, SEARCH)
    except FileError:
        if shell.flavour == "busybox":
            raise UnknownEffect("the status of a cd that fails, which releases of busybox differ in") from None
        shell.complained = True
        return 1 if shell.flavour != "dash" else 2
    if back:
        shell.printed.append(Output(f"{path}\n"))
    shell.linked = (shell.linked and not path.startswith("/")) or place.path != join(shell.disk.directory, path)
    shell.disk.directory = place.path
    shell.variables["OLDPWD"], shell.variables["PWD"] = shell.variables.get("PWD", ""), place.path
    return 0


def _exit(shell: Shell, words: list[str]) -> int:
    raise ExitShell(_status(shell, words))


def _return(shell: Shell, words: list[str]) -> int:
    raise ReturnFunction(_status(shell, words))


def _status(shell: Shell, words: list[str]) -> int:
    if not words:
        return shell.status
    if len(words) > 1 or not words[0].isdigit():
        raise UnknownEffect("the status of an exit is no number")
    return int(words[0]) & 0xFF


def _levels(words: list[str]) -> int:
    if len(words) > 1 or not all(word.isdigit() and int(word) for word in words):
        raise UnknownEffect("this use of break or continue is not computed")
    return int(words[0]) if words else 1


def _break(shell: Shell, words: list[str]) -> int:
    raise BreakLoop(_levels(words))


def _continue(shell: Shell, words: list[str]) -> int:
    raise ContinueLoop(_levels(words))


def _export(shell: Shell, words: list[str]) -> int:
    if not words:
        raise UnknownEffect("export that tells all variables is not computed")
    for word in words:
        name, equals, value = word.partition("=")
        if not name.isidentifier():
            raise UnknownEffect("this use of export is not computed")
        if equals:
            shell.assign(name, value)
        shell.exported.add(name)
    return 0


def _unset(shell: Shell, words: list[str]) -> int:
    for word in words:
        if not word.isidentifier():
            raise UnknownEffect("this use of unset is not computed")
        shell.variables.pop(word, None)
        shell.exported.discard(word)
    return 0


def _set(shell: Shell, words: list[str]) -> int:
    if not words:
        raise UnknownEffect("set that tells all variables is not computed")
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            shell.parameters = tuple(rest)
            return 0
        if word[:1] not in ("-", "+") or len(word) < 2:
            raise UnknownEffect("this use of set is not computed")
        for letter in word[1:]:
            option = _LONG.get(rest.pop(0) if rest else "") if letter == "o" else _OPTIONS.get(letter)
            if option is None or (option == "pipefail" and shell.flavour == "dash"):
                raise UnknownEffect("this use of set is not computed")
            setattr(shell, option, word[0] == "-")
            shell.budget.traced |= shell.traced
    return 0


def _shift(shell: Shell, words: list[str]) -> int:
    count = _levels(words)
    if count > len(shell.parameters):
        raise UnknownEffect("shift by more than there are parameters")
    shell.parameters = shell.parameters[count:]
    return 0


def _umask(shell: Shell, words: list[str]) -> int:
    if len(words) != 1 or not words[0].isdigit() or set(words[0]) - set("01234567"):
        raise UnknownEffect("this use of umask is not computed")
    shell.disk.umask = int(words[0], 8) & 0o777
    return 0


def _command(shell: Shell, words: list[str]) -> int:
    if len(words) != 2 or words[0] != "-v":
        raise UnknownEffect("this use of command is not computed")
    name = words[1]
    if name in shell.functions or name in BUILTINS or name == "[[" or shell.flavour == "busybox":
        raise UnknownEffect("command -v of a builtin is not computed")
    call = Call(("command",), shell.disk, shell.environment)
    try:
        call.print(find(name, shell.disk, shell.environment, shell.image).path + "\n")
    except NotFoundError:
        return 127 if shell.flavour != "bash" else 1
    shell.finish(call, 0)
    return 0


_CHANGING: dict[str, Callable[[Shell, list[str]], int]] = {
    ":": lambda shell, words: 0,
    "cd": _cd,
    "exit": _exit,
    "return": _return,
    "break": _break,
    "continue": _continue,
    "export": _export,
    "unset": _unset,
    "set": _set,
    "shift": _shift,
    "umask": _umask,
    "command": _command,
}
_OTHERS = (
    "[[ eval . source exec read wait trap readonly local type alias unalias hash times ulimit getopts let declare typeset "
    "jobs kill bg fg"
)
BUILTINS = frozenset([*_PRINTING, *_CHANGING, *_OTHERS.split()])
"""Names that a shell takes for itself; those that are not computed raise UnknownEffect."""
SPECIAL_BUILTINS = frozenset(
    ": . break continue eval exec exit export readonly return set shift times trap unset".split()
)
"""Those whose failure ends a POSIX shell (POSIX.1-2017, 2.14); bash does so only where it is called ``sh``."""
