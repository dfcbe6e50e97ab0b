"""Formatting: one way to write what a Dockerfile says, checked to say the same, and to leave the build cache alone."""

from restow.format.formatter import Formatted, Refusal, format_dockerfile

__all__ = ["Formatted", "Refusal", "format_dockerfile"]
