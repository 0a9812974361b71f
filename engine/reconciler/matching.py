"""Which rows belong to which attempts: each row to one, and to none that it does not fit."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from engine.frozen import dataclass, replace
from engine.reconciler.attempt import STARTS_WITHIN, Attempt, Key
from engine.timepay.logs import LogRow

_LAST = datetime.max.replace(tzinfo=UTC)
_NONE = timedelta(0)
_MINUTE = timedelta(minutes=1)
"""An export may name no seconds."""
_SECOND = timedelta(seconds=1)


def fits(row: LogRow, attempt: Attempt) -> bool:
    """Say whether a row may be of an attempt; what it does not say, it fits by the rest."""
    send = attempt.send
    pairs = (
        (row.channel, send.channel),
        (row.campaign, send.campaign),
        (row.template, attempt.template),
        (row.agent, attempt.agent if send.channel == "call" else None),
    )
    if row.is_inbound or any(_differ(said, wanted) for said, wanted in pairs):
        return False
    if row.customer in attempt.left_out:
        return False
    if attempt.customers is not None and row.customer not in attempt.customers:
        return False
    return row.at is None or attempt.since <= row.at <= attempt.until + STARTS_WITHIN


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier looks have found: rows, each with the attempt that it is kept for."""

    kept: Sequence[tuple[LogRow, Key]] = ()

    def customers(self, keys: Iterable[Key]) -> dict[Key, set[str]]:
        """Give the customers of whom rows are kept for each of these attempts."""
        found: dict[Key, set[str]] = {key: set() for key in keys}
        for row, owner in self.kept:
            if owner in found:
                found[owner].add(row.customer)
        return found

    def owners(self, rows: Iterable[LogRow]) -> dict[int, Key]:
        """Give the attempts for which rows are kept already, by the places of the rows."""
        kept: dict[str, list[tuple[LogRow, Key]]] = {}
        for each, owner in self.kept:
            kept.setdefault(each.customer, []).append((each, owner))
        found = (
            (place, [owner for each, owner in kept.get(row.customer, ()) if _is_same(row, each)])
            for place, row in enumerate(rows)
        )
        return {place: owners[0] for place, owners in found if owners}


@dataclass(frozen=True, slots=True)
class Matches:
    """``found``: the new rows of each attempt, ``reached``: all its customers that have a row.

    ``disputed``: of each attempt in doubt, who has the rows that fit it, too, one for each row.
    """

    found: Mapping[Key, list[LogRow]]
    reached: Mapping[Key, set[str]]
    disputed: Mapping[Key, list[Key]]


def matched(rows: Sequence[LogRow], attempts: Sequence[Attempt], known: Known) -> Matches:
    """Give each attempt the rows that are its own and that no look has found before.

    Of two attempts, the one that surely was taken comes first, but for customers of whom it has a row
    already, and until it has as many as the API said: so the rows of a known send do not settle a
    doubtful one, and what is left over does. Rows that fit few attempts are given first.
    """
    distinct = list({row.key: row for row in rows}.values())
    owners = known.owners(distinct)
    fitting = [(row, [each for each in attempts if fits(row, each)]) for row in distinct]
    taken = known.customers(each.key for each in attempts)
    found: dict[Key, list[LogRow]] = {each.key: [] for each in attempts}
    free = [each for place, each in enumerate(fitting) if place not in owners]
    for row, fit in sorted(free, key=lambda each: (len(each[1]), each[0].at or _LAST, each[0].id)):
        able = [each for each in fit if row.customer not in taken[each.key]]
        if able:
            owner = min(able, key=lambda each: _order(each, row, len(taken[each.key]))).key
            taken[owner].add(row.customer)
            found[owner].append(row)
    claimed = [(*each, owners[place]) for place, each in enumerate(fitting) if place in owners]
    _hand_on(attempts, claimed, found, taken)
    disputed = {each.key: _disputed(each, found, known) for each in attempts if each.is_doubtful}
    return Matches(found, taken, disputed)


def in_the_way(matches: Matches, attempts: Sequence[Attempt]) -> list[Attempt]:
    """Give the attempts with a new row that fits one in doubt, be it another's: no word goes past it."""
    doubtful = [each for each in attempts if each.is_doubtful]
    return [
        each
        for each in attempts
        if any(fits(row, other) for row in matches.found[each.key] for other in doubtful)
    ]


def _hand_on(
    attempts: Sequence[Attempt],
    claimed: Sequence[tuple[LogRow, list[Attempt], Key]],
    found: dict[Key, list[LogRow]],
    taken: Mapping[Key, set[str]],
) -> None:
    """Give rows of who has more than it can have to a doubtful send that has none.

    One that was kept before stays where it is, too: which of them is somebody else's, nobody knows.
    """
    spare = {each.key: len(taken[each.key]) - each.most for each in attempts if each.most is not None}
    for doubtful in attempts:
        if not doubtful.is_doubtful or taken[doubtful.key]:
            continue
        new = [(row, owner) for owner, own in found.items() for row in own if fits(row, doubtful)]
        old = [(row, owner) for row, fit, owner in claimed if doubtful in fit]
        for row, owner in (*new, *old):
            if spare.get(owner, 0) > 0 and row.customer not in taken[doubtful.key]:
                spare[owner] -= 1
                if any(each is row for each in found[owner]):
                    found[owner] = [each for each in found[owner] if each is not row]
                    taken[owner].discard(row.customer)
                found[doubtful.key].append(row)
                taken[doubtful.key].add(row.customer)


def _disputed(attempt: Attempt, found: Mapping[Key, list[LogRow]], known: Known) -> list[Key]:
    # Whether a file named the channel is not kept: its rows have that of the send they are kept for.
    kept = ((replace(row, channel=None) if row.is_exported else row, owner) for row, owner in known.kept)
    pairs = (*kept, *((row, owner) for owner, own in found.items() for row in own))
    return [owner for row, owner in pairs if owner != attempt.key and fits(row, attempt)]


def _order(attempt: Attempt, row: LogRow, has: int) -> tuple[bool, int, bool, bool, timedelta]:
    """Put the surest first, then who names the customer, then the latest that was made before the row.

    One that has all its rows comes last, but it comes: of its rows, one may be somebody else's.
    """
    is_full = attempt.most is not None and has >= attempt.most
    passed = _NONE if row.at is None else row.at - attempt.send.intended_at
    return is_full, attempt.trust, attempt.customers is None, passed < _NONE, abs(passed)


def _differ(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other


def _is_same(row: LogRow, kept: LogRow) -> bool:
    """Say whether both are one message to one customer, maybe under two names.

    The API and an export may number it differently; an export may number each of its lines.
    """
    if _differ(row.channel, kept.channel) or _differ(row.campaign, kept.campaign):
        return False
    if row.id == kept.id:
        return not (row.is_exported and kept.is_exported and _differ(row.at, kept.at))
    if row.at is None or kept.at is None:
        return False
    if row.is_exported is not kept.is_exported:
        # Who names no channel may mean another one: then the instant has to be the same.
        return abs(row.at - kept.at) < (_MINUTE if row.channel == kept.channel else _SECOND)
    return row.at == kept.at and (row.is_unnamed or kept.is_unnamed)
