"""What composer reads and writes of a project; each case is a trap for a model that reads too little."""

import json

import pytest


def project(manifest=None, packages=(), **files):
    lock = {"packages": list(packages), "packages-dev": []}
    given = {"require": {"monolog/monolog": "^3"}, **(manifest or {})}
    return {"composer.json": json.dumps(given), "composer.lock": json.dumps(lock), "src/A.php": "", **files}


@pytest.mark.parametrize(
    "command", ["composer install", "composer install --no-dev -n --prefer-dist --no-scripts", "composer dump-autoload"]
)
def test_manifest_lock_and_repository_are_read(world, reads, writes, command):
    effect = world(project()).effect(command)
    for name in ("composer.json", "composer.lock", "auth.json", ".git/HEAD", "vendor/x"):
        assert reads(effect, f"/app/{name}"), name
    assert reads(effect, "/.git/HEAD")
    assert reads(effect, "/root/.composer/auth.json")
    assert not reads(effect, "/app/src/A.php")
    assert writes(effect, "/app/vendor/autoload.php")
    assert not writes(effect, "/app/composer.lock")


def test_an_optimized_or_class_map_autoloader_reads_the_sources(world, reads):
    psr4 = {"autoload": {"psr-4": {"App\\": "src/"}}}
    assert not reads(world(project(psr4)).effect("composer install"), "/app/src/A.php")
    assert reads(world(project(psr4)).effect("composer install -o"), "/app/src/A.php")
    assert reads(
        world(project({**psr4, "config": {"optimize-autoloader": True}})).effect("composer install"), "/app/src/A.php"
    )
    assert reads(world(project({"autoload": {"classmap": ["src"]}})).effect("composer install"), "/app/src/A.php")
    assert not reads(world(project(psr4)).effect("composer install -o --no-autoloader"), "/app/src/A.php")


def test_without_a_lock_one_is_written(world, writes):
    files = {name: text for name, text in project().items() if name != "composer.lock"}
    assert writes(world(files).effect("composer install"), "/app/composer.lock")


def test_scripts_and_plugins_make_it_unknown(world):
    files = project({"scripts": {"post-autoload-dump": ["@php artisan x"]}})
    assert "post-autoload-dump" in world(files).reason("composer install")
    world(files).effect("composer install --no-scripts")
    files = project(packages=[{"name": "symfony/flex", "type": "composer-plugin"}])
    assert "symfony/flex" in world(files).reason("composer install --no-scripts")
    world(files).effect("composer install --no-plugins")
    world(project(packages=[{"name": "symfony/runtime", "type": "composer-plugin"}])).effect("composer install")


def test_local_repositories(world, reads):
    files = project({"repositories": [{"type": "path", "url": "libs/x"}]}, **{"libs/x/x.php": ""})
    assert reads(world(files).effect("composer install"), "/app/libs/x/x.php")
    files = project({"repositories": {"x": {"type": "path", "url": "libs/*"}}})
    assert "not modelled" in world(files).reason("composer install")
    files = project(packages=[{"name": "a/b", "dist": {"type": "path", "url": "../b"}}], **{"/b/b.php": ""})
    assert reads(world(files).effect("composer install"), "/b/b.php")


def test_settings_and_content_that_is_not_at_hand(world):
    assert "vendor-dir" in world(project({"config": {"vendor-dir": "x"}})).reason("composer install")
    assert "not known" in world({**project(), "composer.lock": None}).reason("composer install")
    assert "not known" in world({**project(), "composer.json": None}).reason("composer install")
    world(project()).reason("composer run-script x")
    world(project()).reason("composer require ./x")


def test_requirements_change_the_manifest(world, writes):
    given = world(project())
    required, updated = given.effect("composer require x/y:^1"), given.effect("composer update")
    assert writes(required, "/app/composer.json")
    assert writes(required, "/app/composer.lock")
    assert writes(updated, "/app/composer.lock")
    assert not writes(updated, "/app/composer.json")
    assert not writes(given.effect("composer global require x/y"), "/app/composer.json")
    home = {"/root/.composer/composer.json": '{"config": {"allow-plugins": true}}'}
    assert world({**project(), **home}).reason("composer global require x/y")


def test_variables_move_files(world, reads, writes):
    moved = world(project(), environment={"COMPOSER_VENDOR_DIR": "lib", "COMPOSER_BIN_DIR": "tools"}).effect(
        "composer install"
    )
    assert writes(moved, "/app/lib/autoload.php")
    assert writes(moved, "/app/tools/x")
    assert reads(moved, "/app/composer.lock")


@pytest.mark.parametrize(
    ("environment", "path"),
    [
        ({"COMPOSER_VENDOR_DIR": "/opt/vendor"}, "/opt/vendor/x"),
        ({"COMPOSER_BIN_DIR": "/opt/bin"}, "/opt/bin/phpunit"),
        ({"COMPOSER_BIN_DIR": "../tools"}, "/root/tools/phpunit"),
        ({"COMPOSER_HOME": "/ch", "COMPOSER_BIN_DIR": "tools"}, "/ch/tools/phpunit"),
        ({"COMPOSER_CACHE_FILES_DIR": "/srv/c"}, "/srv/c/x"),
        ({"COMPOSER_DATA_DIR": "/srv/d"}, "/srv/d/x"),
    ],
)
def test_variables_move_what_all_projects_share(world, reads, writes, environment, path):
    effect = world(environment=environment).effect("composer global require x/y")
    assert writes(effect, path)
    assert reads(effect, path)
    assert not writes(world().effect("composer global require x/y"), "/opt/vendor/x")


@pytest.mark.parametrize(
    "settings",
    [
        {"config": {"vendor-dir": "/srv/v"}},
        {"config": {"bin-dir": "/srv/b"}},
        {"config": {"allow-plugins": True}},
        {"repositories": [{"type": "path", "url": "/srv/x"}]},
    ],
)
def test_settings_for_all_projects(world, settings):
    text = json.dumps(settings)
    for path in ("/root/.composer", "/root/.config/composer", "/srv/x/composer"):
        given = world({**project(), f"{path}/config.json": text}, environment={"XDG_CONFIG_HOME": "/srv/x"})
        for command in ("composer install", "composer update", "composer dump-autoload", "composer global require x/y"):
            assert path in given.reason(command)
        assert world({**project(), f"{path}/config.json": '{"config": {"sort-packages": true}}'}).effect(
            "composer install"
        )
    given = world({**project(), "/ch/composer.json": text}, environment={"COMPOSER_HOME": "/ch"})
    assert "/ch/composer.json" in given.reason("composer global require x/y")
    assert given.effect("composer install")


def test_settings_that_are_made(world):
    assert world().effect("composer config -g process-timeout 900")
    assert world().effect("composer config -g repos.packagist composer https://e.com/")
    for words in ("allow-plugins true", "repos.packagist path /srv/x", "repos.packagist composer ./x", "vendor-dir /x"):
        assert world().reason(f"composer config -g {words}")
    assert world(environment={"COMPOSER": "other.json"}).reason("composer global require x/y")
