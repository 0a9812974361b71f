"""What to write instead of a value that cannot stand."""

import re
from collections.abc import Mapping
from typing import Any

from engine.diagnostics import Json
from engine.runbook.fault import Broken
from engine.runbook.leaves import (
    CAMPAIGN_ID,
    CONDITION,
    DAY,
    IDENTIFIER,
    MAX_LIMIT,
    NAME,
    TEMPLATE_INSIDE,
    TIMEOUT,
    WHOLE_TEMPLATE,
    WITHIN,
    fits,
)
from engine.runbook.model import InputType
from engine.runbook.spelling import line, listed, nearest, shown, yaml
from engine.runbook.wording.bounds import bounded
from engine.runbook.wording.claims import claims
from engine.runbook.wording.foreign import LIST_WANTED, denied_name
from engine.runbook.wording.glued import halves
from engine.runbook.wording.keys import EVERYONE_MEND, LIMIT_MEND, mended_name, placeholder
from engine.runbook.wording.limits import braced, limited, plain_number, timespan

TEMPLATES_OF_CHOICES = (WHOLE_TEMPLATE, TEMPLATE_INSIDE)
GROUP = "a group of `key: value` lines"
SPANS = {TIMEOUT: "1s to 10m", WITHIN: "1s to 1h"}
TYPES_ELSEWHERE = {
    **dict.fromkeys(("text", "str", "txt", "varchar", "word", "email", "phone"), "string"),
    **dict.fromkeys(("int", "whole", "count", "long"), "integer"),
    **dict.fromkeys(("float", "decimal", "double", "num", "numeric", "percent"), "number"),
    **dict.fromkeys(("bool", "flag", "yesno", "yes/no", "true/false"), "boolean"),
    **dict.fromkeys(("datetime", "day", "timestamp"), "date"),
    **dict.fromkeys(("array", "strings", "texts", "set"), "list"),
}
"""What other programs call the types of inputs."""
_BY_TYPE = {
    "object": GROUP,
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def wanted(schema: Mapping[str, Any]) -> str:
    """Name the kind of value that may stand there."""
    if "anyOf" in schema and "type" not in schema:
        branches = [each for each in schema["anyOf"] if each.get("pattern") not in TEMPLATES_OF_CHOICES]
        return " or ".join(dict.fromkeys(wanted(each) for each in branches))
    if "enum" in schema:
        return listed([f"`{word}`" for word in schema["enum"]])
    if schema.get("pattern") in SPANS:
        return "a number with its unit"
    return _BY_TYPE[schema["type"]]


def takes(schema: Mapping[str, Any], kind: str) -> bool:
    """Whether any value of a kind may stand there, not only a few words."""
    if "anyOf" in schema:
        return any(takes(each, kind) for each in schema["anyOf"])
    return (
        schema.get("type") == kind
        and "enum" not in schema
        and schema.get("pattern") not in TEMPLATES_OF_CHOICES
    )


def _is_text_for(schema: Mapping[str, Any], value: Json) -> bool:
    if "anyOf" in schema:
        return any(_is_text_for(each, value) for each in schema["anyOf"])
    if not isinstance(value, str) or not takes(schema, "string"):
        return False
    # A number or a truth value is never what a condition was meant to be.
    is_condition = schema.get("pattern") == CONDITION
    return not is_condition and fits(schema.get("pattern", ""), value)


def converted(broken: Broken) -> str:
    """Say how the value at hand becomes one of the kind that is wanted."""
    value, schema = broken.value, broken.schema
    if broken.role == "limit":
        return limited(value)
    if broken.path == ("campaign",) and isinstance(value, str) and fits(CAMPAIGN_ID, value):
        return f"write {line('campaign', {'id': value})}"
    if len(broken.path) == len(("inputs", "branch")) and broken.path[0] == "inputs":
        return f"write {_declared(broken.key, value)}"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if schema.get("pattern") in SPANS and is_number and fits(schema["pattern"], f"{value}s"):
        return f"write the unit, too: {line(broken.key, f'{value}s')}"
    return _rewritten(broken) or quoted(broken)


def _rewritten(broken: Broken) -> str | None:
    """Say how the very value at hand is written, if what it means can be told."""
    value, schema = broken.value, broken.schema
    if schema.get("type") == "object":
        return _grouped(broken)
    if isinstance(value, dict) and broken.role in ("when", "success"):
        return claims(broken.role, value)
    return braced(broken.key, value) or _bared(broken.key, value, schema) if isinstance(value, str) else None


def _grouped(broken: Broken) -> str | None:
    """Say where in the group that is wanted the one value belongs that was written instead of it."""
    value, known = broken.value, broken.schema.get("properties", {})
    if broken.key == "custom" and isinstance(value, str) and (found := halves(value)):
        name, text = found
        is_list = text.startswith("[") and text.endswith("]")
        column: Json = [*re.split(r"\s*,\s*", text[1:-1].strip())] if is_list else text
        return f"write {line(broken.key, {name: column})}"
    if broken.key == "custom" and isinstance(value, str) and (denied := denied_name(value)):
        return f"{LIST_WANTED}: {line(broken.key, {denied: ['…']})}"
    if isinstance(value, str) and "per" in known:
        words = known["per"]["enum"]
        per = nearest(value, words)
        return f"write {line(broken.key, {'per': per})}" if per else None
    if "matched" in known or {"min", "max"} <= {*known}:
        return bounded(broken.key, value, outer="matched" in known)
    number = plain_number(value) if isinstance(value, str) else value
    if "attempts" not in known or not isinstance(number, int) or isinstance(number, bool):
        return None
    bounds = known["attempts"]
    is_within = bounds["minimum"] <= number <= bounds["maximum"]
    return f"write {line(broken.key, {'attempts': number, 'within': '30s'})}" if is_within else None


def _bared(key: str, text: str, schema: Mapping[str, Any]) -> str | None:
    """Say how a text becomes the number, or the truth value, that is wanted."""
    if takes(schema, "integer") and re.fullmatch("[0-9]{1,15}", text):
        return f"write it without quotes: {line(key, int(text))}"
    if takes(schema, "boolean") and text.lower() in {"true", "false"}:
        return f"write it without quotes: {line(key, text.lower() == 'true')}"
    number = plain_number(text) if takes(schema, "integer") or takes(schema, "number") else None
    return f"write only the number: {line(key, number)}" if number else None


def _declared(name: str, value: Json) -> str:
    """Declare an input of which only the value was written, or only the type."""
    if isinstance(value, str) and (kind := TYPES_ELSEWHERE.get(value.lower(), value)) in set(InputType):
        return line(name, {"type": kind})
    kinds = {bool: "boolean", int: "integer", float: "number", list: "list"}
    is_date = isinstance(value, str) and fits(DAY, value)
    return line(name, {"type": "date" if is_date else kinds.get(type(value), "string"), "default": value})


def quoted(broken: Broken) -> str:
    """Say how the value at hand becomes a text or a list, or show a value that may stand."""
    value, schema = broken.value, broken.schema
    if "enum" in schema:
        return f"write {_words(broken.key, schema['enum'])}"
    if isinstance(value, bool | int | float) and _is_text_for(schema, shown(value)):
        compares = "; the API compares text" if broken.is_filter else ""
        return f"quote it: {spelled(broken, shown(value))}{compares}"
    if mend := _as_list(broken) if takes(schema, "array") else _as_one(broken):
        return mend
    if broken.is_item and broken.key == "steps":
        return "begin each step with `- id: NAME` and write its other keys below"
    return f"write {_example(broken)}"


def _as_list(broken: Broken) -> str | None:
    """Say how a text, or a group of keys without values, becomes the list that is wanted."""
    value = broken.value
    if isinstance(value, str):
        parts: list[Json] = [*filter(None, re.split(r"\s*[,;]\s*", value.strip("[](){} ")))]
        return f"write a list: {line(broken.key, parts or [value])}"
    if isinstance(value, dict) and value and not any(value.values()):
        return f"write a list in square brackets: {line(broken.key, [*value])}"
    return None


def _as_one(broken: Broken) -> str | None:
    """Say how a list becomes the one text that is wanted; of several conditions, their sum."""
    value, schema = broken.value, broken.schema
    if broken.is_item and broken.path[-2:-1] == ("success",) and type(value) is int:
        return "a comma parts the items of a list; a number with a fraction has a point: `failed_pct <= 5.5`"
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], int) and takes(schema, "integer"):
        return f"write it without brackets: {line(broken.key, value[0])}"
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        return None
    if schema.get("pattern") == CONDITION:
        amount = "one text" if len(value) == 1 else "them as one condition"
        return f"write {amount}: `{broken.key}: {' and '.join(map(str, value))}`"
    text = ", ".join(map(str, value))
    return f"write it without brackets: {spelled(broken, text)}" if _is_text_for(schema, text) else None


def spelled(broken: Broken, text: str) -> str:
    """Write a text as the value at hand; what looks like another kind of value is quoted."""
    return f"`{yaml(text)}`" if broken.is_item else line(broken.key, text)


def _example(broken: Broken) -> str:
    if mend := placeholder(broken.path):
        return mend
    kind = wanted(broken.schema)
    if not broken.examples or broken.is_item:
        return kind
    return f"{kind}, for example {line(broken.key, broken.examples[0])}"


def filled(broken: Broken) -> str:
    """Say what may stand where nothing stands."""
    if broken.role in ("limit", "filters"):
        filters = f"{line('filters', broken.examples[0])}, or {EVERYONE_MEND}" if broken.examples else ""
        return f"write {LIMIT_MEND if broken.role == 'limit' else filters}"
    if broken.is_item:
        return "write the value, or delete the item"
    if "enum" in broken.schema:
        return f"write {_words(broken.key, broken.schema['enum'])}"
    if broken.path[-2:-1] == ("custom",) and (mend := _parted_column(broken.key)):
        return mend
    leave = ", or delete the line if it is not meant to narrow" if broken.is_filter else ""
    if not broken.examples or placeholder(broken.path):
        return f"write {placeholder(broken.path) or wanted(broken.schema)}{leave}"
    return f"write a value, for example {line(broken.key, broken.examples[0])}{leave}"


def _parted_column(key: str) -> str | None:
    """Say how the name of a column is written in which its value stands, too; none that says the contrary."""
    if found := halves(key):
        return f"write a colon and a space: {line(*found)}"
    if re.fullmatch(r"[\w-]+", key):
        return None
    if denied := denied_name(key):
        return f"{LIST_WANTED}: `{denied}: […]`"
    return "write the column's name, a colon, a space and a value: `NAME: VALUE`"


def numbered(broken: Broken) -> str:
    """Say between which bounds a number must lie."""
    if broken.role == "limit":
        return f"write a limit from 1 to {MAX_LIMIT}, such as {LIMIT_MEND}"
    low, high = broken.schema["minimum"], broken.schema["maximum"]
    return f"write {_BY_TYPE[broken.schema['type']]} from {low} to {high}"


def among(key: str, value: str, allowed: list[str]) -> str:
    """Say which words may stand there, the one that was probably meant first."""
    if (near := nearest(value, allowed)) is None:
        return f"write {_words(key, allowed)}"
    return f"did you mean `{near}`?" + (f" It is one of {_words(key, allowed)}" if len(allowed) > 1 else "")


def _words(key: str, allowed: list[str]) -> str:
    return line(key, allowed[0]) if len(allowed) == 1 else listed([f"`{word}`" for word in allowed])


def formed(broken: Broken, value: str) -> str:
    """Say which form a text must have, with one that has it."""
    rule = broken.schema.get("patternErrorMessage", "another text")
    mended = mended_name(value, broken.bound) if broken.bound in {NAME, IDENTIFIER} else None
    if broken.bound in SPANS and (span := timespan(value)) and fits(broken.bound, span):
        return f"write {spelled(broken, span)}: {rule}"
    return f"write {rule}" + (f"; for example {spelled(broken, mended)}" if mended else "")
