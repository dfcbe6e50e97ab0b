"""What parse_shell makes of each construct."""

import pytest

from restow.shell import (
    AndOr,
    Case,
    CommandSubstitution,
    Expression,
    For,
    Function,
    Group,
    If,
    Opaque,
    Pipeline,
    Script,
    SimpleCommand,
    Subshell,
    Variable,
    While,
    parse_shell,
    shell_name,
    walk,
    walk_commands,
)


def parse(text, escape=""):
    script = parse_shell(text, 0, len(text), escape=escape)
    assert isinstance(script, Script), script
    return script


def only(text, escape=""):
    """The only command of ``text``."""
    (item,) = parse(text, escape).items
    return item.command


def argv(text, escape=""):
    """What the words of the only command stand for; None for those that are expanded."""
    command = only(text, escape)
    assert isinstance(command, SimpleCommand), command
    return [word.static for word in command.words]


def commands(text, escape=""):
    """The source of the words of every simple command."""
    found = [occurrence.command for occurrence in walk_commands(parse(text, escape))]
    return [" ".join(text[word.start : word.end] for word in command.words) for command in found]


def part(text):
    """The only part of the only word behind ``echo``."""
    (found,) = only(f"echo {text}").words[1].parts
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo a b", ["echo", "a", "b"]),
        ("  echo\ta  # comment", ["echo", "a"]),
        ("echo a#b '#c'", ["echo", "a#b", "#c"]),
        ("echo 'a b' \"c d\" e\\ f", ["echo", "a b", "c d", "e f"]),
        ("echo 'a'\"b\"c", ["echo", "abc"]),
        ("echo '' \"\"", ["echo", "", ""]),
        (r'echo "\\ \" \$ \` \n \a"', ["echo", r"\ " + r'" $ ` \n \a']),
        (r"echo '\n' \n \\ \'", ["echo", r"\n", "n", "\\", "'"]),
        (r"echo $'a\tb\x41\101\u00e9\'\q'", ["echo", "a\tbAA\u00e9'\\q"]),
        ("echo a\\\nb \"c\\\nd\" 'e\\\nf'", ["echo", "ab", "cd", "e\\\nf"]),
        ("echo $ a$ \"$\" '$x'", ["echo", "$", "a$", "$", "$x"]),
        ("echo fi done then } ! esac in", ["echo", "fi", "done", "then", "}", "!", "esac", "in"]),
        ("echo \u00a0x\u00e9", ["echo", "\u00a0x\u00e9"]),
        ("echo $x a$x", ["echo", None, None]),
        ("export A=b", ["export", "A=b"]),
        ("[ -f x ]", ["[", "-f", "x", "]"]),
        ("echo a\r", ["echo", "a\r"]),
    ],
)
def test_words(text, expected):
    assert argv(text) == expected


def test_spans_are_offsets_into_the_whole_text():
    text = "FROM a\nRUN echo b && \\\n# note\n  c \\\n  'd e'\n"
    start = text.index("echo")
    script = parse_shell(text, start, len(text) - 1)
    chain = script.items[0].command
    assert isinstance(chain, AndOr)
    assert text[chain.operator_start :].startswith("&& \\")
    assert [text[word.start : word.end] for word in chain.right.words] == ["c", "'d e'"]
    assert (script.start, script.end) == (start, len(text) - 1)
    assert chain.end == len(text) - 1


def test_escapes_and_globs_are_told_apart():
    escaped, globbing = only(r"echo \* *").words[1:]
    assert (escaped.has_glob, globbing.has_glob) == (False, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$x", ("x", False, None, None)),
        ('"$x"', ("x", True, None, None)),
        ("$1", ("1", False, None, None)),
        ('"$@"', ("@", True, None, None)),
        ("${x}", ("x", False, None, None)),
        ("${#x}", ("x", False, "length", None)),
        ("${#}", ("#", False, None, None)),
        ("${x:-a b}", ("x", False, ":-", "a b")),
        ("${x:=}", ("x", False, ":=", "")),
        ('"${x%%"/*"}"', ("x", True, "%%", '"/*"')),
        ("${x##*/}", ("x", False, "##", "*/")),
        ("${x/a/b}", ("x", False, "/", "a/b")),
        ("${x:1:2}", ("x", False, ":", "1:2")),
        ("${!x}", ("x", False, "!", None)),
        ("${x[@]}", ("x", False, "[@]", None)),
    ],
)
def test_variables(text, expected):
    found = part(text)
    assert isinstance(found, Variable)
    assert (found.name, found.quoted, found.operator, found.operand) == expected


def test_variables_and_commands_within_an_operand_are_kept():
    inner = [node for node in walk(part('${a:-"$(b ${c#$d})"}')) if isinstance(node, Variable)]
    assert [variable.name for variable in inner] == ["a", "c", "d"]


def test_substitutions():
    assert commands('echo "$(a "b)" $(c))" `d \\`e\\``') == [
        'echo "$(a "b)" $(c))" `d \\`e\\``',
        'a "b)" $(c)',
        "c",
        "d \\`e\\`",
        "e",
    ]
    assert part('"$(a)"').quoted


def test_offsets_within_backticks_with_escapes():
    text = 'x "`echo \\$a \\`b \\"c\\"\\``"'
    inner = [node for node in walk(parse(text)) if isinstance(node, (Variable, CommandSubstitution))]
    assert [text[node.start : node.end] for node in inner] == ['`echo \\$a \\`b \\"c\\"\\``', "\\$a", '\\`b \\"c\\"\\`']


def test_unreadable_backticks_leave_the_rest_readable():
    script = parse("echo `if` b")
    assert [type(occurrence.command) for occurrence in walk_commands(script)] == [SimpleCommand, Opaque]


def test_expressions():
    found = part("$((1 + $a * (2 + `b`)))")
    assert isinstance(found, Expression)
    assert found.text == "$((1 + $a * (2 + `b`)))"
    assert [type(inner) for inner in found.expansions] == [Variable, CommandSubstitution]
    assert part("<(sort a)").text == "<(sort a)"
    assert commands("diff <(sort a) >(b)")[1:] == ["sort a", "b"]


def test_double_parentheses_of_a_subshell_in_a_substitution():
    assert commands("echo $((a); b)")[1:] == ["a", "b"]


def test_assignments():
    command = only("A=b C= D+=\"e $f\" G=(1 $h 'i') run J=k")
    assert [(one.name, one.append, one.value and one.value.static) for one in command.assignments] == [
        ("A", False, "b"),
        ("C", False, None),
        ("D", True, None),
        ("G", False, None),
    ]
    assert command.assignments[1].value is None
    assert command.assignments[3].value.parts[0].text == "(1 $h 'i')"
    assert [word.static for word in command.words] == ["run", "J=k"]


def test_redirections():
    command = only("a >b 2>&1 <c >>\"$d\" &>e <<<'f g' h")
    assert [(one.file_descriptor, one.operator, one.target.static) for one in command.redirections] == [
        (None, ">", "b"),
        (2, ">&", "1"),
        (None, "<", "c"),
        (None, ">>", None),
        (None, "&>", "e"),
        (None, "<<<", "f g"),
    ]
    assert [word.static for word in command.words] == ["a", "h"]
    assert only("{ a; } >b 2>c").redirections[1].file_descriptor == 2


def test_heredocs():
    text = "cat <<EOF > f && a <<-'X'\nb $c $(d)\nEOF\n\te $f\n\tX\n\n# g\nh"
    script = parse(text)
    first, second = script.items[0].command.left.redirections[0], script.items[0].command.right.redirections[0]
    assert first.heredoc == "b $c $(d)\n"
    assert [text[node.start : node.end] for node in first.expansions] == ["$c", "$(d)"]
    assert (second.operator, second.heredoc, second.expansions) == ("<<-", "e $f\n", ())
    assert (second.target.static, second.target.parts[0].quoted) == ("X", True)
    assert commands(text) == ["cat", "d", "a", "h"]


def test_heredoc_in_a_substitution():
    assert commands("x=$(cat <<A\n) $(b)\nA\n)\nc")[1:] == ["cat", "b", "c"]


def test_heredoc_without_body():
    (redirection,) = only("cat <<EOF > f").redirections[:1]
    assert redirection.heredoc is None


def test_heredoc_body_without_closing_line():
    assert only("cat <<EOF\na\nb").redirections[0].heredoc == "a\nb"


def test_lists():
    text = "a; b & c\nd # e\n\n# f\ng"
    assert [item.separator for item in parse(text).items] == [";", "&", "\n", "\n", ""]
    assert [text[item.start : item.end] for item in parse(text).items] == ["a;", "b &", "c", "d", "g"]


def test_chains_associate_to_the_left():
    chain = only("a && b || c")
    assert (chain.operator, chain.left.operator) == ("||", "&&")


def test_pipelines():
    pipeline = only("! a | b |& c")
    assert isinstance(pipeline, Pipeline)
    assert (pipeline.negated, len(pipeline.commands), pipeline.start) == (True, 3, 0)


def test_compound_commands():
    assert isinstance(only("(a; b) > c"), Subshell)
    assert isinstance(only("{ a; b; }"), Group)
    choice = only("if a; then b; elif c; then d\nelse e; fi >f")
    assert isinstance(choice, If)
    assert (len(choice.branches), choice.otherwise is None, len(choice.redirections)) == (2, False, 1)
    loop = only("for x in a 'b c' $d; do e; done")
    assert isinstance(loop, For)
    assert (loop.variable, [word.static for word in loop.words]) == ("x", ["a", "b c", None])
    assert only("for x\ndo e; done").words is None
    assert only("for x in; do e; done").words == ()
    assert only("until a; do b; done").until
    assert isinstance(only("while a\ndo b\ndone"), While)
    choice = only("case $x in a|'b') c ;; (*) ;; d) e\nesac")
    assert isinstance(choice, Case)
    assert [[word.static for word in patterns] for patterns, _ in choice.items] == [["a", "b"], ["*"], ["d"]]
    assert [body is None for _, body in choice.items] == [False, True, False]
    function = only("f() { a; }")
    assert isinstance(function, Function)
    assert (function.name, type(function.body)) == ("f", Group)


def test_keywords_right_after_a_compound():
    assert commands("if (a) then { b; } fi") == ["a", "b"]
    assert commands("for x in a; do if b; then c; fi done") == ["b", "c"]


def test_test_command_is_one_command():
    assert argv("[[ -f a && $b == c* ]]") == ["[[", "-f", "a", "&&", None, "==", "c*", "]]"]
    assert commands("[[ a =~ ^(b|c)$ ]] && d") == ["[[ a =~ ^(b|c)$ ]]", "d"]


def test_arithmetic_loops_are_opaque_alone():
    loop = parse("a; for ((i = 0; i < $(b); i++)); do c; done; d").items[1].command
    assert isinstance(loop, Opaque)
    assert loop.reason == "arithmetic loops are not read"


def test_two_parentheses_that_close_apart_are_subshells():
    outer = only("((a) ; (b))")
    assert isinstance(outer, Subshell)
    assert [type(item.command) for item in outer.body.items] == [Subshell, Subshell]


def test_words_that_bash_keeps_for_itself_are_words_elsewhere():
    assert argv("a coproc select in") == ["a", "coproc", "select", "in"]
    assert argv("'coproc' a") == ["coproc", "a"]
    assert argv("declare -a x=(1 2)") == ["declare", "-a", None]


def test_arithmetic_command_is_opaque_alone():
    assert isinstance(parse("a; ((i++)); b").items[1].command, Opaque)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('a "b', "line 1, column 5: the text ends too early: a double quote is not closed"),
        ("a\nb 'c", "line 2, column 3: ' is not closed"),
        ("a `b", "line 1, column 3: ` is not closed"),
        ("if a; then b", "line 1, column 13: the text ends too early: "),
        ("for x in a; do b; ", "line 1, column 19: the text ends too early: a loop without its `done`"),
        ("a )b", "line 1, column 3: unexpected `)b`"),
        ("a; fi", "line 1, column 4: unexpected `fi`"),
        ("a &&", "line 1, column 5: the text ends too early: a command is not complete"),
        ("echo ${a b}", "line 1, column 6: unexpected `${a`"),
        ("echo @(a|b)", "line 1, column 7: unexpected `(a|b)`"),
        ("a > #b", "line 1, column 5: a comment where a word is expected"),
        ("{ a; } {x}>f", "line 1, column 8: unexpected `{x}>f`"),
        ("a {x}>f", "line 1, column 1: redirection of `{x}` is not read"),
        ("coproc a b", "line 1, column 1: coprocesses are not read"),
        ("a; select b", "line 1, column 4: `select` loops are not read"),
        ("a; in b", "line 1, column 4: unexpected `in`"),
        ("echo a=(b)", "line 1, column 6: an array as an argument: only `declare` and its like take one"),
        ("for ((a; b; c)) { d; }", "line 1, column 17: unexpected `{`"),
        ("a\0b", "the script has a NUL character"),
        ("a;" * 100_000, "the script has 200000 characters; up to 65536 are read"),
        ("{ " * 31 + "a" + "; }" * 31, "line 1, column 61: commands are nested too deeply"),
        ("a && " * 200 + "b", "line 1, column 1: more than 150 commands are chained with && and ||"),
    ],
)
def test_opaque_says_why(text, reason):
    script = parse_shell(text, 0, len(text), escape="")
    assert isinstance(script, Opaque)
    assert (script.start, script.end) == (0, len(text))
    assert script.reason.startswith(reason)


@pytest.mark.parametrize(
    "opening", ["(", "$(", '"$(', "`", "${a:-", "if ", "{ ", "$((", "case a in a) ", "<(", "f() {"]
)
def test_deep_nesting_never_raises(opening):
    text = opening * 5_000
    assert isinstance(parse_shell(text, 0, len(text), escape=""), (Opaque, Script))


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("powershell", "PowerShell"),
        ("pwsh", "PowerShell"),
        ("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\PowerShell.exe", "PowerShell"),
        ("cmd", "cmd, the shell of Windows,"),
        ("CMD.EXE", "cmd, the shell of Windows,"),
        ("/usr/bin/fish", "fish"),
        ("", "an empty SHELL"),
    ],
)
def test_other_shells_are_opaque(program, reason):
    found = parse_shell("a b", 0, 3, dialect=shell_name(program))
    assert isinstance(found, Opaque)
    assert found.reason == f"the language of {reason} is not read"


@pytest.mark.parametrize(
    "program", ["/bin/sh", "/bin/bash", "bash", "/bin/ash", "/usr/bin/dash", "C:\\tools\\bash.exe"]
)
def test_posix_shells_are_read(program):
    assert isinstance(parse_shell("a b", 0, 3, dialect=shell_name(program)), Script)


def test_nothing_is_an_empty_script():
    for text in ("", "  ", "\n# a\n", " # a"):
        assert parse(text).items == ()
