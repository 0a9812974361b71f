"""Conditions that stand as a key with its value, or without what is compared."""

import re

from engine.diagnostics import Json
from engine.runbook.spelling import line

_NAME = re.compile(
    r"(?:(?:steps|inputs)\.)?\w[\w.-]*\.\w+|status|ran|[a-z]+_pct|matched|selected|initiated|failed|errors"
)
_SIGN_AND_NUMBER = re.compile(r"(<=|>=|<|>|==|!=)\s*([0-9]+(?:\.[0-9]+)?)\s*%?")
_SMALL_IS_GOOD = ("failed", "failed_pct", "errors")


def claim(key: str, name: str, value: Json) -> str | None:
    """Write ``name: value`` as the comparison that was meant in ``when`` or ``success``, if it is one."""
    if not _NAME.fullmatch(name):
        return None
    match value:
        case bool():
            return name if value else f"not {name}"
        case int() | float():
            return f"{name} {_sign(key, name)} {value}"
        case str() if found := _SIGN_AND_NUMBER.fullmatch(value.strip()):
            return f"{name} {found[1]} {found[2]}"
        case str() if re.fullmatch(r"\w+", bare := value.strip("'\" ")):
            return f"{name} {_sign(key, name)} {bare}" if bare.isdigit() else f"{name} == '{bare}'"
        case _:
            return None


def claims(key: str, group: dict[str, Json]) -> str | None:
    """Write a group of such lines as ``when`` or ``success`` takes it."""
    parts = [claim(key, name, value) for name, value in group.items()]
    if not parts or None in parts:
        return None
    known: list[Json] = [part for part in parts if part]
    if len(known) == 1:
        return f"write {line(key, known[0])}"
    return (
        f"write {line(key, known)}" if key == "success" else f"write `{key}: {' and '.join(map(str, known))}`"
    )


def colon_mend(key: str, text: str) -> str | None:
    """Say how a condition is written that holds a colon: ``steps.remind.status: partial``."""
    name, colon, value = text.strip("\"' ").partition(":")
    mended = claim(key, name.strip(), value.strip()) if colon else None
    return f"write {line(key, mended)}." if mended else None


def nameless_mend(key: str, text: str) -> str | None:
    """Say how a condition is written that begins with its sign: ``> 5``."""
    found = _SIGN_AND_NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    field = "failed_pct" if found[1][0] == "<" or key == "when" else "matched"
    owner = "steps.<id>." if key == "when" else ""
    return f"say what is compared, for example `{key}: {owner}{field} {found[1]} {found[2]}`."


def _sign(key: str, name: str) -> str:
    if key == "when":
        return "=="
    return "<=" if name.rpartition(".")[2] in _SMALL_IS_GOOD else ">="
