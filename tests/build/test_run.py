"""RUN: shell text over a filesystem value, mounts, here-documents, and when everything becomes unknown."""

import pytest

from restow.vfs import File, Unknown

BASE = "COPY a b /w/\n"


def after(build, lines, base="scratch"):
    result = build(f"FROM {base}\n{lines}\n")
    assert result.unknown == ()
    return result.target.filesystem


def reason(build, lines, base="alpine"):
    ((_, said),) = build(f"FROM {base}\n{lines}\n").unknown
    return said


@pytest.mark.parametrize(
    ("script", "there", "absent"),
    [
        ("mkdir /x && mkdir /x/y", ["/x/y"], []),
        ("set -e; mkdir /x; rm -r /x", [], ["/x"]),
        ("cd /w && mkdir n", ["/w/n"], ["/n"]),
        ("(cd /w && mkdir n) && mkdir m", ["/w/n", "/m"], ["/w/m"]),
        ("set -e; { cd /w; mkdir n; }; mkdir m", ["/w/n", "/w/m"], ["/m"]),
        ("sh -c 'cd /w && mkdir n' && mkdir m", ["/w/n", "/m"], ["/w/m"]),
        ("D=/x && mkdir $D", ["/x"], []),
        ("rm /w/a || exit 1", ["/w/b"], ["/w/a"]),
        ("set -eux; mkdir /x", ["/x"], []),
    ],
)
def test_what_is_computed(build, script, there, absent) -> None:
    found = after(build, f"{BASE}RUN {script}")
    assert all(found.lookup(path) is not None for path in there)
    assert all(found.lookup(path) is None for path in absent)


def test_exec_form_has_no_shell(build) -> None:
    found = after(build, 'RUN ["mkdir", "/$X"]')
    assert found.lookup("/$X") is not None


def test_redirections(build) -> None:
    assert after(build, "RUN echo hi > /f").lookup("/f").content.data == b"hi\n"
    appended = after(build, f"{BASE}RUN echo hi >> /w/a").lookup("/w/a")
    assert not (isinstance(appended, File) and appended.content.identity.startswith("sha256:"))
    assert after(build, f"{BASE}RUN echo hi > /dev/null").digest == after(build, BASE).digest


@pytest.mark.parametrize(
    "script",
    ["test -f /w/a || rm /w/b", "if test -f /w/a; then rm /w/b; fi", "for x in 1 2; do rm -f /w/b; done"],
)
def test_what_runs_only_perhaps_is_a_term_over_what_it_may_write(build, script) -> None:
    before, found = after(build, BASE), after(build, f"{BASE}RUN {script}")
    assert found.lookup("/w/b").digest != before.lookup("/w/b").digest
    assert found.lookup("/w/a").digest == before.lookup("/w/a").digest
    assert found.digest == after(build, f"{BASE}RUN {script}").digest


def test_a_term_depends_on_what_the_command_reads(build) -> None:
    script = "COPY {} /w/a\nCOPY b /w/b\nRUN cat /w/a > /w/c"
    one, two = (after(build, script.format(name)).lookup("/w/c").digest for name in ("a", "b"))
    assert one != two
    changed = after(build, script.format("a") + "\nRUN mkdir /other").lookup("/w/c").digest
    assert changed == one


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("RUN frobnicate /x", "no model of what 'frobnicate'"),
        ("RUN $PROGRAM x", "name of a program"),
        ("RUN sleep 9 &", "background"),
        ("RUN mkdir /x; mkdir /y", "goes on where 'mkdir /x' fails"),
        ("RUN f() { :; }; f", "functions"),
        ("RUN cd $X && mkdir y", "not known"),
        ("RUN if true; then cd /x; fi", "cd inside of"),
        ("RUN eval mkdir x", "eval"),
        ('SHELL ["pwsh", "-c"]\nRUN mkdir x', "the language of PowerShell"),
        ("RUN <<E cat\nx\nE", "fed to a command"),
        ("RUN <<E\n#!/usr/bin/python\nE", "interpreter"),
        ("RUN --mount=type=bind,source=gone,target=/x true", "no /gone"),
        ("COPY a /usr/bin/mkdir\nRUN mkdir /x", "the build itself put"),
    ],
)
def test_what_is_not_understood_has_a_reason(build, lines, said) -> None:
    assert said in reason(build, lines)


def test_after_an_unknown_program_nothing_is_known_any_more(build) -> None:
    result = build("FROM scratch\nCOPY a /a\nRUN frobnicate\n")
    assert isinstance(result.target.filesystem.lookup("/a"), Unknown)
    other = build("FROM scratch\nCOPY b /a\nRUN frobnicate\n")
    assert result.target.filesystem.digest != other.target.filesystem.digest


@pytest.mark.parametrize("change", ["USER 5", "WORKDIR /", "ENV X=1", "ARG X=1", 'SHELL ["/bin/bash", "-c"]'])
def test_an_unknown_program_depends_on_all_that_it_can_see(build, change) -> None:
    plain = build("FROM scratch\nRUN frobnicate\n").target.filesystem.digest
    changed = build(f"FROM scratch\n{change}\nRUN frobnicate\n").target.filesystem.digest
    assert (plain == changed) is (change == "WORKDIR /")


def test_a_bind_mount_is_read_and_gone_afterwards(build) -> None:
    found = after(build, "RUN --mount=type=bind,source=d,target=/m cat /m/x > /f")
    assert found.lookup("/m") is None
    assert found.lookup("/f") is not None


@pytest.mark.parametrize(
    "mount", ["TYPE=bind,SRC=d,dst=/m", '"type=bind",source=d,"target=/m"', "type=Bind,source=x,source=d,target=m,ro"]
)
def test_a_mount_is_read_as_the_engine_reads_it(build, mount) -> None:
    plain = build("FROM scratch\nRUN --mount=type=bind,source=d,target=/m cat /m/x > /f\n").target.steps[-1]
    step = build(f"FROM scratch\nRUN --mount={mount} cat /m/x > /f\n").target.steps[-1]
    assert step.context == plain.context
    assert (step.unknown, plain.unknown) == (None, None)


def test_a_cache_that_is_written_is_no_part_of_the_context(build) -> None:
    files = [{"a": text} for text in (b"1", b"2")]
    one, two = (build("FROM scratch\nRUN --mount=type=cache,target=/c,rw cat /c/a > /f\n", f).target for f in files)
    assert one.filesystem.digest == two.filesystem.digest


def test_a_mount_that_the_engine_refuses_has_a_reason(build) -> None:
    assert "did you mean target" in reason(build, "RUN --mount=type=cache,traget=/c true")


def test_writes_below_a_cache_mount_do_not_reach_the_image(build) -> None:
    assert after(build, "RUN --mount=type=cache,target=/c mkdir /c/x").lookup("/c") is None


def test_a_heredoc_is_a_script(build) -> None:
    found = after(build, f"{BASE}RUN <<E\ncd /w\nmkdir n\nE")
    assert found.lookup("/w/n") is not None


@pytest.mark.parametrize("base", ["scratch", "alpine"])
def test_an_export_reaches_programs_and_a_plain_variable_only_perhaps(build, base) -> None:
    lines = f"FROM {base}\nWORKDIR /w\nCOPY a requirements.txt\n"
    plain, set_only, exported = (
        build(f"{lines}RUN {start}pip install --no-deps x==1\n", {"a": b""}).target.filesystem.digest
        for start in ("", "PIP_INDEX_URL=u; ", "export PIP_INDEX_URL=u; ")
    )
    assert plain != exported
    assert (plain == set_only) is (base == "scratch"), "a base image may export it"
    assert set_only != exported


@pytest.mark.parametrize("script", ["mkdir /x &> /y", "sh -c 'mkdir /x &>> /y'", "mkdir /x && echo &> /dev/null"])
def test_and_greater_is_read_by_its_shell(build, script) -> None:
    assert "starts a command in the background in some shells" in reason(build, f"RUN {script}")
    if "sh -c" not in script:
        assert build(f'FROM alpine\nSHELL ["/bin/bash", "-c"]\nRUN {script}\n').unknown == ()


def test_where_the_home_directory_is_is_assumed(build) -> None:
    (said,) = build("FROM alpine\nRUN echo a > ~/x\n").target.steps[-1].assumptions
    assert said.code == "home-directory"
    assert build("FROM alpine\nENV HOME=/h\nRUN echo a > ~/x\n").target.steps[-1].assumptions == ()
