"""The base images that a Dockerfile names."""

from __future__ import annotations

from collections.abc import Iterator

from restow.rule import RuleContext, is_known
from restow.syntax import WordError
from restow.syntax.ast import From


def base_references(ctx: RuleContext) -> Iterator[tuple[From, str]]:
    """Each FROM of an image with the image's name, build arguments at their defaults; names that are not known are left out."""
    for stage in ctx.model.stages:
        if stage.base.kind != "image":
            continue
        try:
            name = ctx.model.globals.expand(stage.opening.image.text)
        except WordError:
            continue
        if name and is_known(name) and "$" not in name:
            yield stage.opening, name
