"""awk: ``print`` of fields and texts, once (``BEGIN``) or for every line, to the output or a file."""

from __future__ import annotations

import re

from restow.build.exact.call import Call
from restow.build.exact.disk import FileError
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known

_BLOCK = re.compile(r"\s*(BEGIN|END)?\s*\{([^{}]*)\}\s*")
_TOKEN = re.compile(r'[ \t\r]*(?:"((?:[^"\\\n]|\\.)*)"|\$(\d{1,3})|(,)|(>>?)|(print\b)|([;\n]+))')


def run(call: Call) -> int:
    """Programs made of such blocks only; anything else raises UnknownEffect."""
    words = list(call.argv[1:])
    from_file = words[:1] == ["-f"]
    if from_file:
        del words[0]
    if not words or (words[0].startswith("-") and not from_file) or len(words) > 2:
        raise UnknownEffect("this use of awk is not computed")
    source = words[0]
    if from_file:
        source = call.given.plain() if source in ("-", "/dev/stdin") else call.disk.text(source)
    blocks = _blocks(re.sub(r"^#[^\n]*\n", "", source))
    writer = _Writer(call)
    for kind, body in blocks:
        if kind == "BEGIN":
            writer.run(body, "")
    if all(kind == "BEGIN" for kind, _ in blocks):
        return 0
    (_, output), *_ = call.inputs(tuple(words[1:]))
    if output is None:
        return 2
    call.ordered &= output.ordered
    for line in output.lines():
        for kind, body in blocks:
            if not kind:
                writer.run(body, line)
    for kind, body in blocks:
        if kind == "END":
            writer.run(body, "")
    return 0


def _blocks(source: str) -> list[tuple[str, str]]:
    if not is_known(source):
        raise UnknownEffect("a program of awk that is not known")
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(source):
        match = _BLOCK.match(source, at)
        if match is None:
            if source[at:].strip():
                raise UnknownEffect("a program of awk that is not computed")
            break
        found.append((match[1] or "", match[2]))
        at = match.end()
    return found


class _Writer:
    """Prints; a file that is written to with ``>`` is emptied once, by the first ``print``."""

    def __init__(self, call: Call) -> None:
        self.call, self.opened = call, set[str]()

    def run(self, body: str, line: str) -> None:
        """One block for one line."""
        for statement in _statements(body):
            texts, arrow, path = statement
            text = " ".join("".join(_value(part, line) for part in group) for group in texts) + "\n"
            if not arrow:
                self.call.print(text)
                continue
            try:
                self.call.disk.write(path, text, append=arrow == ">>" or path in self.opened)
            except FileError:
                raise UnknownEffect("awk cannot write to a file") from None
            self.opened.add(path)


def _value(part: str | int, line: str) -> str:
    if isinstance(part, str):
        return part
    fields = re.findall("[^ \t\n]+", line)
    return line if part == 0 else fields[part - 1] if part <= len(fields) else ""


Statement = tuple[list[list["str | int"]], str, str]


def _statements(body: str) -> list[Statement]:
    found: list[Statement] = []
    tokens = []
    at = 0
    while body[at:].strip(" \t\r"):
        match = _TOKEN.match(body, at)
        if match is None:
            raise UnknownEffect("a program of awk that is not computed")
        at = match.end()
        tokens.append(match)
    groups: list[list[re.Match[str]]] = [[]]
    for token in tokens:
        if token[6]:
            groups.append([])
        else:
            groups[-1].append(token)
    for group in groups:
        if group:
            found.append(_statement(group))
    return found


def _statement(tokens: list[re.Match[str]]) -> Statement:
    if not tokens[0][5]:
        raise UnknownEffect("a statement of awk that is not computed")
    texts: list[list[str | int]] = [[]]
    rest = tokens[1:]
    while rest:
        token = rest.pop(0)
        if token[4]:
            if len(rest) != 1 or rest[0][1] is None:
                raise UnknownEffect("a statement of awk that is not computed")
            return texts if texts != [[]] else [[0]], token[4], _string(rest[0][1])
        if token[3]:
            texts.append([])
        elif token[1] is not None:
            texts[-1].append(_string(token[1]))
        elif token[2] is not None:
            texts[-1].append(int(token[2]))
        else:
            raise UnknownEffect("a statement of awk that is not computed")
    return texts if texts != [[]] else [[0]], "", ""


def _string(text: str) -> str:
    plain = text.replace("\\\\", "\0").replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t")
    if "\\" in plain:
        raise UnknownEffect("a text of awk with an escape that is not computed")
    return plain.replace("\0", "\\")
