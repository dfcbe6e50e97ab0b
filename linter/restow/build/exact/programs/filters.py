"""grep, cut, tr, sort, uniq, tac, rev: lines in, lines out."""

from __future__ import annotations

import re
from collections.abc import Callable

from restow.build.exact.call import Call
from restow.build.exact.output import Output, may_contain
from restow.build.exact.patterns import is_fixed, regular_expression
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known

_CLASSES = {
    "[:upper:]": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "[:lower:]": "abcdefghijklmnopqrstuvwxyz",
    "[:digit:]": "0123456789",
}


def run(call: Call) -> int:
    """Run one of the programs above."""
    return _PROGRAMS[call.name](call)


def _grep(call: Call) -> int:
    flags = ["-q", "--quiet", "-v", "-i", "-c", "-E", "-F", "-x", "-s", "-o", "-w", "-n", "-h"]
    arguments = call.arguments(flags, ["-e"])
    patterns = arguments.values("-e") or arguments.operands[:1]
    operands = arguments.operands[0 if arguments.values("-e") else 1 :]
    if len(patterns) != 1 or len(operands) > 1 or arguments.has("-o", "-w", "-n", "-c"):
        raise UnknownEffect("this use of grep is not computed")
    fixed = call.name == "fgrep" or arguments.has("-F")
    extended = call.name == "egrep" or arguments.has("-E")
    (_, output), *_ = call.inputs(operands)
    if output is None:
        return 2
    test = _tester(patterns[0], fixed, extended, ignore_case=arguments.has("-i"), whole=arguments.has("-x"))
    found = [line for line in output.lines() if test(line) != arguments.has("-v")]
    if not arguments.has("-q", "--quiet"):
        call.print_lines(found)
        call.ordered &= output.ordered
    return 0 if found else 1


def _tester(pattern: str, fixed: bool, extended: bool, *, ignore_case: bool, whole: bool) -> Callable[[str], bool]:
    if not is_known(pattern) or "\n" in pattern:
        raise UnknownEffect("a pattern of grep that is not known")
    plain = (fixed or is_fixed(pattern, extended=extended)) and not ignore_case and not whole

    def test(line: str) -> bool:
        if plain:
            found = may_contain(line, pattern)
            if found is None:
                raise UnknownEffect("whether a line that is not all known matches")
            return found
        if not is_known(line):
            raise UnknownEffect("whether a line that is not all known matches")
        text = re.compile(re.escape(pattern), re.IGNORECASE if ignore_case else 0) if fixed else expression
        return (text.fullmatch(line) if whole else text.search(line)) is not None

    expression = (
        re.compile("") if fixed or plain else regular_expression(pattern, extended=extended, ignore_case=ignore_case)
    )
    return test


def _text(call: Call, operands: tuple[str, ...]) -> Output | None:
    """All input, one file after the other; None where one cannot be read."""
    outputs = [output for _, output in call.inputs(operands)]
    if None in outputs:
        return None
    known = [output for output in outputs if output is not None]
    if any(output.text and not output.text.endswith("\n") for output in known[:-1]):
        raise UnknownEffect(f"{call.name} of a file without an end of its last line, and another")
    return Output("".join(output.text for output in known), all(output.ordered for output in known))


def _cut(call: Call) -> int:
    arguments = call.arguments(["-s"], ["-d", "-f"])
    fields, delimiter = arguments.values("-f"), (arguments.values("-d") or ("\t",))[-1]
    if len(fields) != 1 or not re.fullmatch(r"\d+(-\d*)?(,\d+)*", fields[0]) or len(delimiter) != 1:
        raise UnknownEffect("this use of cut is not computed")
    output = _text(call, arguments.operands)
    if output is None:
        return 1
    output.plain()
    for line in output.lines():
        if delimiter not in line:
            if not arguments.has("-s"):
                call.print(f"{line}\n")
            continue
        parts = line.split(delimiter)
        call.print(delimiter.join(_selected(parts, fields[0])) + "\n")
    return 0


def _selected(parts: list[str], fields: str) -> list[str]:
    wanted: set[int] = set()
    for one in fields.split(","):
        first, dash, last = one.partition("-")
        end = int(last) if last else len(parts) if dash else int(first)
        wanted |= set(range(int(first), end + 1))
    return [part for number, part in enumerate(parts, 1) if number in wanted]


def _tr(call: Call) -> int:
    arguments = call.arguments(["-d"])
    sets = [_characters(word) for word in arguments.operands]
    text = call.given.plain()
    if arguments.has("-d") and len(sets) == 1:
        call.print("".join(character for character in text if character not in sets[0]))
        return 0
    if len(sets) != 2 or arguments.options or len(sets[0]) != len(sets[1]):
        raise UnknownEffect("this use of tr is not computed")
    call.print(text.translate({ord(one): other for one, other in zip(*sets, strict=True)}))
    return 0


def _characters(word: str) -> str:
    if word in _CLASSES:
        return _CLASSES[word]
    word = word.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")
    if "\\" in word or "[" in word or not word.isascii():
        raise UnknownEffect("this use of tr is not computed")
    return re.sub(r"(.)-(.)", lambda match: "".join(map(chr, range(ord(match[1]), ord(match[2]) + 1))), word)


def _sort(call: Call) -> int:
    arguments = call.arguments(["-u", "-r", "-n"])
    output = _text(call, arguments.operands)
    if output is None:
        return 2
    if not is_known(output.text) or any(name.startswith("LC_") or name == "LANG" for name in call.environment):
        raise UnknownEffect("sort in an unknown order")
    lines = output.lines()
    if arguments.has("-n"):
        if arguments.has("-u") or not all(re.fullmatch(r"\d+", line) for line in lines):
            raise UnknownEffect("sort -n of what is no plain number")
        lines = sorted(lines, key=int, reverse=arguments.has("-r"))
    else:
        lines = sorted(set(lines) if arguments.has("-u") else lines, key=_bytes, reverse=arguments.has("-r"))
    call.print_lines(lines)
    return 0


def _bytes(line: str) -> bytes:
    return line.encode("utf-8", "surrogateescape")


def _uniq(call: Call) -> int:
    arguments = call.arguments([])
    if len(arguments.operands) > 1:
        raise UnknownEffect("this use of uniq is not computed")
    output = _text(call, arguments.operands)
    if output is None:
        return 1
    output.plain()
    lines = output.lines()
    call.print_lines([line for at, line in enumerate(lines) if not at or lines[at - 1] != line])
    return 0


def _reversed(call: Call) -> int:
    output = _text(call, call.arguments([]).operands)
    if output is None:
        return 1
    text = output.plain()
    if text and not text.endswith("\n"):
        raise UnknownEffect(f"{call.name} of a text without an end of its last line")
    lines = output.lines()
    call.print_lines(lines[::-1] if call.name == "tac" else [line[::-1] for line in lines])
    return 0


_PROGRAMS: dict[str, Callable[[Call], int]] = {
    "grep": _grep,
    "egrep": _grep,
    "fgrep": _grep,
    "cut": _cut,
    "tr": _tr,
    "sort": _sort,
    "uniq": _uniq,
    "tac": _reversed,
    "rev": _reversed,
}
