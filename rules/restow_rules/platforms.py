"""Platforms as ``--platform`` writes them: ``os/architecture[/variant]``, or one of both alone."""

from __future__ import annotations

import re

OWN_SYSTEM = "linux"
OWN_ARCHITECTURE = "amd64"

_SYSTEMS = frozenset(
    "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos".split()
)
_ARCHITECTURES = frozenset(
    "386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc "
    "riscv riscv64 s390 s390x sparc sparc64 wasm".split()
)
_OTHER_NAMES = {
    "i386": "386", "x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm", "armel": "arm",
}  # fmt: skip
_SYSTEM = re.compile(r"([A-Za-z0-9_-]+)(?:\([A-Za-z0-9_.%-]*(?:\+[A-Za-z0-9_.%-]+)*\))?")
_PART = re.compile(r"[A-Za-z0-9_.-]+")


def parse_platform(text: str) -> tuple[str, str] | None:
    """Operating system and architecture in their usual names; None where the text is no platform.

    A part that is missing is that of the machine; here it is taken for linux and amd64.
    """
    first, *others = text.split("/")
    match = _SYSTEM.fullmatch(first)
    if match is None or len(others) > 2 or any(not _PART.fullmatch(part) for part in others):
        return None
    system = {"macos": "darwin"}.get(match[1].lower(), match[1].lower())
    if others:
        return system, _architecture(others[0])
    if system in _SYSTEMS:
        return system, OWN_ARCHITECTURE
    alone = _architecture(first)
    return (OWN_SYSTEM, alone) if alone in _ARCHITECTURES else None


def os_of(text: str) -> str:
    """The operating system of a platform; that of the machine where the text is none."""
    return (parse_platform(text) or (OWN_SYSTEM, ""))[0]


def _architecture(name: str) -> str:
    return _OTHER_NAMES.get(name.lower(), name.lower())
