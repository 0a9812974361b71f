"""When two steps cannot both send: never concluded wrongly, and concluded where it is plain."""

from itertools import product

import pytest

from engine.record.condition import Condition, Field, Value
from engine.runbook.expressions.endings import STATUSES
from engine.runbook.expressions.evaluate import evaluate
from engine.runbook.rules.exclusion import never_both
from tests.unit.runbook.expressions.scopes import tree_of

NOBODY = {"skipped", "not_sent", "rejected", "no_match"}
CONDITIONS = [
    "steps.remind.status == 'partial'",
    "steps.remind.status != 'partial'",
    "steps.remind.status in ['partial', 'failed']",
    "steps.remind.status not in ['partial', 'failed']",
    "not (steps.remind.status == 'failed' or steps.remind.ran)",
    "steps.remind.status in ['not_sent', 'rejected']",
    "steps.remind.status in ['failed', 'rejected']",
    "steps.remind.ran and steps.remind.failed > 2",
    "not steps.remind.ran",
    "steps.remind.ran == false",
    "steps.remind.failed <= 2",
    "2 >= steps.remind.failed",
    "steps.remind.failed < 2 or steps.remind.failed > 2",
    "steps.remind.failed == 2",
    "steps.remind.failed != 2",
    "steps.remind.failed >= 2 and steps.remind.failed < 3",
    "steps.remind.selected == 0",
    "steps.remind.matched < 1",
    "steps.remind.selected <= 1",
    "inputs.city == 'pune'",
    "inputs.city == 'mumbai' and steps.remind.failed > 0",
    "inputs.strict",
    "not inputs.strict",
    "inputs.day < '2026-03-01'",
    "inputs.day >= '2026-03-01'",
]
WORLDS = [
    (status, failed, city, strict)
    for status, failed, city, strict in product(
        sorted(STATUSES), (0, 1, 2, 3), ("pune", "mumbai"), (True, False)
    )
    if failed == 0 or status in {"partial", "failed"}
]


def holds(text: str, world: tuple[str, int, str, bool], day: str) -> bool:
    """Say whether a condition holds where a step came to this."""
    status, failed, city, strict = world
    messaged = status not in NOBODY
    numbers = {Field.FAILED: failed, Field.SELECTED: 3 * messaged, Field.MATCHED: 3 * messaged}
    known: dict[Field, Value] = {
        **numbers,
        Field.STATUS: status,
        Field.RAN: status not in {"skipped", "not_sent"},
    }
    inputs: dict[str, Value] = {"city": city, "strict": strict, "day": day}
    return evaluate(tree_of(text), inputs, lambda _, name: known[name]) is True


def both(one: str, other: str) -> bool:
    """Say whether there is a world in which the step and both of these can send."""
    return any(
        world[0] not in NOBODY and holds(one, world, day) and holds(other, world, day)
        for world in WORLDS
        for day in ("2026-02-01", "2026-03-01")
    )


def excluded(one: str, other: str, earlier: str = "own") -> bool:
    """Say what the rule concludes of two conditions."""
    return never_both(earlier, *(Condition(text, tree_of(text)) for text in (one, other)))


@pytest.mark.parametrize("one", CONDITIONS)
def test_it_is_never_concluded_wrongly(one: str) -> None:
    """Whenever it says so, no answer lets both send."""
    wrong = [other for other in CONDITIONS if excluded(one, other, "remind") and both(one, other)]
    assert wrong == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("steps.remind.status == 'partial'", "steps.remind.status != 'partial'"),
        ("steps.remind.status == 'partial'", "not (steps.remind.status == 'partial')"),
        ("steps.remind.status in ['partial']", "steps.remind.status == 'failed' and inputs.strict"),
        ("steps.remind.failed_pct > 10", "steps.remind.failed_pct <= 10"),
        ("10 < steps.remind.failed_pct", "steps.remind.failed_pct < 5"),
        ("steps.remind.ran", "not steps.remind.ran"),
        ("inputs.city == 'pune'", "inputs.city == 'mumbai'"),
        ("not (inputs.strict or inputs.cap > 3)", "inputs.strict"),
    ],
)
def test_what_is_plain_is_concluded(one: str, other: str) -> None:
    """In either order."""
    assert excluded(one, other)
    assert excluded(other, one)


@pytest.mark.parametrize(
    "second_try",
    [
        "steps.remind.status in ['not_sent', 'rejected']",
        "steps.remind.status == 'skipped'",
        "not steps.remind.ran",
        "steps.remind.ran == false",
        "steps.remind.selected == 0",
        "steps.remind.matched < 1",
    ],
)
def test_a_second_try_repeats_nothing(second_try: str) -> None:
    """It runs only where the first reached nobody; without the first's own condition."""
    condition = Condition(second_try, tree_of(second_try))
    assert never_both("remind", None, condition)
    assert not never_both("cool_off", None, condition)


def test_a_step_without_condition_excludes_nothing() -> None:
    """Whatever the earlier one says."""
    assert not never_both("remind", Condition("", tree_of("inputs.strict")), None)
