"""Releases of BuildKit, for the files in which they differ."""

from __future__ import annotations

from dataclasses import dataclass

from restow.errors import UsageError

LATEST = (0, 32)
"""The last release of which it is known what it leaves."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release, and the umask of the daemon that it runs in: 022 in Docker's, 0 in buildkitd."""

    version: tuple[int, int]
    umask: int = 0o022

    @staticmethod
    def of(text: str, umask: int = 0o022) -> Release:
        """The release written as ``0.13``, ``v0.13.2`` or the like. Raises UsageError for anything else."""
        parts = text.removeprefix("v").split(".")
        if len(parts) < 2 or not all(part.isascii() and part.isdigit() for part in parts[:2]):
            raise UsageError(f"{text!r} is no release of BuildKit; write one such as 0.23")
        return Release((int(parts[0]), int(parts[1])), umask)

    @property
    def known(self) -> bool:
        """Whether all that is said here of releases holds for it."""
        return self.version <= LATEST

    def created_mode(self, mode: int) -> int:
        """The mode of a directory that ``--chmod`` with the number ``mode`` makes for the path."""
        if self.version < (0, 21):
            return 0o755
        bits = mode & 0o777
        return bits if self.version >= (0, 31) else bits & ~self.umask

    @property
    def reads_letters(self) -> bool:
        """Whether ``--chmod`` takes symbolic modes (Dockerfile 1.14): earlier ones leave the mode as it is, without a word."""
        return self.version >= (0, 20)

    @property
    def owns_entries(self) -> bool:
        """Whether ``ADD --chown`` of an archive gives its entries the owner, and not only the directory around them."""
        return self.version >= (0, 23)
