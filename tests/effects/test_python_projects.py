"""What uv, poetry and pipenv read and write of a project; each case is a trap for a model that reads too little."""

import pytest

from restow.effects.effect import SYMBOLIC

UNKNOWN = f"{SYMBOLIC}X{SYMBOLIC}"
MANIFEST = '[project]\nname = "x"\nversion = "1"\ndependencies = ["six"]\n'
POETRY = '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nsix = "*"\n'
UV_LOCK = 'version = 1\n[[package]]\nname = "six"\n[[package]]\nname = "x"\nsource = { virtual = "." }\n'
UV = {"pyproject.toml": MANIFEST, "uv.lock": UV_LOCK, "main.py": ""}
PO = {"pyproject.toml": POETRY, "poetry.lock": '[[package]]\nname = "six"\n', "main.py": ""}
PIPENV = {"Pipfile": '[packages]\nsix = "*"\n', "Pipfile.lock": "{}", "main.py": ""}


@pytest.mark.parametrize(
    ("files", "command", "lock"),
    [
        (UV, "uv sync --frozen --no-install-project --no-dev", "uv.lock"),
        (UV, "uv sync --locked --no-install-project", "uv.lock"),
        (PO, "poetry install --no-root --no-interaction --only main", "poetry.lock"),
        (PIPENV, "pipenv install --system --deploy", "Pipfile.lock"),
        (PIPENV, "pipenv sync", "Pipfile.lock"),
    ],
)
def test_dependencies_alone_read_manifest_and_lock(world, reads, writes, files, command, lock):
    checked = world(files)
    effect = checked.effect(command)
    for name in ("pyproject.toml", lock, ".python-version", "uv.toml"):
        assert reads(effect, f"/app/{name}"), name
    assert reads(effect, "/pyproject.toml")
    assert reads(effect, "/root/.config/x")
    assert not reads(effect, "/app/main.py")
    assert not writes(effect, f"/app/{lock}")
    assert writes(effect, "/app/.venv/lib/x")
    assert writes(effect, "/usr/local/lib/python3.12/site-packages/six.py")
    assert f"/app/{lock}" in effect.needs


def test_a_lock_that_no_option_keeps_may_be_written(world, writes):
    assert writes(world(UV).effect("uv sync --no-install-project"), "/app/uv.lock")
    assert writes(world(UV, accept=True).effect("uv sync --no-install-project"), "/app/uv.lock")  # it asks for nothing
    accepting = world({**UV, "pyproject.toml": f"{MANIFEST}[tool.uv]\n[dependency-groups]\na = []\n"}, accept=True)
    assert not writes(accepting.effect("uv sync --no-install-project"), "/app/uv.lock")
    assert accepting.assumed["lock-agrees"] == "unchecked"
    without = {name: text for name, text in PO.items() if name != "poetry.lock"}
    assert writes(world(without).effect("poetry install --no-root"), "/app/poetry.lock")


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (UV, "uv sync --frozen"),
        (PO, "poetry install"),
        ({**UV, "pyproject.toml": MANIFEST + 'dynamic = ["version"]\n'}, "uv sync --frozen --no-install-project"),
        (
            {**UV, "pyproject.toml": MANIFEST + '[tool.uv.sources]\ny = { path = "../y" }\n'},
            "uv sync --no-install-project",
        ),
        ({**UV, "pyproject.toml": MANIFEST + '[tool.uv.workspace]\nmembers = ["y"]\n'}, "uv sync --no-install-project"),
        ({**UV, "/pyproject.toml": MANIFEST}, "uv sync --frozen --no-install-project"),
        ({**UV, "uv.lock": UV_LOCK + 'source = { directory = "y" }\n'}, "uv sync --frozen --no-install-project"),
        ({**PO, "pyproject.toml": POETRY + 'y = { path = "y" }\n'}, "poetry install --no-root"),
        ({**PIPENV, "Pipfile": '[packages]\ny = { path = ".", editable = true }\n'}, "pipenv install --deploy"),
        (UV, "uv lock"),
        (PO, "poetry export -o requirements.txt"),
        (UV, "uv pip install -r pyproject.toml"),
    ],
)
def test_anything_local_reads_everything(world, reads, writes, files, command):
    checked = world(files)
    effect = checked.effect(command)
    assert reads(effect, "/anywhere")
    assert writes(effect, "/app/x")
    assert effect.environment is None
    assert checked.assumed["build-in-place"] == "standing"


def test_content_that_is_not_at_hand(world):
    for files, command in ((UV, "uv sync --frozen --no-install-project"), (PO, "poetry install --no-root")):
        assert "content" in world({**files, "pyproject.toml": None}).reason(command)
    assert "content" in world({**UV, "uv.lock": None}).reason("uv sync --frozen --no-install-project")


def test_uv_pip_takes_requirements_as_pip_does(world, reads, writes):
    files = {
        "requirements.txt": "-r more.txt\nsix\n",
        "more.txt": "-c limits.txt\n",
        "limits.txt": "six<2\n",
        "main.py": "",
    }
    effect = world(files).effect("uv pip install --system --no-cache -r requirements.txt")
    for name in ("requirements.txt", "more.txt", "limits.txt"):
        assert reads(effect, f"/app/{name}"), name
    assert not reads(effect, "/app/main.py")
    assert writes(world(files).effect("uv pip install --target /deps six"), "/deps/six.py")
    local = {**files, "pyproject.toml": MANIFEST}
    assert reads(world(local).effect("uv pip install -e ."), "/app/main.py")


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("uv venv /opt/venv", "/opt/venv/bin/python"),
        ("uv python install 3.12", "/root/.local/share/uv/python/x"),
        ("uv tool install ruff", "/root/.local/bin/ruff"),
        ("poetry config virtualenvs.create false", "/root/.config/pypoetry/config.toml"),
    ],
)
def test_tools(world, reads, writes, command, path):
    effect = world(UV).effect(command)
    assert writes(effect, path)
    assert not reads(effect, "/app/main.py")


@pytest.mark.parametrize(
    "command",
    [
        "uv run main.py",
        "uv sync --frobnicate",
        "uv tool run ruff",
        "uv --directory /x sync",
        "uv tool install ./tool",
        "poetry run x",
        "poetry config cache-dir-path /x",
        "pipenv run x",
        "uv pip frobnicate",
    ],
)
def test_refused(world, command):
    assert world(UV).reason(command)


def test_variables_that_name_files(world, writes):
    assert "variable" in world(UV, environment={"UV_CONFIG_FILE": "/x"}).reason("uv sync --frozen --no-install-project")
    named = world(UV, environment={"UV_PROJECT_ENVIRONMENT": "/opt/env"})
    assert writes(named.effect("uv sync --frozen --no-install-project"), "/opt/env/x")


AGREED = {**UV, "uv.lock": UV_LOCK + 'version = "1"\n[package.metadata]\nrequires-dist = [{ name = "six" }]\n'}
SYNC = "uv sync --no-install-project"


def test_a_lock_that_agrees_is_kept(world, writes):
    assert not writes(world(AGREED).effect(SYNC), "/app/uv.lock")
    environment = {"UV_COMPILE_BYTECODE": "1", "UV_LINK_MODE": "copy", "UV_PYTHON": "3.12"}
    assert not writes(world(AGREED, environment=environment).effect(SYNC), "/app/uv.lock")


@pytest.mark.parametrize(
    "option",
    [
        "--upgrade",
        "-U",
        "-P six",
        "--upgrade-package six",
        "--resolution lowest",
        "--prerelease allow",
        "--exclude-newer 2024-01-01",
        "--index https://e.com/simple",
        "--index own=https://e.com/simple",
        "--default-index https://e.com/simple",
        "--index-strategy unsafe-best-match",
    ],
)
def test_options_by_which_uv_resolves_anew(world, writes, option):
    for accept in (False, True):
        effect = world(AGREED, accept=accept).effect(f"{SYNC} {option}")
        assert writes(effect, "/app/uv.lock")
    assert not writes(world(AGREED).effect(f"{SYNC} --frozen {option}"), "/app/uv.lock")


@pytest.mark.parametrize("name", ["UV_RESOLUTION", "UV_EXCLUDE_NEWER", "UV_PRERELEASE", "UV_SOMETHING_NEW"])
def test_variables_by_which_uv_resolves_anew(world, writes, name):
    assert writes(world(AGREED, environment={name: "lowest"}, accept=True).effect(SYNC), "/app/uv.lock")


@pytest.mark.parametrize(
    "path", ["uv.toml", "/uv.toml", "/root/.config/uv/uv.toml", "/etc/uv/uv.toml", "/x/uv/uv.toml"]
)
def test_settings_by_which_uv_resolves_anew(world, writes, path):
    given = world({**AGREED, path: 'resolution = "lowest"'}, environment={"XDG_CONFIG_HOME": "/x"}, accept=True)
    assert writes(given.effect(SYNC), "/app/uv.lock")
    for setting in (
        'cache-dir = "/srv/c"',
        'find-links = ["x"]',
        '[pip]\ntarget = "x"',
        '[[index]]\nurl = "./x"',
        "[x",
    ):
        led = world({**AGREED, path: setting}, environment={"XDG_CONFIG_HOME": "/x"}, accept=True)
        assert led.reason(SYNC)
        assert led.reason("uv pip install six")
    assert world({**AGREED, path: None}, environment={"XDG_CONFIG_HOME": "/x"}).reason("uv pip install six")


@pytest.mark.parametrize(
    "command",
    [
        "uv pip install -f /srv/wheels six",
        "uv pip install -i /srv/simple six",
        "uv pip install --index own=./simple six",
        "uv sync --frozen --no-install-project --index file:///srv/simple",
        "uv python install -i /srv/python 3.12",
        "uv tool install ruff --with ./x",
        "uv tool install ruff -c limits.txt",
        "uv pip install --python /bin/python six",
        "uv pip install --target / six",
        "poetry install -P /srv/other",
    ],
)
def test_places_that_options_name(world, command):
    assert world(UV).reason(command)


def test_a_manifest_that_leads_uv_elsewhere(world):
    files = {**AGREED, "pyproject.toml": f'{MANIFEST}[tool.uv]\ncache-dir = "/srv/c"\n'}
    assert "cache-dir" in world(files).reason("uv sync --frozen --no-install-project")
    assert "UV_INDEX" in world(AGREED, environment={"UV_INDEX": UNKNOWN}).reason(SYNC)
    assert "folder" in world(AGREED, environment={"UV_FIND_LINKS": "/srv"}).reason(SYNC)


@pytest.mark.parametrize(
    ("command", "environment", "path"),
    [
        ("uv pip install --python /srv/env/bin/python six", {}, "/srv/env/lib/six.py"),
        ("uv pip install -p env six", {}, "/app/env/lib/six.py"),
        ("uv pip install six", {"UV_PYTHON": "/srv/env"}, "/srv/env/lib/six.py"),
        ("uv sync --frozen --no-install-project --cache-dir /srv/c", {}, "/srv/c/x"),
        ("uv python install 3.12", {"UV_PYTHON_BIN_DIR": "/srv/b"}, "/srv/b/python3.12"),
    ],
)
def test_environments_and_caches_that_are_named(world, reads, writes, command, environment, path):
    effect = world(UV, environment=environment).effect(command)
    assert writes(effect, path)
    assert reads(effect, path)
    assert not writes(world(UV).effect("uv pip install -p 3.12 six"), path)


def test_groups_of_the_manifest(world, reads):
    assert reads(world(UV).effect("uv pip install --group dev"), "/app/pyproject.toml")


@pytest.mark.parametrize("path", ["poetry.toml", "/root/.config/pypoetry/config.toml", "/srv/c/pypoetry/config.toml"])
def test_settings_of_poetry(world, path):
    environment = {"XDG_CONFIG_HOME": "/srv/c"}
    safe = '[virtualenvs]\nin-project = true\n[repositories.own]\nurl = "https://e.com/simple"\n'
    assert world({**PO, path: safe}, environment=environment).effect("poetry install --no-root")
    for text in (
        'cache-dir = "x"',
        '[virtualenvs]\npath = "x"',
        '[repositories.own]\nurl = "x"',
        '[certificates.own]\ncert = "x"',
        '[installer]\nmodern = "/srv"',
        "new = 1",
        "[",
    ):
        assert path.rsplit("/", 1)[-1] in world({**PO, path: text}, environment=environment).reason(
            "poetry install --no-root"
        )
    assert "not known" in world({**PO, path: None}, environment=environment).reason("poetry install --no-root")


def test_settings_that_poetry_makes(world, writes):
    for words in ("virtualenvs.create false", "installer.max-workers 4", "repositories.own https://e.com/simple"):
        effect = world(PO).effect(f"poetry config {words}")
        assert writes(effect, "/root/.config/pypoetry/config.toml")
        assert not writes(effect, "/app/poetry.toml")
    for words in ("cache-dir x", "data-dir x", "virtualenvs.path x", "repositories.own x", "certificates.own.cert x"):
        assert world(PO).reason(f"poetry config {words}")


def test_settings_of_pip_count_for_pipenv(world):
    assert world(PIPENV, environment={"PIP_NO_CACHE_DIR": "1"}).effect("pipenv sync")
    for name in ("PIP_TARGET", "PIP_CONFIG_FILE", "PIP_FIND_LINKS"):
        assert name in world(PIPENV, environment={name: "x"}).reason("pipenv sync")
    for path in ("/etc/pip.conf", "/root/.pip/pip.conf", "/root/.config/pip/pip.conf"):
        assert path in world({**PIPENV, path: "[install]\ntarget = /x"}).reason("pipenv sync")


def test_poetry_looks_for_folders_called_as_packages(world, reads):
    assert reads(world(PO).effect("poetry install --no-root"), "/app/six/setup.py")
    assert reads(world(PO).effect("poetry install --no-root"), "/app/.poetry/plugins")
