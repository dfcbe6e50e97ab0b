"""Starting a program: one of the computed ones, a shell, or a script that the build put in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from restow.build.exact.call import Call
from restow.build.exact.disk import FileError
from restow.build.exact.lookup import SHELLS, NotFoundError, Program, find
from restow.build.exact.programs import run_program
from restow.effects.shell_call import tells_bash
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known
from restow.shell import Opaque, parse_shell, read_otherwise
from restow.vfs import Filesystem

if TYPE_CHECKING:
    from restow.build.exact.budget import Budget
    from restow.build.exact.shell import Shell


def launch(call: Call, image: Filesystem, budget: Budget, *, shell_status: bool) -> int:
    """Run a program to its end; what it printed is in ``call``.

    ``shell_status``: a shell starts it, so that a missing program is a status and no error. Raises NotFoundError
    otherwise.
    """
    budget.spend()
    try:
        program = find(call.argv[0], call.disk, call.environment, image)
    except NotFoundError as error:
        if not shell_status:
            raise
        if error.status == 126 and "/" not in call.argv[0]:
            raise UnknownEffect("shells differ in the status of a program on the PATH that cannot be run") from None
        return call.complain(error.status)
    call.flavour = program.flavour
    if program.script is not None:
        return _script(call, program, image, budget, shell_status)
    if call.name in SHELLS:
        return _shell(call, image, budget)
    if call.name == "busybox" and program.flavour == "busybox":
        raise UnknownEffect("busybox with the name of an applet is not computed")
    if call.name == "env" and len(call.argv) > 1:
        return _env(call, image, budget)
    return run_program(call)


def _script(call: Call, program: Program, image: Filesystem, budget: Budget, by_shell: bool) -> int:
    assert program.script is not None
    if program.interpreter is None:
        if not by_shell:
            raise UnknownEffect("a script without a first line of its own is run without a shell")
        call.flavour = find("/bin/sh", call.disk, call.environment, image).flavour
        return _run_text(call, program.script, image, budget, (program.path, *call.argv[1:]))
    argv = (*program.interpreter, program.path, *call.argv[1:])
    inner = Call(argv, call.disk, call.environment, call.given)
    try:
        status = launch(inner, image, budget, shell_status=False)
    except NotFoundError:
        if not by_shell:
            raise
        return call.complain(127)
    _take_over(call, inner)
    return status


def _take_over(call: Call, inner: Call) -> None:
    call.printed += inner.printed
    call.ordered &= inner.ordered
    call.complained |= inner.complained


def _env(call: Call, image: Filesystem, budget: Budget) -> int:
    words = list(call.argv[1:])
    environment = dict(call.environment)
    while words and "=" in words[0] and not words[0].startswith("-"):
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    if not words or words[0].startswith("-"):
        raise UnknownEffect("env with options is not computed")
    inner = Call(tuple(words), call.disk, environment, call.given)
    status = launch(inner, image, budget, shell_status=True)
    _take_over(call, inner)
    return status


def _shell(call: Call, image: Filesystem, budget: Budget) -> int:
    """``sh -c text [name arguments]``, ``sh file arguments``, ``sh`` that reads its input."""
    words, options = list(call.argv[1:]), ""
    while words and words[0].startswith("-") and words[0] != "-":
        word = words.pop(0)
        if word.endswith("o") and word[1:-1].strip("ceux") == "" and words[:1] == ["pipefail"]:
            options += word[1:-1] + "P"
            del words[0]
            continue
        if set(word[1:]) - set("ceux"):
            raise UnknownEffect("this option of a shell is not computed")
        options += word[1:]
    if call.flavour == "bash" and tells_bash(call.environment, call.flavour):
        raise UnknownEffect("a shell that runs settings of its own first")
    if "c" in options:
        if not words:
            return call.complain(2)
        if words[0].startswith(("+", "-")):
            raise UnknownEffect("some shells take a text that begins with + or - for options")
        return _run_text(call, words[0], image, budget, tuple(words[1:] or [call.argv[0]]), options)
    if words and words[0] not in ("-", "/dev/stdin"):
        try:
            text = call.disk.text(words[0])
        except FileError:
            return call.complain(127 if call.flavour == "bash" else 2)
        return _run_text(call, text, image, budget, tuple(words), options)
    return _run_text(call, call.given.plain(), image, budget, (call.argv[0], *words[1:]), options, reads_input=True)


def _run_text(
    call: Call,
    text: str,
    image: Filesystem,
    budget: Budget,
    names: tuple[str, ...],
    options: str = "",
    *,
    reads_input: bool = False,
) -> int:
    if not is_known(text):
        raise UnknownEffect("the text of a script is not known")
    dialect = {"busybox": "ash"}.get(call.flavour, call.flavour)
    parsed = parse_shell(text, 0, len(text), escape="", dialect=dialect)
    if isinstance(parsed, Opaque):
        raise UnknownEffect(f"the shell text cannot be read: {parsed.reason}")
    if call.flavour == "dash" and (reason := read_otherwise(parsed, "dash")):
        raise UnknownEffect(reason)
    shell = new_shell(call, image, budget)
    shell.errexit, shell.nounset, shell.traced = "e" in options, "u" in options, "x" in options
    shell.pipefail = "P" in options
    budget.traced |= shell.traced
    shell.name, shell.parameters = names[0], names[1:]
    if reads_input:
        shell.given = type(call.given)()
    status = shell.whole(parsed)
    output = shell.output
    call.print(output.text)
    call.ordered &= output.ordered
    call.complained |= shell.complained or shell.traced
    return status


def new_shell(call: Call, image: Filesystem, budget: Budget) -> Shell:
    """A shell as a program starts it, with the variables of ``call``."""
    from restow.build.exact.shell import Shell

    variables = {**call.environment, "PWD": call.disk.directory}
    return Shell(call.disk, call.flavour, image, variables, {*call.environment, "PWD"}, given=call.given, budget=budget)
