"""What a finding at an instruction marks, and what a fix of its keyword replaces."""

import pytest

from restow.rule import RuleContext
from restow.syntax import parse
from restow_rules.style import keyword_case


@pytest.mark.parametrize("keyword", ["run", "\\\nrun", "\\\n# c\n  run", "r\\\nun"])
def test_a_keyword_is_marked_and_replaced_as_a_whole(keyword):
    text = f"FROM a\nWORKDIR /b\n{keyword} c\n"
    (finding,) = keyword_case.check(RuleContext(parse(text)))
    (edit,) = finding.fix.edits
    new = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert [node.keyword for node in parse(new).instructions] == ["FROM", "WORKDIR", "RUN"]
    assert parse(new).instructions[2].command.text == "c"


def test_a_finding_is_in_the_line_where_the_instruction_begins():
    ctx = RuleContext(parse("FROM a\n\\\nRUN c\n"))
    finding = ctx.finding(keyword_case.meta, ctx.dockerfile.instructions[1], "x")
    assert (ctx.source.position(finding.span.start).line, finding.span.end) == (2, 12)
