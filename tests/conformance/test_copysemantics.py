"""Final trees and configurations, compared with what a BuildKit daemon left for the same Dockerfile and context."""

import base64
import gzip
import hashlib
import json
import os
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from restow.build import read_context, simulate
from restow.build.context import DOCKERFILE_IDENTITY
from restow.build.release import Release
from restow.errors import RestowError
from restow.image.simulated import config_of
from restow.oci.image_config import ImageConfig
from restow.oci.platform import Platform
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File, Filesystem, Special, Symlink

SHARED = Path(__file__).parents[2].parent / "shared" / "conformance"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no cases at {SHARED}")

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SCOPE = json.loads(Path(__file__).with_name("copysemantics_scope.json").read_text(encoding="utf-8"))
"""The cases that say nothing here, by reason; every other one is compared."""
_ANOTHER = ("the stand-in", "an archive whose", "a hit of", "a source policy", "exported as")
SKIPPED = frozenset(case for reason, listed in SCOPE.items() if reason.startswith(_ANOTHER) for case in listed)
"""Those of them of which no simulation is asked: it would answer, and another build was recorded."""
RANDOM = frozenset([*(f"TestCopyWildcardCache/{n}" for n in range(3)), *(f"TestMountRWCache/{n}" for n in range(4))])
"""Cases with a file of random bytes: it is there, with its mode and owner, and its content a term."""

RECORDED = Release.of("0.32", umask=0)
"""The daemon that the cases were recorded with: buildkitd."""

FIELDS = ("Cmd", "Entrypoint", "User", "Shell", "OnBuild", "StopSignal", "Labels", "ExposedPorts", "Volumes")
COMMANDS = {"busybox": ["sh"], "busybox:latest": ["sh"], "scratch": None}


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
    names = re.findall(r"(?im)^\s*FROM\s.*$", case["dockerfile"])
    last = re.search(r"(?i)\sAS\s+(\S+)\s*$", names[-1]) if names else None
    target = case.get("frontend_attrs", {}).get("target") or (last[1] if last else "default")
    return {"TARGETSTAGE": target, **given, **case["build_args"]}


PLATFORM = Platform("linux", "amd64")


@dataclass(frozen=True)
class BaseImage:
    """An image that a case builds on."""

    filesystem: Filesystem
    config: ImageConfig
    platform: Platform = PLATFORM


def stub_root():
    """The stand-in for busybox and alpine that the cases were recorded with: one case has all of its files."""
    case = next(case for case in cases() if case["id"] == "TestCopyUnicodePath/0")
    own = {entry["path"] for entry in case["context"]}
    root = Filesystem.empty()
    for entry in case["expected"]["tree"]:
        attributes = Attributes(int(entry["mode"], 8), entry["uid"], entry["gid"])
        if entry["path"] in own:
            continue
        if entry["type"] == "dir":
            node = Directory(attributes, {})
        elif entry["type"] == "symlink":
            node = Symlink(entry["target"])
        elif "sha256" in entry:
            node = File(attributes, Content(f"sha256:{entry['sha256']}", entry["size"]))
        else:
            node = File(attributes, Content.of(data_of(entry)))
        root = root.put("/" + entry["path"], node)
    return root


@cache
def stubs():
    base = BaseImage(stub_root(), ImageConfig(env=(("PATH", PATH),), cmd=("sh",)))
    empty = BaseImage(Filesystem.empty(), ImageConfig(env=(("PATH", PATH),)))
    return {"scratch": empty, "busybox": base, "alpine": base}


BUILT = {}
"""Images that earlier cases left under a name."""


def remember(case, result):
    """Keep the image of a case that gives it a name: a later case may build on it."""
    arguments = case.get("docker_args") or []
    if "-t" in arguments and result is not None and not {"Unknown", "Base"} & set(result.state.configuration):
        BUILT[arguments[arguments.index("-t") + 1]] = BaseImage(result.filesystem, config_of(result))


def simulation_of(case, folder):
    root = folder / "context"
    root.mkdir(mode=0o755)
    write_context(root, case["context"])
    outside = case["kind"] == "engine" and not case["dockerfile_in_context"]
    attrs = case.get("frontend_attrs", {})
    name = attrs.get("filename") or case.get("dockerfile_name") or "Dockerfile"
    dockerfile = (folder / "elsewhere" if outside else root) / name
    dockerfile.parent.mkdir(parents=True, exist_ok=True)
    if case.get("dockerfile_in_context") or outside:
        dockerfile.write_text(case["dockerfile"], newline="")
    context = read_context(root, dockerfile, hashed=True)
    images = {**stubs(), **BUILT}
    folders, replaced = named_of(case, folder)
    images |= {name: images[other] for name, other in replaced.items() if other in images}
    images = {name: image for name, image in images.items() if replaced.get(name, name) in images}
    return simulate(
        parse(case["dockerfile"], str(dockerfile)),
        context,
        arguments=arguments_of(case),
        images=images,
        closed=True,
        contexts={name: read_context(one, hashed=True) for name, one in folders.items()},
        release=RECORDED,
    )


def named_of(case, folder):
    """The folders of the case's named contexts, and the images that stand for others."""
    folders, images = {}, {}
    for name, entries in (case.get("other_contexts") or {}).items():
        (folder / name).mkdir(mode=0o755)
        write_context(folder / name, entries)
    for key, value in case.get("frontend_attrs", {}).items():
        if key.startswith("context:"):
            kind, _, target = value.partition(":")
            if kind == "local":
                folders[key[8:]] = folder / target
            else:
                images[key[8:]] = target.removeprefix("//")
    return folders, images


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
        known = attributes is not None and all(
            isinstance(v, int) for v in (attributes.mode, attributes.uid, attributes.gid)
        )
        return known and node.rest is None and all(known_tree(n, f"{path}/{k}") for k, n in node.children.items())
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
        if mine and theirs and str(mine.get("content")).startswith(DOCKERFILE_IDENTITY):
            mine = {**mine, "content": theirs.get("content")}
        if mine != theirs:
            yield f"{path}: {mine} instead of {theirs}"


KINDS = {
    "status": ("exit code: (\\d+)", "exit code: (\\d+)"),
    "missing": ("not found|no such file", "not found|no such file|is called|does not exist|holds nothing"),
    "conflict": (
        "non-directory|not a directory|replace to directory",
        "no directory|not a directory|where a|is a directory",
    ),
    "mode": ("invalid chmod parameter|invalid syntax", "invalid chmod parameter"),
    "owner": ("invalid user index|invalid syntax", "invalid user index"),
    "loop": ("too many links", "loop of symbolic links"),
    "stage": ("stage", "stage"),
    "variable": ("variable expansion is not supported", "variable expansion is not supported"),
    "pattern": ("syntax error in pattern|illegal exclusion", "syntax error in pattern|exclusion|pattern"),
    "quote": ("unexpected end of statement", "quote|end of statement|closed"),
    "text": ("parse error on line|can not be blank|empty string", "cannot be read|there is no FROM"),
    "archive": ("unexpected EOF", "unexpected EOF"),
    "volume": ("VOLUME specified can not be an empty string", "VOLUME specified can not be an empty string"),
    "checksum": ("checksum requires", "checksum requires"),
    "words": ("arguments are required", "arguments are required"),
}
"""Kinds of errors: how the daemon writes each, and how it is written here."""


def same_kind(theirs, mine):
    """Whether two messages are of one kind: for an exit status the number too."""
    for engine, own in KINDS.values():
        one, other = re.search(engine, theirs), re.search(own, mine)
        if one and other and one.groups() == other.groups():
            return True
    return False


def answer_of(case, folder):
    expected = case["expected"]
    if case["id"] in SKIPPED:
        return Answer("another build was recorded")
    try:
        simulation = simulation_of(case, folder)
    except RestowError as error:
        if expected["ok"]:
            return Answer(f"refused: {error}"[:70])
        alike = same_kind(expected["error"], str(error))
        return Answer("", () if alike else (f"{error} instead of {expected['error']}",))
    result = target_of(case, simulation)
    if result is None:
        missing = "target stage" in str(expected.get("error"))
        return Answer("", () if missing else ("there is no such target",))
    remember(case, result)
    results = [simulation.stages[index] for index in sorted(simulation.model.needed_by(result.stage))]
    return built_answer(case, result, results) if expected["ok"] else failed_answer(expected["error"], results)


def errors_of(results):
    """What stops the build: errors of steps, and instructions that cannot be read."""
    steps = [step for result in results for step in (*result.triggers, *result.steps)]
    unread = "the instruction cannot be read"
    return [step.error or step.unknown for step in steps if step.error or str(step.unknown).startswith(unread)]


def failed_answer(wanted, results):
    errors = errors_of(results)
    if not errors:
        return Answer(f"fails: {wanted[-60:]}")
    alike = any(same_kind(wanted, error) for error in errors)
    return Answer("", () if alike else (f"{errors[0]} instead of {wanted}",))


def built_answer(case, result, results):
    if errors := errors_of(results):
        return Answer("", (f"an error that the engine does not have: {errors[0]}",))
    if reasons := [step.unknown for one in results for step in (*one.triggers, *one.steps) if step.unknown]:
        return Answer("unknown: " + reasons[0][:60])
    for key, reason in (("Unknown", "triggers of ONBUILD"), ("Base", "a base image that is not at hand")):
        if any(key in one.state.configuration for one in results):
            return Answer(reason)
    if "tree" not in case["expected"]:
        return Answer()
    if case["id"] in RANDOM:
        return Answer("", tuple(text for text in tree_differences(case, result.filesystem) if "term:" not in text))
    if not known_tree(result.filesystem.root):
        return Answer("not all known")
    return Answer("", tuple(tree_differences(case, result.filesystem)))


def base_of(simulation, result):
    """The name of the base at the bottom of a stage."""
    while result.stage.base.index is not None:
        result = simulation.stages[result.stage.base.index]
    return result.stage.base.name


def configuration_answer(case, folder):
    wanted = case["expected"].get("image_config")
    if wanted is None:
        return Answer("no configuration was recorded")
    try:
        simulation = simulation_of(case, folder)
    except RestowError as error:
        return Answer(f"refused: {type(error).__name__}")
    result = target_of(case, simulation)
    if result is None:
        return Answer("no such target")
    base = base_of(simulation, result)
    if base not in COMMANDS:
        return Answer("the base image's configuration is not known")
    given = dict(result.state.configuration)
    if "Unknown" in given or any(step.unknown and step.instruction.kind == "workdir" for step in result.steps):
        return Answer("an instruction that is not computed")
    environment = {"PATH": PATH, **given.get("Env", {})}
    if "\ue000" in str(given) or "\\ue000" in repr(given):
        return Answer("a value that only the build knows")
    differences = []
    if environment != dict(pair.split("=", 1) for pair in wanted["Env"]):
        differences.append(f"Env: {environment} instead of {wanted['Env']}")
    if given.get("WorkingDir", "/") != wanted["WorkingDir"]:
        differences.append(f"WorkingDir: {given.get('WorkingDir', '/')} instead of {wanted['WorkingDir']}")
    labels = {key[6:]: value for key, value in case["frontend_attrs"].items() if key.startswith("label:")}
    given["Labels"] = {**given.get("Labels", {}), **labels}
    given.setdefault("Cmd", COMMANDS[base])
    differences += [
        f"{field}: {given.get(field)} instead of {wanted.get(field)}"
        for field in FIELDS
        if (given.get(field) or None) != (wanted.get(field) or None)
    ]
    return Answer("", tuple(differences))


def tally(answer, tmp_path):
    """The answers by scope, printed as a table, the cases that differ, and those that say nothing."""
    counted, wrong, outside = Counter(), [], set()
    for number, case in enumerate(cases()):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = answer(case, folder)
        counted[found.scope or ("differs" if found.differences else "equal")] += 1
        if found.scope:
            outside.add(case["id"])
        if found.differences:
            wrong.append("\n    ".join((case["id"], case["dockerfile"], *found.differences[:4])))
    for scope, count in counted.most_common():
        print(f"{count:5} {scope}")
    print(*wrong, sep="\n")
    return counted, wrong, outside


def test_configurations(tmp_path):
    counted, wrong, _ = tally(configuration_answer, tmp_path)
    assert not wrong
    assert counted["equal"] >= 239


def test_trees_and_errors(tmp_path):
    counted, wrong, outside = tally(answer_of, tmp_path)
    assert not wrong
    assert sorted(outside) == sorted(case for listed in SCOPE.values() for case in listed)
    assert counted["equal"] == len(cases()) - len(outside) >= 784
