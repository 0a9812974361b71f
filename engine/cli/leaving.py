"""Leaving nothing behind: a signal that ends the process lets it put things away first."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from engine.refusal import Exit


@contextmanager
def leaving_nothing() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the block, as Ctrl-C does by itself; the exit code is 143."""
    names = (signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.signal(name, _leave) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(Exit.TERMINATED)
