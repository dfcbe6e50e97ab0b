"""The base image of the random builds: a shell, the core utilities and their libraries, cut out of this machine.

    python scripts/oracle/small_base.py FOLDER

prints its name once the engine has it; its archive is in the folder. It is small, so that thousands of images can be exported,
and it is read as a concrete root for the simulator. This machine has to be a Debian, or one with dash and GNU programs like it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from built import EngineError

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CREATED = "2023-11-14T22:13:20Z"
_PROGRAMS = (
    "dash cat chgrp chmod chown cp cut dirname env find grep gzip head id install ln ls mkdir mktemp mv rm rmdir sed seq sort "
    "stat tar tee touch tr true false wc basename readlink xargs test"
).split()
_FOLDERS = (
    "dev etc home opt proc run srv sys usr usr/bin usr/lib usr/lib64 usr/local usr/local/bin usr/share var var/cache var/lib "
    "var/lib/dpkg var/log"
).split()
_MODES = {"tmp": 0o1777, "var/tmp": 0o1777, "root": 0o700}
_LINKS = {"bin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib64", "usr/bin/sh": "dash"}
_TEXTS = {
    "etc/group": "root:x:0:\ndaemon:x:1:\nbin:x:2:\nmail:x:8:\nstaff:x:50:\nnogroup:x:65534:\n",
    "etc/passwd": (
        "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nbin:x:2:2:bin:/bin:/bin/false\n"
        "mail:x:8:8:mail:/var/mail:/bin/false\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n"
    ),
    **dict.fromkeys(("etc/hosts", "etc/hostname", "etc/resolv.conf"), ""),
    "var/lib/dpkg/info/coreutils.list": "/bin/cat\n",  # without it nobody knows whose programs these are
}


TRIGGERS = (
    "ENV TRIGGERED=1",
    "WORKDIR /triggered/in",
    "COPY . /triggered/",
    "RUN echo made > made",
    "LABEL on=$TRIGGERED",
)
"""What the second image makes run in a stage that is built on it."""


def ensure_base(environment: Mapping[str, str], folder: Path, *, triggers: bool = False) -> tuple[str, Path]:
    """The base's name, loaded where Docker's engine does not have it, and its archive in ``folder``. Raises EngineError."""
    name, archive = base_name(triggers=triggers), base_archive(folder, triggers=triggers)
    if _docker(environment, "image", "inspect", name).returncode:
        done = _docker(environment, "load", "-i", str(archive))
        if done.returncode:
            raise EngineError(f"docker load of the base image fails: {done.stderr[-2000:]}")
    return name, archive


def base_archive(folder: Path, *, triggers: bool = False) -> Path:
    """The base image as ``docker save`` would write it, in ``folder``."""
    name = base_name(triggers=triggers)
    archive = folder / f"{name.rpartition(':')[2]}.saved.tar"
    if archive.is_file():
        return archive
    folder.mkdir(parents=True, exist_ok=True)
    layer = base_tar()
    config = {
        "architecture": {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine()),
        "os": "linux",
        "created": CREATED,
        "config": {"Env": [f"PATH={PATH}"], "Cmd": ["sh"], **({"OnBuild": list(TRIGGERS)} if triggers else {})},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        "history": [{"created": CREATED, "created_by": "the base"}],
    }
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    parts = {"config.json": json.dumps(config), "manifest.json": json.dumps(manifest)}
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file, tarfile.open(fileobj=file, mode="w") as packed:
        for path, data in {**{path: text.encode() for path, text in parts.items()}, "layer.tar": layer}.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    shutil.move(file.name, archive)
    return archive


def base_name(*, triggers: bool = False) -> str:
    """The image's name; its tag says what is in it."""
    held = base_tar() + "".join(TRIGGERS if triggers else ()).encode()
    return f"localhost/restow-oracle:{hashlib.sha256(held).hexdigest()[:12]}"


@cache
def base_tar() -> bytes:
    """The root as a tar; equal on machines with equal programs. Raises EngineError where a program is missing."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        files = [*_files(), *((path, text.encode(), 0o644) for path, text in _TEXTS.items())]
        above = {path.rpartition("/")[0] for path, _, _ in files} - set(_FOLDERS)
        for path in (*_FOLDERS, *_MODES, *sorted(above)):
            info = tarfile.TarInfo(path)
            info.type, info.mode = tarfile.DIRTYPE, _MODES.get(path, 0o755)
            archive.addfile(info)
        for path, target in _LINKS.items():
            info = tarfile.TarInfo(path)
            info.type, info.linkname, info.mode = tarfile.SYMTYPE, target, 0o777
            archive.addfile(info)
        for path, data, mode in files:
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(data), mode
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def _files() -> Iterator[tuple[str, bytes, int]]:
    """The programs and their libraries: path, bytes, mode."""
    libraries: set[str] = set()
    for name in _PROGRAMS:
        found = shutil.which(name, path="/usr/bin:/bin")
        if found is None:
            raise EngineError(f"the base image needs {name}, which is not installed here")
        yield f"usr/bin/{name}", Path(found).read_bytes(), 0o755
        listed = subprocess.run(["ldd", found], capture_output=True, text=True, check=False).stdout
        libraries.update(re.findall(r"(/\S+) \(0x", listed))
    for path in sorted(libraries):
        yield _inside(path), Path(path).read_bytes(), 0o755


def _inside(library: str) -> str:
    """Where a library of this machine stands in the image, whose /lib is a link to /usr/lib."""
    return f"usr/{library.removeprefix('/usr').lstrip('/')}"


def _docker(environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *words], env=environment, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    print(ensure_base(os.environ, Path(sys.argv[1]))[0])
