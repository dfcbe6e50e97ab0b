"""What the tools of PHP's images and the questions for versions touch, and what they refuse."""

import pytest


@pytest.mark.parametrize(
    "command",
    ["pecl install -o -f redis-5.3.7", "docker-php-ext-install -j4 gd intl", "docker-php-ext-configure gd --with-jpeg"],
)
def test_building_an_extension_touches_toolchain_and_sources(world, reads, writes, command):
    checked = world({})
    effect = checked.effect(command)
    for path in (
        "/usr/src/php/ext/gd/config.m4",
        "/usr/local/include/php/x.h",
        "/usr/local/etc/php/conf.d/x.ini",
        "/usr/lib/x",
    ):
        assert reads(effect, path), path
    assert writes(effect, "/usr/local/lib/php/extensions/x.so")
    assert writes(effect, "/usr/src/php/x")
    assert writes(effect, "/tmp/x")
    assert not reads(effect, "/app/x")
    assert not writes(effect, "/app/x")
    assert checked.assumed["self-contained-packages"] == "standing"
    assert effect.environment is None


@pytest.mark.parametrize(
    "command",
    [
        "docker-php-ext-install ./mine",
        "docker-php-ext-install --frobnicate gd",
        "docker-php-ext-enable /app/x.so",
        "docker-php-source frobnicate",
        "pecl install ./x.tgz",
        "pecl install package.xml",
        "pecl config-set ext_dir /app",
        "pecl frobnicate",
        "node server.js",
        "node version",
        "php x.php",
        "java -jar x.jar",
        "cmake version",
    ],
)
def test_refused(world, command):
    assert world({}).reason(command)


def test_options_lead_to_folders(world, reads):
    assert reads(world({}).effect("docker-php-ext-configure gd --with-jpeg-dir=/srv/jpeg"), "/srv/jpeg/x.h")


def test_enabling_writes_the_settings_folder(world, writes):
    effect = world({}, environment={"PHP_INI_DIR": "/opt/php/etc"}).effect("docker-php-ext-enable xdebug")
    assert writes(effect, "/opt/php/etc/conf.d/x.ini")
    assert not writes(effect, "/usr/local/lib/x")


@pytest.mark.parametrize("command", ["node --version", "java -version", "php -v", "helm version", "gcc -v"])
def test_versions(world, writes, command):
    effect = world({}).effect(command)
    assert not writes(effect, "/usr/bin/x")
    assert not writes(effect, "/app/x")
