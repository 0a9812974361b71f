"""The same customers are described once.

Filters that are written out in three or more steps have to be changed in three or more places, and one
place is forgotten. Then a step messages customers that the others leave out, and the reviewer has to
compare them letter by letter.

Describe them once under `audiences:`, and name that audience on the steps. So it is with one value of a
column that stands in four steps or more, such as a branch: make it an input with that value as its default,
and write `"{{ inputs.branch }}"`.

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

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from engine.diagnostics import Kind, Path, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import alike, is_open, steps
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

_Places: TypeAlias = list[tuple[Path, str]]


def check(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Find filters, and values of columns, that several steps write out, each where it is written first."""
    whole: dict[object, _Places] = defaultdict(list)
    own = [(path, step) for path, step in steps(data) if isinstance(step.get("filters"), dict)]
    for path, step in own:
        if _values(step["filters"]) > 1:
            whole[alike(step["filters"])].append(((*path, "filters"), step["id"]))
    repeated = [places for places in whole.values() if len(places) >= MANY]
    for places in repeated:
        mend = "describe them under `audiences:`, and write audience: NAME on these steps."
        yield Fault(REPEATED, places[0][0], "key", f"they stand in {_named(places)}", mend)
    told = {path for places in repeated for path, _ in places}
    yield from _columns([(path, step) for path, step in own if (*path, "filters") not in told])


def _columns(own: Iterable[tuple[Path, Mapping[str, Any]]]) -> Iterator[Fault]:
    """Find values of a column that several steps write out, whatever else they filter by."""
    found: dict[tuple[str, object], _Places] = defaultdict(list)
    for path, step in own:
        for column, value in step["filters"].get("custom", {}).items():
            if not any(map(is_open, value if isinstance(value, list) else (value,))):
                place = (*path, "filters", "custom", column)
                found[column, alike(value)].append((place, step["id"]))
    for (column, _), places in found.items():
        if len(places) >= MANY_VALUES:
            message = f"this value of {column} stands in {_named(places)}"
            mend = "declare an input with it as the default, or describe these customers under `audiences:`."
            yield Fault(REPEATED, places[0][0], "key", message, mend)


def _named(places: _Places) -> str:
    more = len(places) - _MOST_NAMED
    return sentence(
        [name for _, name in places[:_MOST_NAMED]] + ([f"{more} more"] if more > 0 else []), "and"
    )


def _values(filters: Mapping[str, Any]) -> int:
    """Count the values: a single one is as short as the name of an audience."""
    each = [value for key, value in filters.items() if key != "custom"]
    values = [*each, *filters.get("custom", {}).values()]
    return sum([len(value) if isinstance(value, list) else 1 for value in values])
