"""The roots that traces run in: a Debian image, then its package lists, and on these Python, Node or Go.

    python scripts/trace/prepare.py IMAGE.tar LAYERS

IMAGE.tar is the image's root directory (``docker buildx build --output type=tar``). Each toolset is one layer over the ones
below it. Node comes from this machine (``node`` and ``npm``), since Debian's is slow to install.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from disposable_root import Root

TOOLSETS = {
    "image": ("base", "net"),
    "lists": ("base", "net", "lists"),
    "python": ("base", "net", "lists", "python"),
    "golang": ("base", "net", "lists", "golang"),
    "node": ("base", "net", "node", "nodetools"),
    "tools": ("base", "net", "lists", "tools"),
    "projects": ("base", "net", "lists", "python", "projects"),
    "perl": ("base", "net", "lists", "python", "perl"),
    "ruby": ("base", "net", "lists", "ruby"),
    "php": ("base", "net", "lists", "php"),
    "rust": ("base", "net", "lists", "rust"),
    "java": ("base", "net", "lists", "java"),
    "nodemore": ("base", "net", "node", "nodetools", "nodemore"),
}
"""The layers of each set of programs, lowest first."""
_QUIET = {"HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}
_INSTALL = "apt-get install -y --no-install-recommends"
_SCRIPTS = {
    "lists": "apt-get update",
    "python": f"{_INSTALL} python3-pip python3-venv python3-setuptools python3-wheel git make unzip zip ca-certificates "
    "build-essential && apt-get clean && pip install --break-system-packages uv virtualenv && rm -rf /root/.cache",
    "golang": f"{_INSTALL} golang-go git ca-certificates && apt-get clean",
    "nodetools": "npm install -g yarn@1 pnpm@9 && rm -rf /root/.npm",
    "tools": f"{_INSTALL} locales patch gnupg gawk bzip2 xz-utils sudo gosu file jq dos2unix libcap2-bin binutils "
    "cpanminus openssl rsync wget curl cron && apt-get clean",
    "projects": "pip install --break-system-packages poetry pipenv && rm -rf /root/.cache",
    "perl": f"{_INSTALL} cpanminus && apt-get clean",
    "ruby": f"{_INSTALL} ruby ruby-bundler git && apt-get clean",
    "php": f"{_INSTALL} composer php-cli git unzip && apt-get clean",
    "rust": f"{_INSTALL} cargo rustc gcc libc6-dev && apt-get clean",
    "java": f"mkdir -p /usr/share/man/man1 && {_INSTALL} maven openjdk-17-jdk-headless && apt-get clean",
    "nodemore": "npm install -g --allow-scripts=bun bun && npm install -g --prefix /opt/berry "
    "--globalconfig /usr/local/etc/npmrc @yarnpkg/cli-dist && rm -rf /root/.npm",
}


def main() -> int:
    """Fill the folder with the layers that are missing; exit 1 where one could not be made."""
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    image, layers = Path(sys.argv[1]), Path(sys.argv[2]).resolve()
    if not (layers / "base").exists():
        (layers / "base").mkdir(parents=True)
        subprocess.run(["tar", "-xf", str(image), "-C", str(layers / "base")], check=True)
    (layers / "net/etc").mkdir(parents=True, exist_ok=True)
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", layers / "net/etc" / name)
    _copy_node(layers / "node")
    for name, script in _SCRIPTS.items():
        below = next(found[: found.index(name)] for found in TOOLSETS.values() if name in found)
        if not (layers / name).exists():
            root = Root(tuple(layers / lower for lower in below), layers / "scratch")
            outcome = root.run(["/bin/sh", "-ec", script], layers / name, environment=_QUIET)
            if outcome.returncode:
                print(f"{name}: {outcome.stderr[-2000:]}", file=sys.stderr)
                return 1
    return 0


def _copy_node(layer: Path) -> None:
    """This machine's node and npm, with npm's global settings, into ``/usr/local`` of the layer."""
    program = shutil.which("node")
    if layer.exists() or program is None:
        return
    prefix = Path(program).resolve().parents[1]
    (layer / "usr/local/bin").mkdir(parents=True)
    shutil.copy(program, layer / "usr/local/bin/node")
    shutil.copytree(prefix / "lib/node_modules/npm", layer / "usr/local/lib/node_modules/npm", symlinks=True)
    (layer / "usr/local/bin/npm").symlink_to("../lib/node_modules/npm/bin/npm-cli.js")
    settings = prefix / "etc/npmrc"
    if settings.exists():
        (layer / "usr/local/etc").mkdir(parents=True)
        shutil.copy(settings, layer / "usr/local/etc/npmrc")


if __name__ == "__main__":
    sys.exit(main())
