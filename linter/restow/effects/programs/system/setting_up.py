"""Programs that set up a system: locale-gen, update-ca-certificates, chpasswd, a2enmod, update-rc.d, setcap, strip and others.

Each reads and writes the places that its manual names, and no others, as the table says: locale-gen(8), localedef(1),
update-ca-certificates(8), update-rc.d(8), a2enmod(8), setcap(8), strip(1), fc-cache(1). ``chpasswd`` leaves another salt
each time, which two builds of one Dockerfile differ in as well; for a proof one run is like another.

Priors (own estimates): 0.3 s to 2 s, 8 s for locales; 3 MB of locales, 200 KB of certificates, else none.
"""

from __future__ import annotations

from dataclasses import dataclass

from restow.effects.effect import Assumption, Effect, Invocation
from restow.effects.operands import places, readable
from restow.effects.options import Arguments, read_options
from restow.effects.ownership import ACCOUNTS
from restow.effects.places import SCRATCH, TOOLCHAIN
from restow.effects.surroundings import homes
from restow.errors import UnknownEffect
from restow.vfs import Region

LOCALE = ("PATH", "LANG", "LANGUAGE", "LC_*", "TZ", "I18NPATH")
HOOKS = Assumption(
    "certificate-hooks", "hooks of update-ca-certificates write only where the system and Java keep certificates"
)
_JAVA = Region(
    (
        "/usr/lib/jvm",
        *(
            f"{above}/{below}/security"
            for above in ("/usr/local/*", "/opt/*", "/opt/*/*")
            for below in ("lib", "jre/lib")
        ),
    )
)
_CERTIFICATES = Region(
    (
        "/etc/ssl",
        "/etc/ca-certificates",
        "/etc/ca-certificates.conf",
        "/usr/share/ca-certificates",
        "/usr/local/share/ca-certificates",
        "/etc/pki",
        "/usr/share/pki",
    )
)
_LOCALES = Region(
    (
        "/etc/locale.gen",
        "/usr/lib/locale",
        "/usr/share/i18n",
        "/usr/local/share/i18n",
        "/usr/share/locale",
        "/etc/locale.alias",
        "/etc/default/locale",
        "/var/lib/locales",
    )
)
SECRETS = Region(
    (
        *(
            f"/etc/{name}{end}"
            for name in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid")
            for end in ("", "-", "+", ".lock")
        ),
        "/etc/.pwd.lock",
    )
)
SERVICES = Region(
    (
        "/etc/init.d",
        "/etc/rc.d",
        *(f"/etc/rc{level}.d" for level in "S0123456"),
        "/etc/systemd",
        "/usr/lib/systemd",
        "/lib/systemd",
        "/usr/local/lib/systemd",
        "/run/systemd",
        "/etc/runlevels",
        "/etc/inittab",
    )
)
_FONTS = Region(("/usr/share/fonts", "/usr/local/share/fonts", "/var/cache/fontconfig"))
_APACHE = Region(("/etc/apache2", "/usr/share/apache2", "/var/lib/apache2"))


@dataclass(frozen=True, slots=True)
class _Model:
    """Options, where it reads and writes beside its operands, and whether the operands are files that it writes or reads."""

    flags: str
    valued: str = ""
    reads: tuple[Region, ...] = (TOOLCHAIN,)
    writes: tuple[Region, ...] = ()
    operands: str = ""
    environment: tuple[str, ...] | None = LOCALE
    seconds: float = 0.2
    size: int = 0


_SIMPLE: dict[str, _Model] = {
    "a2enmod": _Model(
        "-q -f -m", writes=(_APACHE,), reads=(TOOLCHAIN, _APACHE), environment=(*LOCALE, "APACHE_*", "A2*"), seconds=0.3
    ),
    "locale-gen": _Model(
        "--purge --keep-existing --lang --no-archive --no-purge",
        reads=(TOOLCHAIN, _LOCALES, SCRATCH),
        writes=(_LOCALES,),
        seconds=8.0,
        size=3_000_000,
    ),
    "localedef": _Model(
        "-c --force -v --quiet -q --no-archive --prefix",
        "-i --inputfile -f --charmap -A --alias-file",
        reads=(TOOLCHAIN, _LOCALES),
        writes=(_LOCALES,),
        seconds=1.0,
        size=3_000_000,
    ),
    "update-locale": _Model(
        "--reset --no-checks",
        reads=(TOOLCHAIN, _LOCALES),
        writes=(Region(("/etc/default/locale", "/etc/locale.conf")),),
    ),
    "update-ca-certificates": _Model(
        "-f --fresh -v --verbose",
        reads=(TOOLCHAIN, _CERTIFICATES),
        writes=(_CERTIFICATES, _JAVA, SCRATCH),
        environment=None,
        seconds=1.0,
        size=200_000,
    ),
    "update-ca-trust": _Model("", reads=(TOOLCHAIN, _CERTIFICATES), writes=(_CERTIFICATES,), seconds=1.0),
    "chpasswd": _Model(
        "-e -m -c --crypt-method --encrypted",
        reads=(TOOLCHAIN, ACCOUNTS, SECRETS),
        writes=(SECRETS,),
    ),
    "passwd": _Model("-d -l -u -e --delete --lock --unlock", reads=(TOOLCHAIN, ACCOUNTS, SECRETS), writes=(SECRETS,)),
    "chsh": _Model("", "-s --shell", reads=(TOOLCHAIN, ACCOUNTS, SECRETS), writes=(SECRETS,)),
    "gpasswd": _Model("", "-a -d -M -A --add --delete", reads=(TOOLCHAIN, ACCOUNTS, SECRETS), writes=(SECRETS,)),
    "groupdel": _Model("-f", reads=(TOOLCHAIN, ACCOUNTS, SECRETS), writes=(SECRETS,)),
    "delgroup": _Model("--quiet --only-if-empty", reads=(TOOLCHAIN, ACCOUNTS, SECRETS), writes=(SECRETS,)),
    "fc-cache": _Model(
        "-f -v -s -r --force --verbose --system-only",
        reads=(TOOLCHAIN, _FONTS),
        writes=(_FONTS,),
        environment=(*LOCALE, "HOME", "XDG_*", "FC_*", "FONTCONFIG_*"),
        seconds=2.0,
    ),
    "update-rc.d": _Model("-f", reads=(TOOLCHAIN, SERVICES), writes=(SERVICES,)),
    "insserv": _Model("-r -d", reads=(TOOLCHAIN, SERVICES), writes=(SERVICES,)),
    "chkconfig": _Model("--add --del --level", reads=(TOOLCHAIN, SERVICES), writes=(SERVICES,)),
    "rc-update": _Model("-q", reads=(TOOLCHAIN, SERVICES), writes=(SERVICES,)),
    "setcap": _Model("-q -v -r", operands="w"),
    "getcap": _Model("-v -r", operands="r"),
    "strip": _Model(
        "-s -g -S -d -x -X -p -v --strip-all --strip-debug --strip-unneeded --preserve-dates --verbose",
        operands="w",
        seconds=0.5,
        environment=(*LOCALE, "TMPDIR", "GNUTARGET"),
    ),
    "mkfifo": _Model("", "-m --mode", operands="w"),
    "truncate": _Model("-c --no-create", "-s --size", operands="w"),
    "mknod": _Model("", "-m --mode", operands="w"),
    "unlink": _Model("", operands="w"),
    "dos2unix": _Model("-q -k -f -o -s --quiet --keepdate", operands="w", environment=(*LOCALE, "DOS2UNIX_*")),
    "unix2dos": _Model("-q -k -f -o -s --quiet --keepdate", operands="w", environment=(*LOCALE, "DOS2UNIX_*")),
}
_LIKE = {
    "a2dismod": "a2enmod",
    "a2ensite": "a2enmod",
    "a2dissite": "a2enmod",
    "a2enconf": "a2enmod",
    "a2disconf": "a2enmod",
}


def effect(call: Invocation) -> Effect:
    """Of one of the programs above."""
    model = _SIMPLE[_LIKE.get(call.name, call.name)]
    arguments = read_options(call.argv, flags=model.flags.split(), valued=model.valued.split())
    reads, writes = model.reads, model.writes
    if call.name == "update-ca-certificates":
        call.assume(HOOKS)
    if call.name in ("locale-gen", "localedef"):
        reads += (_sources_here(call),)
    if call.name == "fc-cache":
        writes += (homes(call, ".fonts", ".local/share/fonts", ".cache/fontconfig", ".fontconfig"),)
        writes += (Region(places(call, *arguments.operands)),)
    if call.name == "localedef" and any("/" in word for word in arguments.operands):
        writes += (Region(places(call, *arguments.operands)),)
    if any("/" in value for value in arguments.values("-i", "--inputfile", "-f", "--charmap", "-A", "--alias-file")):
        reads += readable(call, *(value for _, value in arguments.options if "/" in value))
    if model.operands:
        more, written = _operands(call, arguments, model.operands)
        reads, writes = (*reads, *more), (*writes, *written)
    return Effect(
        reads=(*reads, *writes), writes=writes, environment=model.environment, seconds=model.seconds, size=model.size
    )


def _sources_here(call: Invocation) -> Region:
    """localedef takes a definition or a charmap of the working directory (and of ``I18NPATH``) before the system's."""
    if call.environment.get("I18NPATH"):
        raise UnknownEffect(f"{call.name} with folders of definitions of its own is not modelled")
    here = call.path(".").rstrip("/")
    return Region((f"{here}/*",), (f"{here}/*/*",))


def _operands(call: Invocation, arguments: Arguments, kind: str) -> tuple[tuple[Region, ...], tuple[Region, ...]]:
    """What the operands read and write: ``w`` are written, ``r`` read."""
    labels = call.name == "setcap" and not arguments.has("-r")
    first, last = (1, None) if labels else (0, 1) if call.name == "mknod" else (0, None)
    words = [word for word in arguments.operands[first:last] if word != "-"]
    return (readable(call, *words), ()) if kind == "r" else ((), (Region(places(call, *words)),))
