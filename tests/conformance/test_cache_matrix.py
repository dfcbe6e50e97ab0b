"""One-change rebuilds recorded on several engines: for each step whether it was carried out again, against the model.

The engines' answers are in ``cache-matrix``: the change in words, then C (cached) or X for each RUN, COPY, ADD and WORKDIR. The
Dockerfile and the context below are ours, made after the steps that the rows show.
"""

import json
from pathlib import Path

import pytest

from restow.build import Context, simulate
from restow.build.cache_changes import as_sent
from restow.build.cache_operations import BuildOptions
from restow.build.rebuild import OneBuild, rebuild
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File, Symlink

MATRIX = Path(__file__).parents[2].parent / "shared" / "oracle" / "cache-matrix"
pytestmark = pytest.mark.skipif(not MATRIX.is_dir(), reason=f"no rows at {MATRIX}")

BUILDKIT = ("out-bk20.jsonl", "out-buildkit-trixie.jsonl", "out-buildkit-forky.jsonl")
LEFT_OVER = {("out-buildkit-trixie.jsonl", "MS: a.txt changed, stage b output identical")}
"""A row that an entry left over from an earlier run spoils: COPY of a changed file was CACHED there."""

TEXT = """FROM base
ENV E=1
LABEL l=1
ARG V=1
WORKDIR /app
COPY a.txt /app/
RUN echo one
COPY src /app/src
RUN echo two
"""
STAGES = """FROM base AS b
COPY a.txt /in/
RUN echo same > /o && cat /in/a.txt >/dev/null
FROM base AS unused
RUN echo unused
FROM base
COPY --from=b /o /final
RUN echo last
"""
MOVED = TEXT.replace("ARG V=1\n", "").replace("RUN echo one\n", "RUN echo one\nARG V=1\n")
FILES = {
    "a.txt": "a",
    "src": {"x.py": "x", "sub": {"y.py": "y"}, "link": ("x.py",)},
    "src mode": 0o755,
    "sub mode": 0o755,
    "t.tar": "a tar",
}


def context_of(tree):
    """A context of nested mappings: a text is a file, a pair of it and a mode too, a single text in a tuple a link."""

    def node(name, value):
        if isinstance(value, dict):
            children = {key: node(key, child) for key, child in value.items() if not key.endswith(" mode")}
            return Directory(Attributes(tree.get(f"{name} mode", 0o755)), children)
        if isinstance(value, tuple) and len(value) == 1:
            return Symlink(value[0])
        text, mode = value if isinstance(value, tuple) else (value, 0o644)
        return File(Attributes(mode), Content.of(text.encode()))

    root = node("", tree)
    assert isinstance(root, Directory)
    return Context(root, "a test")


def src(**files):
    """A change of the folder ``src``; None takes a file away."""
    whole = {**FILES["src"], **{name.replace("_", "."): value for name, value in files.items()}}
    return {"src": {name: value for name, value in whole.items() if value is not None}}


def edit(old, new, text=TEXT):
    """The first text, and the one in which ``old`` is ``new``."""
    assert old in text
    return text, text.replace(old, new)


def added(line, after, text=TEXT):
    """The first text, and the one with a line more."""
    return edit(after, f"{after}{line}\n", text)


RESULT = {
    "RUN: extra space": edit("echo one", "echo  one"),
    "RUN: leading space after RUN": edit("RUN echo one", "RUN    echo one"),
}
TEXTS = {
    **RESULT,
    "comment added to Dockerfile": added("# note", "FROM base\n"),
    "RUN: reflow with backslash": edit("echo one", "echo \\\n one"),
    "RUN: lower-case instruction": edit("RUN echo one", "run echo one"),
    "RUN: shell -> exec form": edit("RUN echo one", 'RUN ["/bin/sh","-c","echo one"]'),
    "LABEL value": edit("l=1", "l=2"),
    "ENV value (unused)": edit("E=1", "E=2"),
    'ENV quoting E="1"': edit("E=1", 'E="1"'),
    'ENV old form "E 1"': edit("E=1", "E 1"),
    "ENV second var added": edit("E=1", "E=1 F=2"),
    "ARG default (unused in RUN)": edit("V=1", "V=2"),
    "ARG moved after first RUN + new value": edit("V=1", "V=2", MOVED),
    "WORKDIR /app -> /app/": edit("WORKDIR /app\n", "WORKDIR /app/\n"),
    "WORKDIR /app2 added before COPY src": added("WORKDIR /app2", "RUN echo one\n"),
    "USER 1000 added before RUN two": added("USER 1000", "COPY src /app/src\n"),
    "EXPOSE/CMD/HEALTHCHECK/STOPSIGNAL added after WORKDIR": added(
        'EXPOSE 80\nCMD ["x"]\nHEALTHCHECK CMD true\nSTOPSIGNAL SIGTERM', "WORKDIR /app\n"
    ),
    "VOLUME /v added after WORKDIR": added("VOLUME /v", "WORKDIR /app\n"),
    "SHELL added before COPY a": added('SHELL ["/bin/sh","-ec"]', "WORKDIR /app\n"),
    "COPY dest /app/ -> /app/a.txt": edit("a.txt /app/", "a.txt /app/a.txt"),
    "COPY dest /app/ -> . (same dir)": edit("a.txt /app/", "a.txt ."),
    "COPY ./a.txt (same)": edit("COPY a.txt", "COPY ./a.txt"),
    "COPY -> ADD": edit("COPY a.txt", "ADD a.txt"),
    "COPY --chown=0:0 added": edit("COPY a.txt", "COPY --chown=0:0 a.txt"),
    "COPY --chown=1:1 added": edit("COPY a.txt", "COPY --chown=1:1 a.txt"),
    "two RUNs swapped after COPY": edit("RUN echo one", "RUN echo two"),
    "MS: unused stage changed": edit("echo unused", "echo unused2", STAGES),
    "MS: stage renamed b->c": (STAGES, STAGES.replace("AS b", "AS c").replace("--from=b", "--from=c")),
    "MS: --from=b -> --from=0": edit("--from=b", "--from=0", STAGES),
    "global ARG before FROM added": edit("FROM base", "ARG G=1\nFROM base"),
    "global ARG used in FROM, same result": edit("FROM base", "ARG G=base\nFROM $G"),
}
FILE_CHANGES = {
    "content of a.txt": {"a.txt": "b"},
    "content of src/x.py": src(x_py="changed"),
    "chmod a.txt 644->664": {"a.txt": ("a", 0o664)},
    "chmod a.txt 644->755": {"a.txt": ("a", 0o755)},
    "chmod src dir 755->775": {"src mode": 0o775},
    "chmod src/sub dir 755->775": {"sub mode": 0o775},
    "new file in src": src(new="new"),
    "new empty dir in src": src(new={}),
    "rename src/x.py -> z.py": src(x_py=None, z_py="x"),
    "symlink target text changed": src(link=("sub/y.py",)),
    "symlink -> regular copy": src(link="x"),
    "two equal files -> hardlink": src(z_py="x"),  # the link is a new file there
    "new file outside COPY sources": {"new": "new"},
    ".dockerignore now excludes src/sub": src(sub=None),
}
SAME = (
    "nothing", "mtime of a.txt only", "mtime of src dir only", "chown a.txt 1000:1000 on host", "user xattr on a.txt",
    "ignored file changed", ".dockerignore changed, no effect on src", "MS: nothing", "A->B->A content of a.txt",
    "--build-arg UNDECLARED=1", "--build-arg HTTP_PROXY=x (predefined)", "--build-arg V=1 (same as default)",
)  # fmt: skip
"""Changes that a context as Restow reads it does not show, or that leave no trace."""

WILD = TEXT.replace("COPY a.txt", "COPY a*.txt")
WHOLE = TEXT.replace("COPY src /app/src", "COPY . /app/")
NOTED = f"{WHOLE}# note\n"
TAR = TEXT.replace("COPY src /app/src", "ADD t.tar /app/src")


def sides(name):
    """(first text, first files, second text, second files, arguments of the second, options of the second) of a row."""
    if name in TEXTS:
        first, second = TEXTS[name]
        return first, FILES, second, FILES, {}, BuildOptions()
    if name in FILE_CHANGES:
        return TEXT, FILES, TEXT, {**FILES, **FILE_CHANGES[name]}, {}, BuildOptions()
    if name in SAME:
        text = STAGES if name.startswith("MS") else TEXT
        given = dict([name.split(" ")[1].split("=")]) if name.startswith("--build-arg") else {}
        return text, FILES, text, FILES, given, BuildOptions()
    special = {
        "--build-arg V=2 (unused in RUN)": (TEXT, FILES, TEXT, FILES, {"V": "2"}, BuildOptions()),
        "wildcard COPY a*.txt: new matching file": (WILD, FILES, WILD, {**FILES, "ab.txt": "b"}, {}, BuildOptions()),
        "wildcard COPY a*.txt: new non-matching": (WILD, FILES, WILD, {**FILES, "b.txt": "b"}, {}, BuildOptions()),
        "COPY . : Dockerfile comment, Dockerfile not ignored": (
            WHOLE, {**FILES, "Dockerfile": WHOLE}, NOTED, {**FILES, "Dockerfile": NOTED}, {}, BuildOptions()
        ),
        "--network none->host": (TEXT, FILES, TEXT, FILES, {}, BuildOptions(network="host")),
        "--no-cache": (TEXT, FILES, TEXT, FILES, {}, BuildOptions(no_cache=frozenset("*"))),
        "MS: a.txt changed, stage b output identical": (STAGES, FILES, STAGES, {**FILES, "a.txt": "b"}, {}, BuildOptions()),
        "ADD tar: mtime inside only": (TAR, FILES, TAR, {**FILES, "t.tar": "other times"}, {}, BuildOptions()),
    }  # fmt: skip
    return special[name]


def answer(name, builder):
    """C or X for each RUN, COPY, ADD and WORKDIR of the stages that are built."""
    first, old, second, new, arguments, options = sides(name)
    before = context_of(old)
    after = context_of(new)
    after = as_sent(before, after) if builder == "buildkit" else after
    one, two = simulate(parse(first), before), simulate(parse(second), after, arguments=arguments)
    done = rebuild(OneBuild(one), OneBuild(two, options=options), builder)
    return "".join(
        "C" if step.outcome == "hit" else "X"
        for stage in done.stages
        if stage.built
        for step in stage.steps
        if two.stages[stage.stage.index].steps[step.index].instruction.kind in ("run", "copy", "add", "workdir")
    )


def rows(*files):
    found = []
    for file in files:
        with (MATRIX / file).open(encoding="utf-8") as lines:
            found += [
                pytest.param(file, *json.loads(line)[:2], id=f"{file[4:-6]}: {json.loads(line)[0]}") for line in lines
            ]
    return found


@pytest.mark.parametrize(("file", "name", "outcome"), rows(*BUILDKIT) if MATRIX.is_dir() else [])
def test_buildkit(file, name, outcome) -> None:
    if (file, name) in LEFT_OVER:
        outcome = "XXCC"
    assert answer(name, "buildkit") == outcome


@pytest.mark.parametrize(("file", "name", "outcome"), rows("out-legacy20.jsonl") if MATRIX.is_dir() else [])
def test_classic(file, name, outcome) -> None:
    assert answer(name, "classic") == outcome
