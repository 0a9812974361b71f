"""One transaction of a log on SQLite: an event, its place in the chain, and what follows from it."""

from collections.abc import Sequence
from datetime import datetime

from engine.diagnostics import Json
from engine.record.entry import EventEntry, Lease, ReachedEntry, Standing
from engine.record.event import Event, RunStarted, Sealed, SendIntended
from engine.record.instant import text_of
from engine.runlog.chain import START, Link, link
from engine.runlog.port import LOG
from engine.runlog.sqlite import fault, rows
from engine.runlog.sqlite.database import Database
from engine.runlog.sqlite.latest import Latest
from engine.runlog.sqlite.projection import project, stand, storable

_MOST_HEADS = 500
"""So many stand in one event, 60 kB: the first seal of a log of an earlier version covers all its runs."""


class Writing:
    """The transaction of a writer, durable as a whole when its block ends, or not at all.

    A class, not a generator, which takes twice as long: there are two of them in a send.
    """

    __slots__ = ("_actor", "_database", "_latest", "_lease", "_writer")

    def __init__(self, database: Database, actor: str, lease: Lease | None, latest: Latest) -> None:
        self._database = database
        self._actor = actor
        self._lease = lease
        self._latest = latest

    def __enter__(self) -> "SqliteWriter":
        self._database.begin()
        try:
            self._refuse_lost()
            self._writer = SqliteWriter(self._database, self._actor)
        except BaseException:
            self._database.roll_back()
            raise
        return self._writer

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._database.commit()
            if intent := self._writer.intent:
                self._latest.note(self._database.about["log_id"], intent)
        else:
            self._database.roll_back()

    def _refuse_lost(self) -> None:
        if self._lease is not None and fence_of(self._database, self._lease) != self._lease.fence:
            raise fault.lost(self._lease.campaign)


def fence_of(database: Database, lease: Lease) -> int:
    """Read the fence of whoever took the campaign of a lease last; 0: nobody ever did."""
    found = database.rows(rows.FENCE, lease.account, lease.campaign)
    return int(found[0][0]) if found else 0


class SqliteWriter:
    """A ``Writer`` (engine/runlog/port.py)."""

    def __init__(self, database: Database, actor: str) -> None:
        self._database = database
        self._actor = actor
        self._heads: dict[str, tuple[int, str]] = {}
        self.intent: Link | None = None

    def append(
        self,
        run: str,
        event: Event,
        standing: Standing | None = None,
        *,
        customers: Sequence[str] = (),
        reached: Sequence[ReachedEntry] = (),
    ) -> EventEntry:
        """Add an event to the run's chain, and to the tables what follows from it."""
        assert not isinstance(event, RunStarted) or event.run == run, "a run starts in its own chain"
        seq, before = self._heads.get(run) or self._head(run)
        change = self._database.change
        # First, for a send that may not be opened or settled leaves everything as it is.
        project(change, seq + 1, run, self._actor, event)
        made = link(run, seq + 1, self._actor, event, before)
        change(rows.ADD_EVENT, made)
        self._heads[run] = made.seq, made.hash
        if isinstance(event, SendIntended):
            self.intent = made
            for customer in customers:
                change(rows.ADD_CONTACT, (storable(customer), run, event.address, event.attempt))
        for row in reached:
            self._reach(row)
        if standing is not None:
            stand(change, run, event.at, standing)
        return EventEntry(run, made.seq, event.at, self._actor, event, before, made.hash)

    def erase(self, run: str) -> tuple[int, int]:
        """Remove the customer ids of a run, and count them: contacts, rows of the API's logs."""
        contacts, reached = (
            self._database.change(statement, (run,))
            for statement in (rows.ERASE_CONTACTS, rows.ERASE_REACHED)
        )
        if contacts or reached:
            self._database.change(rows.LEAVES_TRACES, ())
        return contacts, reached

    def note_phone_key(self, check: str) -> None:
        """Note by which key telephone numbers are hashed from now on."""
        self._database.change(rows.NOTE_PHONE_KEY, (check,))

    def seal(self, at: datetime) -> EventEntry | None:
        """Note, in the log's own chain, where the chains end that no seal covers yet; None: all is covered.

        Where those are many, some are noted by an event before the one that is given, whose hash covers it.
        """
        runs = [run for (run,) in self._database.rows(rows.UNSEALED)]
        if not runs and not self._database.rows(rows.ENDS_OPEN, LOG):
            return None
        self._database.change(rows.SEALED, ())
        for first in range(0, max(len(runs), 1), _MOST_HEADS):
            sealed = self._note(at, runs[first : first + _MOST_HEADS])
        return sealed

    def _note(self, at: datetime, runs: Sequence[str]) -> EventEntry:
        heads: dict[str, Json] = {}
        for run in runs:
            seq, head = self._heads.get(run) or self._head(run)
            heads[run] = {"seq": seq, "hash": head}
        return self.append(LOG, Sealed(at, heads))

    def _reach(self, each: ReachedEntry) -> None:
        at = None if each.at is None else text_of(each.at)
        told = (
            storable(each.row),
            storable(each.customer),
            at,
            storable(each.status),
            each.template,
            each.phone,
        )
        kept = self._database.change(
            rows.ADD_REACHED, (*told, each.source.value, each.run, each.address, each.attempt)
        )
        assert kept == 1, f"the row {each.row} is kept for another attempt, or there is no such attempt"

    def _head(self, run: str) -> tuple[int, str]:
        """Read where the chain ends, within the transaction: nobody else can write to it now."""
        found = self._database.rows(rows.HEAD, run)
        return (found[0][0], found[0][1]) if found else (0, START)
