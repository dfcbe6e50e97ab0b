"""From the tokens of an instruction to its node, with the checks that BuildKit makes on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from restow.syntax import ast
from restow.syntax.flags import check_flags, read_flag
from restow.syntax.heredocs import is_opener
from restow.syntax.problem import Problem
from restow.syntax.statement import USAGE, Statement, is_wrong_array

if TYPE_CHECKING:
    from lark import Token

_STAGE_NAME = re.compile(r"[a-z][a-z0-9\-_.]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_STRINGS_ONLY = "a JSON array here holds strings only: put quotes around each element"


class Parts:
    """What the builders need to know of a statement; ``end`` is the node's, heredocs included."""

    def __init__(self, statement: Statement, end: int, heredocs: tuple[ast.Heredoc, ...], escape: str) -> None:
        self.statement = statement
        self.name = statement.name
        self.tokens = statement.tokens
        self.heredocs = heredocs
        self.escape = escape
        self.flag_problem: Problem | None = None
        self.common: dict[str, Any] = {
            "start": statement.head,
            "end": end,
            "keyword": statement.keyword,
            "flags": tuple(self._flags()),
        }

    def _flags(self) -> Iterator[ast.Flag]:
        """The flags up to one that cannot be read, whose problem is kept."""
        for token in self.of("FLAG"):
            try:
                yield read_flag(self.text(token), _start(token), _end(token), self.escape)
            except Problem as problem:
                self.flag_problem = problem
                return

    def text(self, token: Token) -> str:
        """The token's text, continuations removed."""
        return self.statement.line.joined(_start(token), _end(token))

    def of(self, *types: str) -> list[Token]:
        """The tokens of these types."""
        return [token for token in self.tokens if token.type in types]

    def word(self, token: Token) -> ast.Word:
        """The token as a word; a JSON string is decoded."""
        text = self.text(token)
        return ast.Word(start=_start(token), end=_end(token), text=_decoded(text) if token.type == "STRING" else text)

    def words(self) -> tuple[ast.Word, ...]:
        """The arguments, plain or JSON."""
        words = tuple(self.word(token) for token in self.of("WORD", "STRING"))
        if words and not self.statement.json_form:
            self.refuse_json(words[0].start)
        return words

    def command(self) -> ast.Command:
        """The command; an empty one where the text has none."""
        opening = self.of("JSON_OPEN")
        if opening:
            start, end = _start(opening[0]), _end(self.tokens[-1])
            words = tuple(_decoded(self.text(token)) for token in self.of("STRING"))
            return ast.Command(start=start, end=end, form="exec", text=self._joined(start, end), words=words)
        shell = self.of("TEXT", "CHECK_TEXT")
        start = _start(shell[0]) if shell else self.statement.end
        self.refuse_json(start)
        return ast.Command(start=start, end=self.statement.end, form="shell", text=self._joined(start))

    def refuse_json(self, start: int) -> None:
        """Raise Problem where the rest of the line is a JSON array, yet not one of strings."""
        rest = self._joined(start)
        if is_wrong_array(rest):
            raise Problem(_STRINGS_ONLY, start, by_parser=True)

    def missing(self, what: str) -> Problem:
        """The problem of an instruction that ends too early."""
        return Problem(f"{self.name.upper()} has no {what}: {USAGE[self.name]}", self.statement.end)

    def _joined(self, start: int, end: int | None = None) -> str:
        return self.statement.line.joined(start, self.statement.end if end is None else end)


def build(parts: Parts) -> ast.Instruction:
    """The node of a statement that has no problem yet. Raises Problem: what BuildKit's parser refuses before wrong flags."""
    if parts.flag_problem is not None:
        raise parts.flag_problem
    try:
        node = _BUILDERS[parts.name](parts)
    except Problem as problem:
        if not problem.by_parser:
            _check_flags(parts)
        raise
    _check_flags(parts)
    return node


def _check_flags(parts: Parts) -> None:
    if parts.name != "healthcheck" or not parts.of("NONE"):
        check_flags(parts.name, parts.common["flags"])


def _from(parts: Parts) -> ast.From:
    names = parts.of("STAGE_NAME")
    stage = parts.word(names[0]) if names else None
    if stage and not _STAGE_NAME.fullmatch(stage.text.lower()):
        advice = "begin with a letter, go on with letters, digits, '-', '_' and '.'"
        raise Problem(f"{stage.text!r} cannot name a stage: {advice}", stage.start)
    return ast.From(**parts.common, image=parts.word(parts.of("IMAGE")[0]), stage_name=stage)


def _run(parts: Parts) -> ast.Run:
    return ast.Run(**parts.common, command=parts.command(), heredocs=parts.heredocs)


def _cmd(parts: Parts) -> ast.Cmd:
    return ast.Cmd(**parts.common, command=parts.command())


def _entrypoint(parts: Parts) -> ast.Entrypoint:
    return ast.Entrypoint(**parts.common, command=parts.command())


def _shell(parts: Parts) -> ast.Shell:
    command = parts.command()
    if command.form == "shell" and command.text:
        raise Problem(f"SHELL takes JSON only: {USAGE['shell']}", command.start)
    if not command.words:
        raise parts.missing("program")
    return ast.Shell(**parts.common, words=command.words)


def _transfer(parts: Parts) -> dict[str, Any]:
    """The fields that COPY and ADD share."""
    words = parts.words()
    if len(words) < 2:
        raise parts.missing("source and destination" if not words else "destination")
    if is_opener(words[-1].text):
        raise Problem("the destination cannot be a heredoc: add a path after it", words[-1].start)
    return parts.common | {
        "sources": words[:-1],
        "destination": words[-1],
        "json_form": parts.statement.json_form,
        "heredocs": parts.heredocs,
    }


def _copy(parts: Parts) -> ast.Copy:
    return ast.Copy(**_transfer(parts))


def _add(parts: Parts) -> ast.Add:
    return ast.Add(**_transfer(parts))


def _pairs(parts: Parts) -> dict[str, Any]:
    """The fields that ENV and LABEL share."""
    legacy = parts.of("LEGACY_KEY")
    if legacy:
        value = parts.of("LEGACY_VALUE")[0]
        pairs: tuple[ast.KeyValuePair, ...] = (
            ast.KeyValuePair(
                start=_start(legacy[0]), end=_end(value), key=parts.text(legacy[0]), value=parts.text(value)
            ),
        )
    else:
        pairs = tuple(_pair(parts, token) for token in parts.of("PAIR"))
    return parts.common | {"pairs": pairs, "legacy": bool(legacy)}


def _pair(parts: Parts, token: Token) -> ast.KeyValuePair:
    """``key=value``, or ``key`` alone (of ARG)."""
    text = parts.text(token)
    if _end(token) == parts.statement.end and _ends_in_escape(text, parts.escape):
        text = text[:-1]
    key, equals, value = text.partition("=")
    if equals and not key:
        raise Problem(f"{parts.name.upper()} has an empty name: write NAME=VALUE", _start(token))
    return ast.KeyValuePair(start=_start(token), end=_end(token), key=key, value=value if equals else None)


def _ends_in_escape(text: str, escape: str) -> bool:
    """Whether a word ends in an escape character that nothing follows; in single quotes it is a character as any other."""
    quote = ""
    characters = iter(text)
    for character in characters:
        if character == escape and quote != "'":
            if next(characters, "") == "":
                return True
        elif character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
    return False


def _env(parts: Parts) -> ast.Env:
    return ast.Env(**_pairs(parts))


def _label(parts: Parts) -> ast.Label:
    return ast.Label(**_pairs(parts))


def _arg(parts: Parts) -> ast.Arg:
    pairs = tuple(_pair(parts, token) for token in parts.of("NAME"))
    if not pairs:
        raise parts.missing("name")
    return ast.Arg(**parts.common, pairs=pairs)


def _expose(parts: Parts) -> ast.Expose:
    ports = tuple(parts.word(token) for token in parts.of("WORD"))
    if not ports:
        raise parts.missing("port")
    return ast.Expose(**parts.common, ports=ports)


def _volume(parts: Parts) -> ast.Volume:
    paths = parts.words()
    empty = next((path for path in paths if not path.text.strip()), None)
    if not paths:
        raise parts.missing("path")
    if empty:
        raise Problem("VOLUME has an empty path: write one, or remove the quotes", empty.start)
    return ast.Volume(**parts.common, paths=paths, json_form=parts.statement.json_form)


def _argument(parts: Parts, what: str) -> ast.Word:
    """The rest of the line as one word."""
    texts = parts.of("TEXT")
    if not texts:
        raise parts.missing(what)
    return parts.word(texts[0])


def _user(parts: Parts) -> ast.User:
    return ast.User(**parts.common, user=_argument(parts, "name"))


def _workdir(parts: Parts) -> ast.Workdir:
    return ast.Workdir(**parts.common, path=_argument(parts, "path"))


def _stopsignal(parts: Parts) -> ast.StopSignal:
    return ast.StopSignal(**parts.common, signal=_argument(parts, "signal"))


def _maintainer(parts: Parts) -> ast.Maintainer:
    return ast.Maintainer(**parts.common, name=_argument(parts, "name").text)


def _healthcheck(parts: Parts) -> ast.HealthCheck:
    if parts.of("NONE"):
        return ast.HealthCheck(**parts.common)
    if not parts.of("CMD"):
        raise parts.missing("command")
    command = parts.command()
    if not command.words and (command.form == "exec" or not command.text):
        raise parts.missing("command")
    return ast.HealthCheck(**parts.common, command=command)


_BUILDERS: dict[str, Callable[[Parts], ast.Instruction]] = {
    "from": _from,
    "run": _run,
    "cmd": _cmd,
    "entrypoint": _entrypoint,
    "shell": _shell,
    "copy": _copy,
    "add": _add,
    "env": _env,
    "label": _label,
    "arg": _arg,
    "expose": _expose,
    "volume": _volume,
    "user": _user,
    "workdir": _workdir,
    "stopsignal": _stopsignal,
    "maintainer": _maintainer,
    "healthcheck": _healthcheck,
}


def _start(token: Token) -> int:
    return token.start_pos or 0


def _end(token: Token) -> int:
    return token.end_pos or 0


def _decoded(text: str) -> str:
    """The value of a JSON string; half a surrogate pair becomes U+FFFD, as in Go."""
    if "\\" not in text:
        return text[1:-1]
    return _SURROGATE.sub("\ufffd", json.loads(text))
