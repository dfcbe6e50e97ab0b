"""``--exclude`` with a whole root: BuildKit 0.25 looks behind the symbolic links at its top (measured on Docker 28.5)."""

import pytest

from restow.build import Context, simulate
from restow.build.rebuild import OneBuild, rebuild
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File, Symlink

BY_NAME = {"a.py": b"a", "b": b"b"}


def file(data):
    return File(Attributes(0o644), Content.of(data))


def context(links, inner=(), **files):
    held = {name: file(data) for name, data in {**BY_NAME, **files}.items()}
    folder = Directory(Attributes(0o755), {"x": file(b"x"), **{name: Symlink(text) for name, text in inner}})
    top = {name: Symlink(text) for name, text in links.items()}
    return Context(Directory(Attributes(0o755), {**held, "d": folder, **top}), "a test")


def built(line, one):
    return simulate(parse(f"FROM scratch\n{line}\n"), one)


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("COPY --exclude=*.py . /x/", False),
        ("COPY --exclude=d . /x/", False),
        ("COPY --exclude=gone . /x/", True),
        ("COPY . /x/", True),
        ("COPY --exclude=*.py d /x/", True),
    ],
)
def test_a_link_to_nothing_at_the_top_of_the_context(line, known) -> None:
    step = built(line, context({"gone": "nowhere"}, inner=[("lost", "nowhere")])).target.steps[0]
    assert (step.unknown is None) is known
    assert known or "/gone, a link to nothing" in step.unknown


def test_a_link_to_nothing_at_the_top_of_a_stage() -> None:
    text = "FROM scratch AS a\nCOPY . /\nFROM scratch\nCOPY --from=a --exclude=b / /x/\n"
    assert "link to nothing" in simulate(parse(text), context({"gone": "nowhere"})).target.steps[0].unknown
    assert simulate(parse(text), context({"there": "b"})).target.steps[0].unknown is None


@pytest.mark.parametrize(
    ("line", "links", "hits"),
    [
        ("COPY --exclude=*.py . /x/", {"l": "a.py"}, False),
        ("COPY --exclude=*.py . /x/", {"l": "b"}, True),
        ("COPY --exclude=*.py . /x/", {}, True),
        ("COPY --exclude=*.py --exclude=l . /x/", {"l": "a.py"}, True),
    ],
)
def test_what_a_link_at_the_top_leads_to_counts(line, links, hits) -> None:
    first, second = built(line, context(links)), built(line, context(links, **{"a.py": b"changed"}))
    (stage,) = rebuild(OneBuild(first), OneBuild(second), "buildkit").stages
    assert [step.outcome for step in stage.steps] == ["hit" if hits else "miss"]
