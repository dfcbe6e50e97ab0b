"""What is broken becomes one Invalid node with an offset and advice; the rest of the file parses."""

import pytest

from restow.syntax import parse

CASES = [
    # text, what is at the offset, part of the message
    ("FOO bar", "FOO", "unknown instruction FOO"),
    ("FORM a", "FORM", "did you mean FROM?"),
    ("FROM", "", "write FROM IMAGE"),
    ("FROM a b", "b", "does not parse"),
    ("FROM a AS", "", "ends too early"),
    ("FROM a AS b c", "c", "does not parse"),
    ("FROM a AS 1b", "1b", "cannot name a stage"),
    ("FROM --platform a", "--platform", "has no value"),
    ("FROM --plattform=x a", "--plattform=x", "did you mean --platform?"),
    ("RUN --mount ls", "--mount", "write --mount=VALUE"),
    ("RUN --mount=from=$x,target=/y ls", "--mount", "takes no variables"),
    ("RUN --network=foo ls", "--network=foo", "default, none, host"),
    ("RUN --network=none --network=host ls", "--network=host", "stands twice"),
    ("RUN --security=x ls", "--security=x", "sandbox"),
    ('RUN ["a", 1]', '["a", 1]', "strings only"),
    ("COPY", "", "write COPY SOURCE DESTINATION"),
    ("COPY a", "", "no destination"),
    ('COPY ["a"]', "", "no destination"),
    ('COPY ["a", 1]', '["a", 1]', "strings only"),
    ("COPY --link=x a b", "--link=x", "true or false"),
    ("COPY --link= a b", "--link=", "true or false"),
    ("COPY --From=a b c", "--From=a", "did you mean --from?"),
    ("COPY a <<E\nx\nE", "<<E", "destination cannot be a heredoc"),
    ("ADD --from=a b c", "--from=a", "no flag --from"),
    ("ENV a", "", "ends too early"),
    ("ENV", "", "ends too early"),
    ("ENV a=b c", "c", "write ENV NAME=VALUE"),
    ("ENV =b", "=b", "empty name"),
    ("ENV --x a=b", "--x", "takes no flags"),
    ("LABEL a=b c", "c", "write LABEL NAME=VALUE"),
    ("ARG", "", "write ARG NAME"),
    ("ARG =x", "=x", "empty name"),
    ("EXPOSE", "", "write EXPOSE PORT"),
    ("USER", "", "write USER NAME"),
    ("WORKDIR", "", "write WORKDIR PATH"),
    ("VOLUME []", "", "write VOLUME PATH"),
    ('VOLUME ["a", " "]', '" "', "empty path"),
    ("STOPSIGNAL", "", "write STOPSIGNAL SIGNAL"),
    ("MAINTAINER", "", "MAINTAINER has no name"),
    ("SHELL bash -c", "bash", "takes JSON only"),
    ("SHELL []", "", "no program"),
    ("HEALTHCHECK", "", "write HEALTHCHECK CMD"),
    ("HEALTHCHECK FOO", "FOO", "HEALTHCHECK NONE"),
    ("HEALTHCHECK NONE x", "x", "does not parse"),
    ("HEALTHCHECK CMD", "", "no command"),
    ("HEALTHCHECK --interval=abc CMD x", "--interval", "a duration such as 30s"),
    ("HEALTHCHECK --interval=1us CMD x", "--interval", "at least 1ms"),
    ("HEALTHCHECK --retries=-1 CMD x", "--retries", "whole number"),
    ("ONBUILD", "", "write ONBUILD INSTRUCTION"),
    ("ONBUILD FROM a", "FROM a", "cannot trigger FROM"),
    ("ONBUILD ONBUILD RUN a", "ONBUILD RUN", "cannot trigger ONBUILD"),
    ("ONBUILD --x RUN a", "--x", "takes no flags"),
    ("RUN <<E", "<<E", "reads only E"),
    ("\\", "\\", "nothing follows"),
    ("RUN " + "a" * 65532, "RUN", "longer than 65535 bytes"),
]


@pytest.mark.parametrize(("text", "at", "message"), CASES)
def test_invalid(text, at, message):
    whole = f"FROM first\n{text}"
    tree = parse(whole)
    assert str(tree) == whole
    (broken,) = [node for node in tree.instructions if node.kind == "invalid"]
    assert message in broken.message
    assert broken.start <= broken.offset <= broken.end
    assert whole[broken.offset :].startswith(at)
    if not at:
        assert broken.offset == len(whole)


@pytest.mark.parametrize("text", [text for text, _, _ in CASES if "<<E" not in text and text != "\\"])
def test_parsing_goes_on(text):
    tree = parse(f"{text}\nUSER last\n")
    assert [node.kind for node in tree.instructions] == ["invalid", "user"]


@pytest.mark.parametrize(
    "text",
    ["ARG --x a", "STOPSIGNAL --x a", "HEALTHCHECK --nope NONE", "HEALTHCHECK --interval= CMD x", "RUN", "CMD []"],
)
def test_valid_though_odd(text):
    assert parse(text).instructions[0].kind != "invalid"


@pytest.mark.parametrize(
    "text",
    [
        "RUN <<E" + "${a:-" * 5000,
        "CMD " + "[" * 30000 + "]" * 30000,
        "ONBUILD " * 5000,
        "ENV " + '"' * 30001,
        "RUN \ud800",
    ],
)
def test_never_raises(text):
    assert str(parse(text)) == text
