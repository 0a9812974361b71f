"""Which rows belong to which attempts: each row to one, and to none that it does not fit."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from engine.frozen import dataclass
from engine.reconciler.attempt import STARTS_WITHIN, Attempt, Key
from engine.timepay.logs import LogRow

_LAST = datetime.max.replace(tzinfo=UTC)
_NONE = timedelta(0)


def fits(row: LogRow, attempt: Attempt) -> bool:
    """Say whether a row may be of an attempt; what it does not say, it fits by the rest."""
    send = attempt.send
    pairs = (
        (row.channel, send.channel),
        (row.campaign, send.campaign),
        (row.template, attempt.template),
        (row.agent, attempt.agent if send.channel == "call" else None),
    )
    if any(said is not None and wanted is not None and said != wanted for said, wanted in pairs):
        return False
    if row.customer in attempt.left_out:
        return False
    if attempt.customers is not None and row.customer not in attempt.customers:
        return False
    return row.at is None or attempt.since <= row.at <= attempt.until + STARTS_WITHIN


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier looks have found. ``claimed``: the attempt for which a row is kept.

    ``reached``: the customers of whom a row is kept for an attempt.
    """

    claimed: Mapping[str, Key]
    reached: Mapping[Key, frozenset[str]]


def matched(rows: Sequence[LogRow], attempts: Sequence[Attempt], known: Known) -> dict[Key, list[LogRow]]:
    """Give each attempt the rows that are its own and that no look has found before.

    Of two attempts, the one that surely was taken comes first, but for customers of whom it has a row
    already, and until it has as many as the API said: so the rows of a known send do not settle a
    doubtful one, and what is left over does.
    """
    taken = {each.key: set(known.reached.get(each.key, ())) for each in attempts}
    for row in rows:
        if (owner := known.claimed.get(row.id)) in taken:
            taken[owner].add(row.customer)
    found: dict[Key, list[LogRow]] = {each.key: [] for each in attempts}
    unclaimed = {row.id: row for row in rows if row.id not in known.claimed}
    for row in sorted(unclaimed.values(), key=lambda row: (row.at or _LAST, row.id)):
        free = [each for each in attempts if row.customer not in taken[each.key] and fits(row, each)]
        if free:
            owner = min(free, key=lambda each: _order(each, row, len(taken[each.key]))).key
            taken[owner].add(row.customer)
            found[owner].append(row)
    return found


def _order(attempt: Attempt, row: LogRow, has: int) -> tuple[bool, int, bool, bool, timedelta]:
    """Put the surest first, then who names the customer, then the latest that was made before the row.

    One that has all its rows comes last, but it comes: of its rows, one may be somebody else's.
    """
    is_full = attempt.most is not None and has >= attempt.most
    passed = _NONE if row.at is None else row.at - attempt.send.intended_at
    return is_full, attempt.trust, attempt.customers is None, passed < _NONE, abs(passed)
