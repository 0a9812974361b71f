"""The processes of a test: forked ones, fast and with a fate, and new ones, just as a person starts them."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from signal import SIGKILL
from typing import Any

from engine.frozen import dataclass
from tests.faults.points import Twist

ROOT = Path(__file__).parents[2]
LONGEST_S = 60.0
"""No process of a test lives longer, whatever the machine is busy with."""

PLAIN = Twist()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code, or the signal that killed it as a negative number."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401  (what JSON holds)
        """Read what it printed."""
        return json.loads(self.out)


class Forked:
    """A process that the forking one has made."""

    def __init__(self, forks: "Forking", out: Path, err: Path) -> None:
        self.pid = 0
        self.is_stopped = False
        self.code: int | None = None
        self._forks = forks
        self._files = out, err

    def wait(self, seconds: float = LONGEST_S) -> Ended:
        """Wait for its end."""
        assert self._forks.until(lambda: self.code is not None, seconds), f"{self.pid} does not end"
        assert self.code is not None
        out, err = (file.read_text("utf-8") for file in self._files)
        return Ended(self.code, out, err)

    def wait_stopped(self, seconds: float = LONGEST_S) -> bool:
        """Wait until it freezes, or ends; say whether it is frozen."""
        assert self._forks.until(lambda: self.is_stopped or self.code is not None, seconds)
        return self.code is None

    def ends_within(self, seconds: float) -> bool:
        """Let so much time pass, less if it ends before."""
        return self._forks.until(lambda: self.code is not None, seconds)

    def signal(self, number: int) -> None:
        """Send it a signal; nobody gets it if it is gone."""
        self._forks.say(signal=int(number), pid=self.pid)


class Forking:
    """The process that forks, and what it tells of its children."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.forks"],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._news = threading.Condition()
        self._ordered: dict[int, Forked] = {}
        self._known: dict[int, Forked] = {}
        self._listener = threading.Thread(target=self._listen, name="forks", daemon=True)
        self._listener.start()

    def start(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], twist: Twist = PLAIN
    ) -> Forked:
        """Run the command line with these arguments."""
        with self._news:
            number = len(self._ordered)
            out, err = (folder / f"{number}.{end}" for end in ("out", "err"))
            out.touch()  # it may be killed before it opens them
            err.touch()
            made = self._ordered[number] = Forked(self, out, err)
        self.say(
            id=number,
            arguments=list(arguments),
            folder=str(folder),
            env=dict(environment),
            out=str(out),
            err=str(err),
            twist=asdict(twist),
        )
        assert self.until(lambda: made.pid > 0, LONGEST_S), "nothing was forked"
        return made

    def say(self, **order: object) -> None:
        """Give the forking process an order."""
        assert self._process.stdin is not None
        with self._news:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()

    def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds, at most so long; say whether it does."""
        with self._news:
            return self._news.wait_for(holds, seconds)

    def close(self) -> None:
        """End the forking process, and with it whatever it has forked."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(LONGEST_S)
        self._listener.join(LONGEST_S)
        self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            with self._news:
                self._hear(said)
                self._news.notify_all()

    def _hear(self, said: Mapping[str, Any]) -> None:
        if "started" in said:
            child = self._known[said["pid"]] = self._ordered[said["started"]]
            child.pid = said["pid"]
            return
        child = self._known[said["pid"]]
        child.is_stopped = said.get("stopped", False)
        child.code = said.get("ended")


class New:
    """A new process: ``python -m engine``, as a person starts it."""

    def __init__(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid

    def wait(self, seconds: float = LONGEST_S) -> Ended:
        """Wait for its end."""
        out, err = self._process.communicate(timeout=seconds)
        return Ended(self._process.returncode, out, err)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def end(self) -> None:
        """Kill it, if it is still there."""
        if self._process.poll() is None:
            self._process.send_signal(SIGKILL)
            self._process.communicate(timeout=LONGEST_S)


@contextmanager
def new_processes(
    commands: Sequence[Sequence[str]], folder: Path, environment: Mapping[str, str]
) -> Iterator[list[New]]:
    """Start new processes at once; none of them outlives the block."""
    started: list[New] = []
    try:
        for arguments in commands:
            started.append(New(arguments, folder, environment))  # noqa: PERF401  (each is to be ended below)
        yield started
    finally:
        for process in started:
            process.end()
