"""What a rule may look at: the tree, the stages, the simulated build and the context. No disk, no network, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from restow.rule.build_facts import BuildFacts
from restow.rule.finding import Finding, Fix
from restow.rule.meta import RuleMeta
from restow.semantics import Model, read_model
from restow.semantics.model import LONGEST_BUILD
from restow.semantics.run_script import run_script
from restow.shell import Opaque, Script, parse_shell, shell_name
from restow.source import Source, Span
from restow.syntax.ast import Dockerfile, Instruction, Run

if TYPE_CHECKING:
    from restow.build import Context, Simulation, StageResult, Step

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class RuleContext:
    """One Dockerfile under examination. ``context`` is None where there is no build context at hand.

    ``build`` is what else is known of the build.
    """

    dockerfile: Dockerfile
    context: Context | None = None
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    build: BuildFacts = field(default_factory=BuildFacts)

    @property
    def source(self) -> Source:
        """The file's text and name."""
        return self.dockerfile.source

    @cached_property
    def model(self) -> Model:
        """The stages."""
        return read_model(self.dockerfile)

    @cached_property
    def simulation(self) -> Simulation | None:
        """The simulated build; None for a file without FROM, and for one that is too long to be simulated.

        A rule asks for it last: it is what costs most.
        """
        from restow.build import simulate

        if not self.model.stages or len(self.dockerfile.instructions) > LONGEST_BUILD:
            return None
        return simulate(self.dockerfile, self.context)

    def steps(self) -> Iterator[tuple[StageResult, int, Step]]:
        """Every simulated step with its stage and its index in it."""
        for result in self.simulation.stages if self.simulation else ():
            for index, step in enumerate(result.steps):
                yield result, index, step

    @cached_property
    def _scripts(self) -> dict[tuple[int, int], Script | Opaque]:
        return {}

    def script(self, node: Run, shell: tuple[str, ...] = ("/bin/sh", "-c")) -> Script | Opaque:
        """The shell tree of a RUN in shell form: of its text, or of the body of its only here-document (``RUN <<EOF``).

        ``Opaque`` for exec form, bodies with an interpreter of their own, and shells that are not POSIX.
        """
        key = (node.start, node.end)
        if key not in self._scripts:
            self._scripts[key] = self._parsed(node, shell)
        return self._scripts[key]

    def _parsed(self, node: Run, shell: tuple[str, ...]) -> Script | Opaque:
        if node.command.form == "exec":
            return Opaque(node.start, node.end, "exec form runs no shell")
        dialect = shell_name(shell[0]) if shell else ""
        script = run_script(self.dockerfile, node, dialect)
        if script is not None:
            return script
        text, escape = self.dockerfile.text, self.dockerfile.escape
        return parse_shell(text, node.command.start, node.end, escape=escape, dialect=dialect)

    @cached_property
    def _shared(self) -> dict[Callable[[RuleContext], Any], Any]:
        return {}

    def shared(self, compute: Callable[[RuleContext], _Value]) -> _Value:
        """What ``compute`` makes of this file, computed once for all rules that ask: nobody may change it."""
        if compute not in self._shared:
            self._shared[compute] = compute(self)
        value: _Value = self._shared[compute]
        return value

    def option(self, meta: RuleMeta, name: str) -> object:
        """The value of one of the rule's options: as configured, else its default."""
        default = next(option.default for option in meta.options if option.name == name)
        return self.options.get(meta.name, {}).get(name, default)

    def finding(
        self,
        meta: RuleMeta,
        at: Instruction | Span,
        message: str,
        *,
        help: str = "",
        fix: Fix | None = None,
        rearrange: bool = False,
        origin: Span | None = None,
    ) -> Finding:
        """A finding of the rule at an instruction (its keyword is marked) or at a span; ``origin`` as in ``Finding``."""
        span = at if isinstance(at, Span) else Span(at.start, self.dockerfile.keyword_span(at).end)
        return Finding(meta.code, meta.name, message, span, meta.severity, help, fix, rearrange, origin)
