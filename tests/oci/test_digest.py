"""Digests: grammar, computation, verification."""

import pytest

from restow.errors import ArchiveError
from restow.oci.digest import Digest, DigestError, digest_bytes, parse_digest, verify

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_digest_is_what_its_text_says():
    assert parse_digest(EMPTY) == digest_bytes(b"") == Digest("sha256", EMPTY.partition(":")[2])
    assert str(parse_digest(EMPTY)) == EMPTY
    assert str(parse_digest("multihash+base58:QmRZ=")) == "multihash+base58:QmRZ="


@pytest.mark.parametrize(
    "text", ["", "sha256", "sha256:", ":ab", "sha256:ab", EMPTY.upper(), EMPTY + "\n", "sha512:" + "a" * 64]
)
def test_other_texts_are_refused(text):
    with pytest.raises(DigestError):
        parse_digest(text)


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_verification_hands_the_data_back_or_names_what_differs(algorithm):
    digest = digest_bytes(b"data", algorithm)
    assert verify(b"data", digest) == b"data"
    assert parse_digest(str(digest)) == digest
    with pytest.raises(ArchiveError, match=f"layer 3: the digest is {algorithm}:"):
        verify(b"date", digest, "layer 3")


def test_an_unknown_algorithm_cannot_be_verified():
    with pytest.raises(DigestError, match="md5"):
        verify(b"", Digest("md5", "d41d8cd98f00b204e9800998ecf8427e"))
