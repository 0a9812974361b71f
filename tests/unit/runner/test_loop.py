"""The main path: decide, carry out, remember, until the run ends or stands."""

from datetime import timedelta

import pytest

from engine.frozen import replace
from engine.record.event import RunPaused, SendSettled, WaitEnded, WaitStarted
from engine.record.outcome import Outcome, SendStatus
from engine.refusal import Exit
from tests.factories import outcome
from tests.unit.runner.fakes import CAMPAIGN, HERE, NOW, ONE, SECOND, TWO, Desk, after_leaving, before_leaving

CHOICE = ONE + SECOND.replace("limit", "when: steps.a.status == 'partial', limit")
NOT_SENT = Outcome(SendStatus.NOT_SENT, reason="no connection")


def waits(desk: Desk) -> list[float]:
    """Give how long each wait was to be, in seconds."""
    events = [entry.event for entry in desk.log.events("run-1")]
    return [(each.until - each.at).total_seconds() for each in events if isinstance(each, WaitStarted)]


def question(desk: Desk) -> str:
    """Give what the run asks."""
    (paused,) = [e.event for e in desk.log.events("run-1") if isinstance(e.event, RunPaused)]
    return paused.question.value


def test_a_run_goes_through_its_steps_in_order(desk: Desk) -> None:
    """Each request is exactly the planned one, once."""
    assert desk.run(TWO).exit_code == Exit.WELL
    assert [request.body["templateId"] for request in desk.api.left] == ["tplA", "tplB"]
    assert desk.kinds() == [
        *("run_started", "lease_taken"),
        *("send_intended", "send_settled") * 2,
        *("run_finished", "lease_released"),
    ]


@pytest.mark.parametrize(("status", "requests"), [("succeeded", 1), ("partial", 2)])
def test_a_condition_is_decided_by_what_came_back(desk: Desk, status: str, requests: int) -> None:
    """Skipped, or sent."""
    desk.api.answers = [outcome(status)]
    desk.run(CHOICE)
    assert len(desk.api.left) == requests
    assert ("step_skipped" in desk.kinds()) == (requests == 1)


def test_what_was_surely_not_sent_is_tried_again(desk: Desk) -> None:
    """Each attempt goes through the whole gate, with waits between them that grow."""
    desk.api.answers = [NOT_SENT, NOT_SENT]
    assert desk.run().exit_code == Exit.WELL
    assert desk.statuses() == [("a/c1", 1, "not_sent"), ("a/c1", 2, "not_sent"), ("a/c1", 3, "succeeded")]
    first, second = waits(desk)
    assert 0.5 <= first <= 1
    assert 1 <= second <= 2


def test_whoever_listens_for_long_makes_no_wait_longer(desk: Desk) -> None:
    """What is decided when an answer is written is decided anew where it was to wait."""
    desk.api.answers = [NOT_SENT]
    desk.on_told = lambda event, _: desk.clock.advance(2) if isinstance(event, SendSettled) else None
    assert desk.run().exit_code == Exit.WELL
    assert waits(desk) == []


def test_spent_tries_stand_for_a_person(desk: Desk) -> None:
    """15: nothing was sent by this process."""
    desk.api.answers = [NOT_SENT] * 3
    result = desk.run()
    assert (result.exit_code, question(desk)) == (Exit.STANDS, "retries_spent")


def test_more_patience_than_is_allowed_stands_for_a_person(desk: Desk) -> None:
    """The API asks for more than retry.within."""
    desk.api.answers = [replace(NOT_SENT, retry_at=NOW + timedelta(seconds=31))]
    result = desk.run()
    assert (result.exit_code, question(desk), waits(desk)) == (Exit.STANDS, "retry_later", [])


def test_the_patience_that_the_api_asks_for_is_kept(desk: Desk) -> None:
    """Not before the instant that it names."""
    desk.api.answers = [replace(NOT_SENT, retry_at=NOW + timedelta(seconds=20))]
    assert desk.run().exit_code == Exit.WELL
    assert waits(desk) == [20]


def test_whoever_interrupts_a_wait_ends_it(desk: Desk) -> None:
    """The run stands at the step that it waited for, and resumes there."""

    def told(event: object, _state: object) -> None:
        if isinstance(event, WaitStarted):
            desk.interrupts.asked = True

    desk.on_told = told
    desk.api.answers = [NOT_SENT]
    result = desk.run()
    assert (result.exit_code, question(desk)) == (Exit.STANDS, "interrupted")
    (ended,) = [e.event for e in desk.log.events("run-1") if isinstance(e.event, WaitEnded)]
    assert ended.at == NOW
    desk.interrupts.asked = False
    assert desk.resume().exit_code == Exit.WELL


def test_an_interrupt_before_anything_stands_at_the_first_step(desk: Desk) -> None:
    """No intent is written."""
    desk.interrupts.asked = True
    result = desk.run()
    assert (result.exit_code, desk.statuses()) == (Exit.STANDS, [])
    assert result.state.stopped_at == "a"


def test_an_interrupt_in_flight_waits_for_the_answer_and_sends_no_more(desk: Desk) -> None:
    """23: what came back stands in the log."""

    def interrupt() -> None:
        desk.interrupts.asked = True

    desk.api.answers = [after_leaving(interrupt)]
    result = desk.run(TWO)
    assert (result.exit_code, result.state.stopped_at) == (Exit.STANDS_AFTER_SENDS, "b")
    assert desk.statuses() == [("a/c1", 1, "succeeded")]


def test_an_interrupt_at_the_last_answer_lets_the_run_finish(desk: Desk) -> None:
    """Nothing is left to be kept back."""

    def interrupt() -> None:
        desk.interrupts.asked = True

    desk.api.answers = [after_leaving(interrupt)]
    assert desk.run().exit_code == Exit.WELL


def test_a_date_that_is_set_during_the_run_changes_no_order(desk: Desk) -> None:
    """An hour back, an hour forth: each request once, and the run ends."""

    def back() -> None:
        desk.clock.at -= timedelta(hours=1)

    def forth() -> None:
        desk.clock.at += timedelta(hours=2)

    desk.api.answers = [before_leaving(back), after_leaving(forth)]
    assert desk.run(TWO).exit_code == Exit.WELL
    assert desk.statuses() == [("a/c1", 1, "succeeded"), ("b/c1", 1, "succeeded")]


@pytest.mark.parametrize("answer", [outcome("succeeded"), outcome("failed"), outcome("in_doubt")])
def test_the_campaign_is_given_back_however_it_ends(desk: Desk, answer: Outcome) -> None:
    """In the log and by the lock."""
    desk.api.answers = [answer]
    desk.run()
    assert desk.kinds()[-1] == "lease_released"
    assert desk.log.holder(HERE.key, CAMPAIGN) is None
