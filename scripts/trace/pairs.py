"""Run pairs of real commands in both orders in a root that is thrown away, and note whether they leave the same.

    python scripts/trace/pairs.py LAYERS

LAYERS is the folder that ``prepare.py`` filled. What came out is written to ``fixtures/commute/pairs.json``, which an
ordinary test holds against ``restow.effects.commute``. Last line: ``pairs N, yes N, wrong N``; exit 1 for a wrong yes.
"""

from __future__ import annotations

import json
import stat
import sys
from itertools import combinations
from pathlib import Path

from comparison import Trace, invocation
from disposable_root import Root
from prepare import TOOLSETS

from restow.effects import Yes, commute, effect_of
from restow.errors import UnknownEffect

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "commute" / "pairs.json"
FILES = {
    **{"a.txt": "one\n", "b.txt": "x=1\n", "src/c.txt": "two\n", "src/deep/d.txt": "three\n", "lib/m.py": "x = 1\n"},
    **{"src/link": "->../a.txt", "tool.sh": "#!/bin/sh\necho hello\n"},
}
COMMANDS = (
    *("mkdir -p /srv/data/sub", "mkdir /srv/data", "touch /srv/data", "touch a.txt", "rm -rf src/deep", "rm -f a.txt"),
    *("cp a.txt /srv/a.txt", "cp -a src /srv/src", "mv b.txt src/", "ln -s /app/a.txt /srv/link", "ln -sf a.txt b.txt"),
    *("chmod 600 a.txt", "chmod -R go-w src", "chown -R 5:6 src", "sed -i s/one/uno/ a.txt", "sed -i s/x/y/ b.txt"),
    *("install -m 755 tool.sh /usr/local/bin/tool", "install -d -o www-data /srv/www", "find src -name *.txt -delete"),
    *("useradd -u 1500 app", "groupadd -g 3000 team", "usermod -s /bin/sh www-data", "tar -cf /srv/src.tar src"),
    *("python3 -m compileall -q lib", "cp tool.sh /srv/link"),
)
_NOISE = ("/var/log/", "/var/cache/ldconfig/", "/dev/", "/proc/", "/tmp/")


def main() -> int:
    """Run all pairs and write the fixture; exit 1 where a pair that may be swapped left something else."""
    layers = Path(sys.argv[1]).resolve()
    lower = tuple(layers / name for name in TOOLSETS["python"])
    project = layers / "scratch" / "pairs" / "app"
    root = Root((*lower, project.parent), layers / "scratch")
    root.clear(project.parent)
    for name, text in FILES.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("->"):
            path.symlink_to(text[2:])
        else:
            path.write_text(text)
    found = [
        {"first": one, "second": two, "equal": left(root, one, two) == left(root, two, one)}
        for one, two in combinations(COMMANDS, 2)
    ]
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    rows = ",\n".join(json.dumps(pair) for pair in found)
    FIXTURE.write_text(f'{{"files": {json.dumps(FILES)}, "pairs": [\n{rows}\n]}}\n', encoding="utf-8")
    said = [pair for pair in found if may_swap(str(pair["first"]), str(pair["second"]), FILES)]
    wrong = [pair for pair in said if not pair["equal"]]
    for pair in wrong:
        print(f"wrong: {pair['first']} | {pair['second']}")
    print(f"pairs {len(found)}, yes {len(said)}, wrong {len(wrong)}")
    return int(bool(wrong))


def may_swap(one: str, two: str, files: dict[str, str]) -> bool:
    """What the models say of two command lines that run as root in ``/app`` over an unknown base with these files."""
    placed = {f"/app/{name}": text for name, text in files.items()}
    calls = [
        invocation(Trace(tuple(words.split()), "/app", "", {"HOME": "/root"}, placed, (), (), (), (), ()), accept=True)
        for words in (one, two)
    ]
    try:
        effects = [effect_of(call) for call in calls]
    except UnknownEffect:
        return False
    return isinstance(commute(*effects, calls[0].filesystem), Yes)


def left(root: Root, one: str, two: str) -> dict[str, tuple[object, ...]] | None:
    """The changes that two commands leave, one after the other, by path; None where one of them fails."""
    upper = root.scratch / "upper"
    root.clear(upper)
    script = f"set -f; {one} && {two}"
    if root.run(["/bin/sh", "-c", script], upper, directory="/app", environment={"HOME": "/root"}).returncode:
        return None
    return {
        name: _described(path)
        for path in sorted(upper.rglob("*"))
        if not (name := "/" + str(path.relative_to(upper))).startswith(_NOISE)
    }


def _described(path: Path) -> tuple[object, ...]:
    state = path.lstat()
    kind = stat.S_IFMT(state.st_mode)
    content: bytes | str = b""
    if stat.S_ISLNK(kind):
        content = str(path.readlink())
    elif stat.S_ISREG(kind):
        content = path.read_bytes()
        content = (
            content[:8] + content[16:] if path.suffix == ".pyc" else content
        )  # the time of the source stands there
    return kind, stat.S_IMODE(state.st_mode), state.st_uid, state.st_gid, content


if __name__ == "__main__":
    sys.exit(main())
