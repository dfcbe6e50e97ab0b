"""Regions that many programs share: where toolchains, package databases and per-user settings live."""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Assumption, Invocation
from restow.vfs import Region, join

INDEX = Assumption("same-index", "the package index answers both builds alike")
SELF_CONTAINED = Assumption(
    "self-contained-packages",
    "packages from an index are built and installed without looking at the project's own files",
)
IN_PLACE = Assumption(
    "build-in-place",
    "a build of the project writes only the project's folder, its tool's caches, the toolchain and temporary folders",
)
ENVIRONMENT = "environment-unread"
PROGRAM_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
"""Where programs are looked up, in the usual order."""

_PREFIXED = (
    "bin",
    "sbin",
    "lib",
    "lib32",
    "lib64",
    "libexec",
    "include",
    "share",
    "etc",
    "conda-meta",
    "pyvenv.cfg",
    "pkgs",
    "envs",
)

TOOLCHAIN = Region(
    (
        *("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc"),
        *(f"/usr/{name}" for name in ("bin", "sbin", "lib", "lib32", "lib64", "libexec", "include", "share", "games")),
        *(f"/usr/local/{name}" for name in (*_PREFIXED, "go", "cargo", "rustup", "bundle", "node", "nvm")),
        *(f"/opt/*/{name}" for name in _PREFIXED),
        *("/opt/bin", "/opt/lib", "/opt/conda", "/go/bin", "/nix"),
    ),
    ("/usr/share/nginx/html",),
)
"""Programs, libraries and their settings, by the Filesystem Hierarchy Standard and the layout of the official images.
"""

PACKAGE_DATABASE = Region(
    ("/var/lib/dpkg", "/var/lib/apt", "/var/cache/apt", "/var/cache/debconf", "/var/lib/apk", "/var/cache/apk")
)
SCRATCH = Region(("/tmp", "/var/tmp", "/var/log", "/run", "/var/run", "/var/lock"))
SYSTEM = Region(
    (
        *(
            "/bin",
            "/sbin",
            "/lib",
            "/lib32",
            "/lib64",
            "/libx32",
            "/etc",
            "/usr",
            "/boot",
            "/var",
            "/run",
            "/tmp",
            "/opt",
        ),
    ),
    ("/usr/src/app", "/usr/app", "/var/www/app", "/opt/app", "/var/task", "/var/app", "/usr/local/app"),
)
"""Where distribution packages put files and their maintainer scripts look (Debian policy keeps them out of /srv, /home,
/app).
"""


def prefixes_of_path(call: Invocation) -> tuple[Region, ...]:
    """The folders around each ``PATH`` entry that the Dockerfile names (``/opt/venv/bin``: all of ``/opt/venv``)."""
    found: list[str] = []
    for entry in call.environment.get("PATH", "").split(":"):
        if entry.startswith("/") and SYMBOLIC not in entry:
            clean = join(entry)
            prefix = clean.rsplit("/", 1)[0] if clean.endswith(("/bin", "/sbin", "/.bin")) else clean
            found.append(prefix if prefix not in ("", "/usr", "/usr/local") else clean)
    for name in (
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "GOPATH",
        "GOROOT",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "GEM_HOME",
        "BUNDLE_PATH",
        "NVM_DIR",
    ):
        value = call.environment.get(name, "")
        if value.startswith("/") and SYMBOLIC not in value and join(value) != "/":
            found.append(join(value))
    return (Region(tuple(dict.fromkeys(found))),) if found else ()


def toolchain(call: Invocation) -> tuple[Region, ...]:
    """What running an interpreter or compiler of the image reads: its programs, libraries and settings."""
    return (TOOLCHAIN, *prefixes_of_path(call))


def in_homes(call: Invocation, *names: str) -> Region:
    """Per-user settings called ``names``: in the home directory as far as it is told, and in the working directory.

    Of a user other than root, without HOME, the account file tells the home directory: any of the usual places.
    """
    guessed = ("/", "/home/*") if not call.is_root and "HOME" not in call.environment else ()
    homes = dict.fromkeys((call.home, "/root", call.directory, *guessed))
    return Region(tuple(f"{home.rstrip('/')}/{name}" for home in homes for name in names))
