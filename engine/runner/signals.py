"""Ctrl-C and SIGTERM: the first sends nothing more and waits a while, the second waits no longer.

Before the run begins there is nothing to wait for: they end the process as they end any other.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

from engine.refusal import Exit
from engine.runner.ports import GaveUp

PATIENCE_S = 8
"""How long an answer in flight is waited for once the run is to end."""


class Signals:
    """Listens to signals of this process while a run goes on; for the main thread only.

    ``tell``, called by a signal's handler, says that an answer is waited for. ``waits``: one is; no more
    than once does anybody give it up.
    """

    def __init__(self, tell: Callable[[], None] = lambda: None) -> None:
        self.signal: int | None = None
        self._tell = tell
        self._has_begun = False
        self.waits = False

    @property
    def asked(self) -> bool:
        """Whether nothing more is to be sent."""
        return self.signal is not None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the signals over for the length of the block.

        Behind it, a process whose run has begun does not hear them any more: what it has come to is
        said by its exit code, which a signal in the last instant must not take the place of.
        """
        names = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup` wants it to outlive the terminal
            names.append(signal.SIGHUP)
        before = {name: signal.signal(name, self._heard) for name in names}
        before[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._impatient)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for name, handler in before.items():
                signal.signal(name, signal.SIG_IGN if self._has_begun else handler)

    def begin(self) -> None:
        """From here on a signal ends the run in good order, and not the process at once."""
        self._has_begun = True

    @property
    def exit_code(self) -> Exit:
        """The exit code of a process that a signal ended before it sent anything."""
        return Exit.INTERRUPTED if self.signal == signal.SIGINT else Exit.TERMINATED

    def in_flight(self) -> "_InFlight":
        """Raise ``GaveUp`` within the block once patience ends."""
        return _InFlight(self)

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        if not self._has_begun:
            self.signal = number
            raise SystemExit(self.exit_code)
        if self.signal is None:
            self.signal = number
            if self.waits:
                signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
                self._tell()
        else:
            self._give_up()

    def _impatient(self, _number: int, _frame: FrameType | None) -> None:
        self._give_up()

    def _give_up(self) -> None:
        if self.waits:
            self.waits = False
            raise GaveUp


class _InFlight:
    """The block in which an answer is waited for; no generator, for a signal may come at each step of one."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals

    def __enter__(self) -> None:
        self._signals.waits = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._signals.waits = False
