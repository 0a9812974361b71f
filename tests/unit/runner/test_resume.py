"""Resuming: go on as the log says, never from the beginning (DESIGN, section 7)."""

import json

import pytest

from engine.machine import fold
from engine.record.event import LeaseLost, RunResumed, RunStarted
from engine.record.plan import Account, Program
from engine.record.state import RunState
from engine.refusal import Exit, Refusal
from tests.factories import outcome
from tests.unit.runner.fakes import CAMPAIGN, HERE, ONE, SECOND, TWO, Desk, after_leaving, code_of

UNKNOWN = SECOND.replace("limit", "when: steps.a.failed > 0, limit")
"""A second step that asks for numbers of the first."""

SURE = "success: ['failed / (matched - 10) < 1'], on_failure: pause, limit"
"""A step of which nobody can say whether it went well: ten matched."""


def refused(desk: Desk, code: int, *, accept: str | None = None) -> Refusal:
    """Resume in vain: nothing is written, and nothing leaves."""
    before, left = desk.log.events("run-1"), len(desk.api.left)
    with pytest.raises(Refusal) as refusal:
        desk.resume(accept=accept)
    assert refusal.value.code == code
    assert (desk.log.events("run-1"), len(desk.api.left)) == (before, left)
    return refusal.value


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(
    "here",
    [
        Account("https://api.example.com/api/v1"),
        Account(HERE.base_url, "org_acme"),
        Account(f"{HERE.base_url[:-2]}v2"),
    ],
    ids=["another address", "another organisation", "another path"],
)
def test_a_run_goes_on_where_it_was_begun(desk: Desk, here: Account) -> None:
    """13 anywhere else, also for one that is finished."""
    desk.run()
    with pytest.raises(Refusal, match="run run-1 is for") as refusal:
        desk.resume(here=here)
    assert refusal.value.code == Exit.NOT_AS_REVIEWED


def test_a_halted_run_needs_a_reason(desk: Desk) -> None:
    """11 without one, naming the command; with one it goes on behind the step."""
    desk.api.answers = [outcome("failed")]
    assert desk.run(TWO).exit_code == Exit.HALTED
    assert "--accept" in refused(desk, Exit.GUARDED).cure
    assert desk.resume(accept="they were called").exit_code == Exit.FINISHED_WITH_FAULTS
    assert desk.statuses() == [("a/c1", 1, "failed"), ("b/c1", 1, "succeeded")]


def test_a_question_that_nobody_answered_stays(desk: Desk) -> None:
    """15, naming the command that answers it."""
    desk.api.answers = [outcome("in_doubt")]
    desk.run(ONE + UNKNOWN)
    desk.clock.advance(60)
    desk.resolve("a", "sent")
    assert desk.resume().exit_code == Exit.STANDS
    assert "runbook decide run-1 b --as run" in refused(desk, Exit.STANDS).cure


def test_doubt_is_settled_by_nobody_who_resumes(desk: Desk) -> None:
    """22, as often as it is tried; nothing is written."""
    desk.api.answers = [outcome("in_doubt")]
    assert desk.run().exit_code == Exit.IN_DOUBT
    before = desk.kinds()
    for accept in (None, "never mind"):
        assert desk.resume(accept=accept).exit_code == Exit.IN_DOUBT
    assert desk.kinds() == before
    assert len(desk.api.left) == 1


@pytest.mark.parametrize(
    ("answer", "code"), [("succeeded", Exit.WELL), ("partial", Exit.FINISHED_WITH_FAULTS)]
)
def test_a_finished_run_repeats_its_code(desk: Desk, answer: str, code: int) -> None:
    """Nothing is written, nothing sent, and no stop is in the way."""
    desk.api.answers = [outcome(answer)]
    desk.run()
    desk.stop()
    before = desk.kinds()
    assert desk.resume().exit_code == code
    assert (desk.kinds(), len(desk.api.left)) == (before, 1)


def test_a_cancelled_run_stays_so(desk: Desk) -> None:
    """15: this process sent nothing."""
    desk.interrupts.asked = True
    desk.run()
    desk.cancel()
    desk.interrupts.asked = False
    assert desk.resume(accept="after all").exit_code == Exit.STANDS
    assert desk.api.left == []


def test_another_run_in_doubt_is_in_the_way(desk: Desk) -> None:
    """16, as for a new run."""
    desk.interrupts.asked = True
    desk.run()
    desk.interrupts.asked = False
    desk.dies(ONE.replace("name: remind", "name: other"), "run-dead")
    refused(desk, Exit.OTHER_IN_DOUBT)


def test_a_stop_is_in_the_way(desk: Desk) -> None:
    """11."""
    desk.interrupts.asked = True
    desk.run()
    desk.interrupts.asked = False
    desk.stop()
    refused(desk, Exit.GUARDED)


def test_a_living_process_is_in_the_way(desk: Desk) -> None:
    """14: eight processes on one run, and one runs."""
    seen: list[int] = []
    desk.api.answers = [after_leaving(lambda: seen.append(code_of(desk.resume)))]
    desk.run()
    assert seen == [Exit.LEASE_OR_LOG]


def test_a_person_may_say_no(desk: Desk) -> None:
    """Nothing is written then."""
    desk.interrupts.asked = True
    desk.run()
    before = desk.kinds()

    def no(_state: RunState, _program: Program) -> None:
        raise Refusal("nothing was sent, as you said", "", Exit.GUARDED)

    assert code_of(lambda: desk.resume(agree=no)) == Exit.GUARDED
    assert desk.kinds() == before


def test_a_person_is_shown_what_is_left(desk: Desk) -> None:
    """The state as it stands and the program by which it goes on, under the lease."""
    desk.interrupts.asked = True
    desk.run()
    desk.interrupts.asked = False
    seen: list[object] = []

    def agree(state: RunState, program: Program) -> None:
        seen.extend((state, [step.id for step in program.steps]))
        seen.append(desk.log.holder(HERE.key, CAMPAIGN) is not None)

    before = desk.state()
    desk.resume(agree=agree)
    assert seen == [before, ["a"], True]


def test_a_chain_that_was_changed_is_not_gone_on_with(desk: Desk) -> None:
    """14: whoever softened a condition in the log does not get the run."""
    desk.interrupts.asked = True
    desk.run(TWO)
    desk.interrupts.asked = False
    change = desk.database.change
    change("DROP TRIGGER events_are_not_changed", ())
    change("UPDATE events SET body = replace(body, '\"limit\":100', '\"limit\":999') WHERE seq = 1", ())
    refused(desk, Exit.LEASE_OR_LOG)


# ---------------------------------------------------------------- goes on


def test_it_goes_by_the_plan_in_the_log(desk: Desk) -> None:
    """Whatever has become of the runbook's file."""
    desk.interrupts.asked = True
    desk.run(TWO)
    desk.interrupts.asked = False
    desk.resume()
    assert [request.body["templateId"] for request in desk.api.left] == ["tplA", "tplB"]


@pytest.mark.parametrize("answer", ["rejected", "not_sent"])
def test_what_was_not_taken_is_tried_again_with_the_same_request(desk: Desk, answer: str) -> None:
    """Plain resume, once what was in the way is mended."""
    text = ONE.replace("limit: 100", "limit: 100, retry: {attempts: 1, within: 30s}")
    desk.api.answers = [outcome(answer)]
    desk.run(text)
    assert desk.resume().exit_code == Exit.WELL
    assert desk.statuses() == [("a/c1", 1, answer), ("a/c1", 2, "succeeded")]
    assert desk.api.left[0] == desk.api.left[1]
    hashes = {send.request_hash for send in desk.log.sends("run-1")}
    assert len(hashes) == 1


def test_what_was_not_taken_can_be_passed(desk: Desk) -> None:
    """With a reason, the step is left as it is."""
    desk.api.answers = [outcome("rejected")]
    desk.run(TWO)
    assert desk.resume(accept="not today").exit_code == Exit.FINISHED_WITH_FAULTS
    assert desk.statuses() == [("a/c1", 1, "rejected"), ("b/c1", 1, "succeeded")]


def test_a_reason_stands_in_the_log(desk: Desk) -> None:
    """Who goes on behind a failed step says why."""
    desk.api.answers = [outcome("failed")]
    desk.run(TWO)
    desk.resume(accept="they were called")
    resumed = [e.event for e in desk.log.events("run-1") if isinstance(e.event, RunResumed)]
    assert [event.accept for event in resumed] == ["they were called"]


def test_a_dead_process_without_an_open_intent_is_simply_followed(desk: Desk) -> None:
    """It had sent the first step and no more: the second follows, and the log tells of the loss."""
    desk.api.answers = [outcome("succeeded")]
    answers = 0

    def told(event: object, _state: object) -> None:
        nonlocal answers
        if type(event).__name__ == "SendSettled":
            answers += 1
            desk.mortal.is_dead = answers == 1

    desk.on_told = told
    with pytest.raises(BaseException) as died:  # noqa: PT011  (the process ends)
        desk.run(TWO)
    assert type(died.value).__name__ == "Died"
    assert desk.entry().status.value == "running"
    assert desk.resume().exit_code == Exit.WELL
    assert desk.statuses() == [("a/c1", 1, "succeeded"), ("b/c1", 1, "succeeded")]
    assert [e.event.owner for e in desk.log.events("run-1") if isinstance(e.event, LeaseLost)] == ["test"]


def test_a_dead_process_with_an_open_intent_leaves_a_doubt(desk: Desk) -> None:
    """22; settled as not sent, the send is made anew, as a new attempt."""
    desk.dies()
    assert desk.resume().exit_code == Exit.IN_DOUBT
    desk.clock.advance(60)
    desk.resolve("a", "not_sent")
    assert desk.resume().exit_code == Exit.WELL
    assert desk.statuses() == [("a/c1", 1, "not_sent"), ("a/c1", 2, "succeeded")]


@pytest.mark.parametrize("word", ["sent", "never_known"])
def test_what_may_have_gone_out_is_never_sent_again(desk: Desk, word: str) -> None:
    """The run goes on behind it, and ends with 20: unknown, and accounted for."""
    desk.dies(TWO)
    desk.resume()
    desk.resolve("a", word)
    assert desk.resume().exit_code == Exit.FINISHED_WITH_FAULTS
    assert desk.statuses() == [("a/c1", 1, "sent_unknown"), ("b/c1", 1, "succeeded")]


def test_a_decision_takes_a_run_on(desk: Desk) -> None:
    """Numbers that nobody knows: a person says whether to send."""
    desk.api.answers = [outcome("in_doubt")]
    desk.run(ONE + UNKNOWN)
    desk.resolve("a", "sent")
    desk.resume()
    desk.decide("b", "skip")
    assert desk.resume().exit_code == Exit.FINISHED_WITH_FAULTS
    assert len(desk.api.left) == 1


@pytest.mark.parametrize(("word", "code"), [("ok", Exit.WELL), ("failed", Exit.STANDS)])
def test_a_verdict_takes_a_run_on(desk: Desk, word: str, code: int) -> None:
    """Called failed, it does what on_failure says: here it pauses, and is recorded so."""
    desk.run(ONE.replace("limit", SURE))
    desk.decide("a", word)
    assert desk.resume().exit_code == code
    if word == "failed":
        assert desk.resume().exit_code == Exit.FINISHED_WITH_FAULTS


def test_a_pause_is_passed_by_resuming(desk: Desk) -> None:
    """on_failure: pause waits for somebody who looks, and no reason is asked for."""
    desk.api.answers = [outcome("failed")]
    assert desk.run(ONE.replace("limit", "on_failure: pause, limit") + SECOND).exit_code == 23
    assert desk.resume().exit_code == Exit.FINISHED_WITH_FAULTS
    assert desk.statuses()[-1] == ("b/c1", 1, "succeeded")


def test_resuming_is_starting(desk: Desk) -> None:
    """The state in the process is the fold of what is on disk, at each end."""
    desk.api.answers = [outcome("rejected")]
    result = desk.run(TWO)
    assert result.state == desk.state()
    result = desk.resume()
    assert result.state == desk.state() == fold(e.event for e in desk.log.events("run-1"))


def test_the_document_in_the_log_is_the_one_that_was_started(desk: Desk) -> None:
    """As JSON, without loss."""
    result = desk.run()
    first = desk.log.events("run-1")[0].event
    assert isinstance(first, RunStarted)
    assert first.plan == json.loads(json.dumps(result.document))
