"""Shells that another program starts (``sudo sh -c '...'``), commands of a shell that stand alone, and make.

What a RUN's own shell starts is followed where the shell's state is known; here the script is read as plain commands in a
row. ``make`` is not modelled by design.

Priors (own estimates): what the commands of the script cost together.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.nested import effect_within
from restow.effects.places import TOOLCHAIN
from restow.effects.shell_call import read_shell_call
from restow.effects.shell_script import script_effect
from restow.errors import UnknownEffect


def effect(call: Invocation) -> Effect:
    """Of one of them."""
    if call.name in ("make", "gmake"):
        if call.argv[1:] in (("--version",), ("-v",), ("--help",)):
            return Effect(reads=(TOOLCHAIN,), environment=("PATH", "LANG", "LC_*", "MAKEFLAGS"))
        raise UnknownEffect(f"{call.name} runs what the Makefile says, which may read and write everything")
    if call.name == "exec":
        if call.argv[1:2] and not call.argv[1].startswith("-"):
            return effect_within(call, call.argv[1:])
        raise UnknownEffect("exec with redirections alone, or with options, changes the shell that goes on")
    if call.name == "export":
        return _export(call)
    if call.name == "set":
        raise UnknownEffect("set changes how the commands after it run, which only the shell around it tells")
    if call.argv[1:] == ("--version",) and call.name == "bash":
        return Effect(reads=(TOOLCHAIN,), environment=("PATH", "LANG", "LC_*"))
    given = read_shell_call(call.argv)
    if given is None:
        raise UnknownEffect(_unread(call))
    return script_effect(call, given)


def _export(call: Invocation) -> Effect:
    """``export NAME=value ...``: nothing is read or written, and the commands after it see the variables."""
    names = [word.partition("=")[0] for word in call.argv[1:]]
    if not names or not all(name.isidentifier() for name in names):
        raise UnknownEffect("this use of export is not modelled")
    return Effect(environment=tuple(names), seconds=0.0, sets=tuple(names))


def _unread(call: Invocation) -> str:
    """Why a shell without ``-c`` is not looked through."""
    script = next((word for word in call.argv[1:] if not word.startswith(("-", "+"))), "")
    if script and SYMBOLIC not in script:
        return f"{call.name} runs the script {script}, whose text is not at hand or not followed here"
    return f"{call.name} runs a script that it is given as its input, or whose name is not known"
