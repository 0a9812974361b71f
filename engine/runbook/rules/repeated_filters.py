"""The same customers are described once.

Filters that are written out in three or more steps have to be changed in three or more places, and one
place is forgotten. Then a step messages customers that the others leave out, and the reviewer has to
compare them letter by letter.

Describe them once under `audiences:`, and name that audience on the steps. So it is with one value of a
column that stands in four steps or more, such as a branch: declare an input, write `"{{ inputs.branch }}"`,
and give the value when the runbook is started.

Wrong:

```yaml
steps:
  - id: whatsapp
    channel: whatsapp
    template: emiTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
  - id: sms
    channel: sms
    template: emiTpl02
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
  - id: last_sms
    channel: sms
    template: emiTpl03
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
```

Mended:

```yaml
audiences:
  hindi: {filters: {payment_status: [bounced, pending], language: hindi}}
steps:
  - {id: whatsapp, channel: whatsapp, template: emiTpl01, audience: hindi, limit: 100}
  - {id: sms, channel: sms, template: emiTpl02, audience: hindi, limit: 100}
  - {id: last_sms, channel: sms, template: emiTpl03, audience: hindi, limit: 100}
```
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from engine.diagnostics import Kind, Path, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts, alike, is_open, items
from engine.runbook.spelling import listed as sentence

REPEATED = Kind(
    "RB509",
    "filters written out again and again",
    "what stands in many places is changed in all but one, and that step messages other customers.",
    Severity.WARNING,
)

MANY = 3
MANY_VALUES = 4
_MOST_NAMED = 5

_Own: TypeAlias = tuple[Path, Mapping[str, Any]]
"""A step with filters of its own, and its path."""


def check(parts: Parts) -> Iterator[Fault]:
    """Find filters, and values of columns, that several steps write out, each where it is written first."""
    whole: dict[object, list[_Own]] = {}
    own = [each for each in parts.steps if isinstance(each[1].get("filters"), dict)]
    for each in own:
        filters = each[1]["filters"]
        # None of them is empty: several keys are several values.
        if len(filters) > 1 or _values(filters) > 1:
            whole.setdefault(alike(filters), []).append(each)
    repeated = [places for places in whole.values() if len(places) >= MANY]
    for places in repeated:
        at = (*places[0][0], "filters")
        mend = "describe them under `audiences:`, and write audience: NAME on these steps."
        yield Fault(REPEATED, at, "key", f"they stand in {_named(places)}", mend)
    told = {path for places in repeated for path, _ in places}
    yield from _columns([each for each in own if each[0] not in told] if told else own)


def _columns(own: Iterable[_Own]) -> Iterator[Fault]:
    """Find values of a column that several steps write out, whatever else they filter by."""
    found: dict[tuple[str, object], list[_Own]] = {}
    for each in own:
        for column, value in each[1]["filters"].get("custom", {}).items():
            if not any(map(is_open, items(value))):
                found.setdefault((column, alike(value)), []).append(each)
    for (column, _), places in found.items():
        if len(places) >= MANY_VALUES:
            at = (*places[0][0], "filters", "custom", column)
            message = f"this value of {column} stands in {_named(places)}"
            mend = "declare an input without a default for it, or describe them under `audiences:`."
            yield Fault(REPEATED, at, "key", message, mend)


def _named(places: Sequence[_Own]) -> str:
    more = len(places) - _MOST_NAMED
    names = [str(step["id"]) for _, step in places[:_MOST_NAMED]]
    return sentence([*names, f"{more} more"] if more > 0 else names, "and")


def _values(filters: Mapping[str, Any]) -> int:
    """Count the values: a single one is as short as the name of an audience."""
    each = [value for key, value in filters.items() if key != "custom"]
    values = [*each, *filters.get("custom", {}).values()]
    return sum([len(value) if isinstance(value, list) else 1 for value in values])
