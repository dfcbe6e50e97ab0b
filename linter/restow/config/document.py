"""What a settings file may hold, as a document: its JSON schema is ``SettingsDocument.model_json_schema()``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class FormatDocument(BaseModel):
    """The table ``format``; ``FormatSettings`` says what the fields mean."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    indent: int = Field(4, ge=0, le=16, description="Blanks before a line that goes on.")
    run: bool = Field(False, description="Also indent the lines of a RUN's own words: a one-off cache miss.")


class EffectDocument(BaseModel):
    """A table ``effects."my-tool"``; ``restow.effects.declaration.Declaration`` says what the fields mean."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    reads: tuple[str, ...] = Field((), strict=False, description="Paths that the program reads, with all below.")
    writes: tuple[str, ...] = Field((), strict=False, description="Paths that it may write, with all below.")
    environment: tuple[str, ...] | None = Field(
        None, strict=False, description="Variables that it listens to; every one where this is not said."
    )
    network: bool = Field(False, description="Whether it downloads.")
    seconds: float = Field(1.0, ge=0, strict=False, description="How long it takes, wall time.")


class SettingsDocument(BaseModel):
    """``restow.toml``, or the table ``[tool.restow]``; ``Settings`` says what the fields mean."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, defer_build=True, alias_generator=_kebab, validate_by_alias=True
    )

    select: tuple[str, ...] = Field(
        (), strict=False, description="Rules to run: codes, beginnings of codes, names, aliases."
    )
    ignore: tuple[str, ...] = Field((), strict=False, description="Rules not to run.")
    fail_level: Literal["error", "warning", "info"] = Field(
        "info", description="The mildest severity that fails a run."
    )
    preview: bool = Field(False, description="Also run the rules that are not yet on by default.")
    format: FormatDocument = Field(FormatDocument(), description="How restow format prints.")
    effects: dict[str, EffectDocument] = Field(
        {}, description="Declared effects of programs, by the program's name or the beginning of a command line."
    )
    rules: dict[str, dict[str, object]] = Field({}, description="Options of rules, by the rule's name or code.")
