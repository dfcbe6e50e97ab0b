"""Whether lock files of pipenv and uv agree with their manifests."""

import hashlib
import json

from restow.effects.programs.python.locks import pipfile_agrees, uv_agrees

PIPFILE = {
    "source": [{"name": "index", "url": "https://index.example/simple", "verify_ssl": True}],
    "packages": {"six": "*"},
}
OWN = 'name = "app"\nversion = "1"\nsource = { virtual = "." }\n'
PROJECT = {"project": {"name": "App", "version": "1", "requires-python": ">=3.9", "dependencies": ["Six >=1.0, <2"]}}


def lock(requires, python='requires-python = ">=3.9"'):
    return f"version = 1\n{python}\n[[package]]\n{OWN}[package.metadata]\nrequires-dist = [{requires}]\n".encode()


def test_a_pipfile_by_its_hash():
    data = {"_meta": {"sources": PIPFILE["source"], "requires": {}}, "default": {"six": "*"}, "develop": {}}
    stated = hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    made = json.dumps({"_meta": {"hash": {"sha256": stated}}}).encode()
    repeated = json.dumps({"_meta": {"hash": {"sha256": stated}, "sources": PIPFILE["source"]}}).encode()
    assert pipfile_agrees({"packages": {"six": "*"}}, repeated) is True
    assert pipfile_agrees(PIPFILE, made) is True
    assert pipfile_agrees({**PIPFILE, "packages": {"six": "==1"}}, made) is False
    assert pipfile_agrees({**PIPFILE, "docs": {"a": "*"}}, made) is False
    assert pipfile_agrees({"packages": {"six": "*"}}, made) is None
    assert pipfile_agrees(PIPFILE, b"{}") is None
    assert pipfile_agrees(PIPFILE, b'{"_meta": []}') is None
    assert pipfile_agrees(PIPFILE, b"no json") is None


def test_a_lock_of_uv_by_what_it_repeats():
    assert uv_agrees(PROJECT, lock('{ name = "six", specifier = ">=1.0,<2" }')) is True
    assert uv_agrees(PROJECT, lock('{ name = "six", specifier = ">=1.0" }')) is False
    assert uv_agrees(PROJECT, lock("")) is False
    assert uv_agrees(PROJECT, lock('{ name = "six", specifier = ">=1.0,<2" }', 'requires-python = ">=3.8"')) is False


def test_what_a_lock_of_uv_does_not_tell():
    good = lock('{ name = "six", specifier = ">=1.0,<2" }')
    assert uv_agrees({"project": {**PROJECT["project"], "dependencies": ["six; os_name == 'nt'"]}}, good) is None
    assert uv_agrees({"project": {**PROJECT["project"], "optional-dependencies": {"a": ["b"]}}}, good) is None
    assert uv_agrees({**PROJECT, "dependency-groups": {"dev": ["a"]}}, good) is None
    assert uv_agrees({**PROJECT, "tool": {"uv": {"index": []}}}, good) is None
    assert uv_agrees(PROJECT, b"not = [toml") is None
    assert uv_agrees(PROJECT, lock('{ name = "six", marker = "x" }')) is None
