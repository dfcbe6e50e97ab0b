"""Cases of npm, yarn and pnpm."""

from __future__ import annotations

import json
from typing import Any

_TLS = {"NODE_EXTRA_CA_CERTS": "/etc/ssl/certs/ca-certificates.crt"}
_NPMRC = "omit-lockfile-registry-resolved=true\nfund=false\naudit=false\nupdate-notifier=false\n"
_SOURCE = {"index.js": "1\n", "src/a.js": "1\n", "tsconfig.json": "{}\n", "README.md": "# app\n"}


def _manifest(**given: Any) -> str:
    return json.dumps({"name": "app", "version": "1.0.0", **given}, indent=2) + "\n"


_PLAIN = {"package.json": _manifest(dependencies={"is-odd": "3.0.1"}, devDependencies={"ms": "2.1.3"}), **_SOURCE}
_SCRIPTED = {"package.json": _manifest(dependencies={"core-js": "3.30.0"}), **_SOURCE}
_LIFE = {"package.json": _manifest(dependencies={"ms": "2.1.3"}, scripts={"postinstall": "node index.js"}), **_SOURCE}
_MEMBERS = {
    "package.json": _manifest(private=True, workspaces=["packages/*"]),
    "packages/one/package.json": json.dumps({"name": "one", "version": "1.0.0", "dependencies": {"ms": "2.1.3"}})
    + "\n",
    "packages/one/index.js": "1\n",
    "packages/two/package.json": json.dumps({"name": "two", "version": "1.0.0", "dependencies": {"one": "1.0.0"}})
    + "\n",
    "packages/two/index.js": "2\n",
    "README.md": "# app\n",
}
_LOCAL = {
    "package.json": _manifest(dependencies={"lib": "file:./lib"}),
    "lib/package.json": json.dumps({"name": "lib", "version": "1.0.0"}) + "\n",
    "lib/index.js": "1\n",
    "index.js": "1\n",
}
_PNPM_MEMBERS = {
    **_MEMBERS,
    "package.json": _manifest(private=True),
    "pnpm-workspace.yaml": "packages:\n  - packages/*\n",
}
_PNPM_MEMBERS["packages/two/package.json"] = (
    json.dumps({"name": "two", "version": "1.0.0", "dependencies": {"one": "workspace:*"}}) + "\n"
)
_LOCK = "cd /app && npm install --package-lock-only"
_YARN_LOCK = "cd /app && yarn install && rm -rf node_modules /usr/local/share/.cache"
_PNPM_LOCK = "cd /app && pnpm install --lockfile-only"


def _node(name: str, command: str, files: dict[str, str] | None = None, **given: Any) -> dict[str, Any]:
    found = {"name": name, "programs": "node", "command": tuple(command.split()), "environment": _TLS}
    return {
        **found,
        "files": {**(files or {}), ".npmrc": _NPMRC} if command.startswith("npm") else files or {},
        **given,
    }


NODE: tuple[dict[str, Any], ...] = (
    _node("npm-ci", "npm ci", _PLAIN, before=_LOCK),
    _node("npm-ci-omit", "npm ci --omit=dev", _PLAIN, before=_LOCK),
    _node("npm-ci-no-scripts", "npm ci --ignore-scripts", _SCRIPTED, before=_LOCK),
    _node("npm-ci-scripts", "npm ci --no-audit", _SCRIPTED, before=_LOCK),
    _node("npm-ci-over", "npm ci", _PLAIN, before=f"{_LOCK} && npm ci"),
    _node("npm-ci-workspaces", "npm ci", _MEMBERS, before=_LOCK),
    _node("npm-install", "npm install", _PLAIN),
    _node("npm-install-locked", "npm install", _PLAIN, before=_LOCK),
    _node("npm-install-production", "npm install --production --no-package-lock", _PLAIN),
    _node("npm-install-life-cycle", "npm install", _LIFE),
    _node("npm-install-life-cycle-ignored", "npm install --ignore-scripts", _LIFE),
    _node("npm-install-workspaces", "npm install", _MEMBERS),
    _node("npm-install-local", "npm install", _LOCAL),
    _node("npm-install-package", "npm install ms@2.1.3", _PLAIN),
    _node("npm-install-global", "npm install -g rimraf@5", _SOURCE),
    _node("npm-cache-clean", "npm cache clean --force", _PLAIN, before=f"{_LOCK} && npm ci"),
    _node("npm-config-set", "npm config set fetch-retries 5", _PLAIN),
    _node("npm-prune", "npm prune --omit=dev", _PLAIN, before=f"{_LOCK} && npm ci"),
    _node(
        "npm-folder",
        "npm --prefix sub ci",
        {"sub/" + k: v for k, v in _PLAIN.items()},
        before="cd /app/sub && npm install --package-lock-only",
    ),
    _node(
        "npm-ci-user",
        "npm ci",
        _PLAIN,
        before=f"export HOME=/root; {_LOCK} && useradd -m app && chown -R app /app",
        user="app",
        environment={**_TLS, "HOME": "/home/app"},
    ),
    _node("yarn-install", "yarn install", _PLAIN),
    _node("yarn-frozen", "yarn install --frozen-lockfile", _PLAIN, before=_YARN_LOCK),
    _node("yarn-production", "yarn --production --ignore-scripts", _SCRIPTED),
    _node("yarn-workspaces", "yarn install", _MEMBERS),
    _node("yarn-local", "yarn install --no-lockfile", _LOCAL),
    _node("yarn-global", "yarn global add rimraf@5", _SOURCE),
    _node("yarn-cache-clean", "yarn cache clean", _PLAIN, before="cd /app && yarn install"),
    _node("yarn-config", "yarn config set network-timeout 300000", _PLAIN),
    _node("pnpm-install", "pnpm install", _PLAIN),
    _node("pnpm-frozen", "pnpm install --frozen-lockfile", _PLAIN, before=_PNPM_LOCK),
    _node("pnpm-production", "pnpm install --prod --ignore-scripts", _SCRIPTED),
    _node("pnpm-fetch", "pnpm fetch", _PLAIN, before=_PNPM_LOCK),
    _node("pnpm-workspaces", "pnpm install", _PNPM_MEMBERS),
    _node("pnpm-local", "pnpm install", _LOCAL),
    _node("pnpm-store", "pnpm store prune", _PLAIN),
    _node("pnpm-config", "pnpm config set network-timeout 300000", _PLAIN),
)
