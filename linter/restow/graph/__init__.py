"""Vertices of the build graph in BuildKit's sense, their cache keys, and the digests of the files that they read."""

from restow.graph.content import content_digest, is_computed, led_to, named_digest, top_links
from restow.graph.vertex import Input, Operation, Vertex, key_of

__all__ = [
    "Input",
    "Operation",
    "Vertex",
    "content_digest",
    "is_computed",
    "key_of",
    "led_to",
    "named_digest",
    "top_links",
]
