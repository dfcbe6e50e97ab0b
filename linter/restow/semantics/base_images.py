"""What is known of published base images without looking at them."""

from __future__ import annotations

_RUN_AS_ROOT = frozenset(
    "almalinux alpine amazoncorretto amazonlinux archlinux bash buildpack-deps busybox caddy centos clojure "
    "composer crystal dart debian docker eclipse-temurin elixir erlang fedora gcc golang gradle haskell httpd "
    "julia maven mono mysql mariadb nginx node openjdk opensuse/leap oraclelinux perl photon php postgres pypy "
    "python r-base redis rockylinux ruby rust sl swift tomcat traefik ubuntu wordpress".split()
)
"""Docker Official Images whose Dockerfile sets no USER (their published sources)."""


_DIRECTORIES = {
    "caddy": "/srv",
    "composer": "/app",
    "golang": "/go",
    "gradle": "/home/gradle",
    "httpd": "/usr/local/apache2",
    "php": "/var/www/html",
    "redis": "/data",
    "tomcat": "/usr/local/tomcat",
    "wordpress": "/var/www/html",
}
"""WORKDIR of those that set one (their published sources); the others leave it at ``/``."""

_VARYING = frozenset("clojure crystal dart docker gradle haskell julia mono perl r-base swift".split())
"""Those of which some set a WORKDIR and others do not, or whose sources were not read for it."""


_SAME_IMAGES = (
    *("docker.io/", "mirror.gcr.io/", "public.ecr.aws/docker/", "library/"),
    *("amd64/", "arm64v8/", "arm32v5/", "arm32v6/", "arm32v7/", "i386/", "ppc64le/", "s390x/", "riscv64/", "mips64le/"),
)
"""Registries and namespaces under which the Official Images appear unchanged: mirrors, and those of one architecture."""

_MICROSOFT = tuple(
    f"mcr.microsoft.com/{name}"
    for name in ("dotnet/sdk", "dotnet/runtime", "dotnet/runtime-deps", "dotnet/aspnet", "azurelinux/base/core")
)
"""Images of .NET and Azure Linux that set neither USER nor WORKDIR, but for the chiseled and distroless ones."""


def _short_name(reference: str) -> str:
    name = reference.split("@", maxsplit=1)[0]
    for prefix in _SAME_IMAGES:
        name = name.removeprefix(prefix)
    return name.split(":")[0]


def _is_plain_microsoft(reference: str) -> bool:
    name = reference.split("@", maxsplit=1)[0].split(":", maxsplit=1)[0]
    return name in _MICROSOFT and not any(word in reference for word in ("chiseled", "distroless", "nanoserver"))


def working_directory(reference: str) -> str | None:
    """The image's WORKDIR, None where it is not known."""
    if _is_plain_microsoft(reference):
        return None if is_windows(reference) else "/"
    name = _short_name(reference)
    if not runs_as_root(reference) or name in _VARYING:
        return None
    if name == "php" and not any(kind in reference for kind in ("apache", "fpm")):
        return None
    return _DIRECTORIES.get(name, "/")


def runs_as_root(reference: str) -> bool:
    """Whether the image is known to leave USER unset, so that its instructions run as root."""
    if "onbuild" in reference or (_short_name(reference) == "wordpress" and "cli" in reference):
        return False
    return _short_name(reference) in _RUN_AS_ROOT or _is_plain_microsoft(reference)


def is_windows(reference: str) -> bool:
    """Whether the image's name says that it is one for Windows, where RUN means another shell."""
    return any(word in reference.lower() for word in ("windows", "nanoserver", "servercore", "windowsservercore"))
