"""The process of a RUN: what it runs as, what is mounted, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from restow.build.accounts import Credentials
from restow.build.exact.budget import Budget
from restow.build.exact.call import Call
from restow.build.exact.disk import Disk, FileError
from restow.build.exact.launch import launch
from restow.build.exact.lookup import NotFoundError
from restow.build.exact.output import NOTHING, Output
from restow.errors import UnknownEffect
from restow.vfs import File, Filesystem


@dataclass(frozen=True, slots=True)
class Process:
    """A program with its surroundings. ``image`` is the root of the base image, whose programs go by their names.

    ``read`` gives the bytes of a file; ``mounts`` are the targets of mounts, ``fixed`` those that are read-only.
    """

    argv: tuple[str, ...]
    filesystem: Filesystem
    image: Filesystem
    credentials: Credentials
    environment: Mapping[str, str]
    directory: str
    read: Callable[[File], bytes | None]
    given: Output = NOTHING
    mounts: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended: ``status`` 0 is success; ``output`` is the standard output, ``filesystem`` what it left.

    ``missing``: there is no such program, and ``status`` says nothing.
    """

    status: int
    output: Output
    filesystem: Filesystem
    missing: bool = False


def run_process(process: Process) -> Ending:
    """Compute the process. Raises UnknownEffect for anything that is not known."""
    disk = Disk(
        process.filesystem,
        process.credentials,
        process.read,
        fixed=process.fixed,
        mounts=process.mounts,
        before=process.filesystem,
    )
    try:
        place = disk.locate(process.directory)
    except FileError:
        raise UnknownEffect("the working directory is not there") from None
    if place.node is None:
        raise UnknownEffect("the working directory is not there")
    disk.directory = place.path
    call = Call(process.argv, disk, process.environment, process.given)
    try:
        status = launch(call, process.image, Budget(), shell_status=False)
    except NotFoundError:
        return Ending(127, call.output, process.filesystem, missing=True)
    except FileError as error:
        raise UnknownEffect(f"a program met the error {error.code} where none was expected") from None
    return Ending(status, call.output, disk.filesystem)
