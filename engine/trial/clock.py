"""A clock that stands still until somebody sleeps: the waits of a trial are over at once."""

from collections.abc import Callable
from datetime import datetime, timedelta


class SkippingClock:
    """Time as a run sees it, from ``at`` on; it passes only by sleeping and by ``advance``."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._passed_s = 0.0

    def now(self) -> datetime:
        """Give the instant at which it stands."""
        return self.at

    def boottime_s(self) -> float:
        """Give the seconds that have passed."""
        return self._passed_s

    def sleep_until(self, until: datetime, unless: Callable[[], bool]) -> None:
        """Be there, unless nobody wants to wait."""
        if not unless():
            self.advance(max(0.0, (until - self.at).total_seconds()))

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)
        self._passed_s += seconds
