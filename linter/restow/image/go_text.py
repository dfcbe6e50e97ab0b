"""Values as Go prints them with ``%q`` and ``%v``, which is how BuildKit writes the history of an image."""

from __future__ import annotations

_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\"}
_REPLACEMENT = 0xFFFD
_BELOW_A_SECOND = ((1, "ns"), (10**3, "µs"), (10**6, "ms"))


def go_quoted(text: str) -> str:
    """A text in double quotes, as Go's ``strconv.Quote``."""
    return '"' + "".join(_escaped(character, '"') for character in text) + '"'


def go_quoted_list(texts: tuple[str, ...] | list[str]) -> str:
    """A list of texts, each in quotes: ``["a" "b"]``."""
    return f"[{' '.join(map(go_quoted, texts))}]"


def go_character(number: int) -> str:
    """A number as the character of that code in single quotes, as Go's ``strconv.QuoteRune``: 65 is ``'A'``."""
    valid = 0 <= number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
    return f"'{_escaped(chr(number if valid else _REPLACEMENT), chr(39))}'"


def _escaped(character: str, quote: str) -> str:
    code = ord(character)
    if character == quote:
        return f"\\{character}"
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    if 0xD800 <= code <= 0xDFFF:
        code = _REPLACEMENT
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def go_duration(duration: int) -> str:
    """Nanoseconds as Go's ``Duration`` prints them: ``1m30s``, ``1h0m0s``, ``500ms``, ``1.234567s``, ``0s``."""
    sign, left = "-" if duration < 0 else "", abs(duration)
    if left == 0:
        return "0s"
    if left < 10**9:
        size, unit = next((size, unit) for size, unit in reversed(_BELOW_A_SECOND) if left >= size)
        return sign + _decimal(left, size) + unit
    minutes, rest = divmod(left, 60 * 10**9)
    hours, minutes = divmod(minutes, 60)
    higher = (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "")
    return f"{sign}{higher}{_decimal(rest, 10**9)}s"


def _decimal(value: int, size: int) -> str:
    """``value / size`` in digits, all of them; ``size`` is a power of ten."""
    whole, rest = divmod(value, size)
    digits = str(rest).zfill(len(str(size)) - 1).rstrip("0")
    return f"{whole}.{digits}" if rest else str(whole)
