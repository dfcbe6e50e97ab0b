"""Real Dockerfiles: all of them parse without loss, and what is Invalid in them is known."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from restow.syntax import parse

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "dockerfiles.jsonl.gz"

pytestmark = pytest.mark.skipif(not CORPUS.is_file(), reason=f"no corpus at {CORPUS}")

TEMPLATE = "a template, no Dockerfile yet"
EXPECTED = {
    ("GoogleContainerTools/skaffold", "docs-v1/content/en/samples/builders/artifact-dependencies/Dockerfile.app"): (
        1,
        "a sample with '...' where lines are left out",
    ),
    ("dotnet/dotnet-docker", "eng/dockerfile-templates/Dockerfile.linux.copy-files"): (8, TEMPLATE),
    ("dotnet/dotnet-docker", "eng/dockerfile-templates/runtime-deps/Dockerfile.linux.non-root-user"): (45, TEMPLATE),
    ("dotnet/dotnet-docker", "eng/dockerfile-templates/monitor/Dockerfile.linux.install-extensions.10"): (44, TEMPLATE),
    ("vsoch/github-dockerfiles", "data/j/john-deng/hicicd-vendor/Dockerfile.19"): (1, TEMPLATE),
    ("vsoch/github-dockerfiles", "data/j/john-deng/hicicd-vendor/Dockerfile.21"): (1, TEMPLATE),
    ("vsoch/github-dockerfiles", "data/j/john-deng/hicicd-vendor/Dockerfile.49"): (1, TEMPLATE),
    ("vsoch/github-dockerfiles", "data/a/apigee-internal/microgateway/Dockerfile.18"): (1, TEMPLATE),
    ("vsoch/github-dockerfiles", "data/a/apigee-internal/microgateway/Dockerfile.21"): (1, TEMPLATE),
    ("vsoch/github-dockerfiles", "data/e/endrikurniawan009/java-master/Dockerfile.0"): (1, "a symbolic link's target"),
}


@pytest.fixture(scope="module")
def files():
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_every_file_parses_without_loss(files):
    invalid = Counter()
    for file in files:
        tree = parse(file["text"])
        assert str(tree) == file["text"], file["path"]
        invalid[file["repo"], file["path"]] += sum(node.kind == "invalid" for node in tree.instructions)
    assert +invalid == Counter({file: count for file, (count, _) in EXPECTED.items()})
