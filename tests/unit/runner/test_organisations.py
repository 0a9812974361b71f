"""An organisation that nobody named may be any: what was done under none of them counts for each."""

import pytest

from engine.machine import Send
from engine.record.plan import Account, Once
from engine.refusal import Exit, Refusal
from engine.runner.gate import Gate, GuardClosed, Running
from engine.runner.once import occasions
from tests.factories import start
from tests.unit.runner.fakes import CAMPAIGN, HERE, ONE, ZONE, Desk, code_of, document_of, planned
from tests.unit.runner.test_refusals import OTHER

ACME, OTHERS = (Account(HERE.base_url, org) for org in ("acme", "others"))
ELSEWHERE = Account("http://127.0.0.1:8002/api/v1")
SAME = [(HERE, ACME), (ACME, HERE)]
APART = [(ACME, OTHERS), (HERE, ELSEWHERE), (ACME, ELSEWHERE)]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_once_counts_what_was_sent_without_an_organisation(
    desk: Desk, first: Account, second: Account
) -> None:
    """13, naming the run and why it counts; whichever of the two names none."""
    desk.run(account=first)
    with pytest.raises(Refusal, match=r"run run-1 did, or may have .*no") as refused:
        desk.run(ONE, "run-2", account=second)
    assert refused.value.code == Exit.NOT_AS_REVIEWED
    assert len(desk.api.left) == 1
    assert desk.run(ONE, "run-2", account=second, again="it is another one").exit_code == Exit.WELL


@pytest.mark.parametrize(("first", "second"), APART)
def test_once_keeps_apart_what_is_known_to_be_two(desk: Desk, first: Account, second: Account) -> None:
    """Two organisations, each by its name; two addresses."""
    desk.run(account=first)
    assert desk.run(ONE, "run-2", account=second).exit_code == Exit.WELL


@pytest.mark.parametrize(("first", "second"), SAME)
def test_a_new_run_cancels_older_ones_that_sent_nothing(desk: Desk, first: Account, second: Account) -> None:
    """Otherwise a forgotten one could be resumed behind it."""
    desk.interrupts.asked = True
    desk.run(ONE, "run-old", account=first)
    desk.interrupts.asked = False
    desk.run(account=second)
    assert desk.runs() == {"run-1": "finished", "run-old": "cancelled"}


@pytest.mark.parametrize(("first", "second"), SAME)
def test_a_doubt_without_an_organisation_blocks_each(desk: Desk, first: Account, second: Account) -> None:
    """16, before its process is known to be dead and after; settled, it blocks nobody."""
    desk.dies(OTHER, "run-dead", account=first)
    with pytest.raises(Refusal, match=r"a/c1 of run run-dead.*; that run .* organisation") as refused:
        desk.run(account=second)
    assert refused.value.code == Exit.OTHER_IN_DOUBT
    desk.clock.advance(60)
    desk.resolve("a", "sent", "run-dead")
    assert desk.run(account=second).exit_code == Exit.WELL


@pytest.mark.parametrize(("first", "second"), APART)
def test_a_doubt_of_another_organisation_blocks_nobody(desk: Desk, first: Account, second: Account) -> None:
    """A rehearsal never blocks the live one."""
    desk.dies(OTHER, "run-dead", account=first)
    assert desk.run(account=second).exit_code == Exit.WELL


@pytest.mark.parametrize(("first", "second"), SAME)
def test_one_campaign_one_process(desk: Desk, first: Account, second: Account) -> None:
    """14, naming who holds it."""
    with (
        desk._opened().lease(first.key, CAMPAIGN, "run-alive"),
        pytest.raises(Refusal, match="held by test: run run-alive") as refused,
    ):
        desk.run(account=second)
    assert refused.value.code == Exit.LEASE_OR_LOG
    assert desk.run(account=second).exit_code == Exit.WELL


@pytest.mark.parametrize(("first", "second"), APART)
def test_two_processes_for_two_organisations(desk: Desk, first: Account, second: Account) -> None:
    """Neither waits for the other."""
    with desk._opened().lease(first.key, CAMPAIGN, "run-alive"):
        assert code_of(lambda: desk.run(account=second)) == Exit.WELL


@pytest.mark.parametrize(("first", "second"), SAME)
def test_resume_asks_for_them_too(desk: Desk, first: Account, second: Account) -> None:
    """A run that stood meanwhile does not send behind one under the other."""
    daily = ONE.replace("owner:", "once: {per: day}\nowner:")
    desk.interrupts.asked = True
    desk.run(daily, account=first)
    desk.interrupts.asked = False
    desk.clock.advance(24 * 3600)
    desk.run(daily, "run-2", account=second)
    why = r"run run-2 has messaged .* meanwhile.*(no organisation|none is named)"
    with pytest.raises(Refusal, match=why):
        desk.resume(here=first)
    assert len(desk.api.left) == 1


@pytest.mark.parametrize(("first", "second"), SAME)
def test_the_gate_asks_for_them_too(desk: Desk, first: Account, second: Account) -> None:
    """As of its own transaction: for a doubt, and at the first send for the occasion."""
    desk.run(account=first)
    with desk.log.lease(second.key, CAMPAIGN, "run-2") as lease:
        (own, *_) = occasions(second, document_of(planned(ONE, account=second)))
        running = Running("run-2", planned(ONE).program, lease, own, Once.EVER, ZONE)
        with pytest.raises(GuardClosed, match=r"run run-1 has messaged .*; that run ") as closed:
            Gate(running, desk.around).send(Send("a", "a/c1", 1), start())
    assert closed.value.guard == "once"
    desk.dies(OTHER, "run-dead", account=first)
    with desk.log.lease(second.key, CAMPAIGN, "run-2") as lease:
        running = Running("run-2", planned(ONE).program, lease, own, Once.EVER, ZONE)
        with pytest.raises(GuardClosed, match=r"run run-dead is not settled; that run ") as closed:
            Gate(running, desk.around).send(Send("a", "a/c1", 1), start())
    assert closed.value.guard == "doubt"
