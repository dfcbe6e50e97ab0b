"""One instruction cut into tokens: lark's parse of a logical line, and of the instruction inside of an ONBUILD."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING

from restow.syntax.lines import BLANKS, LogicalLine
from restow.syntax.problem import Problem, suggestion
from restow.syntax.tables import INSTRUCTIONS

if TYPE_CHECKING:
    from lark import Lark, Token

USAGE = {
    "from": "write FROM IMAGE or FROM IMAGE AS NAME",
    "run": "write RUN COMMAND",
    "cmd": "write CMD COMMAND",
    "entrypoint": "write ENTRYPOINT COMMAND",
    "shell": 'write SHELL ["PROGRAM", "ARGUMENT"]',
    "copy": "write COPY SOURCE DESTINATION",
    "add": "write ADD SOURCE DESTINATION",
    "volume": "write VOLUME PATH",
    "env": "write ENV NAME=VALUE, with quotes around a value that has spaces",
    "label": "write LABEL NAME=VALUE, with quotes around a value that has spaces",
    "arg": "write ARG NAME or ARG NAME=DEFAULT",
    "expose": "write EXPOSE PORT",
    "user": "write USER NAME",
    "workdir": "write WORKDIR PATH",
    "stopsignal": "write STOPSIGNAL SIGNAL",
    "maintainer": "write MAINTAINER NAME, or remove the line",
    "onbuild": "write ONBUILD INSTRUCTION",
    "healthcheck": "write HEALTHCHECK CMD COMMAND or HEALTHCHECK NONE",
}
"""What to do about an instruction that lacks something or does not parse."""

LONGEST_KEYWORD = 100
"""How far the first word of a line that is too long is looked for."""

_KEYWORD = re.compile(rf"[^{BLANKS}]+")
_FIRST_WORD = re.compile(r"[^\t-\r \x85\xa0]+[\t-\r \x85\xa0]*")
"""The first word of a HEALTHCHECK, which BuildKit looks for byte by byte, with the blanks behind it."""


@dataclass(slots=True)
class Statement:
    """The tokens of ``line.text[start:end]``; ``problem`` is set where they do not make an instruction.

    ``name`` is the instruction in lower case, ``keyword`` what the text has. The last token of an ONBUILD is replaced
    by the tokens of ``inner``.
    """

    line: LogicalLine
    start: int
    end: int
    name: str
    keyword: str
    tokens: list[Token] = field(default_factory=list)
    inner: Statement | None = None
    problem: Problem | None = None

    def all_tokens(self) -> list[Token]:
        """The tokens, those of ``inner`` in their place."""
        return [*self.tokens, *self.inner.all_tokens()] if self.inner else self.tokens

    @property
    def head(self) -> int:
        """Where the node begins: at an escape character alone on a line above the keyword, too."""
        return self.line.head if self.start == self.line.start else self.start

    @property
    def json_form(self) -> bool:
        """Whether the arguments are a JSON array."""
        return any(token.type == "JSON_OPEN" for token in self.tokens)


def unread_statement(line: LogicalLine, problem: Problem) -> Statement:
    """The instruction of ``line`` with its first word alone, as ``problem`` forbids to look at the rest."""
    match = _KEYWORD.match(line.joined(line.start, min(line.end, line.start + LONGEST_KEYWORD)))
    keyword = match[0] if match else ""
    return Statement(line, line.start, line.end, keyword.lower(), keyword, problem=problem)


def read_statement(line: LogicalLine, start: int, end: int, parser: Lark, *, nested: bool = False) -> Statement:
    """The instruction at ``start..end`` of ``line``; ``nested`` where it is the trigger of an ONBUILD."""
    joined = line.joined(start, end)
    match = _KEYWORD.match(joined)
    keyword = match[0] if match else ""
    statement = Statement(line, start, end, keyword.lower(), keyword)
    if statement.name not in INSTRUCTIONS:
        if "--" in joined:
            _read_flags(statement, parser)
        statement.problem = Problem(_unknown(keyword), start)
    elif nested and statement.name in ("onbuild", "from", "maintainer"):
        statement.problem = Problem(f"ONBUILD cannot trigger {keyword.upper()}: take another instruction", start)
    else:
        _tokenize(statement, parser)
        if statement.name == "onbuild" and not statement.problem and statement.tokens[-1].type == "TEXT":
            trigger = statement.tokens.pop()
            statement.inner = read_statement(line, trigger.start_pos or 0, end, parser, nested=True)
    return statement


def _read_flags(statement: Statement, parser: Lark) -> None:
    """The keyword and the flags of an instruction that does not exist: BuildKit's parser reads them before it looks."""
    _tokenize(statement, parser, "maintainer")
    kept = [token for token in statement.tokens if token.type != "TEXT"]
    statement.tokens = kept if any(token.type == "FLAG" for token in kept) else []


def _tokenize(statement: Statement, parser: Lark, rule: str = "") -> None:
    """Parse the statement with the start rule of its instruction, or with ``rule``: what does not parse is no problem then."""
    from lark import TextSlice, Tree, UnexpectedInput, UnexpectedToken

    text = TextSlice(statement.line.text, statement.start, statement.end)
    try:
        tree = parser.parse(text, start=rule or statement.name)
    except UnexpectedInput as error:
        if rule:
            return
        offset = error.pos_in_stream
        if offset is None or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
            offset = statement.end
        state = "does not parse from here on" if offset < statement.end else "ends too early"
        message = f"{statement.name.upper()} {state}: {USAGE[statement.name]}"
        statement.problem = Problem(message, offset, by_parser=_is_parsers(statement, parser))
    else:
        statement.tokens = [token for token in tree.children if not isinstance(token, Tree)]


def _is_parsers(statement: Statement, parser: Lark) -> bool:
    """Whether BuildKit's parser refuses what does not parse here: arguments of ENV and LABEL that are no pairs, or a JSON
    array behind the first word of a HEALTHCHECK that holds more than strings."""
    rule = {"env": "arg", "label": "arg", "healthcheck": "maintainer"}.get(statement.name)
    if rule is None:
        return False
    shadow = Statement(statement.line, statement.start, statement.end, statement.name, statement.keyword)
    _tokenize(shadow, parser, rule)
    last = shadow.tokens[-1] if shadow.tokens else None
    if last is None or last.type != "TEXT":
        return any(token.type == "NAME" for token in shadow.tokens)
    text = statement.line.joined(last.start_pos or 0, statement.end)
    return is_wrong_array(_FIRST_WORD.sub("", text.encode().decode("latin-1"), count=1))


def is_wrong_array(text: str) -> bool:
    """Whether ``text`` is a JSON array, by the standard, of which an element is no string."""
    try:
        found = (
            json.loads(text, parse_constant=_finite, parse_int=_finite, parse_float=_finite) if text[:1] == "[" else []
        )
    except (ValueError, RecursionError):
        return False
    return any(not isinstance(element, str) for element in found)


def _finite(text: str) -> float:
    """A number as Go takes it. Raises ValueError where it is too large, or none."""
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


def _unknown(keyword: str) -> str:
    """What to say of an instruction that does not exist."""
    if not keyword:
        return "nothing follows the escape character: remove it"
    guess = suggestion(keyword, INSTRUCTIONS)
    advice = f"did you mean {guess.upper()}?" if guess else "begin with an instruction, or continue the line before"
    return f"unknown instruction {keyword[:40]}: {advice}"
