"""What a run is given: whatever is beyond it stands behind one of these."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from engine.frozen import dataclass
from engine.record.event import Event
from engine.record.outcome import Outcome
from engine.record.request import Request
from engine.record.state import RunState
from engine.runlog.port import RunLog


class Provider(Protocol):
    """The API, as far as a run needs it."""

    def send(self, request: Request, *, timeout_s: float, leaving: Callable[[], str | None]) -> Outcome:
        """Make one request, once. ``leaving`` is asked right before its first byte; a text keeps it back."""
        ...


class Clock(Protocol):
    """The time. ``engine.clock`` is one; tests bring their own."""

    def now(self) -> datetime:
        """Read the present instant, in UTC."""
        ...

    def boottime_s(self) -> float:
        """Read seconds that no change of the date moves."""
        ...

    def sleep_until(self, until: datetime, unless: Callable[[], bool]) -> None:
        """Return at the instant, or soon after ``unless`` becomes true."""
        ...


class Interrupts(Protocol):
    """Whether the person at the keyboard, or the system, wants the run to end."""

    @property
    def asked(self) -> bool:
        """Whether nothing more is to be sent."""
        ...

    def in_flight(self) -> AbstractContextManager[None]:
        """Within the block an answer is awaited: when patience ends, ``GaveUp`` is raised there."""
        ...


class GaveUp(BaseException):
    """Nobody waits for the answer any more."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that a run touches. ``stopped`` gives the reason of a stop that stands outside the log."""

    log: RunLog
    provider: Provider
    clock: Clock
    interrupts: Interrupts
    stopped: Callable[[], str | None]
    told: Callable[[Event, RunState], None]
