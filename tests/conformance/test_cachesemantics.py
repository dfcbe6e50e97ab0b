"""Cache keys: the steps of a second build that hit, compared with what a BuildKit daemon answered."""

import base64
import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from restow.build import read_context, simulate
from restow.build.keys import cache_keys
from restow.errors import RestowError
from restow.syntax import parse

SHARED = Path(__file__).parents[2].parent / "shared" / "conformance"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no cases at {SHARED}")


CHANGED, NAMED = "what a program writes counts as changed with what it reads", "what a base image's name stands for"
OUTSIDE = {
    "engine/dockerfile/base-tag-same-digest": NAMED,
    "engine/dockerfile/base-digest-unchanged-name": NAMED,
    "engine/arg/global-in-from-only": NAMED,
    "engine/file/content-same-size-same-mtime": "a change that the client does not send",
    "engine/stages/input-changes-output-same": CHANGED,
    "recorded/TestMountRWCache/2": "a program that writes something else each time",
    "recorded/TestCopyRelativeParents/7": "a result that the daemon had dropped",
}
"""Cases that no model of keys can answer, or that are answered with a miss to be careful, each with the reason."""


def cases():
    with gzip.open(SHARED / "cachesemantics.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write_context(folder, entries):
    """The case's context on disk; times and owners are left out, since no key holds them."""
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
        else:
            content = entry.get("content")
            path.write_bytes(base64.b64decode(entry["content_b64"]) if content is None else content.encode())
    for entry in reversed(entries):
        kind = entry.get("type") or "file"
        if kind in ("file", "dir"):
            (folder / entry["path"]).chmod(int(entry.get("mode") or ("0755" if kind == "dir" else "0644"), 8))


def build(side, folder):
    folder.mkdir()
    write_context(folder, side["context"])
    arguments = {k[10:]: v for k, v in side["frontend_attrs"].items() if k.startswith("build-arg:")}
    context = read_context(folder, hashed=True)
    return simulate(parse(side["dockerfile"]), context, arguments=arguments)


def keyed(side, simulation):
    """For each stage that is built, by the name that the engine shows: the keys of its steps in order."""
    keys, found = cache_keys(simulation), {}
    name = side["frontend_attrs"].get("target")
    target = simulation.model.stage_called(name, len(simulation.stages)) if name else simulation.model.target
    for index in sorted(simulation.model.needed_by(target)):
        result = simulation.stages[index]
        own = [
            keys[result.stage.index, index] for index in range(len(result.steps)) if (result.stage.index, index) in keys
        ]
        found[result.stage.name or f"stage-{result.stage.index}"] = own
    return found


def scope_of(case):
    if not isinstance(case["first"]["dockerfile"], str) or not isinstance(case["second"]["dockerfile"], str):
        return "no Dockerfile was recorded"
    attrs = {**case["first"]["frontend_attrs"], **case["second"]["frontend_attrs"]}
    odd = sorted({key.split(":")[0] for key in attrs} - {"build-arg", "target", "label"})
    if odd:
        return "frontend attribute " + odd[0]
    if any(re.search(r"(?im)^ADD .*(://|git@|\$)", case[side]["dockerfile"]) for side in ("first", "second")):
        return "ADD of an address"
    texts = [case[side]["dockerfile"] for side in ("first", "second")]
    if any("TARGETSTAGE" in text for text in texts):
        return "a variable that the engine sets"
    if any("127.0.0.1" in text for text in texts):
        return NAMED
    if case["id"] in OUTSIDE:
        return OUTSIDE[case["id"]]
    if case["kind"] == "recorded_pair" and not case["changed"]:
        return "something outside of the inputs changed"
    if not case["first"].get("ok", True) or not case["second"].get("ok", True):
        return "no result"
    return ""


def differences(case, first, second, names):
    """The steps of the second build whose hit is not what equal keys say. FROM steps count as neither."""
    known = {key for keys in first.values() for key in keys}
    by_stage = {}
    for step in case["expected"]:
        by_stage.setdefault(step["stage"], []).append(step)
    for stage, steps in by_stage.items():
        own = second.get(stage if stage is not None else names[-1])
        if own is None:
            yield f"no stage {stage}"
            continue
        listed = [step for step in steps if not step["instruction"].upper().startswith("FROM ")]
        merges = {
            step["instruction"].removeprefix("LINK ") for step in listed if step["instruction"].startswith("LINK ")
        }
        listed = [step for step in listed if step["instruction"] not in merges]  # with --link the merge is the step
        if len(own) != len(listed):
            yield f"{stage}: {len(own)} steps instead of {len(listed)}"
            continue
        for key, step in zip(own, listed, strict=True):
            if key not in known and case["kind"] == "recorded_pair":
                continue  # a hit may come from a build of the same test before the first
            if (key in known) is not step["cached"]:
                yield f"{step['instruction']}: {'hit' if key in known else 'miss'} instead of the opposite"


def answer_of(case, folder):
    scope = scope_of(case)
    if scope:
        return scope, ()
    try:
        first, second = build(case["first"], folder / "first"), build(case["second"], folder / "second")
    except RestowError as error:
        return f"refused: {type(error).__name__}", ()
    built = keyed(case["second"], second)
    return "", tuple(differences(case, keyed(case["first"], first), built, list(built)))


def test_keys(tmp_path):
    counted, wrong = Counter(), []
    for number, case in enumerate(cases()):
        folder = tmp_path / str(number)
        folder.mkdir()
        scope, found = answer_of(case, folder)
        counted[scope or ("differs" if found else "equal")] += 1
        if found:
            wrong.append("\n    ".join((case["id"], case["first"]["dockerfile"], case["second"]["dockerfile"], *found)))
    for scope, count in counted.most_common():
        print(f"{count:5} {scope}")
    print(*wrong, sep="\n")
    assert not wrong
    assert counted["equal"] >= 176
