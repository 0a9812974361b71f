"""Reading the API's logs, patiently and within bounds: it asks, and changes nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from engine.frozen import replace
from engine.reconciler.look import Look
from engine.reconciler.reading import Reading
from engine.runner.ports import Clock
from engine.timepay.logs import LogPage, LogQuery, LogsUnread

PATIENCE_S = 30
"""So long a page is asked for again that did not come."""

_REFUSED = range(400, 500)
_ABOUT_NO_TYPE = (401, 403, 429)
"""What is refused for another reason than the channel that was asked for."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1, 10
_Answer = TypeVar("_Answer")


class Logs(Protocol):
    """The API's logs. Both raise ``LogsUnread``."""

    def log_count(self, query: LogQuery) -> int:
        """Ask how many rows fit."""
        ...

    def logs(self, query: LogQuery, page: int) -> LogPage:
        """Ask for a page of them."""
        ...


class Told(Protocol):
    """Who follows a look at the logs."""

    def page(self, number: int, of: int) -> None:
        """Say that so many pages were read of so many."""
        ...

    def waits(self, until: datetime, why: str) -> None:
        """Say that nothing is asked before an instant."""
        ...


class Pages:
    """Reads the logs, ``left`` pages at most."""

    def __init__(self, logs: Logs, clock: Clock, most: int, told: Told) -> None:
        self._logs = logs
        self._clock = clock
        self._told = told
        self.left = most

    def count(self, query: LogQuery) -> int:
        """Ask how many rows there are; raises ``LogsUnread``."""
        return self._patiently(lambda: self._logs.log_count(query))

    def read(self, query: LogQuery, counted: int) -> tuple[Reading, LogsUnread | None]:
        """Read every page, or as many as may be; what was read before trouble came is kept."""
        reading = Reading(counted, self.left)
        try:
            while (page := reading.wanted) is not None:
                reading.take(self._patiently(partial(self._logs.logs, query, page)))
                self.left -= 1
                self._told.page(reading.pages, max(reading.pages, reading.pages_in_all))
        except LogsUnread as trouble:
            return reading, trouble
        return reading, None

    def are_kept_of(self, look: Look) -> bool:
        """Find out whether the logs hold the channel at all; raises ``LogsUnread``.

        Who does not know it may answer as if it had not been named, with every row that there is.
        """
        if look.is_documented:
            return True
        try:
            counted = self.count(look.query)
        except LogsUnread as trouble:
            if trouble.status in _REFUSED and trouble.status not in _ABOUT_NO_TYPE:
                return False
            raise
        if counted == 0 or counted != self.count(replace(look.query, channel=None)):
            return True
        first = self._patiently(lambda: self._logs.logs(look.query, 1))
        return any(row.channel == look.query.channel for row in first.rows)

    def _patiently(self, ask: Callable[[], _Answer]) -> _Answer:
        began_at, pause_s = self._clock.now(), _FIRST_PAUSE_S
        while True:
            try:
                return ask()
            except LogsUnread as trouble:
                now = self._clock.now()
                until = max(now + timedelta(seconds=pause_s), trouble.retry_at or now)
                if not trouble.may_pass or until > began_at + timedelta(seconds=PATIENCE_S):
                    raise
                self._told.waits(until, trouble.message)
            self._clock.sleep_until(until, lambda: False)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
