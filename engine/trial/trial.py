"""What a trial came to, as values: how the run went, what was asked of the API, what customers got."""

from collections.abc import Mapping
from datetime import datetime

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.record.entry import RunEntry, SendEntry
from engine.record.event import Event
from engine.record.state import RunState, StepState
from engine.refusal import Exit
from engine.runner.start import Result
from engine.sandbox import Customer


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it arrived. ``status`` is None where no answer was given; ``accepted``: it was taken."""

    step: str
    address: str
    attempt: int
    path: str
    body: Json
    accepted: bool
    status: int | None


@dataclass(frozen=True, slots=True)
class Message:
    """One message that a customer got; ``template`` is None for a call."""

    customer: str
    channel: str
    template: str | None
    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Trial:
    """One run on a sandbox. ``messages`` is the sandbox's outbox, whatever the answers said.

    ``entry`` and ``sends`` are the run as its log had it, ``events`` all that happened in order, and
    ``customers`` everybody in the campaign, by id.
    """

    result: Result
    entry: RunEntry
    sends: tuple[SendEntry, ...]
    events: tuple[Event, ...]
    requests: tuple[Sent, ...]
    messages: tuple[Message, ...]
    customers: Mapping[str, Customer]

    @property
    def exit_code(self) -> Exit:
        """The code with which ``runbook run`` would have ended."""
        return self.result.exit_code

    @property
    def state(self) -> RunState:
        """How the run stands; ``state.steps`` holds the steps that were reached."""
        return self.result.state

    @property
    def steps(self) -> Mapping[str, StepState]:
        """Each step of the runbook in order, those not reached as pending."""
        return {step.id: self.state.steps.get(step.id, StepState()) for step in self.result.program.steps}
