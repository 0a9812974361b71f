"""A shell at a terminal, typed into as a person would: what it shows, as the screen ends up."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Self

import pyte

from engine.clock import boottime_s

ROWS = 40
WAIT_S = 120.0
"""How long a command may take, an installation too; then it counts as it stands."""

_KEPT_ROWS = 1_000
"""Rows that are kept, so that nothing scrolls away."""

_PROMPT = re.compile(rb"\x1b\]7;(\d+)\x07")
_FAINT, _GREY = b"\x1b[2m", b"\x1b[90m"
"""pyte knows no faint text."""
_ASKS = re.compile(rb"\n> $")


class Shown(NamedTuple):
    """What a command showed; its code is None while it goes on."""

    code: int | None
    screen: pyte.Screen

    @property
    def lines(self) -> list[str]:
        """Give the lines of the screen, to the last one that is not empty."""
        rows = [self.screen.buffer[row] for row in range(max(self.screen.buffer, default=-1) + 1)]
        lines = ["".join(row[column].data for column in range(self.screen.columns)).rstrip() for row in rows]
        while lines and not lines[-1]:
            lines.pop()
        return lines


class Terminal:
    """One terminal with a shell; leave it as a context manager, and all that runs in it ends."""

    def __init__(self, folder: Path, environment: Mapping[str, str], columns: int = 100) -> None:
        self._columns = columns
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
        own = {"TERM": "xterm-256color", "PS1": "", "PS2": "", "PROMPT_COMMAND": r'printf "\e]7;$?\a"'}
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "--noediting", "-i"],
            cwd=folder,
            env={**environment, **own},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_take_the_terminal,  # noqa: PLW1509  (one call, no lock)
        )
        os.close(theirs)
        self._read(lambda said: bool(_PROMPT.search(said)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        os.close(self._ours)  # hangs up on all that runs in it
        try:
            self._shell.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self._shell.pid, signal.SIGKILL)
            self._shell.wait()

    def types(self, line: str, answer: Callable[[list[str]], str] | None = None) -> Shown:
        """Type a line and wait for its end; ``answer`` gives what is typed where the line asks."""
        return self._sends(f"{line}\n", lambda said: bool(_PROMPT.search(said)), answer)

    def starts(self, line: str, last: str) -> Shown:
        """Type a line and wait until it has shown a line that ends so."""
        wanted = re.compile(re.escape(last.encode()) + rb"\r?\n")
        return self._sends(f"{line}\n", lambda said: bool(wanted.search(said) or _PROMPT.search(said)))

    def interrupts(self) -> Shown:
        """Press Ctrl-C and wait for the end of what goes on."""
        return self._sends("\x03", lambda said: bool(_PROMPT.search(said)))

    def _sends(
        self,
        keys: str,
        is_over: Callable[[bytes], bool],
        answer: Callable[[list[str]], str] | None = None,
    ) -> Shown:
        os.write(self._ours, keys.encode())
        said = self._read(lambda said: is_over(said) or (answer is not None and bool(_ASKS.search(said))))
        if answer is not None and not is_over(said):
            os.write(self._ours, f"{answer(self._shown(keys, said).lines)}\n".encode())
            said += self._read(is_over)
        return self._shown(keys, said)

    def _shown(self, keys: str, said: bytes) -> Shown:
        """Draw what was said, but for the line that was typed."""
        prompt = _PROMPT.search(said)
        screen = pyte.Screen(self._columns, _KEPT_ROWS)
        screen.set_mode(pyte.modes.LNM)
        typed = keys.replace("\n", "\r\n").encode()
        pyte.ByteStream(screen).feed(_PROMPT.sub(b"", said.removeprefix(typed)).replace(_FAINT, _GREY))
        return Shown(int(prompt[1]) if prompt else None, screen)

    def _read(self, is_over: Callable[[bytes], bool]) -> bytes:
        said, end_s = b"", boottime_s() + WAIT_S
        while not is_over(said) and (left_s := end_s - boottime_s()) > 0:
            if not select.select([self._ours], [], [], left_s)[0]:
                break
            try:
                said += os.read(self._ours, 65_536)
            except OSError:  # nobody is left on the other side
                break
        return said


def _take_the_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
