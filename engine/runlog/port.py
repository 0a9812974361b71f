"""What the engine asks of a run log; every store passes one contract suite (tests/contract/)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from engine.record.entry import (
    ContactEntry,
    EventEntry,
    Holder,
    Lease,
    ReachedEntry,
    RunEntry,
    SendEntry,
    Standing,
    StopEntry,
)
from engine.record.event import Event
from engine.refusal import Refusal
from engine.runlog.chain import Link

LOG = "log"
"""The chain of the log itself: stops are set and lifted there."""


class Writer(Protocol):
    """One transaction: all of it is durable when the block ends, or none of it."""

    def append(
        self,
        run: str,
        event: Event,
        standing: Standing | None = None,
        *,
        customers: Sequence[str] = (),
        reached: Sequence[ReachedEntry] = (),
    ) -> EventEntry:
        """Add an event to the run's chain, and to the tables what follows from it.

        ``customers`` are those whom the request of a ``SendIntended`` names, ``reached`` the rows that
        come with a ``Reconciled``: none of them is held by an attempt, be it this one. Raises
        ``AlreadyOpen`` where a live attempt of the address exists, ``NotOpen`` where a ``SendSettled`` finds
        its attempt settled.
        """
        ...

    def erase(self, run: str) -> tuple[int, int]:
        """Remove the customer ids of a run, and count them: contacts, rows of the API's logs."""
        ...

    def note_phone_key(self, check: str) -> None:
        """Note by which key telephone numbers are hashed from now on: ``check`` tells it from others."""
        ...

    def seal(self, at: datetime) -> EventEntry | None:
        """Note, in the log's own chain, where the chains end that no seal covers yet.

        The seal covers that chain, too. None: nothing was written since the last one.
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

    @property
    def log_id(self) -> str:
        """What tells this log from any other."""
        ...

    @property
    def lost(self) -> Refusal | None:
        """Why nothing is written to it: it lacks what was recorded last in the log of that name."""
        ...

    @property
    def copied_at(self) -> datetime | None:
        """When it was copied, if it is a copy, to which nothing is written; None of a run log itself."""
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
        """Give the campaign's sends that are intended, in doubt, or block it after an overreach.

        Those of accounts that may be the same one, too (``may_be_one``).
        """
        ...

    def alike(self, account: str, campaign: str) -> tuple[str, ...]:
        """Give the accounts that may be this one and have held the campaign, itself first in any case."""
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

    def contacts(self, customer: str, since: datetime | None = None) -> tuple[ContactEntry, ...]:
        """Give the attempts that named a customer, newest first."""
        ...

    def contacts_of(self, run: str) -> Iterator[tuple[str, int, str]]:
        """Give address, attempt and customer of everybody whom a run named, in that order."""
        ...

    def nameless(self, since: datetime | None = None) -> Iterator[SendEntry]:
        """Give the attempts that may have reached people of whom no contact is kept, as they are asked for.

        They were sent by filter, or their contacts were erased, or they overreached. Those of new runs come
        first.
        """
        ...

    def reached(self, customer: str, since: datetime | None = None) -> tuple[ReachedEntry, ...]:
        """Give the rows of the API's logs that name a customer; ``since`` counts from the send's intent."""
        ...

    def reached_by(self, phone: str, since: datetime | None = None) -> tuple[ReachedEntry, ...]:
        """Give the rows of the API's logs with this keyed hash of a telephone number."""
        ...

    def keeps_phones(self) -> bool:
        """Say whether any such hash is kept: only with the key that made it can numbers be looked up."""
        ...

    def phone_key(self) -> str | None:
        """Give what tells the key of the hashes that are kept; None: there are none, or it was not noted."""
        ...

    def reached_of(self, run: str) -> tuple[ReachedEntry, ...]:
        """Give the rows of the API's logs that fit attempts of a run: by address, attempt, row."""
        ...

    def claimed(self, account: str, rows: Sequence[str]) -> Mapping[str, tuple[str, str, int]]:
        """Give, of these rows of an account's logs, the run, address and attempt that each is kept for."""
        ...

    def erasures(self) -> tuple[EventEntry, ...]:
        """Give every event by which customer ids were removed, in the order of time."""
        ...

    def chains(self) -> tuple[str, ...]:
        """Name every chain that has events: those of the runs, and the log's own."""
        ...

    def links(self, chain: str) -> Iterator[Link]:
        """Give a chain as it is stored, in order, whatever its events say; it comes as it is asked for."""
        ...

    def stored(self, table: str, run: str | None = None) -> Iterator[Sequence[Any]]:
        """Give the rows of a table as they are stored, of one run or of all, a run's together, in order.

        Each begins with the run, but those of ``stops``, which are of no run. They come as they are asked
        for. A table that this log does not have yet is empty.
        """
        ...

    def as_of_now(self) -> AbstractContextManager[None]:
        """Answer what is asked in the block as of one moment, whoever writes meanwhile."""
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

    def scrub(self) -> bool:
        """Leave no byte of what was removed in the file; False: somebody sends, or reads the old ones."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...
