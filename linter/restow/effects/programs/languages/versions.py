"""Interpreters, compilers and clients of which only the question for their version is understood.

``node --version`` prints a constant: it reads the program, its libraries and settings of the toolchain. Java leaves
``/tmp/hsperfdata_USER`` (HotSpot, "PerfDisableSharedMem"); .NET and others may note their first run in the home directory.

Priors (own estimates): 0.3 s; no bytes.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Effect, Invocation
from restow.effects.surroundings import COMMON_VARIABLES, homes, installer_reads, names, place
from restow.errors import UnknownEffect
from restow.vfs import Region

_QUESTIONS = names("--version -version -V -v --help -h version help -?")
_ON_JAVA = names("java javac jshell jar scala kotlin kotlinc")
_OF_JAVA = (".hotspotrc", ".hotspot_compiler")
"""Settings of the working directory that the virtual machine of Java looks for."""
_WITH_COMMANDS = names("helm kubectl terraform docker")
_PER_USER = (".cache", ".config", ".dotnet", ".local", ".npm", ".java", ".m2", ".gradle", ".nuget", ".kube", ".docker")


def effect(call: Invocation) -> Effect:
    """Of one program that is asked for its version or its help, and for nothing else."""
    asked = call.argv[1:]
    if len(asked) != 1 or asked[0] not in _QUESTIONS or (asked[0][0] != "-" and call.name not in _WITH_COMMANDS):
        raise UnknownEffect(f"this use of {call.name} runs a program or is not modelled")
    places = (homes(call, *_PER_USER), Region(("/tmp", "/var/tmp")))
    beside = (
        [place(call, name) for name in _OF_JAVA] if call.name in _ON_JAVA and SYMBOLIC not in call.directory else []
    )
    return Effect(
        reads=(*installer_reads(call), *places, Region(tuple(beside))),
        writes=places,
        environment=(
            *COMMON_VARIABLES,
            f"{call.name.upper()}*",
            "JAVA_*",
            "_JAVA_*",
            "CLASSPATH",
            "JDK_*",
            "DOTNET_*",
            "NODE_*",
            "PHP*",
            "GO*",
        ),
        seconds=0.3,
    )
