"""A step can run without a person who takes a stopped run further.

Where a step fails, its `on_failure` stops the run unless it says `continue`; a broken `expect` or `success`
is such a failure, too. A request that could not be sent pauses the run. So a later step that waits for just
that is never reached by the run itself, only after somebody has let it go on.

Write `on_failure: continue` at the step that is read if the run is to go on by itself. If a person is meant
to take the run further, accept the warning and say so.

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
    when: steps.remind.status == 'failed'
    filters: {payment_status: [bounced, pending], language: hindi}
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
    on_failure: continue
  - id: call_them
    channel: call
    conversation: {agent: PPTnLQAvGlLtVgRbpcFn, disposition: XaYnpMfmTumXNSgOSIZB}
    when: steps.remind.status == 'failed'
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.runbook.answers.ends import Stop
from engine.runbook.answers.truths import FALSE
from engine.runbook.expressions.fault import Fault
from engine.runbook.rules.case import Case

ONLY_BY_A_PERSON = Kind(
    "RB559",
    "step that a run never reaches by itself",
    "the run has stopped before, and stands until a person lets it go on.",
    Severity.WARNING,
)

_FAILURES = {Stop.EXPECT: " (its `expect` is broken)", Stop.SUCCESS: " (its `success` is false)"}


def check(case: Case) -> Iterator[Fault]:
    """Find a `when` that no run makes true before it has stopped at one and the same step."""
    if (
        case.key == "success"
        or case.survey is None
        or case.constant is not None
        or case.survey.alone != FALSE
    ):
        return
    stops = [stop for _, stop in case.survey.stops]
    # Who asks for sent_unknown, or whether a number is known, has the person in mind.
    if not stops or Stop.DOUBT in stops or Stop.WHEN in stops:
        return
    step = case.steps[min(place for place, _ in case.survey.stops)].id
    if Stop.UNSENT in stops:
        message = f"where this is true, {step} could not be sent, and the run has paused"
        help_ = "leave this step out, or accept the warning if a person is to take the run further."
    else:
        how = next((_FAILURES[stop] for stop in (Stop.EXPECT, Stop.SUCCESS) if stop in stops), "")
        message = f"where this is true, {step} has failed{how}, and its on_failure stops the run"
        help_ = f"write `on_failure: continue` at {step}, or leave this step out."
    yield case.fault(ONLY_BY_A_PERSON, case.condition.tree.at, message, help_)
