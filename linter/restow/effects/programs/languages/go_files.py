"""``go.mod``, ``go.work`` and ``go.sum``: the lines that tell which files a module leads to.

Go Modules Reference, "go.mod files": one directive a line, or a block ``directive ( ... )``; ``//`` begins a comment. In
``replace``, a target that begins with ``./``, ``../`` or ``/`` is a local folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from restow.effects.effect import Invocation
from restow.effects.surroundings import ancestors, place
from restow.errors import UnknownEffect
from restow.vfs import File, Unknown, join


@dataclass
class Module:
    """A module: its folder, what it requires as ``(path, version)``, local replacements, and the language version."""

    root: str
    required: list[tuple[str, str]] = field(default_factory=list)
    replaced: dict[str, tuple[str, str]] = field(default_factory=dict)
    local: list[str] = field(default_factory=list)
    language: tuple[int, ...] = ()


def nearest(call: Invocation, directory: str, name: str) -> str | None:
    """The nearest folder, going up, in which a file called ``name`` stands; None where the build put none there.

    Raises UnknownEffect where one may stand in the directory itself that the build knows nothing of.
    """
    for folder in (directory, *ancestors(directory)):
        if isinstance(call.node(join(folder, name)), File):
            return folder
    if name == "go.mod" and isinstance(call.node(directory), Unknown):
        raise UnknownEffect(f"it is not known whether there is a {name} in {directory}")
    return None


def directives(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each directive with its words, blocks taken apart and quotes taken off."""
    block = ""
    for line in text.splitlines():
        words = [word.strip('"`') for word in line.split("//")[0].split()]
        if not words:
            continue
        if block:
            if words == [")"]:
                block = ""
            else:
                yield block, words
        elif words[-1] == "(" or words[0].endswith("("):
            block = words[0].rstrip("(")
        else:
            yield words[0], words[1:]


def parse_module(call: Invocation, root: str) -> Module:
    """The module at ``root``. Raises UnknownEffect where its ``go.mod`` is not at hand."""
    module = Module(root)
    for name, words in directives(call.text(join(root, "go.mod")) or ""):
        if name == "go" and words:
            module.language = tuple(int(part) for part in words[0].split(".") if part.isdigit())
        elif name in ("require", "tool") and len(words) >= 2:
            module.required.append((words[0], words[1]))
        elif name == "replace" and "=>" in words:
            _add_replacement(call, module, words)
    return module


def _add_replacement(call: Invocation, module: Module, words: list[str]) -> None:
    target = words[words.index("=>") + 1 :]
    if not target:
        raise UnknownEffect(f"{join(module.root, 'go.mod')} has a replacement that is not understood")
    if target[0].startswith(("./", "../", "/")) or target[0] in (".", ".."):
        module.local.append(place(call, join(module.root, target[0])))
        module.replaced[words[0]] = ("", "")
    else:
        module.replaced[words[0]] = (target[0], (*target[1:], "")[0])


def work_folders(call: Invocation, root: str) -> list[str]:
    """The folders that ``go.work`` uses, and its local replacements."""
    found: list[str] = []
    for name, words in directives(call.text(join(root, "go.work")) or ""):
        if name == "use" and words:
            found.append(place(call, join(root, words[0])))
        elif name == "replace" and "=>" in words and words[-1].startswith(("./", "../", "/")):
            found.append(place(call, join(root, words[-1])))
    return found


def sums_complete(call: Invocation, module: Module) -> bool | None:
    """Whether ``go.sum`` has both lines of every required module; None where that cannot be told.

    From language version 1.17 on ``go.mod`` lists every module that is needed, indirect ones too.
    """
    path = join(module.root, "go.sum")
    node = call.node(path)
    if module.language < (1, 17) or (node is not None and (not isinstance(node, File) or call.read(path) is None)):
        return None
    listed = {tuple(line.split()[:2]) for line in (call.text(path) or "").splitlines()}
    for name, version in module.required:
        real, number = module.replaced.get(name, (name, version))
        if real and not {(real, number), (real, f"{number}/go.mod")} <= listed:
            return False
    return True
