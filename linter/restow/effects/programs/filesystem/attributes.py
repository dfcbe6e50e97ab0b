"""chmod, chown and chgrp: computed with numbers on what is known; else a term over the files named.

Priors (own estimates): 0.3 s; no bytes, since what is counted is content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from restow.effects.effect import Effect, Invocation
from restow.effects.operands import is_loose, lying, places
from restow.effects.options import read_options
from restow.effects.ownership import ACCOUNTS, is_octal
from restow.effects.programs.filesystem.files import BACKUPS
from restow.errors import UnknownEffect
from restow.vfs import Attributes, Directory, File, Filesystem, Region, Symlink
from restow.vfs.filesystem import IF_MISSING


def effect(call: Invocation) -> Effect:
    """Of one of the programs above."""
    return replace(_change(call), environment=BACKUPS)


def _change(call: Invocation) -> Effect:
    """chmod, chown and chgrp: exact with numbers on what is known; else a term over the files named.

    A name is looked up in the account files, which are read then.
    """
    argv = _mode_as_operand(call.argv) if call.name == "chmod" else call.argv
    flags = "-R --recursive -v --verbose -f --silent --quiet -c --changes -h --no-dereference -H -L -P --preserve-root".split()
    arguments = read_options(argv, flags=flags, valued=["--reference", "--from"])
    if arguments.has("--reference", "--from") or len(arguments.operands) < 2:
        raise UnknownEffect(f"this use of {call.name} is not modelled")
    value, recursive = arguments.operands[0], arguments.has("-R", "--recursive")
    if recursive and arguments.has("-L"):
        raise UnknownEffect(f"{call.name} that follows every symbolic link may write anywhere")
    paths = lying(call, arguments.operands[1:])
    where = Region(places(call, *arguments.operands[1:]))
    links = (recursive and len(where.include) > len(paths)) or arguments.has("-h", "--no-dereference", "-H", "-L")
    accounts = ACCOUNTS if call.name != "chmod" else Region()
    change = _attribute_change(call.name, value)
    known = change is not None and not links and not any(map(is_loose, arguments.operands[1:]))
    known &= (
        call.name != "chmod" or len(value) > 4 or not any(_keeps_bits(call.filesystem, p, recursive) for p in paths)
    )
    if known and change is not None and all(_all_known(call.filesystem, path, recursive) for path in paths):

        def apply(filesystem: Filesystem) -> Filesystem:
            for path in paths:
                for place in [p for p, _ in filesystem.walk(path)] if recursive else [path]:
                    node = filesystem.lookup(place)
                    if isinstance(node, Symlink) and call.name != "chmod":
                        owner = replace(change(node.attributes), mode=0o777)
                        filesystem = filesystem.put(place, Symlink(node.target, owner))
                    elif isinstance(node, File | Directory):
                        filesystem = _with_attributes(filesystem, place, change)
            return filesystem

        return Effect(reads=(where,), writes=(where,), exact=apply)
    return Effect(reads=(where, accounts), writes=(where,), seconds=0.3)


def _keeps_bits(filesystem: Filesystem, path: str, recursive: bool) -> bool:
    """Whether a directory there may have a set-user-ID or set-group-ID bit, which GNU chmod keeps where busybox does not."""
    nodes = [node for _, node in filesystem.walk(path)] if recursive else [filesystem.lookup(path)]
    modes = [node.attributes.mode for node in nodes if isinstance(node, Directory) and node.attributes]
    return any(bool(m & 0o6000) if isinstance(m, int) else not m.startswith(IF_MISSING) for m in modes)


def _mode_as_operand(argv: tuple[str, ...]) -> tuple[str, ...]:
    """``chmod -x file``: a mode that looks like options."""
    return tuple(
        f"./{word}" if len(word) > 1 and word[0] == "-" and set(word[1:]) <= set("rwxXst") else word for word in argv
    )


def _attribute_change(program: str, value: str) -> Callable[[Attributes], Attributes] | None:
    if program == "chmod":
        return (lambda old: replace(old, mode=int(value, 8))) if is_octal(value) else None
    user, colon, group = value.partition(":")
    if program == "chgrp":
        user, group = "", value
    if (user and not user.isdigit()) or (group and not group.isdigit()) or (colon and not group):
        return None

    def change(old: Attributes) -> Attributes:
        return Attributes(old.mode, int(user) if user else old.uid, int(group) if group else old.gid)

    return change


def _all_known(filesystem: Filesystem, path: str, recursive: bool) -> bool:
    node = filesystem.lookup(path)
    if isinstance(node, File):
        return True
    if not isinstance(node, Directory) or node.attributes is None:
        return False
    if not recursive:
        return True
    return node.rest is None and all(_all_known(filesystem, f"{path}/{name}", True) for name in node.children)


def _with_attributes(filesystem: Filesystem, path: str, change: Callable[[Attributes], Attributes]) -> Filesystem:
    node = filesystem.lookup(path)
    if isinstance(node, File):
        after = change(node.attributes)
        if (after.uid, after.gid) != (node.attributes.uid, node.attributes.gid):
            if isinstance(after.mode, int) and after.mode & 0o6000:
                raise UnknownEffect(f"the kernel takes set-user-ID bits away where the owner of {path} changes")
            return filesystem.put(path, replace(node, attributes=after, capability=b""))
        return filesystem.put(path, replace(node, attributes=after))
    if isinstance(node, Directory) and node.attributes is not None:
        return filesystem.put(path, Directory(change(node.attributes), node.children, node.rest))
    raise UnknownEffect(f"the attributes of {path} are not known")
