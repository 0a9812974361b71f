"""Sets of truths: joined member by member, as single truths are."""

from itertools import product

import pytest

from engine.record.condition import UNKNOWN, Literal, Logic, Not, Truth
from engine.runbook.answers.truths import FALSE, OPEN, TRUE, Truths, joined, negated
from engine.runbook.expressions.evaluate import evaluate

MEMBERS: dict[Truths, Truth] = {TRUE: True, FALSE: False, OPEN: UNKNOWN}
SETS = range(1, 8)


def members(truths: Truths) -> set[Truth]:
    """Give the members of a set."""
    return {truth for member, truth in MEMBERS.items() if truths & member}


@pytest.mark.parametrize("op", ["and", "or"])
def test_joining_is_joining_each_with_each(op: str) -> None:
    """Every pair of members gives what the evaluator makes of it, and nothing else is in the set."""
    for left, right in product(SETS, SETS):
        pairs = product(members(left), members(right))
        expected = {evaluate(Logic(op, Literal(a), Literal(b)), {}, never) for a, b in pairs}  # type: ignore[arg-type]
        assert members(joined(op, left, right)) == expected, (left, right)


def test_turning_round_is_turning_each_round() -> None:
    """Unknown stays unknown."""
    for truths in SETS:
        expected = {evaluate(Not(Literal(truth)), {}, never) for truth in members(truths)}
        assert members(negated(truths)) == expected


def never(step: str, name: object) -> Truth:
    """Read nothing."""
    raise AssertionError((step, name))
