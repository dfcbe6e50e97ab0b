"""Dockerfiles as trees: ``parse`` gives a ``Dockerfile`` for any text, losslessly.

Names are looked up on first use, so that importing this package costs neither pydantic nor lark.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from restow.syntax.ast import (
        Add,
        Arg,
        Cmd,
        Command,
        Comment,
        Copy,
        Directive,
        Dockerfile,
        Entrypoint,
        Env,
        Expose,
        Flag,
        From,
        HealthCheck,
        Heredoc,
        Instruction,
        InstructionNode,
        Invalid,
        KeyValuePair,
        Label,
        Maintainer,
        Node,
        Onbuild,
        Run,
        Shell,
        StopSignal,
        Token,
        User,
        Volume,
        Word,
        Workdir,
    )
    from restow.syntax.parser import parse, parse_file
    from restow.syntax.words import Expansion, WordError, expand_word, expand_words

__all__ = [
    "Add",
    "Arg",
    "Cmd",
    "Command",
    "Comment",
    "Copy",
    "Directive",
    "Dockerfile",
    "Entrypoint",
    "Env",
    "Expansion",
    "Expose",
    "Flag",
    "From",
    "HealthCheck",
    "Heredoc",
    "Instruction",
    "InstructionNode",
    "Invalid",
    "KeyValuePair",
    "Label",
    "Maintainer",
    "Node",
    "Onbuild",
    "Run",
    "Shell",
    "StopSignal",
    "Token",
    "User",
    "Volume",
    "Word",
    "WordError",
    "Workdir",
    "expand_word",
    "expand_words",
    "parse",
    "parse_file",
]

_WORDS = frozenset({"Expansion", "WordError", "expand_word", "expand_words"})


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "parser" if name in ("parse", "parse_file") else "words" if name in _WORDS else "ast"
    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value
