"""What differs between the plan that was reviewed and the one that would be run, in people and words."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

_STEP_KEYS = {
    "channel": "the channel",
    "template": "the template",
    "when": "the condition",
    "success": "success",
    "expect": "expect",
    "on_failure": "on_failure",
    "timeout_s": "the timeout",
    "retry": "retry",
    "purpose": "the purpose",
    "title": "the title",
}
_LONGEST = 160

_Difference: TypeAlias = str | tuple[str, Any, Any]
"""A sentence, or what differs with both its values."""


def differences(
    former: Mapping[str, Any], now: Mapping[str, Any], *, was: str = "reviewed"
) -> tuple[str, ...]:
    """Say in sentences what differs between two plan/v1 documents, what reaches people first.

    ``was`` says what the former one is.
    """
    return tuple(
        each if isinstance(each, str) else f"{each[0]}: {was} {_shown(each[1])}, now {_shown(each[2])}"
        for each in _differences(former, now)
    )


def _differences(former: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[_Difference]:
    before, after = former["runbook"], now["runbook"]
    yield from _one("the account", before["account"], after["account"])
    yield from _one("the campaign", before["campaign"]["id"], after["campaign"]["id"])
    yield from _one("the campaign's name", before["campaign"]["name"], after["campaign"]["name"])
    yield from _steps(former["steps"], now["steps"])
    for name in sorted({*former["inputs"], *now["inputs"]}):
        values = [plan["inputs"].get(name, {}).get("value") for plan in (former, now)]
        yield from _one(f"the input {name}", *values)
    origins = [plan["rules"].get("channels", {}) for plan in (former, now)]
    for name in sorted({*origins[0], *origins[1]}):
        yield from _one(f"what the channel {name} comes with", *(each.get(name) for each in origins))
    yield from _one("the name", before["name"], after["name"])
    for key in ("formerly", "purpose", "once", "owner", "revision"):  # older plans know no `formerly`
        yield from _one(key, before.get(key) or None, after.get(key) or None)
    yield from _one("the description", before["description"], after["description"])
    declared = [plan["rules"]["runbook"].get("inputs", {}) for plan in (former, now)]
    for name in sorted({*declared[0], *declared[1]}):
        yield from _one(f"the input {name} as declared", *(each.get(name) for each in declared))


def _steps(before: list[Mapping[str, Any]], after: list[Mapping[str, Any]]) -> Iterator[_Difference]:
    old, new = ({step["id"]: step for step in steps} for steps in (before, after))
    yield from (f"step {name} is new" for name in new if name not in old)
    yield from (f"step {name} is gone" for name in old if name not in new)
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield "the steps stand in another order"
    for name in (name for name in new if name in old):
        yield from _step(name, old[name], new[name])


def _step(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Difference]:
    yield from _one(f"{name}: at most", before["people"]["at_most"], after["people"]["at_most"])
    bodies = [[send["body"] for send in step["sends"]] for step in (before, after)]
    filters = [_alone([body.get("filters", "everyone") for body in sends]) for sends in bodies]
    yield from _one(f"{name}: whom it addresses", *filters)
    for key, label in _STEP_KEYS.items():
        yield from _one(f"{name}: {label}", before[key], after[key])
    if filters[0] == filters[1] and before["people"] == after["people"]:
        yield from _one(f"{name}: the request", *map(_alone, bodies))


def _alone(values: list[Any]) -> Any:  # noqa: ANN401  (any JSON)
    return values[0] if len(values) == 1 else values


def _one(what: str, before: Any, after: Any) -> Iterator[_Difference]:  # noqa: ANN401  (any JSON)
    if before != after:
        yield what, before, after


def _shown(value: Any) -> str:  # noqa: ANN401
    text = "nothing" if value is None else value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
