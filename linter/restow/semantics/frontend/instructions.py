"""The checks of single instructions in the variables that are in force at them."""

from __future__ import annotations

from posixpath import join, normpath

from restow.semantics.frontend.errors import Refusal
from restow.semantics.frontend.inputs import Words
from restow.semantics.frontend.transfer import check_transfer
from restow.semantics.frontend.values import read_ports, signal_problem
from restow.semantics.mounts import Mount, read_mount
from restow.source import Span
from restow.syntax.ast import (
    Add,
    Copy,
    Env,
    Expose,
    Flag,
    Instruction,
    Label,
    Run,
    StopSignal,
    User,
    Volume,
    Workdir,
)
from restow.syntax.problem import FieldError


def check_instruction(node: Instruction, words: Words, directory: str | None) -> None:
    """Raise Refusal for the first thing that is wrong with ``node``. ``directory`` is the working directory, None where
    it is not known. Of ARG see ``after_arguments``."""
    match node:
        case Copy() | Add():
            check_transfer(node, words)
        case Run():
            _check_run(node, words, directory)
        case Env() | Label():
            for pair in node.pairs:
                words.expand(pair.key, pair.span)
                words.expand(pair.value or "", pair.span)
        case Expose():
            _check_ports(node, words)
        case Volume():
            for word in node.paths:
                if words.expand(word.text.strip(), word.span) == "":
                    raise Refusal(f"VOLUME has an empty path: {word.text} expands to nothing", word.span)
        case StopSignal():
            signal = words.expand(node.signal.text, node.signal.span)
            if signal is not None and (problem := signal_problem(signal)):
                raise Refusal(problem, node.signal.span)
        case User():
            words.expand(node.user.text, node.user.span)
        case Workdir():
            words.expand(node.path.text, node.path.span)


def _check_ports(node: Expose, words: Words) -> None:
    for word in node.ports:
        for port in words.expand_all(word.text, word.span) or ():
            try:
                read_ports(port)
            except ValueError as error:
                raise Refusal(str(error), word.span) from None


def _check_run(node: Run, words: Words, directory: str | None) -> None:
    mounts = [(read_mount_flag(flag, words), flag) for flag in node.flags if flag.name == "mount"]
    for mount, flag in mounts:
        if mount is not None:
            _check_target(mount, flag.span, directory)
    if node.command.form == "exec" and not node.command.words:
        raise Refusal("RUN has no command: the array is empty", node.command.span)


def read_mount_flag(flag: Flag, words: Words) -> Mount | None:
    """The mount that the flag writes; None where it is not known. Raises Refusal."""
    try:
        return read_mount(flag.value or "", lambda word: words.expand(word, flag.span))
    except FieldError as error:
        raise Refusal(str(error), flag.span) from None


def _check_target(mount: Mount, span: Span, directory: str | None) -> None:
    if mount.type in ("secret", "ssh"):
        return
    if mount.target.startswith("/"):
        whole = mount.target
    elif directory is None:
        return
    else:
        whole = "/" + normpath(join(directory, mount.target)).lstrip("/")
    if whole == "/":
        raise Refusal(f"a {mount.type} mount cannot cover the root directory: write target=PATH", span)
