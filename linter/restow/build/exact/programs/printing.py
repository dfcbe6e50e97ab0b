"""echo, printf, true, false, sleep, env, printenv, pwd, basename, dirname, seq."""

from __future__ import annotations

import re
from collections.abc import Callable

from restow.build.exact.call import Call
from restow.build.exact.output import unknown_word
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known

_NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "e": "\x1b"}
_ESCAPE = re.compile(r"\\(?:(0[0-7]{0,3}|[1-7][0-7]{0,2})|x([0-9A-Fa-f]{1,2})|(.)|$)", re.DOTALL)
_DIFFERING = frozenset("uUE\"'?")
"""What some programs read behind a backslash, and others leave."""
_DIRECTIVE = re.compile(r"%(%|-?\d*(?:\.\d+)?[sdiubcxXo])|%.?", re.DOTALL)


class _StopError(Exception):
    """``\\c``: nothing more is printed."""


def run(call: Call) -> int:
    """Run one of the programs above."""
    return _PROGRAMS[call.name](call)


def unescaped(text: str, flavour: str, *, form: bool = False) -> tuple[str, bool]:
    """The text with backslash escapes replaced, and whether ``\\c`` cut it off.

    ``form``: the format of printf, where an octal number has up to three digits, and else up to three behind a 0. Raises
    UnknownEffect for what programs differ in.
    """
    out, at = "", 0
    for match in _ESCAPE.finditer(text):
        out += text[at : match.start()]
        at = match.end()
        octal = match[1] or ""
        lone = bool(match[1]) and not form and not octal.startswith("0")
        if lone or (form and (len(octal) > 3 or match[3] == "c")) or (match[3] or "x") in _DIFFERING:
            raise UnknownEffect("an escape that programs differ in")
        if flavour == "dash" and (match[2] or match[3] in ("e", "x")):
            raise UnknownEffect("an escape that releases of dash differ in")
        if match[3] == "c":
            return out, True
        if match[1] or match[2]:
            code = int(match[1], 8) & 0xFF if match[1] else int(match[2], 16)
            if code > 127:
                raise UnknownEffect("an escape for a byte that is no character")
            out += chr(code)
        else:
            out += _NAMED.get(match[3] or "", match[0])
    return out + text[at:], False


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
    if escapes and "\\" in text:
        text, cut = unescaped(text, call.flavour)
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
            call.print(_formatted(form, values, call.flavour))
        except _StopError as stop:
            call.print(str(stop))
            return 0
        if not values or len(values) == left:
            return 0


def _formatted(form: str, values: list[str], flavour: str) -> str:
    """One pass over the format; takes what it uses from ``values``."""
    out, at = "", 0
    for match in _DIRECTIVE.finditer(form):
        out += unescaped(form[at : match.start()], flavour, form=True)[0]
        at = match.end()
        if match[1] is None:
            raise UnknownEffect(f"the printf directive {match[0]} is not computed")
        if match[1] == "%":
            out += "%"
            continue
        value = values.pop(0) if values else ""
        letter = match[1][-1]
        if letter == "b":
            value, cut = unescaped(value, flavour)
            if cut:
                raise _StopError(out + value)
        elif letter == "c":
            value = value[:1]
        elif letter != "s":
            if not re.fullmatch(r"[-+]?(0|[1-9]\d*)|", value):
                raise UnknownEffect("printf with a number that is not plain")
            out += (f"%{match[1][:-1]}{'d' if letter in 'iu' else letter}") % int(value or "0")
            continue
        if match[1] != letter and not (is_known(value) and value.isascii()):
            raise UnknownEffect("the width of a value that is not known")
        out += f"%{match[1][:-1]}s" % value
    return out + unescaped(form[at:], flavour, form=True)[0]


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
    if len(operands) != 1:
        raise UnknownEffect("dirname with several operands")
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
