"""Variables that Python's package managers look at by themselves (traces of ``os.environ``), and such as lead to other files."""

import pkgutil
from importlib import import_module

import pytest

import restow.effects
from restow.effects import named_files, programs, surroundings
from restow.effects.commute import fits


@pytest.mark.parametrize("name", ["SSLKEYLOGFILE", "UNIXCONFDIR"])
@pytest.mark.parametrize("command", ["pip install six", "git clone https://e.example/x", "npm install -g typescript"])
def test_one_that_moves_what_libraries_read_and_write(world, name, command):
    assert name in world(environment={name: "/srv/x"}, accept=True).reason(command)
    assert world(accept=True).effect(command)


@pytest.mark.parametrize("name", ["PIPENV_DOTENV_LOCATION", "POETRY_CONFIG_DIR", "PIPENV_EXTRA_PIP_ARGS"])
def test_one_of_a_package_manager(world, name):
    program = "poetry" if name.startswith("POETRY") else "pipenv"
    given = world({"Pipfile": "[packages]\n", "pyproject.toml": ""}, environment={name: "x"}, accept=True)
    assert "a variable names a file" in given.reason(f"{program} install")


def test_python_asks_for_more_than_its_own(world):
    heard = world(accept=True).effect("pip install six").environment
    for name in (
        "_PYTHON_SYSCONFIGDATA_NAME",
        "_PIP_STANDALONE_CERT",
        "REQUEST_METHOD",
        "PIP_TARGET",
        "GCC_EXEC_PREFIX",
    ):
        assert any(fits(pattern, name) for pattern in heard), name


@pytest.mark.parametrize("name", ["VIRTUALENV_APP_DATA", "VIRTUALENV_CREATOR", "TCL_LIBRARY"])
@pytest.mark.parametrize("command", ["python -m venv /v", "virtualenv /v", "poetry install", "pipenv install"])
def test_one_that_stands_for_an_option_of_virtualenv(world, name, command):
    files = {"Pipfile": "[packages]\n", "pyproject.toml": ""}
    assert name in world(files, environment={name: "x"}, accept=True).reason(command)
    heard = world(files, accept=True).effect(command).environment
    assert heard is None or any(fits(pattern, name) for pattern in heard), "None: all variables count"


@pytest.mark.parametrize(
    ("pattern", "heard", "not_heard"),
    [
        ("A", ["A"], ["AB", "BA", ""]),
        ("A*", ["A", "AB"], ["BA"]),
        ("*A", ["A", "BA"], ["AB"]),
        ("*A*", ["A", "BAB"], ["B"]),
        ("A_*B*", ["A_B", "A_xBy"], ["A_", "B", "A_x"]),
        ("A*B", ["AB", "AxB"], ["A", "B", "ABx"]),
        ("AB*BC", ["ABBC"], ["ABC"]),
        ("*", ["A", ""], []),
    ],
)
def test_a_pattern(pattern, heard, not_heard):
    assert all(fits(pattern, name) for name in heard)
    assert not any(fits(pattern, name) for name in not_heard)


def test_every_pattern_of_every_table_means_something():
    tables = {}
    for module in pkgutil.walk_packages(restow.effects.__path__, "restow.effects."):
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, tuple | frozenset) and value and all(isinstance(each, str) for each in value):
                tables[f"{module.name}.{name}"] = [each for each in value if "*" in each and "/" not in each]
    assert "DEBIAN_*" in tables["restow.effects.programs.languages.bundler._LISTENED"]
    assert sum(map(len, tables.values())) > 100
    for table, patterns in tables.items():
        for pattern in patterns:
            assert fits(pattern, pattern.replace("*", "X")), (table, pattern)
            assert fits(pattern, pattern.replace("*", "")), (table, pattern)


def test_no_table_repeats_itself_or_what_every_program_listens_to():
    everywhere = {*surroundings.TOOLS, *named_files.OF_LIBC}
    for module in pkgutil.walk_packages(programs.__path__, "restow.effects.programs."):
        for name in ("_LISTENED", "LISTENED", "_VARIABLES"):
            table = getattr(import_module(module.name), name, ())
            assert len(table) == len(set(table)), module.name
            assert not everywhere & set(table), (module.name, everywhere & set(table))
