"""Usual lines that stay unknown say which command or option it is, and why; some that are near to them are known."""

import pytest

FILES = {
    "Gemfile": 'source "https://x"\ngem "a"\n',
    "package.json": '{"name": "x", "version": "1.0.0", "dependencies": {"a": "1.0.0"}}',
    "Cargo.toml": '[package]\nname = "x"\nversion = "1.0.0"\n',
    "composer.json": "{}",
}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("bundle exec rake x", "bundle exec runs programs of the project"),
        ("bundle lock", "the command lock of bundle is not modelled"),
        ("bundle install --jobs 4 --foo", "the option --foo of bundle is not modelled"),
        ("composer create-project a/b x", "composer create-project runs programs"),
        ("composer foo", "the command foo of composer is not modelled"),
        ("yarn add a", "yarn add changes package.json"),
        ("yarn set version berry", "yarn set version puts a program into the project"),
        ("yarn build", "yarn build runs a script of the project"),
        ("yarn dlx x", "yarn dlx runs programs"),
        ("pnpm add a", "pnpm add changes package.json"),
        ("pnpm build", "pnpm build runs a script of the project"),
        ("usermod -m -d /x node", "usermod -m, which moves a home directory"),
        ("usermod --foo a", "the option --foo of usermod is not modelled"),
        ("groupmod -R /x a", "the option -R of groupmod is not modelled"),
        ("cargo chef foo", "the command foo of cargo chef is not modelled"),
        ("cargo run", "cargo run runs programs"),
        ("cargo foo", "the command foo of cargo is not modelled"),
        ("find / -name x -delete", "find / with -delete works on the whole filesystem"),
        ("find / -type f -exec chmod 644 {} +", "find / with -exec works on the whole filesystem"),
        ("go generate ./...", "go generate runs programs"),
        ("go foo", "the command foo of go is not modelled"),
        ("uv run x", "uv run runs programs"),
        ("make", "make runs what the Makefile says"),
    ],
)
def test_the_reason(world, line, reason):
    assert reason in world(FILES).reason(line)


def test_groups_that_bundle_leaves_out(world, writes):
    for line in ("bundle install --jobs 4 --without development test", "bundle --without development test -j 4"):
        effect = world(FILES, accept=True).effect(line)
        assert writes(effect, "/app/.bundle/config")


def test_a_new_number_of_a_user(world, reads, writes):
    checked = world({}, accept=True)
    effect = checked.effect("usermod -u 1000 node")
    assert writes(effect, "/home/node/x")
    assert writes(effect, "/etc/passwd")
    assert checked.assumed["home-of-account"] == "unchecked"
    assert writes(checked.effect("usermod -u 33 www-data"), "/var/www/x")
    known = world({"/etc/passwd": "app:x:5:5::/srv/app:/bin/sh\nall:x:6:6::/:/bin/sh\n"})
    effect = known.effect("usermod -g 1000 app")
    assert writes(effect, "/srv/app/x")
    assert reads(effect, "/srv/app/x")
    assert "home-of-account" not in known.assumed
    assert "gives all files" in known.reason("usermod -u 1 all")
    assert "its place is not known" in world({}).reason("usermod -u 1000 node")
    assert not writes(world({}).effect("usermod -aG docker node"), "/home/node")


def test_groupmod_writes_account_files(world, writes):
    effect = world({}).effect("groupmod -o -g 3 a")
    assert writes(effect, "/etc/group")
    assert not writes(effect, "/home/a")


def test_chef_under_its_own_name(world, writes):
    line = "chef cook --release --recipe-path recipe.json"
    one, two = (world(FILES, accept=True).effect(f"{name} {line}") for name in ("cargo", "cargo-chef"))
    assert (one.reads, one.writes, one.network) == (two.reads, two.writes, two.network)
