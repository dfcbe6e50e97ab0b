"""From a text to its ``Dockerfile``: logical lines, one parse an instruction, heredoc bodies, the tokens between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from restow.errors import SourceError
from restow.source import Source
from restow.source.text import BOM
from restow.syntax import ast, tables
from restow.syntax.directives import read_directives
from restow.syntax.heredocs import HOSTS, Opener, find_openers
from restow.syntax.lines import LONGEST_INSTRUCTION, LineReader, LogicalLine
from restow.syntax.nodes import Parts, build
from restow.syntax.problem import Problem
from restow.syntax.statement import Statement, read_statement, unread_statement
from restow.syntax.tokens import TokenList
from restow.syntax.words import WordError

if TYPE_CHECKING:
    from lark import Lark

_ESCAPED_BYTES = range(0xDC80, 0xDD00)
"""Bytes that are no UTF-8, as ``surrogateescape`` decodes them."""


MOST_INSTRUCTIONS = 1_000
MOST_LINES = 20_000
MOST_CHARACTERS = 4_000_000
"""What a file may hold for the commands to read it: several times what the longest of 8,000 public files
has, and checked in a second or two."""


def parse(text: str, name: str = "Dockerfile") -> ast.Dockerfile:
    """The tree of ``text``, for any text: what is broken becomes an ``Invalid`` node. ``name`` is what reports show."""
    return _parsed(Source(name, text))


def parse_file(source: Source) -> ast.Dockerfile:
    """As ``parse``, for files that anybody may have written.

    Raises SourceError where ``source`` has more than ``MOST_CHARACTERS``, ``MOST_LINES`` or ``MOST_INSTRUCTIONS``.
    """
    for count, most, things in (
        (len(source.text), MOST_CHARACTERS, "characters"),
        (source.text.count("\n"), MOST_LINES, "lines"),
    ):
        if count > most:
            raise SourceError(
                f"{source.name}: {count} {things}; Restow reads Dockerfiles of up to {most}: split the file"
            )
    return _parsed(source, MOST_INSTRUCTIONS)


def _parsed(source: Source, most: int | None = None) -> ast.Dockerfile:
    """The tree of a text that has no more than ``most`` instructions; SourceError where it has."""
    try:
        source.text.encode()
    except UnicodeEncodeError as error:
        return _undecodable(source, error.start)
    return _FileParser(source, most).parse()


def _undecodable(source: Source, offset: int) -> ast.Dockerfile:
    """The tree of a text that is no Unicode: one ``Invalid`` node. Bytes that are no UTF-8 stand as ``surrogateescape`` has
    them.
    """
    end, code = len(source.text), ord(source.text[offset])
    message = "the text holds half a surrogate pair: save it as UTF-8"
    if code in _ESCAPED_BYTES:
        at = len(source.text[:offset].encode())
        message = f"byte 0x{code & 0xFF:02x} is not UTF-8 (offset {at}): save the file as UTF-8"
    token = ast.Token(0, end, "INVALID", source.text)
    invalid = ast.Invalid(start=0, end=end, keyword="", message=message, offset=offset)
    return ast.Dockerfile(source=source, tokens=(token,), instructions=(invalid,))


def _too_long(offset: int | None) -> Problem | None:
    """The problem of a line at ``offset`` that BuildKit refuses for its length; None where there is no such line."""
    message = "the line is longer than 65535 bytes: continue it on a second line"
    return None if offset is None else Problem(message, offset, by_parser=True, by_length=True)


def _too_many(line: LogicalLine) -> Problem | None:
    """The problem of an instruction that would take too long to read."""
    if line.end - line.start <= LONGEST_INSTRUCTION:
        return None
    length = len(line.joined(line.start, line.end))
    if length <= LONGEST_INSTRUCTION:
        return None
    message = f"the instruction has {length} characters, of which Restow reads {LONGEST_INSTRUCTION}: split it"
    return Problem(message, line.start, by_length=True)


class _FileParser:
    """Parses one text once."""

    def __init__(self, source: Source, most: int | None = None) -> None:
        self.source = source
        self.most = most
        text = source.text
        start = len(BOM) if text.startswith(BOM) else 0
        self.directives, self.escape, start = read_directives(text, start)
        self.reader = LineReader(text, start, self.escape)
        self.tokens = TokenList(text, self.escape)
        self.instructions: list[ast.Instruction] = []
        self.lark: Lark | None = None

    def parse(self) -> ast.Dockerfile:
        """The whole tree."""
        self._read_directives()
        while (line := self.reader.line()) is not None:
            if len(self.instructions) == self.most:
                where = f"{self.source.name}:{self.source.position(line.start).line}"
                raise SourceError(
                    f"{where}: Restow reads Dockerfiles of up to {self.most} instructions: split the file"
                )
            self.instructions.append(self._instruction(line))
        self.tokens.fill(len(self.source.text))
        text = self.source.text
        return ast.Dockerfile(
            source=self.source,
            tokens=tuple(self.tokens.tokens),
            instructions=tuple(self.instructions),
            comments=tuple(
                ast.Comment(start=start, end=end, text=text[start:end]) for start, end in self.reader.comments
            ),
            directives=tuple(
                ast.Directive(start=found.start, end=found.end, name=found.name, value=found.value)
                for found in self.directives
                if found.problem is None
            ),
            escape=cast('Literal["\\\\", "`"]', self.escape),
        )

    def _read_directives(self) -> None:
        """Tokens of the directives, and an Invalid node for each that BuildKit refuses."""
        for found in self.directives:
            self.tokens.add("DIRECTIVE", found.start, found.end)
            if found.problem is not None:
                self.instructions.append(
                    ast.Invalid(
                        start=found.start, end=found.end, keyword="#", message=found.problem, offset=found.offset
                    )
                )

    def _instruction(self, line: LogicalLine) -> ast.Instruction:
        """The node of a logical line and of the heredocs that follow it."""
        if self.lark is None:
            self.lark = tables.load(self.escape)
        heredocs: tuple[ast.Heredoc, ...] = ()
        end = line.tail
        problem = _too_long(line.too_long) or _too_many(line)
        if problem is not None:
            statement = unread_statement(line, problem)
            self._add_tokens(statement)
            return self._node(statement, end, heredocs, problem)
        statement = read_statement(line, line.start, line.end, self.lark)
        self._add_tokens(statement)
        problem = statement.problem
        try:
            heredocs, end = self._heredocs(statement, line)
        except Problem as raised:
            problem = raised
            end = self.tokens.at
        return self._node(statement, end, heredocs, problem)

    def _add_tokens(self, statement: Statement) -> None:
        """The tokens of the logical line."""
        for token in statement.all_tokens():
            self.tokens.add(token.type, token.start_pos or 0, token.end_pos or 0)
        self.tokens.add("INVALID", max(self.tokens.at, statement.start), statement.end)
        self.tokens.fill(statement.line.tail)

    def _node(
        self, statement: Statement, end: int, heredocs: tuple[ast.Heredoc, ...], problem: Problem | None
    ) -> ast.Instruction:
        """The node of ``statement``; an ``Invalid`` one where it has a problem."""
        problem = problem or statement.problem
        parts = Parts(statement, end, heredocs, self.escape)
        try:
            if problem:
                raise problem
            if statement.name == "onbuild":
                return self._onbuild(parts)
            return build(parts)
        except Problem as raised:
            return ast.Invalid(
                **parts.common,
                message=raised.message,
                offset=raised.offset,
                by_parser=raised.by_parser,
                by_length=raised.by_length,
            )

    def _onbuild(self, parts: Parts) -> ast.Instruction:
        """An ONBUILD; what is wrong with its trigger is an ``Invalid`` inside, unless it is no trigger at all."""
        inner = parts.statement.inner
        if inner is None:
            raise parts.missing("instruction")
        if parts.flag_problem is not None:
            raise parts.flag_problem
        if parts.common["flags"]:
            flag = parts.common["flags"][0]
            raise Problem(f"ONBUILD takes no flags: remove --{flag.name}", flag.start)
        if inner.problem and inner.name in ("onbuild", "from", "maintainer"):
            raise inner.problem
        node = self._node(inner, parts.common["end"], parts.heredocs, None)
        return ast.Onbuild(**parts.common, instruction=node)

    def _heredocs(self, statement: Statement, line: LogicalLine) -> tuple[tuple[ast.Heredoc, ...], int]:
        """The heredocs that the statement opens, and where its last line's content ends."""
        host = statement.inner or statement
        if host.name not in HOSTS or "<<" not in line.text[line.start : line.end] or host.json_form:
            return (), line.tail
        try:
            openers = find_openers(line.joined(line.start, line.untrimmed))
        except WordError as error:
            raise Problem(f"{error}: check the heredoc's delimiter", line.start, by_parser=True) from None
        heredocs, end = [], line.tail
        for opener in openers:
            heredoc, end = self._heredoc(opener, line)
            heredocs.append(heredoc)
        return tuple(heredocs), end

    def _heredoc(self, opener: Opener, line: LogicalLine) -> tuple[ast.Heredoc, int]:
        """The heredoc's node and the end of its closing line. Raises Problem where no line closes it."""
        body = self.reader.body(opener.name, opener.chomp)
        if body is not None and (problem := _too_long(self.reader.too_long)) is not None:
            self.tokens.add("HEREDOC_BODY", body.start, body.end)
            self.tokens.add("HEREDOC_END", body.end, body.close)
            raise problem
        if body is None:
            self.tokens.fill(min(self.reader.text.find("\n", line.tail) + 1 or line.tail, len(line.text)))
            self.tokens.add("HEREDOC_BODY", self.tokens.at, len(line.text.rstrip("\r\n")))
            offset = line.text.find("<<", line.start, line.end)
            raise Problem(f"the heredoc has no end: add a line that reads only {opener.name}", offset, by_parser=True)
        self.tokens.add("HEREDOC_BODY", body.start, body.end)
        self.tokens.add("HEREDOC_END", body.end, body.close)
        heredoc = ast.Heredoc(
            start=body.start,
            end=body.end,
            name=opener.name,
            content=line.text[body.start : body.end],
            expand=opener.expand,
            chomp=opener.chomp,
            file_descriptor=opener.file_descriptor,
        )
        return heredoc, body.close
