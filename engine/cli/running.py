"""What ``run`` and ``resume`` share: what surrounds a run, asking the person, saying how it went."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from engine.cli.environment import Found
from engine.cli.identity import token
from engine.cli.screen import say
from engine.cli.stopped import stop_files, stop_of
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
            ca_file = os.environ.get("SSL_CERT_FILE") or None  # networks that look into TLS have their own
            self._client = Client(self._here.account, Token(secret), proxy=proxy, ca_file=ca_file)
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
    files = stop_files(found, log_file)
    around = Surroundings(log, connected, Steady(), signals, lambda: stop_of(files), _tell)
    try:
        with signals.listening():
            yield around, signals, connected
    finally:
        connected.close()


def _tell(event: Event, _state: RunState) -> None:
    """Say what happens, as it happens; nobody listening is no reason to stop a run."""
    line = None if isinstance(event, QUIET) else happened(event)
    if line is not None:
        with suppress(OSError):
            say(f"{event.at.astimezone():%H:%M:%S}  {line}")
