"""What ``run`` and ``resume`` share: what surrounds a run, and how its command ends."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from engine.api.orders import Most, Terms, carried
from engine.api.reviewed import Review
from engine.api.stops import stop_files, stop_of
from engine.cli.asking import refuse_switched_off
from engine.cli.chosen import Chosen
from engine.cli.identity import token
from engine.cli.outliving import only_complaining
from engine.cli.runlog import refuse_lost
from engine.cli.showing import finish, show_broken
from engine.cli.telling import heard, say_ending, tell, telling
from engine.clock import Steady
from engine.config import Environment
from engine.frozen import replace
from engine.record.outcome import Outcome
from engine.record.request import Request
from engine.runlog.port import RunLog
from engine.runner.broken import Broken
from engine.runner.ports import Surroundings
from engine.runner.signals import Signals
from engine.runner.start import Result
from engine.timepay.campaign import CampaignFacts

if TYPE_CHECKING:
    from engine.timepay.client import Client


class Connected:
    """The API, reached when it is first needed: every refusal comes before a connection does."""

    def __init__(self, here: Environment) -> None:
        self._here = here
        self._client: Client | None = None

    def client(self) -> "Client":
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
        return self.client().send(request, timeout_s=timeout_s, leaving=leaving)

    def campaign(self, campaign_id: str) -> CampaignFacts:
        """Ask the API about a campaign."""
        return self.client().campaign(campaign_id)

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()


class Session:
    """A run in this process: what surrounds it, and how the command ends that carries it out."""

    def __init__(self, chosen: Chosen, form: str) -> None:
        assert chosen.found.here is not None, "a run has an environment"
        self._here = chosen.found.here
        self._signals = Signals(partial(say_ending, form))
        self._connected = Connected(self._here)
        self._chosen, self._form = chosen, form

    def terms(self, review: Review, ask: Callable[[Most], None] | None) -> Terms:
        """Give the terms of a command line; ``ask`` asks the person, None where the yes was said."""

        def last(most: Most) -> None:
            if ask is not None:
                ask(most)
            self._signals.begin()

        return Terms(review, self._here.account, self._connected.campaign, self._refuse, last)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Let a run go on in the block; the signals are its own for its length."""
        try:
            with self._signals.listening(), self._chosen.completing():
                yield
        finally:
            with only_complaining("the connection could not be closed"):
                self._connected.close()

    def carry_out(self, log: RunLog, run: str, go: Callable[[Surroundings], Result]) -> int:
        """Run, say how it went, give the exit code: once something may have left, nothing replaces it."""

        def telling_of_it(around: Surroundings) -> Result:
            with (
                telling(lambda: log.events(run)[0].event, self._is_asked, self._form) as told,
                heard(log, run, self._form) as kept,
            ):
                return go(replace(around, told=told, log=kept))

        try:
            result = carried(run, self._surroundings(log), telling_of_it)
        except Broken as broken:
            show_broken(broken, log, self._form, self._chosen)
            raise
        return finish(result, log, self._signals, self._form, self._chosen)

    def _surroundings(self, log: RunLog) -> Surroundings:
        stopped = partial(stop_of, stop_files(self._chosen.log))
        return Surroundings(log, self._connected, Steady(), self._signals, stopped, tell)

    def _is_asked(self) -> bool:
        return self._signals.asked

    def _refuse(self) -> None:
        refuse_switched_off()
        refuse_lost(self._here, self._chosen.log)
        self._connected.client()  # without a token nothing can be sent: then no run begins
