"""Programs with a model of their own each: mktemp, ldconfig, update-alternatives, systemctl, userdel, ssh-keygen, dd, crontab.

Each reads and writes the places that its manual names (ldconfig(8), update-alternatives(1), systemctl(1), userdel(8),
ssh-keygen(1)), and no others. ``mktemp`` and ``ssh-keygen`` give something else each time, which two builds of one
Dockerfile differ in as well; for a proof one run is like another.

Priors (own estimates): 0.2 s to 1 s; no bytes.
"""

from __future__ import annotations

from collections.abc import Callable

from restow.effects.effect import SYMBOLIC, Assumption, Effect, Invocation
from restow.effects.operands import places, readable
from restow.effects.options import Arguments, read_options
from restow.effects.ownership import ACCOUNTS
from restow.effects.places import SYSTEM, TOOLCHAIN
from restow.effects.programs.system.setting_up import LOCALE, SECRETS, SERVICES
from restow.effects.surroundings import homes
from restow.errors import UnknownEffect
from restow.vfs import Directory, Region

TEMPORARY = Assumption("base-tmpdir", "the base image does not set TMPDIR, so temporary files are made in /tmp")
LIBRARIES = Assumption(
    "library-folders",
    "the base image and its packages keep shared libraries in /lib, /usr and /opt, as ld.so.conf lists them",
)
_LIBRARIES = Region(
    (
        "/lib",
        "/lib32",
        "/lib64",
        "/libx32",
        *(f"/usr/{name}" for name in ("lib", "lib32", "lib64", "libx32", "local")),
        "/opt",
    )
)
_ALTERNATIVES = Region(
    ("/etc/alternatives", "/var/lib/dpkg/alternatives", "/var/lib/alternatives", "/var/log/alternatives.log")
)
_LINKED = Region(
    tuple("/bin /sbin /usr/bin /usr/sbin /usr/local/bin /usr/share /usr/lib /usr/include /etc /lib".split())
)


def effect(call: Invocation) -> Effect:
    """Of one of the programs above."""
    return _MODELS[call.name](call)


def _temporary(call: Invocation) -> Effect:
    """``mktemp``: a new name in ``/tmp`` or in the folder that is given."""
    arguments = read_options(
        call.argv, flags="-d -q -u -t --directory --quiet --dry-run".split(), valued=["-p", "--suffix"]
    )
    place = Region(temporary_folder(call, arguments))
    return Effect(reads=(place,), writes=(place,), environment=("TMPDIR", "PATH"), seconds=0.0)


def temporary_folder(call: Invocation, arguments: Arguments) -> tuple[str, ...]:
    """Where the new entry is made: TMPDIR or ``/tmp``, the folder of ``-p``, or that of a template with a slash."""
    folder = [*arguments.values("-p")]
    template = [word for word in arguments.operands if "/" in word or (not folder and not arguments.has("-t"))]
    if template:
        return places(call, *(word.rsplit("/", 1)[0] or "/" if "/" in word else "." for word in template))
    if folder:
        return places(call, *folder)
    given = call.environment.get("TMPDIR")
    if given:
        return places(call, given)
    call.assume(TEMPORARY)
    return ("/tmp",)


def _library_cache(call: Invocation) -> Effect:
    """``ldconfig``: links in the folders of libraries, and ``/etc/ld.so.cache``."""
    arguments = read_options(call.argv, flags="-v -X -N -V -p --verbose --print-cache".split(), valued=["-n"])
    cache = Region(("/etc/ld.so.cache", "/etc/ld.so.cache~", "/var/cache/ldconfig"))
    if arguments.has("-p", "--print-cache", "-V"):
        return Effect(reads=(TOOLCHAIN, cache), environment=LOCALE)
    named = Region(places(call, *arguments.values("-n"), *arguments.operands, *_listed_folders(call)))
    call.assume(LIBRARIES)
    return Effect(
        reads=(TOOLCHAIN, cache, _LIBRARIES, named), writes=(cache, _LIBRARIES, named), environment=LOCALE, seconds=0.3
    )


def _listed_folders(call: Invocation) -> tuple[str, ...]:
    """The folders in the lists that the build itself wrote."""
    found: list[str] = []
    for path, node in call.filesystem.walk("/etc"):
        if path.startswith("/etc/ld.so.conf") and not isinstance(node, Directory):
            for line in (call.text(path) or "").splitlines():
                words = line.split("#")[0].replace(",", " ").replace(":", " ").split()
                if words[:1] == ["include"] and words[1:] not in (
                    ["/etc/ld.so.conf.d/*.conf"],
                    ["ld.so.conf.d/*.conf"],
                ):
                    raise UnknownEffect(f"{path} includes lists of library folders that are not followed")
                found += [word for word in words if word.startswith("/") and words[0] != "include"]
    return tuple(found)


def _alternatives(call: Invocation) -> Effect:
    """``update-alternatives``: links in ``/etc/alternatives`` and at the places named."""
    words = [word for word in call.argv[1:] if word not in ("--quiet", "--force", "--verbose", "--skip-auto")]
    if (
        not words
        or any(SYMBOLIC in word and not word.startswith("/") for word in words)
        or words[0] in ("--altdir", "--admindir", "--log", "--root", "--instdir")
    ):
        raise UnknownEffect("this use of update-alternatives is not modelled")
    if words[0] in ("--query", "--list", "--display", "--get-selections"):
        return Effect(reads=(TOOLCHAIN, _ALTERNATIVES), environment=LOCALE)
    if words[0] not in ("--install", "--set", "--auto", "--remove", "--remove-all", "--config", "--set-selections"):
        raise UnknownEffect("this use of update-alternatives is not modelled")
    named = Region(places(call, *(word for word in words[1:] if word.startswith("/"))))
    links = (
        _ALTERNATIVES,
        _LINKED,
        named,
    )
    return Effect(reads=(TOOLCHAIN, *links), writes=links, environment=(*LOCALE, "DPKG_*"), seconds=0.2)


def _system_control(call: Invocation) -> Effect:
    """``systemctl enable`` and its like change links; anything that talks to a running system is not modelled."""
    arguments = read_options(
        call.argv, flags="-q --quiet --no-reload -f --force --system --no-pager".split(), valued=[]
    )
    if arguments.operands[:1] not in tuple(
        (word,) for word in ("enable", "disable", "mask", "unmask", "set-default", "preset")
    ):
        raise UnknownEffect("systemctl that talks to a running system is not modelled")
    if any("/" in word or SYMBOLIC in word for word in arguments.operands):
        raise UnknownEffect("systemctl with a unit that is named by its path is not modelled")
    return Effect(reads=(TOOLCHAIN, SERVICES), writes=(SERVICES,), environment=(*LOCALE, "SYSTEMD_*"))


def _remove_user(call: Invocation) -> Effect:
    """``userdel`` and ``deluser``: the account files; the home directory stays."""
    read_options(call.argv, flags="-f --force --quiet".split())
    return Effect(
        reads=(TOOLCHAIN, ACCOUNTS, SECRETS),
        writes=(SECRETS, Region(("/var/mail", "/var/spool/mail", "/var/spool/cron"))),
        environment=LOCALE,
    )


def _key(call: Invocation) -> Effect:
    """``ssh-keygen -t type -f file``: a new key each time, in the file and beside it with ``.pub``; ``-A``: in ``/etc/ssh``."""
    arguments = read_options(call.argv, flags="-A -q -v".split(), valued="-t -b -f -N -C -m".split())
    if arguments.has("-A"):
        place = Region(("/etc/ssh",))
    else:
        files = arguments.values("-f")
        if not files:
            raise UnknownEffect("ssh-keygen without a file asks for one")
        found = places(call, *files)
        place = Region((*found, *(path + ".pub" for path in found)))
    return Effect(
        reads=(TOOLCHAIN, ACCOUNTS, place),
        writes=(place,),
        environment=(*LOCALE, "HOME", "USER", "HOSTNAME", "SSH_*"),
        seconds=0.5,
    )


def _copy_blocks(call: Invocation) -> Effect:
    """``dd if=file of=file``."""
    files: dict[str, str] = {}
    for word in call.argv[1:]:
        name, equals, value = word.partition("=")
        if not equals or name not in "if of bs count seek skip conv status ibs obs iflag oflag".split():
            raise UnknownEffect(f"dd {word.replace(SYMBOLIC, '$')} is not modelled")
        files[name] = value
    given = readable(call, files["if"]) if "if" in files else ()
    target = (Region(places(call, files["of"])),) if "of" in files and files["of"] != "/dev/null" else ()
    return Effect(reads=(*given, *target), writes=target, environment=LOCALE, seconds=0.5)


def _crontab(call: Invocation) -> Effect:
    """``crontab file``: the table of one user."""
    arguments = read_options(call.argv, flags=["-l", "-r"], valued=["-u"])
    spool = Region(("/var/spool/cron", "/etc/crontabs", "/var/spool/crontabs"))
    given = readable(call, *(word for word in arguments.operands if word != "-"))
    return Effect(
        reads=(TOOLCHAIN, ACCOUNTS, spool, *given),
        writes=() if arguments.has("-l") else (spool,),
        environment=(*LOCALE, "USER", "LOGNAME", "HOME"),
    )


def _all_manuals(call: Invocation) -> Effect:
    """``mandb``, ``update-mime-database`` and other rebuilders of indexes of the system's own folders."""
    if len(call.argv) > 1 and any(
        not word.startswith("/usr/share/") and word not in ("-q", "--quiet", "-c", "-f", "-t") for word in call.argv[1:]
    ):
        raise UnknownEffect(f"this use of {call.name} is not modelled")
    return Effect(
        reads=(SYSTEM, homes(call, ".cache")),
        writes=(Region(("/usr/share", "/var/cache")),),
        environment=None,
        seconds=1.0,
    )


_MODELS: dict[str, Callable[[Invocation], Effect]] = {
    "mktemp": _temporary,
    "ldconfig": _library_cache,
    "update-alternatives": _alternatives,
    "systemctl": _system_control,
    "userdel": _remove_user,
    "deluser": _remove_user,
    "ssh-keygen": _key,
    "dd": _copy_blocks,
    "crontab": _crontab,
    "mandb": _all_manuals,
    "update-mime-database": _all_manuals,
    "update-desktop-database": _all_manuals,
    "gtk-update-icon-cache": _all_manuals,
    "glib-compile-schemas": _all_manuals,
}
