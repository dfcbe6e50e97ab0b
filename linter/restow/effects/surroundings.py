"""What surrounds a command and is read without being named on its command line: links, homes, variables that hold
paths.

Package managers start compilers, interpreters and git, which find files through variables (gcc documentation,
"Environment Variables Affecting GCC"; ld.so(8); git(1)). A path in one of those variables is an input like any other.
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.effects.effect import SYMBOLIC, Assumption, Invocation, Verdict
from restow.effects.named_files import FLAG_LISTS, PATH_LISTS
from restow.effects.places import ENVIRONMENT, TOOLCHAIN, toolchain
from restow.errors import UnknownEffect
from restow.vfs import Directory, File, Filesystem, Region, Symlink, Unknown, join, split


def names(text: str) -> frozenset[str]:
    """The words of a text: a table of names that reads as one."""
    return frozenset(text.split())


TOOLS = (
    *("INT_CHAIN_MAX", "NHAT", "PMA_VERBOSITY", "STR_CHAIN_MAX", "TIDYMEM", "ASSUAN_*"),
    *("PERL*", "GAWK*", "AWK*", "POSIXLY_CORRECT", "_POSIX2_VERSION", "GETOPT_COMPATIBLE", "COLUMNS", "COLS"),
    *("LINES", "TERM*", "NO_COLOR", "CLICOLOR*", "SIMPLE_BACKUP_SUFFIX", "VERSION_CONTROL", "BLOCK_SIZE", "BLOCKSIZE"),
    *("LS_*", "TIME_STYLE", "QUOTING_STYLE", "DU_*", "DF_*", "FIND_BLOCK_SIZE", "*GNU_FINDUTILS_*", "GREP_*", "SED_*"),
    *("GZIP", "XZ_*", "BZIP*", "ZSTD_*", "TAR_*", "PRISTINE_TAR_*", "TEMP", "TEMPDIR", "TMP", "TMPDIR", "DEB_*"),
    *("DPKG_*", "DBUS_*", "GNUTLS_*", "P11_KIT_*", "NETTLE_*", "GCRYPT_*", "LIBGCRYPT_*", "OMP_*", "GOMP_*"),
    *("GLIB_*", "G_*", "SYSTEMD_*", "PACKAGEKIT_*", "LESS*", "PAGER", "EDITOR", "VISUAL", "SHELLOPTS", "BASHOPTS"),
)
"""Variables of the small programs, interpreters and libraries that scripts of the system are made of (perl(1), GNU coreutils
and findutils manuals, tar(1), p11-kit, GnuTLS, libgcrypt, OpenMP), by traces of what they ask for.
"""
CI_SERVICES = names(
    "AC_APPCIRCLE AGOLA_GIT_REF ALPIC_HOST APPCENTER_BUILD_ID APPVEYOR BITBUCKET_COMMIT BITRISE_IO BUDDY_WORKSPACE_ID "
    "BUILDER_OUTPUT BUILDKITE BUILD_ID BUILD_NUMBER CF_BUILD_ID CF_PAGES CI_* CIRCLECI CIRRUS_CI CM_BUILD_ID "
    "CODEBUILD_BUILD_ARN CONTINUOUS_INTEGRATION DRONE DSARI EARTHLY_CI EAS_BUILD GERRIT_PROJECT GITEA_ACTIONS "
    "GITHUB_ACTIONS GITLAB_CI GO_PIPELINE_LABEL HARNESS_BUILD_ID HUDSON_URL JENKINS_URL LAYERCI MAGNUM NETLIFY NEVERCODE "
    "NOW_BUILDER PROW_JOB_ID RELEASE_BUILD_ID RENDER RUN_ID SAILCI SCREWDRIVER SEMAPHORE SHIPPABLE STRIDER TASK_ID TDDIUM "
    "TEAMCITY_VERSION TF_BUILD TRAVIS VELA VERCEL WORKERS_CI XCS bamboo_planKey"
)
"""Variables by which ``ci-info`` and its like tell one service of continuous integration from another."""
OF_PYTHON = (
    *(
        "PYTHON*",
        "_PYTHON_*",
        "__PYVENV_*",
        "ANDROID_*",
        "APPENGINE_RUNTIME",
        "REQUEST_METHOD",
        "PYPARSING*",
        "MSGPACK_*",
    ),
    *("RAPIDFUZZ_*", "UNIXCONFDIR", "UNIXUSRLIBDIR", "SSLKEYLOGFILE", "FORCE_COLOR", "TTY_*", "SHELL_VERBOSITY"),
    *("BUILD_ID", "BUILD_BUILDID", "OLDPWD", "PWD", "COMSPEC", "PATHEXT", "DEB_PYTHON_*"),
)
"""What Python and the libraries that its package managers carry ask ``os.environ`` for, by traces."""
OF_PIP = ("PIP_*", "_PIP*", "VIRTUAL_ENV", "CONDA_PREFIX", "SETUPTOOLS_*", "DISTUTILS_*")
"""What pip and the programs around it ask for beside ``OF_PYTHON``."""
OF_CLIENTS = ("PATH", "HOME", "LANG", "LANGUAGE", "LC_*", "TZ", "*_proxy", "*_PROXY")
"""What a program that speaks to a server asks for: the user's home, language and proxies."""
COMMON_VARIABLES = (
    *(
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "LC_*",
        "TZ",
        "TMPDIR",
        "TEMP",
        "TMP",
        "TERM",
        "CI",
    ),
    *("GCC_*", "COMPILER_PATH", "COLLECT_*", "GNUTARGET", "LDEMULATION", "LPATH", "BINUTILS_ROOT"),
    *("*_proxy", "*_PROXY", "SSL_*", "*_CA_BUNDLE", "GIT_*", "SSH_*", "NETRC", "XDG_*", "SOURCE_DATE_EPOCH", "DEBUG"),
    *("CC", "CXX", "LD", "AR", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "CPATH", "*_INCLUDE_PATH", "LIBRARY_PATH"),
    *(
        "LD_*",
        "PKG_CONFIG*",
        "CMAKE_*",
        "MAKEFLAGS",
        "OPENSSL_*",
        "BASH_ENV",
        "ENV",
        "RUSTFLAGS",
        "CARGO_*",
        "RUSTUP_*",
    ),
    *PATH_LISTS,
    *FLAG_LISTS,
)
"""Variables that compilers, shells, git and TLS libraries listen to; ``*`` stands for any text."""

BESIDE_USR = (
    *("/usr/etc", "/usr/pyvenv.cfg", "/usr/pip.conf"),
    *(
        f"{prefix}/{name}"
        for prefix in ("/usr", "/usr/local")
        for name in (".npmrc", ".yarnrc", "node_modules", "package.json", "yarn.json")
    ),
)
"""Settings that interpreters and package managers look for beside the ``bin`` folder that they lie in."""


def trail(call: Invocation, path: str) -> tuple[str, ...]:
    """``path`` (absolute), every symbolic link on its way, and where it ends: all of them decide what is read there."""
    return call.filesystem.steps(path)


def put_by_build(call: Invocation, path: str) -> bool:
    """Whether a step of the build put something at exactly this path: a file, a link, or a program's result."""
    call.consulted.append(path)
    return is_placed(call.filesystem, path)


def is_placed(filesystem: Filesystem, path: str) -> bool:
    """Like ``put_by_build``, of a filesystem."""
    node = filesystem.lookup(path)
    if isinstance(node, Unknown):
        above = filesystem.lookup(path.rsplit("/", 1)[0] or "/")
        return isinstance(above, Directory) and above.rest != node.origin
    return isinstance(node, File | Symlink)


def place(call: Invocation, argument: str) -> str:
    """The argument as an absolute path, links kept. Raises UnknownEffect where part of it is unknown."""
    call.path(argument)
    home = argument == "~" or argument.startswith("~/")
    return join(call.directory, call.home + argument[1:] if home else argument)


def exact(call: Invocation, *paths: str) -> Region:
    """The given files or directories, with the links that lead to them."""
    return Region(tuple(dict.fromkeys(step for path in paths for step in trail(call, path))))


def tree(call: Invocation, path: str) -> tuple[str, ...]:
    """A directory that is read as a whole, with what symbolic links inside of it lead to."""
    found = list(trail(call, path))
    for place, node in call.filesystem.walk(call.filesystem.resolve(path)):
        if isinstance(node, Symlink):
            found += trail(call, place)
    return tuple(dict.fromkeys(found))


def attributes_of(folder: str) -> Region:
    """A directory's own mode and owner without its children (pip and npm, as root, look at who owns a folder)."""
    return Region((folder,), (join(folder, "*"),))


def ancestors(path: str) -> Iterator[str]:
    """The directories above ``path``, nearest first, the root last."""
    parts = split(path)
    for depth in range(len(parts) - 1, -1, -1):
        yield "/" + "/".join(parts[:depth])


def children(call: Invocation, path: str) -> tuple[str, ...]:
    """The names that surely or possibly stand in a directory, as far as they are known."""
    node = call.node(path)
    return tuple(sorted(node.children)) if isinstance(node, Directory) else ()


def value(call: Invocation, name: str) -> str | None:
    """A variable's value; None where it is not set. Raises UnknownEffect where it is set to something unknown."""
    found = call.environment.get(name)
    if found is not None and SYMBOLIC in found:
        raise UnknownEffect(f"the value of {name} is not known")
    return found or None


def homes(call: Invocation, *names: str) -> Region:
    """``names`` in the home directory (and in root's): what a program keeps or looks for per user.

    Of a user other than root, without HOME, the account file tells the home directory: any of the usual places.
    """
    guessed = ("/", "/home/*") if not call.is_root and "HOME" not in call.environment else ()
    return Region(tuple(join(home, name) for home in dict.fromkeys((call.home, "/root", *guessed)) for name in names))


def cache_home(call: Invocation) -> str:
    """``XDG_CACHE_HOME``, else ``~/.cache`` (XDG Base Directory Specification)."""
    return join(call.home, call.environment.get("XDG_CACHE_HOME", "").split(SYMBOLIC)[0] or ".cache")


def refuse_moved(call: Invocation) -> None:
    """Raise UnknownEffect for a variable that moves what the libraries of package managers read and write."""
    for name in ("SSLKEYLOGFILE", "UNIXCONFDIR", "UNIXUSRLIBDIR"):
        if call.environment.get(name):
            raise UnknownEffect(f"{name} moves what programs read and write")


def installer_reads(call: Invocation) -> tuple[Region, ...]:
    """What every package manager's run reads beside its own settings: toolchain, git's and ssh's settings."""
    refuse_moved(call)
    here = (call.directory, *ancestors(call.directory))
    own = call.argv[0].rsplit("/", 2)[0] if call.argv[0].startswith("/") and call.argv[0].count("/") > 2 else ""
    outside = own if own and not TOOLCHAIN.covers(call.argv[0]) and own not in ("/usr", "/usr/local") else ""
    return (
        *toolchain(call),
        Region((*BESIDE_USR, *((outside,) if outside else ()))),
        homes(call, ".netrc", ".ssh", ".gitconfig", ".git-credentials", ".config", ".rustup", ".cargo"),
        exact(call, *(join(folder, name) for folder in here for name in ("rust-toolchain", "rust-toolchain.toml"))),
    )


def installer_writes(call: Invocation) -> tuple[Region, ...]:
    """Where the packages of a language end up and what their builds leave: the toolchain, ``/usr``, the scratch
    folders.
    """
    keep = ["/usr/src", "/usr/app", "/usr/local/src", "/usr/local/app", "/usr/share/nginx/html"]
    if call.directory.startswith("/usr/"):
        keep.append(call.directory)
    return (
        *toolchain(call),
        Region(("/usr",), tuple(keep)),
        Region(("/tmp", "/var/tmp")),
        homes(call, ".config", ".rustup"),
    )


def variables(call: Invocation, *listened: str) -> tuple[str, ...] | None:
    """``listened`` and the common variables if it may be assumed that packages read no other; None (all of them) if
    not.
    """
    assumption = Assumption(
        ENVIRONMENT,
        f"the build and install scripts of the packages that {call.name} installs read no variables other than those of "
        f"{call.name}, compilers, git, proxies and locale",
        Verdict.UNCHECKED,
    )
    return (*COMMON_VARIABLES, *listened) if call.assume(assumption) else None
