"""Ports of a run that tear its process down at any call, and the time in which all of it happens."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from engine.clock import Steady
from engine.frozen import replace
from engine.record.entry import EventEntry, Lease, ReachedEntry, RunEntry, SendEntry, Standing, StopEntry
from engine.record.event import Event, Question, RunPaused, SendIntended, SendSettled
from engine.record.outcome import SendStatus
from engine.runlog.chain import START, link
from engine.runlog.port import Writer
from engine.runlog.sqlite import SqliteLog
from engine.runlog.sqlite.database import Database
from tests.writers import Passing


class Crash(BaseException):
    """The process is torn down here."""


class Doom:
    """Counts the calls of a process at its ports; from the fatal one on nothing happens any more."""

    def __init__(self, fatal: int | None) -> None:
        self.fatal = fatal
        self.calls = 0
        self.is_dead = False

    def tick(self) -> None:
        """Count a call; raises ``Crash`` where the process ends."""
        self.calls += 1
        if self.is_dead or self.calls == self.fatal:
            self.is_dead = True
            raise Crash


class World:
    """Time that passes only when it is told to, and what is due in it."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.boot_s = 1000.0
        self._due: list[tuple[float, Callable[[], object]]] = []

    def read(self) -> datetime:
        """Read the date, which somebody may have set."""
        return self.at

    def boottime_s(self) -> float:
        """Read seconds that no change of the date moves."""
        return self.boot_s

    def pass_by(self, seconds: float) -> None:
        """Let time pass; what is due by then happens in its order."""
        end_s = self.boot_s + seconds
        for due_s, act in sorted(self._due, key=lambda each: each[0]):
            if due_s <= end_s:
                self._due.remove((due_s, act))
                self._to(due_s)
                act()
        self._to(end_s)

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Let something happen so many seconds from now."""
        self._due.append((self.boot_s + seconds, act))

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is due any more."""
        return not self._due

    def _to(self, boot_s: float) -> None:
        self.at += timedelta(seconds=boot_s - self.boot_s)
        self.boot_s = boot_s


class DoomedClock(Steady):
    """The steady clock of one process, whose sleep is the world's time going by."""

    def __init__(self, world: World, doom: Doom) -> None:
        super().__init__(world.read, world.boottime_s)
        self._world = world
        self._doom = doom

    def sleep_until(self, until: datetime, unless: Callable[[], bool]) -> None:
        """Let time pass up to the instant; the process may die before, or while it sleeps."""
        self._doom.tick()
        if not unless():
            self._world.pass_by(max(0.0, (until - self.now()).total_seconds()))
        self._doom.tick()


class DoomedLog(SqliteLog):
    """The real log as one process sees it; a transaction that is open when it dies is rolled back."""

    def __init__(self, path: Path, database: Database, world: World, doom: Doom) -> None:
        super().__init__(path, database, actor="asha", owner="schedule", now=world.read)
        self.doom = doom

    def events(self, run: str) -> tuple[EventEntry, ...]:
        """Give a run's chain."""
        self.doom.tick()
        return super().events(run)

    def unsettled(self, account: str, campaign: str) -> tuple[SendEntry, ...]:
        """Give the campaign's sends that are not settled."""
        self.doom.tick()
        return super().unsettled(account, campaign)

    def sent_before(
        self, occasions: tuple[str, ...], since: datetime | None, *, but_not: str
    ) -> RunEntry | None:
        """Give the first run that sent on one of the occasions."""
        self.doom.tick()
        return super().sent_before(occasions, since, but_not=but_not)

    def stops(self) -> tuple[StopEntry, ...]:
        """Give the stops that stand."""
        self.doom.tick()
        return super().stops()

    @contextmanager
    def lease(self, account: str, campaign: str, run: str) -> Iterator[Lease]:
        """Hold a campaign; its lock ends with the process."""
        self.doom.tick()
        with super().lease(account, campaign, run) as lease:
            self.doom.tick()
            yield lease
            self.doom.tick()

    @contextmanager
    def writing(self, lease: Lease | None = None) -> Iterator[Writer]:  # type: ignore[override]
        """Open a transaction; the process may die before, in and behind it."""
        self.doom.tick()
        with super().writing(lease) as writer:
            yield self.writer(writer)
            self.doom.tick()
        self.doom.tick()

    def writer(self, writer: Writer) -> Writer:
        """Give the writer that dies between two events."""
        return DoomedWriter(writer, self.doom)


class DoomedWriter(Passing):
    """Dies before or behind any event of a transaction."""

    def __init__(self, writer: Writer, doom: Doom) -> None:
        super().__init__(writer)
        self.doom = doom

    def append(
        self,
        run: str,
        event: Event,
        standing: Standing | None = None,
        *,
        customers: Sequence[str] = (),
        reached: Sequence[ReachedEntry] = (),
    ) -> EventEntry:
        """Add an event."""
        self.doom.tick()
        entry = super().append(run, event, standing, customers=customers, reached=reached)
        self.doom.tick()
        return entry


class ForgetfulLog(DoomedLog):
    """What must never be: a log that forgets every send of which it does not know how it ended.

    With it the intents protect nobody: the machine sees none, no doubt is asked about, and the table
    takes a second attempt. It shows that the judge of the schedules notices.
    """

    def events(self, run: str) -> tuple[EventEntry, ...]:
        """Give a run's chain without open intents, and without what is in doubt."""
        entries = super().events(run)
        closed = {
            (each.event.address, each.event.attempt)
            for each in entries
            if isinstance(each.event, SendSettled) and each.event.outcome.status is not SendStatus.IN_DOUBT
        }
        return _linked(each for each in entries if not _forgotten(each.event, closed))

    def unsettled(self, account: str, campaign: str) -> tuple[SendEntry, ...]:
        """Know of nothing that is open."""
        super().unsettled(account, campaign)
        return ()

    def writer(self, writer: Writer) -> Writer:
        """Give a writer that lets a second intent pass."""
        return _Careless(writer, self.doom, self._database)


class _Careless(DoomedWriter):
    def __init__(self, writer: Writer, doom: Doom, database: Database) -> None:
        super().__init__(writer, doom)
        self._database = database

    def append(
        self,
        run: str,
        event: Event,
        standing: Standing | None = None,
        *,
        customers: Sequence[str] = (),
        reached: Sequence[ReachedEntry] = (),
    ) -> EventEntry:
        """Add an event, having made room for a second intent."""
        if isinstance(event, SendIntended):
            about = (run, event.address)
            self._database.change("DELETE FROM contacts WHERE run = ? AND address = ?", about)
            self._database.change("DELETE FROM sends WHERE run = ? AND address = ?", about)
        return super().append(run, event, standing, customers=customers, reached=reached)


def _linked(entries: Iterable[EventEntry]) -> tuple[EventEntry, ...]:
    """Chain what is left, so that nobody sees what is missing."""
    chain: list[EventEntry] = []
    for seq, each in enumerate(entries, 1):
        made = link(each.run, seq, each.actor, each.event, chain[-1].hash if chain else START)
        chain.append(replace(each, seq=seq, before=made.before, hash=made.hash))
    return tuple(chain)


def _forgotten(event: Event, closed: set[tuple[str, int]]) -> bool:
    match event:
        case SendIntended(address=address, attempt=attempt) | SendSettled(address=address, attempt=attempt):
            return (address, attempt) not in closed
        case RunPaused(question=question):
            return question is Question.DOUBT
        case _:
            return False
