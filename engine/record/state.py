"""How a run stands: the fold of its events, and nothing else."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from engine.frozen import dataclass
from engine.record.event import Question, Verdict
from engine.record.outcome import NOBODY, Counts, Outcome, RunStatus, SendStatus, StepStatus


@dataclass(frozen=True, slots=True)
class SendState:
    """One address: its latest attempt.

    A *round* is a row of tries without a person between them: ``tries`` and ``since`` count
    from its first attempt. ``reopened``: a person's resume or resolve allows a new round. ``reached``:
    so many customers have a row that fits it, though its answer says that some have failed.
    """

    address: str
    attempt: int
    tries: int
    since: datetime
    settled_at: datetime | None = None
    outcome: Outcome | None = None
    reopened: bool = False
    reached: int = 0

    @property
    def status(self) -> SendStatus:
        """How the send stands; an intent without an outcome is ``intended``."""
        return SendStatus.INTENDED if self.outcome is None else self.outcome.status


@dataclass(frozen=True, slots=True)
class StepState:
    """One step: the worst of its sends, the sum of their numbers, and a person's words.

    ``counts`` is None where nobody knows the numbers; ``reason`` says why it was skipped.
    """

    status: StepStatus = StepStatus.PENDING
    counts: Counts | None = NOBODY
    sends: Mapping[str, SendState] = field(default_factory=dict)
    verdict: Verdict | None = None
    accepted: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunState:
    """A whole run. ``last`` is the step that was sent or skipped last: all before it are concluded.

    ``stopped_at`` is the step at which a halted or paused run stands, and ``stopped_by`` what is
    asked there; both are gone once it goes on. ``halted_for_good`` says why no resume sends any more.
    """

    run: str = ""
    status: RunStatus = RunStatus.RUNNING
    steps: Mapping[str, StepState] = field(default_factory=dict)
    last: str | None = None
    stopped_at: str | None = None
    stopped_by: Question | None = None
    halted_for_good: str | None = None
    until: datetime | None = None
    initiated: int = 0
