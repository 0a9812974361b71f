"""One transaction of a log on SQLite: an event, its place in the chain, and what follows from it."""

from collections.abc import Sequence

from engine.record.entry import EventEntry, Standing
from engine.record.event import Event, RunStarted, SendIntended
from engine.runlog.chain import START, link
from engine.runlog.sqlite import rows
from engine.runlog.sqlite.database import Database
from engine.runlog.sqlite.projection import project, stand, storable


class SqliteWriter:
    """A ``Writer`` (engine/runlog/port.py)."""

    def __init__(self, database: Database, actor: str) -> None:
        self._database = database
        self._actor = actor
        self._heads: dict[str, tuple[int, str]] = {}

    def append(
        self, run: str, event: Event, standing: Standing | None = None, *, customers: Sequence[str] = ()
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
            for customer in customers:
                change(rows.ADD_CONTACT, (storable(customer), run, event.address, event.attempt))
        if standing is not None:
            stand(change, run, event.at, standing)
        return EventEntry(run, made.seq, event.at, self._actor, event, before, made.hash)

    def _head(self, run: str) -> tuple[int, str]:
        """Read where the chain ends, within the transaction: nobody else can write to it now."""
        found = self._database.rows(rows.HEAD, run)
        return (found[0][0], found[0][1]) if found else (0, START)
