"""Commands of the shell itself that change its own state: cd, export, set, unset, ``.`` and source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from restow.build.command_terms import Entry
from restow.build.shell_text import BUILTINS, exits_on_error, kind, set_options, stands
from restow.build.sourcing import DEEPEST, RELEASE, SOURCES, read_entry, release, script_of
from restow.effects.nested import OF_THE_SHELL
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known
from restow.shell import AndOr, Node, Script, SimpleCommand
from restow.vfs import digest_of, join

if TYPE_CHECKING:
    from restow.build.shell import ShellRun

STATEFUL = ("cd", "export", "set", "unset", *SOURCES)


def check_plain(shell: ShellRun, words: tuple[str, ...], node: SimpleCommand) -> None:
    """Raises UnknownEffect for what shells differ in: an assignment before the command, and ``source``."""
    if node.assignments or node.redirections:
        raise UnknownEffect(f"{words[0]} with an assignment or a redirection is not followed")
    if words[0] == "source" and shell.settings[0] not in ("bash", "zsh"):
        raise UnknownEffect(f"not every shell called {shell.settings[0]} has source")


def run_builtin(shell: ShellRun, words: tuple[str, ...], node: SimpleCommand, decides: bool) -> None:
    """Carry the command out in ``shell``. Raises UnknownEffect where that is not followed."""
    check_plain(shell, words, node)
    if words[0] == "cd":
        if len(words) != 2 or not is_known(words[1]) or words[1].startswith("-"):
            raise UnknownEffect("the target of a cd is not known")
        _enter(shell, words[1], decides)
    elif words[0] == "export" and all("=" in word or word.isidentifier() for word in words[1:]):
        for word in words[1:]:
            name, equals, value = word.partition("=")
            if not name.isidentifier():
                raise UnknownEffect(f"export of {name} is not followed")
            shell.exported.add(name)
            if equals:
                shell.variables[name] = value
    elif words[0] == "set" and (options := set_options(words[1:])) is not None:
        shell.errexit = exits_on_error(options, shell.errexit)
        shell.set_options(words[1:])
    elif words[0] == "unset":
        for word in words[1:]:
            if word == "HOME" or not word.isidentifier() or shell.state.scope.lookup(word) is not None:
                raise UnknownEffect(f"{word} is unset, and the stage or the engine gives it a value")
            shell.variables.pop(word, None)
            shell.exported.discard(word)
    elif words[0] in SOURCES:
        _source(shell, words, node, decides)
    else:
        raise UnknownEffect(f"this use of {words[0]} is not followed")


def _source(shell: ShellRun, words: tuple[str, ...], node: SimpleCommand, decides: bool) -> None:
    """``. file``: a script that is at hand runs in this shell."""
    path = shell.path(words[1]) if len(words) == 2 and "/" in words[1] else ""
    data = shell.read(path) if path else None
    if data is not None and shell.state.user not in ("", "root", "0"):
        raise UnknownEffect(f"whether the user may read {path} is not followed")
    if data is None:
        shell.apply([release_read(shell, words, node)], shell.own_text(node), decides=decides)
        return
    shell.apply([read_entry(path, shell.filesystem.steps(path))], words[1])
    if not shell.fatal:
        raise UnknownEffect("a subshell that reads a script may end half-way, and the build goes on")
    if shell.depth >= DEEPEST:
        raise UnknownEffect(f"{path} runs within too many others")
    try:
        outer, shell.text = shell.text, data.decode()
    except UnicodeDecodeError:
        raise UnknownEffect(f"{path} holds bytes that are no text") from None
    before, shell.depth = shell.filesystem.lookup(path), shell.depth + 1
    shell.script(script_of(path, shell.text, "sh"), decides=decides)
    shell.text, shell.depth, after = outer, shell.depth - 1, shell.filesystem.lookup(path)
    if before is None or after is None or before.digest != after.digest:
        raise UnknownEffect(f"{path} may change while it runs")


def executed(shell: ShellRun, words: tuple[str, ...], node: SimpleCommand) -> tuple[tuple[str, ...], SimpleCommand]:
    """``exec command``: the command that takes the shell's place, where nothing comes after it.

    Raises UnknownEffect for redirections alone, options, commands of the shell itself, and where more commands follow.
    """
    if len(words) < 2 or words[1].startswith("-") or node.assignments or len(node.words) < 2:
        raise UnknownEffect("exec without a command, with options or an assignment, is not followed")
    if words[1] in (*STATEFUL, *BUILTINS, *OF_THE_SHELL):
        raise UnknownEffect(f"exec {words[1]}: what stands under the name of a command of the shell is not known")
    if node is not _last(shell.body):
        raise UnknownEffect("exec ends the shell, and more commands follow")
    if node.words[0].static != "exec":
        raise UnknownEffect("exec that a variable names is not followed")
    return words[1:], SimpleCommand(node.start, node.end, node.assignments, node.words[1:], node.redirections)


def _last(script: Script | None) -> Node | None:
    """The command behind which a script surely has no other."""
    node = script.items[-1].command if script is not None and script.items else None
    while isinstance(node, AndOr) and node.operator == "&&":
        node = node.right
    return node


def release_read(shell: ShellRun, words: tuple[str, ...], node: SimpleCommand) -> Entry:
    """``. /etc/os-release``: the reading; the variables that it may set have values that nobody knows from then on."""
    entry, values = release(words, node, shell.filesystem, shell.variables)
    for name, value in values.items():
        shell.assign(name, value)
    shell.assumptions += [RELEASE] if RELEASE not in shell.assumptions else []
    return entry


def _enter(shell: ShellRun, written: str, decides: bool) -> None:
    """``cd``: the shell takes ``..`` by name, the programs that it starts by what stands there."""
    given = shell.variables.get("CDPATH")
    if given and not written.startswith("/") and written.split("/", 1)[0] not in (".", ".."):
        raise UnknownEffect("cd looks for the folder where CDPATH says")
    if ".." in written.split("/") and shell.linked:
        raise UnknownEffect("a cd to .. from below a symbolic link")
    path = shell.path(written)
    if not decides and not stands(shell.filesystem, path):
        raise UnknownEffect(f"the script goes on where {path} is no directory")
    shell.filesystem = shell.filesystem.entered(path)
    shell.context_term = digest_of(shell.context_term, path, kind(shell.filesystem.lookup(path)))
    shell.linked |= path != join(shell.directory, written)
    shell.directory = path
