"""pecl, pear, and the scripts of the official PHP images: docker-php-ext-install, -configure, -enable, docker-php-source.

By PEAR's documentation ("pecl install") and the scripts that the images publish: extensions are built from downloaded
sources (in /tmp) or from ``/usr/src/php/ext`` by phpize, configure and make, with the image's toolchain; they land in
PHP's extension folder, their headers beside PHP's, and ``docker-php-ext-enable`` writes an ``.ini`` file into
``PHP_INI_DIR``. ``docker-php-source`` unpacks ``/usr/src/php.tar.xz``. A folder of the project that was put below
``/usr/src/php`` is read as part of it.

Priors (own estimates): 25 s an extension, 2 MB each.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.named_files import named_paths
from restow.effects.options import read_options
from restow.effects.places import INDEX, SELF_CONTAINED, SYSTEM
from restow.effects.surroundings import homes, installer_reads, installer_writes, names, value, variables
from restow.errors import UnknownEffect
from restow.vfs import Region

_LISTENED = ("PHP*", "PHPIZE_*", "PEAR_*", "EXTENSION*", "CONFIGURE_*", "ac_cv_*", "APACHE_*", "ICU_*")
_SOURCES = Region(("/usr/src/php", "/usr/src/php.tar.xz", "/usr/src/php.tar.xz.asc", "/usr/src/.docker-delete-me"))
_PEAR_FLAGS = names(
    "-f --force -o --onlyreqdeps -a --alldeps -n --nodeps -s --soft -B --nobuild -Z --nocompress -q --silent --version -V "
    "--ignore-errors -l --loose --configure"
)
_PEAR_VALUED = names("-D --configureoptions -d")
_PEAR_COMMANDS = names(
    "install uninstall upgrade update-channels channel-update channel-discover list info clear-cache upgrade-all "
    "config-set config-get config-show list-all remote-list run-scripts"
)
_SETTINGS = names("php_ini auto_discover preferred_state http_proxy php_bin umask")


def effect(call: Invocation) -> Effect:
    """Of any of them."""
    if call.name in ("pecl", "pear"):
        return _pear(call)
    if call.name == "docker-php-source":
        if call.argv[1:] not in (("extract",), ("delete",)):
            raise UnknownEffect("docker-php-source without extract or delete")
        return Effect(
            reads=(*installer_reads(call), _SOURCES), writes=(_SOURCES,), environment=("PATH", "TAR_*"), seconds=4.0
        )
    if call.name == "docker-php-ext-enable":
        return _enable(call)
    return _extension(call)


def _settings_folder(call: Invocation) -> tuple[Region, ...]:
    named = value(call, "PHP_INI_DIR")
    return (Region(("/usr/local/etc/php", "/etc/php", *((call.path(named),) if named else ()))),)


def _enable(call: Invocation) -> Effect:
    arguments = read_options(call.argv, valued=["--ini-name"], words=True)
    if any("/" in word for word in (*arguments.operands, *arguments.values("--ini-name"))):
        raise UnknownEffect("docker-php-ext-enable of a file of the project is not modelled")
    folders = _settings_folder(call)
    return Effect(
        reads=(*installer_reads(call), *folders),
        writes=folders,
        environment=(*_LISTENED, "PATH", "LANG", "LC_*"),
        seconds=0.3,
    )


def _building(call: Invocation, count: int, options: tuple[str, ...]) -> Effect:
    """Configure, make and install in ``/usr/src/php`` or a scratch folder, with the whole toolchain."""
    call.assume(INDEX)
    call.assume(SELF_CONTAINED)
    paths = tuple(path for option in options for path in named_paths(call, option.partition("=")[2]))
    places = (*_settings_folder(call), _SOURCES, homes(call, ".pearrc", ".pear", ".cache"))
    return Effect(
        reads=(*installer_reads(call), SYSTEM, *places, Region(paths)),
        writes=(*installer_writes(call), *places),
        environment=variables(call, *_LISTENED),
        network=True,
        seconds=25.0 * count,
        size=2_000_000 * count,
    )


def _extension(call: Invocation) -> Effect:
    """``docker-php-ext-install [-jN] name ...``, ``docker-php-ext-configure name [--with-x[=path]]``: names, no paths."""
    words, options = [], []
    todo = list(call.argv[1:])
    while todo:
        word = todo.pop(0)
        if word in ("-j", "--ini-name") and todo:
            todo.pop(0)
        elif word.startswith("-"):
            options.append(word)
        else:
            words.append(word)
    configures = call.name == "docker-php-ext-configure"
    if not words or any(word.startswith((".", "/", SYMBOLIC)) for word in words):
        raise UnknownEffect(f"{call.name} of a folder of one's own is not modelled")
    if any(SYMBOLIC in option.partition("=")[2] for option in options):
        raise UnknownEffect(f"an option of {call.name} is not known")
    if not configures and not all(option[:2] == "-j" or option in ("-n", "-v") for option in options):
        raise UnknownEffect(f"an option of {call.name} is not modelled")
    return _building(call, len(words), tuple(options))


def _pear(call: Invocation) -> Effect:
    arguments = read_options(call.argv, flags=_PEAR_FLAGS, valued=_PEAR_VALUED)
    command, operands = (*arguments.operands[:1], "")[0], arguments.operands[1:]
    if command not in _PEAR_COMMANDS and not arguments.has("--version", "-V"):
        raise UnknownEffect(f"{call.name} {command.replace(SYMBOLIC, '$')} is not modelled")
    if command == "config-set" and operands[:1] and operands[0] not in _SETTINGS:
        raise UnknownEffect(
            f"{call.name} config-set {operands[0].replace(SYMBOLIC, '$')} leads to folders of one's own"
        )
    if any(
        word.startswith((".", "/", SYMBOLIC)) or (word.endswith((".xml", ".tgz")) and "://" not in word)
        for word in operands
    ):
        raise UnknownEffect(f"{call.name} of a file of the project is not modelled")
    return _building(
        call, max(1, len(operands)) if command == "install" else 0, arguments.values("-D", "--configureoptions")
    )
