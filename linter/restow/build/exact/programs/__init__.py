"""The programs that are computed: a name gives a function from a call to its exit status, loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from restow.build.exact.call import Call
from restow.errors import UnknownEffect

_MODULES = {
    "printing": "echo printf true false sleep env printenv pwd basename dirname seq",
    "testing": "test [ [[",
    "people": "id whoami groups",
    "making": "mkdir rmdir rm touch ln tee",
    "moving": "cp mv install",
    "attributes": "chmod chown chgrp",
    "reading": "cat head tail wc cmp sha256sum sha1sum sha512sum md5sum readlink realpath",
    "filters": "grep egrep fgrep cut tr sort uniq tac rev",
    "listing": "ls stat",
    "sed": "sed",
    "awk": "awk",
    "archives": "tar",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}
NAMES = tuple(_MODULE_OF)
"""The names of all programs that are computed."""


def program(name: str) -> Callable[[Call], int] | None:
    """The program of that name; None where there is none."""
    module = _MODULE_OF.get(name)
    if module is None:
        return None
    run: Callable[[Call], int] = import_module(f"restow.build.exact.programs.{module}").run
    return run


def run_program(call: Call) -> int:
    """Run ``call``. Raises UnknownEffect for a program that is not computed."""
    found = program(call.name)
    if found is None:
        raise UnknownEffect(f"{call.name!r} is not computed")
    return found(call)
