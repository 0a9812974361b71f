"""Two steps do not send one message to one customer twice.

Every step is a request of its own. Two steps with the same template on the same channel whose filters have
customers in common send these customers the same message twice in one run, and nothing at the API keeps
them from it.

Make the filters of one step leave out those of the other; or give it another template; or let `when` run
only one of the two, for example `steps.a.status == 'partial'` on one and `steps.a.status != 'partial'` on
the other. A second try that runs only where the first sent nothing (`steps.a.status == 'rejected'`) is no
repetition. If both messages are meant, accept the warning at the step with the reason.

Up to 300 steps are compared each with each. Of more, a step is compared with the nearest ones before it that
have the same message and a filter in common, with 30 at least.

Wrong:

```yaml
steps:
  - id: bounced
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending]}
    limit: 100
  - id: hindi
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, language: hindi}
    limit: 100
```

Mended:

```yaml
steps:
  - id: english
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: english}
    limit: 100
  - id: hindi
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, language: hindi}
    limit: 100
```
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from engine.diagnostics import Kind, Path, Severity
from engine.record.condition import Condition
from engine.runbook.fault import Fault
from engine.runbook.model import STEP_KEYS
from engine.runbook.rules.exclusion import never_both
from engine.runbook.rules.parts import Addressed, Parts, alike, called, items
from engine.runbook.rules.repeated_steps import content

TWICE = Kind(
    "RB502",
    "same message to the same customers",
    "each step is a request of its own; nothing keeps it from whoever got the message already.",
    Severity.WARNING,
)

_MOST_COMPARED = 90_000
"""So many pairs of steps are compared at most: ten thousand steps of one template must stay cheap."""

_LEAST_COMPARED = 30
"""But each step with so many before it."""

_Wanted: TypeAlias = Mapping[str, frozenset[str]]


class _Step(NamedTuple):
    """A step with what each filter wants; customers who are excluded stand apart."""

    about: Addressed
    wanted: _Wanted
    excluded: frozenset[str]

    def meets(self, other: "_Step") -> bool:
        """Whether a customer may fit both."""
        if any(
            values.isdisjoint(other.wanted[key]) for key, values in self.wanted.items() if key in other.wanted
        ):
            return False
        chosen = self.wanted.get("ids"), other.wanted.get("ids")
        return not ((chosen[0] and chosen[0] <= other.excluded) or (chosen[1] and chosen[1] <= self.excluded))


def check(parts: Parts, conditions: Mapping[Path, Condition]) -> Iterator[Fault]:
    """Find steps that may send a customer the message of an earlier step again."""
    groups: dict[object, list[Addressed]] = {}
    for each in parts.addressed:
        groups.setdefault(_message(each.step), []).append(each)
    most = max(_LEAST_COMPARED, _MOST_COMPARED // max(sum(map(len, groups.values())), 1))
    for group in groups.values():
        if len(group) > 1:
            yield from _among([*map(_read, group)], conditions, most)


def _message(step: Mapping[str, Any]) -> object:
    """Give what customers get: the template, or all that only the step's channel knows."""
    if "template" in step:
        return step["channel"], step["template"]
    own = {key: step[key] for key in step.keys() - STEP_KEYS if not key.startswith("x-")}
    return step["channel"], alike(own)


def _read(about: Addressed) -> _Step:
    filters = about.filters if isinstance(about.filters, dict) else {}
    plain = {key: filters[key] for key in ("ids", "payment_status", "language") if key in filters}
    columns = {f"custom {column}": values for column, values in filters.get("custom", {}).items()}
    wanted = {key: _set(values) for key, values in {**plain, **columns}.items()}
    return _Step(about, wanted, _set(filters.get("exclude_ids")))


def _set(values: object) -> frozenset[str]:
    # What an input gives is known once it is given; until then only the same text is the same.
    return frozenset(items(values))


def _among(group: Sequence[_Step], conditions: Mapping[Path, Condition], most: int) -> Iterator[Fault]:
    key = _most_telling(group)
    before: dict[str, list[_Step]] = {}
    for step in group:
        # In order, so that one and the same step is named each time.
        values = sorted(step.wanted.get(key, ("",)))
        near = (earlier for value in values for earlier in reversed(before.get(value, [])))
        twin = next((each for each in islice(near, most) if _twice(each, step, conditions)), None)
        if twin is not None and content(twin.about.step) != content(step.about.step):
            yield _fault(twin, step)
        for value in values:
            before.setdefault(value, []).append(step)


def _most_telling(group: Iterable[_Step]) -> str:
    """Choose the filter that all have and that tells them apart best: steps meet in a common value only."""
    values: dict[str, set[str]] = {}
    first, *others = group
    shared = set(first.wanted).intersection(*(step.wanted for step in others))
    for step in group:
        for key in shared:
            values.setdefault(key, set()).update(step.wanted[key])
    return max(sorted(values), key=lambda key: len(values[key]), default="")


def _twice(earlier: _Step, later: _Step, conditions: Mapping[Path, Condition]) -> bool:
    if not earlier.meets(later):
        return False
    one, other = (conditions.get((*step.about.path, "when")) for step in (earlier, later))
    return not never_both(str(earlier.about.step["id"]), one, other)


def _fault(earlier: _Step, later: _Step) -> Fault:
    same = alike(earlier.about.filters) == alike(later.about.filters)
    may = "the customers" if same else "customers"
    message = f"{may} of {called(earlier.about.step)} {'get' if same else 'may get'} this message, too"
    mend = "narrow the filters, change the template, or let `when` run only one of the two."
    return Fault(TWICE, later.about.place, later.about.where, message, mend)
