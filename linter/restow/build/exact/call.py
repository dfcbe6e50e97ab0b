"""One program that runs: what it is given, and what it leaves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from restow.build.accounts import Accounts, read_accounts
from restow.build.exact.disk import Disk, FileError
from restow.build.exact.output import NOTHING, Output, unknown_word
from restow.effects.options import Arguments, read_options
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known
from restow.vfs import digest_of


@dataclass
class Call:
    """``argv`` with what surrounds it. ``flavour`` is the program's make: ``busybox``, or ``gnu`` for any other.

    The program changes ``disk`` and collects what it prints; ``complained`` says that it wrote to its error output.
    """

    argv: tuple[str, ...]
    disk: Disk
    environment: Mapping[str, str]
    given: Output = NOTHING
    flavour: str = "busybox"
    printed: list[str] = field(default_factory=list)
    ordered: bool = True
    complained: bool = False

    @property
    def name(self) -> str:
        """The program's name without its folder."""
        return self.argv[0].rsplit("/", 1)[-1]

    @property
    def output(self) -> Output:
        """All that was printed."""
        return Output("".join(self.printed), self.ordered)

    def arguments(self, flags: Collection[str], valued: Collection[str] = ()) -> Arguments:
        """The options and operands. Raises UnknownEffect for an option that is not listed, and for unknown words."""
        if not all(map(is_known, self.argv)):
            raise UnknownEffect(f"an argument of {self.name} is not known")
        return read_options(self.argv, flags=flags, valued=valued)

    def print(self, text: str) -> None:
        """Write to the standard output."""
        self.printed.append(text)

    def tell(self) -> None:
        """Print what ``-v`` makes a program say: it follows from the arguments and all that is there, and is not computed."""
        disk, own = self.disk, self.disk.credentials
        place = (disk.filesystem.digest, disk.directory, str(disk.umask), str(own.uid), str(own.gid))
        surroundings = [f"{name}={value}" for name, value in sorted(self.environment.items())]
        self.print(unknown_word("text", digest_of(self.flavour, *self.argv, "", *place, *surroundings)) + "\n")

    def print_lines(self, lines: Collection[str]) -> None:
        """Write lines, each with its end."""
        self.printed += [f"{line}\n" for line in lines]

    def complain(self, status: int = 1) -> int:
        """Write a message to the error output; gives the exit status for it."""
        self.complained = True
        return status

    def inputs(self, operands: tuple[str, ...]) -> list[tuple[str, Output | None]]:
        """The files named, or what is given where there is none; None for a file that cannot be read."""
        found: list[tuple[str, Output | None]] = []
        for operand in operands or ("-",):
            if operand in ("-", "/dev/stdin"):
                found.append(("-", self.given))
            elif operand == "/dev/null":
                found.append((operand, Output()))
            elif operand in ("/dev/urandom", "/dev/random"):
                found.append((operand, Output(unknown_word("random", operand))))
            else:
                found.append((operand, self._file(operand)))
        return found

    def _file(self, path: str) -> Output | None:
        try:
            return Output(self.disk.text(path))
        except FileError as error:
            if error.code == "EISDIR" and self.name != "cat":
                raise UnknownEffect(f"programs differ in what {self.name} makes of a directory") from None
            self.complained = True
            return None

    @property
    def accounts(self) -> Accounts:
        """The users and groups as the files tell them now."""
        return read_accounts(self.disk.filesystem, self.disk.read)

    def user_name(self, uid: int) -> str:
        """The name of a number, or the number where it has none."""
        user = self.accounts.user_numbered(uid)
        return user.name if user is not None else str(uid)

    def group_name(self, gid: int) -> str:
        """The name of a number, or the number where it has none."""
        group = self.accounts.group_numbered(gid)
        return group.name if group is not None else str(gid)
