"""Positions of reports (code points, from 1) and of editors (UTF-16 code units, from 0)."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restow.errors import SourceError
from restow.source import Position, Source, read_source

TEXTS = st.lists(st.sampled_from(["a", "é", "\U0001f433", "\n", "\r\n", "\t", "\ufeff"]), max_size=30).map("".join)


@pytest.mark.parametrize(
    ("text", "offset", "editor", "report"),
    [
        ("RUN a", 4, (0, 4), (1, 5)),
        ("# \U0001f433 a", 4, (0, 5), (1, 5)),
        ("# \U0001f433\nRUN \U0001f433\U0001f433a", 10, (1, 8), (2, 7)),
        ("\ufeffFROM a", 1, (0, 0), (1, 1)),
        ("\ufeff\U0001f433a", 2, (0, 2), (1, 2)),
        ("FROM a\r\nRUN b\r\n", 8, (1, 0), (2, 1)),
        ("a\n", 2, (1, 0), (2, 1)),
        ("", 0, (0, 0), (1, 1)),
    ],
)
def test_positions(text, offset, editor, report):
    source = Source("Dockerfile", text)
    assert source.utf16_position(offset) == Position(*editor)
    assert source.offset_of_utf16(Position(*editor)) == offset
    assert source.position(offset) == Position(*report)


@pytest.mark.parametrize(
    ("line", "column", "offset"), [(0, 1, 0), (0, 2, 1), (0, 99, 2), (1, 99, 5), (2, 0, 6), (9, 0, 6)]
)
def test_positions_beside_a_character(line, column, offset):
    assert Source("Dockerfile", "\U0001f433a\r\nb\n").offset_of_utf16(Position(line, column)) == offset


@given(TEXTS)
def test_there_and_back(text):
    source = Source("Dockerfile", text)
    for offset in range(len(text) + 1):
        inside_of_line_end = offset > 0 and text[offset - 1 : offset + 1] == "\r\n"
        if not inside_of_line_end and not (offset == 0 and text.startswith("\ufeff")):
            assert source.offset_of_utf16(source.utf16_position(offset)) == offset


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no fifos on this system")
def test_pipes_are_read_to_their_end_and_never_waited_for(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(SourceError, match="fifo: a pipe that nobody writes to"):
        read_source(fifo)
    read, write = os.pipe()
    try:
        os.write(write, b"FROM a\n")
        os.close(write)
        assert read_source(Path(f"/dev/fd/{read}")).text == "FROM a\n"
    finally:
        os.close(read)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no /dev/zero on this system")
def test_a_device_without_end_is_refused(tmp_path):
    with pytest.raises(SourceError, match="/dev/zero: no file, and more than 16777216 bytes come from it"):
        read_source(Path("/dev/zero"))
    with pytest.raises(SourceError, match="Is a directory"):
        read_source(tmp_path)
