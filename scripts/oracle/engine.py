"""Starts a real BuildKit for the tests: Docker's daemon from Debian's packages, on a socket of its own.

    python scripts/oracle/engine.py up|down|status [--folder DIR] [--suite NAME] [--store NAME]

``up`` takes the packages from the mirror that this machine's apt is set up with, unpacks them into the folder and installs
nothing; it needs root, apt and a Debian 12 or later. It prints the name of a file with the engine's variables, to be read by a
shell (``. FILE``) or by ``RESTOW_ENGINE_ENV=FILE pytest tests/engine``. An engine that answers is left as it is. ``down`` stops
the daemon that ``up`` started, and removes its folder. Exit code 3: this machine cannot run one, with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

PACKAGES = ("docker.io", "docker-cli", "docker-buildx", "containerd")
PROGRAMS = ("sbin/dockerd", "bin/docker", "bin/containerd", "bin/containerd-shim-runc-v2", "bin/ctr")
SETTINGS = "restow-daemon.json"  # in a folder: this script made it
START_SECONDS = 60


class NoEngineError(Exception):
    """This machine cannot run an engine; the message says why."""


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("up", "down", "status"))
    default = Path(os.environ.get("ENGINE_ROOT") or Path(tempfile.gettempdir()) / "restow-engine")
    parser.add_argument("--folder", type=Path, default=default, help=f"where it lives (default: {default})")
    parser.add_argument(
        "--suite", default="trixie", help="Debian's release that Docker is taken from (default: trixie)"
    )
    parser.add_argument(
        "--store", choices=("containerd", "overlay2"), default="containerd",
        help="where images are kept; the classic builder is much faster with overlay2, BuildKit exports no OCI archive from it",
    )  # fmt: skip
    arguments = parser.parse_args()
    folder = arguments.folder.absolute()
    try:
        if arguments.command == "up":
            up(folder, arguments.suite, arguments.store)
        elif arguments.command == "down":
            down(folder)
        elif not answers(folder):
            raise NoEngineError(f"no engine answers in {folder}")
        print(folder / "env")
    except NoEngineError as error:
        print(f"no engine: {error}", file=sys.stderr)
        return 3
    return 0


def up(folder: Path, suite: str, store: str) -> None:
    """Fetch what is missing, and start the daemon unless one answers already."""
    if answers(folder):
        return
    if os.geteuid() != 0:
        raise NoEngineError("Docker's daemon needs root")
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise NoEngineError("its packages come by apt, which is not here")
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "bin" / "dockerd").exists():
        fetch(folder, suite)
    start(folder, store)


def fetch(folder: Path, suite: str) -> None:
    """Unpack the packages below ``folder/packages``, and link their programs from ``folder/bin``."""
    apt = folder / "apt"
    for part in ("lists/partial", "archives/partial", "debs"):
        (apt / part).mkdir(parents=True, exist_ok=True)
    (apt / "status").touch()
    (apt / "sources.list").write_text(f"deb {mirror()} {suite} main\n")
    settings = {
        "Dir::Etc::SourceList": apt / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": apt / "lists",
        "Dir::State::Status": apt / "status",
        "Dir::Cache": apt,
        "Dir::Cache::Archives": apt / "archives",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": 3,
        "Acquire::Check-Valid-Until": "false",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    run(["apt-get", "-qq", *options, "update"], apt / "debs")
    run(["apt-get", "-qq", *options, "download", *PACKAGES], apt / "debs")
    run(["apt-get", "-qq", "download", "runc"], apt / "debs")  # this machine's own: a later one needs a later libc
    for package in (apt / "debs").glob("*.deb"):
        run(["dpkg-deb", "-x", str(package), str(folder / "packages")], folder)
    shutil.rmtree(apt)
    (folder / "bin").mkdir(exist_ok=True)
    plugins = folder / "client" / "cli-plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    for name in (*PROGRAMS, "sbin/runc"):
        link(folder / "bin" / Path(name).name, folder / "packages" / "usr" / name)
    link(plugins / "docker-buildx", folder / "packages/usr/libexec/docker/cli-plugins/docker-buildx")


def mirror() -> str:
    """The address that this machine's apt has Debian from. Raises NoEngineError where it has none."""
    command = [
        "apt-get",
        "indextargets",
        "--format",
        "$(REPO_URI) $(CODENAME)",
        "Created-By: Packages",
        "Origin: Debian",
    ]
    for attempt in (1, 2):
        lines = run(command).split("\n")
        found = [line.split()[0] for line in lines if line and "security" not in line]
        if found:
            return found[0]
        if attempt == 1:
            run(["apt-get", "-qq", "update"])
    raise NoEngineError("apt is set up with no mirror of Debian")


def start(folder: Path, store: str) -> None:
    """Start the daemon and wait until it answers. Raises NoEngineError with the end of its log."""
    settings = {
        "hosts": [f"unix://{folder / 'socket'}"],
        "data-root": str(folder / "data"),
        "exec-root": str(folder / "run"),
        "pidfile": str(folder / "pid"),
        "bridge": "none",
        "iptables": False,
        "ip6tables": False,
        "ip-forward": False,
        "userland-proxy": False,
        "features": {"containerd-snapshotter": store == "containerd"},
    }
    (folder / SETTINGS).write_text(json.dumps(settings))
    (folder / "env").write_text(
        f"export DOCKER_HOST=unix://{folder / 'socket'} DOCKER_CONFIG={folder / 'client'}\n"
        f"export BUILDX_NO_DEFAULT_ATTESTATIONS=1 DOCKER_CLI_HINTS=false\nexport PATH={folder / 'bin'}:$PATH\n"
    )
    environment = {**os.environ, "PATH": f"{folder / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [str(folder / "bin" / "dockerd"), "--config-file", str(folder / SETTINGS)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if answers(folder):
            return
        time.sleep(0.2)
    process.kill()
    raise NoEngineError("dockerd does not start:\n" + "\n".join((folder / "log").read_text().splitlines()[-8:]))


def down(folder: Path) -> None:
    """Stop the daemon of ``folder`` and remove all of it. Raises NoEngineError where it does not stop."""
    pid = folder / "pid"
    if not (folder / SETTINGS).is_file() or not (folder / "bin" / "dockerd").exists():
        raise NoEngineError(f"{folder} holds no engine of this script")
    if pid.is_file():
        number = int(pid.read_text())
        os.kill(number, signal.SIGTERM)
        end = time.monotonic() + 30
        while pid.is_file() and time.monotonic() < end:
            time.sleep(0.2)
        if pid.is_file():
            raise NoEngineError(f"dockerd, process {number}, does not stop")
    for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
        place = line.split()[1]
        if place.startswith(f"{folder.resolve()}/"):  # the network namespace of the classic builder stays mounted
            run(["umount", place])
    shutil.rmtree(folder)


def answers(folder: Path) -> bool:
    """Whether the engine of ``folder`` answers."""
    client, environment = folder / "bin" / "docker", folder / "env"
    if not client.exists() or not environment.is_file():
        return False
    command = f". {environment}; exec docker version"
    return subprocess.run(["sh", "-c", command], capture_output=True, check=False).returncode == 0


def link(path: Path, target: Path) -> None:
    """Make ``path`` a link to ``target``, whatever it was."""
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def run(command: list[str], folder: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    """What a program prints. Raises NoEngineError where it fails."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoEngineError(f"{' '.join(command[:2])} fails: {done.stderr.strip()[-500:]}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
