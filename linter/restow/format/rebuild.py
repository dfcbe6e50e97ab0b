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
from restow.syntax.ast import Dockerfile, Instruction

WHOLE_CONTEXT = "."


def missed_steps(before: Dockerfile, after: Dockerfile) -> tuple[Instruction, ...]:
    """The instructions of ``before`` whose steps are carried out again once ``after`` takes its place, whatever the target.

    Both have the same instructions, one for one.
    """
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
