"""Which folder is the build context."""

from pathlib import Path

import pytest

from restow.config.context_folder import choose_context, context_sources
from restow.errors import UsageError
from restow.syntax import parse


@pytest.fixture
def repository(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*names):
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def choose(text, path):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return choose_context(parse(text), Path(path))


def test_sources():
    text = """FROM a AS b
COPY one two/ ./three /four/../five dest/
COPY --from=b six /
COPY $X seven* "eight" /
COPY ["nine ten", "/"]
ADD https://example.com/x git@github.com:a/b.git . /
COPY <<EOF eleven /
body
EOF
RUN --mount=type=bind,source=twelve,target=/x --mount=type=cache,target=/c --mount=from=b,target=/y true
"""
    found = list(context_sources(parse(text)))
    assert found == ["one", "two", "three", "four/five", ".", "seven*", "eight", "nine ten", ".", "eleven", "twelve"]


def test_own_folder(repository):
    touch("api/a", "a")
    choice = choose("FROM x\nCOPY a /\n", "api/Dockerfile")
    assert choice.folder == Path("api")
    assert choice.reason == "the Dockerfile's folder, where 1 of 1 sources of COPY and ADD exist"


def test_repository_root(repository):
    touch("api/a", "web/b", "docker/a")
    choice = choose("FROM x\nCOPY api/a web/b /\nCOPY a /\n", "docker/Dockerfile")
    assert choice.folder == Path()
    assert choice.reason == "the repository root, where 2 of 3 sources of COPY and ADD exist"


def test_folder_between(repository):
    touch("api/package.json", "api/lock.json")
    assert choose("FROM x\nCOPY package.json lock.json /\n", "api/docker/Dockerfile").folder == Path("api")


def test_absolute_paths_stay_absolute(repository):
    touch("api/a")
    choice = choose("FROM x\nCOPY api/a /\n", repository / "docker" / "Dockerfile")
    assert choice.folder == repository.resolve()


def test_whole_context(repository):
    touch("src/main.c")
    assert choose("FROM x\nCOPY . /\n", "docker/Dockerfile").folder == Path()
    touch("docker/entrypoint.sh")
    assert choose("FROM x\nCOPY . /\n", "docker/Dockerfile").folder == Path("docker")


def test_patterns_and_variables(repository):
    touch("target/app-1.jar", "build/x")
    assert choose("FROM x\nCOPY target/*.jar /app.jar\n", "docker/Dockerfile").folder == Path()
    assert choose("FROM x\nCOPY target/*.war /app.war\n", "docker/Dockerfile").folder is None
    assert choose("FROM x\nARG JAR=target/*.jar\nCOPY ${JAR} /app.jar\n", "Dockerfile").folder == Path()


def test_no_source_exists(repository):
    choice = choose("FROM x\nCOPY a /\n", "docker/Dockerfile")
    assert choice.folder is None
    assert "no source of COPY or ADD exists in the Dockerfile's folder or those above it" in choice.reason


def test_nothing_is_copied(repository):
    choice = choose("FROM x\nCOPY --from=y /a /\n", "Dockerfile")
    assert choice.folder is None
    assert choice.reason.startswith("no build context: no instruction takes a file")


def test_lone_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert choose("FROM x\nCOPY . /\n", "Dockerfile").folder is None
    touch("a")
    assert choose("FROM x\nCOPY . /\n", "Dockerfile").folder == Path()


def test_linked_folder(repository, tmp_path_factory, monkeypatch):
    touch("docker/Dockerfile", "api/a")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "link").symlink_to(repository / "docker")
    tree = parse("FROM x\nCOPY api/a /\n")
    assert choose_context(tree, elsewhere / "link" / "Dockerfile").folder == repository.resolve()


def test_given_folder(repository):
    touch("api/a")
    tree = parse("FROM x\nCOPY b /\n")
    assert choose_context(tree, Path("Dockerfile"), Path("api")).reason == "given with --context"
    with pytest.raises(UsageError, match="nowhere: not a folder"):
        choose_context(tree, Path("Dockerfile"), Path("nowhere"))


def test_standard_input():
    assert choose_context(parse("FROM x\nCOPY a /\n"), None).folder is None
