"""Programs that write nothing and name few files: echo, printf, true, test, which, uname, date and their like.

What they print goes where the shell redirects it; that is the shell's effect, not theirs. Their inputs count as read.

Priors (own estimates): 0.1 s, of ``sleep`` what it says; no bytes.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.operands import readable
from restow.effects.places import toolchain
from restow.errors import UnknownEffect
from restow.vfs import Region

_SILENT = frozenset(["echo", "printf", "true", ":", "false", "exit", "sleep", "pwd"])
_MACHINE = frozenset(["uname", "nproc", "id", "whoami", "arch", "hostname", "date", "which", "type"])
_OF_ONE_FILE = frozenset(f"-{letter}" for letter in "abcdefghkprsuwxGLNOS")
_OF_TWO_FILES = frozenset(("-nt", "-ot", "-ef"))


def effect(call: Invocation) -> Effect:
    """Nothing is written; the files that a test looks at are read."""
    name = call.name
    if name == "printf" and call.argv[1:2] == ("-v",):
        raise UnknownEffect("printf -v sets a variable, which is not followed")
    if name in _SILENT:
        whole = name == "sleep" and call.argv[1:2] and call.argv[1].isdigit()
        return Effect(seconds=float(call.argv[1]) if whole else 0.0)
    if name == "umask":
        if call.argv[1:] not in ((), ("022",), ("0022",), ("22",), ("-S",)):
            raise UnknownEffect("umask changes the modes of all later files")
        return Effect()
    if name in _MACHINE:
        if name == "date" and any(word.startswith(("-s", "--set", SYMBOLIC)) for word in call.argv[1:]):
            raise UnknownEffect("date that sets the clock is not modelled")
        account = Region(("/etc/passwd", "/etc/group", "/etc/localtime", "/etc/hostname"))
        named = [word.partition("=")[2] for word in call.argv[1:] if name == "date" and word.startswith("--reference=")]
        named += [
            after for word, after in zip(call.argv, call.argv[1:], strict=False) if name == "date" and word == "-r"
        ]
        return Effect(
            reads=(*toolchain(call), account, *readable(call, *named)), environment=("PATH", "TZ", "LANG", "LC_*")
        )
    if any(word in ("-nt", "-ot") for word in call.argv):
        raise UnknownEffect(f"{name} by time depends on more than the content of an image")
    return Effect(reads=_tested(call), environment=("PATH", "LANG", "LC_*"))


def _tested(call: Invocation) -> tuple[Region, ...]:
    """The files that ``test`` looks at; everything where nobody knows which word is an operator."""
    if call.name == "[[":
        return (Region.everything(),)
    words = [word for word in (call.argv[1:-1] if call.name == "[" else call.argv[1:]) if word not in ("!", "(", ")")]
    pieces: list[list[str]] = [[]]
    for word in words:
        if word in ("-a", "-o") and pieces[-1]:
            pieces.append([])
        else:
            pieces[-1].append(word)
    found: list[str] = []
    for piece in pieces:
        if len(piece) == 2 and SYMBOLIC not in piece[0]:
            found += piece[1:] if piece[0] in _OF_ONE_FILE else []
        elif len(piece) == 3 and SYMBOLIC not in piece[1]:
            found += (piece[0], piece[2]) if piece[1] in _OF_TWO_FILES else ()
        elif len(piece) > 1:
            return (Region.everything(),)
    return readable(call, *found)
