"""What tests of several packages share."""

import importlib.util
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from restow.shell import tables as shell
from restow.source.tables import fitting, save_tables
from restow.syntax import tables as syntax

# How fast a machine is, and what else runs on it, is no property of what is tested.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_sessionstart():
    """A grammar that was changed gets its tables once, and not in each process that a test starts."""
    if not fitting(shell.GRAMMAR, shell.TABLES):
        save_tables(shell.GRAMMAR, shell.TABLES, shell.build)
    if not all(fitting(syntax.GRAMMAR, path) for path in syntax.TABLES.values()):
        syntax.save()


@pytest.fixture(scope="session")
def archives():
    """The module that makes archives of images in memory: tests/image/archives.py."""
    spec = importlib.util.spec_from_file_location("image_archives", Path(__file__).parent / "image" / "archives.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
