"""What a step accepts is a warning.

`accept_warnings` names warnings by their codes, each with the reason why it may stand; the reasons are
shown in the plan. An error cannot be accepted: a runbook with an error cannot run. A code that no warning
has accepts nothing, though whoever reads the file believes that it does.

Write the code as `runbook validate` prints it behind the word *warning*. An error has to be mended. A
warning about what no step does, such as an unused input or a renamed runbook, is not accepted either: do
what it says, or leave it standing, for it keeps nothing from running.

A warning in an audience is accepted by all steps that use it, each with a reason of its own; one at the
runbook's name or its campaign by all steps.

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

from collections.abc import Iterator
from functools import lru_cache
from inspect import ismodule

from engine.diagnostics import Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import ACCEPTED, Parts
from engine.runbook.spelling import nearest

NO_WARNING = Kind(
    "RB210",
    "code of no warning at a step",
    "what is accepted must be seen for what it is; errors keep a runbook from running.",
)

_SMELLS = "RB5"
OF_THE_CATALOG = frozenset(("RB403",))
"""Codes of warnings at a step that are found where the catalog is known."""

OF_NO_STEP = frozenset(("RB415", "RB506", "RB507", "RB512"))
"""Codes of warnings about the catalog, inputs, audiences that no step uses, and accepting itself."""

_CATALOG = "RB4"
_ELSEWHERE = frozenset(("RB6", "RB7"))
"""How codes begin that are about revisions, and about scenarios."""


def check(parts: Parts) -> Iterator[Fault]:
    """Find codes under ``accept_warnings`` that no warning has."""
    for path, step in parts.steps:
        codes = step.get(ACCEPTED)
        for code in codes if isinstance(codes, dict) else ():
            if not code.startswith("x-") and code not in (known := warnings()):
                yield Fault(NO_WARNING, (*path, ACCEPTED, code), "key", *_about(code, known))


def _about(code: str, known: frozenset[str]) -> tuple[str, str]:
    """Say what a code is not, and what to write."""
    if code in OF_NO_STEP or code[:3] in _ELSEWHERE:
        return f"{code} is about no step", "delete it; mend what it stands for, or let the warning stand."
    if not code.startswith(_SMELLS) and (code.startswith(_CATALOG) or code in _of_texts()):
        return f"no warning at a step has {code}", "mend what it stands for: errors cannot be accepted."
    meant = next((each for each in sorted(known) if sorted(each) == sorted(code)), None)
    if code.startswith(_SMELLS) and not meant:
        meant = nearest(code, sorted(each for each in known if each.startswith(_SMELLS)))
    mend = f"did you mean {meant}?" if meant else "write the code that stands behind the word warning."
    return f"there is no {code}", mend


@lru_cache(maxsize=1)
def _of_texts() -> frozenset[str]:
    """Give the codes of all that can be found in the text of a runbook."""
    # Only who writes a code that no warning has pays for it.
    from importlib import import_module  # noqa: PLC0415
    from pkgutil import walk_packages  # noqa: PLC0415

    from engine import runbook  # noqa: PLC0415

    names = [each.name for each in walk_packages(runbook.__path__, f"{runbook.__name__}.")]
    held = (value for name in names for value in vars(import_module(name)).values())
    return frozenset(value.code for value in held if isinstance(value, Kind))


def warnings() -> frozenset[str]:
    """Give the codes of all warnings that can stand at a step."""
    # Only who accepts warnings pays for it; and the list of rules has this one on it, too.
    from engine.runbook import rules, traps  # noqa: PLC0415
    from engine.runbook.expressions import constants  # noqa: PLC0415
    from engine.runbook.rules import conditions  # noqa: PLC0415

    modules = [*filter(ismodule, (*vars(rules).values(), *vars(conditions).values())), constants, traps]
    kinds = [kind for module in modules for kind in vars(module).values() if isinstance(kind, Kind)]
    found = {kind.code for kind in kinds if kind.severity is Severity.WARNING}
    return (OF_THE_CATALOG | found) - OF_NO_STEP
