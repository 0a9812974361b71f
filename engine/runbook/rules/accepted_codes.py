"""What a step accepts is a warning.

`accept_warnings` names warnings by their codes, each with the reason why it may stand; the reasons are
shown in the plan. An error cannot be accepted: a runbook with an error cannot run. A code that no warning
has accepts nothing, though whoever reads the file believes that it does.

Write the code as `runbook validate` prints it behind the word *warning*. An error has to be mended.

Wrong:

```yaml
steps:
  - id: thank
    channel: sms
    template: smsTpl01
    purpose: overdue
    filters: {language: hindi, payment_status: paid}
    limit: 100
    accept_warnings:
      RB503: These customers asked for a copy of their last reminder.
      RB201: The id is the same in the other runbook.
```

Mended:

```yaml
steps:
  - id: thank
    channel: sms
    template: smsTpl01
    purpose: overdue
    filters: {language: hindi, payment_status: paid}
    limit: 100
    accept_warnings:
      RB503: These customers asked for a copy of their last reminder.
```
"""

from collections.abc import Iterator, Mapping
from inspect import ismodule
from typing import Any

from engine.diagnostics import Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import ACCEPTED, steps
from engine.runbook.spelling import nearest

NO_WARNING = Kind(
    "RB210",
    "code that no warning has",
    "what is accepted must be seen for what it is; errors keep a runbook from running.",
)

_SMELLS = "RB5"
OF_THE_CATALOG = frozenset(("RB403",))
"""Codes of warnings at a step that are found where the catalog is known."""


def check(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Find codes under ``accept_warnings`` that no warning has."""
    for path, step in steps(data):
        codes = step.get(ACCEPTED)
        for code in codes if isinstance(codes, dict) else ():
            if not code.startswith("x-") and code not in (known := warnings()):
                yield Fault(NO_WARNING, (*path, ACCEPTED, code), "key", *_about(code, known))


def _about(code: str, known: frozenset[str]) -> tuple[str, str]:
    """Say what a code is not, and what to write."""
    if not code.startswith(_SMELLS):
        return f"no warning at a step has {code}", "mend what it stands for: errors cannot be accepted."
    meant = nearest(code, sorted(each for each in known if each.startswith(_SMELLS)))
    mend = f"did you mean {meant}?" if meant else "write the code that stands behind the word warning."
    return f"there is no {code}", mend


def warnings() -> frozenset[str]:
    """Give the codes of all warnings that can stand at a step."""
    # Only who accepts warnings pays for it; and the list of rules has this one on it, too.
    from engine.runbook import rules  # noqa: PLC0415
    from engine.runbook.expressions import constants  # noqa: PLC0415
    from engine.runbook.rules import conditions  # noqa: PLC0415

    modules = [*filter(ismodule, (*vars(rules).values(), *vars(conditions).values())), constants]
    kinds = [kind for module in modules for kind in vars(module).values() if isinstance(kind, Kind)]
    return OF_THE_CATALOG | {kind.code for kind in kinds if kind.severity is Severity.WARNING}
