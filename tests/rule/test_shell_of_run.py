"""Which shell reads a RUN, for rules."""

import pytest

from restow.rule import RuleContext
from restow.shell import Opaque, Script
from restow.syntax import parse
from restow_rules.commands import bodies
from restow_rules.stages import shell_at


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("FROM alpine:3.20\nRUN a\n", Script, ""),
        ('FROM alpine:3.20\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a\n', Script, ""),
        ('FROM alpine:3.20\nSHELL ["pwsh", "-Command"]\nRUN a\n', Opaque, "PowerShell"),
        ("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN a\n", Opaque, "cmd"),
        ('FROM mcr.microsoft.com/windows/nanoserver:1809\nSHELL ["powershell"]\nRUN a\n', Opaque, "PowerShell"),
        ("FROM mcr.microsoft.com/windows/nanoserver:1809 AS a\nFROM a\nRUN a\n", Opaque, "cmd"),
        ('FROM alpine:3.20\nRUN ["a"]\n', Opaque, "exec form"),
        ("FROM alpine:3.20\nRUN <<EOF\n#!/usr/bin/python3\nEOF\n", Opaque, "not a shell script"),
    ],
)
def test_shell_of_a_run(text, kind, part):
    ctx = RuleContext(parse(text))
    stage = ctx.model.stages[-1]
    node = stage.instructions[-1]
    script = ctx.script(node, shell_at(ctx, stage, node))
    assert isinstance(script, kind)
    assert part in getattr(script, "reason", "")
    assert len(bodies(ctx)) == (kind is Script)
