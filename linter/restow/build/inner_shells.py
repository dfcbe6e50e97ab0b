"""Shells that a command of the shell starts: ``sh -c 'script'``, ``sh script`` and ``./script`` where its text is at hand.

Their commands run as in a subshell that has the exported variables only (POSIX, "sh"). A script is itself read; its ``$1`` and so
on are its own. Which interpreter runs ``./script``, and with which options, its first line says (execve(2)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from restow.build.shell_text import SET_OPTIONS, check_program, exits_on_error
from restow.build.sourcing import DEEPEST, read_entry, script_of
from restow.effects.declared import declaration_for
from restow.effects.shell_call import ShellCall, read_shell_call, tells_bash
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known
from restow.shell import shell_name
from restow.vfs import File, digest_of, join

if TYPE_CHECKING:
    from restow.build.shell import ShellRun

SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash", "dash", "ash")
_INTERPRETERS = ("/bin/sh", "/bin/bash", "/usr/bin/sh", "/usr/bin/bash", "/bin/dash", "/bin/ash")
_ENV = ("/usr/bin/env sh", "/usr/bin/env bash")


@dataclass(frozen=True, slots=True)
class ScriptFile:
    """A script at hand: the path as written, the program that runs it, its options, and what becomes ``$1`` and so on."""

    written: str
    interpreter: str
    options: tuple[str, ...]
    parameters: tuple[str, ...]


def script_file(shell: ShellRun, words: Sequence[str]) -> ScriptFile | None:
    """The script that a command runs; None for any other command, where no file of the build stands there, and where a word is
    matched against files.

    Raises UnknownEffect for a script whose first line is not understood, or that may not be executed.
    """
    declared = shell.build.context.declared if shell.build.context is not None else ()
    if shell.patterns or not is_known(words[0]) or (declared and declaration_for(tuple(words), declared)):
        return None
    if words[0] in SHELLS:
        at = next((at for at, word in enumerate(words[1:], 1) if word[:1] not in ("-", "+")), len(words))
        options = tuple(words[1:at])
        operand = words[at] if at < len(words) else ""
        if not operand or not _plain_options(options) or _text(shell, operand) is None:
            return None
        return ScriptFile(operand, words[0], options, tuple(words[at + 1 :]))
    text = _text(shell, words[0]) if "/" in words[0] else None
    if text is None or not text.startswith("#!"):
        return None
    line = text.partition("\n")[0][2:].strip()
    interpreter, _, option = (line.split()[1], "", "") if line in _ENV else line.partition(" ")
    options = tuple(filter(None, [option.strip()]))
    if not (line in _ENV or interpreter in _INTERPRETERS) or not _plain_options(options):
        return None
    node = shell.filesystem.lookup(shell.path(words[0]))
    mode = node.attributes.mode if isinstance(node, File) else 0
    if not isinstance(mode, int) or not mode & 0o111:
        raise UnknownEffect(f"{words[0]} may not be executed")
    return ScriptFile(words[0], interpreter, options, tuple(words[1:]))


def _plain_options(options: Sequence[str]) -> bool:
    """Whether a shell takes each as options that are followed; after ``-o`` the name of one would come."""
    return SET_OPTIONS.issuperset(options) and all(word[0] in "-+" and word[-1] != "o" for word in options)


def _text(shell: ShellRun, written: str) -> str | None:
    """The text of a file that the build put there; None where none stands there, or it is not at hand."""
    if not is_known(written) or written.startswith("~") or not is_known(shell.directory):
        return None
    data = shell.read(shell.path(written))
    try:
        return None if data is None else data.decode()
    except UnicodeDecodeError:
        return None


def run_script(shell: ShellRun, script: ScriptFile, decides: bool) -> None:
    """Carry out a script's commands. Raises UnknownEffect where one is not understood, or the file itself may change."""
    path, text = shell.path(script.written), _text(shell, script.written)
    if not (decides and shell.fatal):
        raise UnknownEffect(f"{script.written} may end half-way, and the build goes on")
    if shell.state.user not in ("", "root", "0"):
        raise UnknownEffect(f"whether the user may read {path} is not followed")
    if text is None or "\r" in text or "\0" in text or "BASH_SOURCE" in text:
        raise UnknownEffect(f"{path} is a script of a form that is not followed")
    environment = {name: shell.variables[name] for name in shell.exported & shell.variables.keys()}
    for program in (script.interpreter, "env"):
        met = check_program(shell.filesystem, shell.directory, program, environment, shell.state.root)
        shell.assumptions += [each for each in met if each not in shell.assumptions]
    written = join(shell.directory, script.written)
    shell.apply([read_entry(path, (*shell.filesystem.steps(written), path), needs=(path,))], script.written)
    before, outside = shell.filesystem.lookup(path), shell.context_term
    shell.context_term = digest_of(shell.context_term, "script", written, *script.options)
    numbered = {str(at): value for at, value in enumerate(script.parameters, 1)}
    run_inner(shell, path, text, script.interpreter, decides, options=script.options, parameters=numbered)
    shell.context_term = outside
    after = shell.filesystem.lookup(path)
    if before is None or after is None or before.digest != after.digest:
        raise UnknownEffect(f"{path} may change while it runs")


def started(shell: ShellRun, words: tuple[str, ...], decides: bool) -> bool:
    """Carry out a shell that a command starts; False where it starts none whose script is at hand."""
    if words[0] in SHELLS and (given := script_words(shell, words)) is not None:
        run_words(shell, words[0], given, decides)
        return True
    script = script_file(shell, words)
    if script is not None:
        run_script(shell, script, decides)
    return script is not None


def script_words(shell: ShellRun, words: tuple[str, ...]) -> ShellCall | None:
    """The script that a shell is given as a word; None for a file, and where a word is matched against files, or declared.

    Raises UnknownEffect for a login shell and other options that are not followed.
    """
    declared = shell.build.context.declared if shell.build.context is not None else ()
    if shell.patterns or (declared and declaration_for(words, declared)):
        return None
    return read_shell_call(words) if any(word.startswith("-") and "c" in word for word in words[1:]) else None


def run_words(shell: ShellRun, program: str, given: ShellCall, decides: bool) -> None:
    """``sh -c 'script' name parameters``."""
    numbered = {str(at): value for at, value in enumerate(given.parameters[1:], 1)}
    outside = shell.context_term
    if given.parameters:
        shell.context_term = digest_of(outside, "parameters", *given.parameters)
    what = f"the script given to {program} -c"
    run_inner(shell, what, given.script, program, decides, options=given.options, parameters=numbered)
    shell.context_term = outside


def run_inner(
    shell: ShellRun,
    what: str,
    text: str,
    program: str,
    decides: bool,
    *,
    options: Sequence[str] = (),
    parameters: dict[str, str] | None = None,
) -> None:
    """Run a text in a shell of its own. ``what`` names it in messages; ``parameters`` are ``$1`` and so on, by number."""
    parsed = script_of(what, text, shell_name(program))
    if tells_bash(shell.variables, "bash"):
        raise UnknownEffect(f"{program} may not run {what} as it stands: a variable tells bash so")
    if len(parsed.items) > 1 and not (decides and shell.fatal):
        raise UnknownEffect(f"{what} may end half-way, and the build goes on")
    if shell.depth >= DEEPEST:
        raise UnknownEffect(f"{what} runs within too many others")
    before, outer, settings = shell.shell_state(), shell.text, shell.settings
    shell.text, shell.errexit, shell.settings = text, exits_on_error(options), shell.settings_of((program, *options))
    shell.fatal, shell.depth = shell.fatal and decides, shell.depth + 1
    shell.variables = shell.environment() | (parameters or {})
    body, shell.body = shell.body, parsed
    try:
        shell.script(parsed, decides=decides)
    finally:
        shell.return_to(before)
        shell.body = body
        shell.text, shell.settings, shell.depth = outer, settings, shell.depth - 1
