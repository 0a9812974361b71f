"""The runbooks that are measured: one with all that a runbook can say, one that is a long chain of sends."""

from itertools import cycle, islice

_HEAD = """\
format: runbook/v1
name: benchmark
revision: 3
owner: collections-ops
purpose: overdue
once: {per: day}
description: As many steps as the benchmark asks for, no two neighbours of the same shape.

inputs:
  branch: {type: string, key: true, default: pune}
  cap: {type: integer, minimum: 1, maximum: 5000, default: 250}
  day: {type: date, default: yesterday}

campaign: {id: camp_demo, name: PL Mumbai}

audiences:
  bounced_hindi:
    filters:
      payment_status: [bounced, pending]
      language: hindi
      custom: {branch: "{{ inputs.branch }}"}
    expect: {matched: {min: 1, max: 400}}

defaults:
  timeout: 30s
  on_failure: continue
  retry: {attempts: 3, within: 30s}

steps:
"""

# {n} is a step's number, {before} that of the step before it.
_SHAPES = (
    """\
  - id: remind_{n}
    title: Reminder number {n}
    channel: whatsapp
    template: hfu7VL6sBhI6NPm
    conversation: {{agent: PPTnLQAvGlLtVgRbpcFn, disposition: XaYnpMfmTumXNSgOSIZB}}
    audience: bounced_hindi
    limit: "{{{{ inputs.cap }}}}"
    success: [failed_pct <= 5]
""",
    """\
  - id: sms_{n}
    title: SMS for English speakers
    channel: sms
    template: smsTpl01
    when: steps.remind_{before}.status == 'partial'
    filters:
      payment_status: [bounced, pending]
      language: english
      exclude_ids: [LOANID-2043154]
    limit: 100
""",
    """\
  - id: call_{n}
    channel: call
    conversation: {{agent: PPTnLQAvGlLtVgRbpcFn, disposition: XaYnpMfmTumXNSgOSIZB}}
    when: steps.sms_{before}.ran and steps.sms_{before}.failed > 10
    filters:
      payment_status: [bounced]
      custom: {{branch: "{{{{ inputs.branch }}}}", dpd_bucket: "30"}}
    limit: 50
    timeout: 2m
    success: failed_pct <= 10
""",
    """\
  - id: note_{n}
    title: "What was due on {{{{ inputs.day }}}}"
    channel: sms
    template: smsTpl02
    purpose: service
    when: steps.call_{before}.status in ['succeeded', 'skipped'] and inputs.cap > 10
    audience: bounced_hindi
    limit: 100
    retry: {{attempts: 2, within: 20s}}
""",
    """\
  - id: last_{n}
    channel: whatsapp
    template: hfu7VL6sBhI6NPm
    when: not steps.note_{before}.ran
    filters: {{ids: [LOANID-1, LOANID-2, LOANID-3], language: [hindi, english]}}
    limit: 3
    on_failure: halt
""",
)


def runbook(steps: int) -> str:
    """Write a sound runbook of so many steps; some 280 bytes each, so that 10,000 stay below 5 MB."""
    shapes = islice(cycle(_SHAPES), steps)
    return _HEAD + "\n".join(shape.format(n=n, before=n - 1) for n, shape in enumerate(shapes, 1))


_CHAIN = """\
format: runbook/v1
name: benchmark
owner: collections-ops
purpose: overdue
once: {per: run}
campaign: {id: camp_demo}
steps:
"""
_LINK = """\
  - id: step_{n}
    channel: sms
    template: smsTpl01
    when: steps.step_{before}.failed == 0
    filters: {{payment_status: [bounced, pending], language: english}}
    limit: 100
"""
_WHEN = "    when: steps.step_0.failed == 0\n"


def chain(steps: int) -> str:
    """Write a runbook whose every step is sent if nothing failed in the one before it."""
    links = (_LINK.format(n=n, before=n - 1) for n in range(1, steps + 1))
    return _CHAIN + "".join(links).replace(_WHEN, "")
