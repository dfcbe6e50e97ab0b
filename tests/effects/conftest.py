"""A small world for command models: files of a project over a base image of which nothing is known."""

import pytest

from restow.effects import Effect, Invocation, effect_of
from restow.errors import UnknownEffect
from restow.vfs import Attributes, Content, Directory, File, Filesystem, Origin, Symlink, Unknown, join


class World:
    """Files by path (relative ones below ``/app``); None as text: a file whose content is not at hand; ``->x``: a link."""

    def __init__(
        self, files=None, *, directory="/app", environment=None, user="", accept=False, closed=False, base="image base"
    ):
        self.filesystem = Filesystem.unknown(base).make_directories(directory, Attributes(0o755))
        if closed:
            self.filesystem = self.filesystem.put(directory, Directory(Attributes(0o755), {}))
        self.directory, self.user, self.accept = directory, user, accept
        self.environment = dict(environment or {})
        self.contents = {}
        for name, text in (files or {}).items():
            self._add(join("/app", name), text)

    def _add(self, path, text):
        folder = path.rsplit("/", 1)[0] or "/"
        self.filesystem = self.filesystem.make_directories(folder, Attributes(0o755))
        if text is not None and text.startswith("->"):
            node = Symlink(text[2:])
        elif text == "?":
            node = Unknown(Origin("elsewhere"))
        elif text is None:
            node = File(Attributes(0o644), Content(f"listed:{path}"))
        else:
            self.contents[path] = text.encode()
            node = File(Attributes(0o644), Content.of(text.encode()))
        self.filesystem = self.filesystem.put(path, node)

    def call(self, *argv, standard_input=None):
        words = tuple(argv[0].split()) if len(argv) == 1 else argv
        return Invocation(
            words,
            self.filesystem,
            self.environment,
            self.directory,
            self.user,
            self.contents.get,
            self.accept,
            standard_input,
        )

    def effect(self, *argv) -> Effect:
        self.last = self.call(*argv)
        return effect_of(self.last)

    def reason(self, *argv) -> str:
        with pytest.raises(UnknownEffect) as caught:
            self.effect(*argv)
        return caught.value.reason

    @property
    def assumed(self):
        return {assumption.code: assumption.verdict.value for assumption in self.last.assumed}


def reads(effect, path):
    return any(region.covers(path) for region in effect.reads)


def writes(effect, path):
    return any(region.covers(path) for region in effect.writes)


@pytest.fixture(name="world")
def _world():
    return World


@pytest.fixture(name="reads")
def _reads():
    return reads


@pytest.fixture(name="writes")
def _writes():
    return writes
