"""What a run log promises of its chains as they are stored, and of the seals over their heads."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import islice

import pytest

from engine.record.entry import EventEntry
from engine.record.event import RunCancelled, Sealed, StepSkipped, StopSet
from engine.runlog.chain import Link, link, verify
from engine.runlog.port import LOG, RunLog
from tests.contract.runlogs import (
    GOING,
    RUN,
    SqliteStore,
    another_process,
    intended,
    later,
    put,
    settled,
    started,
)
from tests.factories import NOW


def seal(log: RunLog) -> EventEntry | None:
    """Seal in a transaction of its own."""
    with log.writing() as writer:
        return writer.seal(later(5))


def heads(log: RunLog) -> dict[str, dict[str, object]]:
    """Give where the chains of the runs end."""
    ends = {run: log.events(run)[-1] for run in log.chains() if run != LOG}
    return {run: {"seq": end.seq, "hash": end.hash} for run, end in ends.items()}


def sealed(entry: EventEntry | None) -> object:
    """Give the heads that a seal holds."""
    assert entry is not None
    assert isinstance(entry.event, Sealed)
    return entry.event.heads


def seals(log: RunLog) -> Iterator[Sealed]:
    """Give every seal, in order."""
    return (each.event for each in log.events(LOG) if isinstance(each.event, Sealed))


# ------------------------------------------------ seals


def test_a_seal_covers_every_chain_that_none_covers_yet(log: RunLog) -> None:
    """It stands in the log's own chain, and is that event's hash."""
    put(log, started("run-2"), intended(), run="run-2", standing=GOING)
    made = seal(log)
    assert sealed(made) == heads(log)
    assert log.events(LOG)[-1] == made


def test_the_next_seal_covers_only_what_came_after(log: RunLog) -> None:
    """The one before it is in the same chain, so its hash covers that, too."""
    put(log, started("run-2"), run="run-2", standing=GOING)
    first = seal(log)
    put(log, intended())
    second = seal(log)
    assert sealed(second) == {RUN: heads(log)[RUN]}
    assert first is not None
    assert second is not None
    assert second.before == first.hash


def test_where_nothing_is_new_there_is_no_seal(log: RunLog) -> None:
    """Sealing twice leaves the log as it is."""
    seal(log)
    assert seal(log) is None
    assert len(log.events(LOG)) == 1


def test_a_stop_is_sealed_too(log: RunLog) -> None:
    """It stands in the chain that seals stand in: the next one covers it by its own hash."""
    seal(log)
    put(log, StopSet(NOW, None, "no"), run=LOG)
    made = seal(log)
    assert sealed(made) == {}
    assert made == log.events(LOG)[-1]
    assert seal(log) is None


def test_a_seal_covers_what_its_own_transaction_wrote(log: RunLog) -> None:
    """A command seals in its last transaction, before that is durable."""
    with log.writing() as writer:
        cancelled = writer.append(RUN, RunCancelled(NOW, "no"))
        made = writer.seal(NOW)
    assert sealed(made) == {RUN: {"seq": cancelled.seq, "hash": cancelled.hash}}


def test_a_seal_that_is_rolled_back_covers_nothing(log: RunLog) -> None:
    """The next one covers it all the same."""

    class Broken(Exception):  # noqa: N818  (it breaks a transaction)
        pass

    with pytest.raises(Broken), log.writing() as writer:  # noqa: PT012  (both are the point)
        assert writer.seal(NOW) is not None
        raise Broken
    assert log.events(LOG) == ()
    assert sealed(seal(log)) == heads(log)


def test_what_a_killed_process_left_is_sealed_by_the_next(store: SqliteStore, log: RunLog) -> None:
    """It wrote events, and died before it could seal them."""
    seal(log)
    lines = "put(log, started('run-2'), intended(), run='run-2'); say('written'); wait()"
    with another_process(store.path, lines) as child:
        child.hears("written")
        child.process.kill()
        child.process.wait()
    put(log, started("run-3"), run="run-3", standing=GOING)
    found = sealed(seal(log))
    assert found == {run: head for run, head in heads(log).items() if run != RUN}


def test_processes_that_seal_at_once_leave_no_gap(store: SqliteStore, log: RunLog) -> None:
    """Each event is covered by the first seal after it, whoever makes that; the chain stays one."""
    lines = (
        "import os; name = f'run-{os.getpid()}'; put(log, started(name), run=name); say('ready'); wait()\n"
        "for n in range(25):\n"
        "    with log.writing() as writer:\n"
        "        writer.append(name, StepSkipped(NOW, 'a', str(n)))\n"
        "        writer.seal(NOW)\n"
    )
    with another_process(store.path, lines) as one, another_process(store.path, lines) as two:
        for child in (one, two):
            child.hears("ready")
        for child in (one, two):
            child.go_on()
        for child in (one, two):
            child.ends()
    seal(log)
    latest: dict[str, object] = {}
    for each in seals(log):
        latest.update(each.heads)
    assert latest == heads(log)
    assert verify(log.events(LOG)) is None


def test_many_chains_are_covered_by_several_events(log: RunLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """No event grows with the log; the last one is the seal, and covers the others by its hash."""
    monkeypatch.setattr("engine.runlog.sqlite.writer._MOST_HEADS", 2)
    for number in range(2, 6):
        put(log, started(f"run-{number}"), run=f"run-{number}", standing=GOING)
    made = seal(log)
    assert [len(each.heads) for each in seals(log)] == [2, 2, 1]
    assert log.events(LOG)[-1] == made
    assert {run: head for each in seals(log) for run, head in each.heads.items()} == heads(log)
    assert seal(log) is None


@pytest.mark.parametrize(
    "lacking", [["TABLE unsealed", "TRIGGER events_are_unsealed"], ["TRIGGER events_are_unsealed"]]
)
def test_a_log_of_an_earlier_version_is_sealed_whole(store: SqliteStore, lacking: list[str]) -> None:
    """Nobody knows which of its events a seal covers, so the first one covers all runs."""
    log = store.open()
    for run in ("run-1", "run-2"):
        put(log, started(run), run=run, standing=GOING)
    seal(log)
    log.close()
    with closing(sqlite3.connect(store.path)) as connection:
        for each in lacking:
            connection.execute(f"DROP {each}")
    again = store.open()
    assert sealed(seal(again)) == heads(again)


def test_what_an_earlier_version_writes_is_sealed(store: SqliteStore, log: RunLog) -> None:
    """It runs beside this one, and knows nothing of seals: the file notes what it writes."""
    head = log.events(RUN)[-1]
    seal(log)
    event = link(RUN, head.seq + 1, "ravi", StepSkipped(NOW, "a", "no"), head.hash)
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", event)
        connection.commit()
    assert sealed(seal(log)) == heads(log)


# ------------------------------------------------ chains


def test_every_chain_is_named(log: RunLog) -> None:
    """Those of the runs, and the log's own once it has an event."""
    assert log.chains() == (RUN,)
    put(log, started("run-0"), run="run-0", standing=GOING)
    seal(log)
    assert log.chains() == (LOG, "run-0", RUN)


def test_links_are_what_is_stored(store: SqliteStore, log: RunLog) -> None:
    """Texts, whatever they say: who changed one must find it in what is checked."""
    put(log, intended(), settled("succeeded"))
    with closing(sqlite3.connect(store.path)) as connection:
        stored = [Link(*row) for row in connection.execute("SELECT * FROM events WHERE run = ?", (RUN,))]
        assert list(log.links(RUN)) == stored
        connection.execute("DROP TRIGGER events_are_not_changed")
        connection.execute("UPDATE events SET kind = 'nonsense', body = '{' WHERE seq = 2")
        connection.commit()
    changed = list(log.links(RUN))[1]
    assert (changed.seq, changed.kind, changed.body) == (2, "nonsense", "{")


def test_links_come_as_they_are_asked_for(log: RunLog) -> None:
    """A chain may be longer than memory; meanwhile others are asked for, and written."""
    put(log, *(StepSkipped(NOW, "a", str(number)) for number in range(50)))
    links = log.links(RUN)
    assert [link.seq for link in islice(links, 3)] == [1, 2, 3]
    assert log.chains() == (RUN,)
    assert [link.seq for link in links] == list(range(4, 52))


def test_a_log_keeps_its_id(store: SqliteStore, log: RunLog) -> None:
    """Whoever opens it, and no other log has it."""
    looker = store.look()
    assert looker is not None
    assert looker.log_id == log.log_id != ""
    other = SqliteStore(store.path.with_name("other.db"))
    assert other.open().log_id != log.log_id
    other.close()


def test_links_may_be_left_behind(store: SqliteStore, log: RunLog) -> None:
    """Whoever stops in the middle of a chain may close the log first."""
    put(log, *(StepSkipped(NOW, "a", str(number)) for number in range(50)))
    looker = store.look()
    assert looker is not None
    links = looker.links(RUN)
    next(links)
    looker.close()
    del links  # a warning here is an error
