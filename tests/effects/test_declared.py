"""Effects that users declare: what they cover, what they say about themselves, and what is refused."""

import pytest

from restow.api import simulate
from restow.effects.declaration import Declaration
from restow.errors import ConfigError
from restow.image import compare

TOOL = Declaration(
    "my-tool", ("input", "/etc/my-tool.conf"), ("out", "/var/cache/*/x"), seconds=7.0, origin="restow.toml"
)


def called(world, *declared, command="my-tool --fast", **more):
    checked = world({}, **more)
    call = checked.call(command)
    call.declared = declared
    return call


def test_reads_and_writes_are_those_declared(world, reads, writes):
    from restow.effects import effect_of

    call = called(world, TOOL)
    effect = effect_of(call)
    for path in ("/app/input/a", "/etc/my-tool.conf", "/app/out/a", "/usr/local/bin/my-tool", "/usr/lib/x.so"):
        assert reads(effect, path), path
    assert not reads(effect, "/app/main.c")
    assert writes(effect, "/app/out/a")
    assert writes(effect, "/var/cache/any/x/y")
    assert not writes(effect, "/app/input/a")
    assert effect.environment is None
    assert effect.seconds == 7.0
    assert [(one.code, one.verdict.value) for one in call.assumed] == [("declared", "standing")]
    assert "my-tool reads only input, /etc/my-tool.conf" in call.assumed[0].text
    assert "(restow.toml)" in call.assumed[0].text


def test_one_without_files_says_so_plainly():
    assert Declaration("x").text == "declared: x reads no file but its own program, and writes nothing (entry point)"


def test_the_longest_beginning_wins(world, writes):
    from restow.effects import effect_of

    both = (Declaration("make", writes=("a",)), Declaration("make docs", writes=("b",)))
    assert writes(effect_of(called(world, *both, command="make docs html")), "/app/b")
    assert writes(effect_of(called(world, *both, command="make all")), "/app/a")


def test_a_program_of_the_project_is_read_itself(world, reads):
    from restow.effects import effect_of

    effect = effect_of(called(world, Declaration("./build.sh", writes=("out",)), command="./build.sh"))
    assert reads(effect, "/app/build.sh")


@pytest.mark.parametrize("path", ["a/**", "a/?", "$HOME/x", "../x", "", "a[1]"])
def test_paths_that_are_no_patterns(path):
    with pytest.raises(ConfigError, match="my-tool"):
        Declaration("my-tool", writes=(path,))


DOCKERFILE = "FROM debian\nWORKDIR /app\nCOPY tool.cfg input/\nRUN my-tool\nCOPY other /srv/\n"
MOVED = "FROM debian\nWORKDIR /app\nCOPY other /srv/\nCOPY tool.cfg input/\nRUN my-tool\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("restow.toml", '[effects."my-tool"]\nreads = ["input"]\nwrites = ["out"]\nenvironment = []\n'),
        ("restow.toml", '[restow.effects."my-tool"]\nreads = ["input"]\nwrites = ["out"]\nenvironment = []\n'),
        ("pyproject.toml", '[tool.restow.effects.my-tool]\nreads = ["input"]\nwrites = ["out"]\nenvironment = []\n'),
    ],
)
def test_settings_reach_the_proof(tmp_path, name, text):
    (tmp_path / "tool.cfg").write_text("x")
    (tmp_path / "other").write_text("y")
    first, second = tmp_path / "Dockerfile", tmp_path / "Second.Dockerfile"
    first.write_text(DOCKERFILE)
    second.write_text(MOVED)
    assert compare(simulate(first), simulate(second))
    (tmp_path / name).write_text(text)
    before, after = simulate(first), simulate(second)
    assert not compare(before, after)
    assert any(one.code == "declared" and name in one.text for one in before.assumptions)


def test_a_wrong_declaration_is_an_error(tmp_path):
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    for text in ('[effects.x]\nwrites = ["a/**"]\n', "[effects.x]\nwrite = []\n", '[effects.x]\nreads = "a"\n'):
        (tmp_path / "restow.toml").write_text(text)
        with pytest.raises(ConfigError, match=r"restow\.toml"):
            simulate(tmp_path / "Dockerfile", tmp_path)


def test_entry_points(tmp_path, monkeypatch):
    from restow.errors import UsageError
    from restow.lint import declarations

    (tmp_path / "declaring_pack.py").write_text(
        "from restow.effects.declaration import Declaration\n"
        "ONE = Declaration('my-tool', writes=('out',))\nMANY = [ONE]\nWRONG = 3\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for attribute in ("ONE", "MANY"):
        (found,) = declarations._of_entry_point(f"declaring_pack:{attribute}")
        assert found.command == "my-tool"
    for wrong in ("declaring_pack:WRONG", "declaring_pack:MISSING", "no_such_module_here:X"):
        with pytest.raises(UsageError, match=r"restow\.effects"):
            declarations._of_entry_point(wrong)
