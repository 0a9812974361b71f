"""What the body of an answer says, to the engine and to people."""

import json
from collections.abc import Iterator, Mapping
from typing import NoReturn

from engine.diagnostics import Json
from engine.frozen import dataclass

MOST_BYTES = 1024 * 1024
"""The longest answer that is read; a full one has under 1 KB, and 500 failed batches under 100 KB."""

_LONGEST = 300
_LOOKED_AT = 10 * _LONGEST
"""No need to look at a megabyte for the 300 characters that stay."""

_MOST_ERRORS = 5


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands for the body of an answer that could not be read to its end; ``why`` in plain words.

    ``came`` is what came of it.
    """

    why: str
    came: bytes = b""


def read(body: bytes) -> dict[str, Json] | None:
    """Give the JSON object that a body holds, or None if it is not one that reads in a single way.

    Duplicate keys, NaN, bad UTF-8, numbers of thousands of digits and bottomless nesting do not.
    """
    try:
        data = _READER.decode(body.decode())
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def said(data: Mapping[str, Json]) -> str:
    """Join what an answer says to people: its message and its errors, as they came."""
    message = data.get("message") or data.get("error")
    results = data.get("results")
    errors = data.get("errors") or (results.get("errors") if isinstance(results, dict) else None)
    words = [message, *(_words(errors) if isinstance(errors, list) else [])]
    told = ": ".join([each for each in words if isinstance(each, str) and each][: _MOST_ERRORS + 1])
    return told[:_LOOKED_AT]


def plain(text: str) -> str:
    """Make a foreign text safe to show: one line, nothing that a terminal obeys, 300 characters."""
    seen = text[:_LOOKED_AT]
    if not seen.isprintable():
        seen = "".join(each if each.isprintable() else " " for each in seen)
    line = " ".join(seen.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _words(errors: list[Json]) -> Iterator[Json]:
    """Give the texts of errors: plain ones (400), and the reasons of failed batches (207)."""
    for each in errors:
        yield each.get("reason") or each.get("error") if isinstance(each, dict) else each


def _without_doubles(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


_READER = json.JSONDecoder(object_pairs_hook=_without_doubles, parse_constant=_refuse)
