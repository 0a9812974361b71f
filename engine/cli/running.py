"""What ``run`` and ``resume`` share: what surrounds a run, and how its command ends."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from engine.api.orders import carried
from engine.api.stops import stop_of
from engine.cli.chosen import Chosen
from engine.cli.identity import token
from engine.cli.outliving import only_complaining
from engine.cli.showing import finish
from engine.cli.stopped import stop_files
from engine.cli.telling import heard, tell, telling
from engine.clock import Steady
from engine.config import Environment
from engine.frozen import replace
from engine.record.outcome import Outcome
from engine.record.request import Request
from engine.runlog.port import RunLog
from engine.runner.ports import Surroundings
from engine.runner.signals import Signals
from engine.runner.start import Result


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


class Session:
    """A run in this process: what surrounds it, and how the command ends that carries it out."""

    def __init__(self, chosen: Chosen, log: RunLog, form: str) -> None:
        assert chosen.found.here is not None, "a run has an environment"
        self.signals = Signals()
        self.connected = Connected(chosen.found.here)
        self._chosen, self._log, self._form = chosen, log, form

    def carry_out(self, run: str, go: Callable[[Surroundings], Result]) -> int:
        """Run, say how it went, give the exit code: once something may have left, nothing replaces it."""

        def telling_of_it(around: Surroundings) -> Result:
            with telling(lambda: self._log.events(run)[0].event, self._is_asked, self._form) as told:
                return go(replace(around, told=told))

        result = carried(run, self._surroundings(run), telling_of_it)
        return finish(result, self._log, self.signals, self._form, self._chosen)

    def _surroundings(self, run: str) -> Surroundings:
        log = heard(self._log, run) if self._form == "jsonl" else self._log
        stopped = partial(stop_of, stop_files(self._chosen.log))
        return Surroundings(log, self.connected, Steady(), self.signals, stopped, tell)

    def _is_asked(self) -> bool:
        return self.signals.asked


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
