"""patch: the files that a patch names, below the working directory or the one that ``-d`` names.

GNU patch refuses names that lead out of that folder (absolute ones, and those with ``..``), and follows no symbolic link out of it
(manual, "Multiple Patches in a File"; CVE-2015-1196). Which files there are is told by the patch, so all below may be read and
written. Prior: 0.5 s.
"""

from __future__ import annotations

from restow.effects.effect import Effect, Invocation
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
    where = Region(places(call, inside, *named[:1]))
    patches = [word for word in (*inputs, *named[1:2]) if word != "-"]
    return Effect(
        reads=(TOOLCHAIN, SCRATCH, where, *readable(call, *patches)),
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
