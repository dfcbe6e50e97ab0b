"""Random build contexts on disk, and one random change of one.

A context is a mapping from relative paths to entries; ``write`` puts it on disk with the times that the entries name, so that a
client which sends what differs by size and time sends exactly the entries whose ``time`` or size changed.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

NAMES = ("a", "b.txt", "c.py", "lock.json", "main.py", "note.md")
FOLDERS = ("src", "lib", "src/inner", "docs")
ARCHIVES = ("pack.tar", "pack.tar.gz", "pack.tar.bz2", "pack.tar.xz")
EPOCH = 1_700_000_000


@dataclass(frozen=True)
class Entry:
    """``kind`` is file, folder, link, hard (a hard link) or tar; ``text`` is a file's content or what a link points to.

    Of an archive it is the content of its file, and the archive's name says how it is compressed.

    ``time`` counts seconds. A hard link's mode and time are those of its file.
    """

    kind: str
    text: str = ""
    mode: int = 0o644
    time: int = 0


Tree = dict[str, Entry]


def random_tree(random: Random, salt: str) -> Tree:
    """A small tree; every file's content begins with ``salt``, so that no other run's cache holds it."""
    tree: Tree = {}
    for folder in random.sample(FOLDERS, random.randint(1, len(FOLDERS))):
        for depth in range(1, folder.count("/") + 2):
            tree.setdefault("/".join(folder.split("/")[:depth]), Entry("folder", mode=0o755))
    homes = ["", *(f"{path}/" for path, entry in tree.items() if entry.kind == "folder")]
    for home in homes:
        for name in random.sample(NAMES, random.randint(1, 3)):
            tree[home + name] = Entry(
                "file", f"{salt} {random.randint(0, 3)}\n", random.choice((0o644, 0o644, 0o600, 0o755))
            )
    files = [path for path, entry in tree.items() if entry.kind == "file"]
    if random.random() < 0.4:
        home, target = random.choice(homes), random.choice(files)
        tree[f"{home}link"] = Entry("link", os.path.relpath(target, home or "."))
    if random.random() < 0.2:
        tree[random.choice(homes) + "twin"] = Entry("hard", random.choice(files))
    if random.random() < 0.2:
        tree[random.choice(homes) + random.choice(ARCHIVES)] = Entry("tar", f"{salt} packed\n")
    if random.random() < 0.15:
        tree[random.choice(homes) + "dangling"] = Entry("link", "nowhere")
    return tree


def random_change(tree: Tree, random: Random, salt: str) -> tuple[Tree, str]:
    """The tree after one change, and what it was in words."""
    files = sorted(path for path, entry in tree.items() if entry.kind == "file")
    folders = sorted(path for path, entry in tree.items() if entry.kind == "folder")
    links = sorted(path for path, entry in tree.items() if entry.kind == "link")
    path, folder = random.choice(files), random.choice(folders)
    later = replace(tree[path], time=tree[path].time + 5)
    changes: list[tuple[str, Callable[[], Tree]]] = [
        (f"edit {path}", lambda: {**tree, path: replace(later, text=f"{salt} edited\n")}),
        (f"edit {path}", lambda: {**tree, path: replace(later, text=f"{salt} edited\n")}),
        (
            f"edit {path}, same size and time",
            lambda: {**tree, path: replace(tree[path], text=tree[path].text[:-2] + "9\n")},
        ),
        (f"touch {path}", lambda: {**tree, path: later}),
        (f"chmod {path}", lambda: {**tree, path: replace(tree[path], mode=tree[path].mode ^ 0o111)}),
        (f"chmod {folder}", lambda: {**tree, folder: replace(tree[folder], mode=0o700)}),
        (f"touch {folder}", lambda: {**tree, folder: replace(tree[folder], time=9)}),
        (f"add {folder}/new", lambda: {**tree, f"{folder}/new": Entry("file", f"{salt} new\n", time=7)}),
        ("add new", lambda: {**tree, "new": Entry("file", f"{salt} new\n", time=7)}),
        (f"add the empty folder {folder}/more", lambda: {**tree, f"{folder}/more": Entry("folder", mode=0o755)}),
        (f"rename {path}", lambda: _renamed(tree, path, f"{path}.old")),
        (f"remove {path}", lambda: {name: entry for name, entry in tree.items() if name != path}),
        (f"{path} becomes a link", lambda: {**tree, path: Entry("link", "nowhere")}),
    ]
    if links:
        link = random.choice(links)
        changes.append((f"retarget {link}", lambda: {**tree, link: Entry("link", os.path.basename(path))}))
        changes.append((f"{link} becomes a file", lambda: {**tree, link: Entry("file", f"{salt} file\n", time=7)}))
    if len(files) > 1:
        other = random.choice([one for one in files if one != path])
        changes.append((f"copy {other} to {path}", lambda: {**tree, path: replace(later, text=tree[other].text)}))
        newer = replace(tree[other], time=9)  # else the client would send the link and not the bytes, and mix files up
        changes.append(
            (f"{path} becomes a hard link to {other}", lambda: {**tree, other: newer, path: Entry("hard", other)})
        )
    words, change = random.choice(changes)
    return change(), words


def _renamed(tree: Tree, old: str, new: str) -> Tree:
    return {new if path == old else path: entry for path, entry in tree.items()}


def write(tree: Mapping[str, Entry], folder: Path) -> None:
    """Make ``folder`` hold the tree and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    for path, entry in sorted(tree.items()):
        place = folder / path
        if entry.kind == "folder":
            place.mkdir(parents=True, exist_ok=True)
        elif entry.kind == "link":
            place.symlink_to(entry.text)
        elif entry.kind == "file":
            place.write_text(entry.text, "utf-8")
        elif entry.kind == "tar":
            place.write_bytes(packed(entry.text, place.suffix.lstrip(".")))
    for path, entry in tree.items():
        if entry.kind == "hard" and (folder / entry.text).is_file():
            (folder / path).hardlink_to(folder / entry.text)
    for path, entry in sorted(tree.items(), reverse=True):
        if entry.kind == "hard":
            continue
        if entry.kind != "link":
            (folder / path).chmod(entry.mode)
        os.utime(folder / path, (EPOCH + entry.time,) * 2, follow_symlinks=False)


def packed(text: str, compression: str) -> bytes:
    """An archive of two folders, a file with ``text``, a second name of it and a link, each with an owner."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, mode, owner in (
            ("in", tarfile.DIRTYPE, 0o750, 3),
            ("in/deep", tarfile.DIRTYPE, 0o755, 0),
            ("in/deep/one", tarfile.REGTYPE, 0o4755, 1),
            ("in/twin", tarfile.LNKTYPE, 0o4755, 1),
            ("in/link", tarfile.SYMTYPE, 0o777, 0),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.uid, info.gid, info.mtime = kind, mode, owner, owner, EPOCH
            info.linkname = {tarfile.LNKTYPE: "in/deep/one", tarfile.SYMTYPE: "deep/one"}.get(kind, "")
            data = text.encode() if kind == tarfile.REGTYPE else b""
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    compress = {"gz": partial(gzip.compress, mtime=0), "bz2": bz2.compress, "xz": lzma.compress}.get(compression, bytes)
    return compress(out.getvalue())


def unsent(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[str]:
    """Files whose bytes changed, but neither their size, time nor mode: a client takes them for unchanged."""
    return [path for path in after if path in before and _seen(before, path) == _seen(after, path) is not None]


def _seen(tree: Mapping[str, Entry], path: str) -> tuple[int, int, int] | None:
    """What a client compares of a file; a hard link shows what its file does. None for anything else."""
    entry = tree[path] if tree[path].kind != "hard" else tree.get(tree[path].text)
    return (len(entry.text), entry.mode, entry.time) if entry is not None and entry.kind == "file" else None
