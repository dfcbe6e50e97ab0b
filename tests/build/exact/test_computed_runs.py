"""RUN over a concrete root: files to the byte, exit statuses, and what is left to terms."""

from dataclasses import dataclass

import pytest

from restow.build import Context, simulate
from restow.oci.image_config import ImageConfig
from restow.oci.platform import Platform
from restow.syntax import parse
from restow.vfs import Attributes, Content, Directory, File, Filesystem, Symlink

PROGRAMS = (
    "sh mkdir rm rmdir cp mv ln touch chmod chown cat tee install sed grep ls stat tr cut sort head wc awk id whoami env mktemp"
).split()
PASSWD = b"root:x:0:0:root:/root:/bin/sh\njoe:x:1000:1000::/home/joe:/bin/sh\n"
GROUP = b"root:x:0:\njoe:x:1000:\nstaff:x:50:joe\n"


@dataclass(frozen=True)
class Image:
    filesystem: Filesystem
    config: ImageConfig = ImageConfig(env=(("PATH", "/bin:/usr/bin"),))  # noqa: RUF009 - a frozen value
    platform: Platform = Platform("linux", "amd64")  # noqa: RUF009 - a frozen value


def root():
    """A root with busybox and two accounts."""
    folder = Directory(Attributes(0o755), {})
    bin_ = {name: Symlink("busybox") for name in PROGRAMS}
    bin_["busybox"] = File(Attributes(0o755), Content("sha256:busybox", 10))
    etc = {"passwd": File(Attributes(0o644), Content.of(PASSWD)), "group": File(Attributes(0o644), Content.of(GROUP))}
    children = {"bin": Directory(Attributes(0o755), bin_), "etc": Directory(Attributes(0o755), etc), "root": folder}
    return Filesystem(
        Directory(Attributes(0o755), {**children, "tmp": Directory(Attributes(0o1777), {}), "usr": folder, "w": folder})
    )


CONTEXT = Context(
    Directory(
        Attributes(0o755),
        {
            "a": File(Attributes(0o644), Content.of(b"one\ntwo\n")),
            "hello.sh": File(Attributes(0o755), Content.of(b"#!/bin/sh\necho hi $1 > /said\n")),
            "sh": File(Attributes(0o755), Content.of(b"\x7fELF\0other")),
        },
    ),
    "a test",
)


def built(lines, **options):
    text = f"FROM tiny\nWORKDIR /w\n{lines}\n"
    return simulate(parse(text), CONTEXT, images={"tiny": Image(root())}, **options)


def after(lines):
    simulation = built(lines)
    assert simulation.unknown == ()
    return simulation.target.filesystem


def text_of(filesystem, path):
    return filesystem.lookup(path).content.data.decode()


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        ("echo a > x; echo b >> x", "a\nb\n"),
        ("printf '%s-%s\\n' a b > x", "a-b\n"),
        ("for f in c a b; do echo $f; done > x", "c\na\nb\n"),
        ("if [ -d /w ]; then echo yes > x; else echo no > x; fi", "yes\n"),
        ("false || echo rescued > x", "rescued\n"),
        ("test -f /nope && echo yes > x || echo no > x", "no\n"),
        ("V=3; export V; sh -c 'echo $V > x'", "3\n"),
        ("(cd /tmp && echo t > y); cat /tmp/y > x", "t\n"),
        ("printf 'b\\na\\n' | sort > x", "a\nb\n"),
        ("case $PATH in /bin*) echo bin;; *) echo other;; esac > x", "bin\n"),
        ("f() { echo $1-$#; }; f p q > x", "p-2\n"),
        ("touch b1 b2 a1; echo b* > x", "b1 b2\n"),
        ("echo foo > x && sed -i 's/o/0/g' x", "f00\n"),
        ("echo v | tee x > /dev/null", "v\n"),
        ("cat <<E > x\nv $((1 + 2 * 3))\nE", "v 7\n"),
        ("echo 'a b  c' | awk '{print $3\":\"$1}' > x", "c:a\n"),
        ("stat -c '%U %G %a' /tmp > x", "root root 1777\n"),
        ("v=a.b.c; echo ${v%.*} ${v##*.} ${n:-d} > x", "a.b c d\n"),
        ("i=0; while [ $i -lt 3 ]; do i=$((i + 1)); done; echo $i > x", "3\n"),
        ("set -e; ! false; true && false || true; echo end > x", "end\n"),
    ],
)
def test_files_to_the_byte(script, wanted) -> None:
    lines = "RUN <<EOF\n" + script + "\nEOF" if "\n" in script else f"RUN {script}"
    assert text_of(after(lines), "/w/x") == wanted


@pytest.mark.parametrize(
    ("script", "path", "wanted"),
    [
        ("mkdir -m 0700 -p d/e", "/w/d", (0o755, 0, 0)),
        ("mkdir -m 0700 -p d/e", "/w/d/e", (0o700, 0, 0)),
        ("umask 077; mkdir d", "/w/d", (0o700, 0, 0)),
        ("touch x; chmod u=rwx,g+x,o-r x", "/w/x", (0o750, 0, 0)),
        ("mkdir -p d/e; touch d/e/f; chown -R joe:staff d", "/w/d/e/f", (0o644, 1000, 50)),
        ("echo > x; install -m 600 -o joe x y", "/w/y", (0o600, 1000, 0)),
        ("touch x; chmod 640 x; chown joe x; cp -a x y", "/w/y", (0o640, 1000, 0)),
        ("touch x; chown joe x; chmod 4755 x; chown root x", "/w/x", (0o755, 0, 0)),
        ("install -d -m 711 d/e", "/w/d/e", (0o711, 0, 0)),
        ("mkdir d; chmod 750 d; chmod o=u d", "/w/d", (0o757, 0, 0)),
        ("touch x; chmod u=rwx,g=u,o+g-w x", "/w/x", (0o775, 0, 0)),
    ],
)
def test_modes_and_owners(script, path, wanted) -> None:
    found = after(f"RUN {script}").lookup(path).attributes
    assert (found.mode, found.uid, found.gid) == wanted


@pytest.mark.parametrize(
    ("script", "there", "absent"),
    [
        ("mkdir -p d && touch d/a d/b && rm -rf d/*", ["/w/d"], ["/w/d/a", "/w/d/b"]),
        ("mkdir -p s/t d && mv s d/", ["/w/d/s/t"], ["/w/s"]),
        ("mkdir -p s/t && cp -r s c", ["/w/c/t", "/w/s/t"], []),
        ("mkdir d && rmdir d", [], ["/w/d"]),
        ("ln -s /tmp l && touch l/in", ["/tmp/in"], []),
    ],
)
def test_what_stands(script, there, absent) -> None:
    found = after(f"RUN {script}")
    assert all(found.lookup(path) is not None for path in there)
    assert all(found.lookup(path) is None for path in absent)


@pytest.mark.parametrize(
    ("script", "status"),
    [("exit 3", 3), ("false", 1), ("rm /nope", 1), ("nosuch", 127), ("set -e; false; true", 1), ("test 1 = 2", 1)],
)
def test_a_failing_step_is_the_engines_error(script, status) -> None:
    step = built(f"RUN {script}").target.steps[-1]
    assert step.error == f'process "/bin/sh -c {script}" did not complete successfully: exit code: {status}'


@pytest.mark.parametrize(
    "lines",
    [
        "RUN date > x",
        "RUN echo $RANDOM > x",
        "RUN ls -l / > x && grep 20 x",
        "COPY sh /bin/sh\nRUN echo a > x",
        "COPY sh /bin/rm\nRUN rm x",
        "RUN read line",
        "RUN echo a & echo b",
        "RUN mkdir --context=x d",
        "RUN cat /proc/cpuinfo > x",
        "RUN echo a > x | cat x",
    ],
)
def test_what_is_not_known_is_not_guessed(lines) -> None:
    simulation = built(lines)
    known = [step for step in simulation.target.steps if step.instruction.kind == "run" and step.output is not None]
    assert known == []


def test_a_script_of_the_build_is_read() -> None:
    assert text_of(after("COPY hello.sh /\nRUN /hello.sh there"), "/said") == "hi there\n"


def test_output_and_user() -> None:
    step = built("USER joe\nRUN id -u; id -G; whoami").target.steps[-1]
    assert step.output == "1000\n1000 50\njoe\n"


def test_echo_goes_by_the_shell() -> None:
    assert text_of(after(r"RUN echo 'a\tb' > x"), "/w/x") == "a\\tb\n"  # busybox reads escapes with -e alone


def test_mounts_are_taken_away() -> None:
    found = after("RUN --mount=type=bind,source=a,target=/m/n/a cat /m/n/a > x")
    assert text_of(found, "/w/x") == "one\ntwo\n"
    assert found.lookup("/m") is None


def test_an_argument_without_a_value() -> None:
    assert text_of(built("ARG n\nRUN echo [$n] > x", closed=True).target.filesystem, "/w/x") == "[]\n"


def test_a_working_directory_that_is_gone_is_made_again() -> None:
    lines = "USER joe\nWORKDIR /w/in\nUSER root\nRUN rmdir /w/in\nUSER joe\nRUN touch x"
    assert after(lines).lookup("/w/in").attributes == Attributes(0o755, 1000, 1000)
    classic = built(lines, builder="classic").target.steps[-1]
    assert "exit code: 1" in classic.error, "there it belongs to root"


def test_the_classic_builder_computes_the_same() -> None:
    lines = "RUN mkdir d && echo $HOME > d/x"
    classic = built(lines, builder="classic").target
    assert classic.steps[-1].computed
    assert classic.filesystem.digest == built(lines).target.filesystem.digest
    named = built("RUN echo $HOSTNAME > x", builder="classic").target.filesystem.lookup("/w/x")
    assert named.content.identity.startswith("term:"), "the container's name, which nobody knows"
    assert not built("VOLUME /v\nRUN echo > x", builder="classic").target.steps[-1].computed


def test_a_run_that_is_not_computed_says_so() -> None:
    assert not built("RUN date > x").target.steps[-1].computed


@pytest.mark.parametrize(
    "command",
    ["chmod 644 a", "chown 0:0 a", "mv d e"],
    ids=["a mode that stands", "an owner that stands", "a directory"],
)
def test_hard_links_of_an_earlier_layer_that_engines_part_or_not(command) -> None:
    """A copy up parts the names of a file in an overlay, even where nothing changes."""
    simulation = built(f"RUN mkdir d; echo x > a; ln a b; ln a d/c\nRUN {command}")
    assert [step.computed for step in simulation.target.steps if step.instruction.kind == "run"] == [True, False]


def test_a_hard_link_of_an_earlier_layer_is_a_file_of_its_own_where_it_is_moved() -> None:
    found = after("RUN echo x > a; ln a b\nRUN mv a c")
    assert found.lookup("/w/c").link_group is None


def test_a_hard_link_over_layers_is_not_computed() -> None:
    assert built("RUN echo > x && ln x y").target.steps[-1].computed
    assert not built("COPY a x\nRUN ln x y").target.steps[-1].computed
    assert built("COPY a x\nRUN echo >> x && ln x y").target.steps[-1].computed


@pytest.mark.parametrize("script", ["chmod 600 a", "touch a", "echo 1 >> a", "chown joe a"])
def test_an_overlay_changes_one_name_of_an_earlier_layer(script) -> None:
    file = File(Attributes(0o644), Content.of(b"x"), link_group="g")
    context = Context(Directory(Attributes(0o755), {"a": file, "b": file}), "a test")
    text = f"FROM tiny\nWORKDIR /w\nCOPY . ./\nRUN {script}\n"
    left = simulate(parse(text), context, images={"tiny": Image(root())}).target.filesystem
    one, other = left.lookup("/w/a"), left.lookup("/w/b")
    assert one.link_group is None
    assert (other.content, other.attributes) == (file.content, file.attributes)


@pytest.mark.parametrize("word", ["$V", "${V%1}", "${V##x}", "${#V}"])
def test_a_variable_that_is_not_set_under_nounset(word) -> None:
    assert not built(f"RUN set -u; echo {word}").target.steps[-1].computed
    assert built(f"RUN echo {word}").target.steps[-1].computed
    assert built("RUN set -u; echo ${V:-x}").target.steps[-1].computed


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        ("FROM scratch\nCOPY --from=tiny / /\n", True),
        ("FROM tiny AS t\nRUN echo 1 > /own\nFROM scratch\nCOPY a /w2/\nCOPY --link --from=t / /\n", True),
        ("FROM scratch\nCOPY a /etc/a\nCOPY --from=tiny / /\n", False),
        ("FROM scratch\nCOPY --from=tiny /bin /bin\n", False),
        ("FROM scratch\nCOPY --chown=5 --from=tiny / /\n", False),
        ("FROM scratch\nCOPY --from=tiny / /\nCOPY --chmod=755 sh /bin/cat\n", False),
    ],
)
def test_programs_of_a_root_that_was_copied_as_a_whole(lines, known) -> None:
    text = parse(f"{lines}RUN cat /etc/passwd > /copy\n")
    found = simulate(text, CONTEXT, images={"tiny": Image(root())}).target.filesystem.lookup("/copy")
    assert (isinstance(found, File) and found.content.data == PASSWD) is known


def test_statements_of_awk_on_lines_of_their_own() -> None:
    text = 'RUN <<EOF\n#!/bin/awk -f\nBEGIN {\n\tprint "hello" >> "./out"\n\n\tprint "world" >> "./out"\n}\nEOF\n'
    assert after(text).lookup("/w/out").content.data == b"hello\nworld\n"


def test_a_directory_copied_into_one_with_the_set_group_id_bit_is_not_computed() -> None:
    """GNU's cp -a leaves the bit that the kernel gave, found by a random build."""
    lines = "RUN mkdir -p s d && chmod g+s s && cp {} d s/x"
    assert not built(lines.format("-a")).target.steps[-1].computed
    assert built(lines.format("-r")).target.filesystem.lookup("/w/s/x").attributes.mode == 0o2755


@pytest.mark.parametrize(
    "script",
    [
        "mkdir ./-P; cd -P; touch a",
        "echo \"$PS4\" > /f",
        "echo \"$IFS\" > /f",
        "echo \"$OPTIND\" > /f",
        "echo \"$EUID\" > /f",
        "V=a:~/b; echo $V > /f",
        "export V=~; echo $V > /f",
        "V='a b'; export W=$V; echo $W > /f",
        "echo ${1:=a} > /f",
        "set -x; { touch a; } > /f 2>&1",
        "LD_PRELOAD=/x.so touch a",
        "POSIXLY_CORRECT=1 rm a -f",
        "mktemp",
        r"printf 'a\cb' > /f",
        r"echo -e 'a\101' > /f",
        r"printf '\u0041' > /f",
    ],
)  # fmt: skip
def test_what_shells_differ_in_is_not_computed(script):
    assert not built(f"COPY sh /x.so\nRUN {script}").stages[0].steps[-1].computed


def test_no_program_is_computed_once_libraries_are_loaded_first():
    steps = built("RUN echo /x.so > /etc/ld.so.preload\nRUN touch a").stages[0].steps
    assert [step.computed for step in steps[-2:]] == [True, False]
