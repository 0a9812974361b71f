"""Looking at the API's logs until they show what is sought, or the time for it is over."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from engine.reconciler.attempt import Attempt, Key
from engine.reconciler.look import Look, looks_for
from engine.reconciler.matching import Known, matched
from engine.reconciler.seen import Seen, customers_of
from engine.runlog.port import RunLog
from engine.runner.pages import Pages, Told
from engine.runner.ports import Clock
from engine.timepay.logs import LogQuery, LogRow, LogsUnread

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 2, 30
_NOT_KEPT = -1


class Looking:
    """One look at the logs, as often as it takes within its bounds; all rows that ever came count."""

    def __init__(self, log: RunLog, attempts: Sequence[Attempt], pages: Pages) -> None:
        """``attempts`` are all that rows may belong to."""
        self._log = log
        self._attempts = attempts
        self.pages = pages
        self._rows: dict[LogQuery, dict[str, LogRow]] = {}
        self._counted: dict[LogQuery, int] = {}
        self._complete: dict[LogQuery, bool] = {}

    def look(self, sought: Sequence[Attempt], clock: Clock, until: datetime, told: Told) -> tuple[Seen, ...]:
        """Look until each doubtful send has a row, or the time is over; raises ``LogsUnread``."""
        looks, pause_s = looks_for(sought), _FIRST_PAUSE_S
        while True:
            for each in looks:
                self._ask(each, is_first=not self._counted)
            seen = self._seen(looks)
            is_open = any(each.is_kept and not each.is_settled for each in seen)
            if not is_open or self.pages.trouble or self.pages.left <= 0 or clock.now() >= until:
                return seen
            again_at = min(until, clock.now() + timedelta(seconds=pause_s))
            told.waits(again_at, "no row of it yet")
            clock.sleep_until(again_at, lambda: False)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _ask(self, look: Look, *, is_first: bool) -> None:
        if self.pages.trouble:
            return
        try:
            if look.query not in self._counted and not self.pages.are_kept_of(look):
                self._counted[look.query] = _NOT_KEPT
                return
            counted = self.pages.count(look.query)
        except LogsUnread as trouble:
            if is_first:
                raise
            self.pages.trouble = trouble
            return
        if counted == self._counted.get(look.query) and self._complete.get(look.query, False):
            return  # what was not read to its end, or not understood, is read again
        reading = self.pages.read(look.query, counted)
        self._rows[look.query] = {**self._rows.get(look.query, {}), **reading.rows}
        self._counted[look.query], self._complete[look.query] = counted, reading.is_complete

    def _seen(self, looks: Sequence[Look]) -> tuple[Seen, ...]:
        rows = list({name: row for kept in self._rows.values() for name, row in kept.items()}.values())
        known = known_of(self._log, self._attempts, rows)
        found = matched(rows, self._attempts, known)
        seen = (
            Seen(
                each,
                look.query.since,
                look.query.until,
                found=tuple(found[each.key]),
                reached=len(known.reached.get(each.key, frozenset()).union(customers_of(found[each.key]))),
                rows=len(self._rows.get(look.query, {})),
                complete=self._complete.get(look.query, False),
                is_kept=self._counted.get(look.query) != _NOT_KEPT,
            )
            for look in looks
            for each in look.attempts
        )
        return tuple(sorted(seen, key=lambda each: (each.attempt.send.intended_at, each.attempt.key)))


def known_of(log: RunLog, attempts: Sequence[Attempt], rows: Iterable[LogRow]) -> Known:
    """Ask the log what earlier looks have found of attempts, and to which of them rows belong already."""
    reached: dict[Key, set[str]] = {}
    for run in dict.fromkeys(each.send.run for each in attempts):
        for row in log.reached_of(run):
            reached.setdefault((run, row.address, row.attempt), set()).add(row.customer)
    claimed = log.claimed(attempts[0].send.account, [row.id for row in rows]) if attempts else {}
    return Known(claimed, {key: frozenset(customers) for key, customers in reached.items()})
