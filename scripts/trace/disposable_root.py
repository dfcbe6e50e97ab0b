"""A root directory that is thrown away: layers of overlayfs over an unpacked image, and commands that run inside of it.

Needs to be root, with strace, mount and chroot. Every command runs in a mount namespace of its own.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from strace_log import TRACED, Log, read_log

MARKER = "/restow-trace-begins"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHIM_FOLDER = "/restow-trace"
_NOTED = Path(__file__).parent / "noted_environment.py"
PYTHON_HOOK = "restow-trace"
_SHIM = Path(__file__).parent / "getenv_shim.c"


@dataclass(frozen=True)
class Root:
    """Layers (lowest first) below a folder for scratch space; ``upper`` is where a run's changes go."""

    layers: tuple[Path, ...]
    scratch: Path

    def run(
        self,
        argv: Sequence[str],
        upper: Path,
        *,
        directory: str = "/",
        user: str = "",
        environment: Mapping[str, str] | None = None,
        strace: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run one command with its changes written to ``upper``; with a log of its system calls where asked for."""
        mounted, work = self.scratch / "merged", self.scratch / "work"
        for folder in (mounted, work, upper):
            folder.mkdir(parents=True, exist_ok=True)
        lower = ":".join(str(layer) for layer in reversed(self.layers))
        inner = ["chroot", *([f"--userspec={user}"] if user else []), str(mounted), "/usr/bin/env", "-i"]
        inner += [f"{name}={value}" for name, value in {"PATH": PATH, **(environment or {})}.items()]
        inner += ["/bin/sh", "-c", f'cd "$0" && ! test -e {MARKER} && exec "$@"', directory, *argv]
        if strace is not None:
            inner = [*f"strace -f -y -s 8192 --seccomp-bpf -e trace={TRACED} -o".split(), str(strace), *inner]
        script = (
            f'mount -t overlay overlay -o "lowerdir={lower},upperdir={upper},workdir={work}" "{mounted}" && '
            f'mkdir -p "{mounted}/proc" "{mounted}/dev" && '
            f'mount -t proc proc "{mounted}/proc" && mount --rbind /dev "{mounted}/dev" && exec "$@"'
        )
        return subprocess.run(
            ["unshare", "--mount", "/bin/sh", "-c", script, "sh", *inner],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def traced(
        self,
        argv: Sequence[str],
        upper: Path,
        *,
        directory: str,
        user: str,
        environment: Mapping[str, str],
    ) -> tuple[Log, list[str], subprocess.CompletedProcess[str]]:
        """Run one command under strace: its log, and the environment variables that it asked the C library for."""
        log = self.scratch / "strace.log"
        preload = {"LD_PRELOAD": f"{SHIM_FOLDER}/getenv.so", "RESTOW_TRACE_ASKED": f"{SHIM_FOLDER}/asked"}
        asked = upper / SHIM_FOLDER.strip("/") / "asked"
        asked.parent.mkdir(parents=True, exist_ok=True)
        asked.write_text("")
        asked.chmod(0o666)
        asked.parent.chmod(0o755)
        shutil.copy(self.shim(), asked.parent / "getenv.so")
        self.note_for_python(upper)
        outcome = self.run(
            argv, upper, directory=directory, user=user, environment={**environment, **preload}, strace=log
        )
        with log.open(encoding="utf-8", errors="replace") as lines:
            found = read_log(lines, str(self.scratch / "merged"), MARKER)
        return found, sorted(set(asked.read_text(errors="replace").split())), outcome

    def note_for_python(self, upper: Path) -> None:
        """Make the distribution's Python, where there is one, note what it asks ``os.environ`` for."""
        packages = "usr/lib/python3/dist-packages"
        if not any((layer / packages).is_dir() for layer in self.layers):
            return
        shutil.copy(_NOTED, upper / SHIM_FOLDER.strip("/") / _NOTED.name)
        (upper / packages).mkdir(parents=True, exist_ok=True)
        line = f"import os; exec(open('{SHIM_FOLDER}/{_NOTED.name}').read(), {{}})\n"
        (upper / packages / f"{PYTHON_HOOK}.pth").write_text(line)

    def shim(self) -> Path:
        """The library that notes the variables asked for, compiled with gcc where that has not been done yet."""
        built = self.scratch.parent / "getenv.so"
        if not built.exists():
            subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", str(built), str(_SHIM), "-ldl"], check=True)
        return built

    def clear(self, *folders: Path) -> None:
        """Remove what a run left."""
        for folder in (*folders, self.scratch / "work"):
            shutil.rmtree(folder, ignore_errors=True)
