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
        ("P = 'cfg.json'\nopen(P)\n", "/app/cfg.json"),
        ("def f():\n    name = 'a.txt'\n    return open(name).read()\nf()\n", "/app/a.txt"),
        ("def read(n):\n    return open(n).read()\nprint(read('README.md'))\n", "/app/README.md"),
        ("def read(n):\n    with open(n, encoding='utf-8') as f:\n        return f.read()\nread(n='R')\n", "/app/R"),
        ("def read(n='R'):\n    return open(n).read()\nread()\n", "/app/R"),
        (
            "import os\nHERE = os.path.abspath(os.path.dirname(__file__))\n"
            "def read(*parts):\n    return open(os.path.join(HERE, *parts)).read()\nread('d', 'a.txt')\n",
            "/app/d/a.txt",
        ),
        (
            "import io, os\nHERE = os.path.dirname(os.path.realpath(__file__))\n"
            "def read(name):\n    path = os.path.join(HERE, name)\n    return io.open(path, encoding='utf8').read()\nread('a')\n",
            "/app/a",
        ),
        ("import codecs\ncodecs.open('a.txt', 'r', 'utf-8')\n", "/app/a.txt"),
        ("from pathlib import Path\nHERE = Path(__file__).resolve().parent\n(HERE / 'a').read_text()\n", "/app/a"),
        ("from pathlib import Path\nwith (Path(__file__).parent / 'a').open() as f:\n    f.read()\n", "/app/a"),
        ("from pathlib import Path\nPath(__file__).parent.joinpath('d', 'a').read_text()\n", "/app/d/a"),
        ("from pathlib import Path\nopen(str(Path.cwd() / 'a'))\n", "/app/a"),
        ("open('~/a')\n", "/app/~/a"),
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
        "name = 'a'\nname = 'b'\nopen(name).read()",
        "name = 'a'\nname += 'b'\nopen(name)",
        "for name in ['a']:\n    open(name)",
        "name = 'a'\ndef f():\n    global name\n    name = 'b'\nf()\nopen(name)",
        "def f(name):\n    class A:\n        name = 'a'\n        x = open(name)\nf('b')",
        "name = 'a'\nclass A:\n    def f(self, name):\n        open(name)\nA().f",
        "name = 'a'\n[open(name) for name in ['b']]",
        "name = 'a'\nf = lambda name: open(name)",
        "name = 'a'\nif (name := 'b'):\n    open(name)",
        "name = 'a'\nwith open('x') as name:\n    pass\nopen(name)",
        "P = P\nopen(P)",
        "def read(n):\n    return open(n)\nimport sys\nread(sys.argv[1])",
        "def read(n):\n    return open(n)\nlist(map(read, ['a']))",
        "def read(n):\n    n = n + 'b'\n    return open(n)\nread('a')",
        "def read(n):\n    return open(n)\nread(*['a'])",
        "def read(n):\n    return open(n)\ndef read(m):\n    return open(m)\nread('a')",
        "def read(n, mode):\n    return open(n, mode)\nread('a', 'w')",
        "def read(n):\n    return open(n)\ndef other(m):\n    return read(m)\nother('a')",
        "@staticmethod\ndef read(n):\n    return open(n)\nread('a')",
        "import io\nio.open('x', 'w')",
        "from pathlib import Path\nPath('x').open('w')",
        "from pathlib import Path\nPath('x').open(mode='a')",
        "open('x', opener=print)",
        "__file__ = 'a'\nopen(__file__)",
        "def f(os):\n    open(os.path.join('a', 'b'))\nf(1)",
        "from other import Path\nPath('x').read_text()",
        "open(b'x')",
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


def test_helpers_of_other_modules_are_not_followed(world):
    files = {"a.py": "def read(n):\n    return open(n)\n", "x.py": "from a import read\nread('b')\n"}
    assert "whose name is given to read" in world(files).reason("python x.py")
    files = {"x.py": "import a\ndef read(n):\n    return open(n)\nread('b')\n", "a.py": "import x\nx.read('c')\n"}
    assert "is imported by a module" in world(files).reason("python x.py")


def test_the_reason_names_what_is_called(world):
    assert "calls 'table[0]', which" in world({"x.py": "table = [print]\ntable[0]()\n"}).reason("python x.py")
