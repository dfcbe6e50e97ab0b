"""What pip reads and writes of a project; each case is a trap for a model that reads too little."""

import pytest

REQUIREMENTS = {"requirements.txt": "flask==3.0\n", "app.py": "print(1)\n"}


def test_only_the_requirement_file_of_the_project_is_read_and_nothing_of_it_written(world, reads, writes):
    effect = world(REQUIREMENTS).effect("pip install -r requirements.txt")
    assert reads(effect, "/app/requirements.txt")
    assert not reads(effect, "/app/app.py")
    assert not writes(effect, "/app/app.py")
    assert not writes(effect, "/app/requirements.txt")
    assert writes(effect, "/usr/local/lib/python3.12/site-packages/flask")
    assert "/app/requirements.txt" in effect.needs


@pytest.mark.parametrize(
    "command",
    [
        "pip install -rrequirements.txt",
        "pip3 install --no-cache-dir --requirement=requirements.txt",
        "pip3.11 --no-cache-dir install -q -U -r requirements.txt",
        "/usr/local/bin/pip install --user -r requirements.txt",
        "python -m pip install -r requirements.txt",
        "python3 -u -m pip install --upgrade pip -r requirements.txt",
        "pip wheel -w /wheels -r requirements.txt",
        "pip install --require-hashes --no-deps --no-binary :all: -i https://index/simple --trusted-host index -r requirements.txt",
    ],
)
def test_forms_of_the_command(world, reads, command):
    effect = world(REQUIREMENTS).effect(command)
    assert reads(effect, "/app/requirements.txt")
    assert not reads(effect, "/app/app.py")


def test_included_files_are_relative_to_the_file_that_includes_them(world, reads):
    files = {
        "requirements/prod.txt": "-r base.txt\n-c ../constraints.txt  # pins\n",
        "requirements/base.txt": "six \\\n  --hash=sha256:00\n",
        "constraints.txt": "six==1.16\n",
        "base.txt": "",
    }
    effect = world(files).effect("pip install -r requirements/prod.txt")
    for name in ("requirements/prod.txt", "requirements/base.txt", "constraints.txt"):
        assert reads(effect, f"/app/{name}")
        assert f"/app/{name}" in effect.needs
    assert not reads(effect, "/app/base.txt")


def test_a_link_and_its_target_are_both_read(world, reads):
    effect = world({"requirements.txt": "->pins/prod.txt", "pins/prod.txt": "six\n"}).effect(
        "pip install -r requirements.txt"
    )
    assert reads(effect, "/app/requirements.txt")
    assert reads(effect, "/app/pins/prod.txt")


def test_unknown_or_missing_requirement_files_make_it_unknown(world):
    assert "not known" in world({"requirements.txt": None}).reason("pip install -r requirements.txt")
    assert "not known" in world({}).reason("pip install -r requirements.txt")
    assert "does not exist" in world({}, closed=True).reason("pip install -r requirements.txt")
    assert "not known" in world({"a.txt": "-r b.txt", "b.txt": None}).reason("pip install -r a.txt")


@pytest.mark.parametrize(
    "line", ["-e .", ".", "./", "file:///app", "-e file:///app#egg=app", ".[dev]", "app @ file:///app"]
)
def test_the_project_itself_is_read_and_written_as_a_whole(world, reads, writes, line):
    files = {"r.txt": f"{line}\n", "setup.py": "from setuptools import setup\nsetup()\n", "app/x.py": ""}
    effect = world(files).effect("pip install -r r.txt")
    assert reads(effect, "/app/app/x.py")
    assert writes(effect, "/app/app.egg-info")
    assert effect.environment is None


def test_local_projects_and_archives_on_the_command_line(world, reads, writes):
    files = {"lib/setup.py": "", "lib/a.py": "", "w/six.whl": "", "other.py": ""}
    effect = world(files).effect("pip install ./lib ./w/six.whl")
    assert reads(effect, "/app/lib/a.py")
    assert writes(effect, "/app/lib/build")
    assert reads(effect, "/app/other.py"), "building a project may look around in the working directory"
    effect = world(files).effect("pip install w/six.whl")
    assert reads(effect, "/app/w/six.whl")
    assert not reads(effect, "/app/other.py")


def test_a_build_script_that_looks_outside_of_its_folder_is_unknown(world):
    files = {"lib/setup.py": "open('../VERSION')", "VERSION": ""}
    assert "outside" in world(files).reason("pip install ./lib")
    files = {"lib/pyproject.toml": '[tool.poetry.dependencies]\nx = {path = "../x"}\n'}
    assert "outside" in world(files).reason("pip install ./lib")


def test_find_links_on_the_command_line_in_a_file_and_in_a_variable(world, reads):
    files = {"r/r.txt": "--find-links wheels\nsix\n", "wheels/a.whl": "", "r/wheels/b.whl": ""}
    effect = world(files).effect("pip install -r r/r.txt")
    assert reads(effect, "/app/wheels/a.whl")
    assert reads(effect, "/app/r/wheels/b.whl")
    assert reads(world(files).effect("pip install --no-index -f wheels six"), "/app/wheels/a.whl")
    assert reads(
        world(files, environment={"PIP_FIND_LINKS": "/app/wheels"}).effect("pip install six"), "/app/wheels/a.whl"
    )


def test_variables_and_settings_that_name_files(world, reads):
    files = {"c.txt": "six==1\n", "r.txt": "six\n", "conf/pip.conf": "[install]\nconstraint = /app/c.txt\n"}
    assert reads(world(files, environment={"PIP_CONSTRAINT": "c.txt"}).effect("pip install six"), "/app/c.txt")
    assert reads(world(files, environment={"PIP_REQUIREMENT": "/app/r.txt"}).effect("pip install six"), "/app/r.txt")
    effect = world(files, environment={"PIP_CONFIG_FILE": "/app/conf/pip.conf"}).effect("pip install six")
    assert reads(effect, "/app/conf/pip.conf")
    assert reads(effect, "/app/c.txt")
    assert reads(world({"/etc/pip.conf": files["conf/pip.conf"], "c.txt": ""}).effect("pip install six"), "/app/c.txt")
    unknown = world(files, environment={"PIP_CONSTRAINT": "\ue000"})
    assert "PIP_CONSTRAINT" in unknown.reason("pip install six")


def test_setup_cfg_of_the_working_directory_configures_distutils(world, reads):
    assert reads(world({"setup.cfg": "[install]\nprefix=/x\n"}).effect("pip install six"), "/app/setup.cfg")


def test_variables_in_requirement_lines_are_read(world, reads):
    files = {"r.txt": "pkg @ git+https://${TOKEN}@host/pkg.git\nfile://${PWD}/w.whl\n", "w.whl": ""}
    effect = world(files, accept=True).effect("pip install -r r.txt")
    assert "TOKEN" in effect.environment
    assert reads(effect, "/app/w.whl")


def test_the_environment_is_narrowed_only_by_an_accepted_assumption(world):
    assert world(REQUIREMENTS).effect("pip install -r requirements.txt").environment is None
    accepting = world(REQUIREMENTS, accept=True)
    assert "PIP_*" in accepting.effect("pip install -r requirements.txt").environment
    assert accepting.assumed["environment-unread"] == "unchecked"
    assert accepting.assumed["same-index"] == "standing"


def test_modules_of_the_working_directory_shadow_those_of_python(world, reads):
    files = {
        "r.txt": "six\n",
        "typing.py": "",
        "json/__init__.py": "",
        "email/notes.txt": "",
        "main.py": "",
        "test/__init__.py": "",
    }
    effect = world(files).effect("python -m pip install -r r.txt")
    assert reads(effect, "/app/typing.py")
    assert reads(effect, "/app/json/__init__.py")
    for harmless in ("main.py", "email/notes.txt", "test/__init__.py"):
        assert not reads(effect, f"/app/{harmless}")
    assert not reads(world(files).effect("pip install -r r.txt"), "/app/typing.py")
    for given in ("/app", "/srv:.", ":/srv"):
        effect = world(files, environment={"PYTHONPATH": given}).effect("pip install -r r.txt")
        assert reads(effect, "/app/typing.py"), given


def test_metadata_in_a_folder_of_pythonpath_counts_as_installed(world, reads):
    effect = world({"six.egg-info": "x"}, environment={"PYTHONPATH": "/app"}).effect("pip install six")
    assert reads(effect, "/app/six.egg-info")


def test_target_folders_are_written(world, writes):
    assert writes(world({}).effect("pip install -t vendor six"), "/app/vendor/six.py")
    assert writes(world({}).effect("pip install --prefix=/install six"), "/install/lib")
    assert writes(world({}).effect("pip download six"), "/app/six.whl")
    assert writes(world({}).effect("pip install -e git+https://host/x.git#egg=x"), "/app/src/x")
    assert writes(world({}, environment={"PIP_TARGET": "lib"}).effect("pip install six"), "/app/lib/six.py")


def test_the_cache_is_named_unless_switched_off(world):
    assert [cache.path for cache in world({}).effect("pip install six").caches] == ["/root/.cache/pip"]
    assert not world({}).effect("pip install --no-cache-dir six").caches
    assert not world({}, environment={"PIP_NO_CACHE_DIR": "1"}).effect("pip install six").caches
    assert world({}, environment={"PIP_NO_CACHE_DIR": "off"}).effect("pip install six").caches


def test_compiler_variables_lead_to_files(world, reads):
    effect = world({"inc/x.h": ""}, environment={"CFLAGS": "-O2 -I/app/inc"}).effect("pip install six")
    assert reads(effect, "/app/inc/x.h")
    assert reads(world({}, environment={"PATH": "/app/venv/bin:/usr/bin"}).effect("pip install six"), "/app/venv/lib")


@pytest.mark.parametrize(
    ("command", "part"),
    [
        ("pip install --frobnicate six", "--frobnicate"),
        ("pip install -r -", "standard input"),
        ("pip install \ue000", "not known"),
        ("pip install -r \ue000/r.txt", "not known"),
        ("pip config set global.constraint /app/c.txt", "constraint"),
        ("pip --python x install six", "interpreter"),
        ("python -c 'import x'", "command line"),
        ("python -m spacy download en", "spacy"),
        ("python manage.py migrate", "not known"),
        ("python", "standard input"),
    ],
)
def test_what_is_not_understood_is_unknown(world, command, part):
    assert part in world({}).reason(command)


def test_a_version_from_a_variable_is_fine(world, reads):
    assert reads(world({}).effect("pip install six==\ue000"), "/usr/local/lib/python3")


def test_virtual_environments(world, reads, writes):
    effect = world({"venv.py": ""}).effect("python -m venv /opt/venv")
    assert writes(effect, "/opt/venv/bin/python")
    assert reads(effect, "/app/venv.py")
    assert not writes(effect, "/app/venv.py")


def test_setup_py_builds_in_its_folder(world, reads, writes):
    effect = world({"setup.py": "", "a.py": ""}).effect("python setup.py install")
    assert reads(effect, "/app/a.py")
    assert writes(effect, "/app/build/lib")
    assert "another folder" in world({"x/setup.py": ""}).reason("python x/setup.py install")


def test_dependency_groups(world, reads):
    effect = world({"pyproject.toml": "[dependency-groups]\ndev=['six']\n"}).effect("pip install --group dev")
    assert reads(effect, "/app/pyproject.toml")
