"""A run as its log tells it: what the views of it are made from, and what programs get of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.machine.aggregate import settled
from engine.record.entry import RunEntry, SendEntry
from engine.record.outcome import Counts, Outcome, SendStatus, words
from engine.record.settlement import Settlement
from engine.record.state import RunState, StepState


@dataclass(frozen=True, slots=True)
class Story:
    """A run as its log tells it: ``plan`` is its program/v1, ``settled`` says by address who settled a doubt.

    ``sends`` are all its attempts, or none where it has ended and all of it is known.
    """

    entry: RunEntry
    plan: Mapping[str, Any]
    state: RunState
    sends: Sequence[SendEntry] = ()
    settled: Mapping[str, Settlement] = field(default_factory=dict)

    @property
    def inputs(self) -> dict[str, Json]:
        """The inputs of its plan, with their values."""
        return {name: about["value"] for name, about in self.plan.get("inputs", {}).items()}

    def steps(self) -> Iterator[tuple[Mapping[str, Any], StepState]]:
        """Give each step of its plan, with how it stands."""
        for step in self.plan.get("steps", ()):
            yield step, self.state.steps.get(step["id"]) or StepState()

    def outcome_of(self, send: SendEntry) -> Outcome | None:
        """Give what an attempt came to, if it is the latest of its address."""
        step = self.state.steps.get(send.step)
        now = step.sends.get(send.address) if step else None
        return now.outcome if now and now.attempt == send.attempt else None

    def words_of(self, status: str, *addresses: str) -> str:
        """Give a status of sends as people read it; if a person settled them, by whose word."""
        said = {str(self.settled[address]) for address in addresses if address in self.settled}
        return said.pop() if status == SendStatus.SENT_UNKNOWN and len(said) == 1 else words(status)


def run_json(story: Story) -> dict[str, Json]:
    """Give one run as ``show --format json`` does (DESIGN, section 8)."""
    entry = story.entry
    return {
        **entry.to_json(),
        "digests": {"rules": entry.rules_digest, "plan": entry.plan_digest},
        "environment": entry.environment,
        "inputs": story.inputs,
        "steps": [_step_json(step["id"], state) for step, state in story.steps()],
        "sends": [_send_json(send) for send in story.sends],
    }


def _step_json(name: str, state: StepState) -> Json:
    _, counts = settled(state.sends.values())
    numbers: dict[str, Json] = (counts or Counts()).to_json()
    if counts is None:
        numbers = dict.fromkeys(numbers)
    return {"id": name, "status": state.status.value, **numbers}


def _send_json(send: SendEntry) -> Json:
    return {
        "address": send.address,
        "step": send.step,
        "attempt": send.attempt,
        "status": send.status.value,
        "channel": send.channel,
        "at_most": send.at_most,
        "request_hash": send.request_hash,
        "intended_at": send.intended_at.isoformat(),
        "deadline_at": send.deadline_at.isoformat() if send.deadline_at else None,
        "settled_at": send.settled_at.isoformat() if send.settled_at else None,
        "counts": send.counts.to_json() if send.counts else None,
        "reason": send.reason,
        "blocks": send.blocks,
    }
