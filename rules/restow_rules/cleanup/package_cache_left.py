"""The metadata and packages of yum, dnf, microdnf or zypper stay in the layer that fetched them.

## What it does
Finds a RUN that installs or upgrades with `yum`, `dnf`, `microdnf` or `zypper` and does not clean up behind itself.
Stages whose layers do not reach an image are left alone, and so is a RUN that keeps the cache in a mount.

## Why is this bad?
The metadata of the repositories takes tens to hundreds of megabytes, and no program but the package manager reads it.

## Example
```dockerfile
FROM fedora:40
RUN dnf install -y git
```

## Use instead
```dockerfile
FROM fedora:40
RUN dnf install -y git && dnf clean all
```

## Fix safety
The image afterwards lacks the cache folder of the package manager, and is otherwise the same.

## References
- Manual pages dnf(8), yum(8) and zypper(8), *clean*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Fix, Good, RuleContext, RuleMeta
from restow_rules.commands import Called, appended, bodies, removes
from restow_rules.stages import mount_covers, shipped_stages

CACHES = {"yum": "/var/cache/yum", "dnf": "/var/cache/dnf", "microdnf": "/var/cache/dnf", "zypper": "/var/cache/zypp"}
FETCHES = frozenset(
    "install update upgrade groupinstall group localinstall reinstall in dup up patch distro-sync".split()
)
VALUED = (
    "-c",
    "--config",
    "-x",
    "--exclude",
    "--enablerepo",
    "--disablerepo",
    "--installroot",
    "--releasever",
    "-d",
    "-e",
)

meta = RuleMeta(
    code="CL007",
    name="package-cache-left",
    summary="The cache of yum, dnf or zypper stays in the layer.",
    since="0.1.0",
    aliases=("DL3032", "DL3036", "DL3040"),
)

cases: tuple[Case, ...] = (
    Bad(
        "FROM fedora:40\nRUN dnf install -y git\n",
        lines=(2,),
        fixed="FROM fedora:40\nRUN dnf install -y git && dnf clean all\n",
    ),
    Bad(
        "FROM opensuse/leap:15.6\nRUN zypper --non-interactive install git\n",
        lines=(2,),
        fixed="FROM opensuse/leap:15.6\nRUN zypper --non-interactive install git && zypper clean --all\n",
    ),
    Good("FROM fedora:40\nRUN dnf install -y git && dnf clean all\n"),
    Good("FROM fedora:40\nRUN dnf install -y git && rm -rf /var/cache/dnf\n"),
    Good("FROM fedora:40\nRUN --mount=type=cache,target=/var/cache/dnf dnf install -y git\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at the first command of each RUN that fills a cache which the RUN leaves."""
    shipped = {stage.index for stage in shipped_stages(ctx)}
    for body in bodies(ctx):
        found = [index for index, command in enumerate(body.commands) if _fetches(command)]
        if body.stage.index not in shipped or not found:
            continue
        first = body.commands[found[0]]
        cache = CACHES[first.name]
        if mount_covers(body.node, cache) or any(_cleans(command) for command in body.commands[found[-1] :]):
            continue
        clean = "zypper clean --all" if first.name == "zypper" else f"{first.name} clean all"
        edit = appended(ctx, body, clean)
        yield ctx.finding(
            meta,
            first.node.span,
            f"what {first.name} fetches to know its packages stays in the layer",
            help=f"end the same RUN with `{clean}`",
            fix=Fix(f"clean the cache of {first.name} in the same RUN", (edit,), removes=(cache,)) if edit else None,
        )


def _fetches(command: Called) -> bool:
    return command.name in CACHES and command.subcommand(*VALUED) in FETCHES


def _cleans(command: Called) -> bool:
    if command.name in CACHES:
        return command.subcommand(*VALUED) in ("clean", "cc")
    return removes(command, *CACHES.values())
