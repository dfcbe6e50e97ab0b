"""A filesystem as a value: inodes, a persistent tree, regions of it, and the changes between two trees."""

from restow.vfs.filesystem import Filesystem, join, split
from restow.vfs.inode import (
    ABSENT,
    Absent,
    Attributes,
    Content,
    Directory,
    File,
    Node,
    Origin,
    Special,
    Symlink,
    Unknown,
    digest_of,
)
from restow.vfs.region import Region

__all__ = [
    "ABSENT",
    "Absent",
    "Attributes",
    "Content",
    "Directory",
    "File",
    "Filesystem",
    "Node",
    "Origin",
    "Region",
    "Special",
    "Symlink",
    "Unknown",
    "digest_of",
    "join",
    "split",
]
