"""Redirections of a command: what they read and write beside it, and what an ``echo`` leaves; bytes of known files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from restow.build.shell_text import said_plainly, stands, writer
from restow.effects.effect import Effect
from restow.shell import Redirection
from restow.vfs import Attributes, File, Filesystem

if TYPE_CHECKING:
    from restow.build.context import Context


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


def known_bytes(filesystem: Filesystem, context: Context | None, path: str) -> bytes | None:
    """The bytes of the file at ``path``, None where they are not at hand."""
    node = filesystem.lookup(path)
    if not isinstance(node, File):
        return None
    if node.content.data is not None:
        return node.content.data
    known = node.content.identity.startswith(("context:", "blob:", "sha256:"))
    if known and node.content.origin and context is not None:
        return context.read(node.content.origin)
    return None
