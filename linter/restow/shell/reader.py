"""Run the grammar over one piece of text: here-document bodies are cut out, failures get a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from restow.errors import RestowError
from restow.shell.mask import MASKED, unmask
from restow.shell.tables import load
from restow.source.lalr import Session, Token, Tree, UnexpectedInputError

_CONTENT = frozenset(
    {
        *("LITERAL", "SINGLE_QUOTED", "ANSI_QUOTED", "QUOTED", "TEXT", "OPERAND", "QUOTED_OPERAND", "BACKTICKS"),
        *("ARITHMETIC", "ARITHMETIC_COMMAND", "FOR_ARITHMETIC", "HEREDOC_DELIMITER", "ASSIGN", "_BLANK"),
        *("TEST_OPEN", "TEST_LITERAL", "TEST_GAP", "TEST_CLOSE"),
    }
)
"""Terminals whose line ends do not end a command."""

BLANKS = f" \t{MASKED}"

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


def read(text: str, rule: str) -> tuple[Tree, dict[int, HeredocBody]]:
    """The syntax tree of ``text``, and the here-documents by the offset of their delimiter.

    Raises UnreadableError where ``text`` does not follow the grammar.
    """
    session = Session(load(), text, 0, len(text), rule)
    try:
        return _feed(session, text)
    except UnexpectedInputError as error:
        raise _explain(text, error, session) from None


def _feed(session: Session, text: str) -> tuple[Tree, dict[int, HeredocBody]]:
    """Take the tokens of ``text``; behind a line that opens here-documents, go on behind their bodies."""
    bodies: dict[int, HeredocBody] = {}
    pending = _Pending()
    for token in session.tokens():
        if token.type == "HEREDOC":
            pending.strip_tabs = token.text.endswith("-")
        elif token.type == "HEREDOC_DELIMITER":
            pending.delimiters.append((token, pending.strip_tabs))
        elif pending.delimiters and token.type not in _CONTENT and (line_end := _TO_LINE_END.match(token.text)):
            session.position = _cut(text, token.start + line_end.end(), pending, bodies)
    return session.tree(), bodies


def _cut(text: str, at: int, pending: _Pending, bodies: dict[int, HeredocBody]) -> int:
    """Cut the pending here-documents off ``text`` at ``at``; the offset where commands go on."""
    for token, strip_tabs in pending.delimiters:
        name = unmask(_QUOTE_MARKS.sub(lambda match: match[1] or "", token.text))
        tabs = r"\t*" if strip_tabs else ""
        closing = re.compile(rf"^{tabs}{re.escape(name)}$\n?", re.MULTILINE).search(text, at)
        end = closing.start() if closing else len(text)
        body = text[at:end]
        if strip_tabs:
            body = re.sub(r"^\t+", "", body, flags=re.MULTILINE)
        bodies[token.start] = HeredocBody(at, end, unmask(body), expanded=name == token.text)
        at = closing.end() if closing else end
    pending.delimiters.clear()
    skipped = _BETWEEN_COMMANDS.match(text, at)
    return skipped.end() if skipped else at


def _explain(text: str, error: UnexpectedInputError, session: Session) -> UnreadableError:
    """Say in words what the grammar did not expect."""
    if error.ends:
        return UnreadableError(len(text), f"the text ends too early: {_missing(session)}")
    at = error.offset
    if "QUOTE_END" in error.expected:
        return UnreadableError(at, "a double quote is not closed")
    while at < len(text) and text[at] in BLANKS:
        at += 1
    if text[at : at + 1] in {"'", "`"}:
        return UnreadableError(at, f"{text[at]} is not closed")
    shown = _UNTIL_BLANK.match(text, at)
    return UnreadableError(at, f"unexpected `{shown[0]}`" if shown else "unexpected line end")


def _missing(session: Session) -> str:
    """What the parser waits for at the end of the text."""
    accepted = session.accepted()
    return next((reason for name, reason in _MISSING if name in accepted), "a command is not complete")
