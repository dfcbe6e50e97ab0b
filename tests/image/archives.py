"""Archives of images for tests, made of layers in memory: OCI layouts, and both layouts of `docker save`."""

import gzip
import hashlib
import io
import json
import tarfile

from restow.oci.layer import LayerEntry, write_layer

AMD64 = {"architecture": "amd64", "os": "linux"}
OCI = "application/vnd.oci.image"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def json_bytes(value):
    return json.dumps(value).encode()


def layer(*entries):
    return write_layer(entries)


def tree(**files):
    """A layer of files, by path with ``__`` for ``/``."""
    return layer(*(LayerEntry(path.replace("__", "/"), "file", 0o644, data=data) for path, data in files.items()))


def config_of(layers, config=None, history=None, **more):
    document = {
        **AMD64,
        "config": config or {},
        "rootfs": {"type": "layers", "diff_ids": [digest(one) for one in layers]},
        **more,
    }
    if history is not None:
        document["history"] = history
    return json_bytes(document)


def tar(files):
    """A tar of named bytes; a text is a symbolic link's target."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            if isinstance(data, str):
                info.type, info.linkname = tarfile.SYMTYPE, data
                archive.addfile(info)
            else:
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def blob(data):
    return f"blobs/sha256/{hashlib.sha256(data).hexdigest()}", data


def descriptor(data, media_type=f"{OCI}.layer.v1.tar", **more):
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}


def manifest_of(config, stored):
    return json_bytes(
        {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.manifest.v1+json",
            "config": descriptor(config, f"{OCI}.config.v1+json"),
            "layers": [descriptor(one) for one in stored],
        }
    )


def index_of(*descriptors):
    return json_bytes({"schemaVersion": 2, "manifests": list(descriptors)})


def oci_files(layers, config=None, compress=bytes, history=None, **more):
    """The files of an OCI layout with one image."""
    stored = [compress(one) for one in layers]
    document = config_of(layers, config, history, **more)
    manifest = manifest_of(document, stored)
    blobs = dict(blob(data) for data in (*stored, document, manifest))
    top = index_of(
        descriptor(
            manifest, f"{OCI}.manifest.v1+json", platform={**AMD64, "architecture": more.get("architecture", "amd64")}
        )
    )
    return {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": top, **blobs}


def old_docker_files(layers, config=None, tags=("app:latest",)):
    """The files of `docker save` before the OCI layout: folders with layer.tar, an equal layer as a link."""
    document = config_of(layers, config)
    name = hashlib.sha256(document).hexdigest() + ".json"
    files, first, names = {}, {}, []
    for at, data in enumerate(layers):
        path = f"{at:064x}/layer.tar"
        files[path] = f"../{first[data]}" if data in first else data
        first.setdefault(data, path)
        names.append(path)
    files[name] = document
    files["manifest.json"] = json_bytes([{"Config": name, "RepoTags": list(tags), "Layers": names}])
    return files


def podman_files(layers, config=None):
    """The files of an archive whose layers are called by their diff IDs."""
    document = config_of(layers, config)
    names = [hashlib.sha256(one).hexdigest() + ".tar" for one in layers]
    name = hashlib.sha256(document).hexdigest() + ".json"
    listed = json_bytes([{"Config": name, "RepoTags": None, "Layers": names}])
    return {**dict(zip(names, layers, strict=True)), name: document, "manifest.json": listed}


def write_folder(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def write_tar(path, files, compress=bytes):
    path.write_bytes(compress(tar(files.items() if isinstance(files, dict) else files)))
    return path


def zipped(data):
    return gzip.compress(data, mtime=0)
