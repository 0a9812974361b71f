"""What can happen in a run: a closed set of frozen events, from which its state is folded.

Whoever adds one gets a type error at every place that must know about it (``assert_never``).
"""

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from engine.frozen import dataclass
from engine.record.outcome import Outcome


class Question(StrEnum):
    """Why a run stands and waits for a person."""

    DOUBT = "doubt"  # a send may or may not have gone out
    WHEN = "when"  # the condition of a step stayed unknown
    SUCCESS = "success"  # whether a step went well stayed unknown
    FAILED = "failed"  # a step failed and its runbook says: pause
    RETRIES_SPENT = "retries_spent"  # a send could not leave in all its tries
    RETRY_LATER = "retry_later"  # the API asked for more patience than `retry.within` has


class Verdict(StrEnum):
    """What a person may decide about a step."""

    RUN = "run"
    SKIP = "skip"
    OK = "ok"
    FAILED = "failed"


class Resolution(StrEnum):
    """A person's word on a send in doubt."""

    SENT = "sent"
    NOT_SENT = "not_sent"
    NEVER_KNOWN = "never_known"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run exists; nothing is sent yet."""

    at: datetime
    run: str


@dataclass(frozen=True, slots=True)
class RunResumed:
    """Somebody lets the run go on; with ``accept``, a reason, behind the step that stopped it."""

    at: datetime
    accept: str | None = None


@dataclass(frozen=True, slots=True)
class RunPaused:
    """The run stands until a person answers the question about the step."""

    at: datetime
    step: str
    question: Question
    reason: str


@dataclass(frozen=True, slots=True)
class RunHalted:
    """The run was stopped by the step; ``final`` ones are never resumed."""

    at: datetime
    step: str
    reason: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class RunCancelled:
    """A person ended the run."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """Every step has been sent, skipped or accepted."""

    at: datetime


@dataclass(frozen=True, slots=True)
class StepSkipped:
    """The step's condition was false, or a person said so."""

    at: datetime
    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class StepDecided:
    """A person answered what a condition could not."""

    at: datetime
    step: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class WaitStarted:
    """Nothing happens before ``until``."""

    at: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class WaitEnded:
    """The wait is over."""

    at: datetime


@dataclass(frozen=True, slots=True)
class SendIntended:
    """The request is about to leave; durable before its first byte does."""

    at: datetime
    step: str
    address: str
    attempt: int


@dataclass(frozen=True, slots=True)
class SendSettled:
    """What the attempt came to."""

    at: datetime
    step: str
    address: str
    attempt: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class SendResolved:
    """A person settled a doubt."""

    at: datetime
    step: str
    address: str
    resolution: Resolution
    reason: str


@dataclass(frozen=True, slots=True)
class Overreached:
    """The API took more customers than the request allowed: the run halts for good."""

    at: datetime
    step: str
    address: str


Event: TypeAlias = (
    RunStarted
    | RunResumed
    | RunPaused
    | RunHalted
    | RunCancelled
    | RunFinished
    | StepSkipped
    | StepDecided
    | WaitStarted
    | WaitEnded
    | SendIntended
    | SendSettled
    | SendResolved
    | Overreached
)
