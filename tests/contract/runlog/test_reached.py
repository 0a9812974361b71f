"""What a run log promises of rows of the API's logs that fit its attempts, and of customers in all."""

import sqlite3
from contextlib import closing
from datetime import datetime

import pytest

from engine.record.entry import ReachedEntry
from engine.record.event import Reconciled, Resolution, SendResolved
from engine.record.outcome import SendStatus
from engine.runlog.port import RunLog
from engine.runlog.sqlite.tables import ADDED
from tests.contract.runlogs import (
    ACCOUNT,
    CAMPAIGN,
    RUN,
    SqliteStore,
    intended,
    later,
    put,
    row,
    settled,
    started,
)
from tests.factories import NOW

TEN = [f"L-{number}" for number in range(1, 11)]


def reconciled(reached: int, *, attempt: int = 1, at: datetime = NOW) -> Reconciled:
    """Make what a look at the API's logs found."""
    return Reconciled(at, "remind", "remind/c1", attempt, reached, 20, NOW, later(30))


def keep(log: RunLog, *kept: ReachedEntry, run: str = RUN) -> None:
    """Keep rows with the event that they come with."""
    with log.writing() as writer:
        writer.append(run, reconciled(len(kept)), reached=kept)


@pytest.fixture
def doubtful(log: RunLog) -> RunLog:
    """Give a log with a send in doubt."""
    put(log, intended(), settled("in_doubt"))
    return log


def test_a_row_is_found_by_customer_phone_and_run(doubtful: RunLog) -> None:
    """As it was kept, the newest send first."""
    one, two = row("7", "L-1", phone="ab" * 16), row("5", "L-2")
    keep(doubtful, one, two)
    assert doubtful.reached("L-1") == (one,)
    assert doubtful.reached_by("ab" * 16) == (one,)
    assert doubtful.reached_of(RUN) == (two, one)
    assert doubtful.keeps_phones()
    assert doubtful.reached("L-3") == doubtful.reached_by("cd" * 16) == doubtful.reached_of("run-2") == ()


def test_a_log_without_numbers_says_so(doubtful: RunLog) -> None:
    """A key may be made for it: there is nothing that another one could find."""
    keep(doubtful, row("5", "L-2"))
    assert not doubtful.keeps_phones()


def test_the_key_of_the_numbers_is_noted_beside_them(doubtful: RunLog) -> None:
    """A new one takes its place where none are kept any more; where none are, there is none."""
    for check in ("of one", "of another"):
        with doubtful.writing() as writer:
            writer.note_phone_key(check)
    assert doubtful.phone_key() is None
    keep(doubtful, row("7", "L-1", phone="ab" * 16))
    assert doubtful.phone_key() == "of another"


def test_since_counts_from_the_intent(doubtful: RunLog) -> None:
    """A row may be written long after its request left."""
    keep(doubtful, row("7", "L-1", phone="ab" * 16))
    for since, number in ((NOW, 1), (later(1), 0)):
        assert len(doubtful.reached("L-1", since)) == number
        assert len(doubtful.reached_by("ab" * 16, since)) == number


def test_contacts_since_an_instant(log: RunLog) -> None:
    """Those of earlier requests are left out."""
    with log.writing() as writer:
        writer.append(RUN, intended(), customers=["L-1"])
        writer.append(RUN, intended(address="remind/c2", at=later(5)), customers=["L-1"])
    assert [each.address for each in log.contacts("L-1", later(5))] == ["remind/c2"]
    assert [each.address for each in log.contacts("L-1")] == ["remind/c2", "remind/c1"]


def test_contacts_of_a_run_stand_in_order(log: RunLog) -> None:
    """By address, attempt and customer, whatever the order in which they came."""
    put(log, started("run-2"), run="run-2")
    with log.writing() as writer:
        writer.append(RUN, intended(address="remind/c2"), customers=["L-3", "L-1"])
        writer.append(RUN, intended(), customers=["L-9", "L-2"])
        writer.append("run-2", intended(), customers=["L-8"])
    assert list(log.contacts_of(RUN)) == [
        ("remind/c1", 1, "L-2"),
        ("remind/c1", 1, "L-9"),
        ("remind/c2", 1, "L-1"),
        ("remind/c2", 1, "L-3"),
    ]


def test_a_row_is_kept_for_one_attempt(doubtful: RunLog) -> None:
    """That somebody else claims it is a mistake of the caller; nothing of the transaction stays."""
    put(doubtful, intended(address="remind/c2"), settled("in_doubt", address="remind/c2"))
    keep(doubtful, row("7", "L-1"))
    before = doubtful.events(RUN)
    with pytest.raises(AssertionError, match="7"):
        keep(doubtful, row("8", "L-2", address="remind/c2"), row("7", "L-1", address="remind/c2"))
    assert doubtful.events(RUN) == before
    assert doubtful.claimed(ACCOUNT, ["7", "8"]) == {"7": (RUN, "remind/c1", 1)}


def test_a_row_that_is_kept_stays_as_it_was(doubtful: RunLog) -> None:
    """The digest that was noted with it covers all that the API said of it."""
    keep(doubtful, ReachedEntry("L-1", RUN, "remind/c1", 1, "7", NOW, "pending"))
    with pytest.raises(AssertionError, match="7"):
        keep(doubtful, ReachedEntry("L-1", RUN, "remind/c1", 1, "7", NOW, "completed"))
    assert [each.status for each in doubtful.reached("L-1")] == ["pending"]


def test_a_row_is_claimed_within_its_account(doubtful: RunLog) -> None:
    """Another organisation's logs may number theirs alike."""
    keep(doubtful, row("7", "L-1"))
    assert doubtful.claimed("https://elsewhere org", ["7"]) == {}
    assert doubtful.claimed(ACCOUNT, []) == {}


def test_one_row_settles_a_send_in_doubt(doubtful: RunLog) -> None:
    """As sent, with numbers that nobody knows; the campaign is free then."""
    put(doubtful, reconciled(0))
    assert len(doubtful.unsettled(ACCOUNT, CAMPAIGN)) == 1
    keep(doubtful, row("7", "L-1"))
    (send,) = doubtful.sends(RUN)
    assert (send.status, send.counts) == (SendStatus.SENT_UNKNOWN, None)
    assert doubtful.unsettled(ACCOUNT, CAMPAIGN) == ()
    assert doubtful.sent_before(("occ",), None, but_not="") is not None


def test_a_row_against_a_persons_word_blocks_the_campaign(doubtful: RunLog) -> None:
    """They said that nobody got it; the API's logs know better."""
    put(doubtful, SendResolved(NOW, "remind", "remind/c1", Resolution.NOT_SENT, "seen"))
    assert doubtful.unsettled(ACCOUNT, CAMPAIGN) == ()
    keep(doubtful, row("7", "L-1"))
    (send,) = doubtful.unsettled(ACCOUNT, CAMPAIGN)
    assert send.blocks


def test_rows_change_nothing_of_a_send_that_was_answered(log: RunLog) -> None:
    """Its numbers are known, and better."""
    put(log, intended(), settled("partial"))
    before = log.sends(RUN)
    keep(log, row("7", "L-1"))
    assert log.sends(RUN) == before


def test_sends_that_named_nobody(log: RunLog) -> None:
    """Those that may have reached people, newest first: neither rejected ones, nor ones with contacts."""
    with log.writing() as writer:
        writer.append(RUN, intended(address="by_filter/c1"))
        writer.append(RUN, intended(address="by_id/c1"), customers=["L-1"])
        writer.append(RUN, intended(address="rejected/c1"))
        writer.append(RUN, settled("rejected", address="rejected/c1"))
        writer.append(RUN, intended(address="whole/c1", at_most=10), customers=TEN)
        writer.append(RUN, settled("succeeded", address="whole/c1"))
        writer.append(RUN, intended(address="limited/c1", at_most=10), customers=[*TEN, "L-11"])
        writer.append(RUN, settled("succeeded", address="limited/c1"))
        writer.append(RUN, intended(address="later/c1", at=later(5)))
    assert [send.address for send in log.nameless()] == ["later/c1", "by_filter/c1"]
    assert [send.address for send in log.nameless(later(1))] == ["later/c1"]


@pytest.mark.parametrize(("at_most", "named"), [(9, 10), (9, 9), (3, 3)])
def test_sends_that_reached_more_than_they_named(log: RunLog, at_most: int, named: int) -> None:
    """Of a send that overreached, its contacts are not everybody."""
    with log.writing() as writer:
        writer.append(RUN, intended(at_most=at_most), customers=TEN[:named])
        writer.append(RUN, settled("succeeded"))
    assert [send.address for send in log.nameless()] == ["remind/c1"]


def without_what_was_added(store: SqliteStore) -> None:
    """Make a log what the first version would have made."""
    asked = ", ".join(f"'{name}'" for name in ADDED)
    with closing(sqlite3.connect(store.path)) as connection:
        added = f"SELECT type, name FROM sqlite_master WHERE name IN ({asked})"  # noqa: S608  (our own names)
        for kind, name in connection.execute(added).fetchall():
            connection.execute(f"DROP {kind} {name}")


def test_a_log_of_an_earlier_version_is_looked_at(store: SqliteStore, log: RunLog) -> None:
    """Without what is new in it, and without writing anything."""
    with log.writing() as writer:
        writer.append(RUN, intended(), customers=["L-1"])
    log.close()
    without_what_was_added(store)
    before = store.path.read_bytes()
    looker = store.look()
    assert looker is not None
    assert list(looker.contacts_of(RUN)) == [("remind/c1", 1, "L-1")]
    assert looker.reached("L-1") == looker.reached_by("ab") == looker.reached_of(RUN) == ()
    assert looker.claimed(ACCOUNT, ["7"]) == {}
    assert looker.erasures() == ()
    assert looker.chains() == (RUN,)
    assert len(list(looker.links(RUN))) == 2
    looker.close()
    assert store.path.read_bytes() == before


def test_a_log_of_an_earlier_version_takes_rows_and_seals(store: SqliteStore, log: RunLog) -> None:
    """It gets what it lacks from whoever writes to it next; what stood in it stays."""
    put(log, intended(), settled("in_doubt"))
    log.close()
    without_what_was_added(store)
    again = store.open()
    with again.writing() as writer:
        writer.append(RUN, reconciled(1), reached=[row("7", "L-1")])
        assert writer.seal(NOW) is not None
        assert writer.erase(RUN) == (0, 1)
    assert [send.status for send in again.sends(RUN)] == [SendStatus.SENT_UNKNOWN]
