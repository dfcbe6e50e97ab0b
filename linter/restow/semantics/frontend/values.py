"""Values that the frontend reads: ports, signals, modes, checksums, platforms. Each gives what is wrong, or None."""

from __future__ import annotations

import re

MAX_PORT = 65535

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_SIGNALS = frozenset(
    "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP "
    "TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX".split()
    + [f"RTMIN+{count}" for count in range(1, 16)]
    + [f"RTMAX-{count}" for count in range(1, 15)]
)
_SYMBOLIC_MODE = re.compile(r"[augo]*(?:[-+=][rwxXstugo]*)+(?:,[augo]*(?:[-+=][rwxXstugo]*)+)*")
_SYSTEM = re.compile(r"([A-Za-z0-9_.-]*)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?")
_PART = re.compile(r"[A-Za-z0-9_.-]+")
_SYSTEMS = frozenset(
    "aix android darwin dragonfly freebsd hurd illumos ios js linux macos nacl netbsd openbsd plan9 solaris windows zos".split()
)
_ARCHITECTURES = frozenset(
    "386 i386 amd64 amd64p32 x86_64 x86-64 arm armbe armhf armel arm64 arm64be aarch64 ppc64 ppc64le loong64 mips mipsle "
    "mips64 mips64le mips64p32 mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm".split()
)


def read_ports(text: str) -> list[str]:
    """``[address:][host:]port[-port][/protocol]`` as ``port/protocol``, one a port. Raises ValueError with the reason."""
    *before, last = text.split(":")
    port, _, protocol = last.partition("/")
    if not port:
        raise ValueError(f"{text!r} has no port: write PORT or PORT/PROTOCOL")
    if protocol.lower() not in ("", "tcp", "udp", "sctp"):
        raise ValueError(f"{text!r} has the protocol {protocol!r}: write tcp, udp or sctp")
    host, address = (before or [""])[-1], ":".join(before[:-1])
    _check_address(address)
    first, last_port = _range(port)
    if host:
        host_first, host_last = _range(host)
        if last_port != first and host_last - host_first != last_port - first:
            raise ValueError(f"{text!r} has ranges of different lengths, {host} and {port}")
    return [f"{number}/{protocol.lower() or 'tcp'}" for number in range(first, last_port + 1)]


def _check_address(address: str) -> None:
    if not address:
        return
    import ipaddress

    bare = address[1:-1] if address.startswith("[") and address.endswith("]") else address
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        raise ValueError(f"{address!r} is no IP address; EXPOSE takes ports only") from None


def _range(text: str) -> tuple[int, int]:
    """First and last port of ``8000`` or ``8000-8010``."""
    first, dash, last = text.partition("-")
    numbers = [_port(first, text), _port(last, text) if dash and last != first else _port(first, text)]
    if numbers[1] < numbers[0]:
        raise ValueError(f"the port range {text!r} ends before it begins")
    return numbers[0], numbers[1]


def _port(text: str, whole: str) -> int:
    if not _NUMBER.fullmatch(text) or not 0 <= int(text) <= MAX_PORT:
        raise ValueError(f"{whole!r} is no port: write a number from 0 to {MAX_PORT}")
    return int(text)


def signal_problem(text: str) -> str | None:
    """Of STOPSIGNAL: a number other than 0, or a name, ``SIG`` or not before it, in any case."""
    known = int(text) != 0 if _NUMBER.fullmatch(text) else text.upper().removeprefix("SIG") in _SIGNALS
    return None if known else f"{text!r} is no signal: write a name such as SIGTERM, or a number"


def mode_problem(text: str) -> str | None:
    """Of ``--chmod``: up to 07777, or symbolic as chmod takes it; empty counts as absent."""
    if re.fullmatch(r"[0-7]{1,12}", text, re.ASCII):
        return None if int(text, 8) <= 0o7777 else f"--chmod={text} is too large: write up to 07777"
    if not text or _SYMBOLIC_MODE.fullmatch(text):
        return None
    return f"--chmod={text} is no mode: write octal digits up to 07777, or a symbolic mode such as u+x"


def checksum_problem(text: str) -> str | None:
    """Of ``--checksum`` for an address: a digest of an algorithm that BuildKit computes."""
    from restow.oci.digest import DigestError, parse_digest

    try:
        digest = parse_digest(text)
    except DigestError as error:
        return str(error)
    if digest.algorithm not in ("sha256", "sha384", "sha512"):
        return f"--checksum has the algorithm {digest.algorithm}: write sha256, sha384 or sha512"
    return None


def platform_problem(text: str) -> str | None:
    """Of ``--platform``: ``system/architecture[/variant]``, or one of the first two alone."""
    parts = text.split("/")
    system = _SYSTEM.fullmatch(parts[0])
    if system is None or len(parts) > 3 or not all(_PART.fullmatch(part) for part in parts[1:]):
        return f"{text!r} is no platform: write OS/ARCHITECTURE[/VARIANT]"
    if len(parts) == 1 and system[1] and system[1].lower() not in _SYSTEMS | _ARCHITECTURES:
        return f"{text!r} is neither an operating system nor an architecture that is known"
    return None
