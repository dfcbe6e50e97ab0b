"""echo, printf, true, false, sleep, env, printenv, pwd, basename, dirname, seq."""

from __future__ import annotations

import re
from collections.abc import Callable

from restow.build.exact.call import Call
from restow.build.exact.output import unknown_word
from restow.build.exact.programs.escapes import ECHO, FORMAT, VALUE, Escapes
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known

_DIRECTIVE = re.compile(r"%(%|-?\d*(?:\.\d+)?[sdiubcxXo])|%.?", re.DOTALL)


class _StopError(Exception):
    """``\\c``: nothing more is printed."""


def run(call: Call) -> int:
    """Run one of the programs above."""
    return _PROGRAMS[call.name](call)


def _echo(call: Call) -> int:
    """``-n``, ``-e`` and ``-E`` as in busybox and bash; dash, which reads every escape, is told by its flavour."""
    words, newline, escapes = list(call.argv[1:]), True, call.flavour == "dash"
    while words and re.fullmatch("-n" if call.flavour == "dash" else "-[neE]+", words[0]):
        letters = words.pop(0)[1:]
        newline &= "n" not in letters
        escapes = {"e": True, "E": False}.get(re.sub("n", "", letters)[-1:], escapes)
        if call.flavour == "dash":
            break
    text = " ".join(words)
    if escapes:
        text, cut = Escapes(call.flavour, ECHO).read(text)
        newline &= not cut
    call.print(text + "\n" * newline)
    return 0


def _printf(call: Call) -> int:
    arguments = list(call.argv[1:])
    if arguments[:1] == ["--"]:
        del arguments[0]
    if not arguments or arguments[0].startswith("-") or not is_known(arguments[0]):
        raise UnknownEffect("this use of printf is not computed")
    form, values = arguments[0], arguments[1:]
    while True:
        left = len(values)
        try:
            call.print(_formatted(call, form, values))
        except _StopError as stop:
            call.print(str(stop))
            break
        if not values or len(values) == left:
            break
    return 1 if call.complained else 0


def _formatted(call: Call, form: str, values: list[str]) -> str:
    """One pass over the format; takes what it uses from ``values``."""
    out, at, escapes = "", 0, Escapes(call.flavour, FORMAT)
    for match in _DIRECTIVE.finditer(form):
        text, cut = escapes.read(form[at : match.start()])
        out += text
        at = match.end()
        if cut:
            raise _StopError(out)
        if match[1] is None:
            raise UnknownEffect(f"the printf directive {match[0]} is not computed")
        if match[1] == "%":
            out += "%"
            continue
        value = values.pop(0) if values else None
        letter, width = match[1][-1], match[1][:-1]
        if letter in "diuxXo":
            out += _number(call, value, letter, width)
            continue
        value = value or ""
        if (width or letter == "c") and not (is_known(value) and value.isascii()):
            raise UnknownEffect("the width of a value that is not known")
        if letter == "b":
            value, cut = Escapes(call.flavour, VALUE).read(value)
            if cut and not width:
                raise _StopError(out + value)
        if (letter == "c" and not value) or (letter == "b" and width):
            raise UnknownEffect(f"the printf directive {match[0]} with this value is not computed")
        out += f"%{width}s" % (value[:1] if letter == "c" else value)
    text, cut = escapes.read(form[at:])
    if cut:
        raise _StopError(out + text)
    return out + text


def _number(call: Call, value: str | None, letter: str, width: str) -> str:
    """A whole number of 64 bits; what is none is 0, and a failure, to dash and bash."""
    if value is not None and re.fullmatch("[A-Za-z_]+", value) and call.flavour in ("dash", "bash"):
        call.complain()
        value = "0"
    if not value and call.flavour == "busybox":
        raise UnknownEffect("printf of no number, which releases of busybox differ in")
    if value is not None and not re.fullmatch(r"[-+]?(0|[1-9]\d{0,17})", value):
        raise UnknownEffect("printf with a number that is not plain")
    number = int(value or "0")
    if "." in width and not number:
        raise UnknownEffect("printf of no number, or 0, with a precision")
    if letter in "di":
        return f"%{width}d" % number
    return f"%{width}{'d' if letter == 'u' else letter}" % (number % 2**64)


def _env(call: Call) -> int:
    """All variables: shells and engines add some of their own, and nobody knows the order."""
    if len(call.argv) > 1:
        raise UnknownEffect("env that runs a program, or shows one variable, is not computed")
    call.print_lines([f"{name}={value}" for name, value in call.environment.items()])
    call.print_lines([unknown_word("engine", "variables of its own")])
    call.ordered = False
    return 0


def _printenv(call: Call) -> int:
    if len(call.argv) == 1:
        return _env(call)
    names = call.arguments([]).operands
    call.print_lines([call.environment[name] for name in names if name in call.environment])
    return 0 if all(name in call.environment for name in names) else 1


def _sleep(call: Call) -> int:
    if len(call.argv) == 2 and re.fullmatch(r"\d+(\.\d+)?[smhd]?", call.argv[1]):
        return 0
    raise UnknownEffect("this use of sleep is not computed")


def _pwd(call: Call) -> int:
    if len(call.argv) > 1:
        raise UnknownEffect("pwd with options is not computed")
    call.print(f"{call.disk.directory}\n")
    return 0


def _basename(call: Call) -> int:
    operands = call.arguments([]).operands
    if not 1 <= len(operands) <= 2:
        return call.complain()
    name = operands[0].rstrip("/").rsplit("/", 1)[-1] or operands[0][:1]
    if len(operands) == 2 and name != operands[1]:
        name = name.removesuffix(operands[1])
    call.print(f"{name}\n")
    return 0


def _dirname(call: Call) -> int:
    operands = call.arguments([]).operands
    if len(operands) != 1 or operands[0].startswith("//"):
        raise UnknownEffect("dirname with several operands, or of a name that begins with //")
    above, slash, _ = operands[0].rstrip("/").rpartition("/")
    root = "/" if slash or operands[0].startswith("/") else "."
    call.print((above.rstrip("/") or root) + "\n")
    return 0


def _seq(call: Call) -> int:
    numbers = call.arguments([]).operands
    if not 1 <= len(numbers) <= 2 or not all(re.fullmatch(r"\d{1,4}", number) for number in numbers):
        raise UnknownEffect("this use of seq is not computed")
    first = int(numbers[0]) if len(numbers) == 2 else 1
    call.print_lines([str(number) for number in range(first, int(numbers[-1]) + 1)])
    return 0


_PROGRAMS: dict[str, Callable[[Call], int]] = {
    "echo": _echo,
    "printf": _printf,
    "true": lambda call: 0,
    "false": lambda call: 1,
    "sleep": _sleep,
    "env": _env,
    "printenv": _printenv,
    "pwd": _pwd,
    "basename": _basename,
    "dirname": _dirname,
    "seq": _seq,
}
