"""Each part of a condition can be true and false, else it decides nothing.

A side of `and` or `or` that comes out the same whatever happens is no part of the decision, although
whoever reads the condition takes it for one. Then either the part says something else than was meant, or it
can go.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
  - id: call_them
    channel: call
    conversation: {agent: PPTnLQAvGlLtVgRbpcFn, disposition: XaYnpMfmTumXNSgOSIZB}
    when: steps.remind.failed > 10 and (steps.remind.initiated < 50 or steps.remind.initiated >= 50)
    filters: {payment_status: [bounced, pending], language: english}
    limit: 100
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
  - id: call_them
    channel: call
    conversation: {agent: PPTnLQAvGlLtVgRbpcFn, disposition: XaYnpMfmTumXNSgOSIZB}
    when: steps.remind.failed > 10 and steps.remind.initiated < 50
    filters: {payment_status: [bounced, pending], language: english}
    limit: 100
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.record.condition import children
from engine.runbook.expressions.fault import Fault
from engine.runbook.rules.case import Case

UNVARYING = Kind(
    "RB553",
    "part of a condition that never varies",
    "it decides nothing, although it reads as if it did.",
    Severity.WARNING,
)


def check(case: Case) -> Iterator[Fault]:
    """Find the largest parts of a varying condition that are constant."""
    if case.constant is not None:
        return
    inside: set[int] = set()
    for node, constant, is_link in case.parts():
        if id(node) in inside or (constant is not None and not is_link):
            inside.update(map(id, children(node)))
            if id(node) not in inside:
                message = f"this is {str(constant).lower()} whatever comes of {case.read(node)}"
                yield case.fault(UNVARYING, node.at, message, "leave it out, or mend it.")
