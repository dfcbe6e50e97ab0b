"""One case: built twice for real and twice by the simulator, and compared."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from agreement import Agreement, own_identities
from builders import Built, RealBuilder
from cases import Case, Side, put, random_case, with_own_texts
from contexts import unsent
from hits import hit_differences
from real_images import RealImage, read_real

from restow.build import Simulation, simulate
from restow.build.cache_changes import as_sent
from restow.build.cache_operations import BuildOptions
from restow.build.context import Context
from restow.build.rebuild import OneBuild, rebuild
from restow.build.state import State
from restow.image import read_image
from restow.image.differ import configuration_of
from restow.semantics.scope import Scope
from restow.syntax import parse

SHOWN = 12
READ_TWICE = 10  # every so many images are read by Restow as well, and the two readings compared


@dataclass
class Comparer:
    """Builds and compares cases; ``base`` is the saved base image of those that run programs."""

    builder: RealBuilder
    base: Path
    tally: Counter[str]
    show: bool = False
    reasons: Counter[str] = field(default_factory=Counter)
    unlike: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.base_image = read_image(self.base)

    def case(self, seed: int) -> bool:
        """Whether the case of a seed differs; it is printed then."""
        case = random_case(seed, f"x{time.time_ns():x}", self.builder)
        if self.show:
            print(f"seed {seed}", case.first.sketch.text, sep="\n", flush=True)
        try:
            found = self.run(case)
        except Exception as error:
            error.add_note(f"seed {seed}:\n{case.first.sketch.text}")
            raise
        self.tally["failed builds" if found is None else "cases"] += 1
        if found:
            print(
                f"seed {seed}: {case.change}", *found[:SHOWN], case.first.sketch.text, sorted(case.first.tree.items()),
                sep="\n  ", flush=True,
            )  # fmt: skip
        return bool(found)

    def run(self, case: Case) -> list[str] | None:
        """What differs in one case; None where one of its builds failed."""
        with tempfile.TemporaryDirectory(prefix="restow-oracle-") as name, self.builder.cleaned(Path(name).name):
            # the engine keeps what it was sent by the folder's own name, so that has to be a new one
            folder, archives = Path(name) / Path(name).name, Path(name)
            folder.mkdir()
            before = put(case.first, folder)
            first, image = self.build(case.first, folder, archives / "first.tar")
            if image is None:
                return self.failed(case.first, before, first)
            found, self.unlike = self.unlike, []
            found += [f"first build: {one}" for one in self.images(case.first, before, image)]
            after = put(case.second, folder)
            second, image = self.build(case.second, folder, archives / "second.tar")
            if image is None:
                return self.failed(case.second, after, second)
            kept = unsent(case.first.tree, case.second.tree)
            sent = as_sent(before, after, kept) if self.builder.kind == "buildkit" else after
            found += self.unlike
            self.unlike = []
            found += [f"second build: {one}" for one in self.images(case.second, sent, image)]
        if self.builder.kind in ("buildkit", "classic"):
            found += self.hits(case, before, sent, second)
        return found

    def build(self, side: Side, folder: Path, archive: Path) -> tuple[Built, RealImage | None]:
        """One real build, and its image where it succeeded."""
        sketch = side.sketch
        options = self.builder.options(sketch.arguments, sketch.target, side.renewed)
        built = self.builder.build(folder, options, archive)
        if not built.ok:
            return built, None
        real = read_real(archive)
        if self.tally["images"] % READ_TWICE == 0:
            self.unlike += [f"{archive.name}: {one}" for one in reading_differences(archive, real)]
        return built, real

    def failed(self, side: Side, context: Context, built: Built) -> None:
        """Count a failed build, and whether the simulator would have said so; print how it failed where it would not."""
        simulation = self.simulated(side, context)
        steps = [step for result in simulation.stages for step in result.steps]
        if not any(step.unknown or step.error for step in steps):
            self.tally["failed builds that the simulator takes for good"] += 1
            if self.show:
                print("failed:", built.output[-600:], *(one.error for one in built.steps if one.error))

    def simulated(self, side: Side, context: Context) -> Simulation:
        """The simulated build."""
        tree, images = parse(side.sketch.text), {self.builder.base: self.base_image}
        kind = "classic" if self.builder.kind == "classic" else "buildkit"
        return simulate(tree, context, arguments=side.sketch.arguments, images=images, builder=kind)

    def images(self, side: Side, context: Context, real: RealImage) -> list[str]:
        """What differs between the two images of a build."""
        simulation = self.simulated(side, context)
        target = side.sketch.target
        stage = simulation.model.stage_called(target, len(simulation.stages)) if target else simulation.model.target
        assert stage is not None
        result = simulation.stages[stage.index]
        self.reasons.update(reason for node, reason in simulation.unknown)
        errors = [step.error for index in simulation.model.needed_by(stage) for step in simulation.stages[index].steps]
        found = [f"the simulator says that it fails: {error}" for error in errors if error]
        if any(broken(assumption.text, real) for assumption in simulation.assumptions):
            self.tally["images of which an assumption does not hold"] += 1
            return []
        agreement = Agreement(real, own_identities(side.sketch.text, side.ignore), found, self.tally)
        agreement.trees(result.filesystem)
        agreement.configurations(result.state)
        self.tally["images"] += 1
        return agreement.found

    def hits(self, case: Case, before: Context, after: Context, built: Built) -> list[str]:
        """Where the second build's steps hit or miss otherwise than the model says."""
        first, second = self.one(case.first, before), self.one(case.second, after)
        return hit_differences(rebuild(first, second, self.builder.kind), built, self.tally)  # type: ignore[arg-type]

    def one(self, side: Side, context: Context) -> OneBuild:
        """The side as the cache's model takes it."""
        options = BuildOptions(no_cache=frozenset([side.renewed] if side.renewed else []))
        return OneBuild(self.simulated(side, with_own_texts(context, side)), side.sketch.target, options)


def broken(assumption: str, real: RealImage) -> bool:
    """Whether the image shows that a named assumption of the simulator does not hold: that no link stands at a path, or no
    directory.
    """
    for words, kind in ((" is no symbolic link", "link"), (" is no directory", "directory")):
        entry = real.entries.get(assumption.removesuffix(words).rpartition(" ")[2])
        if assumption.endswith(words) and entry is not None and entry.kind == kind:
            return True
    return False


def reading_differences(archive: Path, real: RealImage) -> list[str]:
    """Where ``restow.image.read_image`` and the plain reading of an archive differ."""
    agreement = Agreement(real, {})
    image = read_image(archive)
    agreement.trees(image.filesystem)
    config = configuration_of(image.config)
    agreement.configurations(State(image.filesystem, Scope(), config))
    return [one.replace("the simulator", "read_image") for one in agreement.found]
