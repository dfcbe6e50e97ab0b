"""What tests of several packages share."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def archives():
    """The module that makes archives of images in memory: tests/image/archives.py."""
    spec = importlib.util.spec_from_file_location("image_archives", Path(__file__).parent / "image" / "archives.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
