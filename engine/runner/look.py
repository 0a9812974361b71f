"""Looking at the API's logs until they show what is sought, or the time for it is over."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from engine.frozen import replace
from engine.reconciler.attempt import Attempt
from engine.reconciler.look import Look, looks_for
from engine.reconciler.matching import Matches, in_the_way, matched
from engine.reconciler.seen import Seen, seen_of
from engine.runlog.port import RunLog
from engine.runner.attempts import known_of
from engine.runner.pages import Pages, Told
from engine.runner.ports import Clock
from engine.timepay.logs import LogQuery, LogRow, LogsUnread

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 2, 30
_NOT_KEPT = -1


class Looking:
    """One look at the logs, as often as it takes within its bounds; all rows that ever came count."""

    def __init__(
        self, log: RunLog, attempts: Sequence[Attempt], sought: Sequence[Attempt], pages: Pages
    ) -> None:
        """``attempts`` are all that rows may belong to, the ``sought`` among them."""
        self._log = log
        self._attempts = attempts
        self._looks = looks_for(sought)
        self._pages = pages
        self._rows: dict[LogQuery, dict[object, LogRow]] = {}
        self._counted: dict[LogQuery, int] = {}
        self._complete: dict[LogQuery, bool] = {}
        self._troubles: dict[str | None, LogsUnread] = {}

    @property
    def trouble(self) -> LogsUnread | None:
        """What ended the reading of a channel before its end."""
        return next(iter(self._troubles.values()), None)

    def look(self, clock: Clock, until: datetime, told: Told) -> tuple[Seen, ...]:
        """Look until each doubtful send has a row, or the time is over; raises ``LogsUnread``."""
        pause_s = _FIRST_PAUSE_S
        while True:
            for each in self._looks:
                self._ask(each)
            if self.trouble and all(counted == _NOT_KEPT for counted in self._counted.values()):
                raise self.trouble
            seen = self.seen()
            open_channels = {
                each.attempt.send.channel for each in seen if not each.is_settled and each.is_kept
            }
            is_over = self._pages.left <= 0 or clock.now() >= until
            if is_over or not open_channels - self._troubles.keys():
                return seen
            again_at = min(until, clock.now() + timedelta(seconds=pause_s))
            told.waits(again_at, "no row of it yet")
            clock.sleep_until(again_at, lambda: False)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def seen(self) -> tuple[Seen, ...]:
        """Say what the rows tell that were read, beside what the log knows by now.

        Whoever else has one that fits a send in doubt comes with it, of whichever run.
        """
        rows = [row for kept in self._rows.values() for row in kept.values()]
        matches = matched(rows, self._attempts, known_of(self._log, self._attempts))
        seen = (
            seen_of(
                each,
                matches,
                look.query.since,
                look.query.until,
                rows=len(self._rows.get(look.query, {})),
                complete=self._complete.get(look.query, False),
                is_kept=self._counted.get(look.query) != _NOT_KEPT,
                is_read=self._counted.get(look.query) == 0 or bool(self._rows.get(look.query)),
            )
            for look in self._looks
            for each in look.attempts
        )
        told = (*seen, *self._beside(matches))
        return tuple(sorted(told, key=lambda each: (each.attempt.send.intended_at, each.attempt.key)))

    def _beside(self, matches: Matches) -> Iterator[Seen]:
        sought = {each.key for look in self._looks for each in look.attempts}
        for each in in_the_way(matches, self._attempts):
            if each.key not in sought:
                asked = [look.query for look in self._looks]
                # Who passes the channel over gives rows of one that was not asked for.
                queries = [query for query in asked if query.channel == each.send.channel] or asked
                yield seen_of(
                    each,
                    matches,
                    min(query.since for query in queries),
                    max(query.until for query in queries),
                    rows=sum(len(self._rows.get(query, {})) for query in queries),
                )

    def _ask(self, look: Look) -> None:
        """Ask for what is new; a channel that made trouble is not asked again, and the others go on."""
        query = look.query
        if query.channel in self._troubles or self._counted.get(query) == _NOT_KEPT:
            return
        try:
            if query not in self._counted and not self._pages.are_kept_of(look):
                self._counted[query] = _NOT_KEPT
                return
            counted = self._pages.count(query)
            if counted == self._counted.get(query) and self._complete.get(query, False):
                return  # what was not read to its end, or not understood, is read again
            reading, trouble = self._pages.read(query, counted)
        except LogsUnread as unread:
            self._troubles[query.channel] = unread
            return
        # A row that names no channel is of the one that was asked for; as any, it would be kept as another's.
        rows = (row if row.channel else replace(row, channel=query.channel) for row in reading.rows.values())
        self._rows[query] = {**self._rows.get(query, {}), **{row.key: row for row in rows}}
        self._counted[query], self._complete[query] = counted, reading.is_complete
        if trouble:
            self._troubles[query.channel] = trouble
