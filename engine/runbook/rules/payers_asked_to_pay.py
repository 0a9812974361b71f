"""Whoever has paid is not asked to pay.

A reminder to people who owe nothing is the commonest accident of campaigns like these, and a message cannot
be taken back. The campaign holds customers who have paid, too; only `payment_status` leaves them out. A
list of `ids` does not: since it was written, some of them may have paid.

Add `payment_status: [bounced, pending, partial]`, or those of the three that are meant. Beside `ids` the
two must both fit, so that whoever has paid in the meantime drops out. If the message is no request to pay,
give the step the `purpose` that it has, such as `service`.

This is looked for where the purpose is `overdue` or `microfinance`. A `pre_due` reminder may go to
customers of every status, but not to those whose filters say that they have paid.

Wrong:

```yaml
purpose: overdue
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {language: hindi}
    limit: 100
```

Mended:

```yaml
purpose: overdue
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {language: hindi, payment_status: [bounced, pending, partial]}
    limit: 100
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Path, Severity
from engine.record.plan import Purpose
from engine.runbook.fault import Fault
from engine.runbook.leaves import SETTLED
from engine.runbook.rules.parts import Addressed, Parts, listed

PAID = Kind(
    "RB503",
    "who has paid would be asked to pay",
    "the campaign holds customers who have paid; only `payment_status` leaves them out.",
    Severity.WARNING,
)

_OF_DEBTS = frozenset((Purpose.OVERDUE, Purpose.MICROFINANCE))
_OWING = "payment_status: [bounced, pending, partial]"


def check(parts: Parts) -> Iterator[Fault]:
    """Find requests to pay that also go to those who have paid."""
    for each, purpose, its_status in parts.by_purpose:
        if purpose in _OF_DEBTS or purpose == Purpose.PRE_DUE:
            yield from _check(each, purpose, its_status)


def _check(each: Addressed, purpose: str, its_status: str) -> Iterator[Fault]:
    statuses = each.filters.get("payment_status") if isinstance(each.filters, dict) else None
    if statuses is None:
        if purpose in _OF_DEBTS:
            yield _unsaid(each, purpose)
        return
    for place, status in listed(statuses):
        if status in SETTLED:
            at: Path = each.place if each.place[-1] == "audience" else (*each.place, "payment_status", *place)
            message = f"the purpose is {purpose}, and {its_status} admits {status}"
            yield Fault(PAID, at, "value", message, f"take {status} out, or mend the purpose.")


def _unsaid(each: Addressed, purpose: str) -> Fault:
    if each.filters == "everyone":
        said, mend = "everyone includes them", f"write filters: {{{_OWING}}}, or another purpose."
    else:
        said = f"{'its' if each.place[-1] == 'audience' else 'these'} filters name no payment_status"
        mend = f"add {_OWING}, or mend the purpose."
    return Fault(PAID, each.place, each.where, f"the purpose is {purpose}, and {said}", mend)
