"""Text as a value: spans, positions, edits and diffs. Knows nothing of Dockerfiles."""

from restow.source.diff import unified_diff
from restow.source.edit import Edit, apply_edits
from restow.source.span import Position, Span
from restow.source.text import Source, read_source, write_text

__all__ = ["Edit", "Position", "Source", "Span", "apply_edits", "read_source", "unified_diff", "write_text"]
