"""Where settings come from, and what is wrong with them."""

import pytest

from restow.config.settings import Settings
from restow.config.settings_file import read_settings
from restow.errors import ConfigError


def write(folder, name, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def test_defaults(tmp_path):
    (tmp_path / ".git").mkdir()
    assert read_settings(tmp_path) == Settings()


@pytest.mark.parametrize("name", ["restow.toml", ".restow.toml"])
def test_own_file(tmp_path, name):
    write(
        tmp_path, name, 'select = ["CA"]\nignore = ["CA001"]\nfail-level = "error"\npreview = true\n[rules.x]\ny = 1\n'
    )
    settings = read_settings(tmp_path / "below" / "deep")
    assert (settings.select, settings.ignore, settings.fail_level) == (("CA",), ("CA001",), "error")
    assert settings.preview
    assert settings.rules == {"x": {"y": 1}}
    assert settings.origin == str(tmp_path.resolve() / name)


def test_pyproject_with_and_without_a_table(tmp_path):
    write(tmp_path, "restow.toml", 'select = ["LA"]\n')
    write(tmp_path / "inner", "pyproject.toml", '[project]\nname = "not-restow"\n')
    assert read_settings(tmp_path / "inner").select == ("LA",)
    write(tmp_path / "inner", "pyproject.toml", '[tool.restow]\nselect = ["CA"]\n')
    assert read_settings(tmp_path / "inner").select == ("CA",)


def test_nearest_wins_and_nothing_is_merged(tmp_path):
    write(tmp_path, "restow.toml", 'ignore = ["LA"]\n')
    write(tmp_path / "inner", ".restow.toml", 'select = ["CA"]\n')
    settings = read_settings(tmp_path / "inner")
    assert (settings.select, settings.ignore) == (("CA",), ())


def test_search_stops_at_the_repository_root(tmp_path):
    write(tmp_path, "restow.toml", 'select = ["LA"]\n')
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    assert read_settings(tmp_path / "repository") == Settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selct = ["CA"]', 'restow.toml: unknown setting "selct"; did you mean "select"?'),
        ("xyz = 1", 'unknown setting "xyz"; known are effects, fail-level, format, ignore, preview, rules, select'),
        ('fail-level = "fatal"', "fail-level must be one of error, warning, info"),
        ('select = "CA"', "select: "),
        ("select = [1]", "select.0: input should be a valid string"),
        ("rules = 3", "rules: "),
        ("select = [", "not valid TOML"),
    ],
)
def test_wrong_settings(tmp_path, text, message):
    write(tmp_path, "restow.toml", text)
    with pytest.raises(ConfigError, match=r"restow\.toml") as caught:
        read_settings(tmp_path)
    assert message in str(caught.value)


def test_pyproject_errors_name_the_table(tmp_path):
    write(tmp_path, "pyproject.toml", "[tool.restow]\nfoo = 1\n")
    with pytest.raises(ConfigError, match=r"pyproject.toml \[tool.restow\]: unknown setting"):
        read_settings(tmp_path)


def test_command_line_on_top():
    settings = Settings(select=("CA",), ignore=("CA001",), fail_level="error")
    assert settings.overridden() == settings
    assert settings.overridden(select=["LA"]).ignore == ()
    assert settings.overridden(ignore=["CA002"]).ignore == ("CA001", "CA002")
    assert settings.overridden(fail_level="info").fail_level == "info"
