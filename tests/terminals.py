"""Commands at a terminal of their own, and what a person sees on it."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import pyte

from engine.clock import boottime_s

_WITHIN_S = 30.0
_TICK_S = 0.05


CTRL_C = "\x03"


class Terminal:
    """A terminal with a command in it. ``said`` is all that came; ``screen`` is what stands on it."""

    def __init__(self, process: subprocess.Popen[bytes], ours: int, columns: int, rows: int) -> None:
        self.process = process
        self.said = ""
        self._ours = ours
        self._seen = pyte.HistoryScreen(columns, rows, history=1000, ratio=1.0)
        self._stream = pyte.ByteStream(self._seen)

    @property
    def screen(self) -> str:
        """What stands on it, without spaces at the ends."""
        return "\n".join(line.rstrip() for line in self._seen.display).rstrip()

    @property
    def scrolled(self) -> str:
        """What stands on it, and above it where it has scrolled away."""
        lines = ["".join(row[x].data for x in range(self._seen.columns)) for row in self._seen.history.top]
        return "\n".join([*(line.rstrip() for line in lines), self.screen])

    @property
    def shows_cursor(self) -> bool:
        """Whether the cursor is to be seen."""
        return not self._seen.cursor.hidden

    def until(self, claim: str | Callable[[str], bool]) -> str:
        """Read until the screen holds a text, or a claim about it is true; give the screen."""
        holds = (lambda screen: claim in screen) if isinstance(claim, str) else claim
        end_s = boottime_s() + _WITHIN_S
        while not holds(self.screen):
            left_s = end_s - boottime_s()
            assert left_s > 0, f"the terminal never showed {claim!r}:\n{self.scrolled}"
            assert self._read(), f"it ended without showing {claim!r}:\n{self.scrolled}"
        return self.screen

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._ours, text.encode())

    def end(self) -> int:
        """Read until the command has ended; give its exit code."""
        end_s = boottime_s() + _WITHIN_S
        while self._read():
            assert boottime_s() < end_s, f"the command does not end:\n{self.scrolled}"
        return self.process.wait(timeout=_WITHIN_S)

    def close(self) -> None:
        """Take the terminal away."""
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1

    def _read(self) -> bool:
        """Read what has come; False once the other side has closed."""
        ready, _, _ = select.select([self._ours], [], [], _TICK_S)
        if not ready:
            return True
        try:
            piece = os.read(self._ours, 65536)
        except OSError:  # the other side has closed
            return False
        self.said += piece.decode(errors="replace")
        self._stream.feed(piece)
        return bool(piece)


@contextmanager
def at_terminal(
    *arguments: str,
    folder: Path,
    columns: int = 80,
    rows: int = 24,
    is_its_own: bool = True,
    out: Path | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Terminal]:
    """Run ``runbook`` at a terminal; ``out`` takes its stdout.

    Unless it ``is_its_own``, the end of the terminal sends it no signal, as behind ``setsid``.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    take = (lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if is_its_own else None
    stdout = theirs if out is None else os.open(out, os.O_WRONLY | os.O_CREAT)
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", *arguments],
        cwd=folder,
        env={**os.environ, "TERM": "xterm-256color", **environment},
        stdin=theirs,
        stdout=stdout,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=take,  # noqa: PLW1509  (one call, no lock)
    )
    for used in {stdout, theirs}:
        os.close(used)
    terminal = Terminal(process, ours, columns, rows)
    try:
        yield terminal
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        terminal.close()


def emphasised(said: str) -> list[str]:
    """Give the codes of emphasis in what came to a terminal."""
    return re.findall(r"\x1b\[[0-9;]*m", said)
