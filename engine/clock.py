"""The only reader of time: everything else is handed instants as values."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_BLINK_S = 0.1
"""How long nobody notices that a wait is over, or was interrupted."""

_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> datetime:
    """Read the present instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  (this module is the one that may)


def boottime_s() -> float:
    """Read seconds that no change of the date moves, and that go on while the machine sleeps."""
    return time.clock_gettime(_BOOT)


class Steady:
    """The time as a run sees it: never back, so that a date set back an hour holds no run up."""

    def __init__(self, read: Callable[[], datetime] = now, boot_s: Callable[[], float] = boottime_s) -> None:
        self._read = read
        self.boottime_s = boot_s
        self._began_at, self._began_s = read(), boot_s()

    def now(self) -> datetime:
        """Give the present instant, in UTC: the later of the date and the time since the beginning."""
        passed = timedelta(seconds=self.boottime_s() - self._began_s)
        return max(self._read(), self._began_at + passed)

    def sleep_until(self, until: datetime, unless: Callable[[], bool]) -> None:
        """Return at the instant, or a blink after ``unless`` becomes true."""
        while (left_s := (until - self.now()).total_seconds()) > 0 and not unless():
            time.sleep(min(left_s, _BLINK_S))  # noqa: TID251  (this module is the one that may)
