"""Write the documentation pages of the rules from the rules themselves.

    python scripts/docs/generate.py [--check]

One page a rule in ``docs/rules``, made of its docstring, name card and cases, and a table of all in ``README.md``
there. ``--check`` writes nothing, and ends with 1 and a summary of the differences where a page is not fresh.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "rules"
SHOWN_LINES = 12  # of each differing page

for source_root in ("linter", "rules"):
    sys.path.insert(0, str(ROOT / source_root))

from restow.rule import Bad, RuleMeta  # noqa: E402  # importable only now
from restow.rule.meta import FAMILIES  # noqa: E402


def rules() -> list[ModuleType]:
    """The rules of our own pack, by code."""
    pack = import_module("restow_rules")
    modules = [import_module(found.name) for found in walk_packages(pack.__path__, "restow_rules.")]
    return sorted((module for module in modules if hasattr(module, "meta")), key=lambda rule: rule.meta.code)


def page_name(meta: RuleMeta) -> str:
    """The file of a rule's page."""
    return f"{meta.code}-{meta.name}.md"


def page(rule: ModuleType) -> str:
    """A rule's page."""
    meta: RuleMeta = rule.meta
    title, _, body = (rule.__doc__ or "").strip().partition("\n")
    parts = [f"# {meta.code}: {meta.name}", title, card(meta), body.strip(), *options(meta), *examples(rule)]
    return "\n\n".join(parts) + "\n"


def card(meta: RuleMeta) -> str:
    """The facts of the name card as a table."""
    rows = [("Family", meta.family), ("Severity", meta.severity.value), ("Since", meta.since)]
    rows.append(("On by default", "no: in preview" if meta.preview else "yes"))
    rows.append(("Needs", "a build context" if "context" in meta.needs else "the Dockerfile alone"))
    if meta.aliases:
        rows.append(("Also known as", ", ".join(f"`{alias}`" for alias in meta.aliases)))
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def options(meta: RuleMeta) -> Iterator[str]:
    """The section on options, where there are any."""
    if meta.options:
        rows = [f"| `{option.name}` | {option.description} | {default(option.default)} |" for option in meta.options]
        yield "## Options"
        yield f"Set in `[tool.restow.rules.{meta.name}]` of `pyproject.toml`."
        yield "\n".join(["| Option | Meaning | Default |", "|---|---|---|", *rows])


def default(value: object) -> str:
    """A default as it reads in a table."""
    return ", ".join(f"`{item}`" for item in value) if isinstance(value, list) else f"`{value}`"


def examples(rule: ModuleType) -> Iterator[str]:
    """The cases: what is found, what becomes of it, and what is left alone."""
    yield "## Tested examples"
    for case in rule.cases:
        if not isinstance(case, Bad):
            yield "Nothing is found here." + (f" {case.note}" if case.note else "") + context_of(case.files)
            yield code(case.text)
            continue
        lines = " and ".join(str(line) for line in case.lines)
        yield f"Found in line {lines}." + (f" {case.note}" if case.note else "") + context_of(case.files)
        yield code(case.text)
        if case.fixed is not None:
            yield "After the fix:"
            yield code(case.fixed)


def context_of(files: object) -> str:
    """The files of the case's context, in words."""
    return f" The context holds {', '.join(f'`{path}`' for path in files)}." if isinstance(files, dict) else ""


def code(text: str) -> str:
    """A block of code."""
    return f"```dockerfile\n{text.rstrip()}\n```"


def index(found: list[ModuleType]) -> str:
    """The table of all rules, by family."""
    parts = ["# Rules", "Made from the rules themselves by `scripts/docs/generate.py`.", legend(found)]
    for letters, family in FAMILIES.items():
        inside = [rule for rule in found if rule.meta.code.startswith(letters)]
        if inside:
            rows = [row(rule) for rule in inside]
            parts += [
                f"## {family.capitalize()}",
                "\n".join(
                    ["| Code | Name | Finds | Severity | Fix | Also known as |", "|---|---|---|---|---|---|", *rows]
                ),
            ]
    return "\n\n".join(parts) + "\n"


def legend(found: list[ModuleType]) -> str:
    """What the table's columns mean."""
    preview = sum(rule.meta.preview for rule in found)
    return (
        f"{len(found)} rules, {preview} of them in preview: those are off until they are selected. *Fix*: the rule brings "
        "edits of its own; *rearrange*: `restow fix` looks for a cheaper order of instructions. Either is applied only "
        "where the image is shown to stay the same, but for what a fix says that it removes."
    )


def row(rule: ModuleType) -> str:
    """A rule's line in the table."""
    meta: RuleMeta = rule.meta
    fixes = any(isinstance(case, Bad) and case.fixed is not None for case in rule.cases)
    kind = "fix" if fixes else "rearrange" if rearranges(rule) else ""
    severity = meta.severity.value + (", preview" if meta.preview else "")
    return f"| [{meta.code}]({page_name(meta)}) | {meta.name} | {meta.summary} | {severity} | {kind} | {', '.join(meta.aliases)} |"


def rearranges(rule: ModuleType) -> bool:
    """Whether the rule's findings ask for another arrangement: its cases tell."""
    from restow.build import context_of_listing
    from restow.rule import RuleContext
    from restow.syntax import parse

    case = next(case for case in rule.cases if isinstance(case, Bad))
    files = case.files or {}
    context = (
        context_of_listing(((path, 0o100644, text, len(text)) for path, text in files.items()), texts=files)
        if files
        else None
    )
    return any(finding.rearrange for finding in rule.check(RuleContext(parse(case.text), context, build=case.build)))


def differences(wanted: dict[str, str]) -> Iterator[str]:
    """For each page that is missing, superfluous or not fresh: its name and the first lines of the difference."""
    present = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")}
    for name in sorted(wanted.keys() | present.keys()):
        old, new = present.get(name), wanted.get(name)
        if old is None or new is None:
            yield f"docs/rules/{name}: {'missing' if old is None else 'there is no such rule'}"
        elif old != new:
            yield f"docs/rules/{name}: not fresh"
            lines = list(
                difflib.unified_diff(old.splitlines(), new.splitlines(), "on disk", "from the rule", n=0, lineterm="")
            )[2:]
            yield from lines[:SHOWN_LINES]


def main() -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description="Write the documentation pages of the rules.")
    parser.add_argument("--check", action="store_true", help="compare only; exit code 1 where a page is not fresh")
    check = parser.parse_args().check
    found = rules()
    wanted = {page_name(rule.meta): page(rule) for rule in found} | {"README.md": index(found)}
    stale = list(differences(wanted))
    if check:
        print("\n".join([*stale, "run scripts/docs/generate.py"]) if stale else f"{len(wanted)} pages are fresh")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, "utf-8", newline="\n")
    print(f"{len(wanted)} pages written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
