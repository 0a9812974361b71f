import time
from typing import Any

import pytest

from engine.runbook.draft import read
from engine.runbook.fault import Fault
from engine.runbook.rules import input_choices, input_defaults, input_patterns
from engine.runbook.rules.input_choices import CHOICE
from engine.runbook.rules.input_defaults import DEFAULT
from engine.runbook.rules.input_patterns import PATTERN
from engine.runbook.rules.parts import Parts


def faults(**spec: Any) -> list[Fault]:  # noqa: ANN401 - any of an input's keys
    """What is wrong with an input called x."""
    parts = Parts({"inputs": {"x": spec}})
    rules = (input_patterns, input_choices, input_defaults)
    return [fault for rule in rules for fault in rule.check(parts)]


def codes(spec: str) -> list[str]:
    """The codes of the findings about a whole runbook with one input that is used."""
    text = f"""
format: runbook/v1
name: first
owner: ops
purpose: service
campaign: {{id: camp_demo}}
inputs:
  x: {spec}
steps:
  - {{id: a, channel: sms, template: t1, filters: everyone, limit: 5}}
"""
    return [each.kind.code for each in read(text.encode(), "a.yaml").diagnostics]


def test_a_pattern_that_cannot_be_read_hides_what_follows_from_it() -> None:
    """The default is not held against it."""
    (fault,) = faults(type="string", pattern="(?=a)", default="b")
    assert (fault.kind, fault.path) == (PATTERN, ("inputs", "x", "pattern"))


def test_a_default_that_does_not_fit_its_pattern_is_found() -> None:
    """All of it must fit."""
    (fault,) = faults(type="string", pattern="[a-z]+", default="b1")
    assert (fault.kind, fault.path) == (DEFAULT, ("inputs", "x", "default"))


@pytest.mark.parametrize("pattern", ["(a+)+$", "([A-Za-z0-9]+-?)+"])
def test_a_pattern_never_keeps_a_check_waiting(pattern: str) -> None:
    """A backtracking engine would try each way to split the default."""
    begun = time.monotonic()
    (fault,) = faults(type="string", pattern=pattern, default="a" * 60 + "!")
    assert fault.kind is DEFAULT
    assert time.monotonic() - begun < 1


def test_a_choice_of_a_date_is_a_day_of_the_calendar() -> None:
    """Its form alone does not make it one."""
    (fault,) = faults(type="date", choices=["2026-02-28", "2026-02-30"], default="2026-02-28")
    assert (fault.kind, fault.path) == (CHOICE, ("inputs", "x", "choices", 1))


@pytest.mark.parametrize("default", ["today", "+3d", "-2d"])
def test_a_relative_date_is_not_held_against_choices(default: str) -> None:
    """Which day it is shows when the runbook is planned."""
    assert faults(type="date", default=default, choices=["2026-03-01"]) == []


def test_a_written_date_is_held_against_choices() -> None:
    """It is the same on every day."""
    (fault,) = faults(type="date", default="2026-03-02", choices=["2026-03-01"])
    assert fault.kind is DEFAULT


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("{type: list, default: [2026-03-01]}", ["RB031"]),
        ("{type: date, choices: [2026-03-01, '2026-03-02'], default: '2026-03-05'}", ["RB031"]),
        ("{type: string, choices: [yes, 'no'], default: maybe}", ["RB030"]),
        ("{type: list, default: [a, ~], choices: [a]}", ["RB110"]),
    ],
)
def test_what_is_at_fault_already_has_no_consequences(spec: str, found: list[str]) -> None:
    """A list that lost an item is not judged by what is left."""
    assert codes(spec) == found
