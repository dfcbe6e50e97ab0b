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
_RANGE = re.compile(r"\{[\w-]+\.\.[\w-]+(\.\.\d+)?\}")
_INNER_TILDE = re.compile(r"^-[A-Za-z]~(/|$)|[=:]~(/|$)")
_TAKES_BRACES = frozenset(
    "mkdir rm rmdir cp mv touch chmod chown chgrp tee echo apk apt apt-get yum dnf microdnf ls cat".split()
)
"""Programs that do the same to several words as to one that names them all."""
_MODE_FIRST = ("chmod", "chown", "chgrp")
_GLOB = "*?["
OF_THE_SHELL = frozenset(
    "PWD OLDPWD PPID UID EUID GROUPS RANDOM SRANDOM SECONDS LINENO SHLVL BASHPID BASHOPTS SHELLOPTS BASH_VERSION "
    "BASH_VERSINFO BASH_COMMAND BASH_SUBSHELL FUNCNAME DIRSTACK EPOCHSECONDS EPOCHREALTIME OPTIND HISTCMD "
    "HOSTTYPE MACHTYPE OSTYPE".split()
)
"""Variables that one shell or another sets, whatever the build gave them: ``PWD`` and ``OLDPWD`` by POSIX, others by bash(1)."""


@dataclass
class Wording:
    """One expansion; ``used`` collects variable names, ``patterns`` the words that the shell matches against files.

    ``output`` runs a command substitution and gives a text that stands for what it prints; ``directory`` is that of the
    shell, ``plain`` whether it is known and no link leads there.
    """

    variables: Mapping[str, str]
    scope: Scope
    output: Callable[[CommandSubstitution], str]
    directory: str = "/"
    plain: bool = False
    used: set[str] = field(default_factory=set)
    patterns: list[str] = field(default_factory=list)

    def arguments(self, node: SimpleCommand) -> tuple[str, ...]:
        """The words of a command. A value that is not known stays in its word as a symbolic part.

        An unquoted variable splits at blanks. Raises UnknownEffect where the number of words cannot be told for a
        program's name.
        """
        found: list[str] = []
        for word in node.words:
            braces = _with_braces(word) if found and found[0] in _TAKES_BRACES else None
            if braces and (found[0] not in _MODE_FIRST or any(not each.startswith("-") for each in found[1:])):
                found.append(braces)
            else:
                patterns = len(self.patterns)
                words = self.words(word)
                if found[:1] == ["export"] and (words != [self.value(word)] or len(self.patterns) != patterns):
                    raise UnknownEffect(
                        "some shells split what is exported, or match it against files, and others do not"
                    )
                found += words
        return tuple(found)

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
            self.patterns += filter(_may_match, found)
        return [_plain_tilde(word, each) for each in found]

    def value(self, word: Word | None) -> str:
        """The text of one word."""
        if word is None:
            return ""
        return "".join(map(self.part, word.parts))

    def assigned(self, word: Word | None) -> str:
        """The text of a value that is assigned. Raises UnknownEffect for a ``~`` that the shell expands in it."""
        for at, part in enumerate(word.parts if word is not None else ()):
            text = part.text if isinstance(part, Literal) and not part.quoted else ""
            if ":~" in text or (at == 0 and text.startswith("~")):
                raise UnknownEffect("a ~ in a value that is assigned is not followed")
        return self.value(word)

    def target(self, word: Word | None, home: str) -> str:
        """The text of a redirection's target, with the home directory for its ``~``.

        Raises UnknownEffect for what some shells match against files, split or expand there, and others do not.
        """
        text = self.value(word)
        if word is not None:
            self._plain(word)
            splits = any(isinstance(part, Variable | CommandSubstitution) and not part.quoted for part in word.parts)
            if word.has_glob or (splits and any(each in text for each in (*_GLOB, " ", "\t", "\n"))):
                raise UnknownEffect("a redirection to a pattern, or to several words, is not followed")
        if word is None or not text.startswith("~"):
            return text
        text = _plain_tilde(word, text)
        return home + text[1:] if text == "~" or text.startswith("~/") else text

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
        numbered = part.name.isdigit() and part.name in self.variables and part.operator is None
        if not (part.name.isidentifier() or numbered) or part.name == "_":
            raise UnknownEffect(f"the value of ${part.name} is not followed")
        value = self.variables.get(part.name)
        if value is None and part.name == "PWD":
            value = self.directory if self.plain else symbolic("shell", f"PWD in {self.directory}")
        if value is None:
            value = self.scope.lookup(part.name)
        if value is not None and part.name in OF_THE_SHELL and not (part.name == "PWD" and value == self.directory):
            value = symbolic("shell", f"{part.name}, given {digest_of(value)}, in {self.directory}")
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


def _with_braces(word: Word) -> str | None:
    """A word with braces, from these on as a value that is not known: bash makes several words of it, other shells none.

    None where there are no braces, or not everything in the word stands there as it is.
    """
    if not all(isinstance(part, Literal) and not part.quoted for part in word.parts):
        return None
    text = "".join(part.text for part in word.parts if isinstance(part, Literal))
    if not _BRACES.search(text) or ".." in _RANGE.sub("", text) or text[0] in "{~-" or SYMBOLIC in text:
        return None
    head, mark, rest = text.partition("{")
    return head + symbolic("braces", mark + rest)


def _may_match(text: str) -> bool:
    """Whether a shell may match the text against names of files: a ``[`` does only with its end."""
    return "*" in text or "?" in text or "]" in text.partition("[")[2][1:] or SYMBOLIC in text


def _plain_tilde(word: Word, text: str) -> str:
    """The text with a ``./`` before a ``~`` that no shell expands: a quoted one, and one that a variable brings."""
    first = word.parts[0] if word.parts else None
    if text.startswith("~") and not (isinstance(first, Literal) and not first.quoted and first.text.startswith("~")):
        return f"./{text}"
    if _INNER_TILDE.search(text):
        raise UnknownEffect("a ~ within a word, which some shells expand, and others do not")
    return text


def names_home(word: Word | None) -> bool:
    """Whether the word begins with a ``~`` that the shell expands."""
    first = word.parts[0] if word is not None and word.parts else None
    return isinstance(first, Literal) and not first.quoted and first.text.startswith("~")


def quotes_pattern(word: Word) -> bool:
    """Whether a ``*``, ``?`` or ``[`` stands for itself in the word: a model would take it for a pattern."""
    return any(
        isinstance(part, Literal) and part.quoted and any(character in part.text for character in _GLOB)
        for part in word.parts
    )


def _quoted_blank(part: object) -> bool:
    return isinstance(part, Literal) and part.quoted and any(map(str.isspace, part.text or " "))
