"""JSON documents of images: what is read in place of halves of surrogate pairs, and what is refused."""

import pytest

from restow.errors import ArchiveError
from restow.oci.documents import parse_json


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (rb'"a\ud800b"', "a\ufffdb"),
        (rb'"\ud83d\udea2"', "\U0001f6a2"),
        (rb'"\udea2\ud83d"', "\ufffd\ufffd"),
        (rb'"\uD800\ud800\udc00"', "\ufffd\U00010000"),
        (rb'["\udc00", {"\ud800": [["\udfff"], 1, null]}]', ["\ufffd", {"\ufffd": [["\ufffd"], 1, None]}]),
        (rb'"\\ud800"', "\\ud800"),
    ],
)
def test_half_of_a_surrogate_pair_is_a_replacement_character(data, value):
    assert parse_json(data, "a") == value


@pytest.mark.parametrize(
    "data", [b'"\xed\xa0\x80"', b'"\xff"', '"a"'.encode("utf-16"), b'\xef\xbb\xbf"a"', rb'{"\ud800": 1, "\ud801": 2}']
)
def test_what_is_no_json_is_refused(data):
    with pytest.raises(ArchiveError, match=r"^a: not JSON that can be read"):
        parse_json(data, "a")
