"""What buildah (1.28, and podman 4.3 with it) does otherwise than both of the simulated builders, each with what is done
about it here. Nothing else may differ.

Files are compared with the simulated BuildKit, hit or miss with the classic builder's model.

| buildah | here |
|---|---|
| every image has a label with its version | the label is left out |
| EXPOSE keeps the case of a protocol, and a range as it is written | both are read as BuildKit writes them |
| WORKDIR keeps a slash at its end in the configuration | paths are compared without it |
| WORKDIR makes no directory; the next RUN does | only directories that stand are generated; a file there is counted as explained |
| so COPY --from of what WORKDIR alone would make is an error | counted as explained |
| VOLUME: what RUN writes there is lost | no VOLUME is generated |
| HEALTHCHECK with ``--retries=0`` is refused | none is generated |
| HEALTHCHECK that leaves out an option of the one before it is found in the cache | none with options is generated |
| CMD without words has no empty word, as in the classic builder | none is generated |
| a link that stands where a file is copied to is replaced, not followed | none is generated as a destination |
| a pattern without a match is an error, unless another source has one; its folder may be missing | counted as explained |
| a changed build argument or default: ARG without a default runs again, else the cache may give the old result | none changes |
| a changed SHELL is no part of a later key: CMD, ENTRYPOINT and RUN in shell form may keep the old one | none changes |
| a link in the context counts by its text, and not by the file that it leads to | none changes |
| the mode of a directory that a source names is no part of a key | none changes |
| a working directory that a RUN took away is made again | counted as explained |
| which names of the context are one file is no part of a key | no change makes one of two files |
| a file that is copied onto a directory replaces it | counted as explained, where the simulator says that BuildKit refuses it |
| COPY --from at times misses where nothing changed: 3 of 1,000 cases | a case that agrees when built anew is counted apart |
| no here-documents, --link, --mount of a stage's files | none are generated: what is known is what the classic builder knows |
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from contexts import Tree
from real_images import RealImage

from restow.build import Simulation, Step
from restow.build.sources import has_wildcards
from restow.build.state import State
from restow.syntax.ast import Add, Copy, Workdir

LABEL = "io.buildah.version"
REFUSED = re.compile(r"(ONBUILD )?VOLUME|HEALTHCHECK --|CMD$")
_CONFLICT = re.compile(r"COPY would put a file there|where a (file|directory) stands|matches nothing")


def as_buildkit(real: RealImage) -> RealImage:
    """The image with the configuration as BuildKit would write it."""
    config = dict(real.config)
    config["Labels"] = {key: value for key, value in (config.get("Labels") or {}).items() if key != LABEL}
    config["ExposedPorts"] = {port: {} for text in config.get("ExposedPorts") or () for port in _ports(text)}
    if len(config.get("WorkingDir") or "") > 1:
        config["WorkingDir"] = config["WorkingDir"].rstrip("/")
    return replace(real, config=config)


def _ports(text: str) -> list[str]:
    port, _, protocol = text.partition("/")
    first, _, last = port.partition("-")
    return [f"{number}/{protocol.lower()}" for number in range(int(first), int(last or first) + 1)]


def is_explained_failure(step: Step | None, done: Simulation) -> bool:
    """Whether buildah may refuse the step that BuildKit takes: a pattern that matches nothing, or COPY --from where WORKDIR
    alone may have made the source.
    """
    node = step.instruction if step is not None else None
    if not isinstance(node, Copy | Add):
        return False
    steps = (one.instruction for result in done.stages for one in result.steps)
    made = node.flag_value("from") is not None and any(isinstance(one, Workdir) for one in steps)
    return made or any(has_wildcards(word.text) for word in node.sources)


def is_explained_success(step: Step) -> bool:
    """Whether buildah may take a step that BuildKit refuses."""
    return isinstance(step.instruction, Workdir) or _CONFLICT.search(step.error or "") is not None


def is_narrow(change: str, tree: Tree) -> bool:
    """Whether buildah's keys count the change of a context as the classic builder's do."""
    return not ("hard link" in change or change.startswith("retarget")) and not any(
        change == f"chmod {path}" for path in tree if tree[path].kind == "folder"
    )


def is_narrow_edit(words: str, before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether buildah's keys count the edit of the lines of a Dockerfile as the classic builder's do."""
    return not words.startswith("other values") and _shells(before) == _shells(after)


def _shells(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Each SHELL with the line below it."""
    return [(one, below) for one, below in zip(lines, [*lines[1:], ""], strict=True) if one.startswith("SHELL")]


def is_made_again(state: State, real: RealImage) -> bool:
    """Whether the working directory stands in the image, though a RUN took it away."""
    place = str(state.configuration.get("WorkingDir") or "/")
    return state.filesystem.lookup(place) is None and place.rstrip("/") in real.entries


def narrowed(line: str) -> str:
    """The line that is generated instead of one that buildah takes otherwise."""
    return "LABEL l=1" if REFUSED.match(line) else line


def without_slash(fields: Mapping[str, object]) -> dict[str, object]:
    """A configuration whose working directory has no slash at its end."""
    place = str(fields.get("WorkingDir") or "/")
    return {**fields, "WorkingDir": place.rstrip("/") or "/"} if "WorkingDir" in fields else dict(fields)
