"""Keys that other programs have: ``if``, ``enum``, and the contraries ``unless`` and ``exclude_language``."""

import re
from collections.abc import Mapping
from typing import Any

from engine.diagnostics import Json
from engine.runbook.fault import Broken
from engine.runbook.leaves import SETTLED
from engine.runbook.spelling import line, nearest, yaml

_TEXTS = ("text", "message", "msg", "body", "content")
# How other programs call keys; of several, the first counts that the group takes and does not have yet.
_OTHER_NAMES = {
    **dict.fromkeys(("if", "condition", "only_if", "run_if"), ("when",)),
    "name": ("id", "title"),
    **dict.fromkeys(("step", "step_id", "key"), ("id",)),
    **dict.fromkeys(("enum", "values", "allowed", "allowed_values", "one_of"), ("choices",)),
    "options": ("choices", "inputs"),
    **dict.fromkeys(("times", "count", "tries", "retries", "max_attempts"), ("attempts",)),
    **dict.fromkeys(_TEXTS, ("template",)),
    **dict.fromkeys(("params", "parameters", "variables", "vars", "arguments", "args"), ("inputs",)),
    **dict.fromkeys(("param", "parameter", "variable", "env", "environment"), ("inputs",)),
    **dict.fromkeys(("groups", "segments", "lists", "cohorts", "targets", "target_groups"), ("audiences",)),
    **dict.fromkeys(("recipients", "customers", "people", "contacts", "users"), ("audiences",)),
    "min": ("minimum",),
    "max": ("maximum", "attempts"),
}
_DENIAL = re.compile(r"(?:un|non|not|no|exclud(?:e[sd]?|ing)|excl|except|without)(?:[_-]|(?=[A-Z])|$)(.*)")
_DENIED_BEHIND = re.compile(
    r"[!~]?\s*([\w-]+?)(?:[_-](?i:(?:is_)?(?:not|neq?|not_in|not_eq|nin))|(?<=[a-z])Not(?:In)?"
    r"|\s*(?:!|<>|\u2260).*|\s+(?i:is\s+)?(?i:not)\b.*)?"
)
_PEOPLE = re.compile(r"(?:|(?:.*_)?ids?|customers?|people|accounts?|users?|loans?)", re.IGNORECASE)
_CONTRARY_OF_WHEN = frozenset(
    ("unless", "skip_if", "skip_when", "not_if", "not_when", "when_not", "except_if", "except_when")
)
_OWING = ("bounced", "pending")
LIST_WANTED = "only `exclude_ids` leaves people out; list those who are wanted"


def other_name(broken: Broken, key: str) -> str | None:
    """Give the key that other programs call so, if it may stand here and does not yet."""
    known, group = broken.schema.get("properties", {}), broken.value
    assert isinstance(group, dict)
    others = [*_OTHER_NAMES.get(key.lower(), ()), *(["channel"] if _is_channel(group[key], known) else ())]
    return next((each for each in others if each in known and each not in group), None)


def is_text(key: str) -> bool:
    """Whether other programs have the words of a message under a key."""
    return key.lower() in _TEXTS


def _is_channel(value: Json, known: Mapping[str, Any]) -> bool:
    return isinstance(value, str) and value.lower() in known.get("channel", {}).get("enum", ())


def section(key: str) -> str | None:
    """Give the part of a runbook, inputs or audiences, for which a key at the top was meant."""
    parts = ("inputs", "audiences")
    other = next((each for each in _OTHER_NAMES.get(key.lower(), ()) if each in parts), None)
    return other or nearest(key, parts)


def contrary_mend(broken: Broken, key: str) -> str | None:
    """Say how the contrary of a condition or a filter is written, if that is what a key was meant for."""
    assert isinstance(broken.value, dict)
    value = broken.value[key]
    if key.lower() in _CONTRARY_OF_WHEN and "when" in broken.schema["properties"]:
        return _of_when(value)
    return _of_filter(denied, value) if broken.role == "filters" and (denied := denied_name(key)) else None


def denied_name(key: str) -> str | None:
    """Give the name that a key denies: ``paid`` of ``not_paid``, ``branch`` of ``branch != pune``."""
    behind = _DENIED_BEHIND.fullmatch(key)
    name = behind[1] if behind and behind[1] != key else ""
    return name or ((found[1] or "ids") if (found := _DENIAL.fullmatch(key)) else None)


def _of_when(value: Json) -> str:
    if not isinstance(value, str):
        return "write the contrary as `when: not (...)`"
    is_name = re.fullmatch(r"[\w.]+", value) is not None
    return f"write {line('when', f'not {value}' if is_name else f'not ({value})')}"


def _of_filter(name: str, value: Json) -> str:
    if denied_name(name):
        return "say who is wanted: `ids`, `payment_status`, `language` or `custom`"
    if _PEOPLE.fullmatch(name):
        return "did you mean `exclude_ids`? It takes a list of ids"
    lead = LIST_WANTED
    column = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    if column in {*SETTLED, *_OWING}:
        column, value = "status", column
    if column == "custom":
        name = next(iter(value), "…") if isinstance(value, dict) else "…"
    match nearest(column, ("payment_status", "status", "language")):
        case "payment_status" | "status":
            values = value if isinstance(value, list) else [value]
            wanted: list[Json] = [each for each in _OWING if each not in values]
            is_plain = set(map(str, values)) <= {*SETTLED, *_OWING} and wanted
            return (
                f"{lead}: {line('payment_status', wanted)}" if is_plain else f"{lead}: `payment_status: […]`"
            )
        case "language":
            return f"{lead}: `language: […]`"
        case _:
            bare = re.split(r"\s*[:=]", name)[0]
            return f"{lead}: `custom: {{{yaml(bare)}: […]}}`"
