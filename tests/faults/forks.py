"""A process that has imported the product once, and forks a process for each command that is to run.

A forked process has an id, files, locks and a death of its own, and spends 30 ms where a new one
spends 400 ms on imports: so nearly every instant at which it may be killed is one of its work. Orders
come in as lines of JSON, what becomes of the processes goes out as such. Single-threaded, or it could not
fork.
"""

import gc
import io
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Mapping
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

from engine.cli import main as run_command_line
from tests.faults.points import Fate, Twist, equip

BROKEN = 99
"""Under which code a process ends that the harness itself has broken."""

POLITE = {signal.SIGINT, signal.SIGTERM}
"""Signals that a process hears from its first line on, not while it is made."""

_RUNBOOK = Path(__file__).parents[2] / "runbooks" / "emi-bounce-recovery.yaml"
_OURS = ("RUNBOOK_", "TIMEPAY_")


def main() -> None:
    """Take orders until nobody gives any more; no process that was forked here outlives this one."""
    Forks().serve()


class Forks:
    """Starts processes, sends them signals while they are there, tells what becomes of them."""

    def __init__(self) -> None:
        self._told = os.dup(1)
        os.dup2(2, 1)
        self._alive: set[int] = set()
        self._wake, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(self._wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        """Take orders until there are no more."""
        _warm_up()
        rest = b""
        try:
            while True:
                ready, _, _ = select.select([0, self._wake], [], [])
                if self._wake in ready:
                    with suppress(BlockingIOError):
                        os.read(self._wake, 4096)
                self._look()
                if 0 in ready:
                    more = os.read(0, 65_536)
                    if not more:
                        return
                    *lines, rest = (rest + more).split(b"\n")
                    for line in lines:
                        self._obey(json.loads(line))
        finally:
            for pid in self._alive:
                os.kill(pid, signal.SIGKILL)

    def _obey(self, order: Mapping[str, Any]) -> None:
        if "signal" in order:
            if order["pid"] in self._alive:  # not looked at since it ended: the id is still its own
                os.kill(order["pid"], order["signal"])
            return
        signal.pthread_sigmask(signal.SIG_BLOCK, POLITE)
        pid = os.fork()
        if not pid:
            _be(order)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, POLITE)
        self._alive.add(pid)
        self._tell(started=order["id"], pid=pid)

    def _look(self) -> None:
        """See which processes have ended, stopped or gone on."""
        for pid in tuple(self._alive):
            while True:
                found, status = os.waitpid(pid, os.WNOHANG | os.WUNTRACED | os.WCONTINUED)
                if not found:
                    break
                if os.WIFSTOPPED(status) or os.WIFCONTINUED(status):
                    self._tell(pid=pid, stopped=os.WIFSTOPPED(status))
                    continue
                self._alive.discard(pid)
                self._tell(pid=pid, ended=os.waitstatus_to_exitcode(status))
                break

    def _tell(self, **what: object) -> None:
        os.write(self._told, json.dumps(what).encode() + b"\n")


def _warm_up() -> None:
    """Have everything imported that a run needs."""
    from engine.cli import person, resume, run, stop  # noqa: F401, PLC0415  (imported to be there)
    from engine.timepay import client  # noqa: F401, PLC0415  (the same)

    with redirect_stdout(io.StringIO()):
        run_command_line(["run", str(_RUNBOOK), "--dry-run", "--input", "branch=pune"])
    gc.collect()
    gc.freeze()


def _be(order: Mapping[str, Any]) -> None:
    """Be the process that was ordered: end with its code, never return."""
    code = BROKEN
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, path in ((0, os.devnull), (1, order["out"]), (2, order["err"])):
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            os.dup2(file, number)
        os.closerange(3, 256)
        os.chdir(order["folder"])
        for name in [name for name in os.environ if name.startswith(_OURS)]:
            del os.environ[name]
        os.environ.update(order["env"])
        fate = order["twist"].pop("fate")
        equip(Twist(Fate(**fate) if fate else None, **order["twist"]))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, POLITE)  # one that came too early comes now
        code = run_command_line(order["arguments"])
        sys.stdout.flush()
    except KeyboardInterrupt:  # before the command line has begun
        code = 128 + signal.SIGINT
    except SystemExit as end:  # as the interpreter takes it
        code = end.code if isinstance(end.code, int) else BROKEN
    except BaseException:  # noqa: BLE001  (nothing of this process may go on in the forking one's loop)
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
