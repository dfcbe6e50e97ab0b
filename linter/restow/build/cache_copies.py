"""What BuildKit's cache keys hold of a COPY or ADD itself (see the specification of the cache, section 3)."""

from __future__ import annotations

from restow.build.state import State
from restow.graph import Operation
from restow.semantics.scope import is_known
from restow.syntax.ast import Add, Copy, Heredoc
from restow.vfs import join


def copy_operation(node: Copy | Add, state: State) -> Operation:
    """The operation in the ``state`` before it. Raises WordError for a broken expansion."""
    paths, heredocs = sources_of(node, state)
    parents = is_on(node, "parents")
    mode = state.scope.expand(node.flag_value("chmod") or "")
    exclude = [state.scope.expand(flag.value or "") for flag in node.flags if flag.name == "exclude"]
    names = [path if parents else last_name(path) for path in paths]
    return Operation(
        "copy",
        (
            ("instruction", "ADD" if isinstance(node, Add) and names else "COPY"),  # a here-document is never unpacked
            ("--unpack", node.flag_value("unpack") or "true" if node.flag("unpack") else ""),
            ("name of the source", " ".join(map(repr, names))),
            ("name of a here-document", " ".join(repr(heredoc.name) for heredoc in heredocs)),
            ("destination", destination_of(node, state)),
            ("--chown", state.scope.expand(node.flag_value("chown") or "")),
            ("--chmod", str(int(mode, 8)) if mode and set(mode) <= set("01234567") else mode),
            ("--exclude", " ".join(map(repr, exclude))),
            ("--parents", "true" if parents else ""),
        ),
    )


def sources_of(node: Copy | Add, state: State) -> tuple[tuple[str, ...], tuple[Heredoc, ...]]:
    """The paths and addresses with variables expanded, then the here-documents: the order in which they are copied."""
    opened = {word: heredoc_of(word.text, node.heredocs) for word in node.sources}
    paths = tuple(state.scope.expand(word.text) for word, heredoc in opened.items() if heredoc is None)
    return paths, tuple(heredoc for heredoc in opened.values() if heredoc is not None)


def heredoc_of(word: str, heredocs: tuple[Heredoc, ...]) -> Heredoc | None:
    """The here-document that a source word opens."""
    opener = word.lstrip("0123456789")
    if not opener.startswith("<<"):
        return None
    name = opener.removeprefix("<<").removeprefix("-").strip("'\"")
    return next((one for one in heredocs if one.name == name), None)


def destination_of(node: Copy | Add, state: State) -> str:
    """The destination: absolute, and with a slash at its end where that says that it is a directory."""
    written = state.scope.expand(node.destination.text)
    absolute = written if written.startswith("/") else f"{state.directory.rstrip('/')}/{written}"
    folder = absolute.endswith(("/", "/.", "/..")) or written in (".", "..")
    clean = join(absolute)
    return clean + ("/" if folder and clean != "/" else "")


def last_name(source: str) -> str:
    """The part of a source's name that the key holds: the last one."""
    return join(source).rsplit("/", 1)[-1] or "/" if is_known(source) else source


def is_linked(node: Copy | Add) -> bool:
    """Whether ``--link`` is in force: ``--chmod`` turns it off without a word."""
    return is_on(node, "link") and not node.flag_value("chmod")


def is_on(node: Copy | Add, name: str) -> bool:
    """Whether a flag that is true or false is given, and is not false."""
    return node.flag(name) is not None and node.flag_value(name) != "false"
