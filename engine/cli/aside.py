"""Showing beside a run: a reader who is slow, or reads no more, must not hold a request back.

Between an intent and its request nothing may wait for anybody: a run that stands there, and is killed,
is in doubt for no reason. What goes to a pipe or a terminal is therefore written by a thread.
"""

import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TextIO, TypeVar

_PATIENCE_S = 10.0
"""How long the end waits for a reader who takes nothing more; all of it stands in the run log."""

_Item = TypeVar("_Item")


@contextmanager
def beside(stream: TextIO | None, show: Callable[[_Item], None]) -> Iterator[Callable[[_Item], None]]:
    """Give what shows items in their order: by a thread where the reader of the stream can be slow.

    When the block ends they have been shown, but for those that nobody takes.
    """
    if not _can_stall(stream):
        yield show
        return
    aside = _Aside(show)
    try:
        yield aside.take
    finally:
        aside.close()


def start_deaf(thread: Thread) -> None:
    """Start a thread that no signal is given to: each is to wake up the one that waits for an answer."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, names)
    try:
        thread.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Aside(Generic[_Item]):
    def __init__(self, show: Callable[[_Item], None]) -> None:
        self._show = show
        self._items: SimpleQueue[tuple[_Item] | None] = SimpleQueue()
        self._shown = 0
        self._thread: Thread | None = None

    def take(self, item: _Item) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._work, name="what happens", daemon=True)
            start_deaf(self._thread)
        self._items.put((item,))

    def close(self) -> None:
        self._items.put(None)
        while self._thread is not None and self._thread.is_alive():
            before = self._shown
            self._thread.join(_PATIENCE_S)
            if self._shown == before and self._thread.is_alive():
                return

    def _work(self) -> None:
        with suppress(OSError, ValueError):  # nobody reads any more: a closed stream is a ValueError
            while (packed := self._items.get()) is not None:
                self._show(packed[0])
                self._shown += 1


def _can_stall(stream: TextIO | None) -> bool:
    """Say whether a stream leads to a reader: a pipe, a socket, a terminal."""
    try:
        descriptor = stream.fileno() if stream is not None else -1
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)
