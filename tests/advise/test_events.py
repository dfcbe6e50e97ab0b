"""Change events as bit sets."""

from restow.advise import ChangeEvent, History
from restow.advise.events import PRIOR, events_of
from restow.build import ContextUse, context_of_listing

FILES = ["requirements.txt", "src/a.py", "src/b.py", "tests/t.py", "README.md"]
CONTEXT = context_of_listing([(path, 0o100644, path, 1) for path in FILES], dockerignore="*.md\n")
EVENTS = (
    ChangeEvent("0", frozenset(["src/a.py", "README.md"])),
    ChangeEvent("1", frozenset(["src/b.py"])),
    ChangeEvent("2", frozenset(["README.md"])),
)
NONE = History((), "no repository", False, True)


def test_masks_have_a_bit_for_each_event_that_changes_something_read() -> None:
    events = events_of(CONTEXT, History(EVENTS, "a repository", True, True))
    assert events.mask(ContextUse(("src",))) == 0b011
    assert events.mask(ContextUse(("src/a.py",))) == 0b001
    assert events.mask(ContextUse(("src/*.py",))) == 0b011
    assert events.mask(ContextUse(("sr",))) == 0
    assert (events.count, events.everything, events.rate(0b011)) == (3, 0b111, 2 / 3)


def test_ignored_files_change_nothing() -> None:
    events = events_of(CONTEXT, History(EVENTS, "a repository", True, True))
    assert events.mask(ContextUse(("",))) == 0b011


def test_without_a_history_the_prior_speaks_and_says_so() -> None:
    events = events_of(CONTEXT, NONE)
    counts = dict(PRIOR)
    assert events.count == sum(counts.values())
    assert "priors (no repository)" in events.source
    assert events.mask(ContextUse(("requirements.txt",))).bit_count() == counts["manifest"]
    assert events.mask(ContextUse(("tests",))).bit_count() == counts["aside"]
    assert events.mask(ContextUse(("src",))).bit_count() == counts["source"]


def test_without_a_context_there_are_none() -> None:
    events = events_of(None, NONE)
    assert (events.count, events.everything, events.rate(0)) == (0, 0, 0.0)
