"""A run with fakes at its ports: an API that answers as told, and a clock that moves when it is told to."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

import pytest

from engine.diagnostics import Json
from engine.machine import fold
from engine.planner.build import build
from engine.planner.model import Making, Plan
from engine.planner.program import program_document
from engine.record.entry import EventEntry, Lease, ReachedEntry, RunEntry, SendEntry, Standing
from engine.record.event import Event, Resolution, SendIntended, StopLifted, StopSet, Verdict
from engine.record.event_json import kind_of
from engine.record.outcome import Outcome, SendStatus
from engine.record.plan import Account, Program
from engine.record.request import Request
from engine.record.state import RunState
from engine.refusal import Exit, Refusal
from engine.runbook.draft import fill, read
from engine.runbook.inputs import resolve
from engine.runlog.port import LOG, RunLog, Writer
from engine.runlog.sqlite import SqliteLog, open_log
from engine.runlog.sqlite.database import Database
from engine.runner import person
from engine.runner.broken import Broken
from engine.runner.ports import Surroundings
from engine.runner.start import Order, Result, Resumption, resume, start
from tests.factories import outcome
from tests.writers import Passing

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
"""A Monday, eleven in the morning in India."""

HERE = Account("http://127.0.0.1:8001/api/v1")
CAMPAIGN = "camp_demo"
ZONE = ZoneInfo("Asia/Kolkata")

ONE = """\
format: runbook/v1
name: remind
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
steps:
  - {id: a, channel: sms, template: tplA, filters: {language: hindi}, limit: 100}
"""
SECOND = "  - {id: b, channel: sms, template: tplB, filters: {language: hindi}, limit: 100}\n"
TWO = ONE + SECOND

Leaves: TypeAlias = Callable[[], str | None]
Answer: TypeAlias = Outcome | BaseException | Callable[[Leaves], Outcome]
"""What comes of a request: an outcome once it has left, an exception, or whatever a function does."""


@lru_cache(maxsize=500)
def planned(text: str, given: tuple[tuple[str, str], ...] = (), account: Account = HERE) -> Plan:
    """Plan the text of a sound runbook."""
    draft = read(text.encode(), "a.yaml")
    assert draft.is_sound, [each.message for each in draft.diagnostics]
    values, problems = resolve(
        draft.inputs, given=dict(given), from_file={}, environment={}, today=date(2026, 3, 2)
    )
    assert not problems, problems
    filling = fill(draft, {value.name: value.value for value in values})
    assert filling.runbook is not None, filling.diagnostics
    keys = tuple(spec.name for spec in draft.inputs if spec.key)
    return build(filling.runbook, draft.document.data or {}, inputs=values, keys=keys, account=account)


def document_of(plan: Plan) -> dict[str, Json]:
    """Give the program/v1 of a plan that was made at a fixed instant."""
    return program_document(plan, Making(NOW, NOW + timedelta(hours=24), "a.yaml", "0.1.0"))


class FakeClock:
    """A clock that moves only when it is told to, or sleeps."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at
        self.boot_s = 1000.0

    def now(self) -> datetime:
        """Give the instant at which it stands."""
        return self.at

    def boottime_s(self) -> float:
        """Give seconds that no change of the date moves."""
        return self.boot_s

    def sleep_until(self, until: datetime, unless: Callable[[], bool]) -> None:
        """Let time pass up to the instant, unless nobody wants to wait."""
        if not unless():
            self.advance(max(0.0, (until - self.at).total_seconds()))

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)
        self.boot_s += seconds


class FakeInterrupts:
    """A person at the keyboard who says when the run is to end."""

    def __init__(self) -> None:
        self.asked = False

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Do nothing: whoever gives up raises it in the answer."""
        yield


class FakeApi:
    """Answers requests in order; ``left`` are those that were let go. Without a word: all went well."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.left: list[Request] = []

    def send(self, request: Request, *, timeout_s: float, leaving: Leaves) -> Outcome:
        """Ask whether the request may leave, and give what comes of it."""
        assert timeout_s > 0

        def asked() -> str | None:
            reason = leaving()
            if reason is None:
                self.left.append(request)
            return reason

        answer = self.answers.pop(0) if self.answers else outcome("succeeded")
        if callable(answer):
            return answer(asked)
        if (reason := asked()) is not None:
            return Outcome(SendStatus.NOT_SENT, reason=reason)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def before_leaving(act: Callable[[], object], *, then: Outcome | None = None) -> Answer:
    """Let something happen while the connection is made; what is let go is answered: all went well."""

    def answer(leaving: Leaves) -> Outcome:
        act()
        if (reason := leaving()) is not None:
            return Outcome(SendStatus.NOT_SENT, reason=reason)
        return then or outcome("succeeded")

    return answer


def after_leaving(act: Callable[[], object], *, then: Outcome | None = None) -> Answer:
    """Let something happen while the answer is awaited."""

    def answer(leaving: Leaves) -> Outcome:
        assert leaving() is None
        act()
        return then or outcome("succeeded")

    return answer


class Died(BaseException):
    """The process ended."""


class MortalLog(SqliteLog):
    """The real log in a process that may die, and whose disk may be full.

    ``transactions`` are the kinds of the events of each one that came to its end.
    """

    transactions: list[list[str]]
    is_dead = False
    full_at: str | None = None
    """The kind of event for which there is no room."""

    @contextmanager
    def writing(self, lease: Lease | None = None) -> Iterator[Writer]:  # type: ignore[override]
        """Open a transaction, unless the process is dead."""
        if self.is_dead:
            raise Died
        with super().writing(lease) as writer:
            noting = _NotingWriter(writer, self.full_at)
            yield noting
        self.transactions.append(noting.kinds)


class _NotingWriter(Passing):
    def __init__(self, writer: Writer, full_at: str | None) -> None:
        super().__init__(writer)
        self._full_at = full_at
        self.kinds: list[str] = []

    def append(
        self,
        run: str,
        event: Event,
        standing: Standing | None = None,
        *,
        customers: Sequence[str] = (),
        reached: Sequence[ReachedEntry] = (),
    ) -> EventEntry:
        """Add an event, if there is room for it."""
        self.kinds.append(kind_of(event))
        if self.kinds[-1] == self._full_at:
            raise Refusal("the disk is full", "make room", Exit.LEASE_OR_LOG)
        return super().append(run, event, standing, customers=customers, reached=reached)


class Desk:
    """Everything that a run touches, and a person before it."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.path = folder / "runlog.db"
        open_log(self.path, actor="asha", owner="test", create=True, now=self.clock.now).close()
        self.database = Database(self.path, looking=False, patience_s=1)
        self.database.rows("PRAGMA synchronous = OFF")  # nothing here survives the test
        self.log = self.mortal = self._opened()
        self.api = FakeApi()
        self.interrupts = FakeInterrupts()
        self.stop_file: str | None = None
        self.told: list[Event] = []
        self.on_told: Callable[[Event, RunState], None] = lambda _event, _state: None
        self.full_at: str | None = None

    @property
    def around(self) -> Surroundings:
        """What a run is given: each process opens the log for itself."""
        self.mortal = self._opened()
        self.mortal.full_at = self.full_at
        return Surroundings(
            self.mortal, self.api, self.clock, self.interrupts, lambda: self.stop_file, self._tell
        )

    def _opened(self) -> MortalLog:
        log = MortalLog(self.path, self.database, actor="asha", owner="test", now=self.clock.now)
        log.transactions = []
        return log

    def _tell(self, event: Event, state: RunState) -> None:
        self.told.append(event)
        self.on_told(event, state)

    # ------------------------------------------------ what a person types

    def run(
        self,
        text: str = ONE,
        run: str = "run-1",
        *,
        again: str | None = None,
        agree: Callable[[], None] = lambda: None,
        account: Account = HERE,
        expires_at: datetime | None = None,
        **given: str,
    ) -> Result:
        """Start a run, as ``runbook run`` does."""
        plan = planned(text, tuple(given.items()), account)
        order = Order(run, document_of(plan), plan.program, ZONE, agree, again, expires_at)
        return start(order, self.around)

    def resume(
        self,
        run: str = "run-1",
        *,
        accept: str | None = None,
        agree: Callable[[RunState, Program], None] = lambda _state, _program: None,
        here: Account = HERE,
    ) -> Result:
        """Go on with a run."""
        return resume(Resumption(self.log.find(run), here, ZONE, agree, accept), self.around)

    def resolve(self, send: str, word: str, run: str = "run-1") -> SendEntry:
        """Settle a send."""
        entry = self.log.find(run)
        return person.resolve(self.log, self.clock, entry, send, Resolution(word), "looked it up")[0]

    def decide(self, step: str, word: str, run: str = "run-1") -> None:
        """Decide about a step."""
        person.decide_step(self.log, self.clock, self.log.find(run), step, Verdict(word), "looked it up")

    def cancel(self, run: str = "run-1") -> None:
        """End a run."""
        person.cancel(self.log, self.clock, self.log.find(run), "no longer wanted")

    def stop(self, campaign: str | None = None, account: str | None = None) -> None:
        """Stop all sending, or that to a campaign."""
        with self.log.writing() as writer:
            writer.append(LOG, StopSet(self.clock.at, campaign, "wrong text", account))

    def allow(self) -> None:
        """Lift the stop of everything."""
        with self.log.writing() as writer:
            writer.append(LOG, StopLifted(self.clock.at, None, "text is right"))

    def usurp(self) -> None:
        """Remove the locks of whoever holds a campaign, as a careless hand does."""
        for lock in self.path.with_name(f"{self.path.name}.locks").iterdir():
            lock.unlink()

    # ------------------------------------------------ what it comes to

    def state(self, run: str = "run-1") -> RunState:
        """Fold the run's events."""
        return fold(entry.event for entry in self.log.events(run))

    def entry(self, run: str = "run-1") -> RunEntry:
        """Give the run as the list of runs has it."""
        return self.log.find(run)

    def kinds(self, run: str = "run-1") -> list[str]:
        """Give the kinds of the run's events, in order."""
        return [kind_of(entry.event) for entry in self.log.events(run)]

    def runs(self) -> dict[str, str]:
        """Give the status of every run."""
        return {entry.run: entry.status.value for entry in self.log.runs()}

    def statuses(self, run: str = "run-1") -> list[tuple[str, int, str]]:
        """Give each attempt with its status."""
        return [(send.address, send.attempt, send.status.value) for send in self.log.sends(run)]

    def dies(
        self, text: str = ONE, run: str = "run-1", *, left: bool = True, account: Account = HERE
    ) -> None:
        """Start a run whose process dies while its next request is on its way, or about to be."""
        self.api.answers.append(self.death(left=left))
        with pytest.raises(Died):
            self.run(text, run, account=account)

    def death(self, *, left: bool = True) -> Answer:
        """Give an answer that never comes: the process ends, and nothing is written any more."""

        def die(leaving: Leaves) -> Outcome:
            if left:
                assert leaving() is None
            self.mortal.is_dead = True
            raise Died

        return die


def code_of(act: Callable[[], Result]) -> int:
    """Give the exit code under which a process ends that does this."""
    try:
        return act().exit_code
    except (Refusal, Broken) as error:
        return error.code


def intents(log: RunLog, run: str) -> list[SendIntended]:
    """Give the run's intents."""
    return [entry.event for entry in log.events(run) if isinstance(entry.event, SendIntended)]
