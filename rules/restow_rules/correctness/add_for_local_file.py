"""ADD where COPY would do.

## What it does
Finds ADD whose sources are all files or folders of the context and no archives, and that has no flag of ADD alone.
Sources with variables are left alone.

## Why is this bad?
ADD unpacks archives and fetches addresses. A reader has to find out that neither happens, and a file that one day is
an archive arrives unpacked.

## Example
```dockerfile
FROM python:3.12
ADD requirements.txt /app/
```

## Use instead
```dockerfile
FROM python:3.12
COPY requirements.txt /app/
```

## Fix safety
The fix writes COPY where no source can be an archive: a folder, or a file whose content in the context does not begin
like one; without a context only the context's root and names with an ending that archives do not have. ADD recognizes
archives by content.

## References
- Dockerfile reference, *ADD or COPY*
"""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import Bad, Case, Edit, Finding, Fix, Good, RuleContext, RuleMeta
from restow.syntax.ast import Add
from restow_rules.stages import instructions_of, local_sources

ARCHIVES = tuple(".tar .Z .tgz .tbz .tbz2 .tb2 .tz2 .txz .tlz .tzst .gz .bz2 .xz .lz .lzma .zst .taz .tpz".split())
PLAIN = tuple(
    ".txt .py .sh .js .ts .json .yml .yaml .toml .conf .cfg .ini .md .lock .html .css .xml .properties .go .mod "
    ".sum .rb .php .java .jar .war .sql .pem .crt .key .service .repo .list .env .war .mjs .cjs .gradle .c .h "
    ".cpp .rs .pl .jsx .tsx .svg .png .ico".split()
)
MAGIC = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"\x5d\x00\x00", b"LZIP")

meta = RuleMeta(
    code="CO008",
    name="add-for-local-file",
    summary="ADD where COPY would do.",
    since="0.1.0",
    aliases=("DL3020",),
)

_FILES = {"run": "#!/bin/sh\n", "app/main.py": ""}
cases: tuple[Case, ...] = (
    Bad(
        "FROM python:3.12\nADD requirements.txt /app/\n",
        lines=(2,),
        fixed="FROM python:3.12\nCOPY requirements.txt /app/\n",
    ),
    Bad(
        "FROM python:3.12\nadd --chown=1:1 . /app/\n", lines=(2,), fixed="FROM python:3.12\ncopy --chown=1:1 . /app/\n"
    ),
    Bad("FROM python:3.12\nADD app /app\n", lines=(2,), note="No fix: without a context `app` may be an archive."),
    Good("FROM python:3.12\nADD rootfs.tar.xz /\n"),
    Good("FROM python:3.12\nADD https://host.example/a.txt /a.txt\n"),
    Good("FROM python:3.12\nADD --checksum=sha256:aa https://host.example/a /a\n"),
    Good("FROM python:3.12\nARG FILE\nADD $FILE /app/\n"),
    Bad(
        "FROM python:3.12\nADD app /app\nADD run /run\n",
        lines=(2, 3),
        files=_FILES,
        fixed="FROM python:3.12\nCOPY app /app\nCOPY run /run\n",
    ),
)


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding at each ADD of plain files."""
    for stage in ctx.model.stages:
        for node in instructions_of(stage):
            if not isinstance(node, Add) or any(
                flag.name in ("checksum", "keep-git-dir", "unpack") for flag in node.flags
            ):
                continue
            local = [text.strip("\"'") for text in local_sources(node)]
            if len(local) + len(node.heredocs) < len(node.sources) or any(_may_be_archive(text) for text in local):
                continue
            span = ctx.dockerfile.keyword_span(node)
            edit = Edit(span, "copy" if node.keyword.islower() else "COPY")
            fix = Fix("write COPY", (edit,)) if all(_is_plain(ctx, text) for text in local) else None
            yield ctx.finding(meta, span, "ADD neither unpacks nor fetches anything here", help="write COPY", fix=fix)


def _may_be_archive(text: str) -> bool:
    return text.endswith(ARCHIVES) or "$" in text or ".tar." in text


def _is_plain(ctx: RuleContext, text: str) -> bool:
    from restow.vfs import Directory

    if text.rstrip("/") in (".", "") or text.endswith(PLAIN):
        return True
    node = ctx.context.lookup(text) if ctx.context is not None else None
    if isinstance(node, Directory):
        return True
    data = ctx.context.read(text.removeprefix("./")) if ctx.context is not None and node is not None else None
    return data is not None and not data.startswith(MAGIC) and data[257:262] != b"ustar"
