"""The public functions, and that subpackages of the same names never hide them."""

import subprocess
import sys

import pytest

import restow
from restow.errors import ConfigError, UsageError


def test_parse():
    tree = restow.parse("FROM a\nCOPY b c\n")
    assert [node.kind for node in tree.instructions] == ["from", "copy"]
    assert tree.instructions[1].span.start == 7
    assert tree.instructions[1].span.end == 15
    assert str(tree) == "FROM a\nCOPY b c\n"


@pytest.mark.parametrize(
    "imports",
    [
        "import restow.fix.fixer, restow.lint.runner",
        "from restow.fix import FixResult; from restow.lint.runner import lint",
        "from restow.cli.main import main; main(['rules'])",
        "import importlib; assert importlib.import_module('restow.fix').FixResult",
        "restow.fix; restow.lint; import restow.fix.proof, restow.lint.packs",
    ],
)
def test_functions_stay_functions(imports):
    code = f"import restow\n{imports}\nimport types\n" + (
        "assert isinstance(restow.fix, types.FunctionType) and isinstance(restow.lint, types.FunctionType)\n"
        "assert restow.fix('FROM scratch\\n').text == 'FROM scratch\\n'\n"
        "assert list(restow.lint('FROM scratch\\n')) == []\n"
        "from restow import lint, fix, advise\n"
        "assert callable(lint) and callable(fix) and isinstance(advise, types.ModuleType)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_import_is_light():
    code = "import restow, sys; assert not {'pydantic', 'lark', 'restow.api'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_unknown_attribute():
    with pytest.raises(AttributeError, match="no_such_name"):
        restow.no_such_name  # noqa: B018 - the lookup is what is tested


def test_simulate_and_diff(tmp_path):
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    both, one = "FROM scratch\nCOPY a b /\n", "FROM scratch\nCOPY a /\nCOPY b /\n"
    assert restow.diff(both, one, tmp_path) == ()
    simulated = restow.simulate(both, restow.read_context(tmp_path))
    assert sorted(simulated.target.filesystem.root.children) == ["a", "b"]
    (difference,) = restow.diff("FROM scratch\nCOPY a /\n", "FROM scratch\nCOPY b /a\n", tmp_path)
    assert difference.where == "/a"


def test_path_or_text(tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_text("FROM scratch\n")
    assert restow.fix(path).text == restow.fix(str(path)).text == restow.fix("FROM scratch\n").text
    (tmp_path / "restow.toml").write_text("nonsense = 1\n")
    with pytest.raises(ConfigError):
        restow.lint(path)


def test_fix_needs_an_image():
    with pytest.raises(UsageError):
        restow.fix("# nothing\n")


def test_lint_with_what_is_known_of_the_build():
    from restow.rule import BaseImage, BuildFacts

    text = "FROM python:3.12\nENV A=$NOWHERE\n"
    build = BuildFacts(image=lambda reference: BaseImage({"LANG": "C.UTF-8"}))
    codes = {finding.code for finding in restow.lint(text, build=build)}
    assert codes - {finding.code for finding in restow.lint(text)} == {"CO020"}


TEXT = "FROM scratch\nARG V\n"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: restow.simulate(TEXT, builder="x"), "builder is one of buildkit, classic, and not 'x'"),
        (
            lambda: restow.diff(TEXT, 3),
            "the Dockerfile: expected its text, its path, or what parse returned, and not int",
        ),
        (lambda: restow.diff(None, TEXT), "not NoneType"),
        (
            lambda: restow.diff(TEXT, TEXT, 3),
            "context: expected a folder's path, or what read_context returned, and not int",
        ),
        (lambda: restow.lint(b"FROM a"), "the Dockerfile: .* not bytes"),
        (lambda: restow.lint(TEXT, 3), "context: .* not int"),
        (lambda: restow.fix(3), "the Dockerfile: .* not int"),
        (lambda: restow.parse(b"FROM a"), "text: expected a text, and not bytes"),
        (lambda: restow.simulate(TEXT, 3), "context: .* not int"),
        (lambda: restow.simulate(TEXT, arguments={"V": 1}), r"arguments\['V'\]: expected a text, and not int"),
        (lambda: restow.simulate(TEXT, arguments=["V"]), "arguments: expected a dictionary by name, and not list"),
        (lambda: restow.simulate(TEXT, images={"a": 3}), r"images\['a'\]: expected a path, .* not int"),
        (lambda: restow.simulate(TEXT, contexts={"a": 3}), r"contexts\['a'\]: expected a folder, .* not int"),
        (lambda: restow.simulate(TEXT, release=0.25), "release: .* not float"),
        (lambda: restow.read_image(3), "path: expected a path, and not int"),
        (lambda: restow.read_image("x", 3), "platform: .* not int"),
        (lambda: restow.read_context(3), "folder: expected a path, and not int"),
    ],
)
def test_arguments_of_another_kind(call, message):
    with pytest.raises(UsageError, match=message):
        call()
