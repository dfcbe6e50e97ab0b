"""The comments that belong to an instruction: those between it and the instruction above."""

from __future__ import annotations

from collections.abc import Iterator

from restow.syntax.ast import Comment, Dockerfile, Instruction


def comments_above(dockerfile: Dockerfile) -> Iterator[tuple[Instruction, list[tuple[Comment, str]]]]:
    """Each instruction with the comments above it and their texts, as BuildKit keeps them.

    Blank lines do not separate a comment from its instruction; a comment without text does. Of an indented comment the
    mark belongs to the text, as in BuildKit.
    """
    comments = iter(dockerfile.comments)
    comment = next(comments, None)
    for node in dockerfile.instructions:
        above: list[tuple[Comment, str]] = []
        while comment is not None and comment.start < node.end:
            if comment.start < node.start:
                text = _text(dockerfile.text, comment)
                above = [*above, (comment, text)] if text else []
            comment = next(comments, None)
        yield node, above


def _text(text: str, comment: Comment) -> str:
    indented = comment.start > 0 and text[comment.start - 1] in " \t\v\f"
    return (comment.text if indented else comment.text[1:]).strip()
