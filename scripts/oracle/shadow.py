"""What the generator believes a stage holds below its own folder, so that its instructions mean something.

A wrong belief costs a failed build and nothing else: what a build leaves is judged by the engine alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

NAMES = ("a", "b", "c.py", "deep", "out", "x.txt", ".hidden")


@dataclass
class Shadow:
    """Paths below ``root`` with what stands there: ``folder``, ``file`` or ``link``."""

    root: str
    kinds: dict[str, str] = field(default_factory=dict)

    def copy(self, root: str) -> Shadow:
        """The same paths, for a stage that is built on this one and has a folder of its own."""
        return Shadow(root, dict(self.kinds))

    def some(self, random: Random, *kinds: str) -> str | None:
        """A path of one of these kinds, None where there is none."""
        found = [path for path, kind in self.kinds.items() if kind in kinds]
        return random.choice(found) if found else None

    def fresh(self, random: Random, *, deep: bool = False) -> str:
        """A path that is not taken, in a folder that is there (or, ``deep``, in one that may be missing)."""
        home = self.some(random, "folder") or self.root
        path = f"{home}/{random.choice(NAMES)}"
        if deep and random.random() < 0.5:
            path = f"{path}/{random.choice(NAMES)}"
        while path in self.kinds:
            path = f"{home}/{random.choice(NAMES)}{random.randint(0, 99)}"
        return path

    def add(self, path: str, kind: str) -> None:
        """Something stands at ``path`` now, and folders above it."""
        self.kinds[path] = kind
        above = path.rpartition("/")[0]
        while len(above) >= len(self.root) and above not in self.kinds:
            self.kinds[above] = "folder"
            above = above.rpartition("/")[0]

    def remove(self, path: str) -> None:
        """Nothing stands at and below ``path`` now."""
        for one in [one for one in self.kinds if one == path or one.startswith(f"{path}/")]:
            del self.kinds[one]

    def move(self, old: str, new: str, *, keep: bool) -> None:
        """What stands at and below ``old`` stands at ``new`` now, too where ``keep``."""
        found = {f"{new}{one[len(old) :]}": kind for one, kind in self.kinds.items() if f"{one}/".startswith(f"{old}/")}
        if not keep:
            self.remove(old)
        for path, kind in found.items():
            self.add(path, kind)
