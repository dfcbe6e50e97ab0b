"""tar, unzip, gzip: an archive is read, and its members are written below the working directory or the one named.

Members may carry any path below the target; tar strips a leading ``/`` and refuses ``..`` unless told otherwise with
``-P``. Priors (own estimates): 1 s an archive.
"""

from __future__ import annotations

from dataclasses import replace

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.options import Arguments, read_options
from restow.effects.places import TOOLCHAIN
from restow.errors import UnknownEffect
from restow.vfs import Region, join

_TAR_FLAGS = frozenset(
    "-x --extract --get -c --create -t --list -z --gzip --gunzip --ungzip -j --bzip2 -J --xz --zstd --lzma --lzip -v --verbose "
    "-p --preserve-permissions --same-permissions --same-owner --no-same-owner --no-same-permissions -o -m --touch "
    "--overwrite -k --keep-old-files --skip-old-files --keep-newer-files --wildcards --no-wildcards --wildcards-match-slash "
    "--no-wildcards-match-slash --anchored --no-anchored -h --dereference -a --auto-compress -Z --sparse -S "
    "--no-overwrite-dir --numeric-owner --unlink-first -U --recursive-unlink --no-recursion --force-local --ignore-zeros -i "
    "--exclude-vcs --no-auto-compress --delay-directory-restore --warning=no-unknown-keyword --no-xattrs --xattrs --acls "
    "--selinux --hard-dereference --totals --checkpoint --no-selinux --no-acls -O --to-stdout --version --help -W "
    "--one-file-system --ignore-case --one-top-level -B -w".split()
)
_TAR_VALUED = frozenset(
    "-f --file -C --directory --strip-components --strip --strip-path --exclude --owner --group --mode --transform --xform "
    "--warning --mtime --sort --format --suffix -b --blocking-factor --checkpoint-action "
    "--xattrs-include --pax-option".split()
)
_UNZIP = frozenset(
    "-o -q -qq -n -j -u -oq -qo -v -l -L -LL -C -X -DD -D -B -a -aa -t -f -p -M -K -V -UU -Z -z -W -s".split()
)
_ZIPPERS = {
    "gzip": ".gz",
    "gunzip": ".gz",
    "bzip2": ".bz2",
    "bunzip2": ".bz2",
    "xz": ".xz",
    "unxz": ".xz",
    "zstd": ".zst",
}
_ZIPPER_FLAGS = frozenset(
    "-d -k -f -c -n -9 -1 -v -q -z -t -l -T0 --decompress --uncompress --keep --force --stdout --to-stdout --quiet --best "
    "--fast --verbose -N --no-name --rm -8 -6 --rsyncable -e --extreme --name --test --list --version".split()
)


_OPTIONS = ("TAR_OPTIONS", "UNZIP", "UNZIPOPT", "GZIP", "BZIP", "BZIP2", "XZ_OPT", "XZ_DEFAULTS")


def effect(call: Invocation) -> Effect:
    """Of ``tar``, ``unzip``, and of ``gzip`` and the like."""
    if any(call.environment.get(name) for name in _OPTIONS):
        raise UnknownEffect(f"{call.name} takes options from a variable")
    if call.name in ("tar", "bsdtar"):
        return _tar(call)
    if call.name == "unzip":
        return _unzip(call)
    arguments = read_options(call.argv, flags=_ZIPPER_FLAGS, valued=["-T", "--threads", "-S", "--suffix"])
    if any(character in word for word in arguments.operands for character in "*?[") or arguments.has("-S", "--suffix"):
        raise UnknownEffect(f"the files that {call.name} works on are not all known by name")
    files = [_place(call, operand) for operand in arguments.operands if not operand.startswith("-")]
    ends = (_ZIPPERS.get(call.name, ".gz"), ".tgz", ".tbz2", ".txz", ".Z", ".lzma", ".tar")
    named = [path for file in files for path in (file, *(file.removesuffix(end) for end in ends), f"{file}{ends[0]}")]
    named += [f"{file.removesuffix(end)}.tar" for file in files for end in (*ends, ".taz")]
    named += [f"{file}{end}" for file in files for end in (".z", "-z", "_z", "-gz", ".Z")]
    named += [path.removesuffix(end) for path in tuple(named) for end in (".z", "-z", "_z", "-gz")]
    if arguments.has("-N", "--name"):
        named += [file.rsplit("/", 1)[0] or "/" for file in files]  # the name that the archive holds
    if "/" in named:
        raise UnknownEffect(f"{call.name} that restores a name in the root directory may write anywhere")
    region = Region(tuple(dict.fromkeys(named)))
    return Effect(reads=(region, TOOLCHAIN), writes=(region,), environment=("PATH", "GZIP", "XZ_*"), seconds=0.5)


def _place(call: Invocation, word: str) -> str:
    return call.area(word) if SYMBOLIC in word else call.path(word)


def _unzip(call: Invocation) -> Effect:
    """``unzip archive [members] [-d folder]``: what the members match stays below the folder in any case."""
    arguments = read_options(call.argv, flags=_UNZIP, valued=["-d", "-x", "-P"])
    if arguments.has("-u", "-f"):
        raise UnknownEffect("unzip by time depends on more than the content of an image")
    target = _place(call, (*arguments.values("-d"), ".")[0])
    if arguments.has("-p", "-l", "-v", "-t", "-Z", "-z") and not arguments.has("-d"):
        return Effect(reads=(_archives(call, arguments.operands[:1]), TOOLCHAIN), environment=("PATH", "UNZIP*"))
    named = tuple(_with_suffix(word) for word in arguments.operands[:1])
    others = (
        Region() if named == ("*",) else _archives(call, [word + end for word in named for end in (".zip", ".ZIP")])
    )
    found = _extract(call, named, target)
    return replace(found, reads=(*found.reads, others))


def _with_suffix(word: str) -> str:
    """unzip tries ``name.zip`` where ``name`` does not exist, and a pattern of its own; both are read as a whole folder."""
    name = word.rsplit("/", 1)[-1]
    return word if "." in name and not any(mark in word for mark in "*?[") else "*"


def _archives(call: Invocation, words: list[str] | tuple[str, ...]) -> Region:
    """Where archives lie; the whole filesystem where that is not known."""
    if any(mark in word for word in words for mark in "*?["):
        return Region.everything()
    try:
        return Region(tuple(_place(call, word) for word in words))
    except UnknownEffect:
        return Region.everything()


def _tar(call: Invocation) -> Effect:
    argv = call.argv
    if len(argv) > 1 and not argv[1].startswith("-") and SYMBOLIC not in argv[1]:
        argv = _old_style(argv)
    arguments = read_options(argv, flags=_TAR_FLAGS, valued=_TAR_VALUED, words=True)
    if len(arguments.values("-C", "--directory")) > 1 or arguments.has("--checkpoint-action"):
        raise UnknownEffect("tar with several folders, or with programs of its own, is not modelled")
    _refuse_places(call, arguments)
    if arguments.has("--keep-newer-files") or any(text.startswith(("/", ".")) for text in arguments.values("--mtime")):
        raise UnknownEffect("tar by the time of a file depends on more than the content of an image")
    files = [file for file in arguments.values("-f", "--file") if file != "-"]
    if any(":" in "".join(file.split("/", maxsplit=1)[0].split(SYMBOLIC)[::2]) for file in files):
        raise UnknownEffect("tar of an archive on another machine is not modelled")
    if arguments.has("-t", "--list", "--version", "--help", "-O", "--to-stdout") and not arguments.has(
        "-c", "--create"
    ):
        return Effect(reads=(_archives(call, files), TOOLCHAIN), environment=("PATH", "TAR_OPTIONS"))
    target = _place(call, (*arguments.values("-C", "--directory"), ".")[0])
    if arguments.has("-x", "--extract", "--get"):
        return _extract(call, files, target)
    if arguments.has("-c", "--create"):
        return _create(call, arguments, files, target)
    raise UnknownEffect("this use of tar is not modelled")


def _refuse_places(call: Invocation, arguments: Arguments) -> None:
    """Options and variables that may lead a member, or the archive, to somewhere else."""
    names = (*arguments.values("--one-top-level"), *arguments.values("--transform", "--xform"))
    if any(".." in name or name.startswith("/") or SYMBOLIC in name for name in names):
        raise UnknownEffect("tar that may put its members outside of the folder is not modelled")
    if any(_is_absolute(text) for text in arguments.values("--transform", "--xform")):
        raise UnknownEffect("tar that may put its members outside of the folder is not modelled")
    if call.environment.get("TAPE") and not arguments.has("-f", "--file"):
        raise UnknownEffect("tar of the archive that a variable names is not modelled")
    if call.name == "bsdtar" and any(word.startswith(("@", SYMBOLIC)) for word in arguments.operands):
        raise UnknownEffect("bsdtar that packs the members of other archives is not modelled")


def _is_absolute(expression: str) -> bool:
    """Whether the replacement of a ``s/from/to/`` may begin with a slash."""
    mark = expression[1:2]
    return not mark or any(part.startswith("/") for part in expression.split(mark)[2:])


def _create(call: Invocation, arguments: Arguments, files: list[str], target: str) -> Effect:
    """``tar -c``: everything below the operands is read, links in it are packed or, with ``-h``, followed."""
    open_ended = any(mark in word for word in arguments.operands for mark in ("*", "?", "[", SYMBOLIC))
    if open_ended or arguments.has("-h", "--dereference"):
        sources = Region.everything()
    else:
        folders = dict.fromkeys((target, call.directory))  # operands before -C lie in the working directory
        named = (join(folder, word) for word in arguments.operands for folder in folders)
        sources = Region(tuple(path for word in named for path in _both(call, word)))
    written = Region(tuple(_place(call, file) for file in files))
    return Effect(
        reads=(sources, written, TOOLCHAIN), writes=(written,), environment=("PATH", "TAR_OPTIONS"), seconds=1.0
    )


def _both(call: Invocation, path: str) -> tuple[str, str]:
    return call.path(path), call.entry(path)


def _old_style(argv: tuple[str, ...]) -> tuple[str, ...]:
    """``tar xzf file -C dir``: the letters of the first word without a dash, their values after it, in order."""
    rest = list(argv[2:])
    given: list[str] = []
    for letter in argv[1]:
        given.append(f"-{letter}")
        if f"-{letter}" in _TAR_VALUED:
            if not rest:
                raise UnknownEffect("tar lacks the value of an option")
            given.append(rest.pop(0))
    return (argv[0], *given, *rest)


def _extract(call: Invocation, archives: list[str] | tuple[str, ...], target: str) -> Effect:
    if target == "/":
        raise UnknownEffect(f"{call.name} that extracts into the root directory may write anywhere")
    files, where = _archives(call, archives), Region((target,))
    return Effect(
        reads=(files, where, TOOLCHAIN),
        writes=(where,),
        environment=("PATH", "TAR_OPTIONS", "UNZIP*"),
        seconds=1.0,
        size=20_000_000,
        needs=files.include if files != Region.everything() else (),
    )
