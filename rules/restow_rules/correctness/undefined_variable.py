"""An instruction uses a variable that nothing sets.

## What it does
Finds variables in COPY, ADD, ENV, ARG, LABEL, WORKDIR, USER, VOLUME, STOPSIGNAL and in mounts of RUN that no ARG or ENV
before sets. What a base image sets is not known from the Dockerfile: in a stage on an image only names are found that are
nearly those of a variable that is set. `restow.lint` takes the environment of images as `build=`. Then, and in stages on
scratch, all are found. The shell of a RUN is not looked at: it has variables of its own.

## Why is this bad?
The variable is empty, and `COPY . $APP_HOM/` copies to the root.

## Example
```dockerfile
FROM python:3.12
ENV APP_HOME=/srv/app
COPY . $APP_HOM/
```

## Use instead
```dockerfile
FROM python:3.12
ENV APP_HOME=/srv/app
COPY . $APP_HOME/
```

## Fix safety
There is no fix: what was meant is for the author to say.

## References
- Dockerfile reference, *Environment replacement*; BuildKit's check *UndefinedVar*
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from restow.rule import Bad, BaseImage, BuildFacts, Case, Finding, Good, RuleContext, RuleMeta
from restow_rules.dispatch import dispatched
from restow_rules.expanded_words import expanded_words

meta = RuleMeta(
    code="CO020",
    name="undefined-variable",
    summary="An instruction uses a variable that nothing sets.",
    since="0.1.0",
    aliases=("UndefinedVar",),
)

_KNOWN = BuildFacts(image=lambda reference: BaseImage({"LANG": "C.UTF-8"}))
cases: tuple[Case, ...] = (
    Bad("FROM python:3.12\nENV APP_HOME=/srv/app\nCOPY . $APP_HOM/\n", lines=(3,)),
    Bad("FROM scratch\nCOPY a $FOLDER\nARG FOLDER=/srv\nENV A=$B$C\n", lines=(2, 4, 4)),
    Bad("FROM python:3.12\nENV A=$B LOCALE=$LANG\n", lines=(2,), build=_KNOWN, note="The image's ENV is known."),
    Good("FROM python:3.12\nARG FOLDER\nWORKDIR $FOLDER\nENV PATH=/srv/bin:$PATH A=$PYTHON_VERSION\nRUN $B\n"),
    Good("FROM scratch AS a\nARG ONE\nENV TWO=2\n\nFROM a\nLABEL all=$ONE$TWO$PATH\n"),
)

_FOR_THE_BUILDER = frozenset(["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"])
_COMPARED = 300  # how many names of either kind are compared with one that nothing sets; files in use have fewer
_MISSPELLED = 100  # how many names that nothing sets are compared at all
_NEARLY = 0.85  # how much two names have to be alike; $HOME beside $HOMES is, $GO beside $GOOS is not


def check(ctx: RuleContext) -> Iterator[Finding]:
    """A finding for each such variable of each word."""
    compared = 0
    for item in dispatched(ctx):
        for word in expanded_words(ctx, item.node, item.state):
            missing = word.missing - word.state.declared.keys() - _FOR_THE_BUILDER
            for name in sorted(missing):
                from difflib import get_close_matches

                compared += 1
                names = [*islice(word.state.values, _COMPARED), *islice(word.state.declared, _COMPARED)]
                close = get_close_matches(name, names, 1, _NEARLY) if compared <= _MISSPELLED else []
                if not close and not item.state.complete:
                    continue
                yield ctx.finding(
                    meta,
                    word.span if item.place is item.node else item.place,
                    f"nothing sets {name} before this",
                    help=f"did you mean ${close[0]}?"
                    if close
                    else f"set it with ARG or ENV before, or write \\${name}",
                )
