"""One case: built twice for real and twice by the simulator, and compared."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from agreement import Agreement, history_differences
from builders import LIBRARY, RealBuilder
from built import Built
from cases import Case, Side, put, random_case, with_own_texts
from contexts import unsent
from explained import as_buildkit, is_explained_failure, is_explained_success, is_made_again, without_slash
from failures import failing_step, failure_differences
from hits import hit_differences, is_miss
from real_images import RealImage, read_real

from restow.build import Simulation, simulate
from restow.build.cache_changes import as_sent
from restow.build.cache_operations import BuildOptions
from restow.build.context import Context
from restow.build.rebuild import OneBuild, rebuild
from restow.build.release import Release
from restow.build.state import State
from restow.image import read_image
from restow.image.differ import configuration_of
from restow.semantics.model import Stage
from restow.semantics.scope import Scope
from restow.syntax import parse
from restow.syntax.ast import Run
from restow.vfs import Filesystem

OLDEST = Release((0, 13))
SHOWN = 12
READ_TWICE = 10  # every so many images are read by Restow as well, and the two readings compared


@dataclass
class Comparer:
    """Builds and compares cases; ``base`` is the saved base image of those that run programs, ``triggers`` the one with
    triggers of ONBUILD.
    """

    builder: RealBuilder
    base: Path
    triggers: Path
    tally: Counter[str]
    show: bool = False
    reasons: Counter[str] = field(default_factory=Counter)
    unlike: list[str] = field(default_factory=list)

    @property
    def model(self) -> Literal["buildkit", "classic"]:
        """Whose cache stands for its own."""
        return "buildkit" if self.builder.kind == "buildkit" else "classic"

    def __post_init__(self) -> None:
        self.base_image, self.triggers_image = read_image(self.base), read_image(self.triggers)

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
        if found and self.builder.kind in LIBRARY and all(map(is_miss, found)) and self.is_passing(seed):
            self.tally["misses that do not come again"] += 1
            return False
        if found:
            print(
                f"seed {seed}: {case.change}", *found[:SHOWN], case.first.sketch.text, sorted(case.first.tree.items()),
                sep="\n  ", flush=True,
            )  # fmt: skip
        return bool(found)

    def is_passing(self, seed: int) -> bool:
        """Whether a case that missed where the model says hit agrees when it is built anew, at one of three times."""
        return any(not self.run(random_case(seed, f"x{time.time_ns():x}", self.builder)) for _ in range(3))

    def run(self, case: Case) -> list[str]:
        """What differs in one case."""
        with tempfile.TemporaryDirectory(prefix="restow-oracle-") as name, self.builder.cleaned(Path(name).name):
            # the engine keeps what it was sent by the folder's own name, so that has to be a new one
            folder, archives = Path(name) / Path(name).name, Path(name)
            folder.mkdir()
            before = put(case.first, folder)
            built, image = self.build(case.first, folder, archives / "first.tar")
            first = self.simulated(case.first, before)
            found = [f"first build: {one}" for one in self.compared(case.first, first, built, image)]
            if image is None:
                return found
            after = put(case.second, folder)
            built, image = self.build(case.second, folder, archives / "second.tar")
            kept = unsent(case.first.tree, case.second.tree)
            made = first.stages[target_of(first, case.first.sketch.target).index].filesystem
            sent = as_sent(before, after, kept) if self.builder.kind == "buildkit" else after
            second = self.simulated(case.second, sent)
            found += [f"second build: {one}" for one in self.compared(case.second, second, built, image, made)]
        if image is not None:
            self.tally["cases"] += 1
            shown = self.shown(case.second, second)
            done = rebuild(self.one(case.first, first), self.one(case.second, second), self.model)
            found += hit_differences(done, built, shown, self.tally)
        return found

    def compared(
        self,
        side: Side,
        simulation: Simulation,
        built: Built,
        image: RealImage | None,
        earlier: Filesystem | None = None,
    ) -> list[str]:
        """What differs between a build and its simulation; ``earlier`` is what the build left whose layers it may take."""
        if image is None:
            self.tally["failed builds"] += 1
            shown = self.shown(side, simulation)
            step = failing_step(simulation, built, self.builder.kind, shown)
            if self.builder.kind in LIBRARY and is_explained_failure(step, simulation):
                self.tally["explained by the builder"] += 1
                return []
            return failure_differences(simulation, built, self.builder.kind, shown, self.tally)
        found, self.unlike = self.unlike, []
        return [*found, *self.images(side, simulation, image, earlier)]

    def build(self, side: Side, folder: Path, archive: Path) -> tuple[Built, RealImage | None]:
        """One real build, and its image where it succeeded."""
        sketch = side.sketch
        options = self.builder.options(sketch.arguments, sketch.target, side.renewed)
        built = self.builder.build(folder, options, archive)
        if not built.ok:
            return built, None
        real = read_real(archive)
        if self.builder.kind in LIBRARY:
            real = as_buildkit(real)
        elif self.tally["images"] % READ_TWICE == 0:
            self.unlike += [f"{archive.name}: {one}" for one in reading_differences(archive, real)]
        return built, real

    def simulated(self, side: Side, context: Context) -> Simulation:
        """The simulated build; its own Dockerfile and ignore file are files like others to it."""
        tree = parse(side.sketch.text)
        images = {self.builder.base: self.base_image, self.builder.triggers: self.triggers_image}
        texts = with_own_texts(context, side)
        files: Literal["buildkit", "classic"] = "classic" if self.builder.kind == "classic" else "buildkit"
        return simulate(tree, texts, arguments=side.sketch.arguments, images=images, builder=files)

    def images(self, side: Side, simulation: Simulation, real: RealImage, earlier: Filesystem | None) -> list[str]:
        """What differs between the two images of a build."""
        target = side.sketch.target
        stage = target_of(simulation, target)
        result = simulation.stages[stage.index]
        self.reasons.update(reason.replace(side.salt, "SALT") for node, reason in simulation.unknown)
        for step in (step for one in simulation.stages for step in one.steps if isinstance(step.instruction, Run)):
            self.tally["RUNs that are computed" if step.computed else "RUNs that are taken by their effects"] += 1
        steps = [step for index in simulation.model.needed_by(stage) for step in simulation.stages[index].steps]
        failing = [step for step in steps if step.error]
        if self.builder.kind in LIBRARY and any(map(is_explained_success, failing)):
            self.tally["explained by the builder"] += 1
            return []
        found = [f"the simulator says that it fails: {step.error}" for step in failing]
        if self.builder.kind in LIBRARY and is_made_again(result.state, real):
            self.tally["explained by the builder"] += 1
            return []
        if any(broken(assumption.text, real) for assumption in simulation.assumptions):
            self.tally["images of which an assumption does not hold"] += 1
            return []
        agreement = Agreement(real, found, self.tally, earlier)
        agreement.trees(result.filesystem)
        agreement.configurations(self.written(result.state))
        self.tally["images"] += 1
        if self.builder.kind not in LIBRARY and stage is simulation.model.target:
            release = OLDEST if "ports as a map" in self.builder.features else None
            agreement.found += history_differences(simulation, real, self.tally, self.model, release)
        return agreement.found

    def written(self, state: State) -> State:
        """The state with its configuration as it is compared."""
        held = state.configuration
        return state.with_configuration(**without_slash(held)) if self.builder.kind in LIBRARY else state

    def shown(self, side: Side, simulation: Simulation) -> list[int]:
        """The indexes of the stages that are built: the classic builder makes all up to the target."""
        model, stage = simulation.model, target_of(simulation, side.sketch.target)
        return list(range(stage.index + 1)) if self.builder.kind == "classic" else sorted(model.needed_by(stage))

    def one(self, side: Side, simulation: Simulation) -> OneBuild:
        """The side as the cache's model takes it."""
        options = BuildOptions(no_cache=frozenset([side.renewed] if side.renewed else []))
        return OneBuild(simulation, side.sketch.target, options)


def target_of(simulation: Simulation, target: str) -> Stage:
    """The stage that is built. Raises ValueError where it has none of the name."""
    model = simulation.model
    stage = model.stage_called(target, len(simulation.stages)) if target else model.target
    if stage is None:
        raise ValueError(f"no stage {target}")
    return stage


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
    agreement = Agreement(real)
    image = read_image(archive)
    agreement.trees(image.filesystem)
    config = configuration_of(image.config)
    agreement.configurations(State(image.filesystem, Scope(), config))
    return [one.replace("the simulator", "read_image") for one in agreement.found]
