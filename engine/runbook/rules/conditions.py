"""Rules over conditions: one a module, each listed below, run on every condition without an error.

A condition that reads a step with a fault is passed over: what the step can come to is not known.
Conditions that differ in nothing but the names of steps are looked at once.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from engine.diagnostics import Path
from engine.frozen import replace
from engine.record.condition import Condition, step_fields
from engine.record.plan import Range
from engine.runbook.answers.ends import StepTerms
from engine.runbook.answers.survey import MOST_COMPARISONS, Survey, survey
from engine.runbook.answers.truths import nodes_of
from engine.runbook.expressions.constants import never_varying
from engine.runbook.expressions.fault import Fault
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
from engine.runbook.rules.parts import Addressed, addressed, listed

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

MOST_STEPS = 4
"""Steps on which those that are read depend are looked at up to so many in all."""

MOST_WORK = 200_000
"""So much takes about a second; conditions that come later are looked at one comparison at a time."""

_NAME = re.compile(r"\bsteps\s*\.\s*([a-z][a-z0-9_]*)")


def check(data: Mapping[str, Any], conditions: Mapping[Path, Condition]) -> Iterator[tuple[Path, Fault]]:
    """Run every rule on every condition, in the order of the steps.

    ``data`` lacks the steps and audiences that have a fault.
    """
    look = _Look(_terms(data, conditions))
    for path, condition in conditions.items():
        owner = (data["steps"][path[1]] or {}).get("id")
        for fault in look.faults(owner, str(path[2]), condition) if owner in look.terms else ():
            yield path, fault


class _Look:
    """Goes over the conditions in order; what was found at one is taken as unknown by the next steps."""

    def __init__(self, terms: dict[str, StepTerms]) -> None:
        self.terms = terms
        self.places = {name: place for place, name in enumerate(terms)}
        self.misjudged: set[str] = set()
        self.surveys: dict[Hashable, Survey | None] = {}
        self.silent: set[Hashable] = set()
        self.work = 0

    def faults(self, owner: str, key: str, condition: Condition) -> list[Fault]:
        names = dict.fromkeys(each.step for each in step_fields(condition.tree))
        if not names or not names.keys() <= self.terms.keys():
            return []
        is_own = key == "success"
        around = self._around([*names, owner] if is_own else [*names], owner)
        shape = _shape(condition, around, is_own=is_own)
        if shape in self.silent:
            return []
        nodes = tuple(nodes_of(condition.tree))
        case = Case(self.terms[owner], "success" if is_own else "when", condition, around, nodes)
        found = self._found(case, shape)
        if not found:
            self.silent.add(shape)
        elif is_own:
            self.misjudged.add(owner)
        else:
            self.terms[owner] = replace(self.terms[owner], when=None)
        return found

    def _found(self, case: Case, shape: Hashable) -> list[Fault]:
        if any(never_varying(case.condition.tree)):
            return []
        found = [fault for rule in OF_COMPARISONS for fault in rule(case)]
        if found:
            return found
        case = replace(case, survey=self._survey(case, shape))
        return [fault for rule in OF_WAYS for fault in rule(case)]

    def _survey(self, case: Case, shape: Hashable) -> Survey | None:
        if shape not in self.surveys:
            if self.work > MOST_WORK:
                return None
            own = case.owner if case.key == "success" else None
            found = survey(case.condition, case.steps, own)
            self.work += found.work if found else MOST_COMPARISONS
            self.surveys[shape] = found
        return self.surveys[shape]

    def _around(self, names: Sequence[str], owner: str) -> tuple[StepTerms, ...]:
        """Give steps with some that they depend on, in their order."""
        found = dict.fromkeys(names)
        for name in names:
            when = self.terms[name].when
            more = {each.step for each in step_fields(when.tree)} - found.keys() if when else set()
            if len(found) + len(more) <= MOST_STEPS and more <= self.terms.keys():
                found.update(dict.fromkeys(more))
        return tuple([self._read(name, owner) for name in sorted(found, key=self.places.__getitem__)])

    def _read(self, name: str, owner: str) -> StepTerms:
        """Give a step's terms; a success that was found at fault judges nothing but for its own criteria."""
        terms = self.terms[name]
        return replace(terms, success=()) if name in self.misjudged and name != owner else terms


def _shape(condition: Condition, around: Sequence[StepTerms], *, is_own: bool) -> Hashable:
    """Give what decides about a condition: its text and the steps around it, but for their names."""
    places = {step.id: str(place) for place, step in enumerate(around)}

    def unnamed(text: str) -> str:
        return _NAME.sub(lambda found: f"steps.{places.get(found[1], '?')}", text)

    about = [
        (
            step.may_skip,
            step.when and unnamed(step.when.text),
            tuple([unnamed(criterion.text) for criterion in step.success]),
            step.expect,
            step.at_most,
            step.goes_on,
        )
        for step in around
    ]
    return unnamed(condition.text), is_own, *about


# ---------------------------------------------------------------- what is known of the steps


def _terms(data: Mapping[str, Any], conditions: Mapping[Path, Condition]) -> dict[str, StepTerms]:
    """Give the terms of each step, by its id."""
    usual = data.get("defaults", {}).get("on_failure")
    return {each.step["id"]: _of(each, usual, conditions) for each in addressed(data)}


def _of(about: Addressed, usual: str | None, conditions: Mapping[Path, Condition]) -> StepTerms:
    step, path = about.step, about.path
    when = conditions.get((*path, "when"))
    places = [(*path, "success", *place) for place, _ in listed(step.get("success"))]
    bounds = [
        bound for bound in (step.get("limit"), len(about.named or ())) if isinstance(bound, int) and bound
    ]
    least, most = about.expect.get("min"), about.expect.get("max")
    return StepTerms(
        id=step["id"],
        may_skip=when is not None,
        when=when,
        success=tuple([conditions[place] for place in places]),
        expect=Range(_whole(least), _whole(most)) if about.expect else None,
        at_most=min(bounds, default=None),
        goes_on=step.get("on_failure", usual) == "continue",
    )


def _whole(bound: object) -> int | None:
    """Read a bound; one that an input gives is not known."""
    return bound if isinstance(bound, int) else None
