"""Properties of replay: a recorded run is decided again alike, a changed one as the machine decides."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.frozen import replace
from engine.machine import Send, decide, evolve, fold
from engine.machine.decide import Facts
from engine.record.condition import Compare, Condition, Field, Literal, StepField
from engine.record.event import Event, SendIntended, SendSettled
from engine.record.outcome import Counts, Outcome, SendStatus
from engine.record.plan import PlannedStep, Program
from engine.refusal import Refusal
from engine.replay.moves import Kind, Move, decided_move, planned
from engine.replay.play import Replayed, replay
from engine.replay.whatif import suppose
from engine.runlog import lock
from tests.factories import NOW, drive, events_of, start, step
from tests.properties.processes import Store
from tests.properties.programs import LIMIT, outcomes, programs
from tests.properties.schedules import Schedule
from tests.properties.test_machine import story
from tests.replays import decided_otherwise

SCHEDULES = 60


def recorded(program: Program, events: Sequence[Event]) -> list[Event]:
    """Give events as the gate writes them: with the requests of the intents."""
    return [_with_request(program, each) if isinstance(each, SendIntended) else each for each in events]


def _with_request(program: Program, intent: SendIntended) -> SendIntended:
    send = planned(program, intent.step, intent.address)
    return replace(intent, request_hash=send.request.digest(), at_most=send.at_most)


def test_every_schedule_is_decided_again_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Crashes, resumes, words, stops, late answers: all of it is in the recording."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)
    store = Store(tmp_path)
    try:
        for seed in range(SCHEDULES):
            schedule = Schedule(store, seed).play()
            assert not [*decided_otherwise(schedule.look, schedule.known)], seed
    finally:
        store.database.close()


@given(programs(), st.data())
def test_any_program_is_decided_again_alike(program: Program, data: st.DataObject) -> None:
    """With any answers, and a person who speaks a few times."""
    events = recorded(program, story(data, program))
    again = replay(program, events)
    assert again.first_difference is None
    assert again.followed == len(again.recorded)
    assert again.ahead or again.unrecorded or again.state == fold(events)


# ---------------------------------------------------------------- another program


@given(programs(), programs(), st.data())
def test_another_program_is_decided_as_the_machine_does(
    program: Program, other: Program, data: st.DataObject
) -> None:
    """Driven with the same answers, and as far as there are any."""
    _, events, _ = drive(program, lambda _: data.draw(outcomes()), most=500)
    answers = {(each.address, each.attempt): each.outcome for each in events if isinstance(each, SendSettled)}
    moves, unrecorded = machine(other, answers)
    again = replay(other, recorded(program, events))
    assert courses(again) == [(move.course, move.reason) for move in moves]
    assert (again.unrecorded and again.unrecorded.move.address) == unrecorded


def courses(again: Replayed) -> list[tuple[object, str]]:
    """Give the moves but for their instants, and for waits."""
    moves = [made.move for made in again.made if made.move.kind is not Kind.WAIT]
    return [(move.course, move.reason) for move in moves]


def machine(program: Program, answers: Mapping[tuple[str, int], Outcome]) -> tuple[list[Move], str | None]:
    """Let the machine run on its own until it stands, or nobody knows an answer; give that address, too."""
    state, now, moves = start(), NOW, list[Move]()
    while state.status.value in ("running", "waiting"):
        decision = decide(program, state, Facts(now))
        if isinstance(decision, Send) and (decision.address, decision.attempt) not in answers:
            return moves, decision.address
        moves += [move] if (move := decided_move(program, decision)).kind is not Kind.WAIT else []
        for event in events_of(decision, now, lambda send: answers[send.address, send.attempt]):
            state, now = evolve(state, event), event.at
    return moves, None


@st.composite
def ladders(draw: st.DrawFn) -> tuple[Program, Program, str]:
    """A program whose steps each read how many of the first failed, and one of which a limit is moved."""
    program = draw(programs(simple=True, most_steps=1))
    first = replace(program.steps[0], success=(), expect_matched=None)
    limits = draw(st.lists(st.integers(0, LIMIT), min_size=1, max_size=4))
    moved = draw(st.integers(0, len(limits) - 1))
    others = [*limits[:moved], draw(st.integers(0, LIMIT)), *limits[moved + 1 :]]
    return _ladder(first, limits), _ladder(first, others), f"t{moved}"


def _ladder(first: PlannedStep, limits: Sequence[int]) -> Program:
    steps = [first]
    for number, limit in enumerate(limits):
        tree = Compare("<=", StepField(first.id, Field.FAILED), Literal(limit))
        when = Condition(f"steps.{first.id}.failed <= {limit}", tree)
        send = replace(first.sends[0], address=f"t{number}/c1")
        steps.append(replace(first, id=f"t{number}", sends=(send,), when=when))
    return Program(tuple(steps))


@given(ladders(), st.integers(0, LIMIT))
def test_a_moved_threshold_differs_in_that_step_alone(
    pair: tuple[Program, Program, str], failed: int
) -> None:
    """Exactly where the number lies between both; a step that was sent to has its answer recorded."""
    program, other, moved = pair
    counts = Counts(LIMIT, LIMIT, LIMIT - failed, failed, 1, 1 if failed else 0)
    status = SendStatus.PARTIAL if failed else SendStatus.SUCCEEDED
    good = Outcome(SendStatus.SUCCEEDED, Counts(LIMIT, LIMIT, LIMIT, 0, 1, 0))
    answer = replace(good, status=status, counts=counts)
    first = program.steps[0].id
    _, events, _ = drive(program, lambda send: answer if send.step == first else good)
    before, now = replay(program, recorded(program, events)), replay(other, recorded(program, events))
    limits = [_limit(each, moved) for each in (program, other)]
    kinds = [{made.move.step: made.move.kind for made in each.made} for each in (before, now)]
    was_sent, is_sent = (failed <= limit for limit in limits)
    differing = {step for step in kinds[1] if step and kinds[0].get(step) is not kinds[1][step]}
    assert differing == ({moved} if was_sent and not is_sent else set())
    assert (now.unrecorded is not None) is (is_sent and not was_sent)


def _limit(program: Program, step: str) -> int:
    when = program.steps[program.positions[step]].when
    assert when is not None
    return int(when.text.rpartition(" ")[2])


# ---------------------------------------------------------------- what if


@given(
    outcomes(),
    st.dictionaries(
        st.sampled_from(["matched", "selected", "initiated", "failed", "errors"]),
        st.integers(0, 2 * LIMIT),
        min_size=1,
    ),
)
def test_what_is_supposed_is_an_answer_that_the_api_can_give(answer: Outcome, said: dict[str, int]) -> None:
    """With the numbers that were said, or it is refused."""
    program = Program((step("s0", at_most=LIMIT),))
    _, events, _ = drive(program, lambda _: answer, most=500)
    try:
        supposed = suppose(program, recorded(program, events), [f"s0.{name}={n}" for name, n in said.items()])
    except Refusal:
        return
    (edit,) = supposed.edits
    counts = edit.after.counts
    assert counts is not None
    assert {name: number for name, number in counts.to_json().items() if name in said} == said
    assert counts.initiated + counts.failed == counts.selected <= min(counts.matched, LIMIT)
    status = {0: SendStatus.SUCCEEDED, counts.selected: SendStatus.FAILED}.get(
        counts.failed, SendStatus.PARTIAL
    )
    assert edit.after.status is (status if counts.selected else SendStatus.NO_MATCH)
    replay(program, supposed.events, supposed.supplied)
