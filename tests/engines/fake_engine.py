"""A stand-in for the programs docker, podman and buildah: it "builds" the files that comments of a Dockerfile name.

``# file PATH TEXT`` puts a file, ``# own PATH`` the Dockerfile itself, ``# noise PATH`` a file with other bytes each time,
``# mode PATH OCTAL`` changes a file's mode, ``# env NAME VALUE`` sets a variable, ``# wait`` waits until somebody ends it, and
``# fail`` lets the build fail. Images lie in the folder ``FAKE_ENGINE``; what was run is in its ``log``.
"""

import hashlib
import io
import json
import os
import secrets
import sys
import tarfile
import time
from pathlib import Path

STATE = Path(os.environ["FAKE_ENGINE"])
OLD_OUTPUT = "Step 1/2 : FROM scratch\n ---> 0\nStep 2/2 : RUN false\n ---> Running in 1\nno such luck"
NEW_OUTPUT = (
    "#1 [internal] load\n#2 done\n------\n > [2/2] RUN false:\n0.1 no such luck\n------\nERROR: failed to solve"
)


def tar_of(files, modes=()):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, data in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            info.mode = dict(modes).get(path, 0o644)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def image_of(text, tag):
    files, env, modes = {}, [], {}
    for line in text.splitlines():
        word, _, rest = line.removeprefix("# ").partition(" ")
        if word == "file":
            path, _, content = rest.partition(" ")
            files[path] = content.encode()
        elif word == "own":
            files[rest] = text.encode()
        elif word == "mode":
            path, _, mode = rest.partition(" ")
            modes[path] = int(mode, 8)
        elif word == "noise":
            files[rest] = secrets.token_bytes(8)
        elif word == "env":
            env.append(rest.replace(" ", "=", 1))
    layer = tar_of(files, modes)
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": env},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        "history": [{"created_by": "all of it"}],
    }
    data = json.dumps(config).encode()
    name = hashlib.sha256(data).hexdigest() + ".json"
    manifest = [{"Config": name, "RepoTags": [tag], "Layers": ["1/layer.tar"]}]
    return tar_of({"manifest.json": json.dumps(manifest).encode(), name: data, "1/layer.tar": layer})


def stored(tag):
    return STATE / tag.replace("/", "_").replace(":", "_")


def main(program, words):
    with (STATE / "log").open("a", encoding="utf-8") as log:
        log.write(" ".join([program, *words]) + "\n")
    if words[0] in ("version", "info", "--version", "images"):
        print("99.0")
    elif words[:2] == ["buildx", "version"]:
        return 0 if os.environ.get("FAKE_BUILDX") else 1
    elif "build" in words or "bud" in words:
        text = Path(words[words.index("--file") + 1]).read_text(encoding="utf-8")
        if "# wait" in text:
            (STATE / "waits").write_text(str(os.getpid()), encoding="utf-8")
            time.sleep(60)
        if "# fail" in text:
            print(NEW_OUTPUT if "buildx" in words else OLD_OUTPUT)
            return 1
        tag = words[words.index("--tag") + 1]
        stored(tag).write_bytes(image_of(text, tag))
    elif words[0] == "save":
        Path(words[words.index("--output") + 1]).write_bytes(stored(words[-1]).read_bytes())
    elif words[0] == "push":
        _, path, tag = words[-1].split(":", 2)
        Path(path).write_bytes(stored(tag).read_bytes())
    elif "rm" in words or "rmi" in words:
        stored(words[-1]).unlink()
    else:
        print(f"unknown: {words}", file=sys.stderr)
        return 1
    return 0


raise SystemExit(main(Path(sys.argv[0]).name, sys.argv[1:]))
