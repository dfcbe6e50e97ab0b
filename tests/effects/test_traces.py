"""What the real programs did under strace, in ``fixtures/traces``, lies inside of what their models say.

``scripts/trace`` recorded them; ``scripts/trace/comparison.py`` says what counts as a violation, and what is set aside why.
"""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from restow.effects import Effect
from restow.vfs import Region

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "trace"))
comparison, fixture = import_module("comparison"), import_module("fixture")
Trace, verdict, violations, read_fixture = (
    comparison.Trace,
    comparison.verdict,
    comparison.violations,
    fixture.read_fixture,
)
FIXTURES = sorted((ROOT / "fixtures" / "traces").glob("*.json"))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_the_model_says_all_that_the_program_did(path):
    trace, known = read_fixture(path)
    careful, reason = verdict(trace, accept=False)
    accepting, accepting_reason = verdict(trace, accept=True)
    assert accepting is not None or not known, accepting_reason
    for effect in (careful, accepting):
        if effect is not None:
            assert list(violations(trace, effect)) == []
    assert careful is not None or reason


def test_enough_command_lines_of_enough_programs_are_traced():
    programs = {Path(read_fixture(path)[0].command[0]).name for path in FIXTURES}
    assert len(FIXTURES) >= 100
    assert programs >= set(
        "apt-get pip uv npm yarn pnpm go useradd adduser tar unzip sed find chown ln install".split()
    )
    assert programs >= {"git", "make"}


def trace(**given):
    """A trace of ``tool`` in /app with nothing done but what is given."""
    fields = dict.fromkeys(("read", "listed", "written", "folders", "asked"), ())
    return Trace(("tool", "x"), "/app", "", {}, {}, **{**fields, **given})


@pytest.mark.parametrize(
    ("did", "said"),
    [
        ({"read": ("/app/x/y",)}, "reads /app/x/y"),
        ({"read": ("/etc/tool.conf",)}, "reads /etc/tool.conf"),
        ({"listed": ("/app",)}, "lists /app"),
        ({"written": ("/out/y",)}, "writes /out/y"),
        ({"written": ("/out",)}, "writes /out"),
        ({"asked": ("TOOL_HOME",)}, "asks for TOOL_HOME"),
    ],
)
def test_what_the_model_does_not_say_is_a_violation(did, said):
    effect = Effect(reads=(Region(("/app/a",)),), writes=(Region(("/out/x",)),), environment=("PATH",))
    assert list(violations(trace(**did), effect)) == [said]


def test_what_is_set_aside():
    effect = Effect(reads=(Region(("/app/a/b",)),), writes=(Region(("/out/x",)),), creates=("/app/made",))
    did = trace(
        read=("/", "/app", "/app/a", "/app/made/x", "/proc/self/exe", "/etc/ld.so.cache", "/usr/bin/tool"),
        listed=("/app/made",),
        written=("/out", "/out/x/y", "/app/made", "/dev/null"),
        folders=("/out",),
        asked=("LC_ALL", "TZ"),
    )
    assert list(violations(did, effect)) == []


def test_programs_that_sort_and_match_text_depend_on_the_language():
    asked = trace(asked=("LC_ALL", "LANG"))
    sort = Trace(("sort", "x"), *[getattr(asked, name) for name in list(Trace.__dataclass_fields__)[1:]])
    assert list(violations(sort, Effect())) == ["asks for LC_ALL", "asks for LANG"]
    assert list(violations(sort, Effect(environment=("LC_*", "LANG")))) == []
