"""The tokens of a whole file: what the parsers found, and the blanks, line ends and comments between.

Types: the terminals of the grammar, DIRECTIVE, HEREDOC_BODY, HEREDOC_END (the closing line), INVALID (what does not
parse), and between them NEWLINE, WHITESPACE, CONTINUATION, COMMENT and BOM. A token that goes on over several lines
holds the continuations and comments inside of it.
"""

from __future__ import annotations

import re

from restow.syntax.ast import Token
from restow.syntax.lines import SPACES

_SPACE = "".join(sorted(set(SPACES) - {"\n", "\r"}))


def gap_pattern(escape: str) -> re.Pattern[str]:
    """What stands between the tokens of instructions; the name of the group that matches is the token's type."""
    return re.compile(
        rf"(?P<NEWLINE>(?:\r*\n)+)|(?P<WHITESPACE>(?:[{_SPACE}]|\r(?!\r*(?:\n|\Z)))+|\r+\Z)"
        rf"|(?P<CONTINUATION>{re.escape(escape)}[ \t]*(?:\r*\n|\r*\Z))"
        r"|(?P<COMMENT>#[^\n]*?(?=\r*(?:\n|\Z)))|(?P<BOM>\ufeff)|(?P<OTHER>[\s\S])"
    )


class TokenList:
    """Grows from the start of ``text`` to its end without holes."""

    def __init__(self, text: str, escape: str) -> None:
        self.text = text
        self.at = 0
        self.tokens: list[Token] = []
        self._gap = gap_pattern(escape)

    def add(self, kind: str, start: int, end: int) -> None:
        """The token at ``start..end``, after what stands before it; an empty one is left out."""
        self.fill(start)
        if end > start:
            self.tokens.append(Token(start, end, kind, self.text[start:end]))
            self.at = end

    def fill(self, end: int) -> None:
        """Blanks, line ends and comments up to ``end``."""
        while self.at < end:
            match = self._gap.match(self.text, self.at, end)
            stop = match.end() if match else end
            kind = (match.lastgroup if match else None) or "OTHER"
            self.tokens.append(Token(self.at, stop, kind, self.text[self.at : stop]))
            self.at = stop
