"""Which names of a Python module are bound, how often and to what: for paths that are written out once and used by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import libcst


@dataclass
class Scope:
    """A module, or a function with all that lies in it: how often each name is bound there, and to what.

    ``values`` are those of plain assignments to one name; ``parameters`` the function's own, with their defaults.
    """

    function: libcst.FunctionDef | None = None
    bound: Counter[str] = field(default_factory=Counter)
    values: dict[str, libcst.BaseExpression] = field(default_factory=dict)

    def value(self, name: str) -> libcst.BaseExpression | None:
        """What a name stands for that is bound once, by a plain assignment."""
        return self.values.get(name) if self.bound[name] == 1 else None

    @property
    def parameters(self) -> libcst.Parameters | None:
        """The parameters of a function that is called with plain arguments; None for any other."""
        function = self.function
        if function is None or function.decorators or function.asynchronous is not None:
            return None
        return function.params


class Names(libcst.CSTVisitor):
    """Collects the scopes of a module: its own, one for each function that lies in no other (``scopes``, by the node's
    identity), and of those the functions of the top level by name.

    What a class, or a function in a function, binds counts for the scope around it: too often rather than too rarely.
    """

    def __init__(self) -> None:
        super().__init__()
        self.module = Scope()
        self.functions: dict[str, Scope] = {}
        self.scopes: dict[int, Scope] = {}
        self.defined: set[str] = set()
        self.named: Counter[str] = Counter()
        self.imported: Counter[str] = Counter()
        self._inside: Scope | None = None
        self._classes = 0

    @property
    def _scope(self) -> Scope:
        return self._inside or self.module

    def visit_FunctionDef(self, node: libcst.FunctionDef) -> None:  # noqa: N802 - libcst's names
        self.defined.add(node.name.value)
        self._scope.bound[node.name.value] += 1
        if self._inside is None:
            self._inside = self.scopes[id(node)] = Scope(node)
            if not self._classes:
                self.functions[node.name.value] = self._inside

    def leave_FunctionDef(self, original_node: libcst.FunctionDef) -> None:  # noqa: N802
        if self._inside is not None and self._inside.function is original_node:
            self._inside = None

    def visit_ClassDef(self, node: libcst.ClassDef) -> None:  # noqa: N802
        self.defined.add(node.name.value)
        self._scope.bound[node.name.value] += 1
        self._classes += 1

    def leave_ClassDef(self, original_node: libcst.ClassDef) -> None:  # noqa: N802
        self._classes -= 1

    def visit_Assign(self, node: libcst.Assign) -> None:  # noqa: N802
        for target in node.targets:
            self._bind(target.target)
        if len(node.targets) == 1 and isinstance(node.targets[0].target, libcst.Name) and not self._classes:
            self._scope.values[node.targets[0].target.value] = node.value

    def visit_AnnAssign(self, node: libcst.AnnAssign) -> None:  # noqa: N802
        self._bind(node.target)

    def visit_AugAssign(self, node: libcst.AugAssign) -> None:  # noqa: N802
        self._bind(node.target)

    def visit_NamedExpr(self, node: libcst.NamedExpr) -> None:  # noqa: N802
        self._bind(node.target)

    def visit_For(self, node: libcst.For) -> None:  # noqa: N802
        self._bind(node.target)

    def visit_CompFor(self, node: libcst.CompFor) -> None:  # noqa: N802
        self._bind(node.target)

    def visit_AsName(self, node: libcst.AsName) -> None:  # noqa: N802
        self._bind(node.name)

    def visit_Del(self, node: libcst.Del) -> None:  # noqa: N802
        self._bind(node.target)

    def visit_Param(self, node: libcst.Param) -> None:  # noqa: N802
        self._bind(node.name)

    def visit_NameItem(self, node: libcst.NameItem) -> None:  # noqa: N802
        """``global`` and ``nonlocal``: the name may change in several places."""
        for scope in (self.module, self._scope):
            scope.bound[node.name.value] += 2

    def visit_Match(self, node: libcst.Match) -> None:  # noqa: N802
        """What a ``match`` binds is not followed: every name in it counts as bound."""
        names = _Mentioned()
        node.visit(names)
        self._scope.bound.update(names.found)

    def visit_ImportAlias(self, node: libcst.ImportAlias) -> None:  # noqa: N802
        name = node.name
        while isinstance(name, libcst.Attribute):
            name = name.value  # type: ignore[assignment]  # an import is a chain of names
        if isinstance(name, libcst.Name) and node.asname is None:
            self._scope.bound[name.value] += 1
            self.imported[name.value] += 1

    def visit_Name(self, node: libcst.Name) -> None:  # noqa: N802
        self.named[node.value] += 1

    def visit_Attribute(self, node: libcst.Attribute) -> None:  # noqa: N802
        """The last part of ``a.b`` is no name of the module."""
        self.named[node.attr.value] -= 1

    def visit_Arg(self, node: libcst.Arg) -> None:  # noqa: N802
        if node.keyword is not None:
            self.named[node.keyword.value] -= 1

    def _bind(self, target: libcst.BaseExpression) -> None:
        names = _Mentioned()
        target.visit(names)
        self._scope.bound.update(names.found)


class _Mentioned(libcst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def visit_Name(self, node: libcst.Name) -> None:  # noqa: N802
        self.found.append(node.value)
