"""What a formatted file costs the build cache once: by the model of the cache keys, without a build context.

Only a change of a RUN's own words does (``--format-run``), and a step that takes the Dockerfile itself into the image.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from posixpath import basename

from restow.build import Simulation, simulate
from restow.build.keys import Contents, keyed_steps
from restow.config.context_folder import taken_from_context
from restow.errors import UsageError
from restow.semantics.model import LONGEST_BUILD
from restow.syntax.ast import Dockerfile, Instruction, Run

WHOLE_CONTEXT = "."


def missed_steps(before: Dockerfile, after: Dockerfile) -> tuple[Instruction, ...]:
    """The instructions of ``before`` whose steps are carried out again once ``after`` takes its place, whatever the target.

    Both have the same instructions, one for one. Of a file that is too long to be simulated it is all that comes after a
    RUN with other words: an upper bound.
    """
    if len(before.instructions) > LONGEST_BUILD:
        return _after_changed_run(before, after)
    contents: Contents = {}
    simulation = _simulated(before)
    again = _simulated(after)
    if simulation is None or again is None:
        return ()
    known = {keyed.key for keyed in keyed_steps(simulation, contents=contents).values()}
    second = keyed_steps(again, contents=contents)
    return tuple(
        simulation.stages[stage].steps[step].instruction
        for (stage, step), keyed in second.items()
        if keyed.key not in known
    )


def _after_changed_run(before: Dockerfile, after: Dockerfile) -> tuple[Instruction, ...]:
    pairs = zip(before.instructions, after.instructions, strict=True)
    changed = (at for at, (old, new) in enumerate(pairs) if _words(old) != _words(new))
    first = next(changed, len(before.instructions))
    return before.instructions[first:]


def _words(node: Instruction) -> tuple[str, ...]:
    if not isinstance(node, Run):
        return ()
    return node.command.text, *(heredoc.content for heredoc in node.heredocs)


def _simulated(dockerfile: Dockerfile) -> Simulation | None:
    """The simulated build; None where no build begins, as there is no FROM."""
    try:
        return simulate(dockerfile, None)
    except UsageError:
        return None


def context_lines(dockerfile: Dockerfile) -> tuple[int, ...]:
    """The lines of the steps that take this file into what they read, unless an ignore file leaves it out."""
    name = basename(dockerfile.source.name.replace("\\", "/")) or "Dockerfile"
    return tuple(
        dockerfile.source.position(node.start).line
        for node in dockerfile.instructions
        if any(source == WHOLE_CONTEXT or fnmatchcase(name, source) for source in taken_from_context(node))
    )
