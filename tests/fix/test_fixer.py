"""Fixes of rules: applied only where the proof holds."""

from restow.advise import History
from restow.build import Context
from restow.fix import fix, prove
from restow.rule import Finding, Fix, Severity
from restow.source import Edit, Span
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File

NO_HISTORY = History((), "no repository", False, True)
TREE = {name: File(Attributes(0o644), Content.of(name.encode())) for name in ("a", "b")}
CONTEXT = Context(Directory(Attributes(0o755), TREE), "a test")


def replacing(old, new, *, also="", removes=()):
    """A check that finds ``old`` and would write ``new``; ``also`` is a text that is a finding of its own."""

    def check(tree, context):
        found = []
        for word, code in ((old, "XX001"), (also, "XX002")):
            start = tree.text.find(word) if word else -1
            if start >= 0:
                span = Span(start, start + len(word))
                mended = Fix("a fix", (Edit(span, new),), removes) if word is old else None
                found.append(Finding(code, "name", "message", span, Severity.WARNING, fix=mended))
        return found

    return check


def mended(text, check, context=CONTEXT):
    return fix(parse(text).source, context, NO_HISTORY, check)


def test_a_fix_that_leaves_the_image_as_it_is_is_made() -> None:
    result = mended("FROM scratch\nADD a /x\n", replacing("ADD", "COPY"))
    assert result.text == "FROM scratch\nCOPY a /x\n"
    assert [applied.title for applied in result.applied] == ["line 2: XX001 name: a fix"]


def test_a_fix_that_would_change_the_image_is_withheld() -> None:
    result = mended("FROM scratch\nCOPY a /x\n", replacing("COPY a", "COPY b"))
    assert (result.text, result.applied) == ("FROM scratch\nCOPY a /x\n", ())
    assert "the images would differ: /x: content" in result.refused[0].reason


def test_what_a_fix_declares_to_remove_may_go_and_nothing_else() -> None:
    text = "FROM scratch\nCOPY a /x\nCOPY b /y/b\n"
    assert mended(text, replacing("COPY b /y/b\n", "", removes=("/y",))).text == "FROM scratch\nCOPY a /x\n"
    assert mended(text, replacing("COPY b /y/b\n", "", removes=("/x",))).text == text


def test_a_fix_that_brings_a_new_finding_is_withheld() -> None:
    result = mended("FROM scratch\nADD a /x\n", replacing("ADD", "COPY", also="COPY"))
    assert result.applied == ()
    assert "a new finding: XX002" in result.refused[0].reason


def test_a_fix_that_mends_nothing_is_withheld() -> None:
    result = mended("FROM scratch\nCOPY a /x\n", replacing("COPY", "COPY "))
    assert result.applied == ()
    assert "XX001 would remain" in result.refused[0].reason


def test_a_fix_that_does_not_parse_is_withheld() -> None:
    result = mended("FROM scratch\nCOPY a /x\n", replacing("COPY a /x", "COPY"))
    assert "would not parse" in result.refused[0].reason


def test_without_a_context_a_fix_of_a_copy_is_not_proven_and_others_are() -> None:
    assert mended("FROM x\nADD a /x\n", replacing("ADD", "COPY"), None).applied == ()
    assert mended("from x\nLABEL a=1\n", replacing("from", "FROM"), None).text == "FROM x\nLABEL a=1\n"


def test_a_proof_says_what_was_shown() -> None:
    one, two = parse("FROM scratch\nCOPY a /x\n"), parse("FROM scratch\nADD a /x\n")
    proof = prove(one, two, CONTEXT, lambda *_: ())
    assert (proof.holds, "equal" in proof.text) == (True, True)
    proof = prove(one, parse("FROM scratch\n"), CONTEXT, lambda *_: (), removes=("/x",))
    assert (proof.holds, "/x, which the fix removes" in proof.text) == (True, True)
