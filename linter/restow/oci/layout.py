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
_MANIFESTS = 1_000  # in all, with the indexes
_DOCUMENTS = 64 * 2**20  # bytes of manifests and configurations that are read until one is chosen
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
    raise ArchiveError(
        f"no image: there is neither {_INDEX} (OCI layout) nor {_DOCKER} (docker save); what docker export "
        "writes are a container's files, and no image"
    )


# --- OCI layout ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A manifest that may be meant, as one index lists it. ``complete`` says whether all its blobs are there."""

    listed: Descriptor
    platform: Platform
    name: str
    complete: bool

    @property
    def digest(self) -> Digest:
        """The manifest's digest."""
        return self.listed.digest


def _oci(blobs: Blobs, platform: Platform | None, name: str | None) -> Parts:
    index = parse_object(blobs.document(_INDEX), _INDEX)
    candidates = list(_Walk(blobs).manifests(descriptors(index, "manifests", _INDEX), _INDEX, "", 0))
    chosen = _chosen(candidates, platform, name)
    where = f"manifest {chosen.digest}"
    manifest = parse_object(_verified(blobs, chosen.listed, "manifest"), where)
    config = descriptor(manifest.get("config"), f"{where}: config")
    if config.media_type not in _CONFIGS:
        raise ArchiveError(f"{where}: no image to run: its config is {config.media_type!r}")
    layers = descriptors(manifest, "layers", where)
    return Parts(
        parse_object(_verified(blobs, config, "image config"), f"image config {config.digest}"),
        config.digest,
        tuple(LayerBlob(blobs.place(_blob(one.digest)), one.digest, one.size, one.media_type) for one in layers),
        tuple(dict.fromkeys(one.name for one in candidates if one.digest == chosen.digest and one.name)),
        chosen.digest,
    )


@dataclass(frozen=True, slots=True)
class _Document:
    """What is kept of an index (``listed``) or a manifest: whether its blobs are there, and its configuration."""

    listed: tuple[Descriptor, ...] | None
    complete: bool = True
    config: Descriptor | None = None


class _Walk:
    """The way through an index and those in it. Each document is read once; bounded are their bytes in all, and how many
    manifests and indexes are come by, one that is listed several times as often.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._left = _MANIFESTS
        self._room = _DOCUMENTS
        self._read: dict[Digest, _Document] = {}
        self._platforms: dict[Digest, Platform] = {}

    def manifests(self, listed: tuple[Descriptor, ...], where: str, name: str, depth: int) -> Iterator[_Candidate]:
        """The manifests of an index and of the indexes in it; attestations are passed over."""
        if depth > _NESTED:
            raise ArchiveError(f"{where}: indexes nest deeper than {_NESTED}")
        self._left -= len(listed)
        if self._left < 0:
            raise ArchiveError(f"{where}: more than {_MANIFESTS} manifests and indexes in all")
        for one in listed:
            if one.attestation or (one.platform is not None and one.platform.os == "unknown"):
                continue
            own = one.name or name
            if not self._blobs.has(_blob(one.digest)):
                yield _Candidate(one, one.platform or Platform("", ""), own, complete=False)
                continue
            document = self._document(one)
            if document.listed is not None:
                yield from self.manifests(document.listed, f"index {one.digest}", own, depth + 1)
            else:
                yield _Candidate(one, one.platform or self._platform(document.config), own, document.complete)

    def _document(self, one: Descriptor) -> _Document:
        """The document that is listed there."""
        found = self._read.get(one.digest)
        if found is None:
            found = self._read[one.digest] = self._parsed(one, f"manifest {one.digest}")
        return found

    def _parsed(self, one: Descriptor, where: str) -> _Document:
        document = parse_object(self._bytes(one, "manifest"), where)
        if "manifests" in document and "layers" in document:
            raise ArchiveError(f"{where}: both an index and the manifest of an image")
        if "manifests" in document:
            return _Document(descriptors(document, "manifests", f"index {one.digest}"))
        if "fsLayers" in document:
            raise ArchiveError(f"{where}: of schema 1, which engines no longer take; save the image again")
        config = descriptor(document.get("config"), f"{where}: config")
        layers = descriptors(document, "layers", where)
        if len(layers) > _LAYERS:
            raise ArchiveError(f"{where}: more than {_LAYERS} layers")
        return _Document(None, all(self._blobs.has(_blob(each.digest)) for each in (config, *layers)), config)

    def _platform(self, config: Descriptor | None) -> Platform:
        """The platform that an image configuration states; none where it is not there."""
        if config is None or config.media_type not in _CONFIGS or not self._blobs.has(_blob(config.digest)):
            return Platform("", "")
        if config.digest not in self._platforms:
            stated = parse_object(self._bytes(config, "image config"), "image config")
            self._platforms[config.digest] = Platform.of(stated)
        return self._platforms[config.digest]

    def _bytes(self, one: Descriptor, what: str) -> bytes:
        data = _verified(self._blobs, one, what)
        self._room -= len(data)
        if self._room < 0:
            raise ArchiveError(f"{what} {one.digest}: more than {_DOCUMENTS} bytes of manifests and configurations")
        return data


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
        raise ArchiveError(
            f"manifest {fitting[0].digest} ({fitting[0].platform}): not all of its blobs are there (layers that "
            "are fetched from elsewhere are in no archive)"
        )
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
