"""Rules across fields: one a module, each listed below, all run on whatever has a sound shape."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from engine.runbook.fault import Fault
from engine.runbook.rules import (
    audience_names,
    chosen_and_excluded,
    input_bounds,
    languages,
    ranges,
    step_ids,
)

Rule: TypeAlias = Callable[[Mapping[str, Any]], Iterator[Fault]]
"""A rule sees the runbook's data without the values that are at fault already."""

RULES: tuple[Rule, ...] = (
    step_ids.check,
    audience_names.check,
    chosen_and_excluded.check,
    languages.check,
    ranges.check,
    input_bounds.check,
)


def check(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Run every rule."""
    for rule in RULES:
        yield from rule(data)
