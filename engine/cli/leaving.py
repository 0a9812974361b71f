"""Leaving nothing behind: a signal that ends the process lets it put things away first."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from engine.refusal import Exit


class Leaving:
    """Hears the signals that end the process; the first unwinds it, and no other disturbs that."""

    def __init__(self) -> None:
        self._heard: int | None = None
        self._holds = False

    @property
    def has_heard(self) -> bool:
        """Whether a signal came that ends the process."""
        return self._heard is not None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let no signal in between: what the block begins must be known before it can be ended."""
        self._holds = True
        try:
            yield
        finally:
            self._holds = False
            if self._heard is not None:
                raise _end(self._heard)

    def hear(self, number: int, _frame: FrameType | None) -> None:
        """Unwind, at once or when nothing holds it."""
        if self._heard is not None:
            return
        self._heard = number
        if not self._holds:
            raise _end(number)


@contextmanager
def leaving_nothing() -> Iterator[Leaving]:
    """Let Ctrl-C, SIGTERM and SIGHUP unwind the block; the exit code is 130 or 143.

    One that is ignored, as `nohup` has it, stays so.
    """
    leaving = Leaving()
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    heard = [name for name in names if signal.getsignal(name) is not signal.SIG_IGN]
    before = {name: signal.signal(name, leaving.hear) for name in heard}
    try:
        yield leaving
    finally:
        # The process ends now: a finger that is quicker than it must not tear its last words.
        for name, handler in before.items():
            signal.signal(name, signal.SIG_IGN if leaving.has_heard else handler)


def _end(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else SystemExit(Exit.TERMINATED)
