"""patch: the files that a patch names, below the working directory or the one that ``-d`` names.

GNU patch refuses names that lead out of that folder (absolute ones, and those with ``..``; manual, "Multiple Patches in a File";
CVE-2015-1196); busybox follows them. Which of the two a base image has is not known, so the patch itself has to be at hand, with
no such name in it, as an argument or behind ``<``. Which files there are is told by the patch, so all below may be read and
written. Prior (own estimates): 0.5 s.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.operands import places, readable
from restow.effects.options import read_options
from restow.effects.places import SCRATCH, TOOLCHAIN
from restow.errors import UnknownEffect
from restow.vfs import Region

_FLAGS = (
    "-N --forward -s --silent --quiet -t --batch -f --force -E --remove-empty-files -u --unified -l --ignore-whitespace "
    "-R --reverse --dry-run -b --backup --binary --verbose -c -n -e"
).split()
_VALUED = "-p --strip -d --directory -i --input -F --fuzz -z --suffix".split()


def effect(call: Invocation) -> Effect:
    """Of ``patch [options] [file [patch]]``."""
    arguments = read_options(call.argv, flags=_FLAGS, valued=_VALUED)
    if call.environment.get("PATCH_GET", "0") != "0" or call.environment.get("VERSION_CONTROL", ""):
        raise UnknownEffect("patch that asks a version control system, or names backups by a variable, is not modelled")
    if arguments.has("-e"):
        raise UnknownEffect("patch that runs an ed script is not modelled")
    folder = (*arguments.values("-d", "--directory"), ".")[0]
    inside = folder if folder.startswith(("/", "~")) else f"./{folder}"
    named = [word if word.startswith(("/", "~")) else f"{inside}/{word}" for word in arguments.operands[:2]]
    inputs = [
        word if word.startswith(("/", "~", "-")) else f"{inside}/{word}" for word in arguments.values("-i", "--input")
    ]
    suffixes = [*arguments.values("-z", "--suffix"), call.environment.get("SIMPLE_BACKUP_SUFFIX", "")]
    if any("/" in suffix or SYMBOLIC in suffix for suffix in suffixes):
        raise UnknownEffect("patch that may put its backups elsewhere is not modelled")
    left = [f"{word}{suffix}" for word in named[:1] for suffix in (".orig", ".rej", "~", *filter(None, suffixes))]
    where = Region(places(call, inside, *named[:1], *left))
    patches = [word for word in (*inputs, *named[1:2]) if word != "-"]
    if not patches and call.standard_input is not None and "-" not in (*inputs, *named):
        patches = [call.standard_input]
    if not patches or "-" in inputs:
        raise UnknownEffect("patch that reads its patch from the standard input may write anywhere with busybox")
    for word in patches:
        _check_names(call.path(word), call.text(call.path(word)))
    given = (*arguments.values("-i", "--input"), *arguments.operands[1:2])
    beside = [] if folder == "." else [word for word in given if not word.startswith(("/", "~"))]
    for word in beside:  # a program that opens its patch before it enters the folder
        _check_names(call.path(word), call.known_text(call.path(word)))
    return Effect(
        reads=(TOOLCHAIN, SCRATCH, where, *readable(call, *patches, *beside)),
        writes=(where, Region(("/tmp",))),
        environment=(
            "PATCH_*",
            "POSIXLY_CORRECT",
            "QUOTING_STYLE",
            "SIMPLE_BACKUP_SUFFIX",
            "TMPDIR",
            "TMP",
            "TEMP",
            "TZ",
            "LANG",
            "LC_*",
            "PATH",
        ),
        seconds=0.5,
        needs=tuple(call.path(word) for word in patches),
    )


_NAMING = ("--- ", "+++ ", "*** ", "Index:", "diff ", "rename ", "copy ", "Prereq:")
"""How the lines begin that name files (GNU diffutils manual, "Detailed Description of Unified Format"; git-diff(1))."""


def _check_names(path: str, text: str | None) -> None:
    """Raise UnknownEffect where a name in the patch may lead out of the folder."""
    for line in (text or "").splitlines():
        if line.lstrip().startswith(_NAMING):
            for name in line.replace('"', " ").split()[1:]:
                if name != "/dev/null" and (name.startswith(("/", "~", "\\")) or ".." in name.split("/")):
                    raise UnknownEffect(f"{path} names {name}, which lies outside of the folder that is patched")
