"""Redirections: where a command's input comes from and where its output goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from restow.build.exact.control import BreakLoop, ContinueLoop, ExitShell, ReturnFunction
from restow.build.exact.disk import FileError
from restow.build.exact.output import Output, unknown_word
from restow.build.exact.words import quoted_word
from restow.errors import UnknownEffect
from restow.shell import Literal, Redirection
from restow.vfs import Directory, digest_of

if TYPE_CHECKING:
    from restow.build.exact.shell import Shell

_OUT, _ERR, _NULL = "the output", "the error output", "/dev/null"


@dataclass(frozen=True, slots=True)
class _Sink:
    """Where a stream goes: ``kind`` is one of the three above, or ``file`` with its path."""

    kind: str
    path: str = ""


@contextmanager
def redirected(shell: Shell, redirections: tuple[Redirection, ...]) -> Iterator[bool]:
    """The shell with its streams redirected; gives False where a file cannot be opened (the command does not run)."""
    if not redirections:
        yield True
        return
    given, printed, complained = shell.given, shell.printed, shell.complained
    disk = shell.disk
    try:
        out, err = _opened(shell, redirections)
    except FileError as error:
        shell.budget.note("redirection", error.code, *(str(one.target) for one in redirections))
        shell.given, shell.complained = given, True
        yield False
        return
    shell.printed, shell.complained = [], False
    seen, changed = disk.seen, disk.changed
    disk.seen, disk.changed = set(), set()

    def close() -> None:
        output, spoke = shell.output, shell.complained
        paths = {disk.locate(sink.path).path for sink in (out, err) if sink.kind == "file"}
        touched = paths & (disk.seen - _located(paths, disk.seen) | disk.changed)
        shell.given, shell.printed, shell.complained = given, printed, complained
        disk.seen, disk.changed = seen | disk.seen, changed | disk.changed
        if shell.budget.traced and err.kind in (_OUT, "file"):
            raise UnknownEffect("the commands that set -x tells are written to a file")
        if touched:
            raise UnknownEffect("a command uses the file that its output goes to")
        _delivered(shell, out, output)
        if spoke:
            _complained(shell, out, err)

    try:
        yield True
    except (ExitShell, ReturnFunction, BreakLoop, ContinueLoop):
        close()
        raise
    close()


def _located(paths: set[str], seen: set[str]) -> set[str]:
    """The paths themselves: looking up where the output goes is no use of it."""
    return paths & seen if paths <= seen else set()


def _complained(shell: Shell, out: _Sink, err: _Sink) -> None:
    """A message went to the error output, whose text is not computed."""
    if err.kind == _ERR:
        shell.complained = True
    elif err.kind == _OUT:
        shell.printed.append(
            Output(unknown_word("text", digest_of(shell.budget.heard, shell.disk.filesystem.digest)) + "\n")
        )
    elif err.kind != _NULL:
        raise UnknownEffect("an error message that is written to a file is not computed")


def _delivered(shell: Shell, out: _Sink, output: Output) -> None:
    if out.kind == _OUT:
        shell.printed.append(output)
    elif out.kind == _ERR:
        shell.complained |= bool(output.text)
    elif out.kind == "file" and output.text:
        ordered = output.ordered or output.text.count("\n") < 2
        text = output.text if ordered else unknown_word("lines", output.text)
        shell.disk.write(out.path, text, append=True)


def _opened(shell: Shell, redirections: tuple[Redirection, ...]) -> tuple[_Sink, _Sink]:
    """The sinks of both outputs after all redirections, from left to right; sets the shell's input."""
    sinks = {1: _Sink(_OUT), 2: _Sink(_ERR)}
    for one in redirections:
        try:
            _open(shell, one, sinks)
        except FileError:
            if sinks[2].kind not in (_ERR, _NULL):
                raise UnknownEffect("an error message that is written to a file is not computed") from None
            raise
    return sinks[1], sinks[2]


def _open(shell: Shell, one: Redirection, sinks: dict[int, _Sink]) -> None:
    """One redirection; changes ``sinks``, or the shell's input."""
    operator = one.operator
    if operator in ("<<", "<<-", "<<<", "<"):
        if one.file_descriptor not in (None, 0):
            raise UnknownEffect("an input other than the standard one")
        shell.given = _input(shell, one)
        return
    number = 1 if one.file_descriptor is None else one.file_descriptor
    if operator in ("&>", "&>>"):
        if shell.flavour == "dash":
            raise UnknownEffect(f"{operator} starts a command in the background")
        sinks[1] = sinks[2] = _sink(shell, one, operator == "&>>", sinks)
    elif number not in (1, 2):
        raise UnknownEffect("an output other than the two standard ones")
    elif operator == ">&":
        target = shell.expander.text(one.target)
        if target not in ("1", "2"):
            raise UnknownEffect("this redirection is not computed")
        sinks[number] = sinks[int(target)]
    elif operator in (">", ">>", ">|"):
        sinks[number] = _sink(shell, one, operator == ">>", sinks)
    else:
        raise UnknownEffect(f"the redirection {operator} is not computed")


def _sink(shell: Shell, one: Redirection, append: bool, sinks: dict[int, _Sink]) -> _Sink:
    path = shell.expander.text(one.target)
    if path == "/dev/null":
        return _Sink(_NULL)
    if path in ("/dev/stdout", "/dev/stderr"):
        return sinks[1 if path.endswith("out") else 2]
    shell.disk.write(path, "", append=append)
    if shell.disk.directory != "/" and not path.startswith("/"):
        path = f"{shell.disk.directory}/{path}"
    return _Sink("file", path)


def _input(shell: Shell, one: Redirection) -> Output:
    if one.operator == "<":
        path = shell.expander.text(one.target)
        if path == "/dev/null":
            return Output()
        if isinstance(shell.disk.locate(path).node, Directory):
            raise UnknownEffect("a directory is opened to be read from")
        return Output(shell.disk.text(path))
    if one.operator == "<<<":
        if shell.flavour != "bash":
            raise UnknownEffect("a here-string outside of bash")
        return Output(shell.expander.text(one.target) + "\n")
    if one.heredoc is None:
        raise UnknownEffect("a here-document whose text is missing")
    quoted = any(isinstance(part, Literal) and part.quoted for part in one.target.parts)
    return Output(one.heredoc if quoted else expanded(shell, one.heredoc))


def expanded(shell: Shell, text: str) -> str:
    """The text of a here-document with its variables and commands replaced."""
    if not any(character in text for character in "$`\\"):
        return text
    if '"' in text and re.search(r"[$][({]|`", text):
        raise UnknownEffect("quotes in a here-document whose commands are run")
    inner = re.sub(r'(\\?)"', lambda match: '\\\\\\"' if match[1] else '\\"', text)
    try:
        return shell.expander.text(quoted_word(inner))
    except ExitShell:
        raise UnknownEffect("a variable of a here-document that is not set ends the command, or the script") from None


def refuse_races(touched: list[tuple[set[str], set[str]]]) -> None:
    """Raise UnknownEffect where a part of a pipeline changes what another one uses; each is (seen, changed)."""
    for number, (_, changed) in enumerate(touched):
        for other, (seen, changed_too) in enumerate(touched):
            if number != other and changed & (seen | changed_too):
                raise UnknownEffect("parts of a pipeline that run at the same time use the same files")
