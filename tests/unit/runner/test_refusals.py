"""The order of refusals, and what a refusal leaves behind (DESIGN, section 7)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from engine.record.outcome import SendStatus
from engine.refusal import Exit, Refusal
from tests.unit.runner.fakes import CAMPAIGN, HERE, NOW, ONE, Desk, code_of

OTHER = ONE.replace("name: remind", "name: other")


def sent(desk: Desk) -> None:
    """The occasion is used: 13."""
    desk.run(ONE, "run-sent")


def doubt(desk: Desk) -> None:
    """Another run on the campaign is in doubt: 16."""
    desk.dies(OTHER, "run-dead")


def stop(desk: Desk) -> None:
    """A stop stands: 11."""
    desk.stop()


def no() -> None:
    """The person says no: 11, behind all others."""
    raise Refusal("nothing was sent, as you said", "", Exit.GUARDED)


@pytest.mark.parametrize(
    ("hindrances", "code"),
    [
        ((sent, doubt, stop), Exit.OTHER_IN_DOUBT),
        ((sent, doubt), Exit.OTHER_IN_DOUBT),
        ((doubt, stop), Exit.OTHER_IN_DOUBT),
        ((sent, stop), Exit.NOT_AS_REVIEWED),
        ((sent,), Exit.NOT_AS_REVIEWED),
        ((stop,), Exit.GUARDED),
        ((), Exit.GUARDED),
    ],
)
def test_refusals_come_in_their_order(
    desk: Desk, hindrances: tuple[Callable[[Desk], None], ...], code: int
) -> None:
    """16 for doubt before 13 for once, before 11; the lowest-ranking one is the person's own no."""
    for hinder in hindrances:
        hinder(desk)
    before = desk.log.runs()
    left = len(desk.api.left)
    assert code_of(lambda: desk.run(agree=no)) == code
    assert [entry.run for entry in desk.log.runs()] == [entry.run for entry in before]
    assert desk.log.events("run-1") == ()
    assert len(desk.api.left) == left


def test_a_living_process_comes_before_all_of_them(desk: Desk) -> None:
    """14, naming who holds the campaign, its run and since when, whatever else is the matter."""
    for hinder in (sent, doubt, stop):
        hinder(desk)
    other = desk._opened()
    with other.lease(HERE.key, CAMPAIGN, "run-alive"), pytest.raises(Refusal) as refused:
        desk.run()
    assert refused.value.code == Exit.LEASE_OR_LOG
    assert "held by test: run run-alive, since 2026-03-02 11:00:00 IST" in refused.value.message


def test_the_lease_is_free_again_after_a_refusal(desk: Desk) -> None:
    """Nobody is kept waiting for a run that never was."""
    desk.stop()
    assert code_of(desk.run) == Exit.GUARDED
    assert desk.log.holder(HERE.key, CAMPAIGN) is None


def test_a_refusal_may_settle_a_dead_one(desk: Desk) -> None:
    """The open intent of a dead process is in doubt from then on, and its run says so."""
    desk.dies(OTHER, "run-dead")
    assert desk.statuses("run-dead") == [("a/c1", 1, "intended")]
    with pytest.raises(Refusal) as refused:
        desk.run()
    assert "a/c1 of run run-dead" in refused.value.message
    assert "runbook show run-dead" in refused.value.cure
    assert desk.statuses("run-dead") == [("a/c1", 1, "in_doubt")]
    assert desk.kinds("run-dead")[-3:] == ["lease_lost", "send_settled", "run_paused"]
    assert (desk.entry("run-dead").status.value, desk.entry("run-dead").exit_code) == ("in_doubt", 22)


def test_a_dead_one_is_settled_once(desk: Desk) -> None:
    """Whoever comes next finds it settled and writes nothing."""
    desk.dies(OTHER, "run-dead")
    for _ in range(3):
        assert code_of(desk.run) == Exit.OTHER_IN_DOUBT
    assert desk.kinds("run-dead").count("send_settled") == 1


def test_a_doubt_on_another_campaign_or_account_is_none_of_ours(desk: Desk) -> None:
    """Doubt is keyed by account and campaign: a rehearsal never blocks the live one."""
    desk.dies(OTHER.replace("camp_demo", "camp_else"), "run-dead")
    assert desk.run().exit_code == Exit.WELL


def test_the_person_is_asked_last_under_the_lease_and_before_anything_is_written(desk: Desk) -> None:
    """Whoever says yes says it of what is about to happen, and nobody else can begin meanwhile."""
    seen: list[object] = []

    def agree() -> None:
        holder = desk.log.holder(HERE.key, CAMPAIGN)
        seen.append(holder and holder.run)
        seen.append(desk.log.events("run-1"))
        assert code_of(lambda: desk.run(OTHER, "run-2")) == Exit.LEASE_OR_LOG

    desk.run(agree=agree)
    assert seen == ["run-1", ()]


@pytest.mark.parametrize("hinder", [sent, doubt, stop])
def test_nobody_is_asked_when_it_is_refused_anyway(desk: Desk, hinder: Callable[[Desk], None]) -> None:
    """A yes would be for nothing."""
    hinder(desk)
    asked: list[bool] = []
    code_of(lambda: desk.run(agree=lambda: asked.append(True)))
    assert asked == []


def test_all_is_checked_again_when_the_start_is_written(desk: Desk) -> None:
    """A stop that was set while the person thought keeps the run from beginning."""
    assert code_of(lambda: desk.run(agree=desk.stop)) == Exit.GUARDED
    assert desk.log.runs() == ()


def test_a_plan_that_expires_while_the_person_thinks_is_not_started(desk: Desk) -> None:
    """13, whatever the person said; and no run is left behind."""
    run = partial(desk.run, agree=partial(desk.clock.advance, 3600), expires_at=NOW + timedelta(hours=2))
    assert run(run="run-in-time").exit_code == Exit.WELL
    with pytest.raises(Refusal, match="what was planned held until 2026-03-02 13:00:00 IST") as refused:
        run(again="it is the last minute")
    assert (refused.value.code, [*desk.runs()]) == (Exit.NOT_AS_REVIEWED, ["run-in-time"])


@pytest.mark.parametrize(
    ("campaign", "account", "code"),
    [
        (None, None, Exit.GUARDED),
        (CAMPAIGN, None, Exit.GUARDED),
        (CAMPAIGN, HERE.key, Exit.GUARDED),
        (CAMPAIGN, "http://127.0.0.1:8001 acme", Exit.GUARDED),  # none is named here: it may be that one
        ("camp_else", None, Exit.WELL),
        (CAMPAIGN, "https://api.example.com -", Exit.WELL),
        (None, "https://api.example.com -", Exit.WELL),
    ],
)
def test_a_stop_covers_what_it_names(
    desk: Desk, campaign: str | None, account: str | None, code: int
) -> None:
    """Everything, a campaign wherever it is, or a campaign of one account."""
    desk.stop(campaign, account)
    assert code_of(desk.run) == code


def test_a_stop_that_was_lifted_stops_nobody(desk: Desk) -> None:
    """`allow` is all that it takes."""
    desk.stop()
    desk.allow()
    assert desk.run().exit_code == Exit.WELL


def test_a_stop_outside_the_log_counts_too(desk: Desk) -> None:
    """The file STOP has the last word."""
    desk.stop_file = "stopped by the file STOP"
    with pytest.raises(Refusal, match="by the file STOP") as refused:
        desk.run()
    assert refused.value.code == Exit.GUARDED


def test_what_was_settled_blocks_nobody(desk: Desk) -> None:
    """A person's word is the end of a doubt."""
    doubt(desk)
    assert code_of(desk.run) == Exit.OTHER_IN_DOUBT
    desk.clock.advance(60)
    desk.resolve("a", "never_known", "run-dead")
    assert desk.run().exit_code == Exit.WELL
    assert [send.status for send in desk.log.sends("run-dead")] == [SendStatus.SENT_UNKNOWN]
