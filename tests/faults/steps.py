"""Runbooks for the tests of faults: every step has a key of its own, so a request says whose it is."""

from collections.abc import Sequence

from engine.diagnostics import Json
from engine.frozen import dataclass
from tests.sandboxes import CAMPAIGN


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a runbook: nobody else uses its ``key``, so a request says which address it is of."""

    id: str
    channel: str = "sms"
    status: str = "bounced"
    limit: int = 4
    rest: str = ""

    @property
    def key(self) -> str:
        """The template, or the agent of a call: unlike any other step's."""
        return f"key_{self.id}"

    @property
    def address(self) -> str:
        """The address of its one send."""
        return f"{self.id}/c1"

    def text(self) -> str:
        """Write the step as a runbook has it."""
        is_call = self.channel == "call"
        what = f"conversation: {{agent: {self.key}, disposition: d}}" if is_call else f"template: {self.key}"
        who = f"filters: {{payment_status: {self.status}}}, limit: {self.limit}"
        rest = f", {self.rest}" if self.rest else ""
        return f"  - {{id: {self.id}, channel: {self.channel}, {what}, {who}{rest}}}\n"

    def body(self) -> dict[str, Json]:
        """Give the body that its request has, written down by hand from the API's pages."""
        what: dict[str, Json] = {"templateId": self.key}
        if self.channel == "call":
            what = {"agentId": self.key, "dispositionId": "d"}
        return {**what, "filters": {"payment_status": [self.status]}, "limit": self.limit}


STEPS = (Step("one"), Step("two", "whatsapp", "pending"), Step("three", "call", "paid"), Step("four"))
EACH_ONCE = {step.key: 1 for step in STEPS}
"""What is accepted of a run that goes to its end."""

HANDLING = "timeout: 1s, on_failure: pause, retry: {attempts: 2, within: 3s}"


def runbook(steps: Sequence[Step] = STEPS, handling: str = HANDLING, name: str = "chaos") -> str:
    """Write a runbook."""
    head = f"format: runbook/v1\nname: {name}\nowner: tests\npurpose: overdue\n"
    return (
        f"{head}campaign: {{id: {CAMPAIGN}}}\ndefaults: {{{handling}}}\nsteps:\n"
        f"{''.join(step.text() for step in steps)}"
    )
