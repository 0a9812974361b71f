"""Properties of the machine: resuming is starting, and everything ends."""

from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from engine.machine import Ask, Facts, Finish, Halt, Send, Wait, decide, evolve, fold
from engine.record.event import (
    Event,
    Question,
    Resolution,
    RunResumed,
    RunStarted,
    SendIntended,
    SendResolved,
    SendSettled,
    StepDecided,
    Verdict,
)
from engine.record.outcome import Outcome, SendStatus
from engine.record.plan import Program
from engine.record.state import RunState
from tests.factories import NOW, drive, events_of
from tests.properties.programs import outcomes, programs


def a_person(data: st.DataObject, decision: Ask | Halt) -> list[Event]:
    """Say something that lets the run go on, if anything does."""
    at = NOW + timedelta(hours=1)
    accept = data.draw(st.sampled_from([None, "seen"]))
    match decision:
        case Halt():
            return [RunResumed(at, accept)]
        case Ask(step=step, question=Question.DOUBT, address=address) if address:
            resolution = data.draw(st.sampled_from(Resolution))
            return [SendResolved(at, step, address, resolution, "said"), RunResumed(at)]
        case Ask(step=step, question=Question.WHEN):
            verdict = data.draw(st.sampled_from([Verdict.RUN, Verdict.SKIP]))
            return [StepDecided(at, step, verdict, "said"), RunResumed(at)]
        case Ask(step=step, question=Question.SUCCESS):
            verdict = data.draw(st.sampled_from([Verdict.OK, Verdict.FAILED]))
            return [StepDecided(at, step, verdict, "said"), RunResumed(at)]
        case _:
            return [RunResumed(at, accept)]


def story(data: st.DataObject, program: Program, *, words: int = 8) -> list[Event]:
    """Play a run with random answers and a person who speaks a few times."""
    events: list[Event] = [RunStarted(NOW, "run-1")]
    for _ in range(words):
        _, events, decision = drive(program, lambda _: data.draw(outcomes()), events, most=500)
        if isinstance(decision, Finish):
            break
        assert isinstance(decision, Ask | Halt)
        events += a_person(data, decision)
    return events


@given(programs(), st.data())
def test_a_run_that_crashed_and_was_resumed_is_the_run_that_was_not(
    program: Program, data: st.DataObject
) -> None:
    """Cut between any two events but behind an intent, resume: the same requests, the same end."""
    answers: dict[tuple[str, int], Outcome] = {}

    def answer(send: Send) -> Outcome:
        return answers.setdefault((send.address, send.attempt), data.draw(outcomes()))

    whole, events, decision = drive(program, answer, most=500)
    cut = data.draw(st.integers(1, len(events) - 1))
    assume(not isinstance(events[cut - 1], SendIntended))
    rest = [*events[:cut], RunResumed(events[cut - 1].at)]
    resumed, again, decision_again = drive(program, answer, rest, most=500)
    assert sent(again) == sent(events)
    assert decision_again == decision
    assert settled_statuses(resumed) == settled_statuses(whole)


def sent(events: list[Event]) -> list[tuple[str, int]]:
    """List the requests in their order."""
    return [(event.address, event.attempt) for event in events if isinstance(event, SendIntended)]


def settled_statuses(state: RunState) -> dict[str, str]:
    """Give how each step stands."""
    return {name: step.status.value for name, step in state.steps.items()}


@given(programs(), st.data())
def test_folding_on_is_folding_the_whole(program: Program, data: st.DataObject) -> None:
    """A state carries all that later events need: folding may stop anywhere and go on."""
    events = story(data, program)
    cut = data.draw(st.integers(0, len(events)))
    halfway = fold(events[:cut])
    assert fold(events[cut:], halfway) == fold(events)


@given(programs(), st.data())
def test_every_run_ends_or_stands_in_a_named_state(program: Program, data: st.DataObject) -> None:
    """Without a person, the machine comes to an end after boundedly many decisions."""
    state, events, decision = drive(program, lambda _: data.draw(outcomes()), most=500)
    assert isinstance(decision, Ask | Halt | Finish)
    sends = sum(isinstance(event, SendIntended) for event in events)
    assert sends <= sum(step.retry.attempts for step in program.steps)
    assert state.status.value in {"finished", "halted", "paused", "in_doubt"}


@given(programs(), st.data())
def test_no_address_is_accepted_twice(program: Program, data: st.DataObject) -> None:
    """Whatever a person says but *not sent*, an address that may have gone out is never sent again."""
    events = story(data, program)
    maybe_out: set[str] = set()
    for event in events:
        match event:
            case SendIntended(address=address):
                assert address not in maybe_out
                maybe_out.add(address)
            case SendSettled(address=address, outcome=Outcome(status=status)):
                if status in (SendStatus.NOT_SENT, SendStatus.REJECTED):
                    maybe_out.discard(address)
            case SendResolved(address=address, resolution=Resolution.NOT_SENT):
                maybe_out.discard(address)


@given(programs(), st.data())
def test_a_crash_after_any_event_never_sends_a_doubt_again(program: Program, data: st.DataObject) -> None:
    """Cut anywhere: a log that ends in an open intent makes the machine ask, never send."""
    events = story(data, program)
    cut = data.draw(st.integers(1, len(events)))
    state: RunState = fold(events[:cut])
    if isinstance(events[cut - 1], SendIntended):
        decision = decide(program, state, Facts(NOW))
        assert isinstance(decision, Ask)
        assert decision.question is Question.DOUBT


@given(programs(), st.data())
def test_evolve_takes_what_decide_gives(program: Program, data: st.DataObject) -> None:
    """Every decision's events can be applied, and the messages add up to the answers."""
    events = story(data, program)
    state = fold(events)
    settled = [event.outcome.counts for event in events if isinstance(event, SendSettled)]
    assert state.initiated == sum(counts.initiated for counts in settled if counts)
    for event in events_of(decide(program, state, Facts(NOW)), NOW, lambda _: data.draw(outcomes())):
        state = evolve(state, event)


@given(programs(), st.data())
def test_time_changes_nothing_but_whether_to_wait(program: Program, data: st.DataObject) -> None:
    """So the gate's decision on an outcome holds for the loop, which comes later."""
    events = story(data, program)
    state = fold(events[: data.draw(st.integers(1, len(events)))])
    later = NOW + timedelta(seconds=data.draw(st.integers(0, 7200)))
    decision = decide(program, state, Facts(NOW))
    assert isinstance(decision, Wait) or decide(program, state, Facts(later)) == decision
