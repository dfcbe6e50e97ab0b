"""mkdir, rmdir, rm, touch, ln, tee."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from restow.build.exact.call import Call
from restow.build.exact.disk import FileError, numbers
from restow.build.exact.modes import changed
from restow.effects.options import Arguments
from restow.errors import UnknownEffect
from restow.vfs import Attributes, Content, Directory, File, Special, Symlink, digest_of


def run(call: Call) -> int:
    """Run one of the programs above."""
    return _PROGRAMS[call.name](call)


def each(call: Call, operands: tuple[str, ...], act: Callable[[str], None]) -> int:
    """``act`` on every operand; one that fails does not stop the others."""
    status = 0
    for operand in operands:
        try:
            act(operand)
        except FileError:
            status = call.complain()
    return status


def _mkdir(call: Call) -> int:
    arguments = call.arguments(["-p", "--parents", "-v", "--verbose"], ["-m", "--mode"])
    if arguments.has("-v", "--verbose"):
        call.tell()
    modes = arguments.values("-m", "--mode")
    mode = changed(modes[-1], 0o777, directory=True, umask=call.disk.umask) if modes else None
    if (modes and mode is None) or not arguments.operands:
        return call.complain()
    act = _with_parents if arguments.has("-p", "--parents") else _make
    return each(call, arguments.operands, lambda path: act(call, path, mode))


def _make(call: Call, path: str, mode: int | None) -> None:
    place = call.disk.locate(path.rstrip("/") or "/", follow=False)
    if place.node is not None:
        raise FileError("EEXIST")
    attributes = call.disk.created(place.path, 0o777, directory=True)
    if mode is not None:
        if isinstance(attributes.mode, int) and attributes.mode & 0o2000:
            raise UnknownEffect("a mode given for a directory in one with the set-group-ID bit")
        attributes = replace(attributes, mode=mode)
    call.disk.put(place.path, Directory(attributes, {}))


def _with_parents(call: Call, path: str, mode: int | None) -> None:
    if not path:
        raise FileError("ENOENT")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    prefix = "/" if path.startswith("/") else ""
    for depth in range(1, len(parts) + 1):
        here = prefix + "/".join(parts[:depth])
        place = call.disk.locate(here)
        if place.node is None:
            _make(call, here, mode if depth == len(parts) else None)
        elif not isinstance(place.node, Directory):
            raise FileError("EEXIST" if depth == len(parts) else "ENOTDIR")


def _rmdir(call: Call) -> int:
    arguments = call.arguments(["-p", "--parents", "--ignore-fail-on-non-empty"])
    lenient = arguments.has("--ignore-fail-on-non-empty")
    if arguments.has("-p", "--parents") or (lenient and call.flavour != "gnu"):
        raise UnknownEffect("the options of rmdir are not computed")

    def remove(path: str) -> None:
        try:
            _remove_empty(call, path)
        except FileError as error:
            if not lenient or error.code != "ENOTEMPTY":
                raise

    return each(call, arguments.operands, remove) if arguments.operands else call.complain()


def _remove_empty(call: Call, path: str) -> None:
    place = call.disk.locate(path.rstrip("/") or "/", follow=False)
    if not isinstance(place.node, Directory):
        raise FileError("ENOENT" if place.node is None else "ENOTDIR")
    if path.rstrip("/").rsplit("/", 1)[-1] in (".", "..") or place.path == "/":
        raise FileError("EINVAL")
    if call.disk.names(place.path):
        raise FileError("ENOTEMPTY")
    call.disk.remove(place.path)


def _rm(call: Call) -> int:
    flags = ["-r", "-R", "-f", "-d", "-v", "--recursive", "--force", "--dir", "--preserve-root"]
    arguments = call.arguments(flags)
    if call.flavour == "busybox" and arguments.has("-v", "-d", "--dir"):
        raise UnknownEffect("rm -d and -v, which not every busybox has")
    if arguments.has("-v"):
        call.tell()
    if not arguments.operands:
        return 0 if arguments.has("-f", "--force") else call.complain()
    return each(call, arguments.operands, lambda path: _remove(call, path, arguments))


def _remove(call: Call, path: str, arguments: Arguments) -> None:
    force = arguments.has("-f", "--force")
    if not path and force and call.flavour == "busybox":
        raise UnknownEffect("busybox's rm -f of no name")
    if path and (path.rstrip("/").rsplit("/", 1)[-1] in (".", "..") or not path.strip("/")):
        raise FileError("EINVAL")
    try:
        place = call.disk.locate(path.rstrip("/"), follow=False)
    except FileError as error:
        if force and error.code in ("ENOENT", "ENOTDIR"):
            return
        raise
    if place.node is None:
        if force:
            return
        raise FileError("ENOENT")
    if path.endswith("/") and not isinstance(place.node, Directory):
        raise UnknownEffect("rm of what is no directory, with a slash at its end")
    if isinstance(place.node, Directory) and not arguments.has("-r", "-R", "--recursive"):
        _require_empty(call, place.path, arguments)
    call.disk.remove(place.path)


def _require_empty(call: Call, path: str, arguments: Arguments) -> None:
    """``rm`` without ``-r`` takes a directory away only with ``-d``, and only an empty one."""
    if not arguments.has("-d", "--dir") or call.disk.names(path):
        raise FileError("EISDIR")


def _touch(call: Call) -> int:
    arguments = call.arguments(["-c", "--no-create", "-a", "-m"], ["-d", "-t", "--date", "-r", "--reference"])
    if not arguments.operands:
        return call.complain()
    return each(call, arguments.operands, lambda path: _touch_one(call, path, arguments))


def _touch_one(call: Call, path: str, arguments: Arguments) -> None:
    if arguments.values("-r", "--reference"):
        raise UnknownEffect("touch -r is not computed")
    place = call.disk.locate(path)
    if place.node is not None:
        if call.disk.credentials.uid not in (0, numbers(place.node)[1]):
            raise UnknownEffect("touch of a file of somebody else")
        call.disk.set(place.path, place.node)
        return
    if arguments.has("-c", "--no-create"):
        return
    if path.endswith("/"):
        raise FileError("ENOENT")
    call.disk.put(place.path, File(call.disk.created(place.path, 0o666), Content.of(b"")))


def _ln(call: Call) -> int:
    flags = ["-s", "-f", "-n", "-T", "-v", "--symbolic", "--force", "--no-dereference", "--no-target-directory"]
    arguments = call.arguments(flags, ["-t"])
    operands = arguments.operands
    if arguments.has("-v"):
        call.tell()
    if arguments.has("-t") or not operands:
        raise UnknownEffect("this use of ln is not computed")
    targets, name = (operands[:-1], operands[-1]) if len(operands) > 1 else (operands, ".")
    whole = arguments.has("-T", "--no-target-directory")
    there = call.disk.locate(name, follow=not arguments.has("-n", "--no-dereference"))
    into = isinstance(there.node, Directory) and not whole
    if call.flavour == "busybox" and ((len(targets) > 1 and not into) or len(operands) == 1):
        raise UnknownEffect("this use of busybox's ln is not computed")
    if len(targets) > 1 and not into:
        return call.complain()

    def link(target: str) -> None:
        own = f"{name.rstrip('/')}/{target.rstrip('/').rsplit('/', 1)[-1]}" if into else name
        _link(call, target, own, arguments)

    return each(call, targets, link)


def _link(call: Call, target: str, name: str, arguments: Arguments) -> None:
    place = call.disk.locate(name, follow=False)
    if place.node is not None:
        if not arguments.has("-f", "--force") or isinstance(place.node, Directory):
            raise FileError("EEXIST")
    elif name.endswith("/"):
        raise FileError("ENOENT")
    if arguments.has("-s", "--symbolic"):
        if not target:
            raise FileError("ENOENT")
        own = call.disk.credentials
        attributes = replace(call.disk.created(place.path, 0o777), mode=0o777)
        call.disk.put(place.path, Symlink(target, Attributes(0o777, own.uid, attributes.gid)))
        return
    source = call.disk.locate(target, follow=False)
    if not isinstance(source.node, File) or call.disk.credentials.uid != 0:
        raise UnknownEffect("a hard link to what is no plain file, or by a user other than root")
    if source.path == place.path:
        if call.flavour == "busybox":
            raise UnknownEffect("busybox's ln of a file to itself is not computed")
        raise FileError("EEXIST")
    if call.disk.stood_before(source.path, source.node):
        raise UnknownEffect("a hard link to a file of an earlier layer: exports keep it, or store two files")
    group = source.node.link_group or f"made:{digest_of(source.path, source.node.digest)}"
    linked = replace(source.node, link_group=group)
    call.disk.set(source.path, linked)
    if place.node is not None:
        call.disk.remove(place.path)
    call.disk.put(place.path, linked)


def _tee(call: Call) -> int:
    arguments = call.arguments(["-a", "--append"])
    text = call.given.plain()
    append = arguments.has("-a", "--append")
    call.print(text)
    return each(call, arguments.operands, lambda path: _written(call, path, text, append))


def _written(call: Call, path: str, text: str, append: bool) -> None:
    if path == "/dev/null":
        return
    if isinstance(call.disk.locate(path).node, Special):
        raise UnknownEffect("tee writes to a device")
    call.disk.write(path, text, append=append)


_PROGRAMS: dict[str, Callable[[Call], int]] = {
    "mkdir": _mkdir,
    "rmdir": _rmdir,
    "rm": _rm,
    "touch": _touch,
    "ln": _ln,
    "tee": _tee,
}
