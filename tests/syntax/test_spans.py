"""The text at a node's span says the same by itself.

Left out of the comparison is what the text at a span does not hold: the place in the file, and the directive ``# escape=``,
which stands in front of it here as in the file. A here-document's body, its closing line too, is inside of the span of its
instruction. A comment stands below a blank line, as it could be a directive otherwise. An instruction that the parser
refuses (``Invalid``) may be refused for what stands around it, and is left out.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restow.source.node import TextNode
from restow.syntax import parse

FIXTURES = Path(__file__).parents[2] / "fixtures"
FILES = sorted(
    path for folder in ("format", "fix") for path in (FIXTURES / folder).rglob("*Dockerfile*") if path.is_file()
)

PIECES = st.sampled_from(
    [
        *"FROM RUN COPY ADD ENV ARG LABEL CMD HEALTHCHECK ONBUILD SHELL VOLUME USER WORKDIR NONE AS a b=c --from=y".split(),
        *"--mount=type=cache,target=/c <<E <<-E E".split(),
        *('["a","b"]', "$A", "#", '"', "'", "é", "`", "\\", " ", "\t", "\n", "\r\n", "\n\n", "\\\n", "`\n", "\\ \r\n"),
        *("\n#c\n", "\nE\n", "# escape=`\n", "\ufeff", "\v", "\xa0", "\u2003", "\x85", "\\\f", "\\\n#c\n", "--"),
    ]
)
LINES = st.sampled_from(
    [
        *(
            "FROM a AS b",
            "RUN x \\\n  y",
            "RUN <<E\na\nE",
            "COPY <<E /f\n$x\nE",
            'ENV A=1 B="2 3"',
            "LABEL a b",
            "RUN a \\\n# c\n b",
        ),
        *(
            'CMD ["a", "b"]',
            "ONBUILD RUN x",
            "HEALTHCHECK --interval=1s CMD x",
            "run\ta",
            "ARG A=$B C",
            "EXPOSE 80/tcp",
            "# c",
        ),
        *(
            "RUN --mount=type=bind,target=/a b",
            "ADD --chown=a:b c /d",
            "STOPSIGNAL 9",
            "VOLUME /a /b",
            "MAINTAINER é \U0001f433",
        ),
    ]
)
DOCKERFILES = st.one_of(
    st.lists(PIECES, max_size=30).map(" ".join),
    st.lists(PIECES, max_size=30).map("".join),
    st.lists(LINES, max_size=8).map("\n".join),
    st.lists(LINES, max_size=8).map(lambda lines: "# escape=`\r\n" + "\r\n".join(lines) + "\r\n"),
)


def document(value):
    """A node as nested dictionaries."""
    if isinstance(value, tuple):
        return [document(item) for item in value]
    return {name: document(inner) for name, inner in value.field_items()} if isinstance(value, TextNode) else value


def moved(node, by):
    """The node's fields, with offsets from its own start."""
    if isinstance(node, dict):
        return {
            key: value - by if key in ("start", "end", "offset") and value is not None else moved(value, by)
            for key, value in node.items()
        }
    return [moved(part, by) for part in node] if isinstance(node, list | tuple) else node


def alike(text):
    """How many nodes of the text were compared; each has to say the same by itself."""
    tree = parse(text)
    ahead = f"# escape={tree.escape}\n"
    compared = 0
    for node in tree.instructions:
        if node.kind == "invalid":
            continue
        alone = parse(ahead + text[node.start : node.end])
        assert len(alone.instructions) == 1, (node, alone.instructions)
        found = alone.instructions[0]
        assert found.span.of(alone.text) == node.span.of(text)
        assert moved(document(found), found.start) == moved(document(node), node.start)
        compared += 1
    for comment in tree.comments:
        (found,) = parse(f"{ahead}\n{comment.span.of(text)}").comments
        assert found.text == comment.text
    return compared


@given(DOCKERFILES)
@settings(max_examples=500, deadline=None)
def test_a_span_parses_to_its_node(text):
    alike(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FIXTURES).as_posix())
def test_a_span_of_a_fixture_parses_to_its_node(path):
    assert alike(path.read_bytes().decode()) > 0
