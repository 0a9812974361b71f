"""What can happen in a run: a closed set of frozen events, from which its state is folded.

Whoever adds one gets a type error at every place that must know about it (``assert_never``).
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from engine.diagnostics import Json
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
    GUARD = "guard"  # a guard refused to let anything leave
    INTERRUPTED = "interrupted"  # a person, or the system, ended the process that ran it


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


class Source(StrEnum):
    """Where rows come from that tell whom a send reached."""

    API = "api"  # the API's own logs
    EXPORT = "export"  # a file from the dashboard


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run exists; nothing is sent yet.

    ``plan`` is the whole plan/v1 document but for its outcome tree: what ``resume`` goes on with,
    whatever has become of the runbook's file. ``occasion`` names what *once* counts; so do
    ``former_occasions``, those that it would have had under the runbook's former names, or with its lists
    in the order in which they were given, as earlier versions kept them.
    """

    at: datetime
    run: str
    occasion: str = ""
    plan: Mapping[str, Json] = field(default_factory=dict)
    former_occasions: tuple[str, ...] = ()


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
    """The request is about to leave; durable before its first byte does.

    ``request_hash`` is the sha256 of the exact body, ``at_most`` the customers it may reach (None:
    nothing bounds them), and past ``deadline_at`` no byte of it leaves any more.
    """

    at: datetime
    step: str
    address: str
    attempt: int
    request_hash: str = ""
    at_most: int | None = None
    deadline_at: datetime | None = None


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
    """A person settled a doubt, or lifted the block that an overreach left on the campaign."""

    at: datetime
    step: str
    address: str
    resolution: Resolution
    reason: str


@dataclass(frozen=True, slots=True)
class Overreached:
    """The API took more customers, or others, than the request allowed: the run halts for good."""

    at: datetime
    step: str
    address: str


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """An answer that came after its send was settled otherwise: evidence, never a second outcome."""

    at: datetime
    step: str
    address: str
    attempt: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Rows of the API's logs were looked through for one attempt.

    ``reached`` are the customers for whom a fitting row is kept, from this look or an earlier one: one
    is enough to take the send as sent. ``rows`` were looked through, queued from ``since`` to ``until``;
    ``complete``: all that the API counted there. ``digest`` is ``reached_digest`` of the rows kept for
    the attempt. That a row is absent proves nothing.
    """

    at: datetime
    step: str
    address: str
    attempt: int
    reached: int
    rows: int
    since: datetime
    until: datetime
    source: Source = Source.API
    complete: bool = False
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Erased:
    """Customer ids of the run were removed: of so many contacts, and of rows of the API's logs."""

    at: datetime
    contacts: int
    reached: int
    reason: str


@dataclass(frozen=True, slots=True)
class GuardRefused:
    """A guard was closed, so nothing left; ``guard`` is its name, such as ``stop``."""

    at: datetime
    guard: str
    reason: str
    step: str | None = None


@dataclass(frozen=True, slots=True)
class OverrideUsed:
    """A person set a refusal aside; ``override`` is the option that did it, such as ``again``."""

    at: datetime
    override: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeaseTaken:
    """A process holds the campaign; nobody with a lower ``fence`` can write an intent any more."""

    at: datetime
    owner: str
    fence: int


@dataclass(frozen=True, slots=True)
class LeaseLost:
    """The process that held the campaign ended without giving it back."""

    at: datetime
    owner: str


@dataclass(frozen=True, slots=True)
class LeaseReleased:
    """The process gave the campaign back."""

    at: datetime
    owner: str


@dataclass(frozen=True, slots=True)
class StopSet:
    """Nothing is sent any more: to ``campaign`` of ``account``, or (both None) to anybody.

    In the chain of the log itself. A campaign without an account is stopped in every account.
    """

    at: datetime
    campaign: str | None
    reason: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class StopLifted:
    """The stop that names the same is lifted; others stand. In the chain of the log itself."""

    at: datetime
    campaign: str | None
    reason: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """The chains end here by now, ``{run: {seq, hash}}``: all that no seal before this one covers.

    In the chain of the log itself, so this event's hash covers every earlier seal, too.
    """

    at: datetime
    heads: Mapping[str, Json]


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
    | LateAnswer
    | Reconciled
    | Erased
    | GuardRefused
    | OverrideUsed
    | LeaseTaken
    | LeaseLost
    | LeaseReleased
    | StopSet
    | StopLifted
    | Sealed
)
