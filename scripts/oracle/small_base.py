"""The base image of the random builds: a shell, the core utilities and their libraries, cut out of a Debian image.

It is small, so that thousands of images can be exported, and it is read as a concrete root for the simulator.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from builders import EngineError

DEBIAN = "localhost/debian:bookworm-slim"
SMALL_BASE = "localhost/restow-oracle:base"
_PROGRAMS = (
    "dash cat chgrp chmod chown cp cut dirname env find grep gzip head id install ln ls mkdir mktemp mv rm rmdir sed seq sort "
    "stat tar tee touch tr true false wc basename readlink xargs test"
)
_DOCKERFILE = f"""\
FROM {DEBIAN} AS debian
RUN <<END
set -e
cd /; mkdir out; cd out
mkdir -p usr/bin usr/lib usr/lib64 usr/share usr/local/bin etc proc sys dev home opt srv run var/lib var/log var/cache
for d in bin lib lib64; do ln -s usr/$d $d; done
mkdir -m 1777 tmp var/tmp
mkdir -m 700 root
grep -E '^(root|daemon|bin|mail|nobody):' /etc/passwd > etc/passwd
grep -E '^(root|daemon|bin|staff|mail|nogroup):' /etc/group > etc/group
for f in hosts resolv.conf hostname; do : > etc/$f; done
for p in {_PROGRAMS}; do
  cp -L /usr/bin/$p usr/bin/$p
  for l in $(ldd /usr/bin/$p | grep -o '/[^ ]*' | sed 's,^/usr,,'); do
    mkdir -p usr$(dirname $l)
    cp -Ln $l usr$l
  done
done
ln -s dash usr/bin/sh
END
FROM scratch
COPY --from=debian /out/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["sh"]
"""


def ensure_base(environment: Mapping[str, str], archive: Path) -> None:
    """Build the base where the engine does not have it, and save it to ``archive``. Raises EngineError.

    The engine needs ``localhost/debian:bookworm-slim``.
    """
    if not archive.is_file() or _docker(environment, "image", "inspect", SMALL_BASE).returncode:
        with tempfile.TemporaryDirectory(prefix="restow-oracle-") as folder:
            (Path(folder) / "Dockerfile").write_text(_DOCKERFILE)
            done = _docker(environment, "buildx", "build", "--network", "host", "--load", "-t", SMALL_BASE, folder)
            if done.returncode:
                raise EngineError(f"the base image cannot be built: {done.stderr[-2000:]}")
            saved = Path(folder) / "base.tar"
            if _docker(environment, "save", "-o", str(saved), SMALL_BASE).returncode:
                raise EngineError("the base image cannot be saved")
            archive.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(saved, archive)


def _docker(environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *words], env=environment, capture_output=True, text=True, check=False)
