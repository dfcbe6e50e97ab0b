"""Builds by the project's own instructions read everything and write a bounded part; other languages' package managers."""

import pytest

from restow.effects.effect import SYMBOLIC

BUILDS = [
    "mvn -B -DskipTests clean package",
    "mvn dependency:go-offline",
    "gradle --no-daemon :app:bootJar -x test",
    "sbt clean stage",
    "lein uberjar",
    "dotnet restore src/App/App.csproj -a amd64",
    "dotnet publish -c Release --no-restore /p:UseAppHost=false",
    "cargo build --release --locked --target x86_64-unknown-linux-musl",
    "cargo chef cook --release --recipe-path recipe.json",
    "cargo install --path .",
    "mix deps.get --only prod",
    "rebar3 as prod release",
    "stack build --copy-bins --local-bin-path /usr/local/bin",
]


@pytest.mark.parametrize("command", BUILDS)
def test_a_build_reads_everything_and_writes_in_place(world, reads, writes, command):
    checked = world({})
    effect = checked.effect(command)
    assert reads(effect, "/anything/at/all")
    assert writes(effect, "/app/target/x")
    assert not writes(effect, "/srv/x")
    assert not writes(effect, "/etc2/x")
    assert effect.environment is None
    assert checked.assumed["build-in-place"] == "standing"


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("dotnet publish -c Release -o /out", "/out/app.dll"),
        ("dotnet build ../lib/lib.csproj", "/lib/lib.csproj"),
        ("mvn -Dmaven.repo.local=/m2 package", "/m2/x.jar"),
        ("cargo build --target-dir /built", "/built/release/x"),
        ("cargo build", "/root/.cargo/registry/x"),
        ("mvn package", "/root/.m2/repository/x"),
        ("gradle build", "/root/.gradle/caches/x"),
        ("dotnet restore", "/root/.nuget/packages/x"),
    ],
)
def test_places_that_options_and_tools_name(world, writes, command, path):
    assert writes(world({}).effect(command), path)


def test_variables_name_places(world, writes):
    effect = world({}, environment={"CARGO_TARGET_DIR": "/built"}).effect("cargo build")
    assert writes(effect, "/built/x")
    assert world({}, environment={"CARGO_TARGET_DIR": f"{SYMBOLIC}x"}).reason("cargo build")


def test_modules_beside_the_working_directory_may_be_written(world, writes):
    effect = world({}, directory="/src/web").effect("dotnet build")
    assert writes(effect, "/src/shared/obj/x")
    inside = world({}, directory="/usr/src/web").effect("dotnet build")
    assert writes(inside, "/usr/src/web/obj/x")
    assert "anywhere" in world({}, directory="/usr").reason("mvn package")
    assert "anywhere" in world({}, directory="/").reason("mvn package")


@pytest.mark.parametrize(
    "command",
    [
        "mvn --frobnicate package",
        "mvn exec:java",
        "gradle run",
        "gradle -I /x/init.gradle build",
        "sbt run",
        "dotnet run",
        "dotnet test",
        "dotnet publish -o /",
        "cargo run",
        "cargo test",
        "cargo build --frobnicate",
        "cargo +nightly build",
        "mix test",
        "stack exec x",
        "opam exec -- make",
        "opam switch create ./local",
        "conda run x",
        "conda install --frobnicate x",
        "luarocks test",
        "cpanm --frobnicate x",
    ],
)
def test_refused(world, command):
    assert world({}).reason(command)


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("conda install -y -c conda-forge numpy", "/opt/conda/lib/x"),
        ("conda create -y -p /env python=3.12", "/env/bin/python"),
        ("/srv/conda/bin/conda install -y x", "/srv/conda/lib/x"),
        ("conda clean -afy", "/opt/conda/pkgs/x"),
        ("mamba env update -n base -f environment.yml", "/root/.conda/x"),
        ("opam install -y lwt", "/root/.opam/x"),
        ("opam depext -y lwt", "/var/lib/dpkg/status"),
        ("luarocks install luasocket", "/usr/local/share/lua/x"),
        ("luarocks make", "/app/x.o"),
        ("cpanm -n DBI", "/usr/local/lib/perl5/x"),
        ("cpanm -L /deps --installdeps .", "/deps/lib/x"),
    ],
)
def test_other_languages(world, writes, command, path):
    effect = world({}).effect(*command.split()) if "/srv" not in command else None
    if effect is None:
        assert world({}).reason(command)  # a program outside of the usual places is the project's
    else:
        assert writes(effect, path)
        assert not writes(effect, "/srv/x")


def test_commands_of_dotnet_that_build_nothing(world, writes):
    effect = world({}, directory="/").effect("dotnet tool install --tool-path /opt/tools x")
    assert writes(effect, "/opt/tools/x")
    assert not writes(effect, "/srv/x")
    assert not writes(world({}, directory="/").effect("dotnet nuget locals all --clear"), "/srv/x")


@pytest.mark.parametrize(
    ("command", "everything"),
    [
        ("conda install -y numpy", False),
        ("conda env update -f environment.yml", True),
        ("conda install -y --file requirements.txt", True),
        ("conda install -y ./x.tar.bz2", True),
        ("opam install -y lwt", True),
        ("luarocks install luasocket", False),
        ("luarocks make", True),
        ("cpanm DBI", False),
        ("cpanm --installdeps .", True),
    ],
)
def test_files_of_the_project_count_where_they_may(world, reads, command, everything):
    assert reads(world({}).effect(command), "/app/x") is everything


def test_a_project_that_an_earlier_program_left_may_read_everything(world, reads, writes):
    from restow.vfs import Region

    checked = world({})
    checked.filesystem = Region(("/opt/x",)).write(checked.filesystem, "term of a clone")
    effect = checked.effect("pip install -e /opt/x")
    assert reads(effect, "/anywhere")
    assert writes(effect, "/opt/x/x.egg-info")
    assert not writes(effect, "/app/x")


def test_cpanm_takes_files_and_settings_before_modules(world, reads, writes):
    effect = world({"DBI": "?", "x": ""}).effect("cpanm DBI")
    assert reads(effect, "/app/DBI")
    assert reads(effect, "/root/perl.h")
    assert reads(effect, "/config_h.SH")
    assert not reads(effect, "/app/x")
    for command in ("cpanm x", "cpanm --mirror file:///srv/cpan DBI", "cpanm --from /srv/cpan DBI", "cpanm ~/x.tar.gz"):
        assert reads(world({"x": ""}, accept=True).effect(command), "/srv/any"), command
    assert not reads(world({}, accept=True).effect("cpanm --mirror https://example.org DBI"), "/srv/any")
    given = {"PERL_CPANM_OPT": "--mirror file:///srv/cpan"}
    assert reads(world({}, environment=given, accept=True).effect("cpanm DBI"), "/srv/any")
    assert "--frobnicate" in world({}, environment={"PERL_CPANM_OPT": "--frobnicate"}).reason("cpanm DBI")
    assert "PERL_MM_OPT" in world({}, environment={"PERL_MM_OPT": "INSTALL_BASE=/srv"}).reason("cpanm DBI")
    assert writes(world({}, environment={"PERL_CPANM_HOME": "/srv/c"}).effect("cpanm DBI"), "/srv/c/work")
