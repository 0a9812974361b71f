"""The runbooks that are measured: with all that one can say, with mistakes, as a long chain of sends."""

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
    title: "Reminder number {n} for {{{{ inputs.branch }}}}, due on {{{{ inputs.day }}}}"
    channel: whatsapp
    template: hfu7VL6sBhI6_{n}
    conversation: {{agent: PPTnLQAvGlLtVgRbpcFn, disposition: XaYnpMfmTumXNSgOSIZB}}
    audience: bounced_hindi
    limit: "{{{{ inputs.cap }}}}"
    success: [failed_pct <= 5]
""",
    """\
  - id: sms_{n}
    title: SMS for English speakers
    channel: sms
    template: smsTpl_{n}
    when: steps.remind_{before}.status == 'partial'
    filters:
      payment_status: [bounced, pending]
      language: english
      exclude_ids: [LOANID-{n}]
    limit: 100
""",
    """\
  - id: call_{n}
    channel: call
    conversation: {{agent: PPTnLQAvGlLtV_{n}, disposition: XaYnpMfmTumXNSgOSIZB}}
    when: steps.sms_{before}.ran and steps.sms_{before}.failed > 10
    filters:
      payment_status: [bounced]
      custom: {{branch: pune_{n}, dpd_bucket: "{n}"}}
    limit: 50
    timeout: 2m
    success: failed_pct <= 10
""",
    """\
  - id: note_{n}
    title: "What was due on {{{{ inputs.day }}}}"
    channel: sms
    template: smsTpl_{n}
    purpose: service
    when: steps.call_{before}.status in ['succeeded', 'skipped'] and inputs.cap > 10
    audience: bounced_hindi
    limit: 100
    retry: {{attempts: 2, within: 20s}}
""",
    """\
  - id: last_{n}
    channel: whatsapp
    template: hfu7VL6sBhI6_{n}
    when: not steps.note_{before}.ran
    filters: {{ids: [LOANID-1, LOANID-2, LOANID-3], payment_status: bounced, custom: {{dpd_bucket: "{n}"}}}}
    limit: 3
    on_failure: halt
""",
)


def runbook(steps: int) -> str:
    """Write a sound runbook of so many steps; some 280 bytes each, so that 10,000 stay below 5 MB."""
    shapes = islice(cycle(_SHAPES), steps)
    return _HEAD + "\n".join(shape.format(n=n, before=n - 1) for n, shape in enumerate(shapes, 1))


_MISTAKES = (
    ("channel: whatsapp", "chanel: whatsapp"),
    ("    limit: 100", '    limit: "100"'),
    ("payment_status: [bounced]", "payment_status: [bouncd]"),
    ("purpose: service", "purpose: services"),
    ("    limit: 3\n", ""),
)
"""What is written wrong in each shape of a step, and how: mistakes that a JSON Schema can see."""


def mistaken(steps: int, every: int = 10) -> str:
    """Write a runbook in which one of so many steps has a mistake, by turns each of ``_MISTAKES``."""
    head, *parts = runbook(steps).split("  - id: ")
    for number in range(0, len(parts), every):
        shape = number // every % len(_MISTAKES)
        at = min(number - number % len(_SHAPES) + shape, len(parts) - 1)
        parts[at] = parts[at].replace(*_MISTAKES[shape])
    return "  - id: ".join([head, *parts])


_CHAIN = """\
format: runbook/v1
name: benchmark
owner: collections-ops
purpose: overdue
once: {per: run}
campaign: {id: camp_demo}
audiences:
  unpaid: {filters: {payment_status: [bounced, pending], language: english}}
steps:
"""
_LINK = """\
  - id: step_{n}
    channel: sms
    template: smsTpl{n:05}
    when: steps.step_{before}.ran and steps.step_{before}.failed == 0
    audience: unpaid
    limit: 100
"""
_WHEN = "    when: steps.step_0.ran and steps.step_0.failed == 0\n"


def chain(steps: int) -> str:
    """Write a runbook whose every step is sent if nothing failed in the one before it."""
    links = (_LINK.format(n=n, before=n - 1) for n in range(1, steps + 1))
    return _CHAIN + "".join(links).replace(_WHEN, "")
