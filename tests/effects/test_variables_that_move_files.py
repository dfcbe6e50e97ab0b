"""Variables that Python's package managers look at by themselves (traces of ``os.environ``), and such as lead to other files."""

import pytest

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
