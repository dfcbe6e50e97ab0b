"""The advisor's bit-mask cost model against the model of cache keys: which steps miss after which change."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from restow.advise.cost import stage_masks
from restow.advise.events import Events
from restow.advise.history import ChangeEvent
from restow.build import context_of_listing, simulate
from restow.build.cache_changes import with_changed_content
from restow.build.rebuild import OneBuild, rebuild
from restow.syntax import parse
from restow.syntax.ast import Copy

PATHS = ("a", "b", "d/x", "d/y", "d/e/z", "README.md")
IGNORED = "*.md\n"
SOURCES = ("a", "b", "d", "d/x", "d/*", "d/e", ".", "a b", "*")


@st.composite
def stages(draw, exact):
    """A Dockerfile of one to three stages. ``exact``: without what only one of the models sees to its end."""
    lines, made, empty = [], [], set()
    for number in range(draw(st.integers(1, 3))):
        bases = ["scratch", "base", *(f"s{index}" for index in range(number))]
        base = draw(st.sampled_from(bases))
        lines.append(f"FROM {base} AS s{number}")
        if base in ("scratch", *empty):
            empty.add(f"s{number}")
        for step in range(draw(st.integers(1, 4))):
            place = f"/{number}/{step}"
            kind = draw(st.sampled_from(("copy", "copy", "run", "workdir", "env", "label", "from")))
            if kind == "copy":
                link = "" if exact else draw(st.sampled_from(("", "--link ")))
                lines.append(f"COPY {link}{draw(st.sampled_from(SOURCES))} {place}/")
                if not exact or f"s{number}" in empty:  # of what lies on an image the cost model knows the stage only
                    made.append((number, place))
            elif kind == "from" and any(one < number for one, _ in made):
                stage, path = draw(st.sampled_from([one for one in made if one[0] < number]))
                lines.append(f"COPY --from=s{stage} {path} {place}/")
            else:
                mount = draw(st.sampled_from(("", "--mount=type=bind,source=a,target=/m ", "--mount=target=/m ")))
                program = (
                    "make" if exact else draw(st.sampled_from(("make", "pip install -r /0/0/a", f"mkdir {place}")))
                )
                lines.append(
                    {"run": f"RUN {mount}{program}", "workdir": f"WORKDIR {place}", "env": "ENV A=1"}.get(
                        kind, "LABEL a=1"
                    )
                )
    return "\n".join(lines) + "\n"


EVENTS = st.lists(st.sets(st.sampled_from(PATHS), min_size=1, max_size=3), min_size=1, max_size=4)


def verdicts(text, changes):
    """For each step that is built and each event: (what the cost model says, what the keys say), True for a miss."""
    listing = [(path, 0o100644, path, 1) for path in PATHS]
    context = context_of_listing(listing, dockerignore=IGNORED)
    events = Events(tuple(ChangeEvent(str(i), frozenset(paths)) for i, paths in enumerate(changes)), "a test", context)
    before = simulate(parse(text), context)
    assume(
        not any(isinstance(node, Copy) for node, _ in before.unknown)
    )  # what is not computed has no inputs in the cost model
    for number, paths in enumerate(changes):
        done = rebuild(OneBuild(before), OneBuild(simulate(parse(text), with_changed_content(context, paths))))
        for result, stage in zip(before.stages, done.stages, strict=True):
            _, along = stage_masks(result, before, events)
            for step, mask in zip(stage.steps, along, strict=True):
                if stage.built and step.outcome != "no step":
                    yield bool(mask >> number & 1), step.outcome == "miss"


@settings(max_examples=150, deadline=None)
@given(stages(exact=True), EVENTS)
def test_the_cost_model_says_what_the_keys_say(text, changes) -> None:
    for cost, keys in verdicts(text, changes):
        assert cost == keys


@settings(max_examples=100, deadline=None)
@given(stages(exact=False), EVENTS)
def test_the_cost_model_misses_no_miss(text, changes) -> None:
    """It takes --link for a plain COPY, and what a stage ran again for changed."""
    for cost, keys in verdicts(text, changes):
        assert cost or not keys
