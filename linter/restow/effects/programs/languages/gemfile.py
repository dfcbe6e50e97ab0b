"""The lines of a Gemfile that say only what they say: sources, gems, groups, the Ruby version.

Bundler documentation, "Gemfile": the file is Ruby, evaluated in its folder. A line outside of the usual, literal forms could
read any file, so it makes the Gemfile unknown. ``ruby file: "x"``, ``eval_gemfile "x"``, ``gemspec`` and ``path:`` are followed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from restow.effects.effect import Invocation
from restow.effects.surroundings import names, place, trail
from restow.errors import UnknownEffect
from restow.vfs import Directory, join

_HARMLESS = names(
    "source gem group platforms platform ruby gemspec end git_source git github path eval_gemfile engine install_if plugin"
)
_OPTIONS = names(
    "require group groups platform platforms git github gist bitbucket branch tag ref source type install_if force_ruby_platform "
    "submodules glob path file engine engine_version patchlevel name development_group optional gitlab"
)
_VERSION_FILES = ("File.read()", "File.read().strip", "File.read().chomp", "(File.read().strip)", "(File.read().chomp)")
_REFUSED = (
    "`",
    "#{",
    "File",
    "Dir",
    "IO.",
    "ENV",
    "require_relative",
    "Kernel",
    "system",
    "exec",
    "load",
    "open(",
    "$",
    "&",
    "lambda",
)


@dataclass
class Gemfile:
    """What one Gemfile leads to: files, local folders, the variables it looks at, and gems with what is asked of them."""

    path: str
    files: list[str] = field(default_factory=list)
    trees: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    gems: dict[str, list[str]] = field(default_factory=dict)
    plain: bool = True


def read_gemfile(call: Invocation, path: str) -> Gemfile:
    """The Gemfile at ``path``. Raises UnknownEffect where it is not at hand or not literal."""
    found = Gemfile(path)
    _read(call, path, found)
    return found


def _read(call: Invocation, path: str, found: Gemfile) -> None:
    if path in found.files:
        return
    text = call.text(path)
    if text is None:
        raise UnknownEffect(f"{path} does not exist when bundler reads it")
    found.files += trail(call, path)
    for number, line in _without_sources(_statements(text), path):
        _read_statement(call, path, number, line, found)


def _statements(text: str) -> list[tuple[int, str]]:
    """Lines without comments; a line that ends in a comma goes on in the next."""
    found: list[tuple[int, str]] = []
    pending, start = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        bare = _uncommented(line).strip()
        if not bare:
            continue
        start = start if pending else number
        pending = f"{pending} {bare}".strip()
        if not pending.endswith((",", "\\", "=>", "(", "[", "{")):
            found.append((start, pending))
            pending = ""
    return [*found, *([(start, pending)] if pending else [])]


def _without_sources(statements: list[tuple[int, str]], path: str) -> list[tuple[int, str]]:
    """The statements without the blocks of ``git_source``, which turn a short name into an address."""
    found: list[tuple[int, str]] = []
    inside = False
    for number, line in statements:
        opens = line.startswith("git_source(") and " do " in line
        if (inside or opens) and any(mark in line for mark in _REFUSED if mark not in ("#{", "&")):
            raise UnknownEffect(f"line {number} of {path} is Ruby that may read other files: {line}")
        if not inside and not opens:
            found.append((number, line))
        inside = (inside or opens) and line != "end"
    return found


def _uncommented(line: str) -> str:
    """The line up to a ``#`` that stands in no quotes."""
    quote = ""
    for at, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "#":
            return line[:at]
    return line


def _read_statement(call: Invocation, path: str, number: int, line: str, found: Gemfile) -> None:
    folder = path.rsplit("/", 1)[0] or "/"
    where = f"line {number} of {path}"
    if line.startswith("git_source(") and line.endswith("}") and "File" not in line and "`" not in line:
        return
    head = line.replace("(", " ").split()[0]
    if head not in _HARMLESS or head == "plugin":
        raise UnknownEffect(f"{where} is Ruby that may read other files: {line}")
    texts, rest = _quoted(line[len(head) :])
    if head == "ruby" and "".join(rest.split()) in _VERSION_FILES:
        rest = " file"
    if any(mark in rest or any(mark in text for text in texts if mark == "#{") for mark in _REFUSED):
        raise UnknownEffect(f"{where} is Ruby that may read other files: {line}")
    _check_words(rest, where)
    if head == "gem" and texts:
        found.gems[texts[0]] = _versions(texts[1:])
    found.plain &= (
        head not in ("gemspec", "path", "git", "github", "eval_gemfile") and "git" not in rest and "path" not in rest
    )
    _follow(call, head, texts, rest, folder, found)


def _check_words(rest: str, where: str) -> None:
    for opening in ("%i[", "%w["):
        while opening in rest and "]" in rest.partition(opening)[2]:
            before, _, after = rest.partition(opening)
            rest = before + after.partition("]")[2]
    for mark in ",()[]{}|=>":
        rest = rest.replace(mark, " ")
    for word in rest.split():
        plain = word.strip(":?")
        if (
            plain not in _OPTIONS
            and not word.startswith(":")
            and plain not in ("do", "true", "false", "nil", "%i", "%w", "")
        ):
            raise UnknownEffect(f"{where} is Ruby that may read other files ({word})")


def _quoted(line: str) -> tuple[list[str], str]:
    """The quoted texts of a line, and the line without them (an empty pair of quotes stands for each)."""
    texts: list[str] = []
    rest, quote, current = "", "", ""
    for letter in line:
        if quote:
            if letter == quote:
                texts.append(current)
                quote, current = "", ""
            else:
                current += letter
        elif letter in "\"'":
            quote = letter
            rest += " "
        else:
            rest += letter
    return texts, rest


def _versions(texts: list[str]) -> list[str]:
    return [text for text in texts if text and text[0] in "~<>=!0123456789"]


def _follow(call: Invocation, head: str, texts: list[str], rest: str, folder: str, found: Gemfile) -> None:
    """Add the files and folders that a statement names."""
    local = head == "path" or "path:" in rest or ":path" in rest
    if head == "eval_gemfile" and texts:
        _read(call, place(call, join(folder, texts[0])), found)
    elif head == "ruby" and "file" in rest:
        found.files += trail(call, place(call, join(folder, texts[-1])))
    elif head == "gemspec":
        raise UnknownEffect("the Gemfile takes its gems from a gemspec, which is a program of the project")
    elif local:
        candidates = [place(call, join(folder, text)) for text in texts]
        folders = [path for path in candidates if isinstance(call.node(path), Directory)]
        if not folders:
            raise UnknownEffect("the Gemfile names a local gem whose folder is not known")
        found.trees += folders
    if any(text.startswith("file:") for text in texts):
        raise UnknownEffect("the Gemfile names a source on this machine")


def lock_agrees(call: Invocation, gemfile: Gemfile, lock: str) -> bool | None:
    """Whether the lock's ``DEPENDENCIES`` are the Gemfile's gems with the same versions; None where that cannot be told.

    The platforms that the lock lists may still lack the image's, so agreement is never shown: only disagreement is.
    """
    if call.read(call.filesystem.resolve(lock)) is None or not gemfile.plain:
        return None
    listed: dict[str, list[str]] = {}
    section = ""
    for line in (call.text(lock) or "").splitlines():
        if line and not line.startswith(" "):
            section = line.strip()
        elif section == "DEPENDENCIES" and line.strip():
            name, _, versions = line.strip().rstrip("!").partition(" ")
            listed[name] = [version.strip() for version in versions.strip("()").split(",") if version.strip()]
    wanted = {name: sorted(_normal(version) for version in versions) for name, versions in gemfile.gems.items()}
    same = wanted == {name: sorted(versions) for name, versions in listed.items()}
    return None if same else False


def _normal(version: str) -> str:
    return f"= {version}" if version[0].isdigit() else " ".join(version.replace("=", "= ").replace("= >", "=>").split())
