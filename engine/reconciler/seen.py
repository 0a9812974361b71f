"""What a look at rows came to, attempt by attempt."""

from collections.abc import Iterable
from datetime import datetime

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.reconciler.attempt import Attempt, Key, Trust
from engine.reconciler.matching import Matches
from engine.timepay.logs import LogRow


def customers_of(rows: Iterable[LogRow]) -> set[str]:
    """Give whom rows name."""
    return {row.customer for row in rows}


@dataclass(frozen=True, slots=True)
class Seen:
    """What rows tell of one attempt. ``new`` of the ``reached`` customers were not known before.

    ``rows`` were looked through; ``complete``: all that there were; ``is_read``: any at all, if there
    were any. ``is_kept``: the logs hold its channel. ``disputed``: who else has a row that fits it, too,
    for each such row.
    """

    attempt: Attempt
    since: datetime
    until: datetime
    found: tuple[LogRow, ...] = ()
    reached: int = 0
    rows: int = 0
    complete: bool = False
    is_kept: bool = True
    is_read: bool = True
    disputed: tuple[Key, ...] = ()

    @property
    def new(self) -> int:
        """How many customers this look found."""
        return len(customers_of(self.found))

    @property
    def is_settled(self) -> bool:
        """Whether the send is not in doubt, or not any more."""
        return self.reached > 0 or not self.attempt.is_doubtful

    @property
    def contradicts(self) -> bool:
        """Whether it shows a send of which a person had said that it was not sent."""
        return self.reached > 0 and self.attempt.trust is Trust.SAID_UNSENT

    @property
    def named(self) -> int | None:
        """How many customers the request named; None: it went by filter."""
        return None if self.attempt.customers is None else len(self.attempt.customers)

    @property
    def at_most(self) -> int | None:
        """The most customers whom it can have reached; None: nobody knows."""
        known = [each for each in (self.named, self.attempt.most) if each is not None]
        return min(known, default=None)

    @property
    def may_have_more(self) -> bool:
        """Whether later rows may name more of its customers."""
        return self.reached > 0 and (self.at_most is None or self.reached < self.at_most)

    def to_json(self) -> dict[str, Json]:
        """Give it as ``reconcile --format json`` lists it."""
        send = self.attempt.send
        return {
            "address": send.address,
            "attempt": send.attempt,
            "channel": send.channel,
            "in_doubt": not self.is_settled,
            "contradicts": self.contradicts,
            "reached": self.reached,
            "new": self.new,
            "named": self.named,
            "rows": self.rows,
            "disputed": len(self.disputed),
            "read": self.is_read,
            "complete": self.complete,
            "in_logs": self.is_kept,
        }


def seen_of(
    attempt: Attempt,
    matches: Matches,
    since: datetime,
    until: datetime,
    *,
    rows: int,
    complete: bool = False,
    is_kept: bool = True,
    is_read: bool = True,
) -> Seen:
    """Say what matched rows tell of an attempt."""
    return Seen(
        attempt,
        since,
        until,
        tuple(matches.found[attempt.key]),
        len(matches.reached[attempt.key]),
        rows,
        complete,
        is_kept,
        is_read,
        tuple(matches.disputed.get(attempt.key, ())),
    )
