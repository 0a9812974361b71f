"""Keys that are more than a key: two halves of a line that a missing sign has glued together."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from engine.diagnostics import Json
from engine.runbook.spelling import line, yaml

_KEY_AND_REST = re.compile(r"([\w-]+)(?:\s*[:=]\s*|\s+|(?=[\[{]))(\S.*)")

_HALVES = re.compile(r"""([A-Za-z_][\w-]*)\s*[:=]+\s*["']?([^\s"'/<>!][^"']*?)["']?\s*""")

_PROSE = ("title", "description")
_LONGEST = 200  # characters: a longer key is no slip


def first_word(key: str, known: Collection[str]) -> str | None:
    """Give the known key with which a longer one begins: of ``id camp_demo`` it is ``id``."""
    found = _KEY_AND_REST.fullmatch(key) if len(key) <= _LONGEST else None
    return found[1] if found and found[1] in known and found[1] != key else None


def halves(text: str) -> tuple[str, str] | None:
    """Take a text apart that is a key and a value with other signs between them than a colon and a space."""
    found = _HALVES.fullmatch(text) if len(text) <= _LONGEST else None
    return (found[1], found[2]) if found else None


def parted(key: str, value: Json, known: Collection[str]) -> str | None:
    """Say how a key with its value glued to it is written."""
    found = _KEY_AND_REST.fullmatch(key) if len(key) <= _LONGEST else None
    if found is None or found[1] not in known:
        return None
    rest = found[2] if value is None else f"{found[2]}: {value if isinstance(value, str) else yaml(value)}"
    if ": " in rest and found[1] in _PROSE:
        rest = json.dumps(rest, ensure_ascii=False)
    return f"write a colon and a space: `{found[1]}: {rest}`"


def enlisted(key: str, group: Mapping[str, Json], known: Mapping[str, Any]) -> str | None:
    """Say how a list is written whose brackets are missing: ``{payment_status: bounced, pending}``."""
    values: list[Json] = []
    owner, is_met = "", False
    for each, value in group.items():
        if value is None:
            values.append(each)
            is_met = is_met or each == key
        elif is_met:
            break
        else:
            owner, values = each, [*value] if isinstance(value, list) else [value]
    schema = known.get(owner) or {}
    takes_list = any("items" in branch for branch in (schema, *schema.get("anyOf", ())))
    if not owner or not takes_list or len(values) < 2:  # noqa: PLR2004  (one value is no list)
        return None
    pairs = [isinstance(each, str) and halves(each) is not None for each in values[:_LONGEST]]
    if any(pairs) and not all(pairs):
        return None  # `branch=pune` behind a comma is a filter of its own
    return f"write a list: {line(owner, values)}"


def is_slip_of_number(key: str, value: Json, group: Mapping[str, Json], known: Collection[str]) -> str | None:
    """Give the key of which this is the plural or the singular, unless its value says otherwise."""
    other = key[:-1] if key.endswith("s") else f"{key}s"
    fits_home = isinstance(value, list if key == "ids" else str if key == "audience" else ())
    return other if other in known and other not in group and not fits_home else None
