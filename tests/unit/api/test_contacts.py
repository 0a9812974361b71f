"""Whom a run log knows to have been messaged, or perhaps."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.api.contacts import customers_with, people_called, people_of
from engine.diagnostics import Json
from engine.record.contact import Known
from engine.record.entry import ReachedEntry
from engine.record.event import (
    Erased,
    LateAnswer,
    Reconciled,
    Resolution,
    RunStarted,
    SendIntended,
    SendResolved,
)
from engine.refusal import Exit, Refusal
from engine.runlog.phone import hashed, key_of
from engine.runlog.port import RunLog
from engine.runlog.sqlite import look_at
from tests.contract.runlogs import SqliteStore, document, later, put, result, settled
from tests.factories import NOW


@pytest.fixture
def log(tmp_path: Path) -> Iterator[RunLog]:
    """Give an empty log."""
    store = SqliteStore(tmp_path / "runlog.db")
    yield store.open()
    store.close()


def begin(log: RunLog, run: str, filters: dict[str, Json], at: datetime = NOW, *customers: str) -> None:
    """Write a run of one send with these filters, which is about to leave."""
    plan = document()
    body: Json = {"filters": filters}
    send: Json = {"address": "remind/c1", "method": "POST", "path": "/x", "body": body, "at_most": 100}
    plan["steps"] = [
        {
            "id": "remind",
            "channel": "sms",
            "template": {"id": "t1", "text": f"Text of {run}"},
            "sends": [send],
        }
    ]
    put(log, RunStarted(at, run, "occ", plan), run=run)
    with log.writing() as writer:
        writer.append(run, SendIntended(at, "remind", "remind/c1", 1, "h", 100), customers=customers)


def reach(log: RunLog, run: str, *rows: tuple[str, str, str | None]) -> None:
    """Keep rows of the API's logs: each its customer, its id, a hashed number."""
    kept = [
        ReachedEntry(who, run, "remind/c1", 1, row, NOW, "delivered", "t1", phone) for who, row, phone in rows
    ]
    event = Reconciled(later(9), "remind", "remind/c1", 1, len(kept), len(kept), NOW, later(9))
    with log.writing() as writer:
        writer.append(run, event, reached=kept)


def test_what_named_a_customer_and_what_may_have_reached_them(log: RunLog) -> None:
    """Newest first; each with the text of its own day."""
    begin(log, "run-1", {"ids": ["L-1", "L-2"]}, NOW, "L-1", "L-2")
    begin(log, "run-2", {"language": ["hindi"]}, later(1))
    ten = [f"L-{number}" for number in range(1, 11)]
    begin(log, "run-3", {"ids": [*ten]}, later(2), *ten)
    put(log, settled("succeeded"), run="run-3")
    people = people_called(log, ["L-1"])
    assert [(each.send.run, each.known, each.planned.text) for each in people.contacts] == [
        ("run-3", Known.SENT, "Text of run-3"),
        ("run-1", Known.UNKNOWN, "Text of run-1"),
    ]
    assert [each.send.run for each in people.unnamed] == ["run-2"]
    assert people_called(log, ["L-99"]).contacts == ()


def test_a_row_of_the_logs_names_whom_a_filter_reached(log: RunLog) -> None:
    """That send is no *perhaps* for them any more; for others it is, with how many are known."""
    begin(log, "run-1", {"language": ["hindi"]})
    reach(log, "run-1", ("L-1", "row-1", None), ("L-1", "row-2", None), ("L-2", "row-3", None))
    ours, theirs = people_called(log, ["L-1"]), people_called(log, ["L-3"])
    assert [(each.known, [row.row for row in each.rows]) for each in ours.contacts] == [
        (Known.REACHED, ["row-1", "row-2"])
    ]
    assert ours.unnamed == ()
    assert [each.known for each in theirs.unnamed] == [{"L-1", "L-2"}]


def test_whom_a_filter_leaves_out_it_did_not_reach(log: RunLog) -> None:
    """Surely so, if all ids of theirs are left out; what they are not called by may be their other id."""
    begin(log, "run-1", {"exclude_ids": ["L-1"]})
    assert people_called(log, ["L-1"]).unnamed == ()
    assert len(people_called(log, ["L-1", "LEAD-1"]).unnamed) == 1
    assert len(people_called(log, []).unnamed) == 1


def test_what_was_surely_not_taken_is_no_perhaps(log: RunLog) -> None:
    """Nothing of it reached anybody."""
    begin(log, "run-1", {"language": ["hindi"]})
    put(log, settled("rejected"), run="run-1")
    assert people_called(log, ["L-1"]).unnamed == ()
    assert people_of(log, "run-1").unnamed == ()


def test_what_a_late_answer_says_beats_a_person_s_word(log: RunLog) -> None:
    """Somebody said that nothing was sent, and was wrong."""
    begin(log, "run-1", {"ids": ["L-1"]}, NOW, "L-1")
    put(log, SendResolved(NOW, "remind", "remind/c1", Resolution.NOT_SENT, "none to be seen"), run="run-1")
    assert [each.known for each in people_called(log, ["L-1"]).contacts] == [Known.NOT_SENT]
    put(log, LateAnswer(later(9), "remind", "remind/c1", 1, result("succeeded")), run="run-1")
    assert [each.known for each in people_called(log, ["L-1"]).contacts] == [Known.UNKNOWN]


def test_of_many_sends_the_newest_are_looked_at(log: RunLog) -> None:
    """And that more are left is said; ``since`` counts for all of it."""
    for number in range(5):
        begin(log, f"run-{number}", {"language": ["hindi"]}, later(number))
    few = people_called(log, ["L-1"], most=2)
    assert ([each.send.run for each in few.unnamed], few.has_more) == (["run-4", "run-3"], True)
    assert not people_called(log, ["L-1"], most=5).has_more
    assert [each.send.run for each in people_called(log, ["L-1"], later(4)).unnamed] == ["run-4"]
    begin(log, "run-9", {"ids": ["L-1"]}, NOW - timedelta(days=1), "L-1")
    assert people_called(log, ["L-1"], NOW).contacts == ()


def test_a_number_leads_to_whom_the_logs_name_with_it(log: RunLog) -> None:
    """However it is written; without a key, or a row, to nobody, and looking makes no key."""
    assert log.path is not None
    begin(log, "run-1", {"language": ["hindi"]})
    assert customers_with(log, "+91 98765 43210") == ()
    assert not log.path.with_name("runlog.db.key").exists()
    key = key_of(log.path, make=True)
    assert key is not None
    reach(
        log, "run-1", ("L-7", "row-1", hashed(key, "9876543210")), ("L-8", "row-2", hashed(key, "9876543211"))
    )
    assert customers_with(log, "+91 98765 43210") == ("L-7",)
    assert customers_with(log, "98765 43219") == ()


def test_the_people_of_a_run(log: RunLog) -> None:
    """Everybody whom it named or is known to have reached, and the sends of which that is not all."""
    begin(log, "run-1", {"ids": ["L-1", "L-2"]}, NOW, "L-1", "L-2")
    begin(log, "run-2", {"language": ["hindi"]}, later(1))
    reach(log, "run-2", ("L-3", "row-1", None))
    named, filtered = people_of(log, "run-1"), people_of(log, "run-2")
    assert [each.customer for each in named.contacts] == ["L-1", "L-2"]
    assert named.unnamed == ()
    assert [(each.customer, each.known) for each in filtered.contacts] == [("L-3", Known.REACHED)]
    assert [(each.send.run, {*each.known}, each.at_most) for each in filtered.unnamed] == [
        ("run-2", {"L-3"}, 100)
    ]


def test_erased_customers_leave_a_send_that_names_nobody(log: RunLog) -> None:
    """So that nobody takes the silence for *nothing was sent*."""
    begin(log, "run-1", {"ids": ["L-1"]}, NOW, "L-1")
    assert log.erasures() == ()
    with log.writing() as writer:
        writer.append("run-1", Erased(later(5), *writer.erase("run-1"), "half a year"))
    people = people_called(log, ["L-1"])
    assert (people.contacts, [each.send.run for each in people.unnamed]) == ((), ["run-1"])
    assert [
        (entry.run, entry.event.reason) for entry in log.erasures() if isinstance(entry.event, Erased)
    ] == [("run-1", "half a year")]


def test_a_log_of_an_earlier_version_is_looked_at(log: RunLog, tmp_path: Path) -> None:
    """It has no table of rows and no index of erasures, and lacks nothing for it."""
    begin(log, "run-1", {"ids": ["L-1"]}, NOW, "L-1")
    with log.writing() as writer:
        for statement in ("DROP TABLE reached", "DROP INDEX erasures", "DROP INDEX contacts_by_send"):
            writer._database.change(statement, ())  # type: ignore[attr-defined]  # as it was then
    looked = look_at(tmp_path / "runlog.db")
    assert looked is not None
    assert [each.send.run for each in people_called(looked, ["L-1"]).contacts] == ["run-1"]
    assert looked.erasures() == ()
    looked.close()


def test_a_first_event_that_cannot_be_read_is_said(log: RunLog) -> None:
    """No answer is made up from a log that is damaged."""
    begin(log, "run-1", {"ids": ["L-1"]}, NOW, "L-1")
    with log.writing() as writer:
        for statement in (
            "DROP TRIGGER events_are_not_changed",
            "UPDATE events SET body = '{' WHERE seq = 1",
        ):
            writer._database.change(statement, ())  # type: ignore[attr-defined]  # past the log's own way
    with pytest.raises(Refusal, match="first event of run run-1") as refused:
        people_called(log, ["L-1"])
    assert refused.value.code == Exit.LEASE_OR_LOG
