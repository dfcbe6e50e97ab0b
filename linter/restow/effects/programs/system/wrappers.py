"""Programs that start another one: sudo, su, gosu, su-exec, env, nice, ionice, nohup, time, timeout, eatmydata, xargs and others.

The command inside is looked through, by its own model. ``sudo`` may keep the variables or take them away (``env_reset``,
``env_keep`` and ``secure_path`` of its settings), and the home directory may be that of either user: the effect is that of
all these cases together. ``nohup`` writes a file only at a terminal, which a build is not. ``xargs`` may start its command
never, once or often; the words that it adds are not known, so a command that takes them for paths is not either.

Priors (own estimates): what the command inside costs.
"""

from __future__ import annotations

from dataclasses import replace

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.nested import effect_within, joined
from restow.effects.options import read_options
from restow.effects.ownership import ACCOUNTS
from restow.effects.places import TOOLCHAIN, toolchain
from restow.effects.surroundings import put_by_build
from restow.errors import UnknownEffect
from restow.vfs import Region

_FLAGS = {
    "sudo": "-E -H -n -S -k --preserve-env --set-home --non-interactive --stdin",
    "env": "-i --ignore-environment -",
    "ionice": "-t",
    "time": "-p -v",
    "timeout": "--preserve-status --foreground",
    "xargs": "-r --no-run-if-empty -t --verbose -0 --null -x -rt -tr -0r -r0",
}
_VALUED = {
    "sudo": "-u --user -g --group",
    "nice": "-n --adjustment",
    "ionice": "-c -n",
    "timeout": "-k --kill-after -s --signal",
    "env": "-u --unset",
    "stdbuf": "-i -o -e",
    "xargs": "-n -L -P -d -I --max-args --max-lines --max-procs --delimiter",
}
_OPERANDS = {"timeout": 1, "setarch": 1, "gosu": 1, "su-exec": 1}
"""How many operands come before the command."""
_SHELLS = ("/bin/sh", "/bin/bash", "sh", "bash", "/bin/ash")
_PLAIN_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _./:@%+,=-")
"""What no shell gives a meaning of its own."""
_LOGIN = Region(
    ("/etc/pam.d", "/etc/security", "/etc/environment", "/etc/login.defs", "/etc/default/su", "/etc/shells")
)
_PROFILES = (".zshenv", ".cshrc", ".tcshrc", ".config/fish", ".pam_environment")
"""What other shells than those above read at every start, where one is the user's (zsh(1), tcsh(1), fish(1)); pam_env(8)."""
_ADDED = f"{SYMBOLIC}words of xargs{SYMBOLIC}"
_KEPT = ("PATH", "LANG", "LANGUAGE", "TERM", "*_proxy", "*_PROXY")


def effect(call: Invocation) -> Effect:
    """Of one wrapper: what the command inside does, and the reading of accounts and settings."""
    if call.name == "command" and call.argv[1:2] in (("-v",), ("-V",)):
        return Effect(reads=(*toolchain(call), ACCOUNTS), environment=("PATH",))
    if call.name in ("gosu", "su-exec") and call.argv[1:] in (("--version",), ("--help",)):
        return Effect(reads=(TOOLCHAIN,), environment=("PATH",))
    if call.name == "su":
        return _switched(call)
    given, rest = _split(call)
    options = {name: values[-1] for name, values in given.items()}
    before, argv = rest[: _OPERANDS.get(call.name, 0)], rest[_OPERANDS.get(call.name, 0) :]
    if call.name in ("sudo", "gosu", "su-exec"):
        user = before[0] if before else (options.get("-u") or options.get("--user") or "root")
        return _as_user(call, argv, user)
    if call.name == "xargs":
        return _for_each(call, argv, options)
    if call.name == "env":
        return _with_variables(call, argv, given)
    found = effect_within(call, argv)
    return replace(found, reads=(*found.reads, TOOLCHAIN))


def _split(call: Invocation) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Options (each with its values), and the words from the first operand on."""
    flags, valued = _FLAGS.get(call.name, "").split(), _VALUED.get(call.name, "").split()
    rest, found = list(call.argv[1:]), dict[str, list[str]]()
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        name, equals, given = word.partition("=")
        if word == "--":
            break
        if name in valued or word[:2] in valued:
            attached = given if equals else "" if name in valued else word[2:]
            if not attached and not rest:
                raise UnknownEffect(f"{call.name} {word} lacks its value")
            key, given = name if name in valued else word[:2], attached or rest.pop(0)
            found.setdefault(key, []).append(given)
        elif word in flags or (call.name == "nice" and word[1:].isdigit()):
            found.setdefault(name, []).append(given)
        else:
            raise UnknownEffect(f"the option {name.replace(SYMBOLIC, '$')} of {call.name} is not modelled")
    return found, tuple(rest)


def _with_variables(call: Invocation, argv: tuple[str, ...], options: dict[str, list[str]]) -> Effect:
    """``env [-i] [-u NAME] [NAME=value ...] [command ...]``: every variable counts."""
    cleared = any(name in options for name in ("-i", "--ignore-environment", "-"))
    environment = {} if cleared else dict(call.environment)
    taken = (*options.get("-u", ()), *options.get("--unset", ()))
    if any(SYMBOLIC in name for name in taken):
        raise UnknownEffect("env takes a variable away whose name is not known")
    environment = {name: value for name, value in environment.items() if name not in taken}
    while argv and "=" in argv[0]:
        name, _, value = argv[0].partition("=")
        if SYMBOLIC in name:
            raise UnknownEffect("env sets a variable whose name is not known")
        environment[name], argv = value, argv[1:]
    if not argv:
        return Effect(reads=(TOOLCHAIN,), environment=None)
    found = effect_within(call, argv, environment=environment)
    return replace(found, reads=(*found.reads, TOOLCHAIN), environment=None)


def _for_each(call: Invocation, argv: tuple[str, ...], options: dict[str, str]) -> Effect:
    """``xargs command``: with words that are not known at the end, or in the place that ``-I`` names; perhaps without."""
    mark = options.get("-I")
    argv = argv or ("echo",)
    if mark and SYMBOLIC not in mark:
        words = tuple(word.replace(mark, _ADDED) for word in argv)
        if words[0] != argv[0]:
            raise UnknownEffect("the name of a program depends on a value that is not known")
        cases = [effect_within(call, words)]
    else:
        cases = [effect_within(call, (*argv, _ADDED))]
    found = joined(*cases)
    return replace(found, reads=(*found.reads, TOOLCHAIN))


def _switched(call: Invocation) -> Effect:
    """``su [-m] [-s shell] user -c 'command'``, of a command that every shell reads alike. A login shell reads profiles first."""
    arguments = read_options(
        call.argv, flags=["-m", "-p", "--preserve-environment"], valued=["-c", "--command", "-s", "--shell"]
    )
    commands, shells = arguments.values("-c", "--command"), arguments.values("-s", "--shell")
    user = (*arguments.operands, "root")[0]
    folders = {call.home, "/root", f"/home/{user}"}
    candidates = [f"{folder}/{name}" for folder in sorted(folders) for name in _PROFILES]
    profiles = [path for path in candidates if put_by_build(call, path)]
    named = any(name in call.environment for name in ("BASH_ENV", "ZDOTDIR"))
    if "-" in arguments.operands or named or profiles:
        raise UnknownEffect("su whose shell runs settings of its own first is not modelled")
    if len(commands) != 1 or len(arguments.operands) > 1 or any(each not in _SHELLS for each in shells):
        raise UnknownEffect("this use of su is not modelled")
    if not set(commands[0]) <= _PLAIN_CHARACTERS:
        raise UnknownEffect("su with a command that shells may read in different ways is not modelled")
    argv = tuple(commands[0].split())
    if not argv or "=" in argv[0]:
        raise UnknownEffect("su without a command")
    found = _as_user(call, argv, user)
    return replace(found, reads=(*found.reads, _LOGIN))


def _as_user(call: Invocation, argv: tuple[str, ...], user: str) -> Effect:
    if SYMBOLIC in user:
        raise UnknownEffect(f"the user given to {call.name} is not known")
    given: dict[str, str] = {}
    while call.name == "sudo" and argv and "=" in argv[0]:
        name, _, value = argv[0].partition("=")
        given[name], argv = value, argv[1:]
    if any(SYMBOLIC in name for name in given):
        raise UnknownEffect("sudo sets a variable whose name is not known")
    root = user.split(":", maxsplit=1)[0] in ("root", "0", "")
    home = {"HOME": "/root" if root else f"/home/{user.split(':', maxsplit=1)[0]}"}
    plain = {name: value for name, value in call.environment.items() if name in _KEPT}
    cases = [dict(call.environment), {**call.environment, **home}]
    if call.name == "sudo":
        cases += [plain | home]
    without_home = {name: value for name, value in call.environment.items() if name != "HOME"}
    effects = [effect_within(call, argv, user=user, environment=case | given) for case in (*cases, without_home)]
    found = joined(*effects)
    listened = found.environment
    if not root and "HOME" not in given and (listened is None or "HOME" in listened):
        raise UnknownEffect(f"{argv[0]} looks into the home directory of {user}, which is not known")
    settings = Region(
        ("/etc/sudoers", "/etc/sudoers.d", "/etc/sudo.conf", "/etc/pam.d", "/etc/security", "/etc/environment")
    )
    more = (Region(("/run/sudo", "/var/run/sudo", "/var/lib/sudo", "/var/db/sudo")),) if call.name == "sudo" else ()
    return replace(
        found,
        reads=(*found.reads, ACCOUNTS, TOOLCHAIN, *((settings,) if call.name == "sudo" else ()), *more),
        writes=(*found.writes, *more),
        environment=None,
    )
