"""sed: it reads its files, and with ``-i`` writes them. A script that names files of its own (``w``, ``r``) is not modelled."""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.options import read_options
from restow.errors import UnknownEffect
from restow.vfs import Region

_FLAGS = (
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
)


def effect(call: Invocation) -> Effect:
    """Of ``sed [options] script file...``."""
    argv = tuple(
        "-i" if word.startswith(("-i", "--in-place")) and word not in ("-iE", "-ie") else word for word in call.argv
    )
    if "-ie" in argv:
        raise UnknownEffect("sed -ie keeps a backup whose name is easily mistaken; write -i -e")
    suffixes = [word for word in call.argv if word.startswith("-i") and word not in ("-i", "-iE")]
    arguments = read_options(argv, flags=_FLAGS, valued=["-e", "-f", "--expression", "--file"])
    scripts = [*arguments.values("-e", "--expression")] or list(arguments.operands[:1])
    files = arguments.operands[0 if arguments.has("-e", "--expression") else 1 :]
    if arguments.has("-f", "--file") or suffixes or not all(map(_plain, scripts)):
        raise UnknownEffect(
            "a sed script that is read from a file, keeps backups, or may read and write files is not modelled"
        )
    if any(character in file for file in files for character in ("*", "?", "[", SYMBOLIC)):
        raise UnknownEffect("the files that sed works on are not all known by name")
    region = Region(tuple(map(call.path, files)))
    if any(call.entry(file) != call.path(file) for file in files):
        raise UnknownEffect("sed that replaces a symbolic link is not modelled")
    writes = (region,) if arguments.has("-i", "--in-place") else ()
    return Effect(reads=(region,), writes=writes, environment=("PATH", "LANG", "LC_*", "POSIXLY_CORRECT", "COLS"))


def _plain(script: str) -> bool:
    """Whether a script is one substitution or deletion without the commands and flags that touch files or run programs."""
    body = script.strip()
    if SYMBOLIC in body[:2] or "\n" in body or not body:
        return False
    at = body.find("s") if body[0] in "/0123456789$\\" else 0
    if body[at : at + 1] == "s" and len(body) > at + 1:
        parts = body[at + 2 :].replace("\\" + body[at + 1], "").split(body[at + 1])
        return len(parts) == 3 and set(parts[2]) <= set("gIip0123456789")
    return body[-1] in "dp" and (body[:-1].isdigit() or (body[0] == "/" and body.count("/") == 2 and body[-2] == "/"))
