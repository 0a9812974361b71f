"""A person's part: `resolve`, `decide`, `cancel` (DESIGN, section 7)."""

from datetime import timedelta

import pytest

from engine.record.event import SendResolved
from engine.refusal import Exit, Refusal
from tests.factories import outcome
from tests.unit.runner.fakes import ONE, SECOND, TWO, Desk, after_leaving, code_of

DEADLINE_S, GRACE_S = 30, 10


def in_doubt(desk: Desk, text: str = ONE) -> None:
    """Leave a run in doubt at its first step."""
    desk.api.answers = [outcome("in_doubt")]
    assert desk.run(text).exit_code == Exit.IN_DOUBT


# ---------------------------------------------------------------- resolve


@pytest.mark.parametrize("after_s", [0, DEADLINE_S, DEADLINE_S + GRACE_S - 0.1])
def test_nobody_can_know_so_early_that_it_was_not_sent(desk: Desk, after_s: float) -> None:
    """Within the deadline and its grace it may still be on its way: 11, and from when on to say it."""
    in_doubt(desk)
    desk.clock.advance(after_s)
    with pytest.raises(Refusal, match="may still be on its way") as refused:
        desk.resolve("a/c1", "not_sent")
    assert refused.value.code == Exit.GUARDED
    assert "11:00:40 IST" in refused.value.cure
    assert desk.statuses() == [("a/c1", 1, "in_doubt")]


def test_past_the_grace_it_can_be_said(desk: Desk) -> None:
    """It opens a new attempt."""
    in_doubt(desk)
    desk.clock.advance(DEADLINE_S + GRACE_S)
    desk.resolve("a/c1", "not_sent")
    assert desk.statuses() == [("a/c1", 1, "not_sent")]
    assert desk.state().steps["a"].sends["a/c1"].reopened


@pytest.mark.parametrize("word", ["sent", "never_known"])
def test_that_it_was_sent_can_be_said_at_once(desk: Desk, word: str) -> None:
    """It errs to the safe side: nobody is messaged by it again, the numbers stay unknown."""
    in_doubt(desk)
    desk.resolve("a/c1", word)
    assert desk.statuses() == [("a/c1", 1, "sent_unknown")]
    assert desk.state().steps["a"].counts is None


def test_a_step_will_do_where_it_has_one_send(desk: Desk) -> None:
    """A bare step id names its only address."""
    in_doubt(desk)
    assert desk.resolve("a", "sent").address == "a/c1"


@pytest.mark.parametrize("name", ["b", "a/c2", "", "A"])
def test_a_send_that_is_not_there(desk: Desk, name: str) -> None:
    """64, naming those that are."""
    in_doubt(desk)
    with pytest.raises(Refusal) as refused:
        desk.resolve(name, "sent")
    assert refused.value.code == Exit.USAGE
    assert "a/c1" in refused.value.cure


@pytest.mark.parametrize("status", ["succeeded", "failed", "partial", "rejected", "no_match"])
def test_what_is_known_is_not_overruled(desk: Desk, status: str) -> None:
    """A person's word is for what nobody knows."""
    desk.api.answers = [outcome(status)]
    desk.run()
    with pytest.raises(Refusal, match="not in doubt"):
        desk.resolve("a", "sent")


def test_a_word_is_said_once(desk: Desk) -> None:
    """Settled is settled: by whom, when and why is said."""
    in_doubt(desk)
    desk.resolve("a", "sent")
    with pytest.raises(Refusal) as refused:
        desk.resolve("a", "never_known")
    assert refused.value.message == (
        "a/c1 was settled at 2026-03-02 11:00:00 IST: sent, as asha said (looked it up); "
        "a settlement cannot be changed"
    )


def test_what_was_answered_is_not_settled_by_a_person(desk: Desk) -> None:
    """It was never in doubt, and that is said in words."""
    assert desk.run().exit_code == Exit.WELL
    with pytest.raises(Refusal, match=r"a/c1 is not in doubt: it is sent$"):
        desk.resolve("a", "sent")


def test_the_latest_attempt_is_meant(desk: Desk) -> None:
    """An address that was opened anew and is in doubt again."""
    in_doubt(desk)
    desk.clock.advance(60)
    desk.resolve("a", "not_sent")
    desk.api.answers = [outcome("in_doubt")]
    desk.resume()
    assert desk.resolve("a", "sent").attempt == 2
    assert desk.statuses() == [("a/c1", 1, "not_sent"), ("a/c1", 2, "sent_unknown")]


def test_a_dead_ones_open_intent_can_be_resolved_at_once(desk: Desk) -> None:
    """It is recorded as in doubt first, by the same command."""
    desk.dies()
    desk.resolve("a", "sent")
    assert desk.kinds()[-4:] == ["lease_lost", "send_settled", "run_paused", "send_resolved"]


def test_a_living_ones_open_intent_cannot(desk: Desk) -> None:
    """14: its answer is on its way."""
    seen: list[int] = []

    def meanwhile() -> None:
        with pytest.raises(Refusal) as refused:
            desk.resolve("a", "sent")
        seen.append(refused.value.code)

    desk.api.answers = [after_leaving(meanwhile)]
    assert desk.run().exit_code == Exit.WELL
    assert seen == [Exit.LEASE_OR_LOG]


def test_the_reason_stands_in_the_log(desk: Desk) -> None:
    """Whoever reads it later knows on what it rests."""
    in_doubt(desk)
    desk.resolve("a", "sent")
    (event,) = [e.event for e in desk.log.events("run-1") if isinstance(e.event, SendResolved)]
    assert event.reason == "looked it up"


def test_a_settled_doubt_lets_the_run_stand_as_paused(desk: Desk) -> None:
    """It can be resumed, and its list says so."""
    in_doubt(desk)
    desk.resolve("a", "sent")
    assert desk.entry().status.value == "paused"


def test_the_grace_counts_from_the_deadline_of_the_attempt(desk: Desk) -> None:
    """Not from when the doubt was recorded."""
    desk.dies()
    desk.clock.advance(DEADLINE_S + GRACE_S)
    desk.resolve("a", "not_sent")
    assert desk.clock.at - desk.log.sends("run-1")[0].intended_at == timedelta(seconds=40)


# ---------------------------------------------------------------- decide


def asking_when(desk: Desk) -> None:
    """Leave a run that asks whether to run its second step."""
    in_doubt(desk, ONE + SECOND.replace("limit", "when: steps.a.failed > 0, limit"))
    desk.resolve("a", "sent")
    assert desk.resume().exit_code == Exit.STANDS


@pytest.mark.parametrize(
    ("word", "statuses"),
    [
        ("run", [("a/c1", 1, "sent_unknown"), ("b/c1", 1, "succeeded")]),
        ("skip", [("a/c1", 1, "sent_unknown")]),
    ],
)
def test_a_condition_that_cannot_be_told_is_decided(
    desk: Desk, word: str, statuses: list[tuple[str, int, str]]
) -> None:
    """Run it, or skip it."""
    asking_when(desk)
    desk.decide("b", word)
    desk.resume()
    assert desk.statuses() == statuses
    assert desk.entry().status.value == "finished"


@pytest.mark.parametrize(
    ("step", "word", "said"),
    [
        ("a", "run", "the question is about b, not a"),
        ("b", "ok", "not answered by ok"),
        ("b", "failed", "not answered by failed"),
    ],
)
def test_another_answer_than_was_asked_for(desk: Desk, step: str, word: str, said: str) -> None:
    """64, saying what is asked; nothing is written."""
    asking_when(desk)
    before = desk.kinds()
    with pytest.raises(Refusal, match=said) as refused:
        desk.decide(step, word)
    assert refused.value.code == Exit.USAGE
    assert desk.kinds() == before


@pytest.mark.parametrize("answer", ["succeeded", "failed", "in_doubt"])
def test_nothing_is_decided_that_is_not_asked(desk: Desk, answer: str) -> None:
    """A finished, a halted, a doubtful run."""
    desk.api.answers = [outcome(answer)]
    desk.run()
    with pytest.raises(Refusal, match="asks for no decision"):
        desk.decide("a", "ok")


def test_a_decision_may_be_changed_until_the_run_goes_on(desk: Desk) -> None:
    """The last word counts."""
    asking_when(desk)
    desk.decide("b", "run")
    desk.decide("b", "skip")
    desk.resume()
    assert len(desk.api.left) == 1


# ---------------------------------------------------------------- cancel


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("rejected", Exit.STANDS),
        ("failed", Exit.STANDS_AFTER_SENDS),
        ("in_doubt", Exit.STANDS_AFTER_SENDS),
    ],
)
def test_a_run_that_stands_can_be_ended(desk: Desk, answer: str, code: int) -> None:
    """Its list says whether anything may have been sent."""
    desk.api.answers = [outcome(answer)]
    desk.run(TWO)
    desk.cancel()
    assert (desk.entry().status.value, desk.entry().exit_code) == ("cancelled", code)
    assert desk.entry().finished_at is not None


@pytest.mark.parametrize("cancels", [0, 1])
def test_a_run_that_has_an_end_cannot(desk: Desk, cancels: int) -> None:
    """11: finished, or cancelled already."""
    desk.api.answers = [outcome("failed" if cancels else "succeeded")]
    desk.run()
    for _ in range(cancels):
        desk.cancel()
    with pytest.raises(Refusal, match="already") as refused:
        desk.cancel()
    assert refused.value.code == Exit.GUARDED


def test_a_doubt_outlives_its_run(desk: Desk) -> None:
    """Cancelled, and still in doubt: it blocks the campaign until it is settled."""
    in_doubt(desk)
    desk.cancel()
    other = ONE.replace("name: remind", "name: other")
    assert code_of(lambda: desk.run(other, "run-2")) == Exit.OTHER_IN_DOUBT
    desk.resolve("a", "never_known")
    assert desk.entry().status.value == "cancelled"
    assert code_of(lambda: desk.run(other, "run-2")) == Exit.WELL


def test_a_dead_process_can_be_cancelled(desk: Desk) -> None:
    """Its open intent is recorded as in doubt first."""
    desk.dies()
    desk.cancel()
    assert desk.statuses() == [("a/c1", 1, "in_doubt")]
    assert desk.entry().status.value == "cancelled"


def test_a_living_process_cannot(desk: Desk) -> None:
    """14."""
    seen: list[int] = []

    def meanwhile() -> None:
        with pytest.raises(Refusal) as refused:
            desk.cancel()
        seen.append(refused.value.code)

    desk.api.answers = [after_leaving(meanwhile)]
    assert desk.run().exit_code == Exit.WELL
    assert seen == [Exit.LEASE_OR_LOG]
