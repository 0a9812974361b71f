"""One test a rule of DESIGN, section 7: what a run does next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.machine import Ask, Facts, Finish, Halt, Send, Skip, Wait, decide, evolve, fold
from engine.record.condition import Arithmetic, Compare, Field, Literal, StepField
from engine.record.event import (
    Event,
    Overreached,
    Question,
    Resolution,
    RunCancelled,
    RunResumed,
    RunStarted,
    SendIntended,
    SendResolved,
    SendSettled,
    StepDecided,
    Verdict,
)
from engine.record.outcome import Outcome, RunStatus, SendStatus, StepStatus
from engine.record.plan import OnFailure, Program, Range, Retry
from tests.factories import (
    NOW,
    answering,
    compare,
    condition,
    drive,
    outcome,
    program,
    start,
    step,
)

TWO = program(step("remind"), step("sms", when=compare("remind", Field.STATUS, "==", "partial")))


def resume(planned: Program, events: list[Event], *more: Event) -> object:
    """Give the decision after some more events."""
    state = fold([*events, *more])
    return decide(planned, state, Facts(NOW + timedelta(hours=1)))


def test_a_step_without_a_condition_is_sent() -> None:
    """The first decision of a run is its first send, attempt 1."""
    assert decide(program(), start(), Facts(NOW)) == Send("remind", "remind/c1", 1)


@pytest.mark.parametrize(
    ("status", "expected"), [("partial", StepStatus.SUCCEEDED), ("succeeded", StepStatus.SKIPPED)]
)
def test_when_reads_the_result_of_an_earlier_step(status: str, expected: StepStatus) -> None:
    """A true condition sends, a false one skips and says why."""
    state, _, decision = drive(TWO, answering(outcome(status), outcome("succeeded")))
    assert decision == Finish()
    assert state.steps["sms"].status is expected


def test_a_skip_names_the_condition() -> None:
    """The reason of a skip holds the condition's text."""
    events: list[Event] = [RunStarted(NOW, "r"), SendIntended(NOW, "remind", "remind/c1", 1)]
    events.append(SendSettled(NOW, "remind", "remind/c1", 1, outcome("succeeded")))
    decision = decide(TWO, fold(events), Facts(NOW))
    assert decision == Skip("sms", "its condition is false: as the test says")


@pytest.mark.parametrize("status", ["succeeded", "partial", "no_match"])
def test_these_outcomes_alone_go_on(status: str) -> None:
    """Partial alone is no failure, and nobody matched is a normal result."""
    state, _, decision = drive(program(), answering(outcome(status)))
    assert decision == Finish()
    assert state.status is RunStatus.FINISHED


@pytest.mark.parametrize("status", ["failed", "rejected"])
@pytest.mark.parametrize(
    ("on_failure", "expected"),
    [
        (OnFailure.HALT, RunStatus.HALTED),
        (OnFailure.PAUSE, RunStatus.PAUSED),
        (OnFailure.CONTINUE, RunStatus.FINISHED),
    ],
)
def test_a_failed_step_does_what_on_failure_says(
    status: str, on_failure: OnFailure, expected: RunStatus
) -> None:
    """Failed and rejected steps have failed; on_failure decides."""
    state, _, _ = drive(program(step(on_failure=on_failure)), answering(outcome(status)))
    assert state.status is expected


def test_a_fatal_refusal_halts_whatever_on_failure_says() -> None:
    """401, 403 and an unknown campaign halt even where the runbook says continue."""
    planned = program(step(on_failure=OnFailure.CONTINUE))
    _, _, decision = drive(planned, answering(outcome("rejected", fatal=True)))
    assert isinstance(decision, Halt)
    assert not decision.final


@pytest.mark.parametrize(
    ("counts", "halts"), [((100, 96, 4), False), ((100, 95, 5), False), ((100, 94, 6), True)]
)
def test_a_success_criterion_that_is_false_is_a_failure(counts: tuple[int, int, int], halts: bool) -> None:
    """``failed_pct <= 5`` holds at 5 % and is broken at 6 %."""
    planned = program(step(success=[compare("remind", Field.FAILED_PCT, "<=", 5)]))
    status = "partial"
    _, _, decision = drive(planned, answering(outcome(status, counts)))
    assert isinstance(decision, Halt) == halts


@pytest.mark.parametrize(("matched", "halts"), [(99, True), (100, False), (400, False), (401, True)])
def test_a_broken_expect_is_a_failure(matched: int, halts: bool) -> None:
    """The range of ``expect`` is closed on both sides."""
    planned = program(step(expect=Range(100, 400)))
    _, _, decision = drive(planned, answering(outcome("succeeded", (matched, 50, 0))))
    assert isinstance(decision, Halt) == halts


def test_nobody_matched_breaks_an_expect_that_wants_somebody() -> None:
    """No match is an answer: nobody. A reviewer who expected a hundred is told."""
    _, _, decision = drive(program(step(expect=Range(100, None))), answering(outcome("no_match")))
    assert isinstance(decision, Halt)


@pytest.mark.parametrize("status", ["not_sent", "sent_unknown"])
def test_expect_and_success_are_evaluated_only_on_an_answer_with_counts(status: str) -> None:
    """Without numbers neither can be broken."""
    planned = program(step(expect=Range(100, None), success=[compare("remind", Field.INITIATED, ">", 1)]))
    state, _, decision = drive(
        replace(planned, steps=(replace(planned.steps[0], retry=Retry(1, 30)),)),
        answering(outcome(status)),
    )
    assert not isinstance(decision, Halt)
    assert state.steps["remind"].status.value == status


def test_a_skipped_step_is_not_judged() -> None:
    """``success`` of a skipped step is never evaluated, though its zeros would break it."""
    never = compare("remind", Field.STATUS, "==", "rejected")
    bad = compare("sms", Field.INITIATED, ">", 0)
    planned = program(step("remind"), step("sms", when=never, success=[bad]))
    _, _, decision = drive(planned, answering(outcome("succeeded")))
    assert decision == Finish()


def test_a_send_that_did_not_leave_is_tried_again_after_a_pause() -> None:
    """Not sent is a wait, then the next attempt."""
    state, events, decision = drive(program(), answering(outcome("not_sent"), outcome("succeeded")))
    assert decision == Finish()
    assert [event.attempt for event in events if isinstance(event, SendIntended)] == [1, 2]
    assert state.steps["remind"].status is StepStatus.SUCCEEDED


def test_spent_retries_pause_the_run() -> None:
    """Three attempts, then a person."""
    answers = answering(*[outcome("not_sent")] * 3)
    state, events, decision = drive(program(), answers)
    assert isinstance(decision, Ask)
    assert decision.question is Question.RETRIES_SPENT
    assert state.status is RunStatus.PAUSED
    assert sum(isinstance(event, SendIntended) for event in events) == 3


def test_within_ends_the_retries_early() -> None:
    """``within`` counts from the first attempt: no try begins after it."""
    planned = program(step(retry=Retry(attempts=10, within_s=3)))
    _, events, decision = drive(planned, lambda _: outcome("not_sent"))
    tries = [event.at for event in events if isinstance(event, SendIntended)]
    assert isinstance(decision, Ask)
    assert 1 < len(tries) < 10
    assert tries[-1] - tries[0] <= timedelta(seconds=3)


def test_retry_after_is_honoured() -> None:
    """The API's instant wins over a shorter pause of our own."""
    later = Outcome(SendStatus.NOT_SENT, reason="429", retry_at=NOW + timedelta(seconds=20))
    _, events, _ = drive(program(), answering(later, outcome("succeeded")))
    tries = [event.at for event in events if isinstance(event, SendIntended)]
    assert tries[1] - tries[0] >= timedelta(seconds=20)


@pytest.mark.parametrize(("back_s", "waits"), [(0, True), (9, True), (11, False), (3600, False)])
def test_a_date_that_was_set_back_makes_nobody_wait_longer_than_within(back_s: int, waits: bool) -> None:
    """A process that is dead began a wait of 20 s; by the date of the next one it may end in an hour."""
    later = Outcome(SendStatus.NOT_SENT, reason="429", retry_at=NOW + timedelta(seconds=20))
    intended = SendIntended(NOW, "remind", "remind/c1", 1)
    state = fold([intended, SendSettled(NOW, "remind", "remind/c1", 1, later)], start())
    decision = decide(program(), state, Facts(NOW - timedelta(seconds=back_s)))
    assert isinstance(decision, Wait if waits else Send)


def test_retry_after_beyond_within_pauses_at_once() -> None:
    """More patience than ``retry.within`` has is a person's decision."""
    later = Outcome(SendStatus.NOT_SENT, reason="429", retry_at=NOW + timedelta(seconds=31))
    _, events, decision = drive(program(), answering(later))
    assert isinstance(decision, Ask)
    assert decision.question is Question.RETRY_LATER
    assert sum(isinstance(event, SendIntended) for event in events) == 1


def test_retry_after_beyond_within_pauses_after_a_date_that_was_set_back() -> None:
    """The first try began by a later date: that gives the round no more time."""
    early = NOW - timedelta(hours=1)
    later = Outcome(SendStatus.NOT_SENT, reason="429", retry_at=early + timedelta(seconds=31))
    intended = SendIntended(NOW, "remind", "remind/c1", 1)
    state = fold([intended, SendSettled(early, "remind", "remind/c1", 1, later)], start())
    decision = decide(program(), state, Facts(early))
    assert isinstance(decision, Ask)
    assert decision.question is Question.RETRY_LATER


def test_a_send_in_doubt_stops_the_run() -> None:
    """Nothing else is decided before the doubt is settled."""
    state, _, decision = drive(TWO, answering(outcome("in_doubt")))
    assert decision == Ask("remind", Question.DOUBT, "nobody knows whether it went out", "remind/c1")
    assert state.status is RunStatus.IN_DOUBT


def test_an_open_intent_is_a_doubt() -> None:
    """A log that ends in an intent reads as a doubt, never as a send to make."""
    state = fold([RunStarted(NOW, "r"), SendIntended(NOW, "remind", "remind/c1", 1)])
    decision = decide(TWO, state, Facts(NOW))
    assert isinstance(decision, Ask)
    assert decision.question is Question.DOUBT


@pytest.mark.parametrize("resolution", [Resolution.SENT, Resolution.NEVER_KNOWN])
def test_a_doubt_settled_as_sent_is_never_sent_again(resolution: Resolution) -> None:
    """Sent and never-known give ``sent_unknown``; the run goes on."""
    _, events, _ = drive(program(), answering(outcome("in_doubt")))
    resolved = SendResolved(NOW, "remind", "remind/c1", resolution, "saw it")
    assert resume(program(), events, resolved, RunResumed(NOW)) == Finish()


def test_only_not_sent_opens_a_new_attempt() -> None:
    """A person's *not sent* is the one way to a second request."""
    _, events, _ = drive(program(), answering(outcome("in_doubt")))
    resolved = SendResolved(NOW, "remind", "remind/c1", Resolution.NOT_SENT, "not in the logs")
    assert resume(program(), events, resolved, RunResumed(NOW)) == Send("remind", "remind/c1", 2)


def test_a_condition_on_unknown_numbers_pauses() -> None:
    """Nobody knows how many failed, so nobody knows whether to run."""
    planned = program(step("remind"), step("sms", when=compare("remind", Field.FAILED, ">", 3)))
    _, _, decision = drive(planned, answering(outcome("sent_unknown")))
    assert isinstance(decision, Ask)
    assert (decision.step, decision.question) == ("sms", Question.WHEN)
    assert decision.reason == (
        "what came of remind is not known, so you decide: send sms or skip it? (as the test says)"
    )


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [(Verdict.RUN, Send("sms", "sms/c1", 1)), (Verdict.SKIP, Skip("sms", "a person said so"))],
)
def test_a_person_decides_an_unknown_condition(verdict: Verdict, expected: object) -> None:
    """``decide --as run`` sends, ``--as skip`` skips."""
    planned = program(step("remind"), step("sms", when=compare("remind", Field.FAILED, ">", 3)))
    _, events, _ = drive(planned, answering(outcome("sent_unknown")))
    decided = StepDecided(NOW, "sms", verdict, "asked the vendor")
    assert resume(planned, events, decided, RunResumed(NOW)) == expected


def unknown_success() -> Program:
    """Give a program whose success divides by nobody."""
    share = Arithmetic("/", StepField("remind", Field.FAILED), Literal(0))
    return program(step(success=[condition(Compare("<", share, Literal(1)))]))


def test_a_success_that_stays_unknown_pauses() -> None:
    """A division by zero is unknown, and unknown is a person's business."""
    _, _, decision = drive(unknown_success(), answering(outcome("succeeded")))
    assert isinstance(decision, Ask)
    assert decision.question is Question.SUCCESS


@pytest.mark.parametrize(("verdict", "expected"), [(Verdict.OK, Finish), (Verdict.FAILED, Halt)])
def test_a_person_decides_an_unknown_success(verdict: Verdict, expected: type) -> None:
    """``decide --as ok`` goes on, ``--as failed`` fails the step."""
    _, events, _ = drive(unknown_success(), answering(outcome("succeeded")))
    decided = StepDecided(NOW, "remind", verdict, "looked")
    assert isinstance(resume(unknown_success(), events, decided, RunResumed(NOW)), expected)


def test_a_false_criterion_fails_a_step_whose_other_criterion_is_unknown() -> None:
    """One broken promise is enough; the unknown one cannot mend it."""
    (one,) = unknown_success().steps
    broken = compare("remind", Field.INITIATED, ">", 1_000)
    planned = program(replace(one, success=(*one.success, broken)))
    _, _, decision = drive(planned, answering(outcome("succeeded")))
    assert isinstance(decision, Halt)


@pytest.mark.parametrize("on_failure", [OnFailure.HALT, OnFailure.PAUSE])
def test_resume_tries_a_rejected_step_again(on_failure: OnFailure) -> None:
    """The same request under the next attempt; a fresh round of retries."""
    planned = program(step(on_failure=on_failure))
    _, events, _ = drive(planned, answering(outcome("rejected")))
    assert resume(planned, events, RunResumed(NOW)) == Send("remind", "remind/c1", 2)


def test_resume_after_a_crash_sends_nothing_of_a_concluded_step() -> None:
    """A rejected step that the runbook passed over stays passed over: the run stood at no step."""
    planned = program(step("remind", on_failure=OnFailure.CONTINUE), step("sms"))
    events: list[Event] = [
        RunStarted(NOW, "r"),
        SendIntended(NOW, "remind", "remind/c1", 1),
        SendSettled(NOW, "remind", "remind/c1", 1, outcome("rejected")),
    ]
    assert resume(planned, events) == Send("sms", "sms/c1", 1)
    assert resume(planned, events, RunResumed(NOW)) == Send("sms", "sms/c1", 1)


def test_a_stop_at_the_next_step_does_not_reopen_the_one_before() -> None:
    """Whether to run the SMS was asked; the rejected reminder before it was not in question."""
    unknown = compare("first", Field.FAILED, ">", 3)
    planned = program(step("first"), step("remind", on_failure=OnFailure.CONTINUE), step("sms", when=unknown))
    _, events, decision = drive(planned, answering(outcome("in_doubt")))
    assert isinstance(decision, Ask)
    resolved = SendResolved(NOW, "first", "first/c1", Resolution.SENT, "seen")
    _, events, decision = drive(planned, answering(outcome("rejected")), [*events, resolved, RunResumed(NOW)])
    assert isinstance(decision, Ask)
    assert decision.question is Question.WHEN
    decided = StepDecided(NOW, "sms", Verdict.RUN, "asked")
    assert resume(planned, events, decided, RunResumed(NOW)) == Send("sms", "sms/c1", 1)


def test_resume_after_spent_retries_begins_a_new_round() -> None:
    """Three more attempts, numbered on."""
    _, events, _ = drive(program(), answering(*[outcome("not_sent")] * 3))
    events.append(RunResumed(NOW + timedelta(hours=1)))
    _, events, _ = drive(program(), answering(*[outcome("not_sent")] * 3), events)
    attempts = [event.attempt for event in events if isinstance(event, SendIntended)]
    assert attempts == [1, 2, 3, 4, 5, 6]


def test_resume_of_a_failed_step_halts_again() -> None:
    """What may have been sent is not sent again; only ``--accept`` goes on."""
    _, events, _ = drive(program(), answering(outcome("failed")))
    assert isinstance(resume(program(), events, RunResumed(NOW)), Halt)
    assert resume(program(), events, RunResumed(NOW, accept="known outage")) == Finish()


def test_resume_goes_on_behind_a_paused_failure() -> None:
    """``on_failure: pause`` asks a person to look; resuming is the answer."""
    planned = program(step(on_failure=OnFailure.PAUSE))
    _, events, _ = drive(planned, answering(outcome("failed")))
    assert resume(planned, events, RunResumed(NOW)) == Finish()


def test_overreach_halts_for_good() -> None:
    """Neither resume nor accept sends after the API took more than it was allowed."""
    events: list[Event] = [
        RunStarted(NOW, "r"),
        SendIntended(NOW, "remind", "remind/c1", 1),
        SendSettled(NOW, "remind", "remind/c1", 1, outcome("succeeded")),
        Overreached(NOW, "remind", "remind/c1"),
    ]
    for more in ([], [RunResumed(NOW)], [RunResumed(NOW, accept="never mind")]):
        decision = resume(TWO, events, *more)
        assert isinstance(decision, Halt)
        assert decision.final


def test_a_cancelled_run_does_nothing() -> None:
    """Cancelled is final."""
    assert decide(program(), evolve(start(), RunCancelled(NOW, "wrong list")), Facts(NOW)) == Finish()


def test_all_chunks_of_a_step_are_sent_in_order() -> None:
    """One decision a chunk."""
    planned = program(step(chunks=3))
    _, events, decision = drive(planned, lambda _: outcome("succeeded"))
    addresses = [event.address for event in events if isinstance(event, SendIntended)]
    assert addresses == ["remind/c1", "remind/c2", "remind/c3"]
    assert decision == Finish()


@pytest.mark.parametrize("status", ["failed", "rejected"])
def test_a_failed_or_rejected_chunk_ends_its_step(status: str) -> None:
    """The chunks behind it are not sent."""
    planned = program(step(chunks=3, on_failure=OnFailure.CONTINUE))
    _, events, _ = drive(planned, answering(outcome("succeeded"), outcome(status)))
    assert sum(isinstance(event, SendIntended) for event in events) == 2


def test_waits_are_the_same_whenever_they_are_asked_for() -> None:
    """Jitter comes from run, address and attempt: a resumed run waits for the same instant."""
    events: list[Event] = [
        RunStarted(NOW, "run-1"),
        SendIntended(NOW, "remind", "remind/c1", 1),
        SendSettled(NOW, "remind", "remind/c1", 1, outcome("not_sent")),
    ]
    first = decide(program(), fold(events), Facts(NOW))
    again = decide(program(), fold(events), Facts(NOW + timedelta(milliseconds=300)))
    other = decide(program(), fold([RunStarted(NOW, "run-2"), *events[1:]]), Facts(NOW))
    assert isinstance(first, Wait)
    assert first == again
    assert first != other
    assert timedelta(seconds=0.5) <= first.until - NOW <= timedelta(seconds=1)
