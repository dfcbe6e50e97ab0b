"""``restow image``: a real image's layers, what they waste, and what two images share."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from restow import __version__
from restow.build import Simulation
from restow.cli.images import base_images, read_side
from restow.cli.output import print_document, print_lines
from restow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from restow.image import Image
    from restow.image.made import Made
    from restow.report.json_report import Document
    from restow.report.styled import Line


def run(arguments: Namespace) -> int:
    """Exit code 0, whatever the layers waste."""
    views = [name for name in ("other", "path", "history", "inspect") if getattr(arguments, name)]
    if len(views) > 1:
        raise UsageError("a second image, --path, --history and --inspect do not go together")
    one = read_side(arguments.image, arguments)
    view = views[0] if views else "layers"
    if isinstance(one, Simulation) and view not in ("history", "inspect"):
        raise UsageError(
            f"{arguments.image}: a Dockerfile, and no image; restow layers shows what it would build (--history and "
            "--inspect of this command as well)"
        )
    if view == "history":
        _history(one, arguments)
    elif view == "inspect":
        _inspect(one, arguments)
    elif not isinstance(one, Simulation):
        {"layers": _layers, "path": _path, "other": _sharing}[view](one, arguments)
    return 0


def _shown(document: Document, lines: Iterable[Line], arguments: Namespace) -> None:
    if arguments.output_format == "json":
        print_document(document)
    else:
        print_lines(lines)


def _layers(image: Image, arguments: Namespace) -> None:
    from restow.image.analysis import analyse, common_layers
    from restow.report.image_report import image_document, image_text

    made: tuple[Made | None, ...] = ()
    notes: list[str] = []
    base = max((common_layers(image, one) for one in base_images(arguments).values()), default=0)
    if arguments.file is not None:
        made, reason = _made(image, arguments)
        if reason is not None:
            notes.append(f"{arguments.file} does not fit the image: {reason}")
        elif not base:
            base = sum(one is None for one in made)
    elif not base:
        notes.append("which layers are the base image's is told by --file DOCKERFILE or --base REFERENCE=IMAGE")
    document = image_document(analyse(image, base), made, notes, __version__)
    _shown(document, image_text(document), arguments)


def _made(image: Image, arguments: Namespace) -> tuple[tuple[Made | None, ...], str | None]:
    from restow.build import simulate
    from restow.cli.inputs import context_of, named_contexts_of, read_one
    from restow.image.made import made_by

    item = read_one(arguments, arguments.file)
    context = context_of(arguments.context, item, named=named_contexts_of(arguments)).context
    return made_by(image, simulate(item.dockerfile, context, arguments=dict(arguments.build_arg)))


def _path(image: Image, arguments: Namespace) -> None:
    from restow.image.path_view import view_path
    from restow.report.image_views import path_document, path_text

    document = path_document(image, view_path(image, arguments.path), __version__)
    _shown(document, path_text(document), arguments)


def _sharing(image: Image, arguments: Namespace) -> None:
    from restow.image.sharing import share
    from restow.report.image_views import sharing_document, sharing_text

    other = read_side(arguments.other, arguments)
    if isinstance(other, Simulation):
        raise UsageError(f"{arguments.other}: a Dockerfile, and no image; only real images share layers")
    document = sharing_document(share(image, other), __version__)
    _shown(document, sharing_text(document), arguments)


def _history(one: Image | Simulation, arguments: Namespace) -> None:
    from restow.build.base_image import normal_name
    from restow.image.history import chain_of, history_sizes, simulated_history
    from restow.report.image_views import history_document, history_text

    if isinstance(one, Simulation):
        name = normal_name(chain_of(one)[0].stage.base.name)
        below = [image for reference, image in base_images(arguments).items() if normal_name(reference) == name]
        rows = [*(history_sizes(below[0]) if below else ()), *simulated_history(one, arguments.builder)]
    else:
        rows = list(history_sizes(one))
    document = history_document(arguments.image, rows, __version__, simulated=isinstance(one, Simulation))
    _shown(document, history_text(document), arguments)


def _inspect(one: Image | Simulation, arguments: Namespace) -> None:
    """The configuration and the root filesystem's layers, as JSON whatever the format."""
    from restow.image.simulated import config_of
    from restow.report.image_views import inspect_value
    from restow.report.instruction_text import shown

    if isinstance(one, Simulation):
        value = inspect_value(None, config_of(one.stages[-1]).to_json(), arguments.image, ())
    else:
        layers = [str(layer.diff_id) for layer in one.layers]
        value = inspect_value(one, one.config.to_json(), arguments.image, layers)
    sys.stdout.write(shown(json.dumps(value, indent=2, ensure_ascii=False)) + "\n")
