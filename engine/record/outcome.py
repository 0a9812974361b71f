"""What the API's answer to one send amounts to (DESIGN, section 7: the outcome table)."""

from datetime import datetime
from enum import StrEnum

from engine.diagnostics import Json
from engine.frozen import dataclass


class SendStatus(StrEnum):
    """How one send stands. ``sent_unknown``: it went out or nobody will ever know; counts unknown."""

    INTENDED = "intended"
    NOT_SENT = "not_sent"
    REJECTED = "rejected"
    NO_MATCH = "no_match"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    SENT_UNKNOWN = "sent_unknown"


SURELY_UNSENT = frozenset({SendStatus.NOT_SENT, SendStatus.REJECTED})
"""The statuses after which an address may be tried again: nothing of it was taken."""

SURELY_TAKEN = frozenset({SendStatus.SUCCEEDED, SendStatus.PARTIAL, SendStatus.FAILED})
"""The statuses of an answer that somebody was selected: the API took it, whoever got a message."""


class StepStatus(StrEnum):
    """How one step stands: the worst of its sends, or why it had none."""

    PENDING = "pending"
    SKIPPED = "skipped"
    NOT_SENT = "not_sent"
    REJECTED = "rejected"
    NO_MATCH = "no_match"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    SENT_UNKNOWN = "sent_unknown"


class RunStatus(StrEnum):
    """How a run stands; ``finished`` and ``cancelled`` are final."""

    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    IN_DOUBT = "in_doubt"
    HALTED = "halted"
    CANCELLED = "cancelled"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of an answer: customers, but for ``batches`` and ``errors`` (error objects)."""

    matched: int = 0
    selected: int = 0
    initiated: int = 0
    failed: int = 0
    batches: int = 0
    errors: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.matched + other.matched,
            self.selected + other.selected,
            self.initiated + other.initiated,
            self.failed + other.failed,
            self.batches + other.batches,
            self.errors + other.errors,
        )

    def to_json(self) -> dict[str, Json]:
        """Give the numbers under the names that conditions use."""
        return {name: getattr(self, name) for name in self.__slots__}


NOBODY = Counts()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt came to.

    ``counts`` is None where nobody knows the numbers (in doubt, sent unknown). ``fatal`` marks
    the refusals that halt a run whatever ``on_failure`` says (401, 403, no such campaign).
    ``retry_at`` is the instant before which the API asked not to be called again. ``overreached``:
    it took more customers, or others, than the request allowed. ``http_status`` and ``answer_hash`` (sha256
    of the body as it came) are the evidence, where there was an answer.
    """

    status: SendStatus
    counts: Counts | None = NOBODY
    reason: str = ""
    fatal: bool = False
    retry_at: datetime | None = None
    overreached: bool = False
    http_status: int | None = None
    answer_hash: str | None = None


_WORDS = {
    "in_doubt": "in doubt",
    "not_sent": "not sent",
    "no_match": "nobody matched",
    "pending": "not reached",
    "sent_unknown": "taken as sent",
    "partial": "partly sent",
    "succeeded": "sent",
}


def counted(number: int, what: str) -> str:
    """Say how many there are of something, as people read it: 1 customer, 2,000 customers."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def words(status: str) -> str:
    """Give a status of a send, a step or a run as people read it."""
    return _WORDS.get(status, status)
