"""The shell script that a RUN in shell form runs: its own text, or the body of the here-document of ``RUN <<EOF``."""

from __future__ import annotations

from restow.shell import Opaque, Script, parse_shell
from restow.syntax.ast import Dockerfile, Run
from restow.syntax.heredocs import is_opener


def run_script(dockerfile: Dockerfile, node: Run, dialect: str) -> Script | Opaque | None:
    """The script, as the shell ``dialect`` reads it; None where here-documents are fed to a command.

    ``Opaque`` for a body with an interpreter of its own. The tabs that ``<<-`` removes from a body are still in the script.
    """
    text = dockerfile.text
    if not node.heredocs:
        command = node.command
        return parse_shell(text, command.start, command.end, escape=dockerfile.escape, dialect=dialect)
    if not is_opener(node.command.text.strip()):
        return None
    body = node.heredocs[0]
    if len(node.heredocs) > 1 or body.content.startswith("#!"):
        return Opaque(node.start, node.end, "a here-document that is not a shell script")
    return parse_shell(text, body.start, body.end, escape="", dialect=dialect)
