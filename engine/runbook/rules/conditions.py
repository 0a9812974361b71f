"""Rules over conditions: one a module, each listed below, run on every condition without an error.

A condition that reads a step with a fault is passed over: what the step can come to is not known.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TypeAlias

from engine.diagnostics import Path
from engine.frozen import replace
from engine.record.condition import Condition, step_fields
from engine.record.plan import Range
from engine.runbook.answers.ends import StepTerms
from engine.runbook.answers.givens import Inputs
from engine.runbook.answers.surveys import MOST_STEPS, Surveys
from engine.runbook.answers.truths import nodes_of
from engine.runbook.expressions.constants import never_varying
from engine.runbook.expressions.fault import Fault
from engine.runbook.expressions.sorts import Parted
from engine.runbook.rules import (
    always_runs,
    division_by_zero,
    fraction_of_a_count,
    impossible_status,
    never_runs,
    number_out_of_range,
    only_by_a_person,
    success_cannot_fail,
    success_cannot_hold,
    true_of_nobody,
    unvarying_part,
)
from engine.runbook.rules.case import Case
from engine.runbook.rules.parts import Addressed, Parts, listed

Rule: TypeAlias = Callable[[Case], Iterator[Fault]]

OF_COMPARISONS: tuple[Rule, ...] = (
    impossible_status.check,
    number_out_of_range.check,
    fraction_of_a_count.check,
)
"""What is wrong with one comparison; what follows from it for the whole is not reported."""

OF_WAYS: tuple[Rule, ...] = (
    never_runs.check,
    always_runs.check,
    only_by_a_person.check,
    success_cannot_fail.check,
    success_cannot_hold.check,
    unvarying_part.check,
    true_of_nobody.check,
    division_by_zero.check,
)

OF_VARYING = (true_of_nobody.ZEROS, division_by_zero.BY_ZERO, only_by_a_person.ONLY_BY_A_PERSON)
"""Findings at a condition that can be true and false all the same."""


def check(
    parts: Parts,
    conditions: Mapping[Path, Condition],
    inputs: Inputs | None = None,
    parted: Mapping[str, Parted] | None = None,
) -> Iterator[tuple[Path, Fault]]:
    """Run every rule on every condition, in the order of the steps.

    ``parts`` lack the steps and audiences that have a fault; of an input that ``inputs`` lacks nothing is
    known. ``parted`` are texts that were taken apart before.
    """
    look = _Look(Surveys(_terms(parts, conditions), inputs or {}, parted))
    for path, condition in conditions.items():
        owner = (parts.data["steps"][path[1]] or {}).get("id")
        for fault in look.faults(owner, str(path[2]), condition) if owner in look.terms else ():
            yield path, fault


class _Look:
    """Goes over the conditions in order; what was found at one is taken as unknown by the next steps."""

    def __init__(self, surveys: Surveys) -> None:
        self.terms = surveys.terms
        self.surveys = surveys
        self.silent: set[Hashable] = set()

    def faults(self, owner: str, key: str, condition: Condition) -> list[Fault]:
        own = owner if key == "success" else None
        names = self.surveys.read_by(condition, own)
        if not names <= self.terms.keys():
            return []
        around = self.surveys.around(names, own)
        shape = self.surveys.shape(condition, around, own)
        if shape in self.silent:
            return []
        nodes = tuple(nodes_of(condition.tree))
        case = Case(self.terms[owner], "success" if own else "when", condition, around, nodes)
        found = self._found(case)
        if found:
            varies = all(fault.kind in OF_VARYING for fault in found)
            self.surveys.doubt(owner, key, varies=varies)
        elif shape is not None:
            self.silent.add(shape)
        return found

    def _found(self, case: Case) -> list[Fault]:
        if any(never_varying(case.condition.tree)):
            return []
        found = [fault for rule in OF_COMPARISONS for fault in rule(case)]
        if found:
            return found
        own = case.owner.id if case.key == "success" else None
        case = replace(case, survey=self.surveys.of(case.condition, own))
        return [fault for rule in OF_WAYS for fault in rule(case)]


# ---------------------------------------------------------------- what is known of the steps


def _terms(parts: Parts, conditions: Mapping[Path, Condition]) -> dict[str, StepTerms]:
    """Give the terms of each step, by its id."""
    usual = parts.data.get("defaults", {}).get("on_failure")
    return {each.step["id"]: _of(each, usual, conditions) for each in parts.addressed}


def _of(about: Addressed, usual: str | None, conditions: Mapping[Path, Condition]) -> StepTerms:
    step, path = about.step, about.path
    when, success, expect = conditions.get((*path, "when")), step.get("success"), about.expect
    bounds = [len(about.named or ()), step.get("limit")]
    return StepTerms(
        id=step["id"],
        may_skip=when is not None,
        when=when if when and _is_short(when) else None,
        success=tuple([conditions[(*path, "success", *place)] for place, _ in listed(success)]),
        expect=Range(_whole(expect.get("min")), _whole(expect.get("max"))) if expect else None,
        at_most=min([bound for bound in bounds if isinstance(bound, int) and bound], default=None),
        goes_on=step.get("on_failure", usual) == "continue",
    )


def _is_short(when: Condition) -> bool:
    """Say whether a condition reads so few steps that it tells something of the step that it decides."""
    # Each step that is read is written so; only a text in quotes can hold more of them.
    is_short = when.text.count("steps") <= MOST_STEPS
    return is_short or len({each.step for each in step_fields(when.tree)}) <= MOST_STEPS


def _whole(bound: object) -> int | None:
    """Read a bound; one that an input gives is not known."""
    return bound if isinstance(bound, int) else None
