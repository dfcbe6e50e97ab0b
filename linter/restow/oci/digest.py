"""Digests: the names of contents. ``sha256:`` and 64 lower-case hexadecimal digits, in nearly all cases."""

from __future__ import annotations

import re
from dataclasses import dataclass

from restow.errors import ArchiveError, UsageError

_GRAMMAR = re.compile(r"[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+")
_HEX_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}


class DigestError(UsageError):
    """A text is no digest, or one of an algorithm that cannot be computed here."""


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """The name of a content: the algorithm and what it yields, as text. ``str`` gives ``algorithm:encoded``."""

    algorithm: str
    encoded: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.encoded}"


def parse_digest(text: str) -> Digest:
    """The digest that ``text`` writes.

    Raises DigestError where it breaks the OCI grammar, or where sha256, sha384 or sha512 come with another number of
    digits than theirs or with upper-case ones. Other algorithms are taken as they are.
    """
    if not _GRAMMAR.fullmatch(text):
        raise DigestError(f"{text!r} is no digest; write it as sha256:<64 hexadecimal digits>")
    algorithm, _, encoded = text.partition(":")
    digits = _HEX_DIGITS.get(algorithm)
    if digits is not None and not re.fullmatch(f"[0-9a-f]{{{digits}}}", encoded):
        raise DigestError(f"{text!r} is no digest: {algorithm} has {digits} lower-case hexadecimal digits")
    return Digest(algorithm, encoded)


def digest_bytes(data: bytes, algorithm: str = "sha256") -> Digest:
    """The digest of ``data``. Raises DigestError for other algorithms than sha256, sha384 and sha512."""
    import hashlib

    if algorithm not in _HEX_DIGITS:
        raise DigestError(f"digests of the algorithm {algorithm!r} cannot be computed, only {', '.join(_HEX_DIGITS)}")
    return Digest(algorithm, hashlib.new(algorithm, data).hexdigest())


def verify(data: bytes, digest: Digest, name: str = "content") -> bytes:
    """``data``, when its digest is ``digest``.

    Raises ArchiveError, which names ``name`` and both digests, where it is not; DigestError where none can be computed.
    """
    found = digest_bytes(data, digest.algorithm)
    if found != digest:
        raise ArchiveError(f"{name}: the digest is {found}, expected {digest}")
    return data
