"""The runbook as the rules digest sees it: what it says, not how it is written (DESIGN, section 6).

Comments, ``x-`` notes, the order of keys, single values or lists, seconds or minutes, defaults
spelt out or not, an audience named or written on the step: none of these changes what is sent.
Templates stay as they are written, so that other inputs are the same rules.
"""

from collections.abc import Mapping
from typing import Any

from engine.diagnostics import Json
from engine.record.plan import Once, OnFailure, Retry
from engine.runbook.leaves import seconds

_DEFAULTS: Mapping[str, Json] = {"timeout": "30s", "on_failure": OnFailure.HALT.value}
_RETRY: Mapping[str, Json] = {"attempts": Retry().attempts, "within": f"{Retry().within_s}s"}


def canonical(authored: Mapping[str, Any]) -> dict[str, Json]:
    """Give a sound runbook, as written, in the one form that all its spellings share."""
    top: dict[str, Any] = _without_notes(authored)
    defaults, audiences = top.pop("defaults", {}), top.pop("audiences", {})
    top["once"] = {"per": Once.EVER.value, **top.get("once", {})}
    top["steps"] = [_step(step, top["purpose"], defaults, audiences) for step in top["steps"]]
    return top


def _step(
    step: dict[str, Any], purpose: str, defaults: Mapping[str, Any], audiences: Mapping[str, Any]
) -> dict[str, Any]:
    named = audiences.get(step.pop("audience", None), {})
    whole = {"purpose": purpose, **_DEFAULTS, **named, **defaults, **step}
    retry = {**_RETRY, **defaults.get("retry", {}), **step.get("retry", {})}
    whole["retry"] = {**retry, "within": seconds(retry["within"])}
    whole["timeout"] = seconds(whole["timeout"])
    if "success" in whole:
        whole["success"] = _listed(whole["success"])
    if isinstance(whole["filters"], dict):
        whole["filters"] = {key: _filter(key, value) for key, value in whole["filters"].items()}
    return whole


def _filter(key: str, value: Any) -> Any:  # noqa: ANN401  (any JSON)
    if key == "custom":
        return {column: _listed(values) for column, values in value.items()}
    return _listed(value)


def _listed(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else [value]


def _without_notes(data: Any, path: tuple[str, ...] = ()) -> Any:  # noqa: ANN401
    """Drop every ``x-`` key; directly below the filter ``custom`` such a key is a column and stays."""
    if isinstance(data, list):
        return [_without_notes(item, path) for item in data]
    if not isinstance(data, dict):
        return data
    are_columns = path[-2:] == ("filters", "custom")
    return {
        key: _without_notes(value, (*path, key)) if isinstance(value, dict | list) else value
        for key, value in data.items()
        if are_columns or not key.startswith("x-")
    }
