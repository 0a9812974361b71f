"""Rows that may be of more than one send: none is called missing, and no word goes past them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from engine.cli import reconcile as reconcile_command
from engine.cli.by_evidence import by_evidence
from engine.diagnostics import Json
from engine.record.event import Resolution
from engine.refusal import Exit, Refusal
from engine.report.reconciled import reconciled
from engine.runlog import lock
from engine.runner.reconcile import shown_by
from engine.sandbox import Fault, Kind
from engine.timepay.logs import LogPage, LogQuery, LogRow, count_of, row_of
from tests.reconciling import HEAD, LOST, NEVER_TAKEN, Lookout, runbook, step
from tests.sandboxes import campaign

IDS = ("L-1", "L-4", "L-7")
AT = "2026-03-02T11:00:05"
ENGLISH = "  - {id: a, channel: whatsapp, template: tplA, filters: {language: english}, limit: 10}\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookout]:
    """Give a desk before a sandbox of thirty customers."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)
    made = Lookout(tmp_path)
    yield made
    made.database.close()


def both_in_one_run(desk: Lookout) -> None:
    """Send by filter, and lose the answer of a step to three others with the same template."""
    desk.sandbox.script(Fault(Kind.RESET, accepted=True, skip=1))
    desk.run(HEAD + ENGLISH + step("b", ids=IDS, limit=3))
    first = tuple(each.customer for each in desk.sandbox.outbox[:10])
    desk.sandbox.script(Fault(Kind.MISSING_LOGS, customers=first))
    desk.clock.advance(60)


def about(desk: Lookout, run: str = "run-1") -> str:
    """Look, and give what is said of step b."""
    seen = [each for each in desk.reconcile(run).seen if each.attempt.send.step == "b"]
    return reconciled(seen, run)


def test_a_row_that_may_be_its_own_is_never_called_none(desk: Lookout) -> None:
    """The rows went to a send that surely was made; that they fit the doubtful one is said."""
    both_in_one_run(desk)
    assert "3 rows fit it, but may be those of a/c1" in about(desk)
    assert desk.send("b/c1").status == "in_doubt"


def test_not_sent_does_not_go_past_such_a_row(desk: Lookout) -> None:
    """It would be made again (11)."""
    both_in_one_run(desk)
    desk.reconcile()
    with pytest.raises(Refusal, match=r"fit b/c1, but may be those of a/c1") as refused:
        desk.resolve("b", "not_sent")
    assert refused.value.code == Exit.GUARDED


def test_an_export_of_such_rows_is_not_called_empty(desk: Lookout) -> None:
    """What is kept for another send fits this one, too."""
    both_in_one_run(desk)
    desk.reconcile()
    rows = [LogRow(each.row, each.customer, each.at, is_exported=True) for each in desk.kept()]
    seen = shown_by(desk.log, desk.entry(), desk.send("b/c1"), rows)
    assert seen is not None
    assert len(seen.disputed) == 3


@pytest.mark.parametrize("word", [None, Resolution.NOT_SENT])
def test_a_file_of_such_rows_lets_no_word_but_a_safe_one_pass(
    desk: Lookout, tmp_path: Path, word: Resolution | None
) -> None:
    """It is said whose they may be, and what to say (11); who says *sent* is believed."""
    both_in_one_run(desk)
    desk.reconcile()
    file = tmp_path / "export.csv"
    lines = [f"{each.row},{each.customer},{each.at}" for each in desk.kept()]
    file.write_text("\n".join(["message_id,loan_id,start_time", *lines]), "utf-8")
    with pytest.raises(Refusal, match=r"taken by a/c1: it may well have gone out") as refused:
        by_evidence(desk.log, desk.entry(), "b", file, word)
    assert "--as sent" in refused.value.cure
    assert "a column channel" in refused.value.cure
    assert by_evidence(desk.log, desk.entry(), "b", file, Resolution.SENT) is None


def test_more_rows_than_a_send_can_have_settle_the_doubt(desk: Lookout) -> None:
    """Once the rows of the other one have come, three of its thirteen are somebody else's."""
    both_in_one_run(desk)
    desk.reconcile()
    desk.sandbox.heal()
    said = reconciled(desk.reconcile().seen, "run-1")
    assert "more than the 10 whom it can have reached: some are somebody else's" in said
    assert desk.send("b/c1").status == "sent_unknown"


def test_a_send_whose_rows_are_all_there_is_kept_beside_a_doubt(desk: Lookout) -> None:
    """Nothing of it is open, and its rows stand in the way of a word on the other."""
    desk.sandbox.script(Fault(Kind.RESET, skip=1))
    desk.run(runbook(step(ids=IDS, limit=3), step("b", ids=IDS, limit=3)))
    desk.clock.advance(60)
    assert "3 rows fit it" in about(desk)
    with pytest.raises(Refusal, match="may be those of a/c1"):
        desk.resolve("b", "not_sent")
    desk.resolve("b", "never_known")


def test_the_same_across_runs(desk: Lookout) -> None:
    """The other run is named."""
    desk.run(HEAD + ENGLISH, "run-0")
    first = tuple(each.customer for each in desk.sandbox.outbox)
    desk.clock.advance(60)
    desk.sandbox.script(LOST, Fault(Kind.MISSING_LOGS, customers=first))
    desk.run(runbook(step("b", ids=IDS, limit=3)))
    desk.clock.advance(60)
    desk.reconcile("run-0")
    assert "may be those of a/c1 of run run-0" in about(desk)
    with pytest.raises(Refusal, match="of run run-0"):
        desk.resolve("b", "not_sent")


def taken_before(desk: Lookout) -> None:
    """Send in one run, and lose the answer of another to the same people; none of it goes out."""
    desk.run(runbook(step("a", ids=IDS, limit=3)), "run-0")
    desk.clock.advance(60)
    desk.sandbox.script(NEVER_TAKEN)
    desk.run(runbook(step("b", ids=IDS, limit=3)))
    desk.clock.advance(60)


def test_rows_of_a_run_that_was_never_looked_at_are_kept_for_it(desk: Lookout) -> None:
    """They fit the doubtful send of this one, so no word goes past them (11)."""
    taken_before(desk)
    (told,) = desk.reconcile().others
    assert (
        reconciled([told], "run-1") == "  a/c1 of run run-0: rows show it for 3 customers, all whom it named"
    )
    assert desk.reached("run-0") == set(IDS)
    with pytest.raises(Refusal, match=r"fit b/c1, but may be those of a/c1 of run run-0") as refused:
        desk.resolve("b", "not_sent")
    assert refused.value.code == Exit.GUARDED
    assert desk.entry("run-0").status == "finished"


def test_a_second_look_keeps_no_row_of_another_run_again(desk: Lookout) -> None:
    """It tells nothing new."""
    taken_before(desk)
    desk.reconcile()
    again = desk.reconcile()
    assert again.others == ()
    assert again.seal is None


def test_a_look_without_writing_keeps_nothing_for_another_run(desk: Lookout) -> None:
    """It tells all the same."""
    taken_before(desk)
    assert len(desk.reconcile(writes=False).others) == 1
    assert not desk.kept("run-0")


def test_what_a_look_shows_of_another_doubt_is_said_of_it(desk: Lookout) -> None:
    """Of two runs in doubt the rows fit one alone: whichever is looked at, that one went out."""
    desk.run(HEAD + ENGLISH, "run-0")
    desk.clock.advance(60)
    desk.sandbox.script(LOST)
    desk.run(runbook(step("b", ids=IDS, limit=3)))
    desk.clock.advance(60)
    (told,) = desk.reconcile("run-0").others
    assert told.attempt.key == ("run-1", "b/c1", 1)
    assert desk.send("b/c1").status == "sent_unknown"
    assert desk.entry().status == "paused"


def test_a_word_on_another_run_that_a_look_contradicts_is_no_good_end(desk: Lookout) -> None:
    """The campaign is blocked by then, so 21, though nothing of the run itself is in doubt any more."""
    ids = ("L-2", "L-5")
    desk.sandbox.script(LOST)
    desk.run(runbook(step("a", ids=ids, limit=2)), "run-0")
    desk.clock.advance(60)
    desk.resolve("a", "not_sent", "run-0")
    desk.resume("run-0")
    desk.clock.advance(60)
    desk.sandbox.script(LOST)
    desk.run(HEAD + ENGLISH.replace("id: a", "id: b"))
    desk.clock.advance(60)
    report = desk.reconcile()
    assert [each.contradicts for each in report.others] == [True, False]
    assert not report.seen[0].contradicts
    assert reconcile_command._exit_code(desk.entry(), report) == Exit.HALTED


# ---------------------------------------------------------------- an old picture


def meanwhile(desk: Lookout, happens: Callable[[], object]) -> None:
    """Let something happen while rows are waited for."""
    sleep = desk.clock.sleep_until
    done: list[bool] = []

    def awake(until: datetime, unless: Callable[[], bool]) -> None:
        sleep(until, unless)
        if not done:
            done.append(True)
            happens()

    desk.clock.sleep_until = awake  # type: ignore[method-assign]


def made_again(desk: Lookout) -> None:
    """Say that it was not sent, and send it."""
    desk.resolve("a", "not_sent")
    desk.resume()


def made_by_another(desk: Lookout) -> None:
    """Say that it was not sent, and send the same by another run."""
    desk.resolve("a", "not_sent")
    desk.run(runbook(step("z", ids=IDS, limit=3)), "run-2")


@pytest.mark.parametrize("happens", [made_again, made_by_another])
def test_what_happened_while_it_looked_is_not_written_over(
    desk: Lookout, happens: Callable[[Lookout], None]
) -> None:
    """The rows that come then are of what was sent since: refused (14), and the next look is right."""
    desk.sandbox.script(NEVER_TAKEN)
    desk.run(runbook(step(ids=IDS, limit=3)))
    desk.clock.advance(60)
    meanwhile(desk, lambda: happens(desk))
    with pytest.raises(Refusal, match="settled, sent or erased on campaign camp_demo while") as refused:
        desk.reconcile(wait_s=60)
    assert refused.value.code == Exit.LEASE_OR_LOG
    assert not desk.kept()
    desk.reconcile()
    assert desk.state().halted_for_good is None


# ---------------------------------------------------------------- rows as they come


def shows(desk: Lookout, *rows: dict[str, Json]) -> None:
    """Let the API's logs show these rows alone."""
    read = tuple(row for row in map(row_of, rows) if row is not None)
    desk.client.logs = lambda *_, **__: LogPage(read, 0, len(read), has_next=False)  # type: ignore[method-assign]
    desk.client.log_count = lambda *_, **__: len(read)  # type: ignore[method-assign]


def row(customer: str, name: str | None = "m-1", **told: Json) -> dict[str, Json]:
    """Write a row as the API does."""
    said: dict[str, Json] = {"type": "whatsapp", "campaign_id": "camp_demo", "template_id": "tplA"}
    return {**said, "message_id": name, "loan_id": customer, "start_time": AT, **told}


def doubtful(desk: Lookout, text: str = "") -> None:
    """Leave a send to three in doubt that never went out."""
    desk.sandbox.script(NEVER_TAKEN)
    desk.run(text or runbook(step("b", ids=IDS, limit=3)))
    desk.clock.advance(60)


def test_an_id_is_one_of_its_customer(desk: Lookout) -> None:
    """Three rows with one id are three."""
    doubtful(desk)
    shows(desk, *(row(each) for each in IDS))
    desk.reconcile()
    assert desk.reached() == set(IDS)
    assert len({each.row for each in desk.kept()}) == 3
    assert desk.reconcile().seal is None


def test_half_a_character_is_known_again(desk: Lookout) -> None:
    """In an id or a customer's name, a second look keeps the row no second time."""
    doubtful(desk, runbook(step("b", limit=7)))
    shows(desk, row("L-\ud800", "m\udc00"))
    desk.reconcile()
    assert desk.reconcile().seal is None
    assert len(desk.kept()) == 1


def test_an_id_is_one_of_its_campaign(desk: Lookout) -> None:
    """What another campaign keeps under it hides nothing here."""
    desk.sandbox.load(campaign(30, "camp_b"))
    desk.run(runbook(step(ids=IDS, limit=3)).replace("camp_demo", "camp_b"), "run-0")
    desk.sandbox.script(Fault(Kind.PARTIAL, failed=1))
    desk.run(runbook(step(ids=IDS, limit=3)), "run-0b")
    shows(desk, *(row(each) for each in IDS))
    desk.reconcile("run-0b")
    doubtful(desk, runbook(step("b", ids=IDS, limit=3)).replace("camp_demo", "camp_b"))
    shows(desk, *(row(each, campaign_id="camp_b", start_time="2026-03-02T11:00:30") for each in IDS))
    desk.reconcile()
    assert desk.reached() == set()  # they are those of run-0, which surely was made
    assert "may be those of" in about(desk)


def test_a_row_without_an_id_stays_the_same_when_more_of_it_comes(desk: Lookout) -> None:
    """That its number is filled in later makes no second message, which would speak against a word."""
    doubtful(desk)
    desk.resolve("b", "not_sent")
    desk.sandbox.script(LOST)
    desk.resume()
    desk.clock.advance(60)
    shows(desk, row("L-1", None, start_time="2026-03-02T11:01:05"))
    desk.reconcile()
    shows(desk, row("L-1", None, start_time="2026-03-02T11:01:05", to="9000000001"))
    assert desk.reconcile().seal is None
    assert desk.state().halted_for_good is None


def test_a_call_back_settles_nothing(desk: Lookout) -> None:
    """Its direction says who began it."""
    doubtful(desk)
    shows(desk, row("L-1", direction="inbound"))
    assert "no row of its time fits it" in about(desk)
    assert desk.send("b/c1").status == "in_doubt"


def test_more_rows_than_its_limit_are_said(desk: Lookout) -> None:
    """The send is settled, and some of them are not its own."""
    doubtful(desk, runbook(step("b", limit=2)))
    shows(desk, *(row(f"L-{number}", f"m-{number}") for number in range(5)))
    assert "more than the 2 whom it can have reached" in about(desk)


# ---------------------------------------------------------------- trouble, and a budget


@pytest.mark.parametrize(("status", "said"), [(404, "hold no sms"), (422, "hold no sms"), (500, "not read")])
def test_trouble_of_one_channel_leaves_the_others_alone(desk: Lookout, status: int, said: str) -> None:
    """WhatsApp is read although nothing is told of SMS."""
    desk.sandbox.script(Fault(Kind.RESET, accepted=True, skip=1))
    desk.run(HEAD + step("s", "sms", limit=5) + step("b", ids=IDS, limit=3))
    desk.clock.advance(60)
    count = desk.client.log_count

    def counted(query: LogQuery, **_more: float) -> int:
        if query.channel == "sms":
            kind = {"content-type": "application/json"}
            return count_of(status, kind, b'{"success":false,"message":"no"}', desk.clock.now())
        return count(query)

    desk.client.log_count = counted  # type: ignore[method-assign]
    assert said in reconciled(desk.reconcile().seen, "run-1")
    assert desk.send("b/c1").status == "sent_unknown"


def test_a_doubt_is_looked_at_first(desk: Lookout) -> None:
    """The pages that are left over are those of what surely went out, which is said to be unread."""
    desk.sandbox.script(Fault(Kind.RESET, accepted=True, skip=1))
    desk.run(HEAD + step("c", "call", limit=10) + step("b", ids=IDS, limit=3))
    desk.clock.advance(60)
    said = reconciled(desk.reconcile(pages=1).seen, "run-1")
    assert "c/c1: its rows were not read" in said
    assert desk.send("b/c1").status == "sent_unknown"
    assert sum(each.event.reached for each in desk.log.events("run-1") if hasattr(each.event, "reached")) == 3
