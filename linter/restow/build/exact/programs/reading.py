"""cat, head, tail, wc, cmp, checksums, readlink, realpath."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from restow.build.exact.call import Call
from restow.build.exact.disk import FileError
from restow.build.exact.output import unknown_word
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known
from restow.vfs import Symlink


def run(call: Call) -> int:
    """Run one of the programs above."""
    return _PROGRAMS.get(call.name, _checksum)(call)


def _cat(call: Call) -> int:
    arguments = call.arguments(["-u"])
    status = 0
    for _, output in call.inputs(arguments.operands):
        if output is None:
            status = 1
            continue
        call.print(output.text)
        call.ordered &= output.ordered
    return status


def _count(call: Call, arguments_options: tuple[tuple[str, str], ...]) -> tuple[str, int]:
    """The unit (``-n`` lines, ``-c`` bytes) and how many; 10 lines where nothing is said."""
    unit, number = "-n", "10"
    for name, value in arguments_options:
        unit, number = name, value
    if not re.fullmatch(r"\d{1,9}", number):
        raise UnknownEffect(f"this use of {call.name} is not computed")
    return unit, int(number)


def _head(call: Call) -> int:
    words = call.argv
    if len(words) > 1 and re.fullmatch(r"-\d+", words[1]):
        call.argv = (words[0], "-n", words[1][1:], *words[2:])
    arguments = call.arguments([], ["-n", "-c"])
    if len(arguments.operands) > 1:
        raise UnknownEffect(f"{call.name} of several files is not computed")
    unit, number = _count(call, arguments.options)
    (_, output), *_ = call.inputs(arguments.operands)
    if output is None:
        if not number:
            raise UnknownEffect(f"{call.name} of nothing of what cannot be read")
        return 1
    if not is_known(output.text) and unit == "-c":
        call.print(unknown_word("bytes", f"{call.name} {number} of {output.text}"))
        return 0
    text = output.plain()
    units = text.encode("utf-8", "surrogateescape") if unit == "-c" else re.findall("[^\n]*\n|[^\n]+", text)
    part = (units[max(0, len(units) - number) :]) if call.name == "tail" else units[:number]
    call.print(part.decode("utf-8", "surrogateescape") if isinstance(part, bytes) else "".join(part))
    return 0


def _wc(call: Call) -> int:
    arguments = call.arguments(["-l", "-c", "-w"])
    wanted = [name for name, _ in arguments.options]
    if len(wanted) != 1 or len(arguments.operands) > 1:
        raise UnknownEffect("wc of several files or counts is not computed")
    (name, output), *_ = call.inputs(arguments.operands)
    if output is None:
        raise UnknownEffect("wc of what cannot be read")
    text = output.plain()
    if "-w" in wanted and not ((text.isascii() and text.isprintable()) or re.fullmatch("[ -~\n\t]*", text)):
        raise UnknownEffect("words of other characters than ASCII")
    sizes = {"-l": text.count("\n"), "-c": len(text.encode("utf-8", "surrogateescape")), "-w": len(text.split())}
    call.print(f"{sizes[wanted[0]]}{'' if name == '-' else ' ' + name}\n")
    return 0


def _cmp(call: Call) -> int:
    arguments = call.arguments(["-s", "--silent", "--quiet"])
    if len(arguments.operands) != 2:
        raise UnknownEffect("this use of cmp is not computed")
    first, second = (output for _, output in call.inputs(arguments.operands))
    if first is None or second is None:
        return 2
    if first.plain() == second.plain():
        return 0
    if not arguments.has("-s", "--silent", "--quiet"):
        call.print(unknown_word("text", f"cmp {first.text} {second.text}") + "\n")
    return 1


def _checksum(call: Call) -> int:
    arguments = call.arguments(["-b", "-t"])
    status = 0
    for name, output in call.inputs(arguments.operands):
        if output is None:
            status = 1
        elif is_known(output.text):
            data = output.plain().encode("utf-8", "surrogateescape")
            digest = hashlib.new(call.name.removesuffix("sum"), data, usedforsecurity=False).hexdigest()
            call.print(f"{digest}  {name}\n")
        else:
            call.print(f"{unknown_word('number', f'{call.name} of {output.text}')}  {name}\n")
    return status


def _readlink(call: Call) -> int:
    arguments = call.arguments(["-f", "-n"])
    if len(arguments.operands) != 1 or (call.name == "realpath" and arguments.options):
        raise UnknownEffect(f"this use of {call.name} is not computed")
    (path,) = arguments.operands
    try:
        if call.name == "realpath" or arguments.has("-f"):
            place = call.disk.locate(path)
            if place.node is None:
                raise UnknownEffect(f"programs differ in what {call.name} says of what is not there")
            text = place.path
        else:
            node = call.disk.node(path, follow=False)
            if not isinstance(node, Symlink):
                return 1
            text = node.target
    except FileError:
        return call.complain()
    call.print(text + ("" if arguments.has("-n") else "\n"))
    return 0


_PROGRAMS: dict[str, Callable[[Call], int]] = {
    "cat": _cat,
    "head": _head,
    "tail": _head,
    "wc": _wc,
    "cmp": _cmp,
    "readlink": _readlink,
    "realpath": _readlink,
}
