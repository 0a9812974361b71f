"""A service that embeds the engine, for tests: a sandbox in the process, a log, clients."""

from pathlib import Path
from typing import Any

import engine
from engine.sandbox import Sandbox
from tests.sandboxes import InProcess

TEXT = """\
format: runbook/v1
name: remind
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo, name: PL Mumbai}
inputs: {cap: {type: integer, default: 5}}
steps:
  - {id: a, channel: sms, template: tplA, filters: {payment_status: pending}, limit: "{{ inputs.cap }}"}
"""
HERE = engine.Environment("http://127.0.0.1/api/v1")
LIVE = engine.Environment("https://api.example.invalid/api/v1", "org_acme")
OTHER = "sha256:" + "0" * 64
"""A digest that no plan has."""


class Service:
    """A sandbox in the process, a log, and a client for any account that leads to that sandbox."""

    def __init__(self, path: Path, api: Sandbox, log: engine.RunLog) -> None:
        self.path, self.api, self.log = path, api, log
        self.clients: list[engine.Client] = []

    def plan(self, environment: engine.Environment | None = HERE, text: str = TEXT) -> engine.Plan:
        """Plan the runbook."""
        return engine.plan(engine.load(text), environment=environment)

    def client(self, plan: engine.Plan) -> engine.Client:
        """Make a client for the plan's account."""
        assert plan.account is not None
        self.clients.append(engine.Client(plan.account, "t", transport=InProcess(self.api)))
        return self.clients[-1]

    def run(self, plan: engine.Plan, **wish: Any) -> engine.Result:  # noqa: ANN401  (arguments of run)
        """Run a plan, as a rule with a client of its own."""
        client = wish.pop("client", None) or self.client(plan)
        return engine.run(plan, client=client, log=self.log, **wish)


def ended() -> engine.Interrupts:
    """Give interrupts that were used up."""
    interrupts = engine.Interrupts()
    interrupts.stop()
    return interrupts
