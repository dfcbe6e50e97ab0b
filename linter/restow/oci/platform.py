"""Platforms: operating system, architecture and variant, as images and ``--platform`` write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from restow.errors import UsageError

_ARCHITECTURES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "armhf": "arm",
    "armel": "arm",
    "i386": "386",
}
_USUAL_VARIANTS = {"arm64": "v8", "arm": "v7"}


@dataclass(frozen=True, slots=True, order=True)
class Platform:
    """What an image runs on: ``linux``, ``arm``, ``v7``; a text is empty where nothing is said."""

    os: str
    architecture: str
    variant: str = ""

    @classmethod
    def of(cls, document: Mapping[str, object]) -> Platform:
        """The platform that an image configuration or a descriptor's ``platform`` object states."""
        os, architecture, variant = (document.get(key) or "" for key in ("os", "architecture", "variant"))
        return cls(str(os), str(architecture), str(variant))

    @property
    def known(self) -> bool:
        """Whether both parts are there; attestations have ``unknown/unknown``."""
        return all(part and part != "unknown" for part in (self.os, self.architecture))

    def offers(self, wanted: Platform) -> bool:
        """Whether an image of this platform is what somebody who asks for ``wanted`` means."""
        if (self.os, self.architecture) != (wanted.os, wanted.architecture):
            return False
        usual = _USUAL_VARIANTS.get(self.architecture, "")
        return not wanted.variant or (self.variant or usual) == wanted.variant

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part) or "no platform"


def parse_platform(text: str) -> Platform:
    """``os/architecture[/variant]``. Raises UsageError for anything else, and for several."""
    if "," in text:
        raise UsageError(
            f"{text!r} names several platforms; one image is for one of them: run the command once for each"
        )
    parts = text.lower().split("/")
    if len(parts) not in (2, 3) or not all(parts):
        raise UsageError(f"{text!r} is no platform; write os/architecture[/variant], as in linux/arm64")
    return Platform(parts[0], _ARCHITECTURES.get(parts[1], parts[1]), *parts[2:])
