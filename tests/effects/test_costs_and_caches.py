"""Usual command lines of every model that downloads or keeps a cache: what they cost, and the place that is removed."""

from importlib import import_module

import pytest

from restow.effects import registry

FILES = {
    "go.mod": "module x\ngo 1.22\nrequire example.com/a v1.0.0\n",
    "go.sum": "example.com/a v1.0.0 h1:x\nexample.com/a v1.0.0/go.mod h1:x\n",
    "Cargo.toml": '[package]\nname = "x"\nversion = "1.0.0"\n',
    "src/main.rs": "fn main() {}",
    "Cargo.lock": '[[package]]\nname = "x"\nversion = "1.0.0"\n',
    "package.json": '{"name": "x", "version": "1.0.0", "dependencies": {"a": "1.0.0"}}',
    "requirements.txt": "a==1\n",
    "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["a"]\n',
    "Pipfile": '[packages]\na = "*"\n',
    "Gemfile": 'source "https://example.com"\ngem "a"\n',
    "composer.json": '{"require": {"a/b": "1.0"}}',
    "pom.xml": "<project/>",
    "mix.exs": "x",
    "rebar.config": "x",
    "build.gradle": "x",
    "build.sbt": "x",
    "project.clj": "x",
    "stack.yaml": "x",
}
CACHES = {
    "pip install -r requirements.txt": {"/root/.cache/pip": "rm -rf /root/.cache/pip"},
    "pip install --no-cache-dir a": {},
    "uv pip install a": {"/root/.cache/uv": "rm -rf /root/.cache/uv"},
    "uv sync": {"/root/.cache/uv": "rm -rf /root/.cache/uv"},
    "uv sync --no-cache": {},
    "poetry install": {
        f"/root/.cache/pypoetry/{name}": f"rm -rf /root/.cache/pypoetry/{name}" for name in ("cache", "artifacts")
    },
    "pipenv install": {"/root/.cache/pipenv": "rm -rf /root/.cache/pipenv"},
    "npm install": {"/root/.npm/_cacache": "npm cache clean --force"},
    "yarn install": {"/usr/local/share/.cache/yarn": "yarn cache clean"},
    "pnpm install": {"/root/.local/share/pnpm/store": "rm -rf /root/.local/share/pnpm/store"},
    "bun install": {"/root/.bun/install/cache": "bun pm cache rm"},
    "go mod download": {"/root/go/pkg/mod": "go clean -modcache"},
    "go mod tidy": {"/root/go/pkg/mod": "go clean -modcache"},
    "go build ./...": {"/root/go/pkg/mod": "go clean -modcache", "/root/.cache/go-build": "go clean -cache"},
    "go install example.com/a@v1": {
        "/root/go/pkg/mod": "go clean -modcache",
        "/root/.cache/go-build": "go clean -cache",
    },
    "go get example.com/a": {"/root/go/pkg/mod": "go clean -modcache", "/root/.cache/go-build": "go clean -cache"},
    "cargo fetch": {"/root/.cargo/registry": "rm -rf /root/.cargo/registry"},
    "cargo install a": {"/root/.cargo/registry": "rm -rf /root/.cargo/registry"},
    "cargo build --release": {"/root/.cargo/registry": "rm -rf /root/.cargo/registry"},
    "bundle install": {"/usr/local/bundle/cache": "rm -rf /usr/local/bundle/cache"},
    "gem install a": {"/usr/local/bundle/cache": "rm -rf /usr/local/bundle/cache"},
    "composer install": {
        "/root/.composer/cache": "composer clear-cache",
        "/root/.cache/composer": "composer clear-cache",
    },
    "cpanm a": {"/root/.cpanm": "rm -rf /root/.cpanm"},
    "luarocks install a": {"/root/.cache/luarocks": "rm -rf /root/.cache/luarocks"},
    "opam install a": {"/root/.opam/download-cache": "opam clean --download-cache"},
    "conda install -y a": {"/opt/conda/pkgs": "conda clean -afy"},
    "conda clean -afy": {},
    "mvn package": {"/root/.m2/repository": "rm -rf /root/.m2/repository"},
    "gradle build": {"/root/.gradle/caches": "rm -rf /root/.gradle/caches"},
    "sbt compile": {
        f"/root/{name}": f"rm -rf /root/{name}" for name in (".ivy2/cache", ".cache/coursier", ".sbt/boot")
    },
    "lein deps": {"/root/.m2/repository": "rm -rf /root/.m2/repository"},
    "dotnet restore": {
        "/root/.nuget/packages": "dotnet nuget locals global-packages --clear",
        "/root/.local/share/NuGet/http-cache": "dotnet nuget locals http-cache --clear",
    },
    "mix deps.get": {"/root/.hex/packages": "rm -rf /root/.hex/packages"},
    "stack build": {"/root/.stack/pantry": "rm -rf /root/.stack/pantry"},
    "cabal build": {"/root/.cabal/packages": "rm -rf /root/.cabal/packages"},
    "rebar3 compile": {"/root/.cache/rebar3": "rm -rf /root/.cache/rebar3"},
    "apt-get update": {"/var/lib/apt/lists": "rm -rf /var/lib/apt/lists/*"},
    "apt-get install -y a": {"/var/cache/apt/archives": "apt-get clean"},
    "apk add a": {"/var/cache/apk": "rm -rf /var/cache/apk/*"},
    "apk add --no-cache a": {},
    "yum install -y a": {"/var/cache/yum": "yum clean all", "/var/cache/dnf": "yum clean all"},
    "dnf install -y a": {"/var/cache/dnf": "dnf clean all"},
    "microdnf install -y a": {"/var/cache/yum": "microdnf clean all"},
    "tdnf install -y a": {"/var/cache/tdnf": "tdnf clean all"},
    "zypper install -y a": {"/var/cache/zypp": "zypper clean --all"},
    "pacman -S --noconfirm a": {"/var/cache/pacman/pkg": "pacman -Scc --noconfirm"},
}
"""Of each line: place of a cache, and what removes exactly that."""
ONLY_COSTS = [
    "curl -o /x https://example.com/x",
    "wget -O /x https://example.com/x",
    "git clone https://example.com/x /x",
    "pecl install a",
    "add-apt-repository ppa:a/b",
    "apt-get upgrade -y",
    "apt-get source a",
    "apk upgrade",
    "dotnet publish -c Release",
    "cargo chef cook --release",
    "corepack enable",
    "corepack prepare yarn@1.22.22 --activate",
    "npm install -g a",
    "bun add a",
    "pip download a",
    "poetry lock",
    "uv lock",
    "bundle update",
    "gem update --system",
    "composer require a/b",
    "composer update",
    "go mod vendor",
    "gpg --keyserver keys.example.com --recv-keys ABCD",
    "apt-key adv --keyserver keys.example.com --recv-keys ABCD",
    "update-ca-certificates",
    "docker-php-ext-install gd",
]


@pytest.mark.parametrize("line", CACHES)
def test_a_cache_is_the_place_that_is_removed(world, writes, line):
    effect = world(FILES, accept=True).effect(line)
    assert {cache.path: cache.remove for cache in effect.caches} == CACHES[line]
    for cache in effect.caches:
        assert writes(effect, f"{cache.path}/x"), cache


@pytest.mark.parametrize("line", [*CACHES, *ONLY_COSTS])
def test_what_downloads_costs_time_and_bytes(world, line):
    effect = world(FILES, accept=True).effect(line)
    assert effect.seconds > 0
    assert effect.size > 0 or not effect.network


MOVED = {
    ("pip install a", "PIP_CACHE_DIR"): "/c",
    ("uv sync", "UV_CACHE_DIR"): "/c",
    ("pipenv install", "PIPENV_CACHE_DIR"): "/c",
    ("pnpm install", "PNPM_HOME"): "/c/store",
    ("yarn install", "YARN_CACHE_FOLDER"): "/c",
    ("bun install", "BUN_INSTALL_CACHE_DIR"): "/c",
    ("go mod download", "GOMODCACHE"): "/c",
    ("go build", "GOPATH"): "/c/pkg/mod",
    ("go build", "GOCACHE"): "/c",
    ("cargo fetch", "CARGO_HOME"): "/c/registry",
    ("cargo build", "CARGO_HOME"): "/c/registry",
    ("gem install a", "GEM_HOME"): "/c/cache",
    ("composer install", "COMPOSER_CACHE_DIR"): "/c",
    ("composer install", "COMPOSER_HOME"): "/c/cache",
    ("cpanm a", "PERL_CPANM_HOME"): "/c",
    ("gradle build", "GRADLE_USER_HOME"): "/c/caches",
    ("dotnet restore", "NUGET_PACKAGES"): "/c",
    ("mix deps.get", "HEX_HOME"): "/c/packages",
    ("poetry install", "POETRY_CACHE_DIR"): "/c/artifacts",
    ("rebar3 compile", "REBAR_CACHE_DIR"): "/c",
}


@pytest.mark.parametrize(("line", "variable"), MOVED)
def test_a_variable_moves_a_cache(world, writes, line, variable):
    effect = world(FILES, accept=True, environment={variable: "/c"}).effect(line)
    assert MOVED[line, variable] in {cache.path for cache in effect.caches}
    assert all(writes(effect, f"{cache.path}/x") for cache in effect.caches)


@pytest.mark.parametrize("module", sorted(set(registry._MODULE_OF.values())))
def test_every_model_names_the_source_of_its_costs(module):
    found = import_module(f"restow.effects.programs.{module}")
    said = f"{found.__doc__} {found.effect.__doc__}"
    assert "own estimate" in said
