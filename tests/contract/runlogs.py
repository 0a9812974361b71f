"""Run logs for tests: a small history, other stores to come, and other processes at the same log."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Protocol

from engine.diagnostics import Json
from engine.record.entry import Lease, ReachedEntry, Standing
from engine.record.event import (
    Event,
    RunCancelled,
    RunFinished,
    RunHalted,
    RunStarted,
    SendIntended,
    SendSettled,
    Source,
)
from engine.record.outcome import Counts, Outcome, RunStatus, SendStatus
from engine.runlog.port import RunLog
from engine.runlog.sqlite import SqliteLog, look_at, open_log
from tests.factories import NOW

ROOT = Path(__file__).parents[2]
ACCOUNT = "http://127.0.0.1:8001 org_acme"
CAMPAIGN = "camp_demo"
RUN = "run-1"
GOING = Standing(RunStatus.RUNNING, 0)


class Store(Protocol):
    """One kind of run log, as the contract meets it: the same log, opened as often as a test likes."""

    def open(self, actor: str = "asha", owner: str = "host a, process 1", patience_s: float = 20) -> RunLog:
        """Open the log for writing."""
        ...

    def look(self) -> RunLog | None:
        """Open the log to look at it."""
        ...


class SqliteStore:
    """A log in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.opened: list[SqliteLog] = []

    def open(
        self, actor: str = "asha", owner: str = "host a, process 1", patience_s: float = 20
    ) -> SqliteLog:
        """Open the log for writing; it is closed when the test ends."""
        self.opened.append(
            open_log(self.path, actor=actor, owner=owner, create=True, patience_s=patience_s, now=lambda: NOW)
        )
        return self.opened[-1]

    def look(self) -> SqliteLog | None:
        """Open the log to look at it; it is closed when the test ends."""
        log = look_at(self.path)
        self.opened += [log] if log else []
        return log

    def close(self) -> None:
        """Close all that a test opened."""
        for log in self.opened:
            log.close()


def later(minutes: float) -> datetime:
    """Give an instant some minutes after the beginning of every test."""
    return NOW + timedelta(minutes=minutes)


def document(*steps: str, campaign: str = CAMPAIGN, name: str = "recovery") -> dict[str, Json]:
    """Give what a run keeps of its plan, as far as the run log reads it."""
    return {
        "digests": {"rules": "sha256:aa", "plan": "sha256:bb"},
        "made": {"environment": "staging"},
        "runbook": {
            "name": name,
            "revision": 3,
            "account": {"base_url": "http://127.0.0.1:8001/api/v1", "org": "org_acme"},
            "campaign": {"id": campaign, "name": "PL Mumbai"},
        },
        "steps": [
            {"id": step, "channel": "sms", "template": {"id": "smsTpl01"}} for step in steps or ("remind",)
        ],
    }


def started(
    run: str = RUN,
    occasion: str = "occ",
    at: datetime = NOW,
    campaign: str = CAMPAIGN,
    *,
    formerly: tuple[str, ...] = (),
) -> RunStarted:
    """Make the start of a run with one step."""
    return RunStarted(at, run, occasion, document(campaign=campaign), formerly)


def intended(
    attempt: int = 1, address: str = "remind/c1", at: datetime = NOW, at_most: int = 100
) -> SendIntended:
    """Make the intent of a send."""
    step = address.partition("/")[0]
    return SendIntended(at, step, address, attempt, "ab" * 32, at_most, at + timedelta(seconds=30))


def settled(
    status: str,
    attempt: int = 1,
    address: str = "remind/c1",
    at: datetime = NOW,
    *,
    overreached: bool = False,
) -> SendSettled:
    """Make what an attempt came to."""
    return SendSettled(
        at, address.partition("/")[0], address, attempt, result(status, overreached=overreached)
    )


def row(
    name: str, customer: str, *, run: str = RUN, address: str = "remind/c1", phone: str | None = None
) -> ReachedEntry:
    """Make a row that fits an attempt."""
    return ReachedEntry(customer, run, address, 1, name, NOW, "completed", "smsTpl01", phone, Source.API)


def result(status: str, *, overreached: bool = False) -> Outcome:
    """Make an outcome with plausible numbers."""
    word = SendStatus(status)
    counts = {
        SendStatus.SUCCEEDED: Counts(10, 10, 10, 0, 1),
        SendStatus.PARTIAL: Counts(10, 10, 6, 4, 1, 1),
        SendStatus.FAILED: Counts(10, 10, 0, 10, 1, 1),
        SendStatus.IN_DOUBT: None,
        SendStatus.SENT_UNKNOWN: None,
    }
    return Outcome(word, counts.get(word, Counts()), f"it is {status}", overreached=overreached)


def send(log: RunLog, lease: Lease, number: int) -> None:
    """Write an intent and its outcome as the gate does: a transaction each, with the run's standing."""
    address = f"remind/c{number}"
    with log.writing(lease) as writer:
        writer.append(RUN, intended(address=address), Standing(RunStatus.RUNNING, 10 * number))
    with log.writing(lease) as writer:
        standing = Standing(RunStatus.RUNNING, 10 * number + 10)
        writer.append(RUN, settled("succeeded", address=address), standing)


def put(log: RunLog, *events: Event, run: str = RUN, standing: Standing | None = None) -> None:
    """Append events in one transaction."""
    with log.writing() as writer:
        for event in events:
            writer.append(run, event, standing)


ENDS: dict[str, tuple[Event, Standing]] = {
    "finished": (RunFinished(later(1)), Standing(RunStatus.FINISHED, 10, 0)),
    "cancelled": (RunCancelled(later(1), "no"), Standing(RunStatus.CANCELLED, 0, 15)),
    "halted": (RunHalted(later(1), "remind", "no"), Standing(RunStatus.HALTED, 10, 21)),
}
"""How a run may end, with its standing then."""


# ------------------------------------------------ other processes

_CHILD = """\
import sys
from pathlib import Path
from engine.runlog.sqlite import open_log
from engine.record.event import StepSkipped, RunStarted
from tests.contract.runlogs import *
log = open_log(Path(sys.argv[1]), actor="ravi", owner="host b, process 2", create=True)
def say(word):
    print(word, flush=True)
def wait():
    sys.stdin.readline()
"""


class Child:
    """Another process at a log: it runs a few lines and talks through its pipes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def hears(self, word: str) -> None:
        """Wait until the child has said a word."""
        assert _pipe(self.process.stdout).readline() == f"{word}\n"

    def go_on(self) -> None:
        """Let the child go on behind its next ``wait()``."""
        _pipe(self.process.stdin).write("\n")
        _pipe(self.process.stdin).flush()

    def ends(self) -> None:
        """Let the child come to its end, and see that it went well."""
        assert self.process.wait(timeout=60) == 0


@contextmanager
def another_process(path: Path, lines: str) -> Iterator[Child]:
    """Run lines in a new process that has the log open as ``log``; nothing of it outlives the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", _CHILD + lines, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Child(process)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            _pipe(pipe).close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


STORES: dict[str, Callable[[Path], SqliteStore]] = {
    "sqlite": lambda folder: SqliteStore(folder / "log" / "runlog.db")
}
"""Every store that must keep the contract."""
