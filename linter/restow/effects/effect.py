"""The values of the effect layer: an invocation goes in, an effect comes out.

An effect names what it assumes. A *standing* assumption is one that every proof of this kind needs (the package index
answers both builds alike); it is reported and accepted. Any other is checked against the build context: where it holds
it counts as shown, where it fails the model must say more, and where nobody can tell it makes the rewrite unsafe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from restow.errors import UnknownContent, UnknownEffect
from restow.semantics.scope import SYMBOLIC
from restow.vfs import Directory, File, Filesystem, Region, Unknown

if TYPE_CHECKING:
    from restow.effects.declaration import Declaration

__all__ = ["NAME", "SYMBOLIC", "Assumption", "Cache", "Effect", "Invocation", "Verdict"]


NAME = "name:"
"""Begins the symbolic value of a name that only the build gives: one path component, neither ``.`` nor ``..``."""


class Verdict(Enum):
    """What is known of an assumption."""

    STANDING = "standing"
    HOLDS = "holds"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Assumption:
    """A condition that a proof rests on: ``code`` names its kind, ``text`` says it to a user."""

    code: str
    text: str
    verdict: Verdict = Verdict.STANDING


PLAIN = Assumption(
    "plain-values",
    "a value that only the build knows, put into the middle of a word, has no blanks, no '..' and no commands in it",
)


HOME = Assumption(
    "home-directory",
    "the base image sets no HOME: the home directory is /root, or /home/NAME of another user",
)


def beyond_base(path: str) -> str:
    """``path`` without the base image's unknown working directory, where it begins with that."""
    start = f"/{SYMBOLIC}working directory:"
    return path[len(start) :].partition(SYMBOLIC)[2] if path.startswith(start) else path


def home_of(environment: Mapping[str, str], user: str) -> str:
    """The home directory, as far as it can be told: ``HOME``, or by the user's name."""
    home = environment.get("HOME", "")
    if home and SYMBOLIC not in home:
        return home
    name = user.split(":", maxsplit=1)[0]
    return "/root" if name in ("", "0", "root") else f"/home/{name}"


@dataclass(frozen=True, slots=True)
class Cache:
    """Files that a program leaves only to be faster next time: where, and the command that removes them."""

    path: str
    remove: str


@dataclass(frozen=True)
class Effect:
    """What one command reads and may write, as regions of the filesystem and names of environment variables.

    ``creates`` are paths that afterwards hold the program's own result whatever stood there before. ``environment``
    None means every variable. ``certain``: it cannot fail for root. ``exact`` computes the resulting filesystem where
    the simulator can; else what is written is a term over everything read. ``needs`` are the project's files that have
    to be in place. ``words`` are those of the command that decide its result, None for all of them (``--quiet`` and
    ``--no-cache-dir`` do not). ``sets`` are variables that it gives to the commands after it (``export``). ``consulted``
    are paths that the model looked at, with the links on the way to its arguments: it says the same only while they stay
    as they are. ``links`` are (place, target) of symbolic links that it may make where it is not computed. ``seconds``
    (prior, wall time on a CI machine) and ``size`` (bytes added) are estimates.
    """

    reads: tuple[Region, ...] = ()
    writes: tuple[Region, ...] = ()
    creates: tuple[str, ...] = ()
    environment: tuple[str, ...] | None = ()
    assumes: tuple[Assumption, ...] = ()
    caches: tuple[Cache, ...] = ()
    network: bool = False
    seconds: float = 0.1
    size: int = 0
    exact: Callable[[Filesystem], Filesystem] | None = None
    certain: bool = False
    needs: tuple[str, ...] = ()
    words: tuple[str, ...] | None = None
    sets: tuple[str, ...] = ()
    consulted: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.exact is not None and self.environment is None:
            raise ValueError("an exact effect knows the variables that it reads")


def _nothing(_path: str, _term: str) -> None:
    return None


@dataclass
class Invocation:
    """One command with everything that it could look at.

    ``read`` gives the bytes of a known file (absolute path), None where they are not at hand. ``accept`` says that
    assumptions that nobody can check are taken as true. What the model looked at is recorded in ``consulted``, since a
    verdict is only good while those files stay as they are; what it assumed, in ``assumed``; the paths of arguments as they
    were written, and the links on their way, in ``ways``. ``declared`` are effects that the user declared; they come before
    the models. ``appended`` gives the text that the command named by a term (second argument) appended to a path, where it did
    nothing else. ``standard_input`` is the file (absolute path) that a redirection feeds it, None where there is none.
    """

    argv: tuple[str, ...]
    filesystem: Filesystem
    environment: Mapping[str, str]
    directory: str
    user: str
    read: Callable[[str], bytes | None]
    accept: bool = False
    standard_input: str | None = None
    consulted: list[str] = field(default_factory=list)
    assumed: list[Assumption] = field(default_factory=list)
    declared: tuple[Declaration, ...] = ()
    ways: list[str] = field(default_factory=list)
    appended: Callable[[str, str], str | None] = _nothing

    @property
    def name(self) -> str:
        """The program's name without its folder."""
        return self.argv[0].rsplit("/", 1)[-1]

    def path(self, argument: str) -> str:
        """The argument as an absolute path, known links followed. Raises UnknownEffect where part of it is unknown."""
        if SYMBOLIC in argument:
            raise UnknownEffect(f"the path in an argument of {self.name} depends on a value that is not known")
        if SYMBOLIC in self.directory and not argument.startswith(("/", "~")):
            raise UnknownEffect("the working directory is the base image's, and not known; set WORKDIR")
        return self._resolved(argument, last=True)

    def entry(self, argument: str) -> str:
        """Like ``path``, but where a symbolic link stands, the link itself."""
        self.path(argument)
        return self._resolved(argument, last=False)

    def _resolved(self, argument: str, *, last: bool) -> str:
        written = self._absolute(argument)
        found = self.filesystem.resolve(written, last=last)
        self.ways += (*self.filesystem.steps(written), found)
        return found

    def area(self, argument: str) -> str:
        """The argument as an absolute path, or, where it goes on with something unknown, the folder in which it lies.

        A name that only the build gives (``/tmp/`` and what ``mktemp`` made up) is one component; of any other value it
        is assumed, and said, that it is plain. Raises UnknownEffect where it may lie anywhere.
        """
        whole = self._absolute(argument)
        head, mark, rest = whole.partition(SYMBOLIC)
        if not mark:
            return self.path(argument)
        parts, folder = rest.split(SYMBOLIC), head.rpartition("/")[0]
        if not folder or argument.startswith(SYMBOLIC) or ".." in "".join(parts[1::2]):
            return self.path(argument)
        if not all(part.startswith(NAME) for part in parts[::2]):
            self.assume(PLAIN)
        return self.filesystem.resolve(folder)

    def _absolute(self, argument: str) -> str:
        if argument == "~" or argument.startswith("~/"):
            argument = self.home + argument[1:]
        return argument if argument.startswith("/") else f"{self.directory}/{argument}"

    @property
    def is_root(self) -> bool:
        """Whether the command runs as root."""
        return self.user.split(":")[0] in ("", "0", "root")

    @property
    def home(self) -> str:
        """The home directory: ``HOME``, or by the user's name, which is assumed and said."""
        if SYMBOLIC in self.environment.get("HOME", SYMBOLIC):
            self.assume(HOME)
        return home_of(self.environment, self.user)

    def node(self, path: str) -> File | Directory | Unknown | None:
        """The file or directory at ``path`` (absolute): None where surely neither stands there."""
        if SYMBOLIC in beyond_base(path):
            raise UnknownEffect("what stands in a working directory whose name is not known cannot be told")
        self.consulted.append(path)
        node = self.filesystem.lookup(self.filesystem.resolve(path))
        return node if isinstance(node, File | Directory | Unknown) else None

    def text(self, path: str) -> str | None:
        """The text of the file at ``path``; None where it surely does not exist.

        Raises UnknownContent where it may exist but its content is not at hand.
        """
        node = self.node(path)
        if node is None:
            return None
        if isinstance(node, Directory):
            raise UnknownEffect(f"{path} is a directory")
        data = self.read(self.filesystem.resolve(path)) if isinstance(node, File) else None
        if data is None:
            raise UnknownContent(f"the content of {path} is not known")
        return data.decode("utf-8", "replace")

    def known_text(self, path: str) -> str | None:
        """The text of a file that the build itself put at ``path``; None where it put none there.

        Unlike ``text`` this takes a place that the base image may fill for empty of interest.
        Raises UnknownContent where the build put a file there whose content is not at hand.
        """
        return None if isinstance(self.node(path), Unknown) else self.text(path)

    def assume(self, assumption: Assumption, holds: bool | None = None) -> bool:
        """Whether the model may rely on the assumption; recorded where it may.

        ``holds`` is what a check against the context gave: None where there was nothing to check.
        """
        if assumption.verdict is Verdict.STANDING or holds:
            verdict = Verdict.STANDING if assumption.verdict is Verdict.STANDING else Verdict.HOLDS
        elif holds is None and self.accept:
            verdict = Verdict.UNCHECKED
        else:
            return False
        recorded = Assumption(assumption.code, assumption.text, verdict)
        if recorded not in self.assumed:
            self.assumed.append(recorded)
        return True
