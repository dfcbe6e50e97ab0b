"""656 cases of BuildKit's own tests of its parser, its instructions and its directives: each is put to our front end."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from restow.build.sources import chomped
from restow.rule import comments_above, find_check_directive, other_frontend
from restow.semantics.frontend import BuildInputs, frontend_errors
from restow.semantics.frontend.git_reference import read_git_reference
from restow.semantics.frontend.values import read_ports
from restow.semantics.mounts import read_mount
from restow.syntax import WordError, parse
from restow.syntax.fields import read_device
from restow.syntax.flags import check_flags, read_flag
from restow.syntax.heredocs import find_openers, is_opener, read_opener
from restow.syntax.problem import FieldError, Problem

DATA = Path(__file__).parents[2].parent / "shared" / "conformance" / "parser.jsonl.gz"
pytestmark = pytest.mark.skipif(not DATA.is_file(), reason=f"no cases at {DATA}")

KINDS = {
    "all_directives": 2, "ast_dump": 33, "bflag": 14, "build_error_lines": 7, "convert_outcome": 12, "copy_heredoc": 8,
    "detect_syntax": 10, "directive_parse": 20, "doc_comments": 1, "expose_port": 9, "flags_used": 1, "git_ref": 39,
    "handle_json_args": 4, "healthcheck": 1, "healthcheck_interval": 3, "heredoc_chomp": 1, "heredoc_extract": 29,
    "heredoc_token": 20, "heredocs_from_line": 10, "instruction_error": 21, "instruction_error_ast": 2,
    "instruction_outcome": 217, "json_array": 16, "line_numbers": 1, "line_parser": 104, "name_val": 3, "parse_directive": 5,
    "parse_warnings": 1, "parse_words": 8, "reject": 5, "run_device_flag": 8, "run_heredoc": 6, "split_command": 35,
}  # fmt: skip

TRIMMED = "the line of a file has no blanks around it: they are cut off before the instruction's own parser"
BY_HAND = "a tree made by hand, which no text gives"
EXCEPTIONS = {
    "instr/too-many/ENV": BY_HAND,
    "instr/too-many/LABEL": BY_HAND,
    "lineparser/45": TRIMMED,
    "lineparser/53": TRIMMED,
    "lineparser/59": TRIMMED,
    "lineparser/81": TRIMMED,
    "lineparser/102": TRIMMED,
}
"""Cases that are not put to our front end, with the reason."""

REFUSED_LATER = {"lineparser/51", "lineparser/54", "lineparser/55", "lineparser/71", "lineparser/92"}
"""Arguments that the line's parser takes and the instruction refuses, in the engine as well: an Invalid node here."""

LINE_PARSERS = {
    "parseWords": "ARG",
    "parseNameOrNameVal": "ARG",
    "parseMaybeJSON": "RUN",
    "parseMaybeJSONToList": "VOLUME",
    "parseHealthConfig": "HEALTHCHECK",
    "parseStringsWhitespaceDelimited": "EXPOSE",
}
WHOLE_FILE = ("no build stage in current context", "file with no instructions", "contains no stages")
STUBS = BuildInputs({}, {"PATH": "/usr/bin:/bin"}, "/", "linux/amd64", labs=False)


@pytest.fixture(scope="module")
def cases():
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_every_case_agrees(cases, dump):
    checks = Checks(dump)
    kinds = Counter(case["kind"] for case in cases)
    wrong = [c["id"] for c in cases if c["id"] not in EXCEPTIONS and not getattr(checks, c["kind"])(c)]
    assert (kinds, kinds.total()) == (KINDS, 656)
    assert wrong == []
    assert len(EXCEPTIONS) <= 10


def line_of(tree, offset):
    return tree.source.position(offset).line


class Checks:
    """One method a kind of case: whether our answer is the expected one."""

    def __init__(self, dump):
        self.dump = dump

    def tree(self, text, answer):
        """The tree of ``text`` against a parse that BuildKit recorded: acceptance, nodes, lines, heredocs, comments."""
        tree = parse(text)
        error = (answer.get("parse_error") or answer.get("instruction_error") or {}).get("message", "")
        about_file = any(reason in error for reason in WHOLE_FILE)
        if bool(error) != bool(tree.broken or (about_file and frontend_errors(tree))):
            return False
        if answer.get("parse_error"):
            return True
        nodes = tree.instructions
        comments = {node.start: [text for _, text in above] for node, above in comments_above(tree)}
        return (
            answer["escape"] == tree.escape
            and [line for line in answer["dump"].split("\n") if line] != []
            and len(answer["nodes"]) == len(nodes)
            and all(map(self.dump.agrees, [tree] * len(nodes), nodes, answer["dump"].split("\n")))
            and all(self._node(tree, *pair, comments) for pair in zip(nodes, answer["nodes"], strict=True))
            and self._stages(tree, answer.get("stages") or [])
        )

    def _node(self, tree, node, expected, comments):
        host = node.instruction if node.kind == "onbuild" else node
        bodies = [(doc.name, doc.content, doc.expand, doc.chomp) for doc in getattr(host, "heredocs", ())]
        theirs = [(doc["name"], doc["content"], doc["expand"], doc["chomp"]) for doc in expected.get("heredocs") or []]
        return (
            (line_of(tree, node.start), line_of(tree, node.end - 1)) == (expected["start_line"], expected["end_line"])
            and node.keyword == expected["value"]
            and (host.kind == "invalid" or self.dump.flags(node) == (expected.get("flags") or []))
            and comments.get(node.start, []) == (expected.get("prev_comment") or [])
            and (host.kind == "invalid" or bodies == theirs)
        )

    def _stages(self, tree, stages):
        """Bases, names, platforms and mounts of the stages that BuildKit made of the nodes."""
        openings = [node for node in tree.instructions if node.kind == "from"]
        runs = [node for node in tree.instructions if node.kind == "run"]
        mounts = [c["mounts"] or [] for s in stages for c in s["commands"] if c["name"] == "RUN" and "mounts" in c]
        ours = [
            (n.image.text, n.stage_name.text.lower() if n.stage_name else "", n.flag_value("platform") or "")
            for n in openings
        ]
        theirs = [(stage["base"], stage["name"].lower(), stage["platform"]) for stage in stages]
        return not stages or (ours == theirs and all(map(same_mounts, runs, mounts)))

    def ast_dump(self, case):
        return case["expected_dump"] == case["engine"]["dump"] + "\n" and self.tree(case["dockerfile"], case["engine"])

    def line_numbers(self, case):
        lines = [[n["start_line"], n["end_line"]] for n in case["engine"]["nodes"]]
        return lines == case["expected"]["children"] and self.tree(case["dockerfile"], case["engine"])

    def parse_warnings(self, case):
        return len(case["engine"]["warnings"]) == 2 and self.tree(case["dockerfile"], case["engine"])

    def heredoc_extract(self, case):
        return self.tree(case["dockerfile"], case["engine"])

    def instruction_outcome(self, case):
        return self.tree(case["dockerfile"], case["expected"])

    def reject(self, case):
        template = case.get("dockerfile_template")
        text = expanded(template) if template else case["dockerfile"]
        tree = parse(text)
        return bool(tree.broken) or (not tree.instructions and "no instructions" in case["engine_error"]["message"])

    def directive_parse(self, case):
        expected, text = case["expected"], case["dockerfile"]
        return (
            self.tree(text, expected["parse"])
            and self._syntax(text, expected["syntax"])
            and self._check(text, expected)
        )

    def _check(self, text, expected):
        found = find_check_directive(parse(text))
        return (found[0] if found else "") == expected["check"]["value"]

    def _syntax(self, text, expected):
        found = other_frontend(parse(text))
        return (found[0] if found else "") == expected["ref"] or is_dockers(expected["ref"])

    def detect_syntax(self, case):
        found, tree = other_frontend(parse(case["input"])), parse(case["input"])
        line = found and line_of(tree, found[1].start)
        return self._syntax(case["input"], case["expected"]) and (line == (case["expected"]["line"] or line))

    def parse_directive(self, case):
        tree = parse(case["input"])
        found = find_check_directive(tree)
        line = line_of(tree, found[1].start) if found else None
        return (found[0] if found else "", line) == (case["expected"]["value"], case["expected"]["line"])

    def all_directives(self, case):
        tree = parse(case["input"])
        found = [{"name": d.name, "value": d.value, "line": line_of(tree, d.start)} for d in tree.directives]
        return found == case["expected"]

    def instruction_error(self, case):
        tree, error = parse("FROM scratch\n" + case["dockerfile"]), case["engine_error"]
        lines = [line_of(tree, node.start) for node in tree.broken]
        return lines[:1] == ([error["lines"][0][0]] if error else [])

    def healthcheck_interval(self, case):
        return bool(parse(case["dockerfile"]).broken) == bool(case["engine_error"])

    def healthcheck(self, case):
        (node,) = parse(case["dockerfile"]).instructions
        return case["expected"]["Test"] == ["CMD-SHELL", node.command.text]

    def copy_heredoc(self, case):
        (node,) = parse(case["dockerfile"]).instructions
        contents = [{"Data": chomped(doc), "Expand": doc.expand, "Path": doc.name} for doc in node.heredocs]
        paths = [word.text for word in node.sources if not is_opener(word.text)]
        return case["expected"] == {
            "DestPath": node.destination.text, "SourceContents": contents or None, "SourcePaths": paths or None,
        }  # fmt: skip

    def run_heredoc(self, case):
        (node,) = parse(case["dockerfile"]).instructions
        files = [{"Chomp": doc.chomp, "Data": doc.content, "Name": doc.name} for doc in node.heredocs]
        words = list(node.command.words) or [node.command.text]
        return case["expected"] == {
            "CmdLine": words, "PrependShell": node.command.form == "shell", "Files": files or None,
        }  # fmt: skip

    def run_device_flag(self, case):
        try:
            device = read_device(case["input"])
        except FieldError:
            return case["expected"] is None
        return case["expected"] == {"Name": device.name, "Required": device.required}

    def doc_comments(self, case):
        tree = parse(case["dockerfile"])
        above = {node.start: [text for _, text in found] for node, found in comments_above(tree)}
        arguments = [
            [[pair.key, described(above, node, pair.key)] for pair in node.pairs]
            for node in tree.instructions
            if node.kind == "arg"
        ]
        (opening,) = (node for node in tree.instructions if node.kind == "from")
        expected = case["expected"]
        return (
            self.tree(case["dockerfile"], case["engine"])
            and arguments == [expected["meta_args"], *expected["stage_args"]]
            and [described(above, opening, opening.stage_name.text)] == expected["stage_doc"]
        )

    def flags_used(self, case):
        (node,) = parse(case["dockerfile"]).instructions
        return [flag.name for flag in node.flags] == case["expected"] and same_mounts(node, case["engine"]["mounts"])

    def handle_json_args(self, case):
        as_json = (case["attributes"] or {}).get("json")
        (node,) = parse("RUN " + (json.dumps(case["args"]) if as_json else " ".join(case["args"]))).instructions
        found = list(node.command.words) if as_json else [node.command.text] if node.command.text else []
        return found == case["expected"]

    def bflag(self, case):
        kinds = {"string": "one", "bool": "bool", "strings": "many"}
        known = {name: kinds[declared["type"]] for name, declared in case["declared"].items()}
        flags = [read_flag(text, 0, len(text), "\\") for text in case["args"] if text != "--"]
        try:
            check_flags("an instruction", flags, known)
        except Problem:
            return case["expected_error"]
        values = {name: declared["default"] for name, declared in case["declared"].items()}
        for flag in flags:
            values[flag.name] = (flag.value or "true") == "true" if known[flag.name] == "bool" else flag.value
        used = sorted(flag.name for flag in flags)
        expected = case["expected"]
        return (
            not case["expected_error"]
            and values.items() >= expected.get("values", {}).items()
            and used == sorted(expected.get("used", used))
        )

    def expose_port(self, case):
        try:
            return read_ports(case["spec"]) == case.get("expected")
        except ValueError:
            return "expected_error" in case

    def git_ref(self, case):
        try:
            found = read_git_reference(case["input"])
        except FieldError:
            return bool(case["expected_error"])
        if found is None or case["expected"] is None:
            return (found is None) and case["expected"] is None
        return case["expected"] == {
            "Checksum": found.checksum, "FetchByCommit": found.fetch_by_commit, "KeepGitDir": found.keep_git_dir,
            "IndistinguishableFromLocal": found.looks_local, "MTime": found.mtime, "Ref": found.ref,
            "Remote": found.remote, "ShortName": found.name, "SubDir": found.folder, "Submodules": found.submodules,
            "UnencryptedTCP": found.unencrypted,
        }  # fmt: skip

    def convert_outcome(self, case):
        options = case["options"]
        inputs = BuildInputs({}, {"PATH": "/bin"}, "/", "linux/amd64", target=options.get("target"))
        tree = parse(case["dockerfile"])
        errors = [error for error in frontend_errors(tree, inputs) if error.stops_build]
        return not (options.keys() - {"target"}) and bool(tree.broken or errors) == bool(case["expected_error"])

    def build_error_lines(self, case):
        """Errors that only a build meets are none of a frontend; where it knows one, so do we, on that line."""
        tree = parse(case["dockerfile"])
        found = [line_of(tree, node.start) for node in tree.broken]
        found += [line_of(tree, error.span.start) for error in frontend_errors(tree, STUBS)]
        other = other_frontend(tree)
        if other is not None:
            return [line_of(tree, other[1].start)] == case["expected_error_lines"]
        return found == (case["expected_error_lines"] if case["engine_frontend_error"] else [])

    def heredoc_chomp(self, case):
        (node,) = parse(f"COPY <<-EOF /\n{case['input']}EOF\n").instructions
        return chomped(node.heredocs[0]) == case["expected"]

    def heredoc_token(self, case):
        try:
            opener = read_opener(case["input"])
        except WordError:
            return bool(case["expected"].get("error"))
        expected = case["engine"].get("heredoc")
        return same_opener(opener, expected) and (opener.name if opener else None) == case["expected"].get("name")

    def heredocs_from_line(self, case):
        found = find_openers(case["input"])
        expected = case["engine"]["heredocs"] or []
        return (
            [opener.name for opener in found] == (case["expected_names"] or [])
            and len(found) == len(expected)
            and all(map(same_opener, found, expected))
        )

    def json_array(self, case):
        (node,) = parse("CMD " + case["input"]).instructions
        if not case["valid"]:
            return node.kind == "invalid"
        return node.command.form == "exec" and list(node.command.words) == case["expected"]

    def parse_words(self, case):
        tree = parse("ARG " + case["input"])
        return self.dump.arguments(tree, tree.instructions[0]) == case["expected"]

    def name_val(self, case):
        tree = parse(f"{case['key']} {case['input']}")
        (node,) = tree.instructions
        found = None if node.kind == "invalid" else self.dump.arguments(tree, node)
        return found == case["expected"]

    def line_parser(self, case):
        tree = parse(f"{case['key'] or LINE_PARSERS[case['function']]} {case['input']}")
        (node,) = tree.instructions
        expected = case["expected"]
        values = expected.get("words", expected.get("values")) or []
        if case["id"] in REFUSED_LATER:
            return node.kind == "invalid" and bool(values)
        if node.kind == "invalid":
            return "error" in expected or not values
        return "error" not in expected and self.dump.arguments(tree, node) == values

    def split_command(self, case):
        """The keyword, the flags and the rest."""
        tree = parse(case["input"])
        (node,) = tree.instructions
        last = node.instruction.start if node.kind == "onbuild" else node.end
        heads = [t.end for t in tree.tokens if t.type in ("KEYWORD", "FLAG", "DASHES") and t.start < last]
        rest = tree.text[max(heads, default=node.start + len(node.keyword)) : node.end].strip()
        if tree.tokens[-1].type == "CONTINUATION":
            rest = rest.removesuffix(tree.escape)
        expected = case["expected"]
        flags = self.dump.flags(node)
        return node.keyword == expected["cmd"] and rest == expected["args"] and flags == (expected["flags"] or [])


def same_opener(opener, expected):
    """Whether an opener of a heredoc, or none, is the one that BuildKit found."""
    if opener is None or expected is None:
        return opener is None and expected is None
    return expected == {
        "Chomp": opener.chomp, "Content": "", "Expand": opener.expand, "FileDescriptor": opener.file_descriptor,
        "Name": opener.name,
    }  # fmt: skip


def same_mounts(node, expected):
    """Whether the mounts of a RUN are those that BuildKit made."""
    flags = [flag for flag in node.flags if flag.name == "mount"]
    mounts = [read_mount(flag.value or "", lambda word: word) for flag in flags]
    return len(mounts) == len(expected) and all(
        (mount.type, mount.source_name, mount.source, mount.target, mount.id, mount.sharing, mount.required, mount.env)
        == tuple(theirs[key] for key in "Type From Source Target CacheID CacheSharing Required Env".split())
        for mount, theirs in zip(mounts, expected, strict=True)
    )


def described(above, node, name):
    """What the comment above an instruction says of one of its names."""
    return next(
        (text.removeprefix(f"{name} ") for text in above.get(node.start, []) if text.startswith(f"{name} ")), ""
    )


def expanded(template):
    """The text of a case that is too long to be written out."""
    return "".join(part if isinstance(part, str) else part["repeat"] * part["count"] for part in template)


def is_dockers(image):
    """Whether an image is Docker's own frontend, of which ``other_frontend`` says nothing."""
    return image.split(":")[0] in ("docker/dockerfile", "docker/dockerfile-upstream")
