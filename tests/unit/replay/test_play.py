"""The machine along a recording: the same decisions, and where it goes a way of its own."""

from datetime import timedelta

import pytest

from engine.frozen import replace
from engine.record.event import (
    Erased,
    Event,
    LateAnswer,
    Reconciled,
    RunCancelled,
    RunFinished,
    RunHalted,
    RunPaused,
    SendIntended,
    SendSettled,
    StepSkipped,
    WaitStarted,
)
from engine.record.outcome import Outcome, SendStatus
from engine.refusal import Refusal
from engine.replay.compare import Comparison
from tests.factories import NOW, outcome
from tests.unit.replay.conftest import RUNBOOK, Records, decided_again, events_of
from tests.unit.runner.fakes import Answer, Desk, Died, after_leaving

SOME_FAILED = outcome("partial", (1200, 970, 30))
HALF_FAILED = outcome("partial", (1200, 400, 600))
PAUSING = RUNBOOK.replace("limit: 1000,", "limit: 1000, on_failure: pause,")
UNKNOWN = outcome("in_doubt")
THIRD = "  - {id: c, channel: sms, template: tplC, filters: {language: hindi}, limit: 100}\n"


def kinds(compared: Comparison) -> list[str]:
    """Give what is decided now, in order, each with its step."""
    return [f"{made.move.kind.value} {made.move.step or ''}".strip() for made in compared.now.made]


@pytest.mark.parametrize(
    ("answers", "decided"),
    [
        ((), ["send a", "send b", "finish"]),
        ((SOME_FAILED,), ["send a", "skip b", "finish"]),
        ((HALF_FAILED,), ["send a", "halt a"]),
        ((UNKNOWN,), ["send a", "ask a"]),
        ((outcome("not_sent"), outcome("succeeded")), ["send a", "wait", "send a", "send b", "finish"]),
        ((outcome("not_sent"),) * 3, ["send a", "wait", "send a", "wait", "send a", "ask a"]),
        ((outcome("rejected", fatal=True),), ["send a", "halt a"]),
        ((replace(outcome("succeeded"), overreached=True),), ["send a", "halt a"]),
    ],
)
def test_the_same_plan_decides_the_same(
    records: Records, answers: tuple[Answer, ...], decided: list[str]
) -> None:
    """Byte for byte, whatever the answers were."""
    again = decided_again(records(*answers))
    assert again.is_identical
    assert kinds(again) == decided


def test_a_dead_process_and_a_persons_word_are_facts(desk: Desk) -> None:
    """The doubt that the next process found, the word on it, and the crash decide nothing themselves."""
    desk.dies(RUNBOOK)
    desk.clock.advance(100)
    with pytest.raises(Refusal, match="nobody knows"):
        desk.run(RUNBOOK, "run-2")
    desk.resolve("a", "not_sent")
    desk.resume()
    again = decided_again(events_of(desk))
    assert again.is_identical
    assert kinds(again) == ["send a", "ask a", "send a", "send b", "finish"]


def test_what_the_logs_showed_is_a_fact(desk: Desk) -> None:
    """A look at them that settled a doubt, and one that found nothing; ids that were erased."""
    desk.api.answers = [UNKNOWN]
    desk.run(RUNBOOK)
    looks = [Reconciled(desk.clock.at, "a", "a/c1", 1, number, 9, NOW, NOW) for number in (0, 3)]
    with desk.log.writing() as writer:
        for look in looks:
            writer.append("run-1", look)
        writer.append("run-1", Erased(desk.clock.at, 3, 0, "past its time"))
    desk.resume()
    again = decided_again(events_of(desk))
    assert again.is_identical
    assert kinds(again) == ["send a", "ask a", "ask b"]
    desk.decide("b", "run")
    desk.resume()
    assert decided_again(events_of(desk)).now.made[-2].why == "a person said so"
    other = decided_again(events_of(desk), RUNBOOK.replace("when: steps.a.failed <= 20, ", ""), "b.failed=1")
    assert kinds(other) == ["send a", "ask a", "send b", "finish"]


def test_a_guard_and_an_interrupt_are_facts(desk: Desk) -> None:
    """What kept a send back is in the recording, and the machine would have gone on."""
    desk.api.answers = [after_leaving(desk.stop)]
    desk.run(RUNBOOK)
    desk.allow()
    desk.resume()
    again = decided_again(events_of(desk))
    assert again.is_identical
    assert kinds(again) == ["send a", "kept_back b", "send b", "finish"]


@pytest.mark.parametrize("kind", [WaitStarted, StepSkipped, RunPaused, RunHalted, SendSettled])
def test_what_this_version_would_not_decide_is_named(desk: Desk, kind: type[Event]) -> None:
    """Any decision, or answer, that was other than recorded makes the first difference where it stands."""
    desk.api.answers = [outcome("not_sent"), SOME_FAILED]
    if kind in (RunPaused, RunHalted):
        desk.api.answers = [UNKNOWN if kind is RunPaused else HALF_FAILED]
    desk.run(RUNBOOK)
    events = events_of(desk)
    assert decided_again(events).is_identical
    at, event = next((at, each) for at, each in enumerate(events) if isinstance(each, kind))
    if isinstance(event, SendSettled):
        events[at] = replace(event, outcome=Outcome(SendStatus.NO_MATCH))
    else:
        events[at] = replace(event, reason="as another version says it")  # type: ignore[arg-type]
    again = decided_again(events)
    assert not again.is_identical
    assert again.now.first_difference is not None


def test_where_the_recording_ends_in_the_middle_it_says_what_comes_next(records: Records) -> None:
    """A process that died behind an answer leaves a run that would go on."""
    events = records()
    (settled,) = [at for at, each in enumerate(events) if isinstance(each, SendSettled) and each.step == "a"]
    again = decided_again(events[: settled + 1])
    assert again.is_identical
    assert again.now.unrecorded is not None
    assert (again.now.unrecorded.move.step, again.differences) == ("b", ())
    on_its_way = decided_again(events[:settled])
    assert (on_its_way.is_identical, on_its_way.now.ahead) == (True, ())


def test_a_changed_threshold_differs_in_exactly_that(records: Records) -> None:
    """The step that reads it, from skip to send; nothing else."""
    again = decided_again(records(SOME_FAILED), RUNBOOK.replace("failed <= 20", "failed <= 30"), "b.failed=0")
    (difference,) = again.differences
    assert difference.step == "b"
    assert [made.why for made in difference.recorded] == [
        "its condition is false: steps.a.failed <= 20 (a.failed is 30)"
    ]
    assert [made.why for made in difference.now] == [
        "its condition is true: steps.a.failed <= 30 (a.failed is 30)"
    ]
    assert again.changed == ("b: the condition: recorded steps.a.failed <= 20, now steps.a.failed <= 30",)


def test_behind_another_decision_recorded_answers_still_count(records: Records) -> None:
    """What another step was answered is known, whatever is decided before it now."""
    again = decided_again(records(text=RUNBOOK + THIRD), (RUNBOOK + THIRD).replace("<= 20", "< 0"))
    assert kinds(again) == ["send a", "skip b", "send c", "finish"]
    assert again.now.unrecorded is None
    assert [made.outcome for made in again.now.made][2] == outcome("succeeded")


def test_a_send_without_an_answer_ends_the_recording(records: Records) -> None:
    """From there on nobody knows: no step behind it is compared."""
    again = decided_again(records(SOME_FAILED), (RUNBOOK + THIRD).replace("failed <= 20", "failed <= 30"))
    assert again.now.unrecorded is not None
    assert again.now.unrecorded.move.address == "b/c1"
    assert [each.step for each in again.differences] == ["b"]
    assert again.unknown == ("c",)


def test_a_persons_word_counts_where_they_were_asked_the_same(desk: Desk) -> None:
    """Asked in other words, or at a halt, the run stands: what they would have said, nobody knows."""
    desk.api.answers = [HALF_FAILED]
    desk.run(PAUSING)
    desk.resume(accept="seen")
    events = events_of(desk)
    assert kinds(decided_again(events)) == ["send a", "ask a", "skip b", "finish"]
    assert kinds(decided_again(events, PAUSING.replace("<= 20", "<= 9"))) == [
        "send a",
        "ask a",
        "skip b",
        "finish",
    ]
    other = decided_again(events, PAUSING.replace("failed_pct <= 50", "failed_pct <= 55"))
    assert kinds(other) == ["send a", "ask a"]
    assert [(each.step, each.same) for each in other.differences] == [("a", 1), ("b", 0)]
    assert kinds(decided_again(events, RUNBOOK)) == ["send a", "halt a"]


def test_another_request_is_another_request(records: Records) -> None:
    """The decisions are the same, and the addresses stand by themselves."""
    again = decided_again(records(), RUNBOOK.replace("tplB", "tplC"))
    assert (again.differences, again.requests, again.is_identical) == ((), ("b/c1",), False)


def test_steps_that_are_gone_or_new_are_told(records: Records) -> None:
    """A step of another name has no answer; the one that is gone was decided about."""
    renamed = RUNBOOK.replace("id: a,", "id: z,").replace("steps.a", "steps.z")
    again = decided_again(records(), renamed)
    assert [each.step for each in again.differences] == ["z", "a"]
    assert again.unknown == ("b",)


def test_retries_that_were_given_up_earlier(records: Records) -> None:
    """With fewer attempts the run stands where the recorded one tried again."""
    fewer = RUNBOOK.replace("limit: 1000,", "limit: 1000, retry: {attempts: 1},")
    again = decided_again(records(outcome("not_sent"), outcome("succeeded")), fewer)
    assert kinds(again) == ["send a", "ask a"]


# ---------------------------------------------------------------- what only the order and the instants tell


def test_a_late_answer_is_unknown_to_the_process_that_goes_on(desk: Desk) -> None:
    """It decides as it did, for it had not read it; whoever takes the run up next has."""
    desk.dies(RUNBOOK)
    desk.clock.advance(100)
    with pytest.raises(Refusal, match="nobody knows"):
        desk.run(RUNBOOK, "run-2")
    desk.resolve("a", "not_sent")
    desk.resume()
    events = events_of(desk)
    at = next(at for at, each in enumerate(events) if isinstance(each, SendIntended) and each.attempt == 2)
    events.insert(at + 1, LateAnswer(events[at].at, "a", "a/c1", 1, outcome("succeeded")))
    again = decided_again(events)
    assert again.is_identical
    assert again.now.state.halted_for_good is not None


def test_a_machine_that_was_slow_decides_the_same(records: Records) -> None:
    """The log has no instant of a decision: one before it, and one behind it."""
    events = records(outcome("not_sent"), outcome("succeeded"))
    (wait,) = [at for at, each in enumerate(events) if isinstance(each, WaitStarted)]
    started = events[wait]
    assert isinstance(started, WaitStarted)
    late = replace(started, at=started.until + timedelta(seconds=3))
    assert decided_again([*events[:wait], late, *events[wait + 1 :]]).is_identical
    assert decided_again([*events[:wait], *events[wait + 2 :]]).is_identical


# ---------------------------------------------------------------- on a way of its own, with what is recorded


def skipping(desk: Desk) -> Comparison:
    """Decide a run of three steps again that left the second one out."""
    return decided_again(events_of(desk), (RUNBOOK + THIRD).replace("<= 20", "< 0"))


def test_words_are_heard_there_too(desk: Desk) -> None:
    """A person who let a step pass lets it pass."""
    pausing = RUNBOOK + THIRD.replace("limit: 100", "limit: 100, on_failure: pause")
    desk.api.answers = [outcome("succeeded"), outcome("succeeded"), outcome("failed")]
    desk.run(pausing)
    desk.resume()
    again = decided_again(events_of(desk), pausing.replace("<= 20", "< 0"))
    assert kinds(again) == ["send a", "skip b", "send c", "ask c", "finish"]


def test_a_doubt_is_the_same_question_whoever_found_it(desk: Desk) -> None:
    """The next process words it in its own way; what a person said of it counts."""
    desk.api.answers = [outcome("succeeded"), outcome("succeeded"), desk.death(left=True)]
    with pytest.raises(Died):
        desk.run(RUNBOOK + THIRD)
    desk.clock.advance(100)
    desk.resolve("c", "sent")
    desk.resume()
    assert kinds(skipping(desk)) == ["send a", "skip b", "send c", "ask c", "finish"]


def test_who_ended_the_run_behind_a_send_did_not_end_this_one(desk: Desk) -> None:
    """The run was cancelled where its process had died; here it goes on, as far as anybody knows."""
    desk.run(RUNBOOK + THIRD)
    events = [each for each in events_of(desk) if not isinstance(each, RunFinished)]
    again = decided_again(
        [*events, RunCancelled(events[-1].at, "no")], (RUNBOOK + THIRD).replace("<= 20", "< 0")
    )
    assert kinds(again) == ["send a", "skip b", "send c", "finish"]


def test_what_kept_a_send_back_does_so_there(desk: Desk) -> None:
    """And it goes on when it did."""
    desk.api.answers = [outcome("succeeded"), after_leaving(desk.stop)]
    desk.run(RUNBOOK + THIRD)
    desk.allow()
    desk.resume()
    assert kinds(skipping(desk)) == ["send a", "skip b", "kept_back c", "send c", "finish"]


def test_an_instant_that_the_api_named_moves_along(desk: Desk) -> None:
    """Asked to wait five seconds, it waits five seconds whenever that is."""

    def later() -> None:
        desk.clock.advance(100)

    asked = replace(outcome("not_sent"), retry_at=NOW + timedelta(seconds=105))
    desk.api.answers = [outcome("succeeded"), after_leaving(later), asked]
    desk.run(RUNBOOK + THIRD)
    again = skipping(desk)
    assert kinds(again) == ["send a", "skip b", "send c", "wait", "send c", "finish"]
    assert again.now.made[3].move.until == NOW + timedelta(seconds=5)


def test_a_late_answer_to_a_send_that_was_not_made_there_is_none(desk: Desk) -> None:
    """It belongs to the way that was recorded."""
    desk.run(RUNBOOK + THIRD)
    events = events_of(desk)
    at = next(at for at, each in enumerate(events) if isinstance(each, SendSettled) and each.step == "c")
    late = LateAnswer(events[at].at, "b", "b/c1", 1, outcome("succeeded"))
    again = decided_again(
        [*events[: at + 1], late, *events[at + 1 :]], (RUNBOOK + THIRD).replace("<= 20", "< 0")
    )
    assert kinds(again) == ["send a", "skip b", "send c", "finish"]
