"""One effect that a user declares, as settings or an entry point give it."""

from __future__ import annotations

from dataclasses import dataclass

from restow.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the commands that begin with ``command`` read and write.

    ``command``: a program's name or path, with the words that have to follow it (``npm run build``). Paths are absolute,
    begin with ``~/``, or are taken from the working directory; each means itself and all below, ``*`` is any one name.
    ``environment`` None means every variable. ``seconds`` is wall time, ``origin`` where the declaration stands.
    Raises ConfigError for an empty command and for a path that is no such pattern.
    """

    command: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    environment: tuple[str, ...] | None = None
    network: bool = False
    seconds: float = 1.0
    origin: str = "entry point"

    def __post_init__(self) -> None:
        if not self.command.split():
            raise ConfigError(f"{self.origin}: a declared effect without a command")
        for path in (*self.reads, *self.writes):
            if not path or "**" in path or any(mark in path for mark in "?[{$") or ".." in path.split("/"):
                raise ConfigError(
                    f"{self.origin}: {self.command}: {path!r} is no path with * for any one name; name the folder instead"
                )

    @property
    def text(self) -> str:
        """The declaration in words, for a report."""
        reads = f"only {', '.join(self.reads)}" if self.reads else "no file but its own program"
        writes = f"writes only {', '.join(self.writes)}" if self.writes else "writes nothing"
        return f"declared: {self.command} reads {reads}, and {writes} ({self.origin})"
