"""Image references, as `docker pull` and FROM read them: ``[registry/]repository[:tag][@digest]``.

A short name is completed: ``alpine`` is ``docker.io/library/alpine``. What stands before the first ``/`` is a registry
if it has a dot, a colon or an upper-case letter, or is ``localhost``; else it is part of a repository on Docker Hub.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from restow.errors import UsageError
from restow.oci.digest import Digest, DigestError, parse_digest

DEFAULT_REGISTRY = "docker.io"
DEFAULT_TAG = "latest"
_NAME_LENGTH = 255

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_REGISTRY = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_PART}(?:/{_PART})*")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}")
_IDENTIFIER = re.compile(r"[a-f0-9]{64}")


class ImageReferenceError(UsageError):
    """A text is no image reference; the message says which part is wrong."""


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """An image by name. ``registry`` and ``repository`` are complete (``docker.io``, ``library/alpine``).

    ``tag`` and ``digest`` are None where the text has none: which of both counts is the digest.
    """

    registry: str
    repository: str
    tag: str | None = None
    digest: Digest | None = None

    @property
    def name(self) -> str:
        """Registry and repository, without tag and digest."""
        return f"{self.registry}/{self.repository}"

    @property
    def familiar_name(self) -> str:
        """The name as people write it: without ``docker.io/`` and ``library/``."""
        if self.registry != DEFAULT_REGISTRY:
            return self.name
        short = self.repository.removeprefix("library/")
        return self.repository if "/" in short else short

    @property
    def familiar(self) -> str:
        """The whole reference as people write it."""
        return self.familiar_name + self._suffix

    @property
    def pinned(self) -> bool:
        """Whether the reference names one content for ever."""
        return self.digest is not None

    def with_default_tag(self) -> Reference:
        """The reference with the tag ``latest``, where it has neither tag nor digest."""
        return self if self.tag or self.digest else replace(self, tag=DEFAULT_TAG)

    @property
    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def __str__(self) -> str:
        return self.name + self._suffix


def parse_reference(text: str) -> Reference:
    """The reference that ``text`` writes.

    Raises ImageReferenceError for anything else: also for 64 hexadecimal digits, which are an image's ID, and for a
    name of more than 255 characters.
    """
    if _IDENTIFIER.fullmatch(text):
        raise ImageReferenceError(
            f"{text!r} is an image ID and no reference; name the image, or use name@sha256:<digest>"
        )
    rest, digest = _split_digest(text)
    registry, rest = _split_registry(rest)
    repository, colon, tag = rest.partition(":")
    if colon and not _TAG.fullmatch(tag):
        raise ImageReferenceError(f"{text!r}: {tag!r} is no tag (letters, digits, _ . -, up to 128, not first . or -)")
    if not _REPOSITORY.fullmatch(repository):
        hint = "; it must be lower-case" if _REPOSITORY.fullmatch(repository.lower()) else ""
        raise ImageReferenceError(f"{text!r}: {repository!r} is no repository name{hint}")
    if not _REGISTRY.fullmatch(registry):
        raise ImageReferenceError(f"{text!r}: {registry!r} is no registry (host, or host:port)")
    if registry == DEFAULT_REGISTRY and "/" not in repository:
        repository = f"library/{repository}"
    if len(registry) + 1 + len(repository) > _NAME_LENGTH:
        raise ImageReferenceError(f"{text[:60]!r}...: a name has at most {_NAME_LENGTH} characters")
    return Reference(registry, repository, tag if colon else None, digest)


def _split_digest(text: str) -> tuple[str, Digest | None]:
    """The text before the ``@``, and the digest after it."""
    rest, at, digest = text.partition("@")
    if not at:
        return rest, None
    try:
        return rest, parse_digest(digest)
    except DigestError as error:
        raise ImageReferenceError(f"{text!r}: {error}") from None


def _split_registry(text: str) -> tuple[str, str]:
    """The registry, completed, and the text after it."""
    first, slash, rest = text.partition("/")
    if not slash or not (set(".:") & set(first) or first == "localhost" or first.lower() != first):
        return DEFAULT_REGISTRY, text
    return (DEFAULT_REGISTRY if first == "index.docker.io" else first), rest
