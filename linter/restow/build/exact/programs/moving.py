"""cp, mv, install."""

from __future__ import annotations

from dataclasses import replace

from restow.build.exact.call import Call
from restow.build.exact.disk import READ, FileError, Place, numbers
from restow.build.exact.modes import changed
from restow.build.exact.programs.attributes import plain_number
from restow.build.exact.programs.making import each
from restow.effects.options import Arguments
from restow.errors import UnknownEffect
from restow.vfs import Attributes, Directory, File, Node, Special, Symlink, digest_of

_RECURSIVE = ("-r", "-R", "--recursive", "-a", "--archive")
_ARCHIVE = ("-a", "--archive")


def run(call: Call) -> int:
    """Run one of the programs above."""
    return {"cp": _cp, "mv": _mv, "install": _install}[call.name](call)


def _name(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


def _targets(call: Call, arguments: Arguments) -> list[tuple[str, str]]:
    """Pairs of (source, destination). Raises FileError where several sources have no directory to go to."""
    operands = arguments.operands
    folders = arguments.values("-t", "--target-directory")
    if len(operands) < (1 if folders else 2):
        raise FileError("EINVAL")
    sources, last = (operands, folders[-1]) if folders else (operands[:-1], operands[-1])
    if not last and call.flavour == "busybox":
        raise UnknownEffect("busybox takes no name for one")
    there = call.disk.locate(last).node
    into = isinstance(there, Directory) and not arguments.has("-T", "--no-target-directory")
    if not into:
        if len(sources) > 1 or folders:
            if call.flavour == "busybox":
                raise UnknownEffect("busybox goes on where several sources have no directory to go to")
            raise FileError("ENOTDIR")
        return [(sources[0], last)]
    names = [_name(source) for source in sources]
    if len(set(names)) < len(names):
        raise UnknownEffect("programs differ in what they do with two sources of one name")
    found = []
    for source in sources:
        if _name(source) in (".", "..", ""):
            found.append((source, f"{last.rstrip('/')}/."))
        else:
            found.append((source, f"{last.rstrip('/') or ''}/{_name(source)}"))
    return found


def _cp(call: Call) -> int:
    flags = [
        *_RECURSIVE,
        "-f",
        "--force",
        "-p",
        "-T",
        "--no-target-directory",
        "-d",
        "-P",
        "-L",
        "-n",
        "-v",
        "--verbose",
    ]
    arguments = call.arguments(flags, ["-t", "--target-directory"])
    if arguments.has("-L") and (arguments.has("-d", "-P", *_RECURSIVE)):
        raise UnknownEffect("this use of cp is not computed")
    if arguments.has("-v", "--verbose"):
        call.tell()
    try:
        pairs = _targets(call, arguments)
    except FileError:
        return call.complain()
    kept = arguments.has("-p", *_ARCHIVE)
    recursive = arguments.has(*_RECURSIVE)
    follow = not recursive and not arguments.has("-d", "-P")
    groups: dict[str, str] = {}

    def act(source: str, destination: str) -> None:
        # With -r alone GNU copies a link that is named as a link, and so does busybox.
        place = call.disk.locate(source, follow=follow)
        if place.node is None:
            raise FileError("ENOENT")
        if arguments.has("-n") and (recursive or call.disk.locate(destination, follow=False).node is not None):
            raise UnknownEffect("releases differ in the status of cp -n where something is there")
        if isinstance(place.node, Directory):
            if not recursive:
                raise FileError("EISDIR")
            _refuse_into_itself(call, place, destination)
        elif destination.endswith("/") and call.disk.locate(destination).node is None:
            raise FileError("ENOTDIR")
        _copy(call, place, destination, kept, groups if arguments.has(*_ARCHIVE) else None)

    status = 0
    for source, destination in pairs:
        try:
            act(source, destination)
        except FileError:
            status = call.complain()
    return status


def _refuse_into_itself(call: Call, place: Place, destination: str) -> None:
    target = call.disk.locate(destination.rstrip("/") or "/").path
    if target == place.path or target.startswith(place.path.rstrip("/") + "/"):
        raise UnknownEffect("a directory is copied into itself")


def _copy(call: Call, place: Place, destination: str, kept: bool, groups: dict[str, str] | None) -> None:
    """``place`` to ``destination``; ``kept``: owner and mode stay. Only root's copies are computed beyond plain files."""
    disk, node = call.disk, place.node
    assert node is not None
    target = disk.locate(destination, follow=not isinstance(node, Symlink))
    if not isinstance(node, Symlink) and isinstance(disk.locate(destination, follow=False).node, Symlink):
        if isinstance(node, Directory) or (target.node is None and call.flavour == "busybox"):
            raise UnknownEffect("a directory is copied over a link, or a file by busybox to where a link leads")
        if target.node is None:
            raise FileError("EEXIST")  # GNU cp does not write through a link that leads nowhere
    mode, uid, gid = numbers(node)
    if kept and disk.credentials.uid not in (0, uid):
        raise UnknownEffect("cp -p of files of somebody else")
    if isinstance(node, Directory):
        _copy_directory(call, Place(place.path, node), target, kept, groups)
        return
    if isinstance(target.node, Directory):
        raise FileError("EISDIR")
    if target.path == place.path:
        if call.flavour == "busybox":
            raise UnknownEffect("busybox empties a file that is copied over itself through a link")
        raise FileError("EINVAL")
    if isinstance(node, Symlink):
        if target.node is not None:
            raise UnknownEffect("a link is copied over something")
        own = Attributes(0o777, uid, gid) if kept else replace(disk.created(target.path, 0o777), mode=0o777)
        disk.put(target.path, Symlink(node.target, own))
        return
    if not isinstance(node, File):
        raise UnknownEffect("a device or pipe is copied")
    disk.require(node, READ)
    _copy_file(call, node, target, Attributes(mode, uid, gid) if kept else None, groups)


def _copy_file(
    call: Call, node: File, target: Place, attributes: Attributes | None, groups: dict[str, str] | None
) -> None:
    disk = call.disk
    group = None
    if node.link_group is not None and groups is not None:
        group = groups.setdefault(node.link_group, digest_of("copied", node.link_group, target.path))
    if isinstance(target.node, File):
        if group is not None or target.node.link_group is not None:
            raise UnknownEffect("a hard link is copied or written over")
        disk.require(target.node, 2)
        old = target.node.attributes
        if attributes is None and numbers(target.node)[0] & 0o6000:
            raise UnknownEffect("a set-user-ID file is written over")
        disk.set(target.path, File(attributes or old, node.content, node.capability if attributes else b""))
        return
    if target.node is not None:
        raise UnknownEffect("a file is copied over what is no file")
    mode = numbers(node)[0]
    if attributes is None and mode & 0o7000:
        raise UnknownEffect("programs differ in whether a copy keeps the special bits")
    own = attributes or disk.created(target.path, mode & 0o777)
    disk.put(target.path, File(own, node.content, node.capability if attributes else b"", group))


def _copy_directory(call: Call, place: Place, target: Place, kept: bool, groups: dict[str, str] | None) -> None:
    disk, node = call.disk, place.node
    assert isinstance(node, Directory)
    mode, uid, gid = numbers(node)
    if target.node is None:
        own = Attributes(mode, uid, gid) if kept else disk.created(target.path, mode & 0o777, directory=True)
        if not kept and mode & 0o7000:
            raise UnknownEffect("programs differ in whether a copied directory keeps its special bits")
        given = disk.created(target.path, mode & 0o777, directory=True).mode
        if kept and isinstance(given, int) and given & 0o2000 and not mode & 0o2000:
            raise UnknownEffect("programs differ in whether a copied directory inherits the set-group-ID bit")
        disk.put(target.path, Directory(own, {}))
    elif not isinstance(target.node, Directory):
        raise FileError("ENOTDIR")
    elif kept:
        if call.flavour == "busybox" and numbers(target.node) != (mode, uid, gid):
            raise UnknownEffect("busybox may leave the attributes of an existing directory alone")
        disk.set(target.path, Directory(Attributes(mode, uid, gid), target.node.children, target.node.rest))
    for name in disk.names(place.path):
        child = disk.locate(f"{place.path.rstrip('/')}/{name}", follow=False)
        if child.node is not None:
            _copy(call, child, f"{target.path.rstrip('/')}/{name}", kept, groups)


def _mv(call: Call) -> int:
    flags = ["-f", "--force", "-T", "--no-target-directory", "-n", "-v", "--verbose"]
    arguments = call.arguments(flags, ["-t", "--target-directory"])
    if arguments.has("-v", "--verbose"):
        call.tell()
    try:
        pairs = _targets(call, arguments)
    except FileError:
        return call.complain()
    status = 0
    for source, destination in pairs:
        try:
            if arguments.has("-n") and call.disk.locate(destination.rstrip("/") or "/", follow=False).node is not None:
                raise UnknownEffect("releases differ in the status of mv -n where something is there")
            _move(call, source, destination)
        except FileError:
            status = call.complain()
    return status


def _move(call: Call, source: str, destination: str) -> None:
    disk = call.disk
    place = disk.locate(source.rstrip("/") or "/", follow=False)
    target = disk.locate(destination.rstrip("/") or "/", follow=False)
    node: Node | None = place.node
    _refuse_slashes(call, node, source, destination)
    if node is None or isinstance(target.node, Symlink):
        if node is None:
            raise FileError("ENOENT")
        raise UnknownEffect("something is moved over a symbolic link")
    if _name(source) in (".", "..") or target.path.startswith(place.path + "/"):
        raise FileError("EINVAL")
    if place.path == target.path:
        raise FileError("EEXIST")
    if isinstance(target.node, Directory):
        if not isinstance(node, Directory) or disk.names(target.path):
            raise FileError("EISDIR")
    elif target.node is not None and isinstance(node, Directory):
        raise FileError("ENOTDIR")
    if isinstance(node, Directory) and disk.credentials.uid != 0:
        raise UnknownEffect("a directory is moved by a user other than root")
    if isinstance(node, File) and node.link_group is not None and isinstance(target.node, File):
        raise UnknownEffect("a hard link is moved over a file")
    linked = [
        path
        for path, each in disk.filesystem.walk(place.path)
        if isinstance(each, File) and each.link_group and disk.stood_before(path, each)
    ]
    if linked and isinstance(node, Directory):
        raise UnknownEffect("a directory with hard links of an earlier layer is moved")
    if linked and isinstance(node, File):
        node = replace(node, link_group=None)
    disk.remove(place.path)
    if target.node is not None:
        disk.remove(target.path)
    disk.put(target.path, node)


def _refuse_slashes(call: Call, node: Node | None, source: str, destination: str) -> None:
    """A slash at the end of a name is for directories alone."""
    if isinstance(node, Directory):
        return
    if source.endswith("/") and (isinstance(node, Symlink) or call.flavour == "busybox"):
        raise UnknownEffect("what is no directory is moved by its name with a slash")
    if source.endswith("/") or destination.endswith("/"):
        raise FileError("ENOTDIR")


def _install(call: Call) -> int:
    flags = ["-d", "--directory", "-D", "-c", "-p", "-T", "-v", "--verbose"]
    arguments = call.arguments(flags, ["-m", "--mode", "-o", "--owner", "-g", "--group", "-t", "--target-directory"])
    modes = arguments.values("-m", "--mode")
    if arguments.has("-v", "--verbose"):
        call.tell()
    if modes and "X" in modes[-1]:
        raise UnknownEffect("install -m with X is not computed")
    mode = changed(modes[-1], 0, directory=False, umask=0) if modes else 0o755
    if mode is None:
        return call.complain()
    uid, gid = _install_owner(call, arguments)
    if not arguments.operands:
        return call.complain()
    if arguments.has("-d", "--directory"):
        if modes and not modes[-1].isdigit():
            raise UnknownEffect("install -d with a mode in letters, which may start from what is there")
        return each(call, arguments.operands, lambda path: _install_directory(call, path, mode, uid, gid))
    if arguments.has("-D"):
        _install_parents(call, arguments)
    try:
        pairs = _targets(call, arguments)
    except FileError:
        return call.complain()
    status = 0
    for source, destination in pairs:
        try:
            _install_file(call, source, destination, (mode, uid, gid))
        except FileError:
            status = call.complain()
    return status


def _install_parents(call: Call, arguments: Arguments) -> None:
    """The directories that ``-D`` makes: all above the destination, or the one of ``-t``."""
    folders = arguments.values("-t", "--target-directory")
    if not folders and len(arguments.operands) != 2:
        raise UnknownEffect("this use of install -D is not computed")
    last = folders[-1] if folders else arguments.operands[1]
    if call.flavour != "gnu" and (folders or last.endswith("/")):
        raise UnknownEffect("this use of install -D is not computed where it is not GNU's")
    try:
        _install_directory(call, last if folders else last.rstrip("/").rpartition("/")[0] or ".", None, None, None)
    except FileError:
        raise UnknownEffect("install -D cannot make the directories") from None


def _install_file(call: Call, source: str, destination: str, made: tuple[int, int | None, int | None]) -> None:
    mode, uid, gid = made
    place = call.disk.locate(source)
    if place.node is None:
        raise FileError("ENOENT")
    if not isinstance(place.node, File):
        raise FileError("EISDIR")
    target = call.disk.locate(destination, follow=False)
    if target.node is None and destination.endswith("/"):
        raise FileError("ENOTDIR")
    if isinstance(target.node, Directory | Special | Symlink):
        raise UnknownEffect("install over what is no file")
    if target.node is not None and (target.path == place.path or place.node.link_group is not None):
        raise UnknownEffect("install of a file over itself")
    own = call.disk.created(target.path, 0o666)
    attributes = Attributes(mode, own.uid if uid is None else uid, own.gid if gid is None else gid)
    if target.node is not None:
        call.disk.remove(target.path)
    call.disk.put(target.path, File(attributes, place.node.content))


def _install_owner(call: Call, arguments: Arguments) -> tuple[int | None, int | None]:
    found: list[int | None] = []
    for names, user in ((("-o", "--owner"), True), (("-g", "--group"), False)):
        text = (arguments.values(*names) or ("",))[-1]
        account = call.accounts.user(text) if user else call.accounts.group(text)
        number = None if not text else getattr(account, "uid" if user else "gid", None)
        if text and number is None:
            number = plain_number(text)
        found.append(number)
    return found[0], found[1]


def _install_directory(call: Call, path: str, mode: int | None, uid: int | None, gid: int | None) -> None:
    """A directory with those above it, which get 0755; ``mode`` None: it is one of those above."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts and mode is not None:
        raise UnknownEffect("install -d of the root, of the directory it runs in, or of no name")
    prefix = "/" if path.startswith("/") else ""
    for depth in range(1, len(parts) + 1):
        place = call.disk.locate(prefix + "/".join(parts[:depth]))
        last = depth == len(parts) and mode is not None
        if place.node is None:
            own = call.disk.created(place.path, 0o777, directory=True)
            if own.mode != 0o755:
                raise UnknownEffect("the mode of directories that install makes above others")
            call.disk.put(place.path, Directory(own, {}))
        node = call.disk.node(place.path)
        if not isinstance(node, Directory):
            raise FileError("ENOTDIR")
        if last and mode is not None:
            had, own_uid, own_gid = numbers(node)
            if had & 0o7000 & ~mode:
                raise UnknownEffect("install keeps special bits of a directory that is there")
            attributes = Attributes(mode, own_uid if uid is None else uid, own_gid if gid is None else gid)
            call.disk.set(place.path, Directory(attributes, node.children, node.rest))
