"""Final trees and configurations, compared with what a BuildKit daemon left for the same Dockerfile and context."""

import base64
import gzip
import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from restow.build import read_context, simulate
from restow.build.context import DOCKERFILE_IDENTITY
from restow.errors import RestowError
from restow.syntax import parse
from restow.vfs import Directory, File, Special, Symlink

SHARED = Path(__file__).parents[2].parent / "shared" / "conformance"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no cases at {SHARED}")

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MAPPINGS = ("Labels", "ExposedPorts", "Volumes")
STUB = {"Env": {"PATH": PATH}, "Cmd": ["sh"], "WorkingDir": "/"}


def cases():
    with gzip.open(SHARED / "copysemantics.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@dataclass(frozen=True)
class Answer:
    """``scope`` is why a case says nothing here (empty: it was compared); ``differences`` are what is not equal."""

    scope: str = ""
    differences: tuple[str, ...] = ()


def data_of(entry):
    return base64.b64decode(entry["content_b64"]) if "content_b64" in entry else entry.get("content", "").encode()


def write_context(folder, entries):
    """The case's context on disk; owners are left out, since the client sends 0:0."""
    for entry in entries:
        path = folder / entry["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = entry.get("type") or "file"
        if kind == "dir":
            path.mkdir(exist_ok=True)
        elif kind == "symlink":
            path.symlink_to(entry["target"])
        elif kind == "hardlink":
            path.hardlink_to(folder / entry["target"])
        elif kind == "fifo":
            os.mkfifo(path)
        else:
            path.write_bytes(data_of(entry))
    for entry in reversed(entries):
        kind = entry.get("type") or "file"
        if kind in ("file", "dir", "fifo"):
            (folder / entry["path"]).chmod(int(entry.get("mode") or ("0755" if kind == "dir" else "0644"), 8))


def arguments_of(case):
    given = {key[10:]: value for key, value in case.get("frontend_attrs", {}).items() if key.startswith("build-arg:")}
    return {**given, **case["build_args"]}


def simulation_of(case, folder):
    root = folder / "context"
    root.mkdir(mode=0o755)
    write_context(root, case["context"])
    outside = case["kind"] == "engine" and not case["dockerfile_in_context"]
    attrs = case.get("frontend_attrs", {})
    dockerfile = (folder / "elsewhere" if outside else root) / (attrs.get("filename") or case.get("dockerfile_name") or "Dockerfile")
    dockerfile.parent.mkdir(parents=True, exist_ok=True)
    if case.get("dockerfile_in_context") or outside:
        dockerfile.write_text(case["dockerfile"], newline="")
    context = read_context(root, dockerfile, hashed=True)
    return simulate(parse(case["dockerfile"], str(dockerfile)), context, arguments=arguments_of(case))


def target_of(case, simulation):
    name = case.get("frontend_attrs", {}).get("target", "")
    if not name:
        return simulation.target
    found = simulation.model.stage_called(name, len(simulation.stages))
    return simulation.stages[found.index] if found else None


def known_tree(node, path=""):
    """Whether all below is known."""
    if isinstance(node, Directory):
        attributes = node.attributes
        known = attributes is not None and all(isinstance(v, int) for v in (attributes.mode, attributes.uid, attributes.gid))
        return (known or not path) and node.rest is None and all(known_tree(n, f"{path}/{k}") for k, n in node.children.items())
    if isinstance(node, File):
        numbers = all(isinstance(v, int) for v in (node.attributes.mode, node.attributes.uid, node.attributes.gid))
        return numbers and node.content.identity.startswith(("sha256:", DOCKERFILE_IDENTITY))
    return isinstance(node, Symlink | Special)


def listing(filesystem):
    found = {}
    for path, node in filesystem.walk():
        if path == "/":
            continue
        own = {"mode": f"{node.attributes.mode:04o}", "uid": node.attributes.uid, "gid": node.attributes.gid}
        if isinstance(node, Directory):
            own["type"] = "dir"
        elif isinstance(node, Symlink):
            own |= {"type": "symlink", "target": node.target}
        elif isinstance(node, Special):
            own["type"] = node.kind
        else:
            own |= {"type": "file", "content": node.content.identity}
        found[path.lstrip("/")] = own
    return found


def expected_listing(tree, dockerfile):
    found = {}
    for entry in tree:
        own = {key: entry[key] for key in ("type", "mode", "uid", "gid", "target") if key in entry}
        own["mode"] = f"{int(own['mode'], 8):04o}"
        if own["type"] == "file":
            own["content"] = "sha256:" + (entry.get("sha256") or hashlib.sha256(data_of(entry)).hexdigest())
        found[entry["path"]] = own
    for own in list(found.values()):
        if own["type"] == "hardlink":
            own.update({**found[own.pop("target")], "mode": own["mode"]})
    return found


def tree_differences(case, filesystem):
    given, wanted = listing(filesystem), expected_listing(case["expected"]["tree"], case["dockerfile"])
    for path in sorted(given.keys() | wanted.keys()):
        mine, theirs = given.get(path), wanted.get(path)
        if mine and theirs and mine.get("content") == DOCKERFILE_IDENTITY:
            mine = {**mine, "content": theirs.get("content")}
        if mine != theirs:
            yield f"{path}: {mine} instead of {theirs}"


def answer_of(case, folder):
    attrs = case.get("frontend_attrs", {})
    if any(key.startswith("context:") for key in attrs) or case.get("other_contexts"):
        return Answer("a named context")
    try:
        simulation = simulation_of(case, folder)
    except RestowError as error:
        return Answer("refused, as the engine does") if not case["expected"]["ok"] else Answer(f"refused: {type(error).__name__}")
    result = target_of(case, simulation)
    if result is None:
        return Answer("no such target")
    needed = simulation.model.needed_by(result.stage)
    steps = [step for index in needed for step in simulation.stages[index].steps]
    reasons = [step.unknown for step in steps if step.unknown]
    errors = [step.error for step in steps if step.error]
    if reasons and case["expected"]["ok"]:
        return Answer("unknown: " + reasons[0][:60])
    if not case["expected"]["ok"]:
        if reasons or errors:
            return Answer("the build fails, and here too")
        return Answer("the build fails, and nothing is said here")
    if errors:
        return Answer("", (f"an error that the engine does not have: {errors[0]}",))
    if "tree" not in case["expected"]:
        return Answer("no tree was recorded")
    if not known_tree(result.filesystem.root):
        return Answer("the tree is not all known")
    return Answer("", tuple(tree_differences(case, result.filesystem)))


def test_trees(tmp_path):
    counted, wrong = Counter(), []
    for number, case in enumerate(cases()):
        folder = tmp_path / str(number)
        folder.mkdir()
        answer = answer_of(case, folder)
        counted[answer.scope or ("differs" if answer.differences else "equal")] += 1
        if answer.differences:
            wrong.append((case["id"], case["dockerfile"], *answer.differences[:4]))
        if os.environ.get("V") and answer.scope and os.environ["V"] in answer.scope:
            print(case["id"], repr(case["dockerfile"]), str(case["expected"].get("error"))[:150])
    for scope, count in counted.most_common():
        print(f"{count:5} {scope}")
    for each in wrong:
        print(*each, sep="\n    ")
    assert not wrong
