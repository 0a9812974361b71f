"""What a scenario comes to is the same whatever the numbers are that it does not state."""

import itertools
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from engine.record.condition import (
    NUMBERS,
    Arithmetic,
    Compare,
    Field,
    Known,
    Literal,
    Logic,
    Node,
    StepField,
)
from engine.record.outcome import Counts, Outcome, SendStatus
from engine.record.plan import OnFailure, PlannedStep, Program, Range
from engine.scenario.check import START, Desk
from engine.scenario.outcomes import COUNTED, Stated
from engine.scenario.play import Answer, Played, play
from tests.factories import step
from tests.properties.programs import conditions, texts

MOST = 6
"""The highest number that is tried, above most with which conditions compare."""

on_its_numbers = conditions(["one"], simple=False)
limits = st.none() | st.integers(1, MOST)
ranges = st.none() | st.builds(Range, st.none() | st.integers(1, 3), st.none() | st.integers(3, MOST))
shares = st.sampled_from([0, 12.5, 25, 50, 60, 100])
SELECTED, ERRORS = StepField("one", Field.SELECTED), StepField("one", Field.ERRORS)
MORE_THAN_3 = Compare(">", SELECTED, Literal(3))
NONE_FAILED = Stated(SendStatus.SUCCEEDED, {Field.FAILED_PCT: 0})
ALL_FAILED = Stated(SendStatus.FAILED, {Field.INITIATED: 0, Field.FAILED_PCT: 100})
TOO_MANY = Stated(SendStatus.SUCCEEDED, {Field.FAILED_PCT: 0}, overreached=True)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Two steps; what becomes of them rests on the numbers of the first."""
    first = step(
        "one",
        at_most=draw(limits),
        success=draw(st.lists(on_its_numbers, max_size=2)),
        expect=draw(ranges),
        on_failure=draw(st.sampled_from(OnFailure)),
    )
    return Program((first, step("two", when=draw(on_its_numbers))))


def whether(tree: Node) -> Program:
    """Make a program whose second step goes by a condition."""
    return Program((step("one", on_failure=OnFailure.CONTINUE), step("two", when=texts(tree))))


@st.composite
def outcomes(draw: st.DrawFn) -> Stated:
    """An outcome that states any numbers, whether they go together or not."""
    status = draw(st.sampled_from(sorted(COUNTED)))
    names = draw(st.sets(st.sampled_from(sorted(NUMBERS)), max_size=3))
    said = {name: draw(shares if name is Field.FAILED_PCT else st.integers(0, MOST)) for name in names}
    overreached = status is not SendStatus.FAILED and draw(st.integers(0, 5)) == 0
    return Stated(status, said, overreached=overreached)


def completed(stated: Stated, limit: int | None, promised: Range | None) -> list[Counts]:
    """Give all numbers with which the API can answer so; those that keep the promise where there are such."""
    found = [
        counts
        for counts in _answers(stated.status)
        if all(_is(counts, name, value) for name, value in stated.numbers.items())
        and (limit is not None and counts.selected > limit) is stated.overreached
    ]
    return [counts for counts in found if promised and promised.holds(counts.matched)] or found


def _answers(status: SendStatus) -> Iterator[Counts]:
    some = range(MOST + 1)
    for matched, went, failed, errors, batches in itertools.product(some, some, some, range(3), (1, 2)):
        came_to = SendStatus.PARTIAL if went and failed else SendStatus.FAILED
        if 0 < went + failed <= matched and (came_to if failed else SendStatus.SUCCEEDED) is status:
            yield Counts(matched, went + failed, went, failed, batches, max(errors, int(failed > 0)))


def _is(counts: Counts, name: Field, value: float) -> bool:
    if name is Field.FAILED_PCT:
        return Fraction(str(value)) == Fraction(100 * counts.failed, counts.selected)
    return bool(value == counts.to_json()[name.value])


def told(played: Played, made_up: frozenset[Field]) -> object:
    """Give all that a scenario can expect of what came."""
    statuses = [played.step(each.id).status for each in played.program.steps]
    messages = None if Field.INITIATED in made_up else played.state.initiated
    return statuses, played.requests, played.exit_code, played.reasons, messages


def _as_said(answer: Answer, desk: Desk, about: PlannedStep, *rest: Any) -> Answer:  # noqa: ANN401  (passed on)
    return answer if about.id == "one" else desk.answer(about, *rest)


@given(programs(), outcomes())
@example(whether(MORE_THAN_3), NONE_FAILED)
@example(whether(MORE_THAN_3), ALL_FAILED)
@example(whether(MORE_THAN_3), TOO_MANY)
@example(whether(Compare(">", ERRORS, Literal(0))), Stated())
@example(whether(Compare(">", Arithmetic("/", Literal(1), ERRORS), Literal(0))), Stated())
@example(whether(Logic("and", Known(SELECTED), MORE_THAN_3)), Stated())
def test_what_is_not_stated_decides_nothing(program: Program, stated: Stated) -> None:
    """Where nothing hangs, every answer that fits what is stated leads to the same, for the same reasons."""
    desk = Desk({"one": (stated,), "two": (Stated(SendStatus.NO_MATCH),)})
    came = play(program, desk.answer, START)
    first = program.steps[0]
    possible = completed(stated, first.sends[0].at_most, first.expect_matched)
    if desk.faults:
        assert not possible
    elif not came.hangs:
        made_up, usual = came.made_up["one"], came.answered[0][1]
        for counts in possible:
            answer = Outcome(usual.status, counts, usual.reason, overreached=usual.overreached), made_up
            other = play(program, partial(_as_said, answer, desk), START)
            assert told(other, made_up) == told(came, made_up)
