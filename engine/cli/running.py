"""What ``run`` and ``resume`` share: what surrounds a run, and how its command ends."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from engine.cli.chosen import Chosen
from engine.cli.identity import token
from engine.cli.outliving import only_complaining
from engine.cli.screen import say
from engine.cli.showing import finish
from engine.cli.stopped import stop_files, stop_of
from engine.clock import Steady
from engine.config import Environment
from engine.record.event import Event
from engine.record.outcome import Outcome
from engine.record.request import Request
from engine.record.state import RunState
from engine.refusal import Exit, Refusal
from engine.report.happened import QUIET, happened
from engine.runlog.port import RunLog
from engine.runner.broken import Broken
from engine.runner.exits import MAYBE_SENT
from engine.runner.ports import Surroundings
from engine.runner.signals import Signals
from engine.runner.start import Result


class Connected:
    """The API, reached when it is first needed: every refusal comes before a connection does.

    ``has_sent``: something was accepted through it, or may have been.
    """

    def __init__(self, here: Environment) -> None:
        self._here = here
        self._client: Any = None
        self.has_sent = False

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
        before, self.has_sent = self.has_sent, True  # where it breaks off, it may have been sent
        outcome: Outcome = self.client().send(request, timeout_s=timeout_s, leaving=leaving)
        self.has_sent = before or outcome.status in MAYBE_SENT
        return outcome

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()


class Session:
    """A run in this process: what surrounds it, and how the command ends that carries it out."""

    def __init__(self, chosen: Chosen, log: RunLog, form: str) -> None:
        assert chosen.found.here is not None, "a run has an environment"
        self.signals = Signals()
        self.connected = Connected(chosen.found.here)
        self._chosen, self._log, self._form = chosen, log, form
        files = stop_files(chosen.log)
        stopped = partial(stop_of, files)
        self._around = Surroundings(log, self.connected, Steady(), self.signals, stopped, _tell)

    def carry_out(self, run: str, go: Callable[[Surroundings], Result]) -> int:
        """Run, say how it went, give the exit code: once something may have left, nothing replaces it."""
        try:
            result = go(self._around)
        except Broken as broken:
            raise torn(broken) from broken
        except Exception as error:
            if self.connected.has_sent:
                raise torn(Broken(run, error, sent=True, is_open=False), error) from error
            raise
        return finish(result, self._log, self.signals, self._form, self._chosen)


@contextmanager
def session(chosen: Chosen, log: RunLog, form: str) -> Iterator[Session]:
    """Let a run go on in the block; the signals are its own for its length."""
    running = Session(chosen, log, form)
    try:
        with running.signals.listening(), chosen.completing():
            yield running
    finally:
        with only_complaining("the connection could not be closed"):
            running.connected.close()


def torn(broken: Broken, cause: BaseException | None = None) -> Exception:
    """Say of a run that an error tore off what is known: under 22 in doubt, 24 after sends."""
    cause = cause or broken.__cause__
    if not isinstance(cause, Refusal):
        return broken
    told = "" if broken.code < Exit.FINISHED_WITH_FAULTS else f"; run {broken.run} had begun to send"
    return Refusal(f"{cause.message}{told}", f"{cause.cure}; then: `runbook show {broken.run}`", broken.code)


def _tell(event: Event, _state: RunState) -> None:
    """Say what happens, as it happens; nobody listening is no reason to stop a run."""
    line = None if isinstance(event, QUIET) else happened(event)
    if line is not None:
        with suppress(OSError, ValueError):  # a closed stream is a ValueError
            say(f"{event.at.astimezone():%H:%M:%S}  {line}")
