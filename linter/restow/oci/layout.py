"""Which blobs make up an image: found by the documents of an OCI layout or of `docker save`.

In an OCI layout the way leads from ``index.json`` over indexes to one manifest; its digest and that of everything below
is verified. An older archive of `docker save` has ``manifest.json`` alone, which names the layers by file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from restow.errors import ArchiveError, UsageError
from restow.oci.blobs import Blobs
from restow.oci.digest import Digest, digest_bytes, parse_digest, verify
from restow.oci.documents import Descriptor, Json, descriptor, descriptors, parse_json, parse_object, texts
from restow.oci.platform import Platform

_INDEX, _DOCKER = "index.json", "manifest.json"
_NESTED = 4  # indexes in indexes
_MANIFESTS = 1_000
_LAYERS = 4_096
_HEX = re.compile(r"(?:blobs/sha256/)?([0-9a-f]{64})(?:\.json)?")
_CONFIGS = ("", "application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json")


@dataclass(frozen=True, slots=True)
class LayerBlob:
    """A layer as the documents name it: the blob's name, and what they say of its digest and size, None for nothing."""

    name: str
    digest: Digest | None = None
    size: int | None = None
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one image. ``names`` are its references, ``manifest`` its manifest's digest where there is one."""

    config: Json
    config_digest: Digest
    layers: tuple[LayerBlob, ...]
    names: tuple[str, ...] = ()
    manifest: Digest | None = None


def find_image(blobs: Blobs, platform: Platform | None, name: str | None = None) -> Parts:
    """The parts of the image of that platform and name.

    Raises UsageError, which lists the choice, where several images are there and nothing says which one is meant or
    none is the one that is asked for; ArchiveError where a document is missing, broken or has another digest.
    """
    if blobs.has(_INDEX):
        return _oci(blobs, platform, name)
    if blobs.has(_DOCKER):
        return _docker(blobs, platform, name)
    raise ArchiveError(f"no image: there is neither {_INDEX} (OCI layout) nor {_DOCKER} (docker save)")


# --- OCI layout ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A manifest that may be meant. ``complete`` says whether all its blobs are there."""

    digest: Digest
    manifest: Json
    platform: Platform
    name: str
    complete: bool


def _oci(blobs: Blobs, platform: Platform | None, name: str | None) -> Parts:
    index = parse_object(blobs.document(_INDEX), _INDEX)
    chosen = _chosen(list(_manifests(blobs, index, _INDEX, "", 0)), platform, name)
    where = f"manifest {chosen.digest}"
    config = descriptor(chosen.manifest.get("config"), f"{where}: config")
    if config.media_type not in _CONFIGS:
        raise ArchiveError(f"{where}: no image to run: its config is {config.media_type!r}")
    layers = descriptors(chosen.manifest, "layers", where)
    if len(layers) > _LAYERS:
        raise ArchiveError(f"{where}: more than {_LAYERS} layers")
    return Parts(
        parse_object(_verified(blobs, config, "image config"), f"image config {config.digest}"),
        config.digest,
        tuple(LayerBlob(blobs.place(_blob(one.digest)), one.digest, one.size, one.media_type) for one in layers),
        (chosen.name,) if chosen.name else (),
        chosen.digest,
    )


def _manifests(blobs: Blobs, index: Json, where: str, name: str, depth: int) -> Iterator[_Candidate]:
    """The manifests of an index and of the indexes in it; attestations are passed over."""
    listed = descriptors(index, "manifests", where)
    if depth > _NESTED or len(listed) > _MANIFESTS:
        raise ArchiveError(f"{where}: indexes nest deeper than {_NESTED}, or one has more than {_MANIFESTS} manifests")
    for one in listed:
        if one.attestation or (one.platform is not None and one.platform.os == "unknown"):
            continue
        own = one.name or name
        if not blobs.has(_blob(one.digest)):
            yield _Candidate(one.digest, {}, one.platform or Platform("", ""), own, complete=False)
            continue
        document = parse_object(_verified(blobs, one, "manifest"), f"manifest {one.digest}")
        if "manifests" in document and "layers" in document:
            raise ArchiveError(f"manifest {one.digest}: both an index and the manifest of an image")
        if "manifests" in document:
            yield from _manifests(blobs, document, f"index {one.digest}", own, depth + 1)
        elif "fsLayers" in document:
            raise ArchiveError(
                f"manifest {one.digest}: of schema 1, which engines no longer take; save the image again"
            )
        else:
            yield _candidate(blobs, one, document, own)


def _candidate(blobs: Blobs, one: Descriptor, document: Json, name: str) -> _Candidate:
    where = f"manifest {one.digest}"
    config = descriptor(document.get("config"), f"{where}: config")
    needed = (config, *descriptors(document, "layers", where))
    complete = all(blobs.has(_blob(each.digest)) for each in needed)
    platform = one.platform
    if platform is None:
        held = blobs.has(_blob(config.digest)) and config.media_type in _CONFIGS
        stated = parse_object(_verified(blobs, config, "image config"), "image config") if held else {}
        platform = Platform.of(stated)
    return _Candidate(one.digest, document, platform, name, complete)


def _chosen(candidates: list[_Candidate], platform: Platform | None, name: str | None) -> _Candidate:
    if not candidates:
        raise ArchiveError("no image: the index lists no manifest of one")
    named = [one for one in candidates if name is None or _means(one.name, name) or str(one.digest) == name]
    if not named:
        raise UsageError(f"no image is called {name!r}; there are: {_listed(one.name for one in candidates)}")
    fitting = [one for one in named if platform is None or one.platform.offers(platform)]
    if not fitting:
        there = _listed(str(one.platform) for one in named)
        raise UsageError(f"the image has no platform {platform}; it has: {there}")
    complete = list({one.digest: one for one in fitting if one.complete}.values())
    if not complete:
        raise ArchiveError(f"manifest {fitting[0].digest} ({fitting[0].platform}): not all of its blobs are there")
    if len(complete) == 1:
        return complete[0]
    if len({one.platform for one in complete}) > 1:
        raise UsageError(f"the image is for several platforms: choose one with --platform: {_platforms(complete)}")
    raise UsageError(f"several images are there: choose one with PATH#NAME: {_listed(one.name for one in complete)}")


def _platforms(candidates: list[_Candidate]) -> str:
    return _listed(str(one.platform) for one in candidates)


def _listed(names: Iterator[str]) -> str:
    return ", ".join(sorted({name or "one without a name" for name in names}))


def _means(name: str, wanted: str) -> bool:
    """Whether ``wanted`` is how people call ``name``: whole, without the registry, or without the tag ``latest``."""
    forms = {name, name.removeprefix("docker.io/library/"), name.removeprefix("docker.io/"), name.rpartition(":")[2]}
    return wanted in forms or f"{wanted}:latest" in forms


def _blob(digest: Digest) -> str:
    return f"blobs/{digest.algorithm}/{digest.encoded}"


def _verified(blobs: Blobs, one: Descriptor, what: str) -> bytes:
    data = blobs.document(_blob(one.digest))
    if len(data) != one.size:
        raise ArchiveError(f"{what} {one.digest}: has {len(data)} bytes, expected {one.size}")
    return verify(data, one.digest, f"{what} {_blob(one.digest)}")


# --- docker save ---------------------------------------------------------------------------------------------------


def _docker(blobs: Blobs, platform: Platform | None, name: str | None) -> Parts:
    listed = parse_json(blobs.document(_DOCKER), _DOCKER)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed) or not listed:
        raise ArchiveError(f"{_DOCKER}: a list of images was expected")
    tags = [texts(one, "RepoTags", f"{_DOCKER}[{at}]") for at, one in enumerate(listed)]
    fitting = [at for at, own in enumerate(tags) if name is None or any(_means(tag, name) for tag in own)]
    if len(fitting) != 1:
        there = _listed(tag for own in tags for tag in own or ("",))
        problem = f"no image is called {name!r}; there are" if not fitting else "several images are there: choose one"
        raise UsageError(f"{problem} with PATH#NAME: {there}")
    at = fitting[0]
    where, one = f"{_DOCKER}[{at}]", listed[at]
    path = one.get("Config")
    if not isinstance(path, str):
        raise ArchiveError(f"{where}: Config must be the name of a file")
    data = blobs.document(path)
    named = _HEX.fullmatch(path)
    digest = digest_bytes(data)
    if named is not None and named[1] != digest.encoded:
        raise ArchiveError(f"{path!r}: the digest is {digest}, expected sha256:{named[1]}")
    config = parse_object(data, path)
    own = Platform.of(config)
    if platform is not None and own.known and not own.offers(platform):
        raise UsageError(f"the image has no platform {platform}; it has: {own}")
    layers = texts(one, "Layers", where)
    if len(layers) > _LAYERS:
        raise ArchiveError(f"{where}: more than {_LAYERS} layers")
    return Parts(config, digest, tuple(_docker_layer(layer, blobs) for layer in layers), tags[at])


def _docker_layer(name: str, blobs: Blobs) -> LayerBlob:
    """A layer of `docker save`; its name is its digest where it is 64 hexadecimal digits in ``blobs``."""
    found = _HEX.fullmatch(name)
    stated = found is not None and name.startswith("blobs/")
    return LayerBlob(blobs.place(name), parse_digest(f"sha256:{found[1]}") if stated and found else None)
