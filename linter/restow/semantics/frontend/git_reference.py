"""Git repositories as sources of ADD: ``https://host/name.git?tag=v1#ref:folder`` and ``git@host:name``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import normpath

from restow.syntax.fields import read_bool
from restow.syntax.problem import FieldError

_SCHEME = re.compile(r"([a-zA-Z0-9]+)://")
_SSH = re.compile(r"([a-zA-Z0-9_-]+@[a-zA-Z0-9.-]+:.*?)(?:\?(.*?))?(?:#(.*))?")
_PORT = re.compile(r"[^:]*(?::[0-9]*)?")
_SWITCHES = ("submodules", "keep-git-dir", "fetch-by-commit")


@dataclass(frozen=True, slots=True)
class GitReference:
    """A repository and what of it is wanted; None: the text does not say.

    ``looks_local``: a path of the context could read the same (``github.com/owner/name``).
    """

    remote: str
    name: str
    ref: str = ""
    folder: str = ""
    checksum: str = ""
    keep_git_dir: bool | None = None
    submodules: bool | None = None
    mtime: str = ""
    fetch_by_commit: bool = False
    looks_local: bool = False
    unencrypted: bool = False


def read_git_reference(text: str) -> GitReference | None:
    """The repository that ``text`` names; None where it names none. Raises FieldError for a query that is refused."""
    if text.startswith(("./", "../")) or not (":" in text or text.startswith("github.com/")):
        return None
    looks_local = text.startswith("github.com/")
    scheme = _SCHEME.match(text)
    if looks_local or scheme:
        return _from_address(text, looks_local)
    ssh = _SSH.fullmatch(text)
    return _with_query(ssh[1], ssh[2] or "", ssh[3] or "", False, False) if ssh else None


def _from_address(text: str, looks_local: bool) -> GitReference | None:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(f"https://{text}" if looks_local else text)
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    web = scheme in ("http", "https")
    if scheme not in ("http", "https", "ssh", "git") or (web and not looks_local and not parts.path.endswith(".git")):
        return None
    host = parts.netloc.rpartition("@")[2]
    if not host.startswith("[") and not _PORT.fullmatch(host):
        return None
    remote = parts._replace(query="", fragment="").geturl()
    if looks_local:
        remote = remote.partition("://")[2]
    return _with_query(remote, parts.query, parts.fragment, looks_local, scheme in ("http", "git"))


def _with_query(remote: str, query: str, fragment: str, looks_local: bool, unencrypted: bool) -> GitReference:
    ref, _, folder = fragment.partition(":")
    folder = normpath("/" + folder).lstrip("/") if fragment else ""
    values = _query(query)
    ref = _one("ref", ref, values.get("ref", ""))
    tag, branch = values.get("tag", ""), values.get("branch", "")
    if tag and branch:
        raise FieldError("a git source takes a branch or a tag, not both")
    if tag:
        ref = _one("ref", ref, "refs/tags/" + tag.removeprefix("refs/tags/"))
    if branch:
        ref = _one("ref", ref, "refs/heads/" + branch.removeprefix("refs/heads/"))
    if values.get("mtime", "") not in ("", "checkout", "commit"):
        raise FieldError(f"mtime cannot be {values['mtime']!r}: write checkout or commit")
    switches = {name: read_bool(name, values[name] or "true") for name in _SWITCHES if name in values}
    return GitReference(
        remote,
        remote.rpartition("/")[2].removesuffix(".git"),
        ref,
        _one("subdir", folder, values.get("subdir", "")),
        values.get("checksum", values.get("commit", "")),
        switches.get("keep-git-dir"),
        switches.get("submodules"),
        values.get("mtime", ""),
        switches.get("fetch-by-commit", False),
        looks_local,
        unencrypted,
    )


def _query(query: str) -> dict[str, str]:
    """The values by name. Raises FieldError for a name that does not exist, stands twice or lacks its value."""
    from urllib.parse import parse_qs

    known = ("ref", "tag", "branch", "subdir", "checksum", "commit", "mtime", *_SWITCHES)
    found = {}
    for name, values in parse_qs(query, keep_blank_values=True).items():
        if name not in known:
            raise FieldError(f"a git source has no setting {name!r}: it takes {', '.join(known)}")
        if len(values) > 1:
            raise FieldError(f"{name} stands twice in a git source")
        if not values[0] and name not in _SWITCHES:
            raise FieldError(f"{name} has no value in a git source")
        found[name] = values[0]
    return found


def _one(name: str, first: str, second: str) -> str:
    """The one of two values that is given."""
    if first and second and first != second:
        raise FieldError(f"a git source has two values for {name}, {first!r} and {second!r}")
    return first or second
