"""The commands and their options, as one table: argparse, and everything that lists options, reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from restow.config.settings import FAIL_LEVELS


@dataclass(frozen=True)
class Argument:
    """One option or positional argument: its names, and what argparse is told of it."""

    names: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """A command: the module of its name in ``restow.cli.commands`` does it."""

    name: str
    help: str
    arguments: tuple[Argument, ...]


def _argument(*names: str, **settings: Any) -> Argument:
    return Argument(names, settings)


def codes(text: str) -> list[str]:
    """The parts of a list with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def build_argument(text: str) -> tuple[str, str]:
    """``NAME=VALUE``."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ValueError(text)
    return name, value


def base_image(text: str) -> tuple[str, str]:
    """``REFERENCE=IMAGE``; a reference has no ``=``."""
    reference, equals, image = text.partition("=")
    if not reference or not equals or not image:
        raise ValueError(text)
    return reference, image


def named_context(text: str) -> tuple[str, str]:
    """``NAME=CONTEXT``."""
    name, equals, context = text.partition("=")
    if not name or not equals or not context:
        raise ValueError(text)
    return name, context


named_context.__name__ = "NAME=CONTEXT"
base_image.__name__ = "REFERENCE=IMAGE"
build_argument.__name__ = "NAME=VALUE"  # what argparse calls a wrong value's type

_PATHS = _argument(
    "paths", nargs="*", default=["."], metavar="PATH",
    help="Dockerfiles, folders to search, or - for standard input (default: .)",
)  # fmt: skip
_PATH = _argument(
    "path", nargs="?", default="Dockerfile", metavar="PATH", help="a Dockerfile, or - (default: Dockerfile)"
)
_CONTEXT = _argument(
    "--context", metavar="DIR", help="the build context; default: the folder where the COPY sources exist"
)
_FORMAT = _argument(
    "-f", "--output-format", "--format", choices=("text", "json"), default="text", help="how to report (default: text)"
)
_STDIN_NAME = _argument("--stdin-filename", metavar="NAME", help="the file that standard input (-) stands for")
_SELECT = _argument(
    "--select", type=codes, action="extend", default=[], metavar="RULES",
    help="run these rules only: codes, beginnings of codes, names or aliases, separated by commas",
)  # fmt: skip
_IGNORE = _argument("--ignore", type=codes, action="extend", default=[], metavar="RULES", help="do not run these rules")
_BUILD_ARGUMENTS = _argument(
    "--build-arg", type=build_argument, action="append", default=[], metavar="NAME=VALUE", help="the value of an ARG"
)
_BASE = _argument(
    "--base", type=base_image, action="append", default=[], metavar="REFERENCE=IMAGE",
    help="the base image that FROM REFERENCE names, as an archive, an OCI layout or docker://NAME: its files are then known",
)  # fmt: skip
_BUILD_CONTEXTS = _argument(
    "--build-context", type=named_context, action="append", default=[], metavar="NAME=CONTEXT",
    help="what the image or stage NAME stands for: a folder, docker-image://REFERENCE, or oci-layout://PATH[:TAG]",
)  # fmt: skip
_PLATFORM = _argument("--platform", metavar="OS/ARCH", help="which platform of an image that is for several")
_DIFF = _argument(
    "--diff", action="store_true", help="write nothing; print the changes as a diff, exit code 1 if there are any"
)
_UNSAFE = _argument(
    "--unsafe-fixes",
    action="store_true",
    help="also apply what rests on an assumption that nobody can check; it is named",
)
_QUIET = _argument("-q", "--quiet", action="store_true", help="print findings only")

COMMANDS = (
    Command(
        "check",
        "find problems in Dockerfiles",
        (
            _PATHS,
            _STDIN_NAME,
            _FORMAT,
            _SELECT,
            _IGNORE,
            _CONTEXT,
            _BUILD_CONTEXTS,
            _argument("--fix", action="store_true", help="apply every proven fix first, then report what is left"),
            _DIFF,
            _UNSAFE,
            _argument("--fail-level", choices=FAIL_LEVELS, help="the mildest severity that makes the exit code 1"),
            _argument("--exit-zero", action="store_true", help="exit code 0 also where there are findings"),
            _QUIET,
        ),
    ),
    Command(
        "fix",
        "rewrite Dockerfiles with every fix that is proven",
        (_PATHS, _STDIN_NAME, _CONTEXT, _BUILD_CONTEXTS, _BASE, _SELECT, _IGNORE, _DIFF, _UNSAFE, _QUIET),
    ),
    Command(
        "format",
        "print Dockerfiles in one way: same meaning, same build cache",
        (
            *(_PATHS, _STDIN_NAME, _FORMAT),
            _argument("--check", action="store_true", help="write nothing; exit code 1 if a file would change"),
            _DIFF,
            _argument(
                "--format-run",
                action="store_true",
                help="also indent the lines of RUN commands: each of these steps misses the build cache once",
            ),
            _QUIET,
        ),
    ),
    Command(
        "advise",
        "price each instruction's cache and propose a cheaper arrangement",
        (_PATH, _CONTEXT, _BUILD_CONTEXTS, _BASE, _FORMAT, _UNSAFE, _STDIN_NAME),
    ),
    Command(
        "layers",
        "show the simulated build's layers, and what a rebuild finds in the cache",
        (
            *(_PATH, _CONTEXT, _BUILD_CONTEXTS, _FORMAT, _BUILD_ARGUMENTS, _BASE, _STDIN_NAME),
            _argument(
                "--after",
                nargs="+",
                action="extend",
                default=[],
                metavar="FILE",
                help="hit or miss for each step after a change of these context files (also folders and patterns)",
            ),
            _argument(
                "--after-chmod",
                nargs="+",
                action="extend",
                default=[],
                metavar="PATH",
                help="hit or miss for each step after the modes of these context files and folders changed, and nothing else",
            ),
            _argument(
                "--after-dockerfile", metavar="FILE", help="hit or miss for each step with this edited Dockerfile"
            ),
            _argument(
                "--builder",
                choices=("buildkit", "classic"),
                default="buildkit",
                help="whose cache: BuildKit's or the classic builder's (default: buildkit)",
            ),
        ),
    ),
    Command(
        "verify",
        "do two Dockerfiles produce the same image?",
        (
            _argument("before", metavar="A", help="a Dockerfile"),
            _argument("after", metavar="B", help="another Dockerfile"),
            _argument("--context", metavar="DIR", help="the build context of both"),
            _BUILD_CONTEXTS,
            _FORMAT,
            _BUILD_ARGUMENTS,
            _BASE,
            _argument(
                "--engine",
                choices=("auto", "docker", "podman", "buildah"),
                help="build both for real with this engine, without its cache, and compare the images",
            ),
            _argument("--target", metavar="STAGE", help="with --engine: the stage to build"),
            _argument("--platform", metavar="PLATFORM", help="with --engine: the platform to build for (linux/arm64)"),
            _argument(
                "--engine-option",
                action="append",
                default=[],
                metavar="OPTION",
                help="with --engine: an option for its build command, as in --engine-option=--network=host",
            ),
        ),
    ),
    Command(
        "diff",
        "compare two images, or an image and a simulated Dockerfile",
        (
            _argument(
                "before", metavar="A", help="an archive (docker save), an OCI layout, docker://NAME, or a Dockerfile"
            ),
            _argument("after", metavar="B", help="another one"),
            _argument("--layers", action="store_true", help="also compare layer by layer"),
            _PLATFORM,
            _argument("--context", metavar="DIR", help="the build context of a Dockerfile"),
            _BUILD_CONTEXTS,
            _BASE,
            _FORMAT,
            _BUILD_ARGUMENTS,
        ),
    ),
    Command(
        "image",
        "show a real image's layers, what they waste, and what two images share",
        (
            _argument("image", metavar="IMAGE", help="an archive (docker save), an OCI layout, or docker://NAME"),
            _argument("other", nargs="?", metavar="OTHER", help="another one: which layers do both have?"),
            _argument("--file", metavar="DOCKERFILE", help="the Dockerfile of the image: its lines made the layers"),
            _argument("--path", metavar="PATH", help="which layers bring, hide and delete this path"),
            _argument(
                "--history", action="store_true", help="what docker history would print; IMAGE may be a Dockerfile"
            ),
            _argument(
                "--inspect", action="store_true", help="configuration and root filesystem; IMAGE may be a Dockerfile"
            ),
            _argument(
                "--builder",
                choices=("buildkit", "classic"),
                default="buildkit",
                help="which builder a Dockerfile is simulated for (default: buildkit)",
            ),
            _PLATFORM,
            _argument("--context", metavar="DIR", help="the build context of a Dockerfile"),
            _BUILD_CONTEXTS,
            _BASE,
            _FORMAT,
            _BUILD_ARGUMENTS,
        ),
    ),
    Command(
        "parse",
        "print the tree of a Dockerfile, and what is in force at each instruction",
        (
            _PATH,
            _argument(
                "-f",
                "--output-format",
                "--format",
                choices=("json",),
                default="json",
                help="how to print (default: json)",
            ),
            _BUILD_ARGUMENTS,
            _STDIN_NAME,
        ),
    ),
    Command(
        "explain", "explain a rule", (_argument("rule", metavar="CODE", help="a rule's code, name or alias"), _FORMAT)
    ),
    Command("rules", "list the rules", (_FORMAT, _SELECT)),
)
