"""The run log on SQLite: what is asked of it, who holds a campaign, and the one way to write."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from engine import clock, durable
from engine.frozen import replace
from engine.record.entry import (
    ContactEntry,
    EventEntry,
    Holder,
    Lease,
    ReachedEntry,
    RunEntry,
    SendEntry,
    StopEntry,
)
from engine.record.instant import text_of
from engine.record.plan import may_be_one, why_one
from engine.refusal import Refusal
from engine.runlog import names
from engine.runlog.chain import Link
from engine.runlog.sqlite import fault, place, rows, tables
from engine.runlog.sqlite.database import Database, make_file
from engine.runlog.sqlite.hold import hold, hold_making, holder, sign
from engine.runlog.sqlite.latest import Latest
from engine.runlog.sqlite.projection import storable
from engine.runlog.sqlite.writer import SqliteWriter, Writing, fence_of

_PATIENCE_S = 40.0
_Entry = TypeVar("_Entry")


def open_log(
    path: Path,
    *,
    actor: str,
    owner: str,
    create: bool,
    patience_s: float = _PATIENCE_S,
    now: Callable[[], datetime] = clock.now,
) -> "SqliteLog":
    """Open the log at a path for writing; ``Refusal`` (14) where that cannot be.

    ``actor`` stands in every event that is written: the person. ``owner`` is what others are told
    of a campaign that this process holds: host, process, the CI job's address. Without ``create`` the
    log must be there. ``patience_s`` is how long another writer is waited for.
    """
    path = place.true_path(path)
    if not place.is_there(path, to="write"):
        if not create:
            raise fault.missing(path)
        _create(path, now())
    place.refuse_network(path)
    with _looked_at(path, patience_s):
        database = Database(path, looking=False, patience_s=patience_s)
    refuse_older(path, database)
    place.tighten(path)
    return SqliteLog(path, database, actor=_one_line(actor), owner=_one_line(owner), now=now)


def look_at(path: Path, *, patience_s: float = _PATIENCE_S) -> "SqliteLog | None":
    """Open the log at a path to look at it; None where there is none. Nothing in it can be changed.

    ``Refusal`` (14) where it is gone, and what was written last to it is not.
    """
    path = place.true_path(path)
    if not place.is_there(path):
        place.refuse_left(path)
        return None
    return SqliteLog(path, Database(path, looking=True, patience_s=patience_s))


class SqliteLog:
    """A ``RunLog`` in one file (engine/runlog/port.py says what its methods do); it serves one thread."""

    def __init__(
        self,
        path: Path,
        database: Database,
        *,
        actor: str | None = None,
        owner: str = "",
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        """Without an actor it can only be looked at."""
        self.path = path
        self._database = database
        self._actor = actor
        self._owner = owner
        self._now = now
        self._held: set[tuple[str, str]] = set()
        self._latest = Latest(path)

    # ------------------------------------------------ looking

    def runs(self) -> tuple[RunEntry, ...]:
        """List the runs, newest first."""
        return self._entries(rows.run_entry, rows.RUNS)

    def find(self, name: str) -> RunEntry:
        """Give a run by its id, a unique beginning of it, or ``last``; raises ``Refusal`` (64)."""
        name = storable(name)
        found = self._entries(rows.run_entry, rows.RUNS_LAST) if name == names.LAST else ()
        if found and found[0].started_at > (now := self._now()):
            raise names.ahead(self.runs(), now)
        found = found or self._entries(rows.run_entry, rows.RUNS_NAMED, name, names.SHOWN + 1)
        if (chosen := names.choose(name, found)) is None:
            raise names.unknown(name, [entry.run for entry in self.runs()])
        return chosen

    def events(self, run: str) -> tuple[EventEntry, ...]:
        """Give a run's chain, in order."""
        return self._entries(rows.event_entry, rows.EVENTS, run)

    def sends(self, run: str) -> tuple[SendEntry, ...]:
        """Give every attempt of a run, in the order of their intents."""
        return self._entries(rows.send_entry, rows.SENDS, run)

    def unsettled(self, account: str, campaign: str) -> tuple[SendEntry, ...]:
        """Give the campaign's sends that are intended, in doubt, or block it after an overreach."""
        found = self._entries(rows.send_entry, rows.UNSETTLED, *rows.of_origin(account), campaign)
        return tuple(each for each in found if may_be_one(each.account, account))

    def alike(self, account: str, campaign: str) -> tuple[str, ...]:
        """Give the accounts that may be this one and have held the campaign, itself first in any case."""
        found = [str(key) for (key,) in self._database.rows(rows.HOLDERS, *rows.of_origin(account), campaign)]
        others = (key for key in found if key != account and may_be_one(key, account))
        return (account, *others)

    def sent_before(
        self, occasions: tuple[str, ...], since: datetime | None, *, but_not: str
    ) -> RunEntry | None:
        """Give the run of any of the occasions that was first to send since then, or may have been."""
        question, asked = rows.sent_before(len(occasions)), map(storable, occasions)
        return next(iter(self._entries(rows.run_entry, question, but_not, _since(since), *asked)), None)

    def unsent(self, occasion: str, since: datetime | None, *, but_not: str) -> tuple[RunEntry, ...]:
        """Give the occasion's runs started since then that have no end and of which nothing went out."""
        return self._entries(rows.run_entry, rows.UNSENT, storable(occasion), but_not, _since(since))

    def stops(self) -> tuple[StopEntry, ...]:
        """Give the stops that stand."""
        # Sorted here: SQLite would set up a sorter each time, and no stop stands as a rule.
        found = self._entries(rows.stop_entry, rows.STOPS)
        return tuple(sorted(found, key=lambda stop: (stop.at, stop.account or "", stop.campaign or "")))

    def contacts(self, customer: str, since: datetime | None = None) -> tuple[ContactEntry, ...]:
        """Give the attempts that named a customer, newest first."""
        return self._entries(rows.contact_entry, rows.CONTACTS, storable(customer), _since(since))

    def contacts_of(self, run: str) -> Iterator[tuple[str, int, str]]:
        """Give address, attempt and customer of everybody whom a run named, in that order."""
        return map(tuple, self._database.each(rows.CONTACTS_OF, run))

    def nameless(self, since: datetime | None = None) -> Iterator[SendEntry]:
        """Give the attempts that may have reached people of whom no contact is kept, new runs first."""
        try:
            yield from map(rows.send_entry, self._database.each(rows.NAMELESS, _since(since)))
        except (TypeError, ValueError) as error:
            raise fault.damaged(self.path, str(error)) from None

    def reached(self, customer: str, since: datetime | None = None) -> tuple[ReachedEntry, ...]:
        """Give the rows of the API's logs that name a customer; ``since`` counts from the send's intent."""
        return self._reached(rows.REACHED, storable(customer), _since(since))

    def reached_by(self, phone: str, since: datetime | None = None) -> tuple[ReachedEntry, ...]:
        """Give the rows of the API's logs with this keyed hash of a telephone number."""
        return self._reached(rows.REACHED_BY, phone, _since(since))

    def keeps_phones(self) -> bool:
        """Say whether any keyed hash of a telephone number is kept."""
        return self._database.has("reached") and bool(self._database.rows(rows.HAS_PHONES))

    def phone_key(self) -> str | None:
        """Give what tells the key of the hashes that are kept; None: there are none, or it was not noted."""
        noted = self._database.rows(rows.PHONE_KEY)
        return str(noted[0][0]) if noted and self.keeps_phones() else None

    def reached_of(self, run: str) -> tuple[ReachedEntry, ...]:
        """Give the rows of the API's logs that fit attempts of a run: by address, attempt, row."""
        return self._reached(rows.REACHED_OF, run)

    def erasures(self) -> tuple[EventEntry, ...]:
        """Give every event by which customer ids were removed, in the order of time."""
        if not self._database.has("erasures"):
            return ()
        return self._entries(rows.event_entry, rows.ERASURES)

    def claimed(self, account: str, names: Sequence[str]) -> Mapping[str, tuple[str, str, int]]:
        """Give, of these rows of an account's logs, the run, address and attempt that each is kept for."""
        if not self._database.has("reached"):
            return {}
        found = ((name, self._database.rows(rows.CLAIMED, account, storable(name))) for name in names)
        return {name: (kept[0][0], kept[0][1], kept[0][2]) for name, kept in found if kept}

    # ------------------------------------------------ its chains

    @property
    def log_id(self) -> str:
        """What tells this log from any other."""
        return str(self._database.rows(rows.LOG_ID)[0][0])

    @property
    def lost(self) -> Refusal | None:
        """Why nothing is written to it: it lacks what was recorded last."""
        run = lost_run(self.path, self._database)
        return fault.older(self.path, run) if run else None

    @property
    def copied_at(self) -> datetime | None:
        """When it was copied, if it is a copy, to which nothing is written; None of a run log itself."""
        return self._database.copied_at

    def chains(self) -> tuple[str, ...]:
        """Name every chain that has events: those of the runs, and the log's own."""
        return tuple(str(run) for (run,) in self._database.rows(rows.CHAINS))

    def links(self, chain: str) -> Iterator[Link]:
        """Give a chain as it is stored, in order, whatever its events say."""
        return map(Link._make, self._database.each(rows.EVENTS, chain))

    def stored(self, table: str, run: str | None = None) -> Iterator[Sequence[Any]]:
        """Give the rows of a table as they are stored, of one run or of all, a run's together, in order."""
        if not self._database.has(table):
            # No chain of such a log is sealed.
            return ((entry.run,) for entry in self.runs()) if table == "unsealed" else iter(())
        whole, of_one = rows.STORED[table]
        return self._database.each(whole) if run is None else self._database.each(of_one, run)

    def as_of_now(self) -> AbstractContextManager[None]:
        """Answer what is asked in the block as of one moment."""
        return self._database.moment()

    def holder(self, account: str, campaign: str) -> Holder | None:
        """Give the living process that holds a campaign, None where it is free."""
        return holder(self.path, account, campaign, self._now)

    # ------------------------------------------------ writing

    @contextmanager
    def lease(self, account: str, campaign: str, run: str) -> Iterator[Lease]:
        """Hold a campaign for the life of the block; raises ``Refusal`` (14) naming the living holder."""
        assert (account, campaign) not in self._held, "a process holds a campaign once"
        try:
            mine = hold(self.path, account, campaign, self._now)
        except Refusal:
            # It may be held under another account's name, which this one may be (decision 55).
            for each in self.alike(account, campaign)[1:]:
                if found := self.holder(each, campaign):
                    raise fault.held(campaign, found, why_one(account, each)) from None
            raise
        try:
            self._held.add((account, campaign))
            sign(mine, self.path, Holder(self._owner, run, since := self._now()))
            yield self._take(Lease(account, campaign, self._owner, 0), run, since)
        finally:
            # What a signal raises may fall between a transaction and whatever would have ended it.
            self._database.roll_back()
            self._held.discard((account, campaign))
            mine.release()

    def writing(self, lease: Lease | None = None) -> AbstractContextManager[SqliteWriter]:
        """Open a transaction; with a lease whose fence is not current any more it raises ``Refusal`` (14)."""
        assert self._actor is not None, "a log that is looked at is not written"
        return Writing(self._database, self._actor, lease, self._latest)

    def scrub(self) -> bool:
        """Leave no byte of what was removed in the file; False: somebody sends, or reads the old ones.

        Whoever sends would have to wait with what came of it, for longer than he may in a large log.
        """
        if self._database.rows(rows.HAS_TRACES) and self._is_held():
            return False
        return self._database.scrub()

    def close(self) -> None:
        """Let go of the file."""
        self._latest.close()
        self._database.close()

    def _entries(
        self, entry: Callable[[rows.Row], _Entry], question: str, *values: str | int
    ) -> tuple[_Entry, ...]:
        found = self._database.rows(question, *values)
        try:
            return tuple(map(entry, found))
        except (TypeError, ValueError) as error:
            raise fault.damaged(self.path, str(error)) from None

    def _reached(self, question: str, *values: str) -> tuple[ReachedEntry, ...]:
        if not self._database.has("reached"):
            return ()
        return self._entries(rows.reached_entry, question, *values)

    def _is_held(self) -> bool:
        return any(self.holder(*campaign) for campaign in self._database.rows(rows.LEASED))

    def _take(self, lease: Lease, run: str, since: datetime) -> Lease:
        with self._database.transaction():
            taken = replace(lease, fence=fence_of(self._database, lease) + 1)
            row = (taken.account, taken.campaign, taken.fence, taken.owner, run, text_of(since))
            self._database.change(rows.TAKE, row)
        return taken


def _looked_at(path: Path, patience_s: float) -> AbstractContextManager[object]:
    """Look first where there is a ``-wal``: whoever opens it to write folds what is valid of it alone."""
    if not place.has_wal(path):
        return nullcontext()
    return closing(Database(path, looking=True, patience_s=patience_s))


def refuse_older(path: Path, database: Database) -> None:
    """Refuse what lacks the intent that was recorded last, and let go of it."""
    if (run := lost_run(path, database)) is not None:
        database.close()
        raise fault.older(path, run)


def lost_run(path: Path, database: Database) -> str | None:
    """Give the run of the intent that was recorded last in the log at a path, where this one lacks it."""
    log_id, latest = database.about["log_id"], Latest(path)
    noted = latest.of(log_id)
    while noted and not database.rows(rows.HAS_EVENT, *noted):
        before, noted = noted, latest.of(log_id)
        if noted == before:  # else it was just being written
            return before[0]
    return None


def _create(path: Path, created_at: datetime) -> None:
    """Make the log whole under another name first: a process that dies leaves none, or a whole one."""
    place.make_folder(path.parent, path)
    place.refuse_network(path)
    try:
        mine = hold_making(path)
        try:
            if not place.is_there(path):
                place.refuse_left(path)
                _make(path, created_at)
        finally:
            mine.release()
    except OSError as error:
        raise fault.of_system(error, path, "made") from None


def _make(path: Path, created_at: datetime) -> None:
    beside = path.with_name(f".{path.name}.new")
    about = {
        "schema_version": str(tables.SCHEMA_VERSION),
        "log_id": os.urandom(8).hex(),
        "created_at": text_of(created_at),
    }
    try:
        place.empty_file(beside)
        make_file(beside, about, named=path)
        durable.give_name(beside, path)
    except BaseException:
        place.remove(beside)
        raise


def _one_line(name: str) -> str:
    return " ".join(storable(name).split()) or "unknown"


def _since(since: datetime | None) -> str:
    return "" if since is None else text_of(since)
