"""Run the grammar over one piece of text: here-document bodies are cut out, failures get a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from restow.errors import RestowError
from restow.shell.mask import MASKED, unmask
from restow.shell.tables import load

if TYPE_CHECKING:
    from lark import Token, Tree
    from lark.exceptions import UnexpectedInput

    SyntaxTree = Tree[Token]

_CONTENT = frozenset(
    {
        *("LITERAL", "SINGLE_QUOTED", "ANSI_QUOTED", "QUOTED", "TEXT", "OPERAND", "QUOTED_OPERAND", "BACKTICKS"),
        *("ARITHMETIC", "ARITHMETIC_COMMAND", "FOR_ARITHMETIC", "HEREDOC_DELIMITER", "ASSIGN", "_BLANK"),
        *("TEST_OPEN", "TEST_LITERAL", "TEST_GAP", "TEST_CLOSE"),
    }
)
"""Terminals whose line ends do not end a command."""

BLANKS = f" \t{MASKED}"

STACK_TO_EXPLAIN = 1_000
"""How deep the parser may have been for its failure to be looked into, which copies its stack many times."""

_UNTIL_BLANK = re.compile(r"[^\s\x00]{1,20}")
_TO_LINE_END = re.compile(r"(?:\\\n|#[^\n]*+|[^\n#])*?\n")
_BETWEEN_COMMANDS = re.compile(r"(?:[ \t\x00\n]|\\\n|#[^\n]*+)*+")
_QUOTE_MARKS = re.compile(r"\\(.)|[\"']")
_MISSING = (
    ("QUOTE_END", "a double quote is not closed"),
    ("PARAMETER_END", "`${` is not closed"),
    ("FI", "`if` without its `fi`"),
    ("THEN", "`if` without its `then`"),
    ("DONE", "a loop without its `done`"),
    ("DO", "a loop without its `do`"),
    ("ESAC", "`case` without its `esac`"),
    ("GROUP_CLOSE", "`{` is not closed"),
    ("CLOSE", "`(` is not closed"),
    ("TEST_CLOSE", "`[[` is not closed"),
)


class UnreadableError(RestowError):
    """The grammar cannot read the text; ``at`` is the offset in the piece of text, ``reason`` what is wrong there."""

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason


@dataclass(frozen=True, slots=True)
class HeredocBody:
    """The lines between ``<<EOF`` and ``EOF``; ``expanded`` is False where the delimiter is quoted."""

    start: int
    end: int
    text: str
    expanded: bool


@dataclass(slots=True)
class _Pending:
    """Here-documents that the current line opened."""

    strip_tabs: bool = False
    delimiters: list[tuple[Token, bool]] = field(default_factory=list)


def read(text: str, rule: str) -> tuple[SyntaxTree, dict[int, HeredocBody]]:
    """The syntax tree of ``text``, and the here-documents by the offset of their delimiter.

    Raises UnreadableError where ``text`` does not follow the grammar.
    """
    from lark.exceptions import UnexpectedInput

    session: Any = load().parse_interactive(text, start=rule)
    try:
        return _feed(session, text)
    except UnexpectedInput as error:
        raise _explain(text, error, session) from None


def _feed(session: Any, text: str) -> tuple[SyntaxTree, dict[int, HeredocBody]]:
    """Feed the tokens of ``text``; behind a line that opens here-documents, move the lexer behind their bodies."""
    lexer = session.lexer_thread
    bodies: dict[int, HeredocBody] = {}
    pending = _Pending()
    token: Token | None = None
    for token in lexer.lex(session.parser_state):
        session.feed_token(token)
        if token.type == "HEREDOC":
            pending.strip_tabs = token.endswith("-")
        elif token.type == "HEREDOC_DELIMITER":
            pending.delimiters.append((token, pending.strip_tabs))
        elif pending.delimiters and token.type not in _CONTENT and (line_end := _TO_LINE_END.match(token)):
            after = _cut(text, (token.start_pos or 0) + line_end.end(), pending, bodies)
            lexer.state.line_ctr.char_pos = after
    tree: SyntaxTree = session.feed_eof(token)
    return tree, bodies


def _cut(text: str, at: int, pending: _Pending, bodies: dict[int, HeredocBody]) -> int:
    """Cut the pending here-documents off ``text`` at ``at``; the offset where commands go on."""
    for token, strip_tabs in pending.delimiters:
        name = unmask(_QUOTE_MARKS.sub(lambda match: match[1] or "", token))
        tabs = r"\t*" if strip_tabs else ""
        closing = re.compile(rf"^{tabs}{re.escape(name)}$\n?", re.MULTILINE).search(text, at)
        end = closing.start() if closing else len(text)
        body = text[at:end]
        if strip_tabs:
            body = re.sub(r"^\t+", "", body, flags=re.MULTILINE)
        bodies[token.start_pos or 0] = HeredocBody(at, end, unmask(body), expanded=name == token)
        at = closing.end() if closing else end
    pending.delimiters.clear()
    skipped = _BETWEEN_COMMANDS.match(text, at)
    return skipped.end() if skipped else at


def _explain(text: str, error: UnexpectedInput, session: Any) -> UnreadableError:
    """Say in words what lark did not expect."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    expected: frozenset[str] = frozenset()
    if isinstance(error, UnexpectedToken):
        if error.token.type == "$END":
            return UnreadableError(len(text), f"the text ends too early: {_missing(session)}")
        expected = frozenset(error.expected)
    elif isinstance(error, UnexpectedCharacters):
        expected = frozenset(error.allowed or ())
    at = min(error.pos_in_stream or 0, len(text))
    if "QUOTE_END" in expected:
        return UnreadableError(at, "a double quote is not closed")
    while at < len(text) and text[at] in BLANKS:
        at += 1
    if text[at : at + 1] in {"'", "`"}:
        return UnreadableError(at, f"{text[at]} is not closed")
    shown = _UNTIL_BLANK.match(text, at)
    return UnreadableError(at, f"unexpected `{shown[0]}`" if shown else "unexpected line end")


def _missing(session: Any) -> str:
    """What the parser waits for at the end of the text."""
    accepted: set[str] = session.accepts() if len(session.parser_state.state_stack) < STACK_TO_EXPLAIN else set()
    return next((reason for name, reason in _MISSING if name in accepted), "a command is not complete")
