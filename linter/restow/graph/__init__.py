"""Vertices of the build graph in BuildKit's sense, and their cache keys."""

from restow.graph.vertex import Vertex, key_of

__all__ = ["Vertex", "key_of"]
