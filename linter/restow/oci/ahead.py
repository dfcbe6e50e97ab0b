"""Streams that are produced in another thread while they are consumed: hashing and unpacking release the interpreter."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue

_DEPTH = 16
"""Pieces that may wait: with pieces of 256 KiB to 1 MiB, at most 16 MiB."""


def ahead(pieces: Iterable[bytes], depth: int = _DEPTH) -> Iterator[bytes]:
    """The same pieces, made in a thread of their own, at most ``depth`` of them in advance.

    What making them raises is raised here. The thread ends when the iterator is used up or closed.
    """
    queue: Queue[bytes | BaseException | None] = Queue(depth)
    closed = threading.Event()

    def put(item: bytes | BaseException | None) -> bool:
        while not closed.is_set():
            try:
                queue.put(item, timeout=0.1)
            except Full:
                continue
            return True
        return False

    def produce() -> None:
        try:
            for piece in pieces:
                if not put(piece):
                    return
        except BaseException as error:  # noqa: BLE001 - handed over, and raised where the pieces are awaited
            put(error)
        else:
            put(None)

    thread = threading.Thread(target=produce, daemon=True)
    thread.start()
    try:
        while (item := queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        closed.set()
        _drain(queue)
        thread.join()


def _drain(queue: Queue[bytes | BaseException | None]) -> None:
    while True:
        try:
            queue.get_nowait()
        except Empty:
            return
