"""The history of change events: what git is asked, what it may not do, and recorded histories."""

import gzip
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from restow.advise import history as module
from restow.advise.history import ChangeEvent, History, from_changes, read_history

REPLAY = Path(__file__).parents[2].parent / "shared" / "replay"
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch, tmp_path):
    for key in [key for key in os.environ if key.startswith("GIT_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "no-such-configuration"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


class Repository:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments, **options):
        identity = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "protocol.file.allow=always"]
        command = ["git", "-C", str(self.folder), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout.strip()

    def commit(self, **files):
        return self.commit_files(files)

    def commit_files(self, files):
        for path, text in files.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                target.unlink()
            else:
                target.write_text(text)
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", "a commit")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "repository")


def paths(history):
    return [set(event.paths) for event in history.events]


@needs_git
def test_events_are_commits_the_latest_first_without_the_one_that_created_everything(repository):
    repository.commit(a="1", b="1")
    second = repository.commit(a="2", c="1")
    third = repository.commit(b=None)
    repository.commit()
    assert read_history(repository.folder) == History(
        (ChangeEvent(third, frozenset({"b"})), ChangeEvent(second, frozenset({"a", "c"}))),
        "git: 2 commits that changed the build context",
        shallow=False,
        complete=True,
    )


@needs_git
def test_a_rename_changes_both_names_and_a_new_mode_is_a_change(repository):
    repository.commit(a="the same text")
    repository.git("mv", "a", "b")
    repository.commit()
    repository.git("update-index", "--chmod=+x", "b")
    repository.git("commit", "-q", "-m", "mode")
    assert paths(read_history(repository.folder)) == [{"b"}, {"a", "b"}]


@needs_git
def test_paths_are_relative_to_the_context_and_others_are_left_out(repository):
    odd = "sp ace/ü\n\x01M\t\"'.txt"
    repository.commit(first="1")
    repository.commit_files({"first": "2", "app/x": "1", "app/" + odd: "1"})
    repository.commit(first="3")
    repository.commit_files({"app/y/z": "1", "other/q": "1"})
    assert paths(read_history(repository.folder / "app")) == [{"y/z"}, {"x", odd}]
    assert paths(read_history(repository.folder / "app" / "sp ace")) == [{odd.removeprefix("sp ace/")}]


@needs_git
def test_a_name_that_is_not_utf8_is_kept(repository):
    repository.commit(a="1")
    try:
        (repository.folder / os.fsdecode(b"\xff")).write_text("1")
    except OSError:
        pytest.skip("the file system takes UTF-8 names alone")
    repository.commit()
    assert paths(read_history(repository.folder)) == [{"\udcff"}]


@needs_git
def test_the_folder_of_the_context_may_have_an_odd_name(repository):
    repository.commit(a="1")
    repository.commit_files({":(glob)*/x": "1", "-n/y": "1"})
    assert paths(read_history(repository.folder / ":(glob)*")) == [{"x"}]
    assert paths(read_history(repository.folder / "-n")) == [{"y"}]


@needs_git
def test_the_limit_counts_events_and_says_when_it_cut(repository):
    for number in range(5):
        repository.commit(a=str(number))
    found = [read_history(repository.folder, limit) for limit in (0, 1, 3, 4, 5)]
    assert [(len(history.events), history.complete) for history in found] == [
        (0, False),
        (1, False),
        (3, False),
        (4, True),
        (4, True),
    ]


@needs_git
def test_a_merge_is_what_it_brought_to_the_branch(repository):
    repository.commit(a="1")
    repository.git("checkout", "-q", "-b", "side")
    repository.commit(side="1")
    repository.git("checkout", "-q", "main")
    repository.commit(b="1")
    repository.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    assert paths(read_history(repository.folder)) == [{"side"}, {"b"}]


@needs_git
def test_a_shallow_clone_says_so_and_its_last_commit_is_no_event(repository, tmp_path):
    for number in range(4):
        repository.commit(a=str(number), b="always")
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth", "2", f"file://{repository.folder}", str(clone))
    history = read_history(clone)
    assert paths(history) == [{"a"}]
    assert (history.shallow, history.complete) == (True, False)
    assert "shallow" in history.source


@needs_git
def test_submodules_count_as_one_path_and_may_be_contexts(repository, tmp_path):
    inner = Repository(tmp_path / "inner")
    inner.commit(x="1")
    inner.commit(x="2")
    repository.commit(a="1")
    repository.git("submodule", "--quiet", "add", str(inner.folder), "sub")
    repository.commit()
    newest = inner.commit(y="1")
    repository.git("-C", "sub", "pull", "-q")
    repository.git("config", "submodule.sub.ignore", "all")
    repository.git("add", "--force", "sub")
    repository.commit()
    assert paths(read_history(repository.folder)) == [{"sub"}, {".gitmodules", "sub"}]
    assert read_history(repository.folder / "sub").events[0] == ChangeEvent(newest, frozenset({"y"}))


@needs_git
def test_a_worktree_has_the_history_of_its_branch(repository, tmp_path):
    repository.commit(a="1")
    repository.commit(a="2")
    repository.git("worktree", "add", "-q", str(tmp_path / "tree"))
    assert paths(read_history(tmp_path / "tree")) == [{"a"}]


def test_without_a_repository_there_are_no_events_and_a_reason(tmp_path):
    (tmp_path / "folder").mkdir()
    history = read_history(tmp_path / "folder")
    assert (history.events, history.shallow, history.complete) == ((), False, False)
    assert history.source.startswith("no history: ")
    assert read_history(tmp_path / "missing").events == ()


@needs_git
def test_the_reasons_are_told_apart(repository, tmp_path, monkeypatch):
    assert "does not have any commits yet" in read_history(repository.folder).source
    (tmp_path / "folder").mkdir()
    assert read_history(tmp_path / "folder").source == "no history: the build context lies in no git repository"
    monkeypatch.setattr(module, "TIMEOUT_SECONDS", 0)
    assert read_history(repository.folder).source == "no history: git took longer than 0 seconds"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_history(repository.folder).source == "no history: git is not installed"


@needs_git
def test_the_repository_of_a_surrounding_hook_is_not_taken_for_that_of_the_context(repository, tmp_path, monkeypatch):
    repository.commit(a="1")
    repository.commit(a="2")
    other = Repository(tmp_path / "other")
    other.commit(b="1")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    assert paths(read_history(repository.folder)) == [{"a"}]


@pytest.fixture
def trap(tmp_path):
    """A program that leaves a file behind when it runs."""
    program, mark = tmp_path / "trap.sh", tmp_path / "the-trap-ran"
    program.write_text(f'#!/bin/sh\ntouch "{mark}"\n')
    program.chmod(0o755)
    return program, mark


def sign(repository):
    """Give the last commit a signature, so that a check would call the signature program."""
    text = repository.git("cat-file", "commit", "HEAD")
    head, _, body = text.partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"
    commit = repository.git("hash-object", "-t", "commit", "-w", "--stdin", input=f"{head}\n{signature}\n\n{body}\n")
    repository.git("reset", "-q", "--hard", commit)


@needs_git
def test_no_program_that_the_repository_names_is_run(repository, trap):
    program, mark = trap
    repository.commit_files({"a": "1", ".gitattributes": "* diff=evil filter=evil\n"})
    repository.commit(a="2")
    sign(repository)
    hooks = repository.folder / ".git" / "hooks"
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction"):
        hooks.mkdir(exist_ok=True)
        shutil.copy(program, hooks / hook)
    for key, value in {
        "core.fsmonitor": program,
        "core.pager": program,
        "pager.log": program,
        "core.sshCommand": program,
        "core.editor": program,
        "core.alternateRefsCommand": program,
        "diff.external": program,
        "diff.evil.command": program,
        "diff.evil.textconv": program,
        "filter.evil.clean": program,
        "filter.evil.smudge": program,
        "log.showSignature": "true",
        "gpg.program": program,
        "alias.log": f"!{program}",
        "alias.rev-parse": f"!{program}",
        "diff.submodule": "diff",
        "log.follow": "true",
        "log.diffMerges": "on",
        "diff.orderFile": "/no/such/file",
        "credential.helper": f"!{program}",
    }.items():
        repository.git("config", key, str(value))
    subprocess.run(["git", "-C", str(repository.folder), "log", "-1"], capture_output=True, check=False)
    assert mark.exists(), "the trap works: a plain git log falls into it"
    mark.unlink()
    assert paths(read_history(repository.folder)) == [{"a"}]
    assert not mark.exists()


@needs_git
def test_a_partial_clone_fetches_nothing(repository, trap):
    program, mark = trap
    repository.commit_files({"folder/a": "1"})
    repository.commit_files({"folder/a": "2"})
    tree = repository.git("rev-parse", "HEAD:folder")
    (repository.folder / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": f"ext::{program}",
        "remote.origin.promisor": "true",
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
    }.items():
        repository.git("config", key, value)
    environment = os.environ | {"GIT_NO_LAZY_FETCH": "0"}
    command = ["git", "-C", str(repository.folder), "log", "--name-status"]
    subprocess.run(command, capture_output=True, check=False, env=environment)
    assert mark.exists(), "the trap works: a plain git log falls into it"
    mark.unlink()
    history = read_history(repository.folder)
    assert (history.events, mark.exists()) == ((), False)
    assert history.source.startswith("no history: git says: ")


@needs_git
def test_a_folder_that_looks_like_a_bare_repository_is_none(repository, tmp_path):
    repository.commit(a="1")
    repository.commit(a="2")
    bare = tmp_path / "bare"
    repository.git("clone", "-q", "--bare", str(repository.folder), str(bare))
    assert read_history(bare).events == ()


def test_recorded_changes_become_events_in_their_order():
    recorded = [("c1", [("M", "a"), ("D", "b/c")]), ("c2", []), ("c3", [("A", "a")])]
    assert from_changes(recorded) == History(
        (ChangeEvent("c1", frozenset({"a", "b/c"})), ChangeEvent("c3", frozenset({"a"}))),
        "recorded changes",
        shallow=False,
        complete=True,
    )


@pytest.mark.skipif(not REPLAY.is_dir(), reason="the recorded histories are not at hand")
def test_all_recorded_histories_can_be_loaded():
    found = sorted(REPLAY.glob("*.json.gz"))
    assert found
    for file in found:
        with gzip.open(file, "rt", encoding="utf-8") as stream:
            recorded = json.load(stream)["history"]
        history = from_changes(
            [(entry["commit"], [(status, path) for status, path in entry["changes"]]) for entry in recorded]
        )
        assert len(history.events) == sum(bool(entry["changes"]) for entry in recorded)
        assert all(path and not path.startswith(("/", "../")) for event in history.events for path in event.paths)


def test_a_short_history_is_not_gone_by(repository, monkeypatch):
    for number in range(module.ENOUGH_EVENTS):
        repository.commit(a=str(number))
    assert read_history(repository.folder).events
    short = module.telling_history(repository.folder)
    assert short.events == ()
    assert short.source == "git: 9 commits that changed the build context, too few to go by"
    repository.commit(a="more")
    assert len(module.telling_history(repository.folder).events) == module.ENOUGH_EVENTS
