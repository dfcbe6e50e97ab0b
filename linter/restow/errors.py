"""Every exception that Restow raises, in one tree.

    RestowError
    ├── UsageError            the request cannot be carried out as it was made: exit code 2
    │   ├── SourceError       a file cannot be read (missing, undecodable, too long)
    │   │   └── UndecodableError      since it has bytes that are not UTF-8
    │   ├── ConfigError       a setting is unknown or has a wrong value
    │   ├── ContextError      the build context cannot be read
    │   │   └── vfs.ignorefile.IgnoreFileError      a pattern of the ignore file is broken
    │   ├── engines.failure.EngineError              an engine is missing, cannot be reached, or cannot build
    │   ├── oci.digest.DigestError                  a text is no digest, or bytes do not have it
    │   ├── oci.reference.ImageReferenceError       a text names no image
    │   ├── rule.check_options.CheckOptionsError     a text is no list of options of BuildKit's checks
    │   └── syntax.problem.WordError                an expansion (``${X:-y}``) is broken
    ├── EditError             two edits of one text overlap, or lie outside of it
    ├── ArchiveError          an archive breaks its format, or tries to leave its root
    │   └── CutOffError       it ends in the middle of a header or of an entry's content
    ├── UnknownEffect         a step cannot be computed: the simulator turns it into a term, with this reason
    │   ├── UnknownContent    only because the content of a file that a command reads is not at hand
    │   ├── PathConflict      something stands where a step needs something else: a file in a directory's place
    │   └── BuildFailure      the engine stops at the step, with this message
    └── shell.reader.UnreadableError                the shell grammar cannot read a text: an ``Opaque`` node, with this reason

A broken Dockerfile is no exception: it is an ``Invalid`` node and a finding.
"""

from __future__ import annotations


class RestowError(Exception):
    """The root: catch this to catch everything that Restow raises on purpose."""


class UsageError(RestowError):
    """The request cannot be carried out as it was made; the message says what to do instead."""


class SourceError(UsageError):
    """A file cannot be read as text, or is too long to be read."""


class UndecodableError(SourceError):
    """A file has bytes that are not UTF-8; ``text`` has half a surrogate pair for each (``surrogateescape``)."""

    def __init__(self, message: str, text: str) -> None:
        super().__init__(message)
        self.text = text


class ConfigError(UsageError):
    """A setting is unknown or has a wrong value."""


class ContextError(UsageError):
    """The build context cannot be read."""


class EditError(RestowError):
    """Two edits of one text overlap, or an edit lies outside of the text."""


class ArchiveError(RestowError):
    """An archive breaks its format or tries to leave its root; the message names the entry."""


class CutOffError(ArchiveError):
    """An archive ends in the middle of a header or of an entry's content."""


class UnknownEffect(RestowError):  # noqa: N818 - it names a verdict, and is not a failure of the program
    """A step cannot be computed; ``reason`` is shown to the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownContent(UnknownEffect):
    """A command is understood, but not the file that it reads: its content is not at hand."""


class PathConflict(UnknownEffect):
    """Something stands where a step needs something else, or a path runs in circles."""


class BuildFailure(UnknownEffect):
    """The engine stops at this step; ``reason`` is what it says, in its words as far as they are the same in all releases."""
