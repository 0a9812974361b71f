"""What the engine asks of a run log; every store passes one contract suite (tests/contract/)."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from engine.record.entry import (
    ContactEntry,
    EventEntry,
    Holder,
    Lease,
    RunEntry,
    SendEntry,
    Standing,
    StopEntry,
)
from engine.record.event import Event
from engine.refusal import Refusal

LOG = "log"
"""The chain of the log itself: stops are set and lifted there."""


class Writer(Protocol):
    """One transaction: all of it is durable when the block ends, or none of it."""

    def append(
        self, run: str, event: Event, standing: Standing | None = None, *, customers: Sequence[str] = ()
    ) -> EventEntry:
        """Add an event to the run's chain, and to the tables what follows from it.

        ``customers`` are those whom the request of a ``SendIntended`` names. Raises ``AlreadyOpen``
        where a live attempt of the address exists, ``NotOpen`` where a ``SendSettled`` finds its
        attempt settled.
        """
        ...


class AlreadyOpen(Exception):  # noqa: N818  (a fact about the log, which the gate answers)
    """There is a live attempt under this address: it may have gone out."""


class NotOpen(Exception):  # noqa: N818
    """The attempt was settled by somebody else; ``outcome`` comes too late to settle it."""


class LeaseGone(Refusal):
    """Somebody else has taken the campaign meanwhile: nothing is written under this lease any more."""


class RunLog(Protocol):
    """The run log. Looking never writes; writing happens in ``writing`` alone.

    Inside ``writing`` every question is answered as of that transaction. Whatever keeps the log
    from being read or written raises a ``Refusal`` with exit code 14.
    """

    @property
    def path(self) -> Path | None:
        """Where the log lies, None where it is no file; a STOP file beside it counts."""
        ...

    def runs(self) -> tuple[RunEntry, ...]:
        """List the runs, newest first."""
        ...

    def find(self, name: str) -> RunEntry:
        """Give a run by its id, a unique beginning of it, or ``last``; raises ``Refusal`` (64)."""
        ...

    def events(self, run: str) -> tuple[EventEntry, ...]:
        """Give a run's chain, in order."""
        ...

    def sends(self, run: str) -> tuple[SendEntry, ...]:
        """Give every attempt of a run, in the order of their intents."""
        ...

    def unsettled(self, account: str, campaign: str) -> tuple[SendEntry, ...]:
        """Give the campaign's sends that are intended, in doubt, or block it after an overreach."""
        ...

    def sent_before(
        self, occasions: tuple[str, ...], since: datetime | None, *, but_not: str
    ) -> RunEntry | None:
        """Give the run that was first to send since then, or may have been, on any of these occasions.

        It is a run of them by its own occasion, or by one of its former ones.
        """
        ...

    def unsent(self, occasion: str, since: datetime | None, *, but_not: str) -> tuple[RunEntry, ...]:
        """Give the occasion's runs started since then that have no end and of which nothing went out."""
        ...

    def stops(self) -> tuple[StopEntry, ...]:
        """Give the stops that stand."""
        ...

    def contacts(self, customer: str) -> tuple[ContactEntry, ...]:
        """Give the attempts that named a customer, newest first."""
        ...

    def holder(self, account: str, campaign: str) -> Holder | None:
        """Give the living process that holds a campaign, None where it is free."""
        ...

    def lease(self, account: str, campaign: str, run: str) -> AbstractContextManager[Lease]:
        """Hold a campaign for the life of the block; raises ``Refusal`` (14) naming the living holder."""
        ...

    def writing(self, lease: Lease | None = None) -> AbstractContextManager[Writer]:
        """Open a transaction; under a lease whose fence is not current any more: ``LeaseGone`` (14)."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...
