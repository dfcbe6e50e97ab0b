"""dpkg and what surrounds apt: dpkg, dpkg-query, dpkg-divert, apt-mark, apt-key, apt-cache, add-apt-repository and others.

By the manuals of dpkg 1.21, apt 2.6 and software-properties. What changes the database or runs maintainer scripts
touches the system as a whole (see ``scriptlets``); what only asks reads it. ``dpkg-buildflags`` reads ``debian/`` of the
working directory and the user's ``buildflags.conf``. Priors are own estimates.
"""

from __future__ import annotations

from dataclasses import replace

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.options import read_options
from restow.effects.programs.distributions.scriptlets import queried, refuse, system_effect, with_packages
from restow.effects.surroundings import exact, homes, names
from restow.errors import UnknownEffect
from restow.vfs import Region, join

_FLAGS = names(
    "-i --install --unpack --configure -r --remove -P --purge -a --pending -E --skip-same-version -R --recursive "
    "-G --refuse-downgrade -B --auto-deconfigure -l --list -s --status -L --listfiles -S --search -p --print-avail "
    "-C --audit -V --verify --print-architecture --print-foreign-architectures --get-selections --set-selections "
    "--clear-selections --version --help --force-all --force-depends --force-confold --force-confdef --force-confnew "
    "--force-overwrite --force-architecture --force-confmiss --force-bad-path --force-unsafe-io --no-triggers "
    "--no-pager --assert-multi-arch --no-act --dry-run --simulate --update-avail --clear-avail --validate-version "
    "--force-remove-essential --force-help --assert-support-predepends --force-not-root"
)
_VALUED = names(
    "--add-architecture --remove-architecture --path-exclude --path-include --force --no-force --compare-versions"
)
_REDIRECTED = names("--root --instdir --admindir --pre-invoke --post-invoke --status-logger --log --command-fd")
_CHANGES = names(
    "-i --install --unpack --configure -r --remove -P --purge --set-selections --clear-selections --add-architecture "
    "--remove-architecture --update-avail --clear-avail"
)
_APT_MARK = names("auto manual minimize-manual hold unhold showauto showmanual showhold install remove purge")
_DIVERT = names(
    "--add --remove --list --listpackage --truename --quiet --local --rename --no-rename --test --help --version"
)
_ADD_REPOSITORY = names(
    "-y --yes -n --no-update -u --update -r --remove -s --enable-source -m --massive-add-component -l --list --help "
    "--debug -d"
)


def effect(call: Invocation) -> Effect:
    """Of any of them; every one is a case of its own below."""
    models = {
        "dpkg": _dpkg,
        "dpkg-divert": _divert,
        "apt-mark": _apt_mark,
        "apt-key": _apt_key,
        "add-apt-repository": _add_repository,
        "apt-add-repository": _add_repository,
        "debconf-set-selections": _debconf,
        "dpkg-reconfigure": _reconfigure,
    }
    if call.name in models:
        return models[call.name](call)
    return _asking(call)


def _asking(call: Invocation) -> Effect:
    """dpkg-query, apt-cache, apt-config, dpkg-architecture, dpkg-buildflags, dpkg-deb --info: they only print."""
    for word in call.argv[1:]:
        if word.startswith(("--admindir", "--root", "-c", "-o", "--build", "-x", "-X", "--extract", "--vextract")):
            raise UnknownEffect(f"{call.name} {word.split('=')[0].replace(SYMBOLIC, '$')} is not modelled")
    if call.name == "dpkg-deb" and not {"-I", "--info", "-f", "--field", "--show", "-W"} & set(call.argv[1:2]):
        raise UnknownEffect("this use of dpkg-deb is not modelled")
    found = queried(call)
    local = exact(call, join(call.directory, "debian")) if call.name == "dpkg-buildflags" else Region()
    return with_packages(call, replace(found, reads=(*found.reads, local)), call.argv[1:], ".deb")


def _dpkg(call: Invocation) -> Effect:
    arguments = read_options(call.argv, flags=_FLAGS, valued=_VALUED | _REDIRECTED, words=True)
    refuse(call, arguments, *_REDIRECTED)
    given = {name for name, _ in arguments.options}
    if not given & _CHANGES:
        if not given:
            raise UnknownEffect("dpkg without a command")
        return queried(call)
    if given & {"--configure", "-r", "--remove", "-P", "--purge"} or not arguments.operands:
        packages: tuple[str, ...] = ()
    else:
        packages = arguments.operands
    if arguments.has("-R", "--recursive"):
        raise UnknownEffect("dpkg of whole folders is not modelled")
    found = system_effect(call, 3.0, 12_000_000 * len(packages), network=False)
    return with_packages(call, found, tuple(_explicit(word) for word in packages), ".deb")


def _explicit(word: str) -> str:
    return word if word.startswith(("/", SYMBOLIC)) else f"./{word}"


def _divert(call: Invocation) -> Effect:
    """``dpkg-divert --rename`` moves one file: both of its names count."""
    arguments = read_options(call.argv, flags=_DIVERT, valued=["--divert", "--package", "--by-package"])
    files = [call.path(word) for word in (*arguments.operands, *arguments.values("--divert"))]
    entries = [call.entry(word) for word in (*arguments.operands, *arguments.values("--divert"))]
    places = Region(tuple(dict.fromkeys((*files, *entries, *(f"{path}.distrib" for path in entries)))))
    database = Region(("/var/lib/dpkg",))
    found = queried(call)
    return replace(found, reads=(*found.reads, places, database), writes=(places, database))


def _apt_mark(call: Invocation) -> Effect:
    arguments = read_options(call.argv, flags=["-q", "-qq", "-y", "--quiet"], valued=["-f", "--file"], words=True)
    refuse(call, arguments, "-f", "--file")
    if arguments.operands[:1] == () or arguments.operands[0] not in _APT_MARK:
        raise UnknownEffect("this use of apt-mark is not modelled")
    found = queried(call)
    if arguments.operands[0].startswith("show"):
        return found
    written = Region(("/var/lib/apt", "/var/lib/dpkg", "/var/cache/apt", "/var/log/apt"))
    return with_packages(call, replace(found, writes=(written,)), arguments.operands[1:], ".deb")


def _apt_key(call: Invocation) -> Effect:
    """``apt-key`` keeps keys below ``/etc/apt``; ``adv`` hands options on to gpg, of which only a key server's are known."""
    words = list(call.argv[1:])
    while words[:1] == ["--keyring"]:
        raise UnknownEffect("apt-key with a keyring of its own is not modelled")
    command = (*words[:1], "")[0]
    if command == "adv":
        arguments = read_options(
            ("apt-key", *words[1:]),
            flags=names(
                "--batch --quiet -q --recv-keys --recv-key --recv --fetch-keys --no-tty --verbose --list-keys "
                "--fingerprint --refresh-keys"
            ),
            valued=["--keyserver", "--keyserver-options"],
            words=True,
        )
        words = [word for word in arguments.operands if word.startswith(("/", "."))]
    elif command in ("add", "del", "list", "finger", "export", "exportall", "update", "net-update"):
        words = [word for word in words[1:] if word != "-" and command == "add"]
    else:
        raise UnknownEffect("this use of apt-key is not modelled")
    files = tuple(call.path(word) for word in words)
    places = Region(("/etc/apt", "/tmp", "/var/lib/apt"))
    found = queried(call)
    keys = homes(call, ".gnupg")
    return replace(
        found,
        reads=(*found.reads, Region(files), keys),
        writes=(places, keys),
        network=command == "adv",
        seconds=2.0,
        size=10_000,
        needs=files,
    )


def _add_repository(call: Invocation) -> Effect:
    """A Python program of the distribution: it writes source lists and keys, and may run ``apt-get update``."""
    arguments = read_options(
        call.argv, flags=_ADD_REPOSITORY, valued=["-k", "--keyserver", "-P", "-S", "-U", "-c", "-p"], words=True
    )
    for word in arguments.operands:
        if word.startswith(("/", "./", "file:")):
            raise UnknownEffect(f"{call.name} of a local file is not modelled")
    found = system_effect(call, 15.0, 45_000_000)
    return with_packages(call, found, (), ".deb")


def _debconf(call: Invocation) -> Effect:
    """``debconf-set-selections [FILE]``: answers from standard input or a file go into debconf's database."""
    arguments = read_options(call.argv, flags=["-c", "--checkonly", "-v", "--verbose", "-u", "--unseen"])
    files = tuple(call.path(word) for word in arguments.operands if word != "-")
    found = queried(call)
    written = Region(("/var/cache/debconf", "/var/lib/dpkg"))
    return replace(found, reads=(*found.reads, Region(files)), writes=(written,), needs=files)


def _reconfigure(call: Invocation) -> Effect:
    """A package's maintainer scripts run again."""
    read_options(
        call.argv,
        flags=[
            "-u",
            "--unseen-only",
            "--default-priority",
            "--force",
            "--no-reload",
            "--reload",
            "-a",
            "--all",
            "-plow",
        ],
        valued=["-f", "--frontend", "-p", "--priority"],
        words=True,
    )
    return system_effect(call, 2.0, 0, network=False)
