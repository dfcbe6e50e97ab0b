"""``. file`` and ``source file``: what runs in the shell itself, and what ``/etc/os-release`` says.

The file of a base image is not at hand. Of ``os-release`` the names are known that it may set (os-release(5)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from restow.build.command_terms import Entry
from restow.build.state import Command
from restow.effects.effect import Assumption, Effect
from restow.effects.surroundings import names
from restow.errors import UnknownEffect
from restow.semantics.scope import symbolic
from restow.shell import Opaque, Script, SimpleCommand, parse_shell, read_otherwise
from restow.vfs import Filesystem, Region, digest_of

SOURCES = (".", "source")
DEEPEST = 8
"""How many scripts may run one in the other: one that starts itself has no end."""
RELEASE_FILES = ("/etc/os-release", "/usr/lib/os-release")
RELEASE_VARIABLES = tuple(
    sorted(
        names(
            "NAME ID ID_LIKE PRETTY_NAME CPE_NAME VARIANT VARIANT_ID VERSION VERSION_ID VERSION_CODENAME BUILD_ID IMAGE_ID "
            "IMAGE_VERSION RELEASE_TYPE HOME_URL DOCUMENTATION_URL SUPPORT_URL BUG_REPORT_URL PRIVACY_POLICY_URL SUPPORT_END "
            "LOGO ANSI_COLOR VENDOR_NAME VENDOR_URL EXPERIMENT EXPERIMENT_URL DEFAULT_HOSTNAME ARCHITECTURE SYSEXT_LEVEL "
            "CONFEXT_LEVEL SYSEXT_SCOPE CONFEXT_SCOPE PORTABLE_PREFIXES UBUNTU_CODENAME DEBIAN_CODENAME DEBIAN_VERSION_FULL "
            "PLATFORM_ID REDHAT_BUGZILLA_PRODUCT REDHAT_BUGZILLA_PRODUCT_VERSION REDHAT_SUPPORT_PRODUCT "
            "REDHAT_SUPPORT_PRODUCT_VERSION CENTOS_MANTISBT_PROJECT CENTOS_MANTISBT_PROJECT_VERSION ROCKY_SUPPORT_PRODUCT "
            "ROCKY_SUPPORT_PRODUCT_VERSION ALMALINUX_MANTISBT_PROJECT ALMALINUX_MANTISBT_PROJECT_VERSION ORACLE_BUGZILLA_PRODUCT "
            "ORACLE_BUGZILLA_PRODUCT_VERSION ORACLE_SUPPORT_PRODUCT ORACLE_SUPPORT_PRODUCT_VERSION VARIANT_LIKE AMAZON_LINUX"
        )
    )
)
RELEASE = Assumption(
    "os-release",
    "/etc/os-release sets the variables that os-release(5) and the large distributions name, and does nothing else",
)


def read_entry(path: str, places: Iterable[str], needs: tuple[str, ...] = ()) -> Entry:
    """The reading of a file by the shell."""
    effect = Effect(reads=(Region(tuple(places)),), seconds=0.0, needs=needs)
    return Entry(Command("", effect), None, (), digest_of("source", path))


def script_of(what: str, text: str, dialect: str) -> Script:
    """The commands of a script. Raises UnknownEffect where it cannot be read; ``what`` names it."""
    parsed = parse_shell(text, 0, len(text), escape="", dialect=dialect)
    if isinstance(parsed, Opaque):
        raise UnknownEffect(f"{what} cannot be read: {parsed.reason}")
    if reason := read_otherwise(parsed, dialect):
        raise UnknownEffect(reason)
    return parsed


def release(
    words: Sequence[str], node: SimpleCommand, filesystem: Filesystem, before: Mapping[str, str]
) -> tuple[Entry, dict[str, str]]:
    """``. /etc/os-release``: the reading, and the variables with a value that nobody knows, named by what is read and by
    the value ``before``, which stays where the file does not set one.

    Raises UnknownEffect for any other file.
    """
    if len(words) != 2 or words[1] not in RELEASE_FILES or node.redirections or node.assignments:
        raise UnknownEffect(f"this use of {words[0]} is not followed")
    entry = read_entry(words[1], RELEASE_FILES)
    term = digest_of(*(region.digest(filesystem) for region in entry.command.effect.reads))
    return entry, {
        name: symbolic("release", f"{name} {digest_of(term, before.get(name))}") for name in RELEASE_VARIABLES
    }
