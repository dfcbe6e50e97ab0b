"""Image references: completion of short names, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restow.errors import UsageError
from restow.oci.reference import ImageReferenceError, Reference, parse_reference

SHA = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "familiar"),
    [
        ("alpine", "docker.io", "library/alpine", None, "alpine"),
        ("alpine:3.20", "docker.io", "library/alpine", "3.20", "alpine:3.20"),
        ("docker.io/alpine", "docker.io", "library/alpine", None, "alpine"),
        ("index.docker.io/alpine", "docker.io", "library/alpine", None, "alpine"),
        ("library/alpine", "docker.io", "library/alpine", None, "alpine"),
        ("grafana/grafana:Main-1", "docker.io", "grafana/grafana", "Main-1", "grafana/grafana:Main-1"),
        ("library/a/b", "docker.io", "library/a/b", None, "library/a/b"),
        ("localhost/a", "localhost", "a", None, "localhost/a"),
        ("localhost:5000/a/b:t", "localhost:5000", "a/b", "t", "localhost:5000/a/b:t"),
        ("quay.io/a__b/c--d.e", "quay.io", "a__b/c--d.e", None, "quay.io/a__b/c--d.e"),
        ("UPPER/a", "UPPER", "a", None, "UPPER/a"),
        ("[::1]:5000/a", "[::1]:5000", "a", None, "[::1]:5000/a"),
        ("localhost:5000", "docker.io", "library/localhost", "5000", "localhost:5000"),
    ],
)
def test_references_are_completed(text, registry, repository, tag, familiar):
    reference = parse_reference(text)
    assert reference == Reference(registry, repository, tag)
    assert reference.familiar == familiar
    assert parse_reference(str(reference)) == parse_reference(familiar) == reference


def test_a_digest_pins_a_reference():
    reference = parse_reference(f"alpine:3@{SHA}")
    assert (reference.tag, str(reference.digest), reference.pinned) == ("3", SHA, True)
    assert str(reference) == f"docker.io/library/alpine:3@{SHA}"
    assert reference.with_default_tag() == reference
    assert parse_reference("alpine").with_default_tag().tag == "latest"
    assert not parse_reference("alpine:3").pinned


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "repository"),
        ("Alpine", "lower-case"),
        ("a/Alpine", "lower-case"),
        ("alpine:", "tag"),
        ("alpine:-x", "tag"),
        ("alpine:" + "x" * 129, "tag"),
        ("alpine@sha256:00", "digest"),
        ("alpine@", "digest"),
        ("alpine@" + SHA + "@" + SHA, "digest"),
        ("a//b", "repository"),
        ("a/", "repository"),
        ("/a", "repository"),
        ("a___b", "repository"),
        ("-a.example/b", "registry"),
        ("host:port/b", "registry"),
        ("https://host/b", "repository"),
        ("a b", "repository"),
        ("alpine\n", "repository"),
        ("alpine:\uff13", "tag"),
        ("${BASE}", "repository"),
        ("0" * 64, "image ID"),
        ("/".join(["part"] * 60), "255"),
    ],
)
def test_other_texts_are_refused_with_the_part_that_is_wrong(text, part):
    with pytest.raises(ImageReferenceError, match=part) as caught:
        parse_reference(text)
    assert isinstance(caught.value, UsageError)


@given(st.text("aA0.:/@-_[]", max_size=20))
def test_what_is_accepted_is_written_back_and_means_the_same(text):
    try:
        reference = parse_reference(text)
    except ImageReferenceError:
        return
    assert parse_reference(str(reference)) == parse_reference(reference.familiar) == reference
