"""Named contexts stand for the base image, the stage and the source of COPY that is called like them."""

from restow.build import read_context, simulate
from restow.build.keys import cache_keys
from restow.build.rebuild import OneBuild, rebuild
from restow.syntax import parse


def build(text, tmp_path, **folders):
    contexts = {}
    for name, files in folders.items():
        (tmp_path / name).mkdir(exist_ok=True)
        for path, data in files.items():
            (tmp_path / name / path).write_text(data)
        contexts[name] = read_context(tmp_path / name)
    main = contexts.pop("main", None)
    return simulate(parse(text), main, contexts=contexts)


def bytes_at(built, path):
    return built.target.filesystem.lookup(path).content.data


def test_copy_from_a_folder(tmp_path):
    built = build("FROM scratch\nCOPY --from=other a /\nCOPY a /b\n", tmp_path, main={"a": "1"}, other={"a": "2"})
    assert bytes_at(built, "/a") == b"2"
    one, other = (built.target.filesystem.lookup(path).content.identity for path in ("/a", "/b"))
    assert one != other
    assert built.unknown == built.assumptions == ()


def test_as_the_base_image(tmp_path):
    built = build("FROM other\nCOPY a /c/\n", tmp_path, main={"a": "1"}, other={"a": "2"})
    assert bytes_at(built, "/a") == b"2"
    assert built.assumptions == ()


def test_in_place_of_a_stage(tmp_path):
    text = "FROM debian AS Other\nRUN make\nFROM scratch\nCOPY --from=other a /\n"
    built = build(text, tmp_path, other={"a": "2"})
    assert bytes_at(built, "/a") == b"2"
    assert built.stages[0].steps == ()


def test_in_a_mount(tmp_path):
    text = "FROM debian\nRUN --mount=from=other,source=/a,target=/in make\n"
    one, other, again = (build(text, tmp_path, other={"a": data}).target.filesystem.digest for data in ("1", "2", "1"))
    assert one == again != other


def test_files_too_large_to_read_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.setattr("restow.build.context.MAX_READ", 0)
    text = "FROM scratch\nCOPY a /b\nCOPY --from=other a /\n"
    built = build(text, tmp_path, main={"a": "1"}, other={"a": "2"})
    one, other = (built.target.filesystem.lookup(path).content for path in ("/a", "/b"))
    assert one.identity != other.identity
    assert one.origin is None


def test_the_ignore_file_applies(tmp_path):
    built = build("FROM other\n", tmp_path, other={"a": "2", "b": "3", ".dockerignore": "b\n"})
    assert built.target.filesystem.lookup("/a") is not None
    assert built.target.filesystem.lookup("/b") is None


def test_the_keys_hold_its_files(tmp_path):
    for text, at in (("FROM scratch\nCOPY --from=other a /\n", (0, 0)), ("FROM other\nRUN true\n", (0, 0))):
        keys = [cache_keys(build(text, tmp_path, other={"a": data}))[at] for data in ("1", "2", "1")]
        assert keys[0] == keys[2] != keys[1]


def test_nothing_on_a_folder_is_found_again(tmp_path):
    text = "FROM other AS one\nCOPY a /x\nFROM scratch\nCOPY --from=one x /\nCOPY --from=other a /\n"
    first, second = (OneBuild(build(text, tmp_path, main={"a": "1"}, other={"a": "2"})) for _ in range(2))
    steps = [[step.outcome for step in stage.steps] for stage in rebuild(first, second).stages]
    assert steps == [["miss"], ["hit", "hit"]]
    assert "sends anew" in rebuild(first, second).stages[0].steps[0].miss.text
