"""What an instruction reads and writes beside the cache: enough to know which orders are worth trying.

A conflict forbids an order in the search. It need not be exact: whatever the search finds is proven by simulation
afterwards. Instructions other than RUN have state beside the filesystem, so this is another relation than
``restow.effects.commute``, which answers for commands alone; what regions and names of variables mean is the same for both.
"""

from __future__ import annotations

from dataclasses import dataclass

from restow.build import Step
from restow.effects.commute import fits, overlap
from restow.effects.ownership import ACCOUNT_FILES
from restow.syntax.ast import Add, Arg, Copy, Env, Run, Workdir
from restow.vfs import Directory, Filesystem, Region

_STATE = {"user": "user", "shell": "shell"}


@dataclass(frozen=True)
class Access:
    """Regions of the filesystem, and names of what lives beside it (``cwd``, ``user``, ``shell``, ``var:NAME``,
    ``config:x``).

    ``brought`` is what a COPY writes where that is known; ``writes`` are then only the places. ``creates`` are
    directories that are made where they are missing, with the attributes they get: whoever comes first decides those.
    """

    reads: tuple[Region, ...] = ()
    writes: tuple[Region, ...] = ()
    names_read: frozenset[str] = frozenset()
    names_written: frozenset[str] = frozenset()
    barrier: bool = False
    brought: Filesystem | None = None
    creates: frozenset[tuple[str, str]] = frozenset()

    def conflicts(self, other: Access) -> bool:
        """Whether the two may not change places."""
        if (self.barrier and other.touches_build) or (other.barrier and self.touches_build):
            return True
        if _meet(self.names_written, other.names_read | other.names_written) or _meet(
            other.names_written, self.names_read
        ):
            return True
        if any(one == two and how != other_how for one, how in self.creates for two, other_how in other.creates):
            return True
        if self.brought is not None and other.brought is not None:
            return overlap(self.writes, other.writes) is not None and _share_file(self.brought, other.brought)
        return _hits(self, (*other.reads, *other.writes)) or _hits(other, self.reads)

    @property
    def touches_build(self) -> bool:
        """Whether anything but the configuration is concerned."""
        names = self.names_read | self.names_written
        return self.barrier or bool(self.reads or self.writes) or any(not name.startswith("config:") for name in names)


def access_of(step: Step) -> Access:
    """The access of a simulated step."""
    node = step.instruction
    used = frozenset(f"var:{name}" for name in step.variables)
    if step.unknown or node.kind == "invalid":
        return Access(names_read=frozenset(["cwd", "user", "shell", "var:*", "volume"]), barrier=True)
    if isinstance(node, Run):
        return _of_run(step)
    if isinstance(node, Copy | Add):
        relative = not node.destination.text.startswith(("/", '"/'))
        named = node.flag_value("chown")
        reads = (ACCOUNT_FILES,) if named and not named.replace(":", "").isdigit() else ()
        names = used | {"volume"} | ({"cwd"} if relative else frozenset())
        return Access(reads, (Region(step.places),), names, brought=step.brought, creates=step.creates)
    if isinstance(node, Workdir):
        relative = not node.path.text.startswith("/")
        return Access(
            (), (), used | {"user"} | ({"cwd"} if relative else frozenset()), frozenset(["cwd"]), creates=step.creates
        )
    if isinstance(node, Env | Arg):
        return Access(
            names_read=used | _variables(node), names_written=frozenset(f"var:{pair.key}" for pair in node.pairs)
        )
    if node.kind in _STATE:
        return Access(names_read=frozenset(["var:*"]), names_written=frozenset([_STATE[node.kind]]))
    kind = "command" if node.kind in ("cmd", "entrypoint") else node.kind
    shell = frozenset(["shell"]) if node.kind in ("cmd", "entrypoint", "healthcheck") else frozenset[str]()
    if node.kind == "volume":
        return Access(names_written=frozenset(["volume", "config:volume"]), names_read=frozenset(["var:*"]))
    return Access(names_read=shell | {"config:vars"}, names_written=frozenset([f"config:{kind}"]))


def _hits(writer: Access, regions: tuple[Region, ...]) -> bool:
    """Whether the writer changes something in the regions. Directories that COPY makes on the way are left to the
    proof.
    """
    if writer.brought is None:
        return overlap(writer.writes, regions) is not None
    tree = writer.brought
    return any(not isinstance(node, Directory) for region in regions for _, node in region.met(tree))


def _share_file(one: Filesystem, two: Filesystem) -> bool:
    return any(not isinstance(node, Directory) and two.lookup(path) is not None for path, node in one.walk())


def _of_run(step: Step) -> Access:
    effects = [command.effect for command in step.commands]
    reads = tuple(region for effect in effects for region in effect.reads)
    writes = tuple(region for effect in effects for region in effect.writes)
    created = tuple(path for effect in effects for path in effect.creates)
    names = {"cwd", "user", "shell", "volume", *(f"var:{name}" for name in step.variables)}
    for effect in effects:
        names |= {"var:*"} if effect.environment is None else {f"var:{name}" for name in effect.environment}
    return Access(reads, (*writes, *((Region(created),) if created else ())), frozenset(names))


def _variables(node: Env | Arg) -> frozenset[str]:
    """Names behind ``$`` in the values: roughly, since the proof decides."""
    found: set[str] = set()
    for pair in node.pairs:
        for part in (pair.value or "").split("$")[1:]:
            name = ""
            for character in part.removeprefix("{"):
                if not (character.isalnum() or character == "_"):
                    break
                name += character
            if name:
                found.add(f"var:{name}")
    return frozenset(found)


def _meet(left: frozenset[str], right: frozenset[str]) -> bool:
    if left & right:
        return True
    pairs = ((one[4:], two[4:]) for one in left for two in right if one.startswith("var:") and two.startswith("var:"))
    return any(fits(one, two) or fits(two, one) for one, two in pairs)
