"""The program ``restow``. Exit codes: 0 nothing to report, 1 findings or differences, 2 the request or Restow is at
fault.

Interrupted by the user it exits with 130, and with 141 where its output is closed early, as shells expect.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from restow.cli.options import COMMANDS, Command
from restow.errors import RestowError

OK, FOUND, FAILED, INTERRUPTED, CLOSED = 0, 1, 2, 130, 141
TRACEBACK = "RESTOW_TRACEBACK"


def entry() -> NoReturn:
    """The console script."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # they cost a look at every installed package
    gc.set_threshold(200_000)  # the collections of a start find next to nothing and take 20 ms
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # all is written, and to take each object apart first would take 20 ms


def main(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code; messages for the user go to standard error."""
    arguments = parser(argv[0] if argv else "").parse_args(argv)
    try:
        code = int(import_module(f"restow.cli.commands.{arguments.command}").run(arguments))
        sys.stdout.flush()
    except RestowError as error:
        return _failed(f"error: {error}")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the interpreter fails to flush at its end
        return CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # the last line of defence: users get a message, never a traceback
        if os.environ.get(TRACEBACK):
            raise
        return _failed(
            f"internal error: {type(error).__name__}: {error}\n"
            f"This is a bug in Restow or in a rule pack; {TRACEBACK}=1 in the environment shows where."
        )
    return code


def parser(command: str = "") -> argparse.ArgumentParser:
    """The parser of the command line. Where ``command`` names a command, only that one's options are filled in."""
    root = argparse.ArgumentParser(
        prog="restow", description="Lint Dockerfiles, price their build cache, and prove rewrites."
    )
    root.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True)
    known = {one.name for one in COMMANDS}
    for one in COMMANDS:
        added = commands.add_parser(one.name, help=one.help, description=f"{one.help[0].upper()}{one.help[1:]}.")
        if command not in known or command == one.name:
            _fill(added, one)
    return root


def _fill(added: argparse.ArgumentParser, command: Command) -> None:
    for argument in command.arguments:
        added.add_argument(*argument.names, **argument.settings)


def _failed(message: str) -> int:
    sys.stdout.flush()
    print(f"restow: {message}", file=sys.stderr)
    return FAILED


class _Version(argparse.Action):
    """Prints ``restow`` and the version."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from restow import __version__

        print(f"restow {__version__}")
        parser.exit(OK)
