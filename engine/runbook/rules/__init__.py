"""Rules across fields: one a module, each listed below, all run on whatever has a sound shape."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TypeAlias

from engine.diagnostics import Path
from engine.frozen import replace
from engine.record.condition import Condition
from engine.runbook.fault import Fault
from engine.runbook.rules import (
    accepted_codes,
    audience_names,
    chosen_and_excluded,
    customers_in_the_file,
    defaults_that_choose_people,
    expectations_out_of_reach,
    filters_among_columns,
    filters_that_exclude_each_other,
    former_names,
    input_choices,
    input_defaults,
    input_patterns,
    inputs_without_braces,
    languages,
    languages_of_templates,
    limits_above_expectations,
    overlapping_steps,
    payers_asked_to_pay,
    ranges,
    receipts_to_debtors,
    references_as_texts,
    repeated_filters,
    repeated_steps,
    spoilt_ids,
    step_ids,
    trial_names,
    unused_audiences,
    unused_inputs,
    values_that_ask_for_more,
)
from engine.runbook.rules.parts import Parts

Rule: TypeAlias = Callable[[Parts], Iterator[Fault]]
"""A rule sees the runbook's parts without the values that are at fault already."""

ConditionRule: TypeAlias = Callable[[Parts, Mapping[Path, Condition]], Iterator[Fault]]
"""A rule that sees the parsed conditions, too, by their paths."""

RULES: tuple[Rule, ...] = (
    step_ids.check,
    former_names.check,
    audience_names.check,
    chosen_and_excluded.check,
    filters_among_columns.check,
    languages.check,
    ranges.check,
    input_patterns.check,
    input_choices.check,
    input_defaults.check,
    expectations_out_of_reach.check,
    accepted_codes.check,
)

RULES_AS_WRITTEN: tuple[Rule, ...] = (inputs_without_braces.check,)
"""The same, for rules about how a runbook is written: once it is filled in, nothing of it is left."""

SMELLS: tuple[Rule, ...] = (
    limits_above_expectations.check,
    payers_asked_to_pay.check,
    receipts_to_debtors.check,
    trial_names.check,
    spoilt_ids.check,
    filters_that_exclude_each_other.check,
    languages_of_templates.check,
    repeated_steps.check,
    values_that_ask_for_more.check,
)
"""Rules that see only steps and audiences without any fault: of the others, what is meant is not known."""

SMELLS_OF_CONDITIONS: tuple[ConditionRule, ...] = (overlapping_steps.check,)
"""The same, for rules that see the parsed conditions."""

SMELLS_AS_WRITTEN: tuple[Rule, ...] = (
    unused_inputs.check,
    unused_audiences.check,
    customers_in_the_file.check,
    defaults_that_choose_people.check,
    repeated_filters.check,
    references_as_texts.check,
)
"""Rules about how a runbook is written; they see it whole, without any fault, and before it is filled in."""

MOST = 1_000
"""More findings than this of one kind have one cause: a program wrote the file."""


def check(parts: Parts) -> Iterator[Fault]:
    """Run every rule that says what is wrong."""
    for rule in RULES:
        yield from rule(parts)


def check_as_written(parts: Parts) -> Iterator[Fault]:
    """Run every rule that says what is written wrong."""
    for rule in RULES_AS_WRITTEN:
        yield from rule(parts)


def smells(parts: Parts, conditions: Mapping[Path, Condition]) -> Iterator[Fault]:
    """Run every rule that says what looks wrong: on parts without faults, and again when these are filled."""
    for rule in SMELLS:
        yield from _first(rule(parts))
    for over_conditions in SMELLS_OF_CONDITIONS:
        yield from _first(over_conditions(parts, conditions))


def smells_as_written(parts: Parts) -> Iterator[Fault]:
    """Run every rule about how a sound runbook is written."""
    for rule in SMELLS_AS_WRITTEN:
        yield from _first(rule(parts))


def _first(found: Iterator[Fault]) -> Iterator[Fault]:
    """Give what a rule finds first; the last of it says where there is more."""
    for number, fault in enumerate(islice(found, MOST), 1):
        is_cut = number == MOST and next(found, None) is not None
        more = f"{fault.help} And more like this, which are not shown."
        yield replace(fault, help=more) if is_cut else fault
