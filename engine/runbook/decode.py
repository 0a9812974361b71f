"""From checked data to types: the only place where a dict becomes a runbook.

What arrives here has the shape of the format and no templates left, so nothing is refused; a value
of another kind is a bug and raises ``AssertionError`` or ``KeyError``.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from engine.diagnostics import Json, Path
from engine.record.condition import Condition
from engine.record.plan import Once, OnFailure, Purpose, Range, Retry
from engine.runbook.leaves import seconds
from engine.runbook.model import STEP_KEYS, Campaign, Filters, InputSpec, InputType, Runbook, Step

_Group: TypeAlias = Mapping[str, Json]


def decode(data: Json, conditions: Mapping[Path, Condition]) -> Runbook:
    """Give the runbook that rendered data describe: defaults applied, audiences in their places.

    ``conditions`` holds what the texts of ``when`` and ``success`` were parsed to, by their paths.
    """
    top = _group(data)
    once = _group(top.get("once", {}))
    return Runbook(
        name=_text(top["name"]),
        owner=_text(top["owner"]),
        purpose=Purpose(_text(top["purpose"])),
        campaign=_campaign(_group(top["campaign"])),
        steps=tuple(_steps(top, conditions)),
        revision=_whole(top["revision"]) if "revision" in top else None,
        once=Once(_text(once.get("per", Once.EVER))),
        description=_text(top.get("description", "")),
        formerly=_texts(top.get("formerly", [])),
    )


def decode_inputs(data: Json) -> tuple[InputSpec, ...]:
    """Give the inputs that a runbook declares, in its order; its data may be as authored."""
    declared = _named(_group(data).get("inputs", {}))
    return tuple(_input(name, _group(spec)) for name, spec in declared.items())


def _input(name: str, spec: _Group) -> InputSpec:
    minimum, maximum = spec.get("minimum"), spec.get("maximum")
    choices = _list(spec.get("choices", []))
    return InputSpec(
        name=name,
        type=InputType(_text(spec["type"])),
        default=spec.get("default"),
        # Where one of them is at fault, the rest does not say what is allowed.
        choices=() if None in choices else tuple(choices),
        minimum=None if minimum is None else _number(minimum),
        maximum=None if maximum is None else _number(maximum),
        pattern=_text(spec["pattern"]) if "pattern" in spec else None,
        description=_text(spec.get("description", "")),
        key=spec.get("key") is True,
    )


def _campaign(data: _Group) -> Campaign:
    return Campaign(_text(data["id"]), _text(data["name"]) if "name" in data else None)


def _steps(top: _Group, conditions: Mapping[Path, Condition]) -> Iterator[Step]:
    defaults = _group(top.get("defaults", {}))
    audiences = _named(top.get("audiences", {}))
    for index, written in enumerate(_list(top["steps"])):
        own = _group(written)
        audience = _text(own["audience"]) if "audience" in own else None
        shared = {} if audience is None else _group(audiences[audience])
        # Whatever stands on the step wins over its audience, and both over the defaults.
        step = {"purpose": top["purpose"], **defaults, **shared, **own}
        step["retry"] = {**_group(defaults.get("retry", {})), **_group(own.get("retry", {}))}
        yield _step(step, audience, conditions, ("steps", index))


def _step(data: _Group, audience: str | None, conditions: Mapping[Path, Condition], path: Path) -> Step:
    return Step(
        id=_text(data["id"]),
        channel=_text(data["channel"]),
        purpose=Purpose(_text(data["purpose"])),
        filters=None if data["filters"] == "everyone" else _filters(_group(data["filters"])),
        limit=None if data["limit"] == "none" else _whole(data["limit"]),
        title=_text(data.get("title", "")),
        template=_text(data["template"]) if "template" in data else None,
        fields={
            key: _without_notes(value)
            for key, value in data.items()
            if key not in STEP_KEYS and not key.startswith("x-")
        },
        audience=audience,
        expect_matched=_range(_group(data["expect"])) if "expect" in data else None,
        when=conditions[(*path, "when")] if "when" in data else None,
        success=_success(data.get("success"), conditions, (*path, "success")),
        timeout_s=seconds(_text(data.get("timeout", "30s"))),
        on_failure=OnFailure(_text(data.get("on_failure", OnFailure.HALT))),
        retry=_retry(_group(data["retry"])),
    )


def _success(data: Json, conditions: Mapping[Path, Condition], path: Path) -> tuple[Condition, ...]:
    if data is None:
        return ()
    if isinstance(data, str):
        return (conditions[path],)
    return tuple(conditions[(*path, index)] for index in range(len(_list(data))))


def _filters(data: _Group) -> Filters:
    custom = _group(data.get("custom", {}))
    return Filters(
        ids=_texts(data.get("ids", [])),
        exclude_ids=_texts(data.get("exclude_ids", [])),
        payment_status=_texts(data.get("payment_status", [])),
        language=_texts(data.get("language", [])),
        # No notes here: a column may be called x-anything.
        custom={column: _texts(values) for column, values in custom.items()},
    )


def _range(expect: _Group) -> Range:
    matched = _group(expect["matched"])
    low, high = matched.get("min"), matched.get("max")
    return Range(None if low is None else _whole(low), None if high is None else _whole(high))


def _retry(data: _Group) -> Retry:
    usual = Retry()
    return Retry(
        attempts=_whole(data.get("attempts", usual.attempts)),
        within_s=seconds(_text(data["within"])) if "within" in data else usual.within_s,
    )


def _without_notes(data: Json) -> Json:
    if isinstance(data, list):
        return [_without_notes(each) for each in data]
    return (
        {key: _without_notes(each) for key, each in _named(data).items()} if isinstance(data, dict) else data
    )


def _named(data: Json) -> _Group:
    return {name: value for name, value in _group(data).items() if not name.startswith("x-")}


def _texts(data: Json) -> tuple[str, ...]:
    return (data,) if isinstance(data, str) else tuple(_text(item) for item in _list(data))


def _group(data: Json) -> _Group:
    assert isinstance(data, dict)
    return data


def _list(data: Json) -> list[Json]:
    assert isinstance(data, list)
    return data


def _text(data: Json) -> str:
    assert isinstance(data, str)
    return data


def _whole(data: Json) -> int:
    assert type(data) is int
    return data


def _number(data: Json) -> float:
    assert type(data) in {int, float}
    assert isinstance(data, int | float)
    return data
