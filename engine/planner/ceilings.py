"""Whether reviewed rules bound what may be sent, whatever the inputs are."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_INPUT = re.compile(r"\{\{\s*inputs\.([a-z][a-z0-9_]*)\s*\}\}")


def without_ceiling(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what leaves a limit open: an input that decides it, and declares neither maximum nor choices.

    ``rules`` is what the rules digest covers: the limits as they are written, before any input is
    filled in. ``none`` is a limit that was reviewed.
    """
    return tuple(_open(rules["runbook"]))


def limiting(rules: Mapping[str, Any]) -> dict[str, int | None]:
    """Give the inputs that decide a limit, each with the most that it can be; None: nothing bounds it."""
    declared = rules["runbook"].get("inputs", {})
    limits = (str(step["limit"]) for step in rules["runbook"]["steps"])
    names = (name for limit in limits for name in _INPUT.findall(limit))
    return {name: _largest(declared.get(name, {})) for name in names}


def most_within(rules: Mapping[str, Any]) -> int | None:
    """Count the most messages that the rules allow, whatever the inputs are; None: nothing bounds them."""
    by_input = limiting(rules)
    limits = [step["limit"] for step in rules["runbook"]["steps"]]
    bounds = [limit if isinstance(limit, int) else _by_input(limit, by_input) for limit in limits]
    return None if None in bounds else sum(bound or 0 for bound in bounds)


def _by_input(limit: str, by_input: Mapping[str, int | None]) -> int | None:
    name = _INPUT.match(limit)
    return by_input[name[1]] if name else None


def _largest(about: Mapping[str, Any]) -> int | None:
    return max(about["choices"]) if "choices" in about else about.get("maximum")


def _open(runbook: Mapping[str, Any]) -> Iterator[str]:
    declared = runbook.get("inputs", {})
    for step in runbook["steps"]:
        for name in _INPUT.findall(str(step["limit"])):
            about = declared.get(name, {})
            if "maximum" not in about and "choices" not in about:
                yield f"the limit of {step['id']} is inputs.{name}, which has no maximum"
