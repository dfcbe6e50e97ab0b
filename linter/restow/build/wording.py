"""Words of a shell command as the shell expands them, as far as the variables are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from restow.errors import UnknownEffect
from restow.semantics.scope import SYMBOLIC, Scope, is_known, symbolic
from restow.shell import CommandSubstitution, Literal, SimpleCommand, Variable, Word


@dataclass
class Wording:
    """One expansion; ``used`` collects variable names, ``substitutions`` the ``$( )`` that run on the way."""

    variables: Mapping[str, str]
    scope: Scope
    used: set[str] = field(default_factory=set)
    substitutions: list[CommandSubstitution] = field(default_factory=list)

    def arguments(self, node: SimpleCommand) -> tuple[str, ...]:
        """The words of a command. A value that is not known stays in its word as a symbolic part.

        An unquoted variable splits at blanks. Raises UnknownEffect where the number of words cannot be told for a
        program's name.
        """
        found: list[str] = []
        for word in node.words:
            text = self.value(word)
            if _splits(word) and is_known(text):
                found += text.split()
            else:
                found.append(text)
        return tuple(found)

    def value(self, word: Word | None) -> str:
        """The text of one word."""
        if word is None:
            return ""
        return "".join(self._part(part) for part in word.parts)

    def _part(self, part: object) -> str:
        if isinstance(part, Literal):
            if SYMBOLIC in part.text:
                raise UnknownEffect("the command contains a character that stands for unknown values")
            return part.text
        if isinstance(part, Variable):
            return self._variable(part)
        if isinstance(part, CommandSubstitution):
            self.substitutions.append(part)
            return f"{SYMBOLIC}output{SYMBOLIC}"
        return f"{SYMBOLIC}expression{SYMBOLIC}"

    def _variable(self, part: Variable) -> str:
        self.used.add(part.name)
        value = self.variables.get(part.name)
        if part.operator is None:
            if value is not None:
                return value
            return self.scope.lookup(part.name) or symbolic("shell", part.name)
        return symbolic("shell", f"{part.name}{part.operator}{part.operand or ''}")


def _splits(word: Word) -> bool:
    return any(isinstance(part, Variable | CommandSubstitution) and not part.quoted for part in word.parts)
