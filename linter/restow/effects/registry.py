"""From a program's name to its model. Model modules are imported only when a command asks for them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from restow.effects.effect import Effect, Invocation
from restow.errors import UnknownEffect

_MODELS = {
    "apk": ("apk",),
    "apt": ("apt", "apt-get", "dpkg-reconfigure"),
    "archives": ("tar", "unzip", "gzip", "gunzip"),
    "bundler": ("bundle", "gem"),
    "cargo": ("cargo",),
    "composer": ("composer",),
    "fetch": ("curl", "wget"),
    "files": ("mkdir", "rm", "rmdir", "cp", "mv", "ln", "touch", "chmod", "chown", "chgrp", "install", "tee"),
    "go": ("go",),
    "npm": ("npm",),
    "pip": ("pip", "pip3", "python", "python3", "virtualenv"),
    "pnpm": ("pnpm", "corepack"),
    "printers": (
        "echo",
        "printf",
        "true",
        ":",
        "false",
        "exit",
        "sleep",
        "date",
        "uname",
        "nproc",
        "id",
        "whoami",
        "pwd",
        "cat",
        "test",
        "[",
        "ls",
        "which",
        "command",
        "type",
        "grep",
        "sha256sum",
        "dpkg",
        "arch",
        "umask",
        "hostname",
    ),
    "sed": ("sed",),
    "users": ("useradd", "adduser", "groupadd", "addgroup", "usermod"),
    "yarn": ("yarn",),
}
_MODULE_OF = {name: module for module, names in _MODELS.items() for name in names}


def known_programs() -> tuple[str, ...]:
    """The names that have a model, sorted."""
    return tuple(sorted(_MODULE_OF))


def effect_of(call: Invocation) -> Effect:
    """The effect of one command. Raises UnknownEffect, with the reason, where no model can tell."""
    name = call.name
    base = name.split(".")[0] if name.startswith(("pip", "python")) else name
    module = _MODULE_OF.get(base)
    if module is None:
        raise UnknownEffect(f"there is no model of what {name!r} reads and writes")
    if "/" in call.argv[0] and not call.argv[0].startswith(
        ("/bin/", "/sbin/", "/usr/", "/opt/", "/venv/", "/root/.local/bin/")
    ):
        raise UnknownEffect(f"{call.argv[0]!r} is a program of the project")
    model: Callable[[Invocation], Effect] = import_module(f"restow.effects.programs.{module}").effect
    return model(call)
