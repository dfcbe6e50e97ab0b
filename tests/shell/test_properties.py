"""What holds for every text."""

import shlex

from hypothesis import given, settings
from hypothesis import strategies as st

from restow.shell import Opaque, Redirection, Script, children, parse_shell, walk

PIECES = st.sampled_from(
    "a b 'c d' \"e $f\" $g ${h:-i} $( ) ( ` \" ' { } ; && || | & \n if then else fi for in do done while case esac ;; "
    "a) >f 2>&1 <<EOF EOF \nEOF\n # \\\n \\ $((1+2)) [[ ]] A=b B=(1) ! f() = \0 \r é".split(" ")
)
SCRIPTS = st.lists(st.one_of(PIECES, st.just(" ")), max_size=25).map(" ".join) | st.text(max_size=60)
ARGUMENTS = st.lists(
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8), min_size=1, max_size=6
)


@settings(deadline=None, max_examples=300)
@given(SCRIPTS, st.sampled_from(["\\", "`", ""]))
def test_never_raises_and_spans_nest(text, escape):
    whole = "RUN " + text + "\n"
    script = parse_shell(whole, 4, 4 + len(text), escape=escape)
    for node in walk(script):
        assert 4 <= node.start <= node.end <= 4 + len(text)
        if isinstance(node, Opaque):
            assert node.reason
        elif not isinstance(node, Redirection):  # a here-document's body lies outside of its redirection
            assert all(node.start <= child.start for child in children(node))


@settings(deadline=None, max_examples=200)
@given(ARGUMENTS)
def test_quoted_arguments_come_back(arguments):
    text = "run " + " ".join(map(shlex.quote, arguments))
    script = parse_shell(text, 0, len(text), escape="")
    assert isinstance(script, Script), script
    assert [word.static for word in script.items[0].command.words] == ["run", *arguments]


@settings(deadline=None, max_examples=200)
@given(SCRIPTS)
def test_every_part_reads_the_same_alone(text):
    script = parse_shell(text, 0, len(text), escape="")
    if isinstance(script, Opaque):
        return
    for item in script.items:
        part = text[item.command.start : item.command.end]
        if "<<" not in part:
            alone = parse_shell(text, item.command.start, item.command.end, escape="")
            assert isinstance(alone, Script), (part, alone)
            assert alone.items[0].command == item.command
