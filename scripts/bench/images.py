"""Reading a real image against `tar tvzf` and `sha256sum` over the same bytes: a synthetic image, in turn, in one run.

    python scripts/bench/images.py [--megabytes 1000] [--files 60000] [--runs 3] [--folder DIR]

The image (an OCI layout, three layers in gzip, half of the bytes random and half text) is made in a temporary folder. Each run
times `tar tvzf` and then `sha256sum` over every layer, and then `restow.read_image` in a process of its own, which verifies the
digests of the layers, hashes every file and builds the tree. Printed are the medians, the peak of memory, and `ratio N`: the
speed of Restow as a share of that of both tools together.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

LAYERS = 3
READ = """
import resource, sys, time
begin = time.perf_counter()
from restow import read_image
image = read_image(sys.argv[1])
count = sum(1 for layer in image.layers for entry in layer.entries if entry.type == "file")
print(time.perf_counter() - begin, count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def write_layer(path: Path, number: int, files: int, size: int, seed: random.Random) -> tuple[str, str]:
    """Write one layer of ``files`` files with ``size`` bytes in all; returns the digests of its blob and of its tar."""
    text = b" ".join(b"line %d of a text that repeats itself in parts" % n for n in range(2000))
    plain = hashlib.sha256()
    with path.open("wb") as target:
        packer = subprocess.Popen(["gzip", "-1"], stdin=subprocess.PIPE, stdout=target)
        assert packer.stdin is not None

        class Both(io.RawIOBase):
            def write(self, data):
                plain.update(data)
                return packer.stdin.write(data)

        with tarfile.open(fileobj=Both(), mode="w|", format=tarfile.PAX_FORMAT) as archive:
            for at in range(files):
                length = max(1, int(seed.expovariate(files / size)))
                data = seed.randbytes(length) if at % 2 else (text * (length // len(text) + 1))[:length]
                info = tarfile.TarInfo(f"usr/lib/layer{number}/package{at // 100}/module{at % 100}.so")
                info.size, info.mode = length, 0o644
                archive.addfile(info, io.BytesIO(data))
        packer.stdin.close()
        packer.wait()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), plain.hexdigest()


def make_image(folder: Path, megabytes: int, files: int) -> list[Path]:
    """An OCI layout in ``folder``; returns its layers."""
    seed = random.Random(1)
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    paths, diff_ids, described = [], [], []
    for number in range(LAYERS):
        made = folder / f"layer{number}"
        stored, plain = write_layer(made, number, files // LAYERS, megabytes * 10**6 // LAYERS, seed)
        paths.append(made.rename(blobs / stored))
        diff_ids.append(f"sha256:{plain}")
        described.append({"digest": f"sha256:{stored}", "size": paths[-1].stat().st_size})
    config = {"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    manifest = {"schemaVersion": 2, "config": blob(blobs, config), "layers": described}
    (folder / "index.json").write_text(json.dumps({"manifests": [blob(blobs, manifest)]}))
    return paths


def blob(blobs: Path, value: object) -> dict[str, object]:
    """Write a document as a blob; returns its descriptor."""
    data = json.dumps(value).encode()
    digest = hashlib.sha256(data).hexdigest()
    (blobs / digest).write_bytes(data)
    return {"digest": f"sha256:{digest}", "size": len(data)}


def tools_seconds(layers: list[Path]) -> float:
    """The wall time of both tools over every layer."""
    begin = time.perf_counter()
    for path in layers:
        subprocess.run(["tar", "tvzf", path], stdout=subprocess.DEVNULL, check=True)
        subprocess.run(["sha256sum", path], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def restow_seconds(folder: Path) -> tuple[float, int, float]:
    """The seconds of one reading, the files found, and the peak of memory in MB."""
    done = subprocess.run([sys.executable, "-c", READ, folder], capture_output=True, text=True, check=True)
    seconds, count, peak = done.stdout.split()
    return float(seconds), int(count), int(peak) * 1024 / 10**6


def main() -> None:
    """Make the image, time both in turn, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--files", type=int, default=60_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to make the image (default: the temporary folder)")
    arguments = parser.parse_args()
    if shutil.disk_usage(arguments.folder or tempfile.gettempdir()).free < arguments.megabytes * 2 * 10**6:
        sys.exit("there is no room for the image; name another --folder")
    with tempfile.TemporaryDirectory(prefix="restow-bench-", dir=arguments.folder) as name:
        layers = make_image(Path(name), arguments.megabytes, arguments.files)
        stored = sum(path.stat().st_size for path in layers)
        print(f"image: {arguments.megabytes} MB in {arguments.files} files, {stored / 10**6:.0f} MB stored")
        tools, ours, peak, count = [], [], 0.0, 0
        for _ in range(arguments.runs):
            tools.append(tools_seconds(layers))
            seconds, count, memory = restow_seconds(Path(name))
            ours.append(seconds)
            peak = max(peak, memory)
    slow, fast = statistics.median(tools), statistics.median(ours)
    print(f"tar tvzf and sha256sum: {slow:.2f} s")
    print(f"restow.read_image: {fast:.2f} s, {count} files, peak memory {peak:.0f} MB")
    print(f"ratio {slow / fast:.2f}")


if __name__ == "__main__":
    main()
