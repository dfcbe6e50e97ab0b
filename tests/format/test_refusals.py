"""What is not printed, and the checks that each new text goes through."""

import pytest

from restow.format import equal, format_dockerfile, formatter
from restow.syntax import parse

TEXT = "from a\nrun b  c\ncopy d e\n"


def refusal(text=TEXT):
    result = format_dockerfile(parse(text))
    assert result.text == text
    assert result.refusal is not None
    return result.refusal


def test_a_file_with_an_invalid_instruction():
    found = refusal("from a\nCOPY b\n")
    assert found.fault
    assert found.offset == 13
    assert "COPY has no destination" in found.reason


@pytest.mark.parametrize("image", ["example.com/other:1", "docker/other", "?"])
def test_another_frontend(image):
    found = refusal(f"# syntax={image}\nfrom a\n")
    assert not found.fault
    assert image in found.reason


@pytest.mark.parametrize(
    "image", ["docker/dockerfile:1", "docker.io/docker/dockerfile-upstream", "r.example/m/docker/dockerfile"]
)
def test_the_known_frontend_and_its_mirrors(image):
    assert format_dockerfile(parse(f"# syntax={image}\nfrom a\n")).text == f"# syntax={image}\nFROM a\n"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("FROM a\nRUN b c\nCOPY d e\n", "would not say the same: RUN in line 2"),
        ("FROM a\nRUN b  c\nCOPY --link d e\n", "would not say the same: COPY in line 3"),
        ("FROM a\nRUN b  c\n", "would not say the same: the number of instructions"),
        ("# escape=`\nFROM a\nRUN b  c\nCOPY d e\n", "would not say the same: the parser directives"),
        ("FROM a\nRUN b  c\nCOPY d e\n# f\n", "would not say the same: a comment"),
        ("FROM a\nRUN b  c\ncopy d e\n", "a second run would change the new text again"),
    ],
)
def test_a_printer_with_a_bug_changes_nothing(monkeypatch, wrong, reason):
    """The printer is replaced by one that returns ``wrong`` first, and the right text for what it is given then."""
    printed = formatter._printed
    answers = iter([(wrong, ())])
    monkeypatch.setattr(formatter, "_printed", lambda *given: next(answers, None) or printed(*given))
    found = refusal()
    assert found.fault
    assert reason in found.reason
    assert "bug in Restow" in found.reason


def test_reworded_runs_are_refused_even_where_the_comparison_fails(monkeypatch):
    monkeypatch.setattr(formatter, "first_difference", lambda *_: None)
    answers = ["FROM a\nRUN b c\nCOPY d e\n"] * 2
    monkeypatch.setattr(formatter, "_printed", lambda *_: (answers.pop(), ()))
    assert "the words of a RUN would change" in refusal().reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ENV A=b", "ENV A='b'"),
        ("ENV A b  c", "ENV A b c"),
        ("CMD a  b", "CMD a b"),
        ('CMD ["a"]', "CMD a"),
        ("RUN --mount=target=/a --mount=target=/b x", "RUN --mount=target=/b --mount=target=/a x"),
        ("COPY --exclude=a --exclude=b c d", "COPY --exclude=b --exclude=a c d"),
        ("ONBUILD run a", "ONBUILD RUN a"),
        ("RUN <<E\na\nE", "RUN <<E\n a\nE"),
        ("USER a", "USER b"),
        ("EXPOSE 80 81", "EXPOSE 81 80"),
        ("# a\nUSER a", "USER a\n# a"),
        ("USER \\\n# a\na", "# a\nUSER a"),
    ],
)
def test_other_texts_mean_something_else(one, other):
    before, after = parse(f"FROM a\n{one}\n"), parse(f"FROM a\n{other}\n")
    assert equal.first_difference(before, after) is not None
    assert equal.first_difference(before, before) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("copy a  b", "COPY a b"),
        ('CMD ["a","b"]', 'CMD [ "a", "b" ]'),
        ("RUN --network=none --mount=target=/a x", "RUN --mount=target=/a --network=none x"),
        ("LABEL a=b \\\n  c=d", "LABEL a=b c=d"),
        ("  # a\nUSER a", "# a  \n\nUSER a"),
    ],
)
def test_other_texts_mean_the_same(one, other):
    before, after = parse(f"FROM a\n{one}\n"), parse(f"FROM a\n{other}\n")
    assert equal.first_difference(before, after) is None


def test_an_instruction_that_its_indents_make_too_long():
    found = refusal("FROM a\nENV" + "".join(f" \\\n A{number}=b" for number in range(6_500)) + "\n")
    assert found.offset == 7
    assert "as printed, the instruction could not be read" in found.reason
    assert "bug" not in found.reason
