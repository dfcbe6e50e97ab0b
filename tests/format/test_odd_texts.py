"""Texts that nobody writes: they are printed or left alone, and what they say stays, as the printer's own check tells."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restow.config.settings import FormatSettings
from restow.format import format_dockerfile, formatter
from restow.syntax import parse


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("run  \u2003--x\n", "RUN  \u2003--x\n"),
        ("run  \u2003x\n", "RUN x\n"),
        ("copy  \xa0--from=a \xa0--\n", "COPY  \xa0--from=a \xa0--\n"),
        ("label \\  =a\n", "LABEL \\  =a\n"),
        ("label a\\  b\n", "LABEL a\\  b\n"),
        ("label a   b\n", "LABEL a b\n"),
        ("env a=b \\", "ENV a=b \\\n"),
        ("run a \\\f\nrun b\n", "RUN a \\\f\nRUN b\n"),
        ("run <<E \\\f\nx\nE\n", "RUN <<E \\\f\nx\nE\n"),
        ("arg a\n\\\n  from b\n", "ARG a\nFROM b\n"),
        ("arg a\n \\ \n   # c\n\n  from b\n", "ARG a\n\\\n# c\nFROM b\n"),
        ("healthcheck cmd \xa0x\n", "HEALTHCHECK CMD \xa0x\n"),
        ('healthcheck cmd \xa0["x","y"]\n', 'HEALTHCHECK CMD ["x", "y"]\n'),
        ("#check= \n#escape=`\nfrom `\n a\n", "#check= \n#escape=`\nFROM `\n    a\n"),
        ("#check=a \n#escape=`\nfrom a\n", "#check=a\n#escape=`\nFROM a\n"),
        ("#check=\x85 \nfrom a\n", "#check=\x85 \nFROM a\n"),
    ],
)
def test_printed(text, printed):
    result = format_dockerfile(parse(text))
    assert (result.refusal, result.text) == (None, printed)


PIECES = st.sampled_from(
    [
        *"FROM RUN COPY ADD ENV ARG LABEL CMD HEALTHCHECK ONBUILD SHELL USER NONE AS a b=c --from=y -- <<E <<-E E".split(),
        *('["a", "b"]', "$A", "#", '"', "'", "`", "\\", " ", "\t", "\v", "\f", "\xa0", "\u2003", "\x85", "\ufeff"),
        *(
            "\n",
            "\r\n",
            "\n\n",
            "\\\n",
            "`\n",
            "\\ \r\n",
            "\\\f\n",
            "\n#c\n",
            "\\\n#c\n",
            "\nE\n",
            "#escape=`\n",
            "#check= \n",
        ),
    ]
)
TEXTS = st.one_of(*(st.lists(PIECES, max_size=25).map(joint.join) for joint in (" ", "", "\n")))


@given(TEXTS, st.booleans())
@settings(max_examples=500, deadline=None)
def test_no_text_meets_a_fault_of_the_printer(text, run):
    result = format_dockerfile(parse(text), FormatSettings(run=run))
    assert result.refusal is None or "bug in Restow" not in result.refusal.reason


@pytest.mark.parametrize("wrong", ["FROM a\nRUN b\nCOPY d\n", "FROM a\n<<E\n"])
def test_an_instruction_that_the_printer_breaks_is_its_fault(monkeypatch, wrong):
    printed = formatter._printed
    answers = iter([(wrong, ())])
    monkeypatch.setattr(formatter, "_printed", lambda *given: next(answers, None) or printed(*given))
    found = format_dockerfile(parse("from a\nrun b\ncopy d e\n")).refusal
    assert "bug in Restow" in found.reason
