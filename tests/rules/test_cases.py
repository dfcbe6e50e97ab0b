"""Every rule of the pack: its cases hold, its fixes do what they say, and its name card is complete."""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

import pytest

import restow_rules
from restow.build import Context, context_of_listing
from restow.rule import Bad, BuildFacts, Finding, Good, RuleContext
from restow.rule.meta import FAMILIES
from restow.source import apply_edits
from restow.syntax import parse

SECTIONS = ("What it does", "Why is this bad?", "Example", "Use instead", "Fix safety", "References")


def rules() -> Iterator[ModuleType]:
    """The modules of the pack that are rules."""
    for found in walk_packages(restow_rules.__path__, "restow_rules."):
        module = import_module(found.name)
        if hasattr(module, "meta"):
            yield module


RULES = tuple(rules())
CASES = [pytest.param(rule, case, id=f"{rule.meta.code}-{i}") for rule in RULES for i, case in enumerate(rule.cases)]


def context(files: Mapping[str, str] | None) -> Context | None:
    """The case's files as a build context."""
    if files is None:
        return None
    listing = ((path, 0o100644, text, len(text)) for path, text in files.items())
    return context_of_listing(listing, texts=files, dockerignore=files.get(".dockerignore"), dockerfile="Dockerfile")


def findings(rule: ModuleType, text: str, files: Mapping[str, str] | None, build=None) -> list[Finding]:
    """What the rule finds, in the order of the text."""
    examined = RuleContext(parse(text), context(files), build=build or BuildFacts())
    return sorted(rule.check(examined), key=lambda finding: finding.span)


def edits(found: list[Finding]):
    """The edits of all fixes."""
    return [edit for finding in found if finding.fix for edit in finding.fix.edits]


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case(rule, case):
    found = findings(rule, case.text, case.files, case.build)
    source = parse(case.text).source
    lines = tuple(source.position(finding.span.start).line for finding in found)
    assert lines == (case.lines if isinstance(case, Bad) else ())
    for finding in found:
        assert (finding.code, finding.name, finding.severity) == (rule.meta.code, rule.meta.name, rule.meta.severity)
        assert finding.span.end <= len(case.text)
        assert finding.message
        assert not finding.message.endswith(".")


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_fix(rule, case):
    found = findings(rule, case.text, case.files, case.build)
    fixed = apply_edits(case.text, edits(found))
    assert (fixed if fixed != case.text else None) == (case.fixed if isinstance(case, Bad) else None)
    again = findings(rule, fixed, case.files, case.build)
    assert not edits(again)
    assert len(again) == len([finding for finding in found if not finding.fix])


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_without_context_and_with_other_line_ends(rule, case):
    assert all(finding.message for finding in findings(rule, case.text, None, case.build))
    if "<<" in case.text:
        return  # a shell reads the carriage returns of a here-document as text
    crlf = case.text.replace("\n", "\r\n")
    found = findings(rule, crlf, case.files, case.build)
    assert len(found) == len(findings(rule, case.text, case.files, case.build))
    if isinstance(case, Bad) and case.fixed is not None:
        assert apply_edits(crlf, edits(found)) == case.fixed.replace("\n", "\r\n")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.meta.code)
def test_name_card(rule):
    meta = rule.meta
    assert re.fullmatch(r"[A-Z]{2}\d{3}", meta.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", meta.name)
    assert meta.summary.endswith(".")
    *_, family, module = rule.__name__.split(".")
    assert (family, module) == (FAMILIES[meta.code[:2]], meta.name.replace("-", "_"))
    assert rule.check.__doc__
    assert any(isinstance(case, Bad) for case in rule.cases)
    assert any(isinstance(case, Good) for case in rule.cases)
    if "context" in meta.needs:
        assert all(case.files is not None for case in rule.cases if isinstance(case, Bad))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.meta.code)
def test_docstring(rule):
    headings = tuple(re.findall(r"(?m)^## (.+)$", rule.__doc__))
    assert headings == SECTIONS
    assert rule.__doc__.split("\n", 1)[0].endswith(".")
    blocks = re.findall(r"```dockerfile\n(.*?)```", rule.__doc__, re.DOTALL)
    assert len(blocks) >= 2
    case = next(case for case in rule.cases if isinstance(case, Bad))
    assert findings(rule, blocks[0], case.files, case.build)
    assert not findings(rule, blocks[1], case.files, case.build)


def test_codes_and_names_are_unique():
    assert len({rule.meta.code for rule in RULES}) == len({rule.meta.name for rule in RULES}) == len(RULES) >= 5


def test_rules_are_short_files():
    for rule in RULES:
        with open(rule.__file__, encoding="utf-8") as file:
            assert sum(1 for _ in file) <= 150, rule.__file__
