"""useradd, adduser, groupadd, addgroup, usermod, groupmod: they rewrite the account files and may make a home directory.

The home directory is made only where it is missing, from /etc/skel; its place is read from the options,
/etc/default/useradd and /etc/adduser.conf (shadow-utils and Debian's adduser manuals). ``usermod -u`` and ``-g`` give the
files in the home directory to the new number: the account file tells where that is, else it is assumed to be the usual one.

Priors (own estimates): 0.3 s; 4 KB.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Assumption, Effect, Invocation, Verdict
from restow.effects.options import read_options
from restow.effects.places import TOOLCHAIN
from restow.effects.surroundings import TOOLS, is_placed
from restow.errors import UnknownEffect
from restow.vfs import File, Region, join

_ACCOUNTS = Region(
    (
        *(
            f"/etc/{name}{end}"
            for name in ("passwd", "group", "shadow", "gshadow", "subuid", "subgid")
            for end in ("", "-", "+", ".lock")
        ),
        *("/etc/.pwd.lock", "/run/adduser", "/var/log/lastlog", "/var/log/faillog", "/var/mail", "/var/spool/mail"),
    )
)
_SETTINGS = ("/etc/default/useradd", "/etc/adduser.conf", "/etc/login.defs", "/usr/local/sbin/adduser.local")
"""What says where homes lie and which programs run beside; those of the build's own are not read."""
_HARMLESS_KEYS = ("UID_", "GID_", "SYS_", "SUB_", "UMASK", "HOME_MODE", "PASS_", "USERGROUPS_ENAB", "CREATE_HOME")
_FLAGS = frozenset(
    "-m --create-home -M --no-create-home -r --system -N --no-user-group -U --user-group -l --no-log-init -o "
    "--non-unique --disabled-password --disabled-login --no-create-home --quiet --force-badname --allow-bad-names "
    "--group -D -S -H --force -a --append --ingroup-only -q".split()
)
_VALUED = frozenset(
    "-d --home-dir --home -u --uid -g --gid -G --groups -s --shell -c --comment --gecos -k --skel -K --key -p "
    "--password --ingroup -b --base-dir -e --expiredate --firstuid --lastuid --login -f --inactive".split()
)

_HEARD = ("PATH", "LANG", "LC_*", "SOURCE_DATE_EPOCH", *TOOLS)
_USUAL_HOMES = {
    "root": "/root",
    "www-data": "/var/www",
    "nginx": "/nonexistent",
    "nobody": "/nonexistent",
    "mail": "/var/mail",
}
"""Home directories of accounts that distributions bring (Debian's base-passwd, the official images)."""


def effect(call: Invocation) -> Effect:
    """Of any of the account programs."""
    valued = set(_VALUED)
    if call.name in ("adduser", "addgroup"):
        valued |= {"-h"}  # busybox: the home directory
        valued -= {"-r", "-l", "-f", "--inactive"}
    flags = _FLAGS
    if call.name == "groupmod":
        arguments = read_options(call.argv, flags=["-o", "--non-unique"], valued=["-g", "--gid", "-n", "--new-name"])
        if len(arguments.operands) != 1:
            raise UnknownEffect("groupmod without a name")
        return Effect((TOOLCHAIN, _ACCOUNTS), (_ACCOUNTS,), environment=_HEARD, seconds=0.3, size=4096)
    if call.name in ("groupadd", "usermod"):
        flags = flags | ({"-f"} if call.name == "groupadd" else {"-L", "--lock", "--unlock"})
        valued -= {"-f"} if call.name == "groupadd" else set()
    arguments = read_options(call.argv, flags=flags, valued=valued)
    if any(is_placed(call.filesystem, path) for path in _SETTINGS):
        raise UnknownEffect(f"{call.name} with settings that the build put there is not modelled")
    if not all(key.startswith(_HARMLESS_KEYS) for key in arguments.values("-K", "--key")):
        raise UnknownEffect(f"{call.name} with settings of its own is not modelled")
    homes = arguments.values("-d", "--home-dir", "--home", "-h")
    if arguments.has("-k", "--skel", "-b", "--base-dir", "-l", "--login") and call.name == "usermod":
        raise UnknownEffect("usermod that moves a home directory is not modelled")
    if call.name == "usermod" and arguments.has("-m", "--move-home"):
        raise UnknownEffect("usermod -m, which moves a home directory, is not modelled")
    if call.name == "useradd" and arguments.has("-D"):
        raise UnknownEffect("useradd that changes its defaults is not modelled")
    names = [operand for operand in arguments.operands if operand]
    if not names:
        raise UnknownEffect(f"{call.name} without a name")
    renumbers = call.name == "usermod" and arguments.has("-u", "--uid", "-g", "--gid")
    makes_home = call.name in ("useradd", "adduser") or renumbers
    above = (*arguments.values("-b", "--base-dir"), "/home")[0]
    places = [call.path(home) for home in homes] if homes else [call.path(join(above, names[0]))]
    if renumbers:
        places += [_home_of(call, names[0])]
    if any(place == "/" for place in places):
        raise UnknownEffect(f"{call.name} with the root directory as home is not modelled")
    written = Region(tuple(places)) if makes_home else Region()
    skeleton = Region(tuple(call.path(given) for given in arguments.values("-k", "--skel")))
    return Effect(
        reads=(TOOLCHAIN, _ACCOUNTS, written, skeleton),
        writes=(_ACCOUNTS, written),
        environment=_HEARD,
        seconds=0.3,
        size=4096,
    )


def _home_of(call: Invocation, name: str) -> str:
    """The home directory by the account file, where its content is at hand.

    Raises UnknownEffect where it is not, and the usual place may not be assumed.
    """
    node = call.node("/etc/passwd")
    data = call.read(call.filesystem.resolve("/etc/passwd")) if isinstance(node, File) else None
    for line in (data or b"").decode("utf-8", "replace").splitlines():
        fields = line.split(":")
        if fields[0] == name and len(fields) > 5:
            if fields[5] in ("", "/"):
                raise UnknownEffect(
                    f"{call.name} gives all files below the home directory {fields[5]!r} to another owner"
                )
            return call.path(fields[5])
    usual = _USUAL_HOMES.get(name, f"/home/{name}")
    said = Assumption("home-of-account", f"the home directory of {name} is {usual}", Verdict.UNCHECKED)
    if SYMBOLIC in name or not call.assume(said):
        raise UnknownEffect(
            f"usermod gives the files in the home directory of {name} to another owner, and its place is not known"
        )
    return call.path(usual)
