"""Redirections of a command: what they read and write beside it, and what an ``echo`` leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from restow.build.shell_text import DEVICES, said_plainly, stands, writer
from restow.build.wording import Wording
from restow.effects.effect import Effect
from restow.effects.operands import RANDOM
from restow.errors import UnknownEffect
from restow.shell import Redirection
from restow.vfs import Attributes, Filesystem, Region, digest_of, join


@dataclass(frozen=True, slots=True)
class Written:
    """A file whose bytes an ``echo`` says: how the filesystem changes, and whether its folder surely stands."""

    change: Callable[[Filesystem], Filesystem]
    certain: bool


def echoed(
    argv: Sequence[str],
    files: Sequence[Redirection],
    more: Effect,
    owned: Callable[[], Attributes],
    filesystem: Filesystem,
) -> Written | None:
    """The file that ``echo text > file`` writes; None for any other command or redirection."""
    plain = said_plainly(argv) and len(files) == 1 and more.writes[0]
    if not plain or files[0].operator != ">" or files[0].file_descriptor not in (None, 1):
        return None
    path = more.writes[0].include[0]
    above = path.rsplit("/", 1)[0] or "/"
    change = writer(path, (" ".join(argv[1:]) + "\n").encode(), owned())
    return Written(change, stands(filesystem, above))


def appended(argv: Sequence[str], redirections: Sequence[Redirection], more: Effect | None) -> tuple[str, str] | None:
    """The path and the text that ``echo text >> path`` adds there; None for any other command or redirection."""
    one = redirections[0] if len(redirections) == 1 else None
    if (
        more is None
        or one is None
        or one.operator != ">>"
        or one.file_descriptor not in (None, 1)
        or not more.writes[0]
    ):
        return None
    return (more.writes[0].include[0], " ".join(argv[1:])) if said_plainly(argv) else None


def with_redirections(effect: Effect, more: Effect, written: Written | None) -> Effect:
    """The effect of a command with that of its redirections."""
    return replace(
        effect,
        reads=(*effect.reads, *more.reads),
        writes=(*effect.writes, *more.writes),
        consulted=(*effect.consulted, *more.consulted),
        exact=written.change if written else None,
        certain=written.certain if written else effect.certain,
    )


def redirected(
    targets: Sequence[tuple[Redirection, str]], path_of: Callable[[str], str], filesystem: Filesystem, directory: str
) -> Effect:
    """What redirections to and from files read and write. Raises UnknownEffect for ``/dev/urandom``."""
    reads, writes, ways = list[str](), list[str](), list[str]()
    for redirection, target in targets:
        path = path_of(target)
        if path in RANDOM:
            raise UnknownEffect(f"{path} gives something else each time")
        if path not in DEVICES:
            (reads if redirection.operator == "<" else writes).append(path)
            ways += filesystem.steps(join(directory, target))
    return Effect((Region((*reads, *writes)),), (Region(tuple(writes)),), seconds=0.0, consulted=tuple(ways))


def check_descriptor(operator: str, target: str) -> None:
    """Raise UnknownEffect where ``>& word`` does not duplicate a descriptor: bash takes the word for a file, dash refuses it."""
    if target != "-" and not target.removesuffix("-").isdigit():
        raise UnknownEffect(f"{operator} with something other than a descriptor is not followed")


def redirection_term(one: Redirection, wording: Wording) -> str:
    """What a redirection adds to the term of its command: ``2>&1`` decides what a file or the next command gets."""
    return digest_of(
        one.operator, one.file_descriptor, wording.value(one.target), one.heredoc, *map(wording.part, one.expansions)
    )
