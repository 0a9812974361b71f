"""Showing beside a run: a reader who is slow, or reads no more, must not hold a request back.

Between an intent and its request nothing may wait for anybody: a run that stands there, and is killed,
is in doubt for no reason. What a pipe or a terminal does not take at once is therefore written by a
thread. Only then: to a reader who keeps up a thread would cost a send a tenth of its time.
"""

import os
import select
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from typing import TextIO

_PATIENCE_S = 10.0
"""How long the end waits for a reader who takes nothing more; all of it stands in the run log."""

_TAKEN_AT_ONCE = 1000
"""Characters: a pipe that can be written to takes 4 KB, and a character has at most four bytes."""


@contextmanager
def beside(stream: TextIO | None, show: Callable[[str], None]) -> Iterator[Callable[[str], None]]:
    """Give what shows lines in their order on a stream: by a thread from where its reader is slow on.

    When the block ends they have been shown, but for those that nobody takes.
    """
    if stream is None or not _can_stall(stream):
        yield show
        return
    aside = _Aside(show, stream)
    try:
        yield aside.take
    finally:
        aside.close()


def write_at_once(stream: TextIO | None, line: str) -> None:
    """Write a line from a signal's handler, past what that has broken into, if it is taken at once."""
    with suppress(OSError, ValueError):  # nobody listens
        if stream is not None:
            room = select.poll()
            room.register(stream, select.POLLOUT)
            if room.poll(0):
                os.write(stream.fileno(), f"{line}\n".encode())


def start_deaf(thread: Thread) -> None:
    """Start a thread that no signal is given to: each is to wake up the one that waits for an answer."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, names)
    try:
        thread.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Aside:
    def __init__(self, show: Callable[[str], None], stream: TextIO) -> None:
        self._show = show
        self._room = select.poll()
        self._room.register(stream, select.POLLOUT)
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._shown = 0
        self._thread: Thread | None = None

    def take(self, line: str) -> None:
        if self._thread is None and len(line) < _TAKEN_AT_ONCE and self._room.poll(0):
            self._show(line)
            return
        if self._thread is None:
            self._thread = Thread(target=self._work, name="what happens", daemon=True)
            start_deaf(self._thread)
        self._lines.put(line)

    def close(self) -> None:
        self._lines.put(None)
        while self._thread is not None and self._thread.is_alive():
            before = self._shown
            self._thread.join(_PATIENCE_S)
            if self._shown == before and self._thread.is_alive():
                return

    def _work(self) -> None:
        with suppress(OSError, ValueError):  # nobody reads any more: a closed stream is a ValueError
            while (line := self._lines.get()) is not None:
                self._show(line)
                self._shown += 1


def _can_stall(stream: TextIO) -> bool:
    """Say whether a stream leads to a reader: a pipe, a socket, a terminal."""
    try:
        descriptor = stream.fileno()
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)
