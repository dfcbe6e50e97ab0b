"""The tree of a Dockerfile written as BuildKit's parser writes it."""

import pytest

ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\v": "\\v", "\f": "\\f", "\a": "\\a", "\b": "\\b"}


class Dump:
    """BuildKit's view of our nodes: arguments, flags, and the line of an s-expression a node."""

    def of(self, tree, node):
        """The node as BuildKit's parser prints it; of an Invalid node, which keeps no arguments, what stands before them."""
        head = self._head(node)
        if node.kind == "invalid":
            return head
        if node.kind == "onbuild":
            return f"{head} ({self.of(tree, node.instruction)})"
        return " ".join([head, *map(quoted, self.arguments(tree, node))])

    def agrees(self, tree, node, line):
        """Whether ``line``, one node of BuildKit's dump, says the same as ``node``."""
        inner = node.instruction if node.kind == "onbuild" else node
        ours = self.of(tree, node)
        if inner.kind != "invalid":
            return line == f"({ours})"
        opening = "(" + ours.rstrip(")")
        return line.startswith(opening) and line[len(opening) :][:1] in (" ", ")")

    def flags(self, node):
        """The flags as written, quotes removed."""
        return [f"--{flag.name}" if flag.value is None else f"--{flag.name}={flag.value}" for flag in node.flags]

    def arguments(self, tree, node):
        """The arguments as BuildKit's parser lists them."""
        match node.kind:
            case "from":
                middle = [t.text for t in tree.tokens if t.type == "AS" and node.start < t.start < node.end]
                return [node.image.text, *middle, *([node.stage_name.text] if node.stage_name else [])]
            case "run" | "cmd" | "entrypoint":
                return self._command(node.command)
            case "copy" | "add":
                return [word.text for word in (*node.sources, node.destination)]
            case "env" | "label":
                return [part for pair in node.pairs for part in (pair.key, pair.value, "" if node.legacy else "=")]
            case "arg":
                return [pair.key if pair.value is None else f"{pair.key}={pair.value}" for pair in node.pairs]
            case "expose":
                return [word.text for word in node.ports]
            case "volume":
                return [word.text for word in node.paths]
            case "shell":
                return list(node.words)
            case "maintainer":
                return [node.name]
            case "healthcheck":
                kind = next(
                    t.text for t in tree.tokens if t.type in ("CMD", "NONE") and node.start < t.start < node.end
                )
                return [kind, *(self._command(node.command) if node.command else [])]
        return [getattr(node, {"user": "user", "workdir": "path", "stopsignal": "signal"}[node.kind]).text]

    def _head(self, node):
        head = node.keyword.lower()
        return f"{head} [{' '.join(map(quoted, self.flags(node)))}]" if node.flags else head

    def _command(self, command):
        return list(command.words) if command.form == "exec" else [command.text] if command.text else []


def quoted(text):
    """As Go's ``strconv.Quote``."""
    parts = []
    for character in text:
        if character in '"\\':
            parts.append("\\" + character)
        elif character in ESCAPES:
            parts.append(ESCAPES[character])
        elif character == " " or character.isprintable():
            parts.append(character)
        else:
            code = ord(character)
            parts.append(f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}")
    return '"' + "".join(parts) + '"'


@pytest.fixture(scope="session")
def dump():
    """How BuildKit prints a node."""
    return Dump()
