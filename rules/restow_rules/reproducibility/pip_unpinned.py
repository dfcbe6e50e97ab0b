"""pip installs whatever version is current.

## What it does
Finds `pip install` with names that have no version. Requirement files, local folders, archives, addresses and names
with a hash, a marker `==`, `~=` or `===`, or with a constraints file, are left alone.

## Why is this bad?
The same commit gets other versions next month, and with them other bugs.

## Example
```dockerfile
FROM python:3.12
RUN pip install --no-cache-dir flask
```

## Use instead
```dockerfile
FROM python:3.12
RUN pip install --no-cache-dir flask==3.0.3
```

## Fix safety
There is no fix: which version the program was written for is for the author to say.

## References
- pip documentation, *Repeatable Installs*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Finding, Good, RuleContext, RuleMeta, Severity
from restow_rules.commands import bodies
from restow_rules.pip import install_word

VALUED = tuple(
    "-i --index-url --extra-index-url -f --find-links -t --target --prefix --root --trusted-host --timeout "
    "--retries --proxy --platform --python-version --implementation --abi --global-option --config-settings "
    "--progress-bar --src --cache-dir --log --only-binary --no-binary --upgrade-strategy --root-user-action".split()
)

meta = RuleMeta(
    code="RE004",
    name="pip-unpinned",
    summary="pip installs packages without a version.",
    since="0.1.0",
    severity=Severity.INFO,
    aliases=("DL3013",),
    preview=True,
)

cases: tuple[Case, ...] = (
    Bad("FROM python:3.12\nRUN pip install flask requests==2.32.3\n", lines=(2,)),
    Good(
        "FROM python:3.12\nRUN pip install flask==3.0.3 'uvicorn[standard]~=0.30.1' && pip install -r requirements.txt\n"
    ),
    Good("FROM python:3.12\nRUN pip install . ./lib /wheels/*.whl git+https://host.example/a@v1 $NAME\n"),
    Good("FROM python:3.12\nRUN pip install -c constraints.txt flask\n"),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each installation of names without a version."""
    for body in bodies(ctx):
        for command in body.commands:
            at = install_word(command)
            if at is None or command.has("-r", "--requirement", "-c", "--constraint", "-e", "--editable"):
                continue
            names = [command.words[index] for index in command.operands(*VALUED) if index > at]
            loose = [name for name in names if not _is_pinned(name)]
            if loose:
                yield ctx.finding(
                    meta,
                    command.node.span,
                    f"no version is given for {', '.join(loose[:3])}",
                    help="write name==version",
                )


def _is_pinned(name: str) -> bool:
    return (
        any(mark in name for mark in ("==", "~=", "@", "/", "$", "*", "<"))
        or name == "."
        or name.endswith((".whl", ".gz", ".zip"))
    )
