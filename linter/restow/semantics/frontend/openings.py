"""FROM: the image or stage and the platform that it names, with the arguments before the first FROM."""

from __future__ import annotations

from dataclasses import dataclass, field

from restow.semantics.frontend.errors import FrontendError, Refusal
from restow.semantics.frontend.graph import check_image
from restow.semantics.frontend.inputs import Words
from restow.semantics.frontend.values import platform_problem
from restow.semantics.model import Stage
from restow.syntax.ast import From


@dataclass
class Openings:
    """What the stages begin with: ``bases[i]`` is the stage that stage i is built on, ``images[i]`` the image, empty
    where that is not known. ``names`` gives for each name the last stage that has it."""

    names: dict[str, int] = field(default_factory=dict)
    bases: dict[int, int] = field(default_factory=dict)
    images: dict[int, str] = field(default_factory=dict)
    errors: list[FrontendError] = field(default_factory=list)


def read_openings(stages: tuple[Stage, ...], words: Words) -> Openings:
    """The openings of all stages, in their order."""
    found = Openings()
    for stage in stages:
        try:
            base = _base(stage.opening, words)
            if base is not None and base in found.names:
                found.bases[stage.index] = found.names[base]
            else:
                found.images[stage.index] = base or ""
                if base and base != "scratch":
                    check_image(base, stage.opening.image.span)
        except Refusal as raised:
            found.images.setdefault(stage.index, "")
            found.errors.append(raised.error())
        try:
            _check_platform(stage.opening, words)
        except Refusal as raised:
            found.errors.append(raised.error())
        if stage.name is not None:
            found.names[stage.name] = stage.index
    return found


def _base(node: From, words: Words) -> str | None:
    """The image or stage; None where it is not known. Raises Refusal."""
    base = words.expand(node.image.text, node.image.span)
    if base == "":
        raise Refusal(f"FROM has no image: {node.image.text} expands to nothing", node.image.span)
    return base


def _check_platform(node: From, words: Words) -> None:
    flag = node.flag("platform")
    if flag is None or not flag.value:
        return
    platform = words.expand(flag.value, flag.span)
    if platform == "":
        raise Refusal(f"--platform is empty: {flag.value} expands to nothing", flag.span)
    if platform is not None and (problem := platform_problem(platform)):
        raise Refusal(problem, flag.span)
