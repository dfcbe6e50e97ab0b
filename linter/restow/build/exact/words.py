"""What a shell makes of a word: variables, commands, splitting at blanks, and names of files that a pattern matches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from restow.build.exact.control import ExitShell
from restow.build.exact.disk import FileError
from restow.build.exact.output import has_blanks
from restow.build.exact.patterns import SPECIAL, escaped, is_pattern, literal, matches, shell_expression
from restow.errors import UnknownEffect
from restow.semantics.scope import SYMBOLIC, is_known
from restow.shell import CommandSubstitution, Expression, Literal, Opaque, SimpleCommand, Variable, Word, parse_shell
from restow.vfs import Directory

if TYPE_CHECKING:
    from restow.build.exact.shell import Shell

_BRACES = re.compile(r"\{[^{}]*(,|\.\.)[^{}]*\}")

_INNER_TILDE = re.compile(r"[=:]~")

_DEFAULTS = ("-", ":-", "+", ":+", "=", ":=", "?", ":?")
"""The operators that say what stands for a variable which is not set."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of an expanded word. ``quoted`` text neither splits nor matches; ``splits``: it came from an expansion."""

    text: str
    quoted: bool
    splits: bool = False


class Expander:
    """The expansions of one shell."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def arguments(self, words: tuple[Word, ...]) -> list[str]:
        """The arguments that the words become."""
        found: list[str] = []
        for word in words:
            found += [self._exported(word)] if found[:1] == ["export"] else self.fields(word)
        return found

    def _exported(self, word: Word) -> str:
        """A word of ``export``, which some shells split and match against files, and others do not."""
        self._refuse_braces(word)
        pieces = self._pieces(word)
        splits = any(piece.splits and re.search(r"\s", piece.text) for piece in pieces)
        matches_files = any(not piece.quoted and any(each in piece.text for each in SPECIAL) for piece in pieces)
        if (
            splits
            or matches_files
            or any(isinstance(part, Variable) and part.name in ("@", "*") for part in word.parts)
        ):
            raise UnknownEffect("some shells split what is exported, and others do not")
        return "".join(piece.text for piece in pieces)

    def text(self, word: Word | None) -> str:
        """The word as one text: no splitting, no file names (assignments, redirections, ``case``)."""
        return "" if word is None else "".join(piece.text for piece in self._pieces(word))

    def pattern(self, word: Word) -> str:
        """The word as a pattern: quoted special characters are escaped."""
        return "".join(escaped(piece.text) if piece.quoted else piece.text for piece in self._pieces(word))

    def fields(self, word: Word) -> list[str]:
        """What one word becomes: none, one or several arguments."""
        self._refuse_braces(word)
        all_parameters = [part for part in word.parts if isinstance(part, Variable) and part.name == "@"]
        if all_parameters:
            if len(word.parts) != 1 or all_parameters[0].operator is not None:
                raise UnknownEffect("$@ within a word is not computed")
            if all_parameters[0].quoted:
                return list(self.shell.parameters)
        found = []
        for field in self._split(self._pieces(word)):
            pattern = "".join(escaped(piece.text) if piece.quoted else piece.text for piece in field)
            text = "".join(piece.text for piece in field)
            if any(not piece.quoted and any(c in piece.text for c in SPECIAL) for piece in field) and is_pattern(
                pattern
            ):
                found += self._names(pattern) or [text]
            else:
                found.append(text)
        return found

    def _split(self, pieces: list[Piece]) -> list[list[Piece]]:
        """Fields of pieces. A word that is empty and not quoted is none."""
        fields: list[list[Piece]] = []
        open_field = False
        for piece in pieces:
            if not piece.splits or piece.quoted:
                if not open_field:
                    fields.append([])
                    open_field = True
                fields[-1].append(piece)
                continue
            if "IFS" in self.shell.variables:
                raise UnknownEffect("IFS is set")
            if has_blanks(piece.text):
                raise UnknownEffect("a text that is not known is split at its blanks")
            parts = re.split(r"[ \t\n]+", piece.text)
            for number, part in enumerate(parts):
                if number:
                    open_field = False
                if part:
                    if not open_field:
                        fields.append([])
                        open_field = True
                    fields[-1].append(Piece(part, False))
        return [field for field in fields if any(piece.quoted or piece.text for piece in field)]

    def _refuse_braces(self, word: Word) -> None:
        bare = "".join(part.text for part in word.parts if isinstance(part, Literal) and not part.quoted)
        if self.shell.flavour != "dash" and _BRACES.search(bare):
            raise UnknownEffect("some shells expand the braces of a word, and others do not")

    def _pieces(self, word: Word) -> list[Piece]:
        found: list[Piece] = []
        for number, part in enumerate(word.parts):
            if isinstance(part, Literal):
                text = part.text
                if SYMBOLIC in text:
                    raise UnknownEffect("the command contains a character that stands for unknown values")
                if part.ansi is not None:
                    self._check_ansi(part.ansi)
                if not part.quoted and (_INNER_TILDE.search(text) or (number and text.startswith("~"))):
                    raise UnknownEffect("a ~ within a word, which some shells expand, and others do not")
                if number == 0 and not part.quoted and text.startswith("~"):
                    text = self._home(text, alone=len(word.parts) == 1)
                found.append(Piece(text, part.quoted))
            else:
                found.append(Piece(self.part(part), part.quoted, splits=not part.quoted))
        return found

    def _check_ansi(self, text: str) -> None:
        """Refuse ``$'text'`` where releases of the shell differ in it: dash knows it since 0.5.13."""
        plain = text.isascii() and not re.search(r"\\(?![abfnrtv\\']|[1-7][0-7]?(?![0-7]))", re.sub(r"\\\\", "", text))
        if self.shell.flavour not in ("bash", "busybox") or not plain:
            raise UnknownEffect("$'...' is not read alike by all releases of the shell")

    def _home(self, text: str, *, alone: bool) -> str:
        if (text != "~" and not text.startswith("~/")) or (text == "~" and not alone):
            raise UnknownEffect("a word that begins with ~ is not computed")
        home = self.shell.variables.get("HOME")
        if home is None:
            raise UnknownEffect("the home directory is not known")
        return home + text[1:]

    def part(self, part: object) -> str:
        """The text of an expansion."""
        if isinstance(part, Literal):
            return part.text
        if isinstance(part, Variable):
            return self._variable(part)
        if isinstance(part, CommandSubstitution):
            return self.shell.substituted(part)
        assert isinstance(part, Expression)
        return _arithmetic(part.text, self.shell)

    def _variable(self, part: Variable) -> str:
        value = self.shell.parameter(part.name)
        operator, operand = part.operator, part.operand or ""
        refuses = value is None and self.shell.nounset and part.name not in ("@", "*")
        if refuses and operator not in _DEFAULTS:
            self._ends(part.name)
        if operator is None:
            return value or ""
        if operator == "length":
            if value is not None and (not is_known(value) or not value.isascii()):
                raise UnknownEffect("the length of a value that is not known")
            return str(len(value or ""))
        if operator in _DEFAULTS:
            return self._default(part, operator, operand, value)
        if operator in ("#", "##", "%", "%%"):
            return self._trimmed(value or "", operator, operand)
        if operator in ("/", "//") and self.shell.flavour != "dash":
            return self._replaced(value or "", operator, operand)
        raise UnknownEffect(f"${{{part.name}{operator}...}} is not computed")

    def _ends(self, what: str) -> NoReturn:
        """The shell ends at a variable that is not set; bash does so with a status that its way of starting decides."""
        if self.shell.flavour == "bash":
            raise UnknownEffect("a variable that is not set ends the script")
        self.shell.complained = True
        self.shell.budget.note("not set", what)
        raise ExitShell(2)

    def _default(self, part: Variable, operator: str, operand: str, value: str | None) -> str:
        missing = value is None or (operator.startswith(":") and value == "")
        kind = operator[-1]
        if kind == "+":
            return "" if missing else self._operand(operand)
        if not missing:
            return value or ""
        if kind == "?":
            self._ends(f"{part.name}{operator}{operand}")
        text = self._operand(operand)
        if kind == "=":
            if not part.name.isidentifier():
                raise UnknownEffect(f"${{{part.name}{operator}...}} ends the script")
            self.shell.assign(part.name, text)
        return text

    def _trimmed(self, value: str, operator: str, operand: str) -> str:
        if not is_known(value):
            raise UnknownEffect("a value that is not known is cut")
        expression = shell_expression(self._operand(operand, pattern=True))
        shortest = len(operator) == 1
        ends = range(len(value) + 1)
        lengths = ends if shortest else reversed(ends)
        for length in lengths:
            part = value[:length] if operator[0] == "#" else value[len(value) - length :]
            if re.fullmatch(expression, part, re.DOTALL):
                return value[length:] if operator[0] == "#" else value[: len(value) - length]
        return value

    def _replaced(self, value: str, operator: str, operand: str) -> str:
        old, _, new = operand.partition("/")
        if not is_known(value) or not re.fullmatch(r"[\w.,:= -]+", old) or not re.fullmatch(r"[\w.,:= -]*", new):
            raise UnknownEffect("this replacement within a variable is not computed")
        return value.replace(old, new, 1 if operator == "/" else -1)

    def _operand(self, text: str, *, pattern: bool = False) -> str:
        """The text behind an operator, its own expansions carried out."""
        if not re.search(r"[\"'\\$`~]", text):
            return text
        if pattern or re.search(r"[\"'\\`~]", text):
            if pattern and re.fullmatch(r"\"[^\"'\\$`]*\"|'[^']*'", text):
                return escaped(text[1:-1])
            raise UnknownEffect("quotes behind an operator of a variable are not computed")
        return self.text(quoted_word(text))

    def _names(self, pattern: str) -> list[str]:
        """The paths that fit the pattern, sorted; none where nothing does."""
        if not is_known(pattern):
            raise UnknownEffect("a pattern depends on a value that is not known")
        if any(name.startswith("LC_") or name == "LANG" for name in self.shell.variables):
            raise UnknownEffect("the order of file names in another language than C")
        start = "/" if pattern.startswith("/") else ""
        return sorted(
            self._matching(start, [part for part in pattern.split("/") if part], pattern.endswith("/")), key=_bytes
        )

    def _matching(self, prefix: str, parts: list[str], slash: bool) -> Iterator[str]:
        if not parts:
            yield prefix
            return
        disk, part, rest = self.shell.disk, parts[0], parts[1:]
        try:
            if not is_pattern(part):
                path = prefix + literal(part)
                if disk.exists(path, follow=bool(rest) or slash):
                    yield from self._matching(path + ("/" if rest or slash else ""), rest, slash)
                return
            names = disk.names(prefix or ".")
        except FileError:
            return
        for name in names:
            if matches(part, name) and (not name.startswith(".") or part.startswith(".")):
                path = prefix + name
                if not rest and not slash:
                    yield path
                elif isinstance(disk.locate(path).node, Directory):
                    yield from self._matching(f"{path}/", rest, slash)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


_NUMBERS = re.compile(r"\s*(?:(\d+)|([A-Za-z_]\w*)|\$\{?(\w+)\}?|([-+*()/%]))")


def _arithmetic(text: str, shell: Shell) -> str:
    """``$((...))`` of sums, differences, products and quotients of whole numbers."""
    if not text.startswith("$((") or not text.endswith("))"):
        raise UnknownEffect(f"{text} is not computed")
    body, at, out = text[3:-2], 0, ""
    while body[at:].strip():
        match = _NUMBERS.match(body, at)
        if match is None:
            raise UnknownEffect(f"{text} is not computed")
        at = match.end()
        name = match[2] or match[3]
        value = (shell.parameter(name) or "0") if name else match[1]
        if value is not None and not re.fullmatch(r"-?(0|[1-9]\d{0,17})", value):
            raise UnknownEffect(f"{text} is not computed")
        out += match[4] or f"({value})"
    return str(_sum(re.findall(r"\(-?\d+\)|[-+*()/%]", out), text))


def _sum(tokens: list[str], text: str) -> int:
    """The value of tokens: numbers in brackets, operators, brackets."""
    total, at = _product(tokens, 0, text)
    while at < len(tokens) and tokens[at] in "+-":
        value, after = _product(tokens, at + 1, text)
        total = total + value if tokens[at] == "+" else total - value
        at = after
    if at != len(tokens) or abs(total) >= 2**63:
        raise UnknownEffect(f"{text} is not computed")
    return total


def _product(tokens: list[str], at: int, text: str) -> tuple[int, int]:
    """The value of factors from ``at``, and where it ends; a quotient is cut towards 0, as in C."""
    total, operator = 1, "*"
    while True:
        if at >= len(tokens) or not re.fullmatch(r"\(-?\d+\)", tokens[at]):
            raise UnknownEffect(f"{text} is not computed")
        factor = int(tokens[at][1:-1])
        if operator == "*":
            total *= factor
        elif not factor or total < 0 or factor < 0:
            raise UnknownEffect(f"{text} is not computed")
        else:
            total = total // factor if operator == "/" else total % factor
        if abs(total) >= 2**63:
            raise UnknownEffect(f"{text} is not computed")
        at += 1
        if at >= len(tokens) or tokens[at] not in "*/%":
            return total, at
        operator = tokens[at]
        at += 1


def quoted_word(text: str) -> Word:
    """``text`` as it stands between double quotes. Raises UnknownEffect where that is no one word."""
    parsed = parse_shell(f'x "{text}"', 0, len(text) + 4, escape="", dialect="sh")
    if not isinstance(parsed, Opaque) and len(parsed.items) == 1:
        command = parsed.items[0].command
        if isinstance(command, SimpleCommand) and len(command.words) == 2:
            return command.words[-1]
    raise UnknownEffect("a text with quotes of its own is not computed")
