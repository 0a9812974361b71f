"""What a run log promises of ids that are removed: they are gone, and nothing else is."""

import sqlite3
from contextlib import closing

import pytest

from engine.record.event import Erased, Reconciled
from engine.runlog.chain import verify
from engine.runlog.port import RunLog
from engine.runlog.sqlite import SqliteLog
from tests.contract.runlogs import (
    ACCOUNT,
    CAMPAIGN,
    GOING,
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

OTHER = "run-2"


@pytest.fixture
def log(log: RunLog) -> RunLog:
    """Give a log with two runs that named customers; the API's logs showed one of each."""
    put(log, started(OTHER, "other"), run=OTHER, standing=GOING)
    for run, customers in ((RUN, ["L-1", "L-2"]), (OTHER, ["L-2", "L-3"])):
        reached = row(f"row of {run}", customers[0], run=run, phone="ab" * 16)
        looked = Reconciled(NOW, "remind", "remind/c1", 1, 1, 9, NOW, later(9))
        with log.writing() as writer:
            writer.append(run, intended(), customers=customers)
            writer.append(run, settled("succeeded"))
            writer.append(run, looked, reached=[reached])
    return log


def erase(log: RunLog, run: str = RUN) -> tuple[int, int]:
    """Remove a run's ids, as a command does."""
    with log.writing() as writer:
        contacts, reached = writer.erase(run)
        writer.append(run, Erased(later(60), contacts, reached, "its time is over"))
    return contacts, reached


def test_a_runs_ids_go_and_those_of_others_stay(log: RunLog) -> None:
    """Also of a customer whom both had."""
    assert erase(log) == (2, 1)
    assert list(log.contacts_of(RUN)) == []
    assert (log.reached_of(RUN), log.contacts("L-1"), log.reached("L-1")) == ((), (), ())
    assert [each.run for each in log.contacts("L-2")] == [OTHER]
    assert [each.run for each in log.reached_by("ab" * 16)] == [OTHER]


def test_what_was_sent_stays(log: RunLog) -> None:
    """The sends, the chain, and what *once* goes by."""
    before = log.sends(RUN), log.events(RUN)
    erase(log)
    assert (log.sends(RUN), log.events(RUN)[:-1]) == before
    assert verify(log.events(RUN)) is None
    found = log.sent_before(("occ",), None, but_not="")
    assert found is not None
    assert found.run == RUN


def test_a_removal_that_is_rolled_back_removes_nothing(log: RunLog) -> None:
    """The event and the removal are one."""
    before = log.events(RUN), list(log.contacts_of(RUN)), log.reached_of(RUN)
    with pytest.raises(ZeroDivisionError), log.writing() as writer:  # noqa: PT012  (what fails comes last)
        writer.append(RUN, Erased(NOW, *writer.erase(RUN), "no"))
        _ = 1 / 0
    assert (log.events(RUN), list(log.contacts_of(RUN)), log.reached_of(RUN)) == before


def test_a_second_removal_finds_nothing(log: RunLog) -> None:
    """And a run that is not there has nothing."""
    erase(log)
    with log.writing() as writer:
        assert writer.erase(RUN) == writer.erase("run-9") == (0, 0)


def test_removals_are_listed(log: RunLog) -> None:
    """Whoever looks for a customer must know what cannot be found any more."""
    assert log.erasures() == ()
    erase(log, OTHER)
    erase(log)
    assert [each.run for each in log.erasures()] == [RUN, OTHER]
    assert log.erasures()[0].event == Erased(later(60), 2, 1, "its time is over")


# ------------------------------------------------ its bytes

CUSTOMERS = [f"LOANID-{(number * 7919) % 100_003:06d}" for number in range(3000)]
"""In no order, so that SQLite moves them about in the file."""


def fill(store: SqliteStore, *, secure: bool = True) -> SqliteLog:
    """Name many customers in many sends of two runs, one after the other and mixed."""
    log = store.open()
    if not secure:  # SQLite is made either way
        log._database.rows("PRAGMA secure_delete = OFF")
    for run in (RUN, OTHER):
        put(log, started(run, run), run=run, standing=GOING)
    for number in range(0, len(CUSTOMERS), 50):
        for run in (RUN, OTHER):
            named = [f"{run}-{customer}" for customer in CUSTOMERS[number : number + 50]]
            with log.writing() as writer:
                writer.append(run, intended(address=f"remind/c{number}"), customers=named)
    return log


def found(store: SqliteStore, run: str) -> int:
    """Count the ids of a run in the bytes of the log's files."""
    files = (store.path, store.path.with_name(f"{store.path.name}-wal"))
    return sum(file.read_bytes().count(f"{run}-LOANID".encode()) for file in files if file.exists())


@pytest.mark.parametrize("secure", [True, False])
def test_no_byte_of_an_id_is_left(store: SqliteStore, *, secure: bool) -> None:
    """In the file, or in what SQLite keeps beside it: not where it had once stood, either."""
    log = fill(store, secure=secure)
    assert found(store, RUN) > len(CUSTOMERS)
    erase(log)
    assert log.scrub()
    assert found(store, RUN) == 0
    assert found(store, OTHER) >= len(CUSTOMERS)
    log.close()
    assert found(store, RUN) == 0


def test_a_scrubbed_log_is_the_same_log(store: SqliteStore) -> None:
    """It knows what it knew, and is written on."""
    log = fill(store)
    erase(log)
    before = log.log_id, log.events(RUN), log.sends(RUN), list(log.contacts_of(OTHER))
    log.scrub()
    put(log, intended(address="remind/new"))
    again = store.look()
    assert again is not None
    assert (again.log_id, again.events(RUN)[:-1], again.sends(RUN)[:-1]) == before[:3]
    assert list(again.contacts_of(OTHER)) == before[3]


def test_a_log_without_traces_is_not_written_anew(store: SqliteStore) -> None:
    """A job asks for it every night."""
    log = fill(store)
    erase(log)
    log.scrub()
    before = [each.stat().st_mtime_ns for each in sorted(store.path.parent.glob("runlog.db*"))]
    assert log.scrub()
    assert [each.stat().st_mtime_ns for each in sorted(store.path.parent.glob("runlog.db*"))] == before


def test_whoever_reads_keeps_traces(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is said, and done again later."""
    monkeypatch.setattr("engine.runlog.sqlite.database._SCRUB_TURNS", 1)
    log = fill(store)
    with closing(sqlite3.connect(store.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM contacts").fetchone()
        erase(log)
        assert not log.scrub()
        assert found(store, RUN) > 0
        reader.execute("ROLLBACK")
    assert log.scrub()
    assert found(store, RUN) == 0


def test_while_somebody_sends_the_file_is_not_written_anew(store: SqliteStore) -> None:
    """That takes long in a large log, and an answer that cannot be written in time is a doubt."""
    log = fill(store)
    erase(log)
    with store.open().lease(ACCOUNT, CAMPAIGN, OTHER):
        assert not log.scrub()
        assert found(store, RUN) > 0
    assert log.scrub()
    assert found(store, RUN) == 0
