"""yum, dnf, microdnf, tdnf, zypper, pacman and rpm: install, remove, update, clean and the commands that only look.

What they do to the system is that of every package manager (see ``scriptlets``). By the manuals of yum 3.4, dnf 4,
microdnf, tdnf, zypper 1.14, pacman 6 and rpm 4; ``zypper`` and ``pacman`` packages may own places in /srv.

Priors (own estimates): 20 s for the metadata, 2 s a package; 15 MB a package, 100 MB of metadata.
"""

from __future__ import annotations

from dataclasses import replace

from restow.effects.effect import SYMBOLIC, Cache, Effect, Invocation
from restow.effects.options import Arguments, read_options
from restow.effects.programs.distributions.scriptlets import queried, refuse, system_effect, with_packages
from restow.effects.surroundings import names
from restow.errors import UnknownEffect
from restow.vfs import Region

_SETTINGS = ("/etc/yum.conf", "/etc/yum", "/etc/yum.repos.d", "/etc/dnf", "/etc/tdnf", "/etc/zypp", "/etc/pacman.conf")
_CACHES = {
    "yum": (Cache("/var/cache/yum", "yum clean all"), Cache("/var/cache/dnf", "yum clean all")),
    "dnf": (Cache("/var/cache/dnf", "dnf clean all"),),
    "dnf5": (Cache("/var/cache/libdnf5", "dnf5 clean all"),),
    "microdnf": (Cache("/var/cache/yum", "microdnf clean all"),),
    "tdnf": (Cache("/var/cache/tdnf", "tdnf clean all"),),
    "zypper": (Cache("/var/cache/zypp", "zypper clean --all"),),
    "pacman": (Cache("/var/cache/pacman/pkg", "pacman -Scc --noconfirm"),),
}
_METADATA = Region(
    (
        *("/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/tdnf", "/var/cache/PackageKit"),
        *("/var/lib/yum", "/var/lib/dnf", "/var/log", "/var/tmp", "/run", "/var/lib/rpm", "/usr/lib/sysimage"),
        *("/var/cache/zypp", "/var/cache/zypper"),
    )
)
_YUM_FLAGS = names(
    "-y --assumeyes -q --quiet -v --verbose -t --tolerant -C --cacheonly -b --best --nobest --allowerasing --nogpgcheck "
    "--skip-broken --nodocs --nodoc --refresh --obsoletes --noautoremove --security --bugfix --assumeno "
    "--downloadonly --nodeps --no-best --showduplicates --setopt=tsflags=nodocs --installed --available --all -e "
    "--allow-downgrade --noplugins --skip-unavailable --exclude-weak-deps --no-gpgchecks --nogpg --enablegroups --version "
    "--help --updates --extras --recent --noobsoletes --debugsolver --no-install-weak-deps --install-weak-deps"
)
_YUM_VALUED = names(
    "--setopt --enablerepo --disablerepo --repo --repoid --exclude -x --disableexcludes --disableplugin --enableplugin "
    "-d -e --debuglevel --errorlevel --rpmverbosity --releasever --color --forcearch --from-repo --randomwait -R "
    "--advisory --cve --sec-severity --excludepkgs --module --installroot --config -c --downloaddir --destdir "
    "--repofrompath --comment --queryformat --qf --allmirrors"
)
_YUM_CHANGES = names(
    "install remove erase update upgrade autoremove reinstall downgrade localinstall localupdate groupinstall "
    "groupremove groupupdate group distro-sync distribution-synchronization makecache check-update module "
    "update-minimal upgrade-minimal swap mark builddep debuginfo-install groups autoerase alias install-n install-nevra"
)
_YUM_QUERIES = names(
    "list info search provides whatprovides repolist repoinfo repoquery deplist history version check grouplist "
    "groupinfo repository-packages help updateinfo repodiff repo"
)
_ZYPPER_FLAGS = names(
    "-n --non-interactive -q --quiet -v --verbose --no-gpg-checks --gpg-auto-import-keys --no-refresh -y --no-confirm "
    "-l --auto-agree-with-licenses --no-recommends --recommends --force-resolution --allow-downgrade -f --force "
    "--refresh -a --all -m --metadata --clean-deps -u --no-cd --no-remote --replacefiles --allow-vendor-change -t "
    "--allow-unsigned-rpm --oldpackage --no-color --capability --name --details --ignore-unknown -i --gpgcheck "
    "--no-gpgcheck --enable --disable -C --check --no-check --non-interactive-include-reboot-patches -k -K -G -d -e"
)
_ZYPPER_VALUED = names(
    "-r --repo --from -p --priority --root -R --installroot -D --reposd-dir --type --download --releasever"
)
_ZYPPER_CHANGES = names(
    "in install rm remove up update dup dist-upgrade patch ref refresh ar addrepo rr removerepo mr modifyrepo clean cc "
    "in-new refresh-services refs al addlock source-install si verify ve inr install-new-recommends"
)
_RPM_QUERIES = (
    "-q",
    "-qa",
    "-ql",
    "-qi",
    "-qf",
    "--query",
    "-V",
    "--verify",
    "--eval",
    "-E",
    "--version",
    "--showrc",
    "-qR",
)
_RPM_CHANGES = names(
    "-i -U -F -e --install --upgrade --freshen --erase --import --rebuilddb --initdb --setperms --reinstall"
)
_RPM_FLAGS = names(
    "-v -h --hash --nodeps --force --noscripts --nosignature --nodigest --nogpgcheck --replacepkgs --replacefiles "
    "--oldpackage --excludedocs --nodocs --quiet --percent --allmatches --notriggers --justdb --test --nofiledigest "
    "--allfiles --ignorearch --ignoreos --ignoresize --nocaps --verbose -vv --noplugins"
)


def effect(call: Invocation) -> Effect:
    """Of any of the package managers; ``yum``, ``dnf`` and their small relatives share their options."""
    if call.name == "rpm":
        return _rpm(call)
    if call.name == "zypper":
        return _zypper(call)
    if call.name == "pacman":
        return _pacman(call)
    arguments = read_options(call.argv, flags=_YUM_FLAGS - {"-e"}, valued=_YUM_VALUED - {"-t"}, words=True)
    refuse(call, arguments, "--installroot", "--config", "-c", "--downloaddir", "--destdir", "--repofrompath")
    if any(map(_leads_elsewhere, arguments.values("--setopt"))):
        raise UnknownEffect(f"{call.name} --setopt with a folder or program of one's own is not modelled")
    if not arguments.operands:
        if arguments.has("--version", "--help"):
            return queried(call)
        raise UnknownEffect(f"{call.name} without a command")
    command, packages = arguments.operands[0], arguments.operands[1:]
    if command == "clean":
        return Effect(
            reads=(_METADATA, Region(_SETTINGS)), writes=(_METADATA,), environment=("YUM*", "DNF*"), seconds=0.5
        )
    if command in _YUM_CHANGES:
        return _changing(call, packages)
    if command in _YUM_QUERIES:
        return replace(queried(call, 5.0), writes=(_METADATA,), network=True, size=20_000_000)
    raise UnknownEffect(f"{call.name} {command.replace(SYMBOLIC, '$')} is not modelled")


def _changing(call: Invocation, packages: tuple[str, ...]) -> Effect:
    found = system_effect(
        call,
        20.0 + 2.0 * len(packages),
        100_000_000 + 15_000_000 * len(packages),
        _CACHES.get(call.name, ()),
        settings=_SETTINGS,
    )
    local = with_packages(call, found, tuple(word for word in packages if not _is_provided(word)), ".rpm")
    named = tuple(Region((word,)) for word in packages if _is_provided(word))
    served = (Region(("/srv",)),)
    return replace(local, reads=(*local.reads, *named, *served), writes=(*local.writes, *served))


def _is_provided(word: str) -> bool:
    """``/usr/bin/ps``: a path that names the package that brings it, not a package file."""
    return word.startswith("/") and not word.endswith(".rpm") and SYMBOLIC not in word and "*" not in word


def _leads_elsewhere(setting: str) -> bool:
    name, _, given = setting.rpartition("=")
    option = name.rpartition(".")[2]
    harmless = option in ("tsflags", "install_weak_deps", "obsoletes", "group_package_types", "multilib_policy") or (
        given.isdigit() or given.lower() in ("true", "false", "yes", "no")
    )
    return not harmless or "/" in given or SYMBOLIC in setting


def _zypper(call: Invocation) -> Effect:
    arguments = read_options(call.argv, flags=_ZYPPER_FLAGS - {"-r"}, valued=_ZYPPER_VALUED, words=True)
    refuse(call, arguments, "--root", "-R", "--installroot", "-D", "--reposd-dir")
    command = (*arguments.operands[:1], "")[0]
    if command in ("clean", "cc"):
        return Effect(reads=(_METADATA, Region(_SETTINGS)), writes=(_METADATA,), environment=("ZYPP*",), seconds=0.5)
    operands = arguments.operands[1:]
    if command in ("ar", "addrepo") and any(
        "://" not in word or word.startswith(("file:", "dir:")) for word in operands[:1]
    ):
        raise UnknownEffect("a local repository of zypper is not modelled")
    if command in _ZYPPER_CHANGES:
        return _changing(call, () if command in ("ar", "addrepo", "rr", "mr") else operands)
    if command in ("se", "search", "info", "lr", "repos", "lu", "packages", "pa", "wp", "what-provides", "lp"):
        return replace(queried(call, 5.0), writes=(_METADATA,), network=True, size=20_000_000)
    raise UnknownEffect(f"zypper {command.replace(SYMBOLIC, '$')} is not modelled")


def _pacman(call: Invocation) -> Effect:
    """``pacman -Syu --noconfirm name ...``; options that name folders are refused."""
    letters = "".join(word[1:] for word in call.argv[1:] if word.startswith("-") and not word.startswith("--"))
    known = set("SyucqiRsnQkDUwlgdTefpomtv")
    long = {word.partition("=")[0] for word in call.argv[1:] if word.startswith("--")}
    allowed = names(
        "--noconfirm --needed --noprogressbar --quiet --sync --refresh --sysupgrade --remove --nosave --recursive --clean "
        "--asdeps --asexplicit --ignore --query --overwrite --disable-download-timeout --noscriptlet --database --upgrade "
        "--nodeps --cascade --unneeded --color --disable-sandbox"
    )
    if not set(letters) <= known or not long <= allowed or not (letters or long):
        raise UnknownEffect("this use of pacman is not modelled")
    operands = tuple(word for word in call.argv[1:] if not word.startswith("-"))
    if letters[:1] == "U":
        operands = tuple(word if "://" in word or word.startswith("/") else f"./{word}" for word in operands)
    if letters[:1] in ("Q", "T"):
        return queried(call)
    return _changing(call, operands)


def _rpm(call: Invocation) -> Effect:
    words = call.argv[1:]
    if words[:1] and words[0] in _RPM_QUERIES:
        if any(
            word.startswith(("-p", "--package", "--root", "--dbpath", "--define", "-D", "--macros")) for word in words
        ):
            raise UnknownEffect("this use of rpm is not modelled")
        return queried(call)
    arguments = _rpm_options(call)
    if not {name for name, _ in arguments.options} & _RPM_CHANGES:
        raise UnknownEffect("this use of rpm is not modelled")
    files = () if arguments.has("-e", "--erase") else tuple(_explicit(word) for word in arguments.operands)
    found = system_effect(
        call, 3.0, 15_000_000 * len(files), settings=_SETTINGS, network=any("://" in f for f in files)
    )
    return with_packages(call, found, files, ".rpm")


def _rpm_options(call: Invocation) -> Arguments:
    return read_options(call.argv, flags=_RPM_FLAGS | _RPM_CHANGES, words=True)


def _explicit(word: str) -> str:
    return word if "://" in word or word.startswith(("/", SYMBOLIC)) else f"./{word}"
