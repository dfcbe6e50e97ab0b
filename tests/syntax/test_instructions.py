"""Every instruction with its forms and flags."""

import pytest

from restow.syntax import parse


def only(text):
    """The single instruction of ``text``."""
    (node,) = parse(text).instructions
    return node


@pytest.mark.parametrize(
    ("text", "image", "stage", "platform"),
    [
        ("FROM debian", "debian", None, None),
        ("from debian:12 as Base", "debian:12", "Base", None),
        ("FROM --platform=$BUILDPLATFORM ${IMAGE:-x} AS y", "${IMAGE:-x}", "y", "$BUILDPLATFORM"),
        ("FROM a \\\n AS \\\n b", "a", "b", None),
        ("FROM as", "as", None, None),
        ("FROM as as as", "as", "as", None),
    ],
)
def test_from(text, image, stage, platform):
    node = only(text)
    assert node.kind == "from"
    assert node.image.text == image
    assert (node.stage_name.text if node.stage_name else None) == stage
    assert node.flag_value("platform") == platform


@pytest.mark.parametrize("keyword", ["RUN", "CMD", "ENTRYPOINT"])
@pytest.mark.parametrize(
    ("arguments", "form", "command", "words"),
    [
        ("echo hello", "shell", "echo hello", ()),
        ("echo \\\n  # why\n\n  hello", "shell", "echo   hello", ()),
        ('["a", "b c"]', "exec", '["a", "b c"]', ("a", "b c")),
        ('["\\u00e9\\n", "\\ud800"]', "exec", '["\\u00e9\\n", "\\ud800"]', ("é\n", "\ufffd")),
        ("[]", "exec", "[]", ()),
        ('["a",]', "shell", '["a",]', ()),
        ("['a']", "shell", "['a']", ()),
        ('["a"] b', "shell", '["a"] b', ()),
        ('["a\\\nb"]', "exec", '["ab"]', ("ab",)),
        ("", "shell", "", ()),
        ("\"$x\" 'y' \\$z", "shell", "\"$x\" 'y' \\$z", ()),
    ],
)
def test_command(keyword, arguments, form, command, words):
    node = only(f"{keyword} {arguments}")
    assert (node.command.form, node.command.text, node.command.words) == (form, command, words)


def test_command_span_is_the_raw_text():
    text = "RUN --network=none a \\\n # c\n b\nUSER x\n"
    node = parse(text).instructions[0]
    assert text[node.command.start : node.command.end] == "a \\\n # c\n b"


def test_run_flags():
    node = only('RUN --mount=type=cache,target=/c --mount="type=bind,target=/a b" --security=insecure ls')
    assert [(flag.name, flag.value) for flag in node.flags] == [
        ("mount", "type=cache,target=/c"),
        ("mount", "type=bind,target=/a b"),
        ("security", "insecure"),
    ]
    assert only("RUN --network=none --device=v.com/d=x ls").flag_value("device") == "v.com/d=x"


def test_flags_are_read_byte_by_byte():
    """BuildKit makes two characters of an é: a build with this cache mount has it at ``/Ã©``."""
    assert only("RUN --mount=type=cache,target=/é ls").flag_value("mount") == "type=cache,target=/\xc3\xa9"
    assert only('COPY --chown="à" a b').flag_value("chown") == "\xc3\xa0"


@pytest.mark.parametrize(
    "line", ["COPY --link --from=à a b", "ONBUILD --à RUN a", "RUN --mount=type=cache,target=\xa0 ls"]
)
def test_a_flag_that_a_byte_cuts_in_a_letter_is_refused(line):
    node = only(line)
    assert (node.kind, line[node.offset :].startswith("--")) == ("invalid", True)
    assert "byte by byte" in node.message
    assert [flag.name for flag in node.flags] == ["link"] * ("link" in line)


def test_flags_end_at_two_dashes():
    node = only("COPY --from=a -- --b c")
    assert [flag.name for flag in node.flags] == ["from"]
    assert [word.text for word in node.sources] == ["--b"]


@pytest.mark.parametrize("keyword", ["COPY", "ADD"])
def test_copy_forms(keyword):
    node = only(f'{keyword} --chown=1:2 --link a "b c" d/')
    assert [word.text for word in node.sources] == ["a", '"b', 'c"']
    assert node.destination.text == "d/"
    assert node.flag("link").value is None
    json_node = only(f'{keyword} ["a b", "c"]')
    assert json_node.json_form
    assert [word.text for word in json_node.sources] == ["a b"]


def test_copy_and_add_flags():
    copy = only("COPY --parents --exclude=a --exclude=b --chmod=u+x --from=x a b")
    assert [flag.value for flag in copy.flags if flag.name == "exclude"] == ["a", "b"]
    add = only("ADD --checksum=sha256:aa --keep-git-dir=true --unpack=false --exclude=z --link a b")
    assert add.flag_value("unpack") == "false"


@pytest.mark.parametrize("keyword", ["ENV", "LABEL"])
@pytest.mark.parametrize(
    ("arguments", "pairs", "legacy"),
    [
        ("a=b c=d", [("a", "b"), ("c", "d")], False),
        ("a=\"b c\" d='e f' g=h\\ i", [("a", '"b c"'), ("d", "'e f'"), ("g", "h\\ i")], False),
        ('"a b"=c', [('"a b"', "c")], False),
        ("a=", [("a", "")], False),
        ("a==b", [("a", "=b")], False),
        ('a="b', [("a", '"b')], False),
        ("a=b\\\\\\", [("a", "b\\\\")], False),
        ("a b c=d", [("a", "b c=d")], True),
        ("a   b   ", [("a", "b")], True),
        ("a=b \\\n  # one\n  c=d \\\n\n  e=f", [("a", "b"), ("c", "d"), ("e", "f")], False),
        ("a=b\\\nc", [("a", "bc")], False),
    ],
)
def test_pairs(keyword, arguments, pairs, legacy):
    node = only(f"{keyword} {arguments}")
    assert [(pair.key, pair.value) for pair in node.pairs] == pairs
    assert node.legacy == legacy


def test_arg():
    node = only('ARG a b=c d= e="f g"')
    assert [(pair.key, pair.value) for pair in node.pairs] == [("a", None), ("b", "c"), ("d", ""), ("e", '"f g"')]


def test_words_and_texts():
    assert [port.text for port in only("EXPOSE 80 443/tcp\t$P").ports] == ["80", "443/tcp", "$P"]
    assert [path.text for path in only("VOLUME /a /b").paths] == ["/a", "/b"]
    assert [path.text for path in only('VOLUME ["/a b"]').paths] == ["/a b"]
    assert only("USER a:b  ").user.text == "a:b"
    assert only("WORKDIR /a b").path.text == "/a b"
    assert only("STOPSIGNAL SIGTERM").signal.text == "SIGTERM"
    assert only("MAINTAINER A B <c@d>").name == "A B <c@d>"
    assert only('SHELL ["powershell", "-command"]').words == ("powershell", "-command")


def test_healthcheck():
    assert only("HEALTHCHECK NONE").command is None
    node = only("HEALTHCHECK --interval=1m30s --retries=3 --start-interval=5s cmd curl x")
    assert node.command.text == "curl x"
    assert node.flag_value("interval") == "1m30s"
    assert only('HEALTHCHECK CMD ["a", "b"]').command.words == ("a", "b")


def test_onbuild():
    node = only("ONBUILD copy --from=a b c")
    assert node.kind == "onbuild"
    assert node.instruction.kind == "copy"
    assert node.instruction.keyword == "copy"
    assert node.instruction.flag_value("from") == "a"
    assert only("ONBUILD FOO x").instruction.kind == "invalid"


def test_keyword_is_kept_and_may_be_continued():
    assert only("rUn x").keyword == "rUn"
    assert only("RU\\\nN x").keyword == "RUN"
