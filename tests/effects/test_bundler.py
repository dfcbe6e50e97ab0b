"""What bundler and gem read and write of a project; each case is a trap for a model that reads too little."""

import pytest

GEMFILE = """# frozen_string_literal: true
source "https://rubygems.org"
git_source(:github) { |repo| "https://github.com/#{repo}.git" }

ruby "3.2.2"
gem "rails", "~> 7.0"
gem 'pg', '>= 1', require: false # database
group :development, :test do
  gem "debug", platforms: %i[ mri windows ],
               group: :test
end
"""
FILES = {"Gemfile": GEMFILE, "Gemfile.lock": "DEPENDENCIES\n  debug\n  pg (>= 1)\n  rails (~> 7.0)\n", "app.rb": ""}


@pytest.mark.parametrize(
    "command",
    [
        "bundle install",
        "bundle",
        "bundle install --jobs 4 --retry=3 --without development",
        "bundle install --quiet -j4",
    ],
)
def test_gemfile_lock_and_settings_are_read(world, reads, writes, command):
    effect = world(FILES, accept=True).effect(command)
    for name in ("Gemfile", "Gemfile.lock", ".bundle/config", "vendor/cache/x.gem"):
        assert reads(effect, f"/app/{name}"), name
    assert reads(effect, "/root/.bundle/config")
    assert not reads(effect, "/app/app.rb")
    assert writes(effect, "/usr/local/bundle/gems")
    assert not writes(effect, "/app/Gemfile.lock")
    assert not writes(effect, "/app/app.rb")


def test_when_the_lock_is_kept(world, writes):
    assert writes(world(FILES).effect("bundle install"), "/app/Gemfile.lock")
    for given in ({"BUNDLE_FROZEN": "true"}, {"BUNDLE_DEPLOYMENT": "1"}):
        frozen = world(FILES, environment=given)
        assert not writes(frozen.effect("bundle install"), "/app/Gemfile.lock")
    assert not writes(world(FILES).effect("bundle install --frozen"), "/app/Gemfile.lock")
    assert not writes(
        world({**FILES, ".bundle/config": 'BUNDLE_FROZEN: "true"\n'}).effect("bundle"), "/app/Gemfile.lock"
    )
    assert writes(world(FILES).effect("bundle install --deployment"), "/app/vendor/bundle/x")
    off = world(FILES, environment={"BUNDLE_FROZEN": "false"})
    assert writes(off.effect("bundle install"), "/app/Gemfile.lock")
    other = {**FILES, "Gemfile.lock": "DEPENDENCIES\n  rails (~> 6.0)\n"}
    assert writes(world(other, accept=True).effect("bundle install"), "/app/Gemfile.lock")
    assuming = world(FILES, accept=True)
    assuming.effect("bundle install")
    assert assuming.assumed["lock-agrees"] == "unchecked"


def test_files_that_the_gemfile_names(world, reads):
    files = {
        **FILES,
        "Gemfile": 'ruby file: ".ruby-version"\neval_gemfile "more/Gemfile"\n',
        "more/Gemfile": 'gem "x"\n',
    }
    effect = world({**files, ".ruby-version": "3.2\n"}, accept=True).effect("bundle install")
    assert reads(effect, "/app/.ruby-version")
    assert reads(effect, "/app/more/Gemfile")
    read = {**FILES, "Gemfile": 'ruby File.read(".ruby-version").strip\n', ".ruby-version": "3\n"}
    assert reads(world(read, accept=True).effect("bundle"), "/app/.ruby-version")
    local = {"Gemfile": 'gem "x", path: "engines/x"\n', "engines/x/x.gemspec": "", "engines/x/lib.rb": ""}
    assert reads(world(local, accept=True).effect("bundle"), "/app/engines/x/lib.rb")
    named = world({"ci/Gemfile": 'gem "x"\n'}, environment={"BUNDLE_GEMFILE": "ci/Gemfile"}, accept=True)
    assert reads(named.effect("bundle install"), "/app/ci/Gemfile.lock")


@pytest.mark.parametrize(
    "line",
    [
        "gemspec",
        'eval File.read("x")',
        'gem "x", File.read("VERSION")',
        'gem "x", "#{`cat V`}"',
        'gem "x" if ENV["Y"]',
        'Dir["*.rb"].each { |f| require f }',
        'require_relative "x"',
        'plugin "x"',
        'gem "x", path: "../nowhere"',
        'source "file:///gems"',
        'gem "x", helper_method',
    ],
)
def test_other_ruby_is_unknown(world, line):
    world({"Gemfile": GEMFILE + line + "\n"}, accept=True).reason("bundle install")


def test_a_long_git_source_block_is_fine(world):
    block = 'git_source(:github) do |name|\n  name = "#{name}/#{name}" unless name.include?("/")\n  "https://x/#{name}.git"\nend\n'
    world({"Gemfile": block + 'gem "rails"\n'}, accept=True).effect("bundle install")
    world({"Gemfile": block.replace("name.include", "File.exist")}, accept=True).reason("bundle install")


def test_settings(world, writes):
    assert writes(world({}).effect("bundle config set --local without development"), "/app/.bundle/config")
    assert writes(world({}).effect("bundle config --global frozen 1"), "/root/.bundle/config")
    world({}).reason("bundle config set local.rack /app/rack")
    assert "local" in world(FILES, environment={"BUNDLE_LOCAL__RACK": "/app/rack"}).reason("bundle install")
    world(FILES).reason("bundle exec rake x")


def test_gem_install_takes_archives_of_the_working_directory(world, reads, writes):
    effect = world({"bundler-2.gem": "", "app.rb": ""}).effect("gem install bundler -v 2.4 --no-document")
    assert reads(effect, "/app/bundler-2.gem")
    assert not reads(effect, "/app/app.rb")
    assert writes(effect, "/usr/local/bundle/x")
    assert reads(world({"inc/x.h": ""}).effect("gem install pg -- --with-pg-include=/app/inc"), "/app/inc/x.h")
    world({}).effect("gem update --system")
    world({}).reason("gem build x.gemspec")


def test_an_update_writes_the_lock_file(world, writes):
    given = world(FILES, accept=True)
    assert writes(given.effect("bundle update"), "/app/Gemfile.lock")
    assert writes(given.effect("bundle update rails --patch"), "/app/Gemfile.lock")
    assert "runs programs" in given.reason("bundle exec rake")
    assert "GEMRC" in world(FILES, environment={"GEMRC": "x"}).reason("bundle install")
