"""Format one Dockerfile: print it, then make sure that the text says the same and would be printed the same again.

What fails leaves the file as it is, with the reason. Nothing is read or written here.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from restow.config.settings import FormatSettings
from restow.format.between import UnprintableError, assemble
from restow.format.equal import first_difference
from restow.format.instruction import ShellText, print_instruction
from restow.format.rebuild import context_lines, missed_steps
from restow.format.shell_text import dialects_of, relaid_run, shell_meaning
from restow.rule.frontend import other_frontend
from restow.syntax import parse
from restow.syntax.ast import Dockerfile, Instruction, Invalid, Run


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is left as it is, and where. ``fault``: something is wrong with the file, or with Restow."""

    reason: str
    offset: int
    fault: bool = True


@dataclass(frozen=True, slots=True)
class Formatted:
    """The new text (the old one where refused).

    ``reworded`` are the RUNs whose own words changed, as lines of the old text, ``rebuilt`` the lines of the steps that
    miss the cache once because of that. ``with_context`` are lines of steps that take in the whole build context, and with it
    this file, unless an ignore file leaves it out. ``unread`` are RUNs that ``--format-run`` could not read.
    """

    text: str
    refusal: Refusal | None = None
    reworded: tuple[int, ...] = ()
    rebuilt: tuple[int, ...] = ()
    with_context: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()


def format_dockerfile(dockerfile: Dockerfile, settings: FormatSettings | None = None) -> Formatted:
    """The formatted text; it is the old one where nothing is to do, or where there is a refusal."""
    style = settings or FormatSettings()
    refusal = _refusal(dockerfile)
    if refusal is not None:
        return Formatted(dockerfile.text, refusal)
    try:
        text, unread = _printed(dockerfile, style)
        if text == dockerfile.text:
            return Formatted(text, unread=unread)
        after = parse(text, dockerfile.source.name)
        again, _ = _printed(after, style)
    except UnprintableError as error:
        return Formatted(dockerfile.text, Refusal(error.reason, error.offset))
    if broken := _too_long(dockerfile, after):
        return Formatted(dockerfile.text, broken)
    difference = first_difference(
        dockerfile, after, (shell_meaning(dockerfile), shell_meaning(after)) if style.run else None
    )
    if difference is not None:
        return _bug(dockerfile, f"the new text would not say the same: {difference}")
    if again != text:
        return _bug(dockerfile, "a second run would change the new text again")
    changed = _reworded(dockerfile, after)
    if changed and not style.run:
        return _bug(dockerfile, "the words of a RUN would change")
    line = dockerfile.source.position
    return Formatted(
        text,
        None,
        tuple(line(node.start).line for node in changed),
        tuple(line(node.start).line for node in missed_steps(dockerfile, after)) if changed else (),
        context_lines(dockerfile),
        unread,
    )


def _bug(dockerfile: Dockerfile, reason: str) -> Formatted:
    return Formatted(dockerfile.text, Refusal(f"{reason}; this is a bug in Restow, please report it", 0))


def _refusal(dockerfile: Dockerfile) -> Refusal | None:
    """Why the file is not looked at: another language, or an instruction that does not parse."""
    other = other_frontend(dockerfile)
    if other is not None:
        return Refusal(f"its frontend {other[0]} may read another language", other[1].start, fault=False)
    for node in dockerfile.instructions:
        if isinstance(node, Invalid):
            return Refusal(node.message, node.offset)
    return None


def _too_long(before: Dockerfile, after: Dockerfile) -> Refusal | None:
    """An instruction near the longest that is read may be longer as printed, by its indents."""
    for old, new in zip(before.instructions, after.instructions, strict=False):
        if isinstance(new, Invalid) and new.by_length:
            return Refusal(f"as printed, the instruction could not be read: {new.message}", old.start)
    return None


def _printed(dockerfile: Dockerfile, style: FormatSettings) -> tuple[str, tuple[int, ...]]:
    """The text as printed, and the lines of RUNs whose words could not be read. Raises UnprintableError."""
    indent = " " * style.indent
    dialects = dialects_of(dockerfile) if style.run else ()
    starts = [token.start for token in dockerfile.tokens]
    printed: list[str] = []
    unread: list[int] = []
    for index, node in enumerate(dockerfile.instructions):
        first = bisect_left(starts, node.start)
        tokens = dockerfile.tokens[first : bisect_left(starts, max(node.end, node.start + 1), first)]
        shell: ShellText | None = None
        if isinstance(node, Run) and style.run and "\n" in dockerfile.text[node.command.start : node.command.end]:
            shell = relaid_run(dockerfile, node, dialects[index], style.indent)
            if shell is None and node.command.form == "shell":
                unread.append(dockerfile.source.position(node.start).line)
        printed.append(print_instruction(dockerfile, node, tokens, indent, shell))
    return assemble(dockerfile, printed), tuple(unread)


def _reworded(before: Dockerfile, after: Dockerfile) -> list[Instruction]:
    """The RUNs of ``before`` whose own words another text stands for in ``after``."""
    return [
        old
        for old, new in zip(before.instructions, after.instructions, strict=True)
        if isinstance(old, Run) and isinstance(new, Run) and old.command.form == "shell"
        if old.command.text != new.command.text
    ]
