"""Rules run over a file: selection, suppressions, order, bugs in rules."""

from types import SimpleNamespace

import pytest

from restow.build import context_of_listing
from restow.config.settings import Settings
from restow.errors import UsageError
from restow.lint.packs import gather
from restow.lint.runner import lint
from restow.lint.selection import select
from restow.rule import BuildFacts, RuleMeta, Span
from restow.syntax import parse


def rule(code, name, *, at="keyword", **fields):
    """A rule that reports every RUN."""
    meta = RuleMeta(code, name, f"{name}.", "0.1.0", **fields)

    def check(ctx):
        for node in ctx.dockerfile.instructions:
            if node.kind == "run":
                yield ctx.finding(meta, node if at == "keyword" else Span(node.start, node.end), "a RUN")

    return SimpleNamespace(meta=meta, cases=(), check=check, __name__=f"pack.{name}", __doc__=None)


SPACE = rule("CA001", "run-here", aliases=("DL3001", "StageNameCasing"))
OTHER = rule("LA002", "also-run", aliases=("DL3002",))
PREVIEW = rule("ST003", "perhaps-run", preview=True)
RULES = (SPACE, OTHER, PREVIEW)


def found(text, rules=RULES, context=None, **settings):
    tree = parse(text)
    result = lint(tree, context, Settings(**settings), rules=rules)
    return [(finding.code, tree.source.position(finding.span.start).line) for finding in result]


def codes(**settings):
    return [rule.meta.code for rule in select(RULES, Settings(**settings))]


def test_findings_come_by_place():
    assert found("FROM a\nRUN b\nRUN c\n") == [("CA001", 2), ("LA002", 2), ("CA001", 3), ("LA002", 3)]


def test_selection():
    assert codes() == ["CA001", "LA002"]
    assert codes(preview=True) == ["CA001", "LA002", "ST003"]
    assert codes(select=("all",)) == ["CA001", "LA002"]
    assert codes(select=("ST",)) == []
    assert codes(select=("ST003",)) == ["ST003"]
    assert codes(select=("perhaps-run",)) == ["ST003"]
    assert codes(select=("CA",), ignore=("CA001",)) == []
    assert codes(select=("CA001",), ignore=("CA",)) == ["CA001"]
    assert codes(ignore=("DL3001",)) == ["LA002"]
    assert codes(ignore=("cache",)) == ["LA002"]
    assert codes(ignore=("all",)) == []


@pytest.mark.parametrize("name", ["XX", "CA009", "run", "C"])
def test_unknown_selectors(name):
    with pytest.raises(UsageError, match=f'no rule is called "{name}"'):
        codes(select=(name,))


def test_rules_that_need_a_context():
    needing = rule("CO001", "needs-files", needs=frozenset(["context"]))
    assert found("FROM a\nRUN b\n", [needing]) == []
    assert found("FROM a\nRUN b\n", [needing], context_of_listing([])) == [("CO001", 2)]


def test_rule_that_raises():
    def check(ctx):
        raise ValueError("no")

    buggy = SimpleNamespace(meta=RuleMeta("ST009", "buggy", "x", "0.1.0"), cases=(), check=check)
    with pytest.raises(RuntimeError, match=r"rule ST009 \(buggy\) failed on Dockerfile: ValueError: no"):
        found("FROM a\n", [buggy])


def test_codes_and_names_are_unique():
    with pytest.raises(UsageError, match="both called CA001"):
        gather([SPACE, rule("CA001", "another")])
    with pytest.raises(UsageError, match="both called run-here"):
        gather([SPACE, rule("CA009", "run-here")])
    assert gather([OTHER, SPACE]) == (SPACE, OTHER)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("FROM a\n# restow: ignore=CA001\nRUN b\nRUN c\n", [("LA002", 3), ("CA001", 4), ("LA002", 4)]),
        ("FROM a\n# restow: ignore=CA001, also-run\nRUN b\n", []),
        ("FROM a\n# restow: ignore=CA,LA reason=we know, really\nRUN b\n", []),
        ("FROM a\n# restow: ignore=CA\n# another comment\n\n# restow: ignore=LA\nRUN b\n", []),
        ("FROM a\nRUN b \\\n  # restow: ignore=CA,LA\n  && c\n", []),
        ("FROM a\nRUN b\n# restow: ignore=CA,LA\nCMD c\n", [("CA001", 2), ("LA002", 2)]),
        ("FROM a\nRUN b\n# restow: ignore-file=CA001\nRUN c\n", [("LA002", 2), ("LA002", 4)]),
        ("# restow: ignore-file=DL3001,DL3002\nFROM a\nRUN b\n", []),
        ("FROM a\n# hadolint ignore=DL3001,DL9999\nRUN b\n", [("LA002", 3)]),
        ("# hadolint global ignore=DL3002\nFROM a\nRUN b\n", [("CA001", 3)]),
        ("FROM a\n# hadolint ignore=DL3001\nRUN b\nRUN c\n", [("LA002", 3), ("CA001", 4), ("LA002", 4)]),
        ("# check=skip=StageNameCasing,Other\nFROM a\nRUN b\n", [("LA002", 3)]),
        ("# check=skip=all;error=true\nFROM a\nRUN b\n", [("LA002", 3)]),
        ("# check=skip=stagenamecasing,DL3001,run-here\nFROM a\nRUN b\n", [("CA001", 3), ("LA002", 3)]),
        ("FROM a\n# check=skip=StageNameCasing\nRUN b\nRUN c\n", [("LA002", 3), ("CA001", 4), ("LA002", 4)]),
        ("FROM a\n# check=skip=StageNameCasing\n#\nRUN b\n", [("CA001", 4), ("LA002", 4)]),
        ("FROM a\n  # check=skip=StageNameCasing\nRUN b\n", [("CA001", 3), ("LA002", 3)]),
        ("#!/x\n# check=skip=all\nFROM a\nRUN b\n", [("LA002", 4)]),
        ("  # check=skip=all\nFROM a\nRUN b\n", [("CA001", 3), ("LA002", 3)]),
        ("# check=error=true\nFROM a\nRUN b\n", [("CA001", 3), ("LA002", 3)]),
        ("FROM a\n# restow ignore=CA001\nRUN b\n", [("CA001", 3), ("LA002", 3)]),
        ("FROM a\n# restow: ignore=\nRUN b\n", [("CA001", 3), ("LA002", 3)]),
    ],
)
def test_suppressions(text, left):
    assert found(text) == left


def test_suppressed_findings_are_kept_with_their_comment():
    result = lint(parse("FROM a\n# restow: ignore=CA001 reason=a test\nRUN b\n"), rules=RULES)
    ((finding, by),) = result.suppressed
    assert (finding.code, by.reason) == ("CA001", "a test")
    assert len(result) == 1


def severities(text, **fields):
    return {f.code: f.severity.value for f in lint(parse(text), rules=RULES, **fields)}


def test_error_option_makes_findings_of_buildkits_checks_errors():
    assert severities("FROM a\nRUN b\n") == {"CA001": "warning", "LA002": "warning"}
    assert severities("# check=error=true\nFROM a\nRUN b\n") == {"CA001": "error", "LA002": "warning"}
    assert severities("# check=error=maybe\nFROM a\nRUN b\n") == {"CA001": "warning", "LA002": "warning"}


def test_build_argument_replaces_the_directive():
    build = BuildFacts({"BUILDKIT_DOCKERFILE_CHECK": "skip=all"})
    assert severities("# check=error=true\nFROM a\nRUN b\n", build=build) == {"LA002": "warning"}
    build = BuildFacts({"BUILDKIT_DOCKERFILE_CHECK": ""})
    assert severities("# check=skip=all\nFROM a\nRUN b\n", build=build).keys() == {"CA001", "LA002"}
    with pytest.raises(UsageError, match="BUILDKIT_DOCKERFILE_CHECK: 'x' is no check option"):
        severities("FROM a\n", build=BuildFacts({"BUILDKIT_DOCKERFILE_CHECK": "x=y"}))


EXPERIMENTAL = rule("ST009", "odd-run", aliases=("InvalidDefinitionDescription",), preview=True)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("FROM a\nRUN b\n", []),
        ("# check=experimental=all\nFROM a\nRUN b\n", [3]),
        ("# check=experimental=InvalidDefinitionDescription;skip=all\nFROM a\nRUN b\n", [3]),
        ("# check=experimental=Other\nFROM a\nRUN b\n", []),
        ("FROM a\nRUN b\n# check=experimental=all\nRUN c\n", [4]),
    ],
)
def test_experimental_checks(text, left):
    assert [line for _, line in found(text, (EXPERIMENTAL, PREVIEW))] == left
    assert not found(text, (EXPERIMENTAL,), ignore=("ST009",))


def test_another_frontend_silences_what_needs_dockers():
    anywhere = rule("ST007", "any-run", any_frontend=True)
    text = "# syntax=host.example/own:1\nFROM a\nRUN b\n"
    assert found(text, (*RULES, anywhere)) == [("ST007", 3)]
    assert len(found(text.replace("host.example/own", "docker/dockerfile"), (*RULES, anywhere))) == 3


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("FROM a\n# restow: ignore=CA001\nCMD b\n", 1),
        ("FROM a\n# restow: ignore=NOPE\nRUN b\n", 1),
        ("FROM a\n# restow: ignore=ST003\nRUN b\n", 0),
        ("FROM a\n# hadolint ignore=DL3001\nCMD b\n", 0),
        ("FROM a\n# restow: ignore=CA001\nRUN b\n", 0),
    ],
)
def test_unused_comments(text, count):
    assert len(lint(parse(text), rules=RULES).unused) == count
