"""Cases of text programs, wrappers, keys, and of the package managers of Python projects, Ruby, PHP, Rust, Java, bun and yarn 2."""

from __future__ import annotations

import subprocess
from typing import Any

_TEXT = {"a.txt": "one 1\ntwo 2\n", "b.txt": "two 2\nthree 3\n", "src/c.txt": "x\n", "fix.diff": ""}
_DIFF = "--- a/src/c.txt\n+++ b/src/c.txt\n@@ -1 +1 @@\n-x\n+y\n"
_KEY = "gpg --batch --passphrase '' --quick-gen-key a@example.com && gpg --armor --export a@example.com > /app/key.asc"
_POETRY = {
    "pyproject.toml": '[tool.poetry]\nname = "app"\nversion = "1.0"\ndescription = ""\nauthors = []\npackage-mode = false\n\n'
    '[tool.poetry.dependencies]\npython = "^3.9"\n',
    "main.py": "x = 1\n",
}
_POETRY_LOCK = (
    "cd /app && hash=$(python3 -c 'from poetry.factory import Factory; "
    "print(Factory().create_poetry().locker._get_content_hash())') && printf "
    """'package = []\n\n[metadata]\nlock-version = "2.1"\npython-versions = "^3.9"\ncontent-hash = "%s"\n' "$hash" """
    "> poetry.lock"
)
_PIPFILE = {
    "Pipfile": "[packages]\n",
    "main.py": "x = 1\n",
}
_PIPENV = {"PIPENV_NOSPIN": "1", "PIP_BREAK_SYSTEM_PACKAGES": "1"}
_RUBY_GEM = {
    "Gemfile": 'gem "tiny", path: "tiny"\n',
    "tiny/tiny.gemspec": 'Gem::Specification.new do |s|\n  s.name = "tiny"\n  s.version = "1.0"\n  s.summary = "t"\n'
    '  s.authors = ["a"]\n  s.files = ["lib/tiny.rb"]\nend\n',
    "tiny/lib/tiny.rb": "X = 1\n",
    "main.rb": "puts 1\n",
}
_COMPOSER = {
    "composer.json": '{"name": "a/app", "repositories": [{"packagist": false}, {"type": "path", "url": "lib"}], '
    '"require": {"a/lib": "*"}, "autoload": {"psr-4": {"A\\\\": "src/"}}}\n',
    "lib/composer.json": '{"name": "a/lib", "version": "1.0", "autoload": {"psr-4": {"L\\\\": "src/"}}}\n',
    "lib/src/L.php": "<?php\nnamespace L;\nclass L {}\n",
    "src/A.php": "<?php\nnamespace A;\nclass A {}\n",
    "other.txt": "x\n",
}
_CARGO = {
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\npart = { path = "part" }\n',
    "src/main.rs": 'fn main() { println!("{}", part::X); }\n',
    "part/Cargo.toml": '[package]\nname = "part"\nversion = "0.1.0"\nedition = "2021"\n',
    "part/src/lib.rs": "pub const X: u8 = 1;\n",
    "other.txt": "x\n",
}
_PERL = {
    "lib/Tiny/Mod.pm": "package Tiny::Mod;\nour $VERSION = '1.0';\n1;\n",
    "Makefile.PL": "use ExtUtils::MakeMaker;\nWriteMakefile(NAME => 'Tiny::Mod', VERSION_FROM => 'lib/Tiny/Mod.pm');\n",
    "cpanfile": "requires 'Tiny::Mod';\n",
    "other.txt": "x\n",
}
_CPAN = (
    "cd /app && mkdir -p /srv/cpan/modules /srv/cpan/authors/id/A/AB/ABC /tmp/Tiny-Mod-1.0 && "
    "cp -r lib Makefile.PL /tmp/Tiny-Mod-1.0 && tar -C /tmp -czf Tiny-Mod-1.0.tar.gz Tiny-Mod-1.0 && "
    "cp Tiny-Mod-1.0.tar.gz /srv/cpan/authors/id/A/AB/ABC/ && rm -r /tmp/Tiny-Mod-1.0 && "
    "printf 'File: 02packages.details.txt\\nLine-Count: 1\\n\\nTiny::Mod 1.0 A/AB/ABC/Tiny-Mod-1.0.tar.gz\\n' | "
    "gzip > /srv/cpan/modules/02packages.details.txt.gz"
)
"""A mirror of CPAN in a folder, with one distribution."""
_MAVEN = {
    "pom.xml": "<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>b</artifactId><version>1</version>"
    "<packaging>pom</packaging></project>\n",
    "other.txt": "x\n",
}
_NODE = {"package.json": '{"name": "app", "version": "1.0.0", "dependencies": {"ms": "2.1.3"}}\n', "index.js": "1\n"}
_NPM = ("npm", "config", "get", "registry")
_BERRY = {
    "PATH": "/opt/berry/bin:/usr/local/bin:/usr/bin:/bin",
    "YARN_ENABLE_TELEMETRY": "0",
    "YARN_HTTPS_CA_FILE_PATH": "/etc/ssl/certs/ca-certificates.crt",
    "YARN_NPM_REGISTRY_SERVER": subprocess.run(_NPM, capture_output=True, text=True, check=False)
    .stdout.strip()
    .rstrip("/"),
}
"""yarn 2 does not read npm's settings, so it is told where this machine's packages come from."""


def _tool(name: str, command: str | tuple[str, ...], **given: Any) -> dict[str, Any]:
    words = tuple(command.split()) if isinstance(command, str) else command
    return {"name": name, "programs": "tools", "command": words, "files": _TEXT, **given}


TOOLS: tuple[dict[str, Any], ...] = (
    _tool("awk", ("awk", '{ print $2 " " $1 }', "a.txt", "src/c.txt")),
    _tool("gawk", ("gawk", "-F", " ", "-v", "x=1", "$2 == 1 { n++ } END { print n, x }", "a.txt")),
    _tool("sort", "sort -u -k2,2n a.txt b.txt"),
    _tool("uniq", "uniq -c a.txt"),
    _tool("comm", "comm -12 a.txt a.txt"),
    _tool("cut", ("cut", "-d", " ", "-f", "1", "a.txt")),
    _tool("head", "head -n 1 a.txt src/c.txt"),
    _tool("diff", "diff -u a.txt a.txt"),
    _tool("file", "file -b a.txt"),
    _tool("du", "du -sh src"),
    _tool("stat", "stat -c %a a.txt"),
    _tool("jq", ("jq", "-r", ".a", "x.json"), files={"x.json": '{"a": 1}\n', "y.json": "{}\n"}),
    _tool("patch", "patch -p1 -i fix.diff", files={**_TEXT, "fix.diff": _DIFF}),
    _tool("patch-folder", "patch -d src -p2 -i ../fix.diff", files={**_TEXT, "fix.diff": _DIFF}),
    _tool("xargs", "xargs -r -n 1 cat"),
    _tool("env", "env -u LANG X=1 sort a.txt"),
    _tool("nice", "nice -n 5 cat a.txt"),
    _tool("timeout", "timeout 10 cat a.txt"),
    _tool("su", ("su", "www-data", "-s", "/bin/sh", "-c", "cat /app/a.txt")),
    _tool("sudo", "sudo cat a.txt"),
    _tool("sudo-user", "sudo -u www-data cat /app/a.txt"),
    _tool("gosu", "gosu www-data cat /app/a.txt"),
    _tool("gpg-import", "gpg --batch --import key.asc", before=_KEY),
    _tool("gpg-dearmor", "gpg --dearmor -o /usr/share/keyrings/a.gpg key.asc", before=_KEY),
    _tool("gpg-show", "gpg --show-keys key.asc", before=_KEY),
    _tool("update-alternatives", "update-alternatives --install /usr/bin/tool tool /app/a.txt 10"),
    _tool("update-alternatives-set", "update-alternatives --set awk /usr/bin/gawk"),
    _tool("locale-gen", "locale-gen", before="echo 'en_US.UTF-8 UTF-8' > /etc/locale.gen"),
    _tool("localedef", "localedef -i en_US -c -f UTF-8 -A /usr/share/locale/locale.alias en_US.UTF-8"),
    _tool("update-locale", "update-locale LANG=C.UTF-8"),
    _tool("chpasswd", "chpasswd"),
    _tool("passwd-lock", "passwd -l www-data"),
    _tool("chsh", "chsh -s /bin/sh www-data"),
    _tool("userdel", "userdel app", before="useradd app"),
    _tool("groupdel", "groupdel team", before="groupadd team"),
    _tool("setcap", "setcap cap_net_bind_service=+ep tool", before="cp /bin/true /app/tool"),
    _tool("strip", "strip --strip-all tool", before="cp /bin/true /app/tool"),
    _tool("dos2unix", "dos2unix a.txt"),
    _tool("openssl-genrsa", "openssl genrsa -out key.pem 2048"),
    _tool(
        "openssl-req",
        "openssl req -new -x509 -nodes -newkey rsa:2048 -keyout key.pem -out cert.pem -subj /CN=a -days 9",
    ),
    _tool("openssl-digest", "openssl dgst -sha256 a.txt"),
    _tool("truncate", "truncate -s 0 a.txt"),
    _tool("mktemp", "mktemp -d"),
    _tool("ldd", "ldd /bin/true"),
    _tool("sha512sum-check", "sha512sum -c sums", before="cd /app && sha512sum a.txt src/c.txt > sums"),
    _tool("curl-version", "curl --version"),
    _tool("git-free-find", ("find", "src", "-exec", "sh", "-c", 'chmod 600 "$@"', "--", "{}", "+")),
    _tool("crontab", "crontab a.txt", files={**_TEXT, "a.txt": "* * * * * root true\n"}),
    _tool("poetry-show", "poetry check", programs="projects", files=_POETRY, before=_POETRY_LOCK),
    _tool(
        "poetry-install",
        "poetry install --no-root",
        programs="projects",
        files=_POETRY,
        before=_POETRY_LOCK,
    ),
    _tool("poetry-config", "poetry config virtualenvs.create false", programs="projects", files=_POETRY),
    _tool(
        "pipenv-install",
        "pipenv install --deploy",
        programs="projects",
        files=_PIPFILE,
        environment=_PIPENV,
        before="cd /app && pipenv lock",
    ),
    _tool(
        "pipenv-sync",
        "pipenv sync",
        programs="projects",
        files=_PIPFILE,
        environment=_PIPENV,
        before="cd /app && pipenv lock",
    ),
    _tool("bundle-install", "bundle install --local", programs="ruby", files=_RUBY_GEM),
    _tool(
        "bundle-exec",
        "bundle exec ruby main.rb",
        programs="ruby",
        files=_RUBY_GEM,
        before="cd /app && bundle install --local",
    ),
    _tool("bundle-config", "bundle config set --local without test", programs="ruby", files=_RUBY_GEM),
    _tool(
        "gem-install",
        "gem install --local tiny-1.0.gem",
        programs="ruby",
        files=_RUBY_GEM,
        before="cd /app/tiny && gem build -q tiny.gemspec -o ../tiny-1.0.gem",
    ),
    _tool(
        "composer-install",
        "composer install --no-dev --no-scripts",
        programs="php",
        files=_COMPOSER,
        before="cd /app && composer update --no-install -q",
    ),
    _tool(
        "composer-dump",
        "composer dump-autoload --optimize",
        programs="php",
        files=_COMPOSER,
        before="cd /app && composer update -q",
    ),
    _tool("cargo-fetch", "cargo fetch", programs="rust", files=_CARGO),
    _tool(
        "cargo-fetch-locked",
        "cargo fetch --locked",
        programs="rust",
        files=_CARGO,
        before="cd /app && cargo generate-lockfile --offline",
    ),
    _tool("cargo-build", "cargo build --release --offline", programs="rust", files=_CARGO),
    _tool(
        "cpanm-module",
        "cpanm --notest --mirror http://localhost:8917 --mirror-only Tiny::Mod",
        programs="perl",
        files=_PERL,
        before=f"{_CPAN} && cd /srv/cpan && (timeout 90 python3 -m http.server 8917 > /dev/null 2>&1 &) && sleep 2",
    ),
    _tool(
        "cpanm-archive", "cpanm --notest -L /opt/perl ./Tiny-Mod-1.0.tar.gz", programs="perl", files=_PERL, before=_CPAN
    ),
    _tool(
        "cpanm-deps",
        "cpanm --notest --mirror file:///srv/cpan --mirror-only --installdeps .",
        programs="perl",
        files=_PERL,
        before=_CPAN,
    ),
    _tool("mvn-validate", "mvn -o -B validate", programs="java", files=_MAVEN),
    _tool("javac", "javac -version", programs="java", files=_MAVEN),
    _tool("bun-install", "bun install", programs="nodemore", files=_NODE),
    _tool(
        "berry-install",
        "yarn install",
        programs="nodemore",
        files={**_NODE, ".yarnrc.yml": "nodeLinker: node-modules\n"},
        environment=_BERRY,
    ),
)
