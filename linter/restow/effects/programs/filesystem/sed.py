"""sed: it reads its files, and with ``-i`` writes them. A script that names files of its own (``w``, ``r``) is not modelled.

With ``-i`` the file is replaced by a new one, so a symbolic link that stands in its place becomes a file; the file that it
leads to stays. A suffix keeps the old file beside it.

Priors (own estimates): 0.1 s; no bytes.
"""

from __future__ import annotations

from restow.effects.effect import PLAIN, SYMBOLIC, Effect, Invocation
from restow.effects.operands import places, readable
from restow.effects.options import read_options
from restow.effects.sed_script import only_edits
from restow.errors import UnknownEffect
from restow.vfs import Region

_FLAGS = (
    *(
        "-i",
        "-E",
        "-r",
        "-n",
        "-s",
        "-z",
        "-u",
        "--in-place",
        "--regexp-extended",
        "--quiet",
        "--silent",
        "--null-data",
    ),
    *("--separate", "--unbuffered", "--posix", "--debug", "--sandbox", "--follow-symlinks"),
)
_VARIABLES = ("PATH", "LANG", "LC_*")


def effect(call: Invocation) -> Effect:
    """Of ``sed [options] script file...``."""
    argv, suffix = _without_suffix(call.argv)
    arguments = read_options(argv, flags=_FLAGS, valued=["-e", "-f", "--expression", "--file", "-l"])
    given = arguments.values("-e", "--expression")
    named = arguments.values("-f", "--file")
    scripts = ["\n".join(given)] if given else [] if named else list(arguments.operands[:1])
    scripts += [call.text(call.path(name)) or "" for name in named]
    files = arguments.operands[0 if given or named else 1 :]
    for script in scripts:
        only_edits(_settled(call, script))
    if not arguments.has("-i", "--in-place"):
        return Effect(reads=readable(call, *files, *named), environment=_VARIABLES)
    found = places(call, *files)
    kept = tuple(path + suffix for path in found) if suffix else ()
    region = Region((*found, *kept))
    return Effect(reads=(region, *readable(call, *named)), writes=(region,), environment=_VARIABLES)


def _without_suffix(argv: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The words with a plain ``-i``, and the suffix that was attached to it."""
    words, suffix = [argv[0]], ""
    for at, word in enumerate(argv[1:], start=1):
        if word == "--":
            words += argv[at:]
            break
        head, mark, tail = word.partition("i")
        short = word.startswith("-") and not word.startswith("--") and mark and set(head[1:]) <= set("Ernsuz")
        if short or word.startswith("--in-place="):
            given = word.partition("=")[2] if word.startswith("--") else tail
            if set(given) & set("*/" + SYMBOLIC) or given in ("e", "n", "r", "E"):
                raise UnknownEffect(
                    "sed -i with letters behind it keeps a backup whose name is easily mistaken; write -i -e"
                )
            suffix = given or suffix
            words += [f"{head if short else '-'}i"]
        else:
            words.append(word)
    return tuple(words), suffix


def _settled(call: Invocation, script: str) -> str:
    """The script with a plain word for each value that is not known: it is assumed to hold no commands."""
    if SYMBOLIC not in script:
        return script
    parts = script.split(SYMBOLIC)
    if not parts[0].strip() or parts[0].rstrip()[-1] in ";{}\n":
        raise UnknownEffect("a sed script that depends on a value that is not known")
    call.assume(PLAIN)
    return "x".join(parts[::2])
