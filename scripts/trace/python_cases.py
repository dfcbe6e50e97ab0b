"""Cases of pip, uv, python and virtualenv."""

from __future__ import annotations

from typing import Any

_SYSTEM = {"PIP_BREAK_SYSTEM_PACKAGES": "1"}
_REQUIREMENTS = {"requirements.txt": "six==1.16.0\nidna\n", "app.py": "import six\n", "README.md": "# app\n"}
_INCLUDED = {
    "requirements/prod.txt": "-r base.txt\n-c ../pins.txt\nidna\n",
    "requirements/base.txt": "six\n",
    "pins.txt": "six==1.16.0\nidna==3.7\n",
    "app.py": "x = 1\n",
}
_PROJECT = {
    "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n'
    '[project]\nname = "app"\nversion = "1.0"\nreadme = "README.md"\ndependencies = ["six"]\n',
    "README.md": "# app\n",
    "app/__init__.py": "x = 1\n",
    "tests/test_app.py": "assert True\n",
    "LICENSE": "free\n",
}
_SETUP = {
    "setup.py": 'from setuptools import setup\nsetup(name="app", version="1", py_modules=["app"], '
    'long_description=open("README.md").read(), install_requires=open("requirements.txt").read().split())\n',
    "README.md": "# app\n",
    "requirements.txt": "six\n",
    "app.py": "x = 1\n",
    "other.py": "y = 1\n",
}
_SHADOWS = {
    "requirements.txt": "six\n",
    "json.py": "raise SystemExit('shadowed')\n",
    "pip.conf": "[global]\n",
    "setup.cfg": "[install]\n",
    "tests/x.py": "x = 1\n",
}
_LOCK = "six==1.16.0\nidna==3.7\n"
_WORKSPACE = {
    "pyproject.toml": '[project]\nname = "app"\nversion = "1.0"\nrequires-python = ">=3.9"\ndependencies = ["six"]\n',
    "main.py": "x = 1\n",
}


def _pip(name: str, command: str, files: dict[str, str] | None = None, **given: Any) -> dict[str, Any]:
    found = {"name": name, "programs": "python", "command": tuple(command.split()), "environment": _SYSTEM}
    return {**found, "files": files or {}, **given}


def _uv(name: str, command: str, files: dict[str, str] | None = None, **given: Any) -> dict[str, Any]:
    """uv brings certificates of its own; the index of a closed network may need those of the system."""
    return _pip(name, command, files, environment={"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"}, **given)


PYTHON: tuple[dict[str, Any], ...] = (
    _pip("pip-requirements", "pip install -r requirements.txt", _REQUIREMENTS),
    _pip("pip-no-cache", "pip install --no-cache-dir -r requirements.txt", _REQUIREMENTS),
    _pip("pip-included", "pip install -r requirements/prod.txt", _INCLUDED),
    _pip("pip-constraint", "pip install -c pins.txt six idna", _INCLUDED),
    _pip("pip-package", "pip install six==1.16.0", _REQUIREMENTS),
    _pip("pip-upgrade", "pip install --upgrade wheel", _REQUIREMENTS),
    _pip("pip-source", "pip install --no-binary :all: six", _REQUIREMENTS),
    _pip("pip-target", "pip install --target /opt/site -r requirements.txt", _REQUIREMENTS),
    _pip("pip-target-beside", "pip install -t vendor six", _REQUIREMENTS),
    _pip("pip-user", "pip install --user six", _REQUIREMENTS),
    _pip("pip-prefix", "pip install --prefix=/install -r requirements.txt", _REQUIREMENTS),
    _pip("pip-shadows", "pip install -r requirements.txt", _SHADOWS),
    _pip("python-m-pip", "python3 -m pip install -r requirements.txt", _REQUIREMENTS),
    _pip("pip-local", "pip install .", _PROJECT),
    _pip("pip-local-no-cache", "pip install --no-cache-dir .", _PROJECT),
    _pip("pip-editable", "pip install -e .", _PROJECT),
    _pip("pip-editable-setup", "pip install -e .", _SETUP),
    _pip("pip-setup", "pip install --no-deps .", _SETUP),
    _pip("pip-wheel", "pip wheel -w /wheels -r requirements.txt", _REQUIREMENTS),
    _pip("pip-download", "pip download -d /wheels six", _REQUIREMENTS),
    _pip("pip-uninstall", "pip uninstall -y six", _REQUIREMENTS, before="pip install --break-system-packages six"),
    _pip("pip-list", "pip list", _REQUIREMENTS),
    _pip("pip-freeze", "pip freeze", _REQUIREMENTS),
    _pip("pip-purge", "pip cache purge", _REQUIREMENTS, before="pip download -d /tmp/x six"),
    _pip("pip-config", "pip config set global.timeout 60", _REQUIREMENTS),
    _pip(
        "pip-as-user",
        "pip install --user -r requirements.txt",
        _REQUIREMENTS,
        before="useradd -m app",
        user="app",
        environment={**_SYSTEM, "HOME": "/home/app"},
    ),
    _pip(
        "pip-path",
        "pip install six",
        {"lib/six.py": "", "app.py": ""},
        environment={**_SYSTEM, "PYTHONPATH": "/app/lib"},
    ),
    _pip("venv", "python3 -m venv /opt/venv", _REQUIREMENTS),
    _pip("virtualenv", "virtualenv /opt/venv", _REQUIREMENTS),
    _pip(
        "pip-in-venv",
        "pip install -r requirements.txt",
        _REQUIREMENTS,
        before="python3 -m venv /opt/venv",
        environment={"PATH": "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin", "VIRTUAL_ENV": "/opt/venv"},
    ),
    _pip("compileall", "python3 -m compileall -q src", {"src/a.py": "x = 1\n", "b.py": "y = 1\n"}),
    _pip(
        "script",
        "python3 tools/run.py",
        {
            "tools/run.py": "import part\nprint(open('data.txt').read())\n",
            "tools/part.py": "x = 1\n",
            "data.txt": "d\n",
        },
    ),
    _pip("setup-install", "python3 setup.py build", {**_SETUP, "tests/x.py": ""}),
    _uv("uv-pip-requirements", "uv pip install --system --break-system-packages -r requirements.txt", _REQUIREMENTS),
    _uv("uv-pip-constraint", "uv pip install --system --break-system-packages --no-cache -c pins.txt six", _INCLUDED),
    _uv("uv-pip-local", "uv pip install --system --break-system-packages .", _PROJECT),
    _uv("uv-pip-editable", "uv pip install --system --break-system-packages -e .", _PROJECT),
    _uv("uv-pip-target", "uv pip install --target /opt/site six", _REQUIREMENTS),
    _uv(
        "uv-pip-sync", "uv pip sync --system --break-system-packages pins.txt", {"pins.txt": _LOCK, "app.py": "x = 1\n"}
    ),
    _uv("uv-venv", "uv venv /opt/venv", _REQUIREMENTS),
    _uv("uv-sync", "uv sync", _WORKSPACE),
    _uv("uv-sync-frozen", "uv sync --frozen --no-dev", _WORKSPACE, before="cd /app && uv lock"),
    _uv("uv-sync-no-project", "uv sync --frozen --no-install-project", _WORKSPACE, before="cd /app && uv lock"),
)
