"""Words of a shell command as the shell expands them, as far as the variables are known.

What is not known stays in its word as a symbolic part, which is equal in two builds only where all that it is made of
is: the value of the variable, the commands in a substitution and what they read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from restow.errors import UnknownEffect
from restow.semantics.scope import SYMBOLIC, Scope, is_known, symbolic
from restow.shell import CommandSubstitution, Expression, Literal, SimpleCommand, Variable, Word
from restow.vfs import digest_of

_BRACES = re.compile(r"\{[^{}]*(,|\.\.)[^{}]*\}")
_GLOB = "*?["


@dataclass
class Wording:
    """One expansion; ``used`` collects variable names, ``patterns`` the words that the shell matches against files.

    ``output`` runs a command substitution and gives a text that stands for what it prints; ``directory`` is that of the
    shell.
    """

    variables: Mapping[str, str]
    scope: Scope
    output: Callable[[CommandSubstitution], str]
    directory: str = "/"
    used: set[str] = field(default_factory=set)
    patterns: list[str] = field(default_factory=list)

    def arguments(self, node: SimpleCommand) -> tuple[str, ...]:
        """The words of a command. A value that is not known stays in its word as a symbolic part.

        An unquoted variable splits at blanks. Raises UnknownEffect where the number of words cannot be told for a
        program's name.
        """
        return tuple(text for word in node.words for text in self.words(word))

    def words(self, word: Word) -> list[str]:
        """What one word becomes: itself, or several where a variable splits."""
        text = self.value(word)
        self._plain(word)
        splits = any(isinstance(part, Variable | CommandSubstitution) and not part.quoted for part in word.parts)
        found = [text]
        if splits and is_known(text):
            if "IFS" in self.variables or any(_quoted_blank(part) for part in word.parts):
                raise UnknownEffect("a word that is split at blanks of its own is not followed")
            found = text.split()
        if word.has_glob or (splits and any(character in text for character in _GLOB)):
            self.patterns += found
        return found

    def value(self, word: Word | None) -> str:
        """The text of one word."""
        if word is None:
            return ""
        return "".join(map(self.part, word.parts))

    def part(self, part: object) -> str:
        """The text of one part of a word."""
        if isinstance(part, Literal):
            if SYMBOLIC in part.text:
                raise UnknownEffect("the command contains a character that stands for unknown values")
            return part.text
        if isinstance(part, Variable):
            return self._variable(part)
        if isinstance(part, CommandSubstitution):
            return self.output(part)
        assert isinstance(part, Expression)
        return self._expression(part)

    def _variable(self, part: Variable) -> str:
        self.used.add(part.name)
        if not part.name.isidentifier() or part.name == "_":
            raise UnknownEffect(f"the value of ${part.name} is not followed")
        value = self.variables.get(part.name)
        if value is None and part.name == "PWD":
            value = symbolic("shell", f"PWD in {self.directory}")
        if value is None:
            value = self.scope.lookup(part.name)
        if part.operator is None:
            return symbolic("shell", part.name) if value is None else value
        if "=" in part.operator or part.operator.startswith("!"):
            raise UnknownEffect(f"${{{part.name}{part.operator}...}} is not followed")
        inputs = digest_of(value, value is None, *map(self.part, part.expansions))
        return symbolic("shell", f"{part.name}{part.operator}{part.operand or ''} of {inputs}")

    def _expression(self, part: Expression) -> str:
        if part.text.startswith(">(") or "=" in part.text or "++" in part.text or "--" in part.text:
            raise UnknownEffect(f"{part.text} is not followed")
        inputs = digest_of(part.text, sorted(self.variables.items()), *map(self.part, part.expansions))
        return symbolic("expression", inputs)

    def _plain(self, word: Word) -> None:
        """Raise UnknownEffect for braces that some shells expand, and for a ``~`` that stands for anything but the home."""
        bare = "".join(
            part.text if isinstance(part, Literal) and not part.quoted else "\0" if isinstance(part, Literal) else "$"
            for part in word.parts
        )
        if _BRACES.search(bare):
            raise UnknownEffect("some shells expand the braces of a word, and others do not")
        tilde = any(isinstance(part, Literal) and part.text.startswith("~") for part in word.parts[:1])
        if tilde and not (bare == "~" or bare.startswith("~/")):
            raise UnknownEffect("a word that begins with ~ is not followed")


def quotes_pattern(word: Word) -> bool:
    """Whether a ``*``, ``?`` or ``[`` stands for itself in the word: a model would take it for a pattern."""
    return any(
        isinstance(part, Literal) and part.quoted and any(character in part.text for character in _GLOB)
        for part in word.parts
    )


def _quoted_blank(part: object) -> bool:
    return isinstance(part, Literal) and part.quoted and any(map(str.isspace, part.text or " "))
