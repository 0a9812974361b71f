"""Conditions of one sort are read once, and come out as if each had been read by itself."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runbook.answers.truths import nodes_of
from engine.runbook.expressions.fault import Scope
from engine.runbook.expressions.parse import parse
from engine.runbook.expressions.sorts import Sorts
from tests.unit.runbook.expressions.scopes import INPUTS

NAMES = (
    "a",
    "bb",
    "and",
    "true",
    "in_x",
    "failed",
    "not",
    "none",
    "steps",
    "inputs",
    "own",
    "later",
    "_x",
    "aB",
)
STEPS = {name: place for place, name in enumerate(NAMES)}
SCOPES = tuple(Scope(INPUTS, STEPS, STEPS["own"], own) for own in (None, "own"))

_names = st.sampled_from((*NAMES, "nobody"))
_values = st.sampled_from(
    [
        *("steps.a.failed", "steps . a . matched", "steps.a.status", "steps.a.nothing", "steps.a"),
        *("inputs.cap", "inputs.broken", "failed", "5", "-3", "'partial'", "'steps.a.b'", "[1, 2]", "true"),
    ]
)
_claims = st.one_of(
    st.tuples(_values, st.sampled_from(("==", "<", "in", "-", "and")), _values).map(" ".join),
    st.tuples(_values, _values, _values).map(" < ".join),
    _values.map("{} is known".format),
)
_conditions = st.lists(_claims, min_size=1, max_size=3).map(" or not ".join)


def _renamed(text: str, names: list[str]) -> str:
    """Write other names of steps into a text."""
    left = iter(names * len(text))
    return re.sub(r"(?<=steps\.)\w+", lambda _: next(left), text)


@given(_conditions, st.lists(st.lists(_names, min_size=1, max_size=4), max_size=6), st.sampled_from(SCOPES))
def test_each_is_as_if_read_by_itself(text: str, renamings: list[list[str]], scope: Scope) -> None:
    """Tree, places and findings, whatever was read before."""
    sorts = Sorts()
    for each in (text, *(_renamed(text, names) for names in renamings)):
        # Nodes are equal wherever they stand; what shows them in full tells the places, too.
        assert repr(sorts.parse(each, scope)) == repr(parse(each, scope))


@pytest.mark.parametrize(("sound", "wrong"), [("steps", "later"), ("inputs", "nobody")])
def test_what_only_the_name_makes_wrong_is_found(sound: str, wrong: str) -> None:
    """A later step, an unknown one."""
    sorts = Sorts()
    assert not sorts.parse(f"steps.{sound}.failed > 0", SCOPES[1])[1]
    text = f"steps.{wrong}.failed > 0"
    assert sorts.parse(text, SCOPES[1]) == parse(text, SCOPES[1])
    assert sorts.parse(text, SCOPES[1])[1]


def test_no_part_is_shared() -> None:
    """What a survey notes of a comparison it notes of that very one, by its identity."""
    sorts = Sorts()
    conditions = [
        sorts.parse(f"inputs.cap > 1 and steps.{name}.ran", SCOPES[0])[0] for name in ("and", "not")
    ]
    parts = [id(part) for each in conditions if each for part in nodes_of(each.tree)]
    assert len(parts) == len({*parts}) == 10


def test_a_text_in_quotes_names_no_step() -> None:
    """What looks like the name of a step there is a part of the text."""
    sorts = Sorts()
    for text in ("inputs.branch == 'steps.a.b'", "inputs.branch == 'steps.bb.b'"):
        assert sorts.parse(text, SCOPES[0]) == parse(text, SCOPES[0])


def test_bare_fields_are_those_of_the_step_itself() -> None:
    """A criterion that was read for one step is another step's own for that one."""
    sorts = Sorts()
    for own in ("a", "bb"):
        condition, _ = sorts.parse("failed <= 5", Scope(INPUTS, STEPS, STEPS[own], own))
        assert condition is not None
        assert own in repr(condition)


def test_blanks_in_a_name_move_what_stands_behind_them() -> None:
    """A condition that has them is of no other's sort."""
    sorts = Sorts()
    for text in ("steps.a.failed > 0 and steps.a.ran",) * 3 + ("steps  .  a.failed > 0 and steps.a.ran",):
        assert repr(sorts.parse(text, SCOPES[0])) == repr(parse(text, SCOPES[0]))
