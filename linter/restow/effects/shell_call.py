"""The words of ``sh -c script``: options, the script, and its parameters (POSIX, "sh"; bash(1), "Invocation")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from restow.effects.effect import SYMBOLIC
from restow.errors import UnknownEffect

SHELLS = ("sh", "bash", "dash", "ash")
_LETTERS = frozenset("euxco")
_NAMES = ("pipefail", "errexit", "nounset", "xtrace")


@dataclass(frozen=True, slots=True)
class ShellCall:
    """A shell that is given its script as a word: the options as written, and ``$0``, ``$1`` and so on."""

    options: tuple[str, ...]
    script: str
    parameters: tuple[str, ...]


def read_shell_call(words: Sequence[str]) -> ShellCall | None:
    """The call that ``words`` make; None where no option ``-c`` is among them.

    Raises UnknownEffect for an option that makes another shell of it: a login shell, an interactive one, any that is not known.
    """
    program, options, has_script, rest = words[0], list[str](), False, list(words[1:])
    while rest and rest[0][:1] in ("-", "+"):
        word = rest.pop(0)
        options.append(word)
        if word in ("-", "--"):
            break
        _check_option(program, word)
        has_script |= word.startswith("-") and "c" in word
        for letter in word[1:]:
            if letter == "o":
                name = rest.pop(0) if rest else ""
                if name not in _NAMES:
                    raise UnknownEffect(f"the option {word} {name} of {program} is not modelled".replace(SYMBOLIC, "$"))
                options.append(name)
    if not has_script:
        return None
    if not rest:
        raise UnknownEffect(f"{program} -c lacks its script")
    if SYMBOLIC in rest[0]:
        raise UnknownEffect(f"the script given to {program} -c is not known before the build")
    return ShellCall(tuple(options), rest[0], tuple(rest[1:]))


def _check_option(program: str, word: str) -> None:
    if word == "--login" or (not word.startswith("--") and "l" in word):
        raise UnknownEffect(
            f"{program} {word} is a login shell: /etc/profile and the user's .bash_profile or .profile run first, and may "
            "set and run anything"
        )
    if not word.startswith("--") and "i" in word:
        raise UnknownEffect(f"{program} {word} is an interactive shell, which runs the user's .bashrc first")
    if word.startswith("--") or not set(word[1:]) <= _LETTERS:
        raise UnknownEffect(f"the option {word.partition('=')[0].replace(SYMBOLIC, '$')} of {program} is not modelled")


def tells_bash(variables: Mapping[str, str], dialect: str) -> bool:
    """Whether one of the variables makes bash run something first, or take a script another way (bash(1)).

    What is called ``sh`` may be bash, too, which then runs no file that ``BASH_ENV`` names.
    """
    prompt = variables.get("PS4", "")
    names = {"SHELLOPTS", "BASHOPTS", "BASH_XTRACEFD", *(("BASH_ENV", "POSIXLY_CORRECT") if dialect == "bash" else ())}
    return bool({"$", "`"} & set(prompt)) or any(name in names or name.startswith("BASH_FUNC_") for name in variables)
