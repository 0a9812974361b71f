"""Texts from which hashes are made: canonical JSON (RFC 8785), and an event's own line of JSON."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_FORM = {"sort_keys": True, "separators": (",", ":"), "allow_nan": False}
_WRITER = json.JSONEncoder(ensure_ascii=False, **_FORM)  # type: ignore[arg-type]  # options by name
_ESCAPING = json.JSONEncoder(ensure_ascii=True, **_FORM)  # type: ignore[arg-type]  # the same
_scanned: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # half the time of json.loads
_ODD = re.compile("[0-9][.eE][-+0-9]|[0-9]{16}|[\ud800-\U0010ffff]")
"""Where Python's writer may differ from RFC 8785: fractions, large numbers, letters that sort otherwise."""

_MOST = 2**53 - 1
_PLAIN_DIGITS, _PLAIN_ZEROS = 21, -6


def digest(value: object) -> str:
    """Give ``sha256:<hex>`` of the value's canonical JSON; ValueError where it has none."""
    return "sha256:" + hashlib.sha256(canonical(value).encode()).hexdigest()


def canonical(value: object) -> str:
    """Write a value as RFC 8785 has it; ValueError where it cannot."""
    text = _WRITER.encode(value)
    return _written(value) if _ODD.search(text) else text


def body_text(fields: Mapping[str, object]) -> str:
    """Write the fields of an event as the run log keeps them: keys in order, nothing between them."""
    text = _WRITER.encode(fields)
    try:
        text.encode()
    except UnicodeEncodeError:  # halves of characters stand there as escapes
        return _ESCAPING.encode(fields)
    return text


def fields_of(text: str) -> Any:  # noqa: ANN401  (whatever stands there)
    """Read the fields of an event as the run log keeps them; ValueError where it is no JSON."""
    try:
        value, end = _scanned(text, 0)
    except StopIteration:
        raise ValueError("there is nothing") from None
    if end != len(text) and text[end:].strip():
        raise ValueError("more stands behind it")
    return value


def exact_fields_of(text: str) -> Any:  # noqa: ANN401  (whatever stands there)
    """Read the fields of an event; ValueError where they were not written as the run log writes them."""
    value = fields_of(text)
    if body_text(value) != text:
        raise ValueError("it is not written as it would be")
    return value


def wire(body: object) -> bytes:
    """Write the body of a request exactly as it went out."""
    return _WRITER.encode(body).encode()


def _written(value: object) -> str:
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
        return "{" + ",".join(f"{_WRITER.encode(name)}:{_written(held)}" for name, held in pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > _MOST:
            raise ValueError(f"{value} is too large a number for canonical JSON")
        return str(value)
    return _fraction(value) if isinstance(value, float) else _WRITER.encode(value)


def _fraction(number: float) -> str:
    """Write a number as ECMAScript does: Python has the same digits, in another form."""
    if number == 0:
        return "0"
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, rest = mantissa.partition(".")
    digits = (whole + rest).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + rest) - len(digits))
    digits = digits.rstrip("0")
    sign = "-" if number < 0 else ""
    if len(digits) <= point <= _PLAIN_DIGITS:
        return sign + digits.ljust(point, "0")
    if 0 < point <= _PLAIN_DIGITS:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if _PLAIN_ZEROS < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if digits[1:] else ""
    return f"{sign}{digits[0]}{fraction}e{point - 1:+d}"
