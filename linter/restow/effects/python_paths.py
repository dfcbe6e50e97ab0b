"""The path that a Python expression of constants stands for: texts, ``__file__``, names bound once, ``os.path`` and ``Path``."""

from __future__ import annotations

from collections.abc import Mapping

import libcst

from restow.effects.effect import Invocation
from restow.effects.python_names import Names, Scope
from restow.errors import UnknownEffect
from restow.vfs import join

_DEEPEST = 12
"""How many names may stand for one another."""

_NO_TEXT = "\0"
"""An argument that is no text that is known."""

Given = Mapping[str, tuple[str, ...]]
"""What the parameters of a helper function stand for: one text, or those of ``*parts``."""


class Paths:
    """The expressions of one module."""

    def __init__(self, call: Invocation, path: str, scopes: Names) -> None:
        self.call = call
        self.path = path
        self.scopes = scopes

    @property
    def computed(self) -> UnknownEffect:
        """What is said of any other expression."""
        return UnknownEffect(f"{self.path} reads a file whose name is computed")

    def text(self, node: libcst.BaseExpression, scope: Scope, given: Given | None = None, depth: int = 0) -> str:
        """The path, or part of one. ``given`` are the arguments of the function that ``scope`` is."""
        if depth > _DEEPEST:
            raise self.computed
        if isinstance(node, libcst.SimpleString | libcst.ConcatenatedString):
            value = node.evaluated_value
            if not isinstance(value, str):
                raise self.computed
            return value
        if isinstance(node, libcst.Name):
            return self._name(node.value, scope, given, depth)
        if isinstance(node, libcst.BinaryOperation) and isinstance(node.operator, libcst.Divide):
            parts = (self.text(part, scope, given, depth + 1) for part in (node.left, node.right))
            return join(self.call.directory, *parts)
        if isinstance(node, libcst.Attribute) and node.attr.value == "parent":
            return _above(join(self.call.directory, self.text(node.value, scope, given, depth + 1)))
        if isinstance(node, libcst.Call):
            return self._called(node, scope, given, depth + 1)
        raise self.computed

    def arguments(self, function: Scope, call: libcst.Call, scope: Scope) -> Given:
        """What a call, which stands in ``scope``, gives to a helper function. Raises UnknownEffect where that is not known."""
        params = function.parameters
        if params is None or params.star_kwarg or any(argument.star for argument in call.args):
            raise self.computed
        names = [param.name.value for param in (*params.posonly_params, *params.params)]
        found: dict[str, tuple[str, ...]] = {}
        rest: list[str] = []
        for argument in call.args:
            value = self._argument(argument.value, scope)
            if argument.keyword is not None:
                found[argument.keyword.value] = value
            elif len(found) < len(names):
                found[names[len(found)]] = value
            else:
                rest += value
        for param in (*params.posonly_params, *params.params, *params.kwonly_params):
            if param.name.value not in found and param.default is not None:
                found[param.name.value] = self._argument(param.default, self.scopes.module)
        if isinstance(params.star_arg, libcst.Param):
            found[params.star_arg.name.value] = tuple(rest)
        return found

    def _argument(self, node: libcst.BaseExpression, scope: Scope) -> tuple[str, ...]:
        """An argument as one text; none where it is something else, which is an error only where a path is made of it."""
        try:
            return (self.text(node, scope),)
        except UnknownEffect:
            return (_NO_TEXT,)

    def _name(self, name: str, scope: Scope, given: Given | None, depth: int) -> str:
        if name == "__file__":
            return self.path
        if scope.function is not None and scope.bound[name]:
            if (
                given is not None
                and scope.bound[name] == 1
                and len(given.get(name, ())) == 1
                and _NO_TEXT not in given[name]
            ):
                return given[name][0]
            value = scope.value(name)
            if value is None:
                raise self.computed
            return self.text(value, scope, given, depth + 1)
        value = self.scopes.module.value(name)
        if value is None:
            raise self.computed
        return self.text(value, self.scopes.module, None, depth + 1)

    def _called(self, node: libcst.Call, scope: Scope, given: Given | None, depth: int) -> str:
        name, here = dotted(node.func), self.call.directory
        if (
            isinstance(node.func, libcst.Attribute)
            and node.func.attr.value in ("resolve", "absolute")
            and not node.args
        ):
            path = join(here, self.text(node.func.value, scope, given, depth))
            return self.call.path(path) if node.func.attr.value == "resolve" else path
        values: list[str] = []
        for argument in node.args:
            values += self._spread(argument, scope, given, depth)
        if isinstance(node.func, libcst.Attribute) and node.func.attr.value == "joinpath":
            return join(here, self.text(node.func.value, scope, given, depth), *values)
        if name in ("os.path.join", "Path", "pathlib.Path") and values:
            return join(here, *values)
        if name in ("os.path.abspath", "os.path.realpath") and len(values) == 1:
            return self.call.path(values[0]) if name == "os.path.realpath" else join(here, values[0])
        if name == "str" and len(values) == 1:
            return values[0]
        if name == "os.path.dirname" and len(values) == 1:
            return _above(join(here, values[0]))
        if name in ("os.getcwd", "Path.cwd", "pathlib.Path.cwd") and not values:
            return here
        raise self.computed

    def _spread(self, argument: libcst.Arg, scope: Scope, given: Given | None, depth: int) -> tuple[str, ...]:
        """One argument, or those that ``*parts`` stands for."""
        if argument.keyword is not None or argument.star == "**":
            raise self.computed
        if not argument.star:
            return (self.text(argument.value, scope, given, depth),)
        params, name = scope.parameters, dotted(argument.value)
        star = params.star_arg if params is not None else None
        known = isinstance(star, libcst.Param) and star.name.value == name and scope.bound[name] == 1
        if given is None or not known or _NO_TEXT in given.get(name, (_NO_TEXT,)):
            raise self.computed
        return given[name]


def _above(path: str) -> str:
    return path.rsplit("/", 1)[0] or "/"


def dotted(node: libcst.CSTNode) -> str:
    """``a.b.c`` for a chain of names, an empty text for anything else."""
    if isinstance(node, libcst.Name):
        return node.value
    if isinstance(node, libcst.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr.value}" if owner else ""
    return ""
