"""Reconciling a run, against a sandbox in the process and under its clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.api.contacts import customers_with
from engine.record.event import Erased, Reconciled
from engine.record.plan import Account
from engine.refusal import Exit, Refusal
from engine.runlog import lock
from engine.runlog.chain import reached_digest
from engine.runlog.phone import key_path
from engine.runner.reconcile import settle_by, shown_by
from engine.sandbox import Fault, Kind, Options
from engine.timepay.logs import LogRow, LogsUnread
from tests.reconciling import LOST, NEVER_TAKEN, Lookout, runbook, step
from tests.sandboxes import rows

IDS = tuple(f"L-{number}" for number in range(1, 13))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookout]:
    """Give a desk before a sandbox of thirty customers."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)
    made = Lookout(tmp_path)
    yield made
    made.database.close()


def in_doubt(desk: Lookout, text: str = "", *faults: Fault) -> None:
    """Start a run whose first answer is lost."""
    desk.sandbox.script(*(faults or (LOST,)))
    desk.run(text or runbook(step(ids=IDS)))
    assert desk.entry().status == "in_doubt"
    desk.clock.advance(30)


def test_a_row_settles_a_doubtful_send(desk: Lookout) -> None:
    """It is taken as sent, the run may go on, and whom rows name is kept."""
    in_doubt(desk)
    report = desk.reconcile()
    assert desk.send().status == "sent_unknown"
    assert desk.entry().status == "paused"
    assert desk.reached() == desk.got() == set(IDS)
    assert report.seal
    assert desk.resume().status == "finished"


def test_no_row_settles_nothing(desk: Lookout) -> None:
    """That nothing is there proves nothing: the send stays in doubt, and that somebody looked is written."""
    in_doubt(desk, "", NEVER_TAKEN)
    report = desk.reconcile()
    assert [each.is_settled for each in report.seen] == [False]
    assert desk.send().status == "in_doubt"
    assert desk.kinds().count("reconciled") == 1


def test_a_second_look_writes_nothing(desk: Lookout) -> None:
    """What is known already is not written again, and takes no lease."""
    in_doubt(desk)
    desk.reconcile()
    before, fence = desk.log.events("run-1"), desk.database.rows("SELECT fence FROM leases")
    assert desk.reconcile().seal is None
    assert desk.log.events("run-1") == before
    assert desk.database.rows("SELECT fence FROM leases") == fence


def test_later_rows_are_added(desk: Lookout) -> None:
    """A look that finds more says so in an event of its own; the digest covers all rows that are kept."""
    in_doubt(desk, "", LOST, Fault(Kind.MISSING_LOGS, number=5))
    desk.reconcile()
    assert len(desk.reached()) == len(IDS) - 5
    desk.sandbox.heal()
    desk.reconcile()
    last = [each.event for each in desk.log.events("run-1") if isinstance(each.event, Reconciled)][-1]
    assert last.reached == len(IDS)
    assert last.digest == reached_digest(desk.kept())


def test_rows_that_come_late_are_waited_for(desk: Lookout) -> None:
    """It looks again with growing pauses, counts alone, and reads once there is something."""
    in_doubt(desk, "", LOST, Fault(Kind.LATE_LOGS, seconds=75))
    desk.reconcile(wait_s=120)
    assert desk.send().status == "sent_unknown"
    counts = [query for query in desk.asked() if "count_only" in query]
    assert len(counts) < 10
    assert len(desk.asked()) - len(counts) == 2  # two pages


def test_waiting_ends(desk: Lookout) -> None:
    """Past its time it gives up; the send stays in doubt."""
    in_doubt(desk, "", LOST, Fault(Kind.LATE_LOGS, seconds=3600))
    began_at = desk.clock.now()
    desk.reconcile(wait_s=120)
    assert (desk.clock.now() - began_at).total_seconds() == pytest.approx(120, abs=5)
    assert desk.send().status == "in_doubt"


def test_without_writing_nothing_is_written(desk: Lookout) -> None:
    """It tells all the same."""
    in_doubt(desk)
    before = desk.log.events("run-1")
    report = desk.reconcile(writes=False)
    assert [each.reached for each in report.seen] == [len(IDS)]
    assert desk.log.events("run-1") == before
    assert not desk.kept()


def test_a_send_by_filter_gets_its_names(desk: Lookout) -> None:
    """Of a send whose customers nobody knew, the rows name them; it was never in doubt."""
    desk.run(runbook(step(limit=7)))
    assert desk.entry().status == "finished"
    desk.reconcile()
    assert desk.reached() == desk.got()
    assert len(desk.reached()) == 7
    assert desk.entry().status == "finished"


def test_what_is_known_whole_is_not_looked_for(desk: Lookout) -> None:
    """A send by ids of which all went out needs no look, and none is made."""
    desk.run(runbook(step(ids=IDS)))
    assert desk.reconcile().seen == ()
    assert not desk.asked()


def test_a_known_send_keeps_its_rows(desk: Lookout) -> None:
    """Rows of an accepted send with the same template do not settle a doubtful one to the same people."""
    desk.sandbox.script(Fault(Kind.RESET, skip=1))
    both = runbook(step(ids=IDS[:4]), step("b", ids=IDS[:4]))
    desk.run(both)
    assert desk.send("b/c1").status == "in_doubt"
    desk.reconcile()
    assert desk.send("b/c1").status == "in_doubt"


def test_a_known_send_of_another_run_keeps_its_rows(desk: Lookout) -> None:
    """The same across two runs on one campaign."""
    desk.run(runbook(step(ids=IDS[:4])), "run-0")
    desk.clock.advance(60)
    in_doubt(desk, runbook(step(ids=IDS[:4])), NEVER_TAKEN)
    desk.reconcile()
    assert desk.send().status == "in_doubt"


@pytest.mark.parametrize("channel", ["call", "whatsapp"])
def test_each_channel_of_the_logs(desk: Lookout, channel: str) -> None:
    """Calls have no template, but an agent."""
    in_doubt(desk, runbook(step(channel=channel, ids=IDS)))
    desk.reconcile()
    assert desk.reached() == set(IDS)


def test_sms_that_the_logs_refuse_is_said(desk: Lookout) -> None:
    """Where they hold no SMS, nothing is concluded and nothing written."""
    in_doubt(desk, runbook(step(channel="sms", ids=IDS)))
    report = desk.reconcile(wait_s=60)
    assert [each.is_kept for each in report.seen] == [False]
    assert "reconciled" not in desk.kinds()
    assert len(desk.asked()) == 1


SMS_LOGS = {"refused": (False, set()), "ignored": (False, set()), "shown": (True, set(IDS))}


@pytest.mark.parametrize("logs", SMS_LOGS)
def test_sms_as_whichever_logs_have_it(tmp_path: Path, logs: str) -> None:
    """Logs that do not know it answer 400, or show every row as if nothing had been said of a channel."""
    desk = Lookout(tmp_path, options=Options(sms_logs=logs))
    try:
        desk.run(runbook(step(ids=IDS)), "run-0")
        in_doubt(desk, runbook(step(channel="sms", ids=IDS)))
        (seen,) = desk.reconcile().seen
        assert (seen.is_kept, desk.reached()) == SMS_LOGS[logs]
        assert seen.is_settled is (logs == "shown")
    finally:
        desk.database.close()


def test_sms_alone_in_the_logs_is_seen(tmp_path: Path) -> None:
    """Where nothing else was sent both counts are the same; the rows say what they are."""
    desk = Lookout(tmp_path, options=Options(sms_logs="shown"))
    try:
        in_doubt(desk, runbook(step(channel="sms", ids=IDS)))
        assert desk.reconcile().seen[0].is_settled
    finally:
        desk.database.close()


def test_erased_ids_are_not_brought_back(desk: Lookout) -> None:
    """A run whose customers' time was over is not looked for (11)."""
    desk.run(runbook(step()))
    with desk.log.writing() as writer:
        writer.append("run-1", Erased(desk.clock.now(), 1, 0, "their time was over"))
    with pytest.raises(Refusal, match="removed") as refused:
        desk.reconcile()
    assert refused.value.code == Exit.GUARDED
    assert not desk.asked()


def test_sends_are_told_in_their_order(desk: Lookout) -> None:
    """Whatever their channels."""
    desk.run(runbook(step(), step("b", "call"), step("c")))
    assert [each.attempt.send.step for each in desk.reconcile().seen] == ["a", "b", "c"]


def test_a_page_that_does_not_come_is_asked_for_again(desk: Lookout) -> None:
    """An answer of 500 to one of three requests ends nothing."""
    in_doubt(desk, "", LOST, Fault(Kind.STATUS, path="/logs", status=500, skip=1))
    assert desk.reconcile().trouble is None
    assert desk.reached() == set(IDS)


def test_logs_that_stay_away_are_refused(desk: Lookout) -> None:
    """Without any answer nothing is known, and nothing is written (11)."""
    in_doubt(desk, "", LOST, Fault(Kind.STATUS, path="/logs", status=503, always=True))
    with pytest.raises(LogsUnread, match="503") as refused:
        desk.reconcile()
    assert refused.value.code == Exit.GUARDED
    assert "reconciled" not in desk.kinds()


def test_what_was_read_before_trouble_counts(desk: Lookout) -> None:
    """The rows of the first page settle the send; that the rest is missing is said."""
    in_doubt(desk, "", LOST, Fault(Kind.STATUS, path="/logs", status=500, skip=2, always=True))
    report = desk.reconcile()
    assert report.trouble is not None
    assert not report.seen[0].complete
    assert desk.send().status == "sent_unknown"
    assert len(desk.reached()) == 10


def test_pages_are_bounded(desk: Lookout) -> None:
    """No more is read than was allowed, and that is not called complete."""
    in_doubt(desk)
    report = desk.reconcile(pages=1)
    assert desk.seen.pages == [(1, 2)]
    assert not report.seen[0].complete
    assert len(desk.reached()) == 10


def test_a_row_against_a_persons_word_halts_for_good(desk: Lookout) -> None:
    """Who said *not sent* was wrong: the run never sends again, and the campaign is blocked."""
    in_doubt(desk)
    desk.clock.advance(60)
    desk.resolve("a", "not_sent")
    report = desk.reconcile()
    assert report.seen[0].contradicts
    assert desk.state().halted_for_good
    assert [send.blocks for send in desk.log.sends("run-1")] == [True]


def test_a_send_made_again_keeps_its_own_rows(desk: Lookout) -> None:
    """The rows of the second attempt are no proof against the word on the first."""
    in_doubt(desk, "", NEVER_TAKEN)
    desk.clock.advance(60)
    desk.resolve("a", "not_sent")
    desk.resume()
    assert not any(each.contradicts for each in desk.reconcile().seen)
    assert desk.state().halted_for_good is None


def test_not_sent_is_refused_against_a_row(desk: Lookout) -> None:
    """Stored rows outlive a doubt; no word goes past them (11 or 64)."""
    in_doubt(desk)
    desk.reconcile()
    with pytest.raises(Refusal, match="settled"):
        desk.resolve("a", "not_sent")


def test_a_living_run_is_left_alone(desk: Lookout) -> None:
    """Whoever holds the campaign has its send in flight: refused (14), before anything is asked."""
    in_doubt(desk)
    entry = desk.entry()
    with desk.log.lease(entry.account, entry.campaign, "run-1"), pytest.raises(Refusal) as refused:
        desk.reconcile()
    assert refused.value.code == Exit.LEASE_OR_LOG
    assert not desk.asked()


def test_another_account_is_refused(desk: Lookout) -> None:
    """Its logs would show other people (13)."""
    in_doubt(desk)
    with pytest.raises(Refusal) as refused:
        desk.reconcile(here=Account("http://127.0.0.1:9/api/v1"))
    assert refused.value.code == Exit.NOT_AS_REVIEWED
    assert not desk.asked()


def test_what_a_dead_process_left_open_is_settled(desk: Lookout) -> None:
    """An intent without an outcome is in doubt, and a row settles it."""
    desk.dies_behind(runbook(step(ids=IDS)))
    assert desk.send().status == "intended"
    desk.reconcile()
    assert desk.send().status == "sent_unknown"
    assert desk.entry().status == "paused"


def test_evidence_settles_a_send(desk: Lookout) -> None:
    """Rows of an export close it, kept with where they come from."""
    in_doubt(desk, runbook(step(channel="sms", ids=IDS)))
    row = LogRow("m-1", "L-3", desk.send().intended_at, channel="sms")
    seen = shown_by(desk.log, desk.entry(), desk.send(), [row])
    assert seen is not None
    settle_by(desk.log, desk.clock, desk.entry(), seen, [row])
    assert desk.send().status == "sent_unknown"
    assert [(each.customer, each.source.value) for each in desk.kept()] == [("L-3", "export")]


def test_phones_are_kept_as_keyed_hashes(desk: Lookout) -> None:
    """No number stands in the log; the same number has the same hash."""
    in_doubt(desk)
    desk.reconcile()
    assert all(each.phone and len(each.phone) == 64 for each in desk.kept())
    assert b"90000" not in desk.path.read_bytes()


def test_a_lost_key_is_not_made_anew(desk: Lookout) -> None:
    """The numbers that are kept could not be found by it; rows are kept without theirs until it is back."""
    in_doubt(desk)
    desk.reconcile()
    number = next(each.phone for each in desk.kept())
    key = key_path(desk.path)
    kept = key.read_bytes()
    key.unlink()
    desk.resume()
    desk.sandbox.script(LOST)
    desk.run(runbook(step(ids=IDS)), run="run-2")
    desk.clock.advance(30)
    assert desk.reconcile("run-2").seal
    assert not key.exists()
    assert [each.phone for each in desk.kept("run-2")] == [None] * len(IDS)
    key.write_bytes(kept)
    assert desk.log.reached_by(number or "")


def test_a_key_of_another_log_is_named(desk: Lookout) -> None:
    """Nobody would be found by it, and rows hashed with it by nobody: refused (14) until it is put back."""
    in_doubt(desk)
    desk.reconcile()
    key = key_path(desk.path)
    kept = key.read_bytes()
    key.write_text("ab" * 32, "ascii")
    with pytest.raises(Refusal, match="not the one of this log"):
        customers_with(desk.log, "9000000001")
    desk.resume()
    desk.sandbox.script(LOST)
    desk.run(runbook(step(ids=IDS)), run="run-2")
    desk.clock.advance(30)
    with pytest.raises(Refusal, match="not the one of this log") as refused:
        desk.reconcile("run-2")
    assert refused.value.code == Exit.LEASE_OR_LOG
    key.write_bytes(kept)
    assert desk.reconcile("run-2").seal
    assert customers_with(desk.log, "9000000001") == ("L-1",)


MOVING: dict[str, tuple[int, tuple[Fault, ...]]] = {
    "still": (5000, ()),
    "doubled": (1000, (Fault(Kind.DOUBLED_LOGS, number=200),)),
    "growing": (1000, (Fault(Kind.SHIFTING_LOGS, number=1),)),
    "failing": (1000, (Fault(Kind.STATUS, path="/logs", status=500, chance=0.02),)),
}


@pytest.mark.slow
@pytest.mark.parametrize("logs", MOVING)
def test_how_many_requests_thousands_of_customers_take(tmp_path: Path, logs: str) -> None:
    """At most 1.2 for each page that holds their rows; everybody is found."""
    customers, faults = MOVING[logs]
    desk = Lookout(tmp_path, rows(customers, language="hindi"))
    try:
        in_doubt(desk, runbook(step(limit=5000)))
        desk.sandbox.script(*faults)
        report = desk.reconcile()
        asked = desk.asked()
        pages = len({query["page"] for query in asked if "page" in query})
        assert pages >= customers / 10
        assert len(asked) <= 1.2 * pages
        assert len(desk.reached()) == customers
        assert report.seen[0].complete is (logs != "growing")
    finally:
        desk.database.close()
