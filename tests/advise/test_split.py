"""Splitting a COPY before an install, and the arrangements that come of it."""

import pytest

from restow.advise import ChangeEvent
from restow.advise.arrange import arrangements
from restow.advise.events import Events
from restow.advise.split import Line, splits_of
from restow.build import Context, simulate
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File


def folder(files):
    children = {}
    for path, text in files.items():
        head, _, rest = path.partition("/")
        if rest:
            children.setdefault(head, {})[rest] = text
        else:
            children[head] = File(Attributes(0o644), Content("sha256:" + text, len(text), path, text.encode()))
    made = {name: folder_of(name, node) if isinstance(node, dict) else node for name, node in children.items()}
    return Directory(Attributes(0o755), made)


def folder_of(name, files):
    inner = {
        k: File(Attributes(0o644), Content("sha256:" + t, len(t), f"{name}/{k}", t.encode())) for k, t in files.items()
    }
    return Directory(Attributes(0o755), inner)


CONTEXT = Context(folder({"requirements.txt": "flask==1", "app.py": "x", "sub/y": "y"}), "a test")
EVENTS = Events(
    (ChangeEvent("0", frozenset(["app.py"])),) * 9 + (ChangeEvent("9", frozenset(["requirements.txt"])),), "", CONTEXT
)


def simulated(lines):
    return simulate(parse(f"FROM python:3.12\nWORKDIR /app\n{lines}\n"), CONTEXT)


INSTALL = "RUN pip install -r requirements.txt"


def test_only_the_files_that_the_install_reads_come_first() -> None:
    ((split,), refused) = splits_of(simulated(f"COPY . .\n{INSTALL}").target)
    assert (split.run, split.copies, split.files, refused) == (2, (1,), ("requirements.txt",), [])
    assert [line.text("/app") for line in split.lines] == ["COPY requirements.txt ./"]


def test_flags_are_kept() -> None:
    ((split,), _) = splits_of(simulated(f"COPY --chown=5:5 . .\n{INSTALL}").target)
    assert split.lines[0].text("/") == "COPY --chown=5:5 requirements.txt /app/"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (f"COPY --link . .\n{INSTALL}", "--link is not split"),
        (f"COPY . .\n{INSTALL} && frobnicate", "frobnicate"),
        (f"COPY app.py requirements.txt\nCOPY sub sub\n{INSTALL}", None),
    ],
)
def test_no_split(lines, reason) -> None:
    found, refused = splits_of(simulated(lines).target)
    assert found == []
    assert [reason in one.reason for one in refused] == ([True] if reason else [])


def test_what_is_split_already_is_not_split_again() -> None:
    assert splits_of(simulated(f"COPY requirements.txt .\n{INSTALL}\nCOPY . .").target)[0] == []


@pytest.mark.parametrize(
    ("line", "directory", "expected"),
    [
        (Line("COPY", "", ("a", "b"), "/app"), "/app", "COPY a b ./"),
        (Line("COPY", "", ("a",), "/app/x"), "/app", "COPY a x/"),
        (Line("copy", "", ("a",), "/application"), "/app", "copy a /application/"),
        (Line("COPY", "--chmod=644 ", ("a b",), "/"), "/", 'COPY --chmod=644 ["a b", "/"]'),
    ],
)
def test_lines(line, directory, expected) -> None:
    assert line.text(directory) == expected


def first(lines):
    simulation = simulated(lines)
    result = simulation.target
    source = simulation.model.dockerfile.source
    return next(arrangements(source, result, simulation, EVENTS, splits_of(result)[0], {}), None)


def test_the_cheapest_arrangement_comes_first_and_keeps_every_line() -> None:
    found = first(f"# all of it\nCOPY . .\n{INSTALL}")
    expected = f"FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt ./\n{INSTALL}\n# all of it\nCOPY . .\n"
    assert found.text == expected
    assert found.splits[0].files == ("requirements.txt",)


def test_independent_lines_are_moved_without_a_split() -> None:
    found = first("COPY app.py .\nRUN pip install flask")
    assert found.text == "FROM python:3.12\nWORKDIR /app\nRUN pip install flask\nCOPY app.py .\n"
    assert (found.splits, found.order) == ((), (0, 2, 1))
    assert len(found.moved) == 1


def test_a_stage_of_too_many_instructions_is_left_alone() -> None:
    assert first("LABEL a=1\n" * 130) is None
