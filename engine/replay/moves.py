"""What a run decided, move by move: as its log has it, and as the machine makes it now."""

import json
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.machine import Ask, Decision, Finish, Halt, Send, Skip, Wait
from engine.record.event import (
    Event,
    Question,
    RunFinished,
    RunHalted,
    RunPaused,
    SendIntended,
    StepSkipped,
    WaitStarted,
)
from engine.record.instant import text_of
from engine.record.plan import PlannedSend, Program


class Kind(StrEnum):
    """What a run can decide; ``kept_back``: it would have gone on, and a guard or a person kept it back."""

    SEND = "send"
    SKIP = "skip"
    WAIT = "wait"
    ASK = "ask"
    HALT = "halt"
    FINISH = "finish"
    KEPT_BACK = "kept_back"


INTERCEPTED = (Question.GUARD, Question.INTERRUPTED)
"""What stops a run from outside: facts, of which the machine knows nothing."""


@dataclass(frozen=True, slots=True)
class Move:
    """One decision. ``request`` is the digest of what a send asks for, ``at_most`` whom it may reach."""

    kind: Kind
    step: str | None = None
    reason: str = ""
    address: str | None = None
    attempt: int | None = None
    request: str | None = None
    at_most: int | None = None
    until: datetime | None = None
    question: Question | None = None
    final: bool = False

    @property
    def course(self) -> tuple[object, ...]:
        """Where it leads: two moves that differ in nothing but the rest lead to the same."""
        return self.kind, self.step, self.address, self.attempt, self.question, self.final

    @property
    def asks(self) -> tuple[object, ...]:
        """What a person answers who lets the run go on behind it: other words are another question.

        But for a doubt, which everybody who finds it words differently.
        """
        return *self.course, "" if self.question is Question.DOUBT else self.reason

    def to_json(self) -> dict[str, Json]:
        """Give what is to be said of it."""
        known = {name: getattr(self, name) for name in self.__slots__}
        said = {name: value for name, value in known.items() if value not in (None, "", False)}
        return {**said, "until": text_of(self.until)} if self.until else said

    def line(self) -> str:
        """Give it as one line of JSON: two moves are the same where these bytes are."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))


def recorded_move(event: Event) -> Move | None:  # noqa: PLR0911  (one case an event)
    """Give the decision that an event carries out; None for what is no decision of the machine."""
    match event:
        case SendIntended(step=step, address=address, attempt=attempt):
            digest = event.request_hash or None
            return Move(Kind.SEND, step, "", address, attempt, digest, event.at_most)
        case StepSkipped(step=step, reason=reason):
            return Move(Kind.SKIP, step, reason)
        case WaitStarted(until=until, reason=reason):
            return Move(Kind.WAIT, None, reason, until=until)
        case RunPaused(step=step, question=question, reason=reason):
            kind = Kind.KEPT_BACK if question in INTERCEPTED else Kind.ASK
            return Move(kind, step, reason, question=question)
        case RunHalted(step=step, reason=reason, final=final):
            return Move(Kind.HALT, step, reason, final=final)
        case RunFinished():
            return Move(Kind.FINISH)
        case _:
            return None


def decided_move(program: Program, decision: Decision) -> Move:
    """Give what the machine decided."""
    match decision:
        case Send(step=step, address=address, attempt=attempt):
            send = planned(program, step, address)
            digest = send.request.digest()
            return Move(Kind.SEND, step, "", address, attempt, digest, send.at_most)
        case Skip(step=step, reason=reason):
            return Move(Kind.SKIP, step, reason)
        case Wait(until=until, reason=reason):
            return Move(Kind.WAIT, None, reason, until=until)
        case Ask(step=step, question=question, reason=reason):
            return Move(Kind.ASK, step, reason, question=question)
        case Halt(step=step, reason=reason, final=final):
            return Move(Kind.HALT, step, reason, final=final)
        case Finish():
            return Move(Kind.FINISH)
        case _:
            assert_never(decision)


def planned(program: Program, step: str, address: str) -> PlannedSend:
    """Give a send of a program by its address."""
    sends = program.steps[program.positions[step]].sends
    return next(send for send in sends if send.address == address)
