"""What a Python script reads, found in its source; whatever is dynamic, or may write, is unknown."""

import pytest


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("print(open('data/a.txt').read())\n", "/app/data/a.txt"),
        ("with open('a.txt', 'r') as f:\n    print(f.read().strip())\n", "/app/a.txt"),
        ("import os\nprint(open(os.path.join(os.path.dirname(__file__), 'a.txt')).read())\n", "/app/a.txt"),
        ("from pathlib import Path\nprint((Path(__file__).parent / 'd' / 'a.txt').read_text())\n", "/app/d/a.txt"),
        ("from pathlib import Path\nprint(Path('/srv/x').read_bytes())\n", "/srv/x"),
        ("import json\nprint(json.load(open('/etc/x.json')))\n", "/etc/x.json"),
    ],
)
def test_literal_reads(world, reads, source, path):
    effect = world({"x.py": source, "other.py": ""}).effect("python x.py")
    assert reads(effect, path)
    assert reads(effect, "/app/x.py")
    assert path in effect.needs
    assert not reads(effect, "/app/other.py")


def test_local_imports_are_followed(world, reads, writes):
    files = {"x.py": "import a\nfrom pkg.b import value\nprint(value)\n", "a.py": "open('a.txt').read()\n"}
    files |= {"pkg/__init__.py": "", "pkg/b.py": "value = open('b.txt').read()\n"}
    effect = world(files).effect("python3 x.py")
    for name in ("a.py", "a.txt", "pkg/b.py", "b.txt"):
        assert reads(effect, f"/app/{name}"), name
    assert writes(effect, "/app/__pycache__/a.pyc")
    assert writes(effect, "/app/pkg/__pycache__/b.pyc")


def test_the_environment_counts_where_it_is_looked_at(world):
    assert world({"x.py": "import os\nprint(os.environ.get('A'))\n"}).effect("python x.py").environment is None
    assert "A" not in (world({"x.py": "print(1)\n"}).effect("python x.py").environment or ())


@pytest.mark.parametrize(
    "source",
    [
        "open('x', 'w').write('a')",
        "open('x', mode='a')",
        "import sys\nopen(sys.argv[1])",
        "name = 'a'\nopen(name).read()",
        "import subprocess\nsubprocess.run('x')",
        "import os\nos.remove('x')",
        "import os\nlist(map(os.remove, ['x']))",
        "from os import remove\nremove('x')",
        "import os as o\no.remove('x')",
        "list(map(open, ['x']))",
        "read = open\nread('x')",
        "eval('1')",
        "__import__('os').remove('x')",
        "getattr(print, 'x')",
        "import requests",
        "import importlib",
        "from . import x",
        "from pathlib import Path\nPath('x').write_text('a')",
        "import pathlib\npathlib.Path('x').replace('y')",
        "from pathlib import Path\np = Path('x')\np.replace('y')",
        "().__class__",
        "this is no python",
        "import unknown_module\nunknown_module.f()",
    ],
)
def test_anything_dynamic_is_unknown(world, source):
    world({"x.py": source + "\n"}).reason("python x.py")


def test_scripts_that_are_not_at_hand(world):
    assert "not known" in world({"x.py": None}).reason("python x.py")
    assert "does not exist" in world({}, closed=True).reason("python x.py")
    assert "subprocess" in world({"x.py": "import a\n", "a.py": "import subprocess\n"}).reason("python x.py")


def test_submodules_named_in_an_import_are_followed(world, reads):
    files = {"x.py": "from pkg import b\n", "pkg/__init__.py": "open('i.txt')\n", "pkg/b.py": "open('b.txt').read()\n"}
    effect = world(files).effect("python x.py")
    assert reads(effect, "/app/b.txt")
    assert reads(effect, "/app/i.txt")
