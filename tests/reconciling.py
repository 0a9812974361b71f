"""A desk before a sandbox in the process, under one simulated clock: what tests of reconciling share."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.diagnostics import Json
from engine.record.entry import ReachedEntry, SendEntry
from engine.record.outcome import Outcome
from engine.record.plan import Account
from engine.runner.reconcile import Bounds, Report, reconcile
from engine.sandbox import Fault, Kind, Options, Sandbox
from engine.timepay.client import Client
from engine.timepay.token import Token
from engine.trial.wire import InProcess
from tests.sandboxes import campaign
from tests.unit.runner.fakes import HERE, Desk, Died

HEAD = """\
format: runbook/v1
name: remind
owner: collections-ops
purpose: overdue
once: {per: run}
campaign: {id: camp_demo}
steps:
"""
LOST = Fault(Kind.RESET, accepted=True)
"""The messages go out, and the answer is lost."""
NEVER_TAKEN = Fault(Kind.RESET)


def step(
    name: str = "a",
    channel: str = "whatsapp",
    template: str = "tplA",
    ids: Sequence[str] = (),
    limit: int = 500,
    more: str = "",
) -> str:
    """Write a step: of those ids, or of everybody who reads Hindi."""
    filters = f"ids: [{', '.join(ids)}]" if ids else "language: hindi"
    content = "conversation: {agent: ag1, disposition: d1}" if channel == "call" else f"template: {template}"
    return (
        f"  - {{id: {name}, channel: {channel}, {content}, filters: {{{filters}}}, limit: {limit}{more}}}\n"
    )


def runbook(*steps: str) -> str:
    """Write a runbook of these steps."""
    return HEAD + ("".join(steps) or step())


class Told:
    """Somebody who follows a look at the logs."""

    def __init__(self) -> None:
        self.pages: list[tuple[int, int]] = []
        self.waited: list[str] = []

    def page(self, number: int, of: int) -> None:
        """Note it."""
        self.pages.append((number, of))

    def waits(self, until: datetime, why: str) -> None:
        """Note it."""
        self.waited.append(f"{until:%H:%M:%S} {why}")


class Lookout(Desk):
    """A desk whose API is a sandbox."""

    def __init__(
        self,
        folder: Path,
        customers: int | Sequence[Mapping[str, Json]] = 30,
        seed: int = 0,
        options: Options | None = None,
    ) -> None:
        super().__init__(folder)
        self.sandbox = Sandbox(self.clock.now, seed, options)
        self.sandbox.load(campaign(customers))
        self.client = Client(
            HERE,
            Token("sandbox"),
            transport=InProcess(self.sandbox, self.clock),
            boottime_s=self.clock.boottime_s,
            now=self.clock.now,
        )
        self.api = self.client  # type: ignore[assignment]  # the real one, in place of a fake
        self.seen = Told()

    def reconcile(
        self,
        run: str = "run-1",
        *,
        wait_s: float = 0,
        pages: int = 1000,
        writes: bool = True,
        here: Account = HERE,
    ) -> Report:
        """Look for a run's sends in the logs."""
        entry = self.log.find(run)
        bounds = Bounds(wait_s, pages)
        return reconcile(
            entry, self.log, self.client, self.clock, here=here, bounds=bounds, told=self.seen, writes=writes
        )

    def dies_behind(self, text: str) -> None:
        """Start a run whose process dies when its first request has been answered."""

        def send(*given: Any, **more: Any) -> Outcome:  # noqa: ANN401  (whatever the client takes)
            Client.send(self.client, *given, **more)
            self.mortal.is_dead = True
            raise Died

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.client, "send", send)
            with pytest.raises(Died):
                self.run(text)

    def send(self, address: str = "a/c1", run: str = "run-1") -> SendEntry:
        """Give the latest attempt of an address."""
        return [each for each in self.log.sends(run) if each.address == address][-1]

    def reached(self, run: str = "run-1") -> set[str]:
        """Give whom the log calls reached."""
        return {each.customer for each in self.kept(run)}

    def kept(self, run: str = "run-1") -> tuple[ReachedEntry, ...]:
        """Give the rows that the log keeps."""
        return self.log.reached_of(run)

    def got(self, template: str | None = "tplA") -> set[str]:
        """Give who got a message with a template, by the outbox."""
        return {each.customer for each in self.sandbox.outbox if each.template == template}

    def asked(self) -> list[Mapping[str, str]]:
        """Give the queries of every look at the logs."""
        return [each.query for each in self.sandbox.requests if each.path == "/logs"]
