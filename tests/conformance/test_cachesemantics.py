"""Hits and misses of a second build, compared with what a BuildKit daemon answered.

A case whose Dockerfile was not recorded (it lies in a remote repository) is read from the steps that the daemon showed; its
context then counts by the address. In a recorded pair a hit may also come from a build of the same test that was not recorded:
those are counted apart.
"""

import base64
import gzip
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from restow.build import read_context, simulate
from restow.build.cache_changes import as_sent, with_texts
from restow.build.cache_operations import BuildOptions
from restow.build.context import OtherImage
from restow.build.keys import keyed_steps
from restow.build.rebuild import OneBuild, rebuild
from restow.syntax import parse

SHARED = Path(__file__).parents[2].parent / "shared" / "conformance"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no cases at {SHARED}")

SCOPE = {
    "a cache that was imported from somewhere else": "recorded/TestExportCacheLoop/1",
    "what cat writes of a file that was not recorded, which a build before it wrote, too": "recorded/TestNamedImageContext/2",
    "the daemon had dropped its results: a step that ran before is not found again": (
        "recorded/TestMountRWCache/2 recorded/TestCopyRelativeParents/7"
    ),
    "ONBUILD triggers of a base image that is not at hand": "recorded/TestOnBuildNewDeps/3",
    "what cat writes when it runs again is not computed, so that it counts as changed": "engine/arg/no-cache-filter",
    "an ARG without a value, which the simulation takes for one that may have any": "recorded/TestDefaultEnvWithArgs/1",
    "what wc prints is not computed, so that it counts as changed": "engine/stages/input-changes-output-same",
}
"""Cases that the model does not answer, or answers with a miss to be careful, by reason."""

OUTSIDE = frozenset(case for listed in SCOPE.values() for case in listed.split())

EMPTIED = frozenset(
    f"recorded/{name}/1"
    for name in (
        "TestMountContext TestMountTmpfs TestCacheMountDefaultID TestMountEnvVar TestMountArg TestMountEnvAcrossStages "
        "TestMountMetaArg TestMountTmpfsSize TestCacheMountUser TestCopyParents TestSecretFileParams "
        "TestSecretRequiredWithoutValue TestSecretAsEnviron TestSecretAsEnvironWithFileMount"
    ).split()
)
"""Pairs of one test run twice, with the daemon's cache emptied between: the second build finds nothing."""


@cache
def named_files():
    """The files of named contexts by name: the same builds stand in copysemantics.jsonl, with them."""
    found = {}
    with gzip.open(SHARED / "copysemantics.jsonl.gz", "rt", encoding="utf-8") as lines:
        for case in map(json.loads, lines):
            if case["kind"] == "recorded" and case.get("other_contexts"):
                found.setdefault(case["id"].rsplit("/", 1)[0], case["other_contexts"])
    return found


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
            content = entry.get("content", entry.get("sha256"))  # of a large file only the digest was recorded
            path.write_bytes(base64.b64decode(entry["content_b64"]) if content is None else content.encode())
    for entry in reversed(entries):
        kind = entry.get("type") or "file"
        if kind in ("file", "dir"):
            (folder / entry["path"]).chmod(int(entry.get("mode") or ("0755" if kind == "dir" else "0644"), 8))


def text_of(side, steps):
    """The Dockerfile: as recorded, else the file that it links to, else made from the steps that the daemon showed."""
    if isinstance(side["dockerfile"], str):
        return side["dockerfile"]
    files = {entry["path"]: entry for entry in side["context"]}
    link = files.get("Dockerfile")
    if link is not None:
        return files[link["target"]]["content"]
    stages = defaultdict(list)
    for step in steps:
        stages[step["stage"]].append(step["instruction"])
    lines = []
    for stage, instructions in stages.items():
        base = next((text for text in instructions if text.startswith("FROM ")), "FROM scratch")
        lines += [base + (f" AS {stage}" if stage else ""), *(text for text in instructions if text != base)]
    return "\n".join(lines) + "\n" if lines else "FROM scratch\n"


LATEST, SECOND = ("1be9715c", "b21b89a1", "latest", "master"), ("8f6475ea", "c45f77bf", "v0.0.2")
"""Names of the two commits of the tests' repositories that go by several: in each test run the hashes were other ones."""


def resolved(address):
    """What an address of a repository stands for: (commit, folder, whether .git is kept, whether submodules are there).

    As a context it serves the same files under another port in each run, so that the port does not count.
    """
    path, _, fragment = address.partition("#")
    path, _, query = path.partition("?")
    asked = dict(part.partition("=")[::2] for part in query.split("&") if part)
    ref, _, folder = fragment.partition(":")
    name = asked.get("commit") or asked.get("ref") or asked.get("branch") or asked.get("tag") or ref or "latest"
    names = [group[-1] for group in (LATEST, SECOND) if any(name.startswith(one) for one in group)]
    kept, submodules = asked.get("keep-git-dir", "false") != "false", asked.get("submodules", "") != "false"
    return (*names, name)[0], asked.get("subdir", folder), kept, submodules


def remote_files(address, steps):
    """Stand-ins for the files of a remote repository that the steps copy: what they hold goes by what the address names."""
    commit, folder, kept, submodules = resolved(address)
    copies = [step["instruction"].split() for step in steps if re.match("(?i)COPY (?!--from)", step["instruction"])]
    paths = [path for words in copies for path in words[1:-1]]
    there = [path for path in paths if (kept or not path.startswith(".git")) and (submodules or "submod" not in path)]
    return [{"path": path, "content": "submodule" if "submod" in path else f"{commit} {folder}"} for path in there]


def with_resolved_addresses(text):
    """The Dockerfile with each repository's address as what it stands for, since the engine's keys hold that."""
    text = re.sub(r"--checksum=[0-9a-f]{40,64} (?=\S+\.git)", "", text)
    return re.sub(
        r"http://\S+?:(\d+)/\.git\S*",
        lambda match: f"https://x.example:{match[1]}/" + "/".join(map(str, resolved(match[0]))),
        text,
    )


class Side:
    """One build of a case: its simulation and its options."""

    def __init__(self, side, steps, folder, platform="linux/amd64", *, files=None):
        folder.mkdir()
        contexts = named_of(side["frontend_attrs"], files or {}, folder.with_name(f"{folder.name} named"))
        remote = side["frontend_attrs"].get("context")
        write_context(folder, remote_files(remote, steps) if remote else side["context"])
        attributes, text = side["frontend_attrs"], text_of(side, steps)
        name = attributes.get("filename", "Dockerfile")
        context = read_context(folder, folder / name if "filename" in attributes else None, hashed=True)
        own = {
            path: (folder / path).read_text() for path in (name, f"{name}.dockerignore") if (folder / path).is_file()
        }
        self.context, self.target = with_texts(context, own), attributes.get("target")
        dockerfile = parse(with_resolved_addresses(text))
        kind, architecture, *variant = platform.split("/")
        arguments = {key[10:]: value for key, value in attributes.items() if key.startswith("build-arg:")}
        of_platform = {"OS": kind, "ARCH": architecture, "VARIANT": "".join(variant), "PLATFORM": platform}
        arguments |= {f"TARGET{key}": value for key, value in of_platform.items()}
        names = re.findall(r"(?im)^\s*FROM\s.*$", text)
        last = re.search(r"(?i)\sAS\s+(\S+)\s*$", names[-1]) if names else None
        arguments["TARGETSTAGE"] = self.target or (last[1] if last else "default")
        self.build = lambda context: simulate(dockerfile, context, arguments=arguments, contexts=contexts)
        self.options = options_of(attributes, platform)


def named_of(attributes, files, folder):
    """The named contexts of one side."""
    found = {}
    for key, value in attributes.items():
        if not key.startswith("context:"):
            continue
        kind, _, target = value.partition(":")
        if kind == "local":
            (folder / target).mkdir(parents=True)
            write_context(folder / target, files[target])
            found[key[8:]] = read_context(folder / target, hashed=True)
        else:
            found[key[8:]] = OtherImage(target.removeprefix("//"))
    return found


def options_of(attributes, platform):
    """The build's options as the daemon takes them. All tags of one image that the cases use have one digest."""
    renewed = attributes.get("no-cache")
    tags = (
        "busybox",
        "busybox:latest",
        "busybox:stable",
        "docker.io/library/busybox:latest",
        "docker.io/library/busybox",
    )
    return BuildOptions(
        hostname=attributes.get("build-arg:BUILDKIT_SANDBOX_HOSTNAME", attributes.get("hostname", "")),
        network=attributes.get("force-network-mode", ""),
        shm_size=attributes.get("shm-size", ""),
        host_names=tuple(pair.partition("=")[0] for pair in attributes.get("add-hosts", "").split(",") if pair),
        platform=platform,
        images=tuple((tag, "the digest") for tag in tags),
        no_cache=frozenset() if renewed is None else frozenset(renewed.split(",") if renewed else "*"),
    )


def unsent_of(case):
    """Files whose size and time are the same on both sides: the client does not send them."""
    if case["kind"] != "engine_pair":
        return []
    old = {entry["path"]: entry for entry in case["first"]["context"]}
    return [
        entry["path"]
        for entry in case["second"]["context"]
        if entry.get("content") is not None
        and (before := old.get(entry["path"])) is not None
        and before.get("content") is not None
        and len(before["content"]) == len(entry["content"])
        and before.get("mtime") == entry.get("mtime")
        and before.get("mode") == entry.get("mode")
    ]


def stopped_at(case, simulation):
    """The position of the step at which the first build failed."""
    failed = next((step for step in case["first"].get("steps", ()) if step.get("error")), None)
    if failed is None:
        return None
    keyed = keyed_steps(simulation)
    source = simulation.model.dockerfile.text
    return next(
        place
        for place in keyed
        if source[(node := simulation.stages[place[0]].steps[place[1]].instruction).start : node.end]
        == with_resolved_addresses(failed["instruction"])
    )


def expected_of(case, platform):
    """By stage: for each step the daemon's (text, hit of the step, hit of what --link merges it into or None).

    An address of ADD is a vertex of its own that the daemon shows by the same text: where one of the two was a hit and the
    other was not, nobody can tell which, and the step is not compared (None).
    """
    found = defaultdict(list)
    for step in case["expected"]:
        stage, text = step["stage"], step["instruction"]
        parts = (stage or "").split(" ")
        if "/" in parts[0]:  # with several platforms the stage's name begins with one
            if platform not in (parts[0], parts[0].replace("->", "/").replace("linux/amd64/arm", "linux/arm")):
                continue
            stage = parts[1] if len(parts) > 1 else None
        if text.upper().startswith("FROM "):
            continue
        rows = found[stage]
        if text.startswith("LINK "):
            rows.append([text.removeprefix("LINK "), None, step["cached"]])
        elif rows and rows[-1][0] == text and (rows[-1][1] is None or rows[-1][3] == step["n"]):
            both = rows[-1][1] if rows[-1][1] is step["cached"] else None
            rows[-1][1:] = [both if re.match("(?i)ADD ", text) else step["cached"], rows[-1][2], step["n"]]
        else:
            rows.append([text, step["cached"], None, step["n"]])
    return found


@dataclass
class Earlier:
    """What the daemon has of the builds of one test so far: keys, and the files behind keys."""

    keys: set = field(default_factory=set)
    contents: dict = field(default_factory=dict)

    def add(self, simulation, options, ok):
        found = {
            place: one.key for place, one in keyed_steps(simulation, options=options, contents=self.contents).items()
        }
        self.keys |= set(found.values()) if ok else set()
        return found


def differences(case, platform, folder, earlier):
    """What the model says otherwise; an empty text where a hit stems from a build of the same test before the first."""
    files = named_files().get(case["id"].split("/")[1])
    first = Side(case["first"], case["first"].get("steps", ()), folder / "first", platform, files=files)
    second = Side(case["second"], case["expected"], folder / "second", platform, files=files)
    before = first.build(first.context)
    after = second.build(as_sent(first.context, second.context, unsent_of(case)))
    stopped = stopped_at(case, before)
    done = rebuild(
        OneBuild(before, first.target, first.options, stopped), OneBuild(after, second.target, second.options)
    )
    earlier.add(before, first.options, case["first"].get("ok", True))
    there = set(earlier.keys)
    keys = earlier.add(after, second.options, case["second"].get("ok", True))
    for name, rows in expected_of(case, platform).items():
        stage = stage_called(name, done)
        steps = [step for step in stage.steps if step.outcome != "no step"]
        if len(steps) != len(rows):
            yield f"{name}: {len(steps)} steps instead of {len(rows)}"
            continue
        for step, (text, cached, *_) in zip(steps, rows, strict=True):
            hit = step.outcome == "hit" and case["id"] not in EMPTIED
            if hit is cached or cached is None:
                continue
            known = case["kind"] == "recorded_pair" and cached and keys[stage.stage.index, step.index] in there
            yield "" if known else f"{text}: {'hit' if hit else 'miss'} instead of the opposite ({step.miss})"


def stage_called(name, done):
    """The stage that the daemon calls so; it has no name for the only one."""
    return next((one for one in done.stages if name in (one.stage.name, f"stage-{one.stage.index}")), done.stages[-1])


def platforms_of(case):
    """The platforms that both builds have; those of the second where the first had only the usual one."""
    given, first = (
        case[side]["frontend_attrs"].get("platform", "linux/amd64").split(",") for side in ("second", "first")
    )
    return [one for one in given if one in first] if set(given) & set(first) else given


def test_hits(tmp_path):
    counted, wrong, outside = Counter(), [], []
    earlier = defaultdict(Earlier)
    for number, case in enumerate(cases()):
        found = []
        for platform in platforms_of(case):
            folder = tmp_path / str(number) / platform.replace("/", "-")
            folder.mkdir(parents=True)
            found += differences(case, platform, folder, earlier[case["id"].rsplit("/", 1)[0]])
        if case["id"] in OUTSIDE:
            outside.append(case["id"])
            continue
        real = [text for text in found if text]
        counted["differs" if real else "agrees, with what earlier builds left" if found else "agrees"] += 1
        if real:
            texts = [str(case[side]["dockerfile"]) for side in ("first", "second")]
            wrong.append("\n    ".join((case["id"], *texts, *real)))
    for kind, count in counted.most_common():
        print(f"{count:5} {kind}")
    print(f"{len(outside):5} out of scope")
    print(*wrong, sep="\n")
    assert not wrong
    assert sorted(outside) == sorted(OUTSIDE)
    assert counted.total() >= 0.95 * (counted.total() + len(outside))
