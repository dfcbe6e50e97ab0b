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
        ('selct = ["CA"]', 'restow.toml:1: unknown setting "selct"; did you mean "select"?'),
        ("xyz = 1", 'unknown setting "xyz"; known are effects, fail-level, format, ignore, preview, rules, select'),
        ('fail-level = "fatal"', "fail-level must be one of error, warning, info"),
        ('select = "CA"', 'restow.toml:1: select: must be a list of strings, for example ["a", "b"]'),
        ("select = [1]", "restow.toml:1: select.0: must be a string"),
        ("rules = 3", "restow.toml:1: rules: must be a table"),
        ("preview = 1", "restow.toml:1: preview: must be true or false"),
        (
            '[effects."my-tool"]\nwrites = []\nreads = "schemas"\n',
            "restow.toml:3: effects.my-tool.reads: must be a list of strings",
        ),
        (
            '[restow.effects."my.tool"]\n\n"read" = ["schemas"]\n',
            'restow.toml:3: unknown key "read" of the declared effect "my.tool"; did you mean "reads"?; '
            "known are environment, network, reads, seconds, writes",
        ),
        ("[restow]\npreview = true\n[restow.effects]\nx = 1\n", "restow.toml:4: effects.x: must be a table"),
        ('[effects.x]\nwrites = ["a/**"]\n', "restow.toml:1: x: 'a/**' is no path with * for any one name"),
        ('[effects.x]\nseconds = "long"\n', "restow.toml:2: effects.x.seconds: "),
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
    with pytest.raises(ConfigError, match=r"pyproject.toml:2 \[tool.restow\]: unknown setting"):
        read_settings(tmp_path)


def test_command_line_on_top():
    settings = Settings(select=("CA",), ignore=("CA001",), fail_level="error")
    assert settings.overridden() == settings
    assert settings.overridden(select=["LA"]).ignore == ()
    assert settings.overridden(ignore=["CA002"]).ignore == ("CA001", "CA002")
    assert settings.overridden(fail_level="info").fail_level == "info"


def test_effects_in_each_file(tmp_path):
    declared = 'effects."my-tool"]\nreads = ["a"]\nwrites = ["b"]\n'
    for name, above in (("restow.toml", ""), ("restow.toml", "restow."), ("pyproject.toml", "tool.restow.")):
        folder = tmp_path / f"{name}-{above}"
        write(folder, name, f"[{above}{declared}")
        (one,) = read_settings(folder).effects
        assert (one.command, one.reads, one.writes, one.origin) == ("my-tool", ("a",), ("b",), name)


@pytest.mark.parametrize("table", ["restow", 'restow.effects."my-tool"'])
def test_a_table_of_ones_own_in_pyproject(tmp_path, table):
    write(tmp_path, "pyproject.toml", f'[project]\nname = "x"\n[{table}]\n')
    with pytest.raises(ConfigError) as caught:
        read_settings(tmp_path)
    assert "pyproject.toml:3: a table [restow] is not read in a pyproject.toml; write [tool.restow]" in str(
        caught.value
    )
