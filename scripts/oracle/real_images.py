"""An exported image as paths and a configuration, read with nothing but ``tarfile``: it must not share faults with Restow.

Read are ``docker save`` and OCI archives, the layers plain or compressed with gzip.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import posixpath
import tarfile
from dataclasses import dataclass
from pathlib import Path

KINDS = {
    tarfile.REGTYPE: "file",
    tarfile.DIRTYPE: "directory",
    tarfile.SYMTYPE: "link",
    tarfile.FIFOTYPE: "fifo",
    tarfile.CHRTYPE: "character",
    tarfile.BLKTYPE: "block",
}


@dataclass(frozen=True)
class RealEntry:
    """One path. ``inode`` is equal for hard links of each other; ``identity`` names a file's bytes by their digest."""

    kind: str
    mode: int
    uid: int
    gid: int
    target: str = ""
    identity: str = ""
    size: int = 0
    inode: int = 0


@dataclass(frozen=True)
class RealImage:
    """The flattened image: ``entries`` by absolute path (``/`` itself left out), ``config`` as the engine wrote it.

    ``history`` are its entries of the history as they are written, ``layers`` the number of its layers.
    """

    entries: dict[str, RealEntry]
    config: dict
    history: tuple[dict, ...] = ()
    layers: int = 0


_INODES = itertools.count(1)
_LAYERS: dict[str, list] = {}
"""Base layers that were read already, by their name: every image of a run begins with one of them."""


def read_real(archive: Path) -> RealImage:
    """The archive's image, its layers laid over each other."""
    with tarfile.open(archive) as outer:
        members = {posixpath.normpath(one.name): one for one in outer.getmembers()}

        def blob(name: str) -> bytes:
            member = members[name]
            if member.issym():
                member = members[posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname))]
            file = outer.extractfile(member)
            assert file is not None
            return file.read()

        def layer(name: str) -> list:
            key = f"{name} {members[name].size}"
            if key not in _LAYERS or "blobs" not in name:
                _LAYERS[key] = _read_layer(blob(name))
            return _LAYERS[key]

        config, layers = _parts(members, blob)
        tree: dict[str, RealEntry] = {}
        for name in layers:
            _lay(tree, layer(name))
    if len(_LAYERS) > 50:  # the base's is read again now and then
        _LAYERS.clear()
    return RealImage(tree, config.get("config") or {}, tuple(config.get("history") or ()), len(layers))


def _parts(members, blob) -> tuple[dict, list[str]]:
    """The configuration, and the layers' names from the lowest up."""
    if "manifest.json" in members:
        manifest = json.loads(blob("manifest.json"))[0]
        return json.loads(blob(manifest["Config"])), manifest["Layers"] or []

    def of(descriptor: dict) -> str:
        return "blobs/" + descriptor["digest"].replace(":", "/")

    document = json.loads(blob("index.json"))
    while "manifests" in document:
        document = json.loads(blob(of(document["manifests"][0])))
    return json.loads(blob(of(document["config"]))), [of(one) for one in document["layers"] or ()]


def _read_layer(data: bytes) -> list:
    """(path, entry or None for a whiteout, path of the entry that a hard link shares its content with)."""
    found = []
    with tarfile.open(fileobj=io.BytesIO(data)) as inner:
        for member in inner:
            path = posixpath.normpath("/" + member.name)
            folder, name = posixpath.split(path)
            if name == ".wh..wh..opq":
                found.append((folder, None, "opaque"))
            elif name.startswith(".wh."):
                found.append((posixpath.join(folder, name[4:]), None, "whiteout"))
            elif path == "/":
                continue
            elif member.islnk():
                found.append((path, RealEntry("hard", 0, 0, 0), posixpath.normpath("/" + member.linkname)))
            else:
                file = inner.extractfile(member) if member.isreg() else None
                content = file.read() if file is not None else b""
                identity = "sha256:" + hashlib.sha256(content).hexdigest() if member.isreg() else ""
                target = member.linkname if member.issym() else ""
                entry = RealEntry(
                    KINDS[member.type],
                    member.mode & 0o7777,
                    member.uid,
                    member.gid,
                    target,
                    identity,
                    member.size,
                    next(_INODES),
                )
                found.append((path, entry, ""))
    return found


def _lay(tree: dict[str, RealEntry], layer: list) -> None:
    """Unpack a layer: whiteouts reach what is below alone."""
    for path, entry, mark in layer:
        if entry is None:
            _clear(tree, path, itself=mark == "whiteout")
    for path, entry, other in layer:
        if entry is None:
            continue
        if entry.kind == "hard":
            tree[path] = tree[other]
            continue
        if entry.kind != "directory" or path not in tree or tree[path].kind != "directory":
            _clear(tree, path, itself=True)
        tree[path] = entry


def _clear(tree: dict[str, RealEntry], path: str, *, itself: bool) -> None:
    for one in [one for one in tree if one.startswith(path.rstrip("/") + "/")]:
        del tree[one]
    if itself:
        tree.pop(path, None)
