"""Answers that say more than was asked, or come when somebody else has spoken (DESIGN, section 7)."""

import pytest

from engine.record.event import SendSettled
from engine.record.outcome import Outcome, SendStatus
from engine.refusal import Exit, Refusal
from engine.runner.broken import Broken
from tests.factories import outcome
from tests.unit.runner.fakes import CAMPAIGN, HERE, ONE, TWO, Desk, after_leaving, code_of

OTHER = ONE.replace("name: remind", "name: other")

# ---------------------------------------------------------------- overreach


def overreached() -> Outcome:
    """The API took more customers than it was allowed."""
    return Outcome(SendStatus.SUCCEEDED, outcome("succeeded").counts, "took too many", overreached=True)


def test_an_overreach_halts_for_good(desk: Desk) -> None:
    """21, also at every resume, which sends nothing; not even with a reason."""
    desk.api.answers = [overreached()]
    assert desk.run(TWO).exit_code == Exit.HALTED
    assert desk.kinds()[-4:] == ["send_settled", "overreached", "run_halted", "lease_released"]
    for accept in (None, "seen"):
        assert code_of(lambda reason=accept: desk.resume(accept=reason)) == Exit.HALTED  # type: ignore[misc]
    assert len(desk.api.left) == 1


def test_an_overreach_blocks_the_campaign_until_somebody_has_looked(desk: Desk) -> None:
    """16 for others; `resolve` lifts the block, and nothing else: the run stays halted."""
    desk.api.answers = [overreached()]
    desk.run(TWO)
    assert code_of(lambda: desk.run(OTHER, "run-2")) == Exit.OTHER_IN_DOUBT
    with pytest.raises(Refusal):
        desk.resolve("a", "not_sent")
    desk.resolve("a", "sent")
    assert desk.statuses() == [("a/c1", 1, "succeeded")]
    assert code_of(lambda: desk.run(OTHER, "run-2")) == Exit.WELL
    assert code_of(lambda: desk.resume(accept="seen")) == Exit.HALTED


# ---------------------------------------------------------------- answers that come too late


def late(desk: Desk, word: str, answer: Outcome, *, and_resume: bool = False) -> None:
    """Let a process freeze while it waits; somebody takes over, and a person says what became of the send."""

    def meanwhile() -> None:
        frozen = desk.mortal
        desk.usurp()
        desk.clock.advance(100)
        desk.resolve("a", word)
        if and_resume:
            desk.resume()
        desk.mortal = frozen

    desk.api.answers = [after_leaving(meanwhile, then=answer)]
    assert code_of(lambda: desk.run(TWO)) == Exit.IN_DOUBT


def test_an_answer_that_contradicts_a_person_halts_the_run_and_blocks_the_campaign(desk: Desk) -> None:
    """Said to be not sent, and it was: the evidence stands in the log, and no run sends on."""
    late(desk, "not_sent", outcome("succeeded"))
    assert "late_answer" in desk.kinds()
    assert list(desk.log.stored("unsealed")) == []
    assert desk.state().halted_for_good
    assert code_of(lambda: desk.run(OTHER, "run-2")) == 16
    assert code_of(desk.resume) in (Exit.GUARDED, Exit.HALTED)
    assert len(desk.api.left) == 1


@pytest.mark.parametrize("and_resume", [False, True])
def test_its_block_can_be_lifted(desk: Desk, *, and_resume: bool) -> None:
    """Also where a later attempt of the address went out meanwhile."""
    late(desk, "not_sent", outcome("succeeded"), and_resume=and_resume)
    assert code_of(lambda: desk.run(OTHER, "run-2")) == Exit.OTHER_IN_DOUBT
    desk.resolve("a", "sent")
    assert code_of(lambda: desk.run(OTHER, "run-2")) == Exit.WELL


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("sent", "succeeded"),
        ("never_known", "failed"),
        ("not_sent", "rejected"),
        ("not_sent", "no_match"),
        ("not_sent", "in_doubt"),
    ],
)
def test_an_answer_that_contradicts_nobody_is_evidence_alone(desk: Desk, word: str, status: str) -> None:
    """It is kept; the person's word stands, and the run can go on."""
    late(desk, word, outcome(status))
    assert "late_answer" in desk.kinds()
    assert not desk.state().halted_for_good
    settled = [e.event for e in desk.log.events("run-1") if isinstance(e.event, SendSettled)]
    assert [event.outcome.status.value for event in settled] == ["in_doubt"]
    assert desk.resume().exit_code in (Exit.WELL, Exit.FINISHED_WITH_FAULTS)


def test_an_answer_whose_lease_was_lost_still_settles_an_open_send(desk: Desk) -> None:
    """Nobody had said anything yet: it is the outcome."""

    def meanwhile() -> None:
        desk.usurp()
        with desk.log.lease(HERE.key, CAMPAIGN, "run-else"):
            pass

    desk.api.answers = [after_leaving(meanwhile)]
    code_of(lambda: desk.run(TWO))
    assert desk.statuses() == [("a/c1", 1, "succeeded")]
    assert desk.resume().exit_code == Exit.WELL
    assert desk.statuses() == [("a/c1", 1, "succeeded"), ("b/c1", 1, "succeeded")]


def test_a_run_that_was_cancelled_meanwhile_stays_cancelled(desk: Desk) -> None:
    """A late answer does not bring it back to life."""

    def meanwhile() -> None:
        desk.usurp()
        desk.clock.advance(100)
        desk.cancel()

    desk.api.answers = [after_leaving(meanwhile)]
    with pytest.raises(Broken) as broken:
        desk.run(TWO)
    assert isinstance(broken.value.__cause__, Refusal)
    assert "late_answer" in desk.kinds()
    assert (desk.entry().status.value, desk.state().status.value) == ("cancelled", "cancelled")
