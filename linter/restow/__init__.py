"""Restow: lint Dockerfiles, price their build cache, rewrite them, and prove that the image stays the same."""

__version__ = "0.1.0"
