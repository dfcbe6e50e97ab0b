"""COPY and ADD: modes, checksums and sources, read as BuildKit reads them once their variables are expanded."""

from __future__ import annotations

from restow.semantics.frontend.errors import Refusal
from restow.semantics.frontend.git_reference import read_git_reference
from restow.semantics.frontend.inputs import Words
from restow.semantics.frontend.values import checksum_problem, mode_problem
from restow.source import Span
from restow.syntax.ast import Add, Copy, Flag, Word
from restow.syntax.heredocs import is_opener
from restow.syntax.problem import FieldError


def check_transfer(node: Copy | Add, words: Words) -> None:
    """Raise Refusal for the first thing that is wrong with the instruction."""
    known = {flag.name: flag for flag in node.flags}
    values = {name: _expanded(known.get(name), words) for name in ("chown", "chmod", "checksum")}
    sources = _sources(node, words)
    words.expand(node.destination.text, node.destination.span)
    for body in node.heredocs:
        if body.expand:
            words.expand(body.content, body.span, raw=True)
    mode, chmod = values["chmod"], known.get("chmod")
    if mode and chmod and (problem := mode_problem(mode)):
        raise Refusal(problem, chmod.span)
    checksum = known.get("checksum")
    if checksum and values["checksum"] != "":
        _check_checksum(node, checksum, [text for text, _ in sources])
    for text, word in sources:
        if text is not None:
            _check_source(node, text, word.span, values["checksum"] or "", checksum)


def is_http(text: str) -> bool:
    """Whether ADD downloads ``text`` as a file."""
    return text.startswith(("http://", "https://")) and not _is_git(text)


def _is_git(text: str) -> bool:
    try:
        return read_git_reference(text) is not None
    except FieldError:
        return False


def _expanded(flag: Flag | None, words: Words) -> str | None:
    """The flag's value; empty where there is no flag, None where the value is not known."""
    return "" if flag is None else words.expand(flag.value or "", flag.span)


def _sources(node: Copy | Add, words: Words) -> list[tuple[str | None, Word]]:
    """The sources that are no heredoc, expanded."""
    return [
        (words.expand(word.text, word.span), word)
        for word in node.sources
        if not (node.heredocs and is_opener(word.text))
    ]


def _check_checksum(node: Copy | Add, flag: Flag, sources: list[str | None]) -> None:
    if len(sources) != 1:
        raise Refusal("--checksum goes with one source only", flag.span)
    if sources[0] is not None and not is_http(sources[0]) and not _is_git(sources[0]):
        raise Refusal(f"--checksum of {node.keyword.upper()} needs an address or a git repository", flag.span)


def _check_source(node: Copy | Add, text: str, span: Span, checksum: str, flag: Flag | None) -> None:
    try:
        git = read_git_reference(text)
    except FieldError as error:
        raise Refusal(str(error), span) from None
    copies = isinstance(node, Copy)
    if git is not None and not git.looks_local:
        if copies:
            raise Refusal("COPY takes no git repository: write ADD", span)
        keep = node.flag("keep-git-dir")
        wanted = None if keep is None else (keep.value or "true").lower() == "true"
        if wanted is not None and git.keep_git_dir not in (None, wanted):
            raise Refusal("--keep-git-dir and keep-git-dir= of the source contradict each other", span)
        if checksum and git.checksum and checksum != git.checksum:
            raise Refusal("--checksum and checksum= of the source differ", span)
    elif git is None and text.startswith(("http://", "https://")):
        if copies:
            raise Refusal("COPY takes no address: write ADD", span)
        if checksum and flag is not None and (problem := checksum_problem(checksum)):
            raise Refusal(problem, flag.span)
