"""What ``run`` and ``resume`` share: what surrounds a run, asking the person, saying how it went."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from engine.cli.environment import Found
from engine.cli.identity import token
from engine.cli.screen import emit
from engine.clock import Steady
from engine.config import Environment
from engine.record.event import Event
from engine.record.outcome import Outcome
from engine.record.request import Request
from engine.record.state import RunState
from engine.report.happened import QUIET, happened
from engine.run.ports import Surroundings
from engine.run.signals import Signals
from engine.runlog.port import RunLog

STOP_FILE = Path(".runbook", "STOP")


class Connected:
    """The API, reached when it is first needed: every refusal comes before a connection does."""

    def __init__(self, here: Environment) -> None:
        self._here = here
        self._client: Any = None

    def client(self) -> Any:  # noqa: ANN401  (the client's own type would import httpx)
        """Give the client; raises ``Refusal`` (11) where there is no token."""
        if self._client is None:
            secret = token()
            # httpx is imported only when something is about to be sent.
            from engine.timepay.client import Client  # noqa: PLC0415
            from engine.timepay.token import Token  # noqa: PLC0415

            proxy = os.environ.get("RUNBOOK_PROXY") or None
            self._client = Client(self._here.account, Token(secret), proxy=proxy)
        return self._client

    def send(self, request: Request, *, timeout_s: float, leaving: Callable[[], str | None]) -> Outcome:
        """Make one request, once."""
        outcome: Outcome = self.client().send(request, timeout_s=timeout_s, leaving=leaving)
        return outcome

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()


@contextmanager
def surrounded(
    found: Found, log: RunLog, log_file: Path
) -> Iterator[tuple[Surroundings, Signals, Connected]]:
    """Give a run what it touches; the signals are its own for the length of the block."""
    assert found.here is not None, "a run has an environment"
    signals, connected = Signals(), Connected(found.here)
    folders = {log_file.absolute().parent, Path.cwd() / STOP_FILE.parent}
    folders |= {found.root / STOP_FILE.parent} if found.root else set()
    files = [folder / STOP_FILE.name for folder in folders]
    around = Surroundings(log, connected, Steady(), signals, lambda: stop_of(files), _tell)
    try:
        with signals.listening():
            yield around, signals, connected
    finally:
        connected.close()


def stop_of(files: list[Path]) -> str | None:
    """Give what the first STOP file says; one that cannot be looked at is a stop, too."""
    for file in files:
        try:
            os.stat(file)  # noqa: PTH116  (asked twice a send)
        except FileNotFoundError:
            continue
        except OSError as error:
            return f"whether {file} is there cannot be told: {error.strerror}"
        return f"stopped by the file {file}: {_first_line(file)}"
    return None


def _first_line(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(200).decode(errors="replace").partition("\n")[0].strip() or "no reason given"
    except OSError:
        return "no reason given"


def _tell(event: Event, _state: RunState) -> None:
    """Say what happens, as it happens; nobody listening is no reason to stop a run."""
    line = None if isinstance(event, QUIET) else happened(event)
    if line is not None:
        with suppress(OSError):
            emit(f"{event.at.astimezone():%H:%M:%S}  {line}", err=True)
