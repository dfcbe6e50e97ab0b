"""A script given to ``sh -c`` where another program starts the shell: the commands in it as one effect.

Followed are plain commands in a row, in pipelines, ``&&`` and ``||``, with ``cd`` and ``export`` in a row of ``&&`` alone.
Any of the commands may run or not: read and written is what all of them together do. A variable counts with its value, a
pattern with the folder that it is matched in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.nested import effect_within, joined, program_places
from restow.effects.operands import GLOB, folder_of
from restow.effects.places import toolchain
from restow.effects.shell_call import ShellCall, tells_bash
from restow.effects.surroundings import attributes_of
from restow.errors import UnknownEffect
from restow.shell import (
    AndOr,
    Assignment,
    ListItem,
    Literal,
    Node,
    Opaque,
    Pipeline,
    Redirection,
    Script,
    SimpleCommand,
    Variable,
    Word,
    parse_shell,
    read_otherwise,
    walk,
)
from restow.vfs import Region

_SHAPES = (Script, ListItem, AndOr, Pipeline, SimpleCommand, Assignment, Word, Literal, Variable, Redirection)
_MATCHING = frozenset("rm rmdir ls chmod chown chgrp cat du".split())
"""Programs whose models take a pattern for the folder in which it is matched."""
_DEVICES = ("/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty")
_BRACES = re.compile(r"\{[^{}]*(,|\.\.)[^{}]*\}")
_HEARD = (
    *("PATH", "CDPATH", "ENV", "IFS", "PS4", "LANG", "LC_*", "BASH_FUNC_*"),
    *("BASH_ENV", "BASH_XTRACEFD", "SHELLOPTS", "BASHOPTS", "POSIXLY_CORRECT"),
)


@dataclass
class _Run:
    """The shell as the script goes by: ``chained`` says that each command runs only where all before it went well."""

    call: Invocation
    chained: bool
    found: list[Effect] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)


def script_effect(call: Invocation, given: ShellCall) -> Effect:
    """The effect of a shell's script. Raises UnknownEffect, with the reason, for what is not followed in it."""
    if tells_bash(call.environment, "bash"):
        raise UnknownEffect(f"{call.name} may not run its script as it stands: a variable tells bash so")
    if given.parameters:
        raise UnknownEffect(
            f"{call.name} -c with parameters for its script is followed only where RUN itself starts it"
        )
    script = _parsed(call, given.script)
    nodes = list(walk(script))
    operators = [node.operator for node in nodes if isinstance(node, AndOr)]
    piped = any(isinstance(node, Pipeline) for node in nodes)
    run = _Run(call, len(script.items) == 1 and not piped and set(operators) <= {"&&"})
    for node in nodes:
        if isinstance(node, ListItem) and node.separator == "&":
            raise UnknownEffect("a command runs in the background")
        if not isinstance(node, _SHAPES):
            raise UnknownEffect(f"the script given to {call.name} -c is more than plain commands in a row")
    for command in _commands(script):
        _carry_out(run, command, piped)
    _check_programs(run)
    effects = run.found or [Effect()]
    whole = joined(*effects)
    heard = None if whole.environment is None else tuple(dict.fromkeys((*whole.environment, *_HEARD, *run.used)))
    return replace(
        whole,
        reads=(*whole.reads, *toolchain(call)),
        environment=heard,
        seconds=sum(effect.seconds for effect in effects),
        size=sum(effect.size for effect in effects),
    )


def _parsed(call: Invocation, text: str) -> Script:
    parsed = parse_shell(text, 0, len(text), escape="", dialect=call.name)
    if isinstance(parsed, Opaque):
        raise UnknownEffect(f"the script given to {call.name} -c cannot be read: {parsed.reason}")
    if reason := read_otherwise(parsed, call.name):
        raise UnknownEffect(reason)
    return parsed


def _commands(script: Script) -> Iterator[SimpleCommand]:
    """The simple commands, in the order in which they may run."""
    stack: list[Node] = [item.command for item in reversed(script.items)]
    while stack:
        node = stack.pop()
        if isinstance(node, AndOr):
            stack += [node.right, node.left]
        elif isinstance(node, Pipeline):
            stack += reversed(node.commands)
        elif isinstance(node, SimpleCommand):
            yield node


def _carry_out(run: _Run, node: SimpleCommand, piped: bool) -> None:
    call, patterns = run.call, list[str]()
    words = [text for word in node.words for text in _words(run, word, patterns)]
    given = {each.name: _value(run, each.value) for each in node.assignments if not each.append}
    if not words or any(each.append for each in node.assignments):
        raise UnknownEffect(f"a script given to {call.name} -c that sets variables of its own is not followed")
    if words[0] in ("cd", "export"):
        _change_state(run, words, bare=not (given or node.redirections or patterns))
        return
    if words[0] == "set" and all(word in ("-e", "-x", "-u", "-ex", "-eux", "-eu") for word in words[1:]):
        return
    if words[0] == "exit" and not given and not node.redirections:
        return
    if patterns and words[0] not in _MATCHING:
        raise UnknownEffect(f"a pattern given to {words[0]}, in a script of {call.name} -c, is not followed")
    at = len(call.consulted)
    effect = effect_within(call, tuple(words), environment={**call.environment, **given})
    consulted, earlier = call.consulted[at:], run.found
    if any(each.links for each in earlier):
        raise UnknownEffect(f"a script given to {call.name} -c makes a symbolic link before its last command")
    for path in consulted:
        if any(region.covers(path) for each in earlier for region in (*each.writes, Region(each.creates))):
            raise UnknownEffect(f"{path} may be written by another part of the same command")
    if piped and any(region.covers(path) for path in call.consulted for region in effect.writes):
        raise UnknownEffect(f"a pipeline in a script of {call.name} -c writes what another part of it looks at")
    run.found.append(_with_files(run, node, effect, patterns))
    run.programs += program_places(replace(call, argv=tuple(words)))


def _with_files(run: _Run, node: SimpleCommand, effect: Effect, patterns: list[str]) -> Effect:
    """The effect with what redirections open, and the folders of patterns."""
    reads, writes = [run.call.area(folder_of(pattern)) for pattern in patterns], list[str]()
    for one in node.redirections:
        target = _value(run, one.target)
        if one.heredoc is not None or one.operator not in (">", ">>", "<", ">|", ">&", "<&"):
            raise UnknownEffect(f"{one.operator} in a script of {run.call.name} -c is not followed")
        if one.operator in (">&", "<&"):
            if target != "-" and not target.isdigit():
                raise UnknownEffect(f"{one.operator} with something other than a descriptor is not followed")
        elif target not in _DEVICES:
            if not target or any(character in target for character in (*GLOB, " ")) or target.startswith("/dev/"):
                raise UnknownEffect("a redirection to a pattern, or to several words, is not followed")
            (reads if one.operator == "<" else writes).append(run.call.path(target))
    opened = Region((*reads, *writes))
    return replace(effect, reads=(*effect.reads, opened), writes=(*effect.writes, Region(tuple(writes))))


def _change_state(run: _Run, words: list[str], *, bare: bool) -> None:
    """``cd folder`` and ``export name=value``."""
    call = run.call
    if not run.chained or not bare:
        raise UnknownEffect(f"{words[0]} in a script of {call.name} -c is followed only in a row of &&")
    if words[0] == "export":
        pairs = [word.partition("=") for word in words[1:]]
        if not all(equals and name.isidentifier() for name, equals, _ in pairs):
            raise UnknownEffect(f"this use of export in a script of {call.name} -c is not followed")
        call = replace(call, environment={**call.environment, **{name: value for name, _, value in pairs}})
    else:
        if any(each.links for each in run.found):
            raise UnknownEffect(f"a script given to {call.name} -c makes a symbolic link before it changes its folder")
        if len(words) != 2 or words[1].startswith("-") or ".." in words[1].split("/") or "CDPATH" in call.environment:
            raise UnknownEffect("the target of a cd is not known")
        place = call.path(words[1])
        run.found.append(Effect(reads=(attributes_of(place), Region(call.filesystem.steps(place))), seconds=0.0))
        call = replace(call, directory=place)
    run.call = call


def _check_programs(run: _Run) -> None:
    for path in run.programs:
        if any(path in (*region.include, *each.creates) for each in run.found for region in (*each.writes, Region())):
            raise UnknownEffect(f"{path} is a program that another part of the same command may write")


def _words(run: _Run, word: Word, patterns: list[str]) -> list[str]:
    """What a word becomes; a pattern is noted. Raises UnknownEffect where it may split, or shells read it differently."""
    text = _value(run, word)
    bare = "".join(part.text for part in word.parts if isinstance(part, Literal) and not part.quoted)
    quoted = "".join(part.text for part in word.parts if isinstance(part, Literal) and part.quoted)
    if _BRACES.search(bare) or bare.startswith("~") or any(mark in text for mark in ("=~", ":~")):
        raise UnknownEffect("a word with braces or a ~ is not followed")
    for part in word.parts:
        if isinstance(part, Variable) and not part.quoted:
            value = run.call.environment[part.name]
            if not value or any(character in value for character in (*GLOB, " ", "\t", "\n")):
                raise UnknownEffect("a variable that is split, or matched against files, is not followed")
    if any(character in bare for character in GLOB) and not any(character in quoted for character in GLOB):
        patterns.append(text)
    elif any(character in text for character in GLOB):
        raise UnknownEffect("a quoted pattern, in a script given to a shell, is not followed")
    return [text]


def _value(run: _Run, word: Word | None) -> str:
    """The text of a word, with the values of variables that the shell is given."""
    found = ""
    for part in word.parts if word is not None else ():
        if isinstance(part, Literal):
            found += part.text
            continue
        value = run.call.environment.get(part.name) if isinstance(part, Variable) and part.operator is None else None
        if value is None or SYMBOLIC in value or not isinstance(part, Variable) or part.name in _OWN:
            raise UnknownEffect("a value in a script given to a shell is not known")
        run.used.append(part.name)
        found += value
    return found


_OWN = frozenset("PWD OLDPWD PPID UID EUID IFS RANDOM SECONDS LINENO SHLVL HOSTNAME PS4 OPTIND".split())
"""Variables that a shell sets itself."""
