"""One request under an address, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.audit.known import COUNTS, OUTCOME, REACHING, STATUSES, TAKEN, UNSENT

Body = Mapping[str, Any]

NOBODY: Body = dict.fromkeys(COUNTS, 0)


class Newer(Exception):  # noqa: N818  (a fact about an event)
    """An event of a newer version: what follows from it is not known here."""


class Attempt:
    """One request under an address."""

    # As class attributes: a run has many attempts, and of most of them little is to be said.
    status = "intended"
    settled_at: str | None = None
    counts: Body | None = None
    reason = ""
    reaches = True
    blocks = False
    looked: tuple[int, int, str] | None = None
    """The event of the latest look at the API's logs, the customers found there, the rows' digest."""

    def __init__(self, seq: int, at: str, body: Body) -> None:
        self.address: str = body["address"]
        self.number: int = body["attempt"]
        self.step: str = body["step"]
        self.seq = seq
        self.intended_at = at
        self.request_hash: str = body.get("request_hash", "")
        self.at_most: int | None = body.get("at_most")
        self.deadline_at: str | None = body.get("deadline_at")

    def settle(self, status: str, at: str, counts: Body | None, reason: str) -> None:
        """Note what it came to."""
        self.status, self.settled_at, self.counts, self.reason = status, at, counts, reason
        self.reaches = status in REACHING

    @property
    def is_live(self) -> bool:
        """Whether the API took it, or may have."""
        return self.status not in UNSENT

    @property
    def name(self) -> str:
        """Its name in a sentence."""
        return f"attempt {self.number} of {self.address}"


def outcome_of(outcome: Body) -> tuple[str, Body | None, Body]:
    """Read an outcome: its status, its numbers, all of it."""
    status = outcome["status"]
    if status not in STATUSES or not outcome.keys() <= OUTCOME:
        raise Newer("an outcome that this version does not know")
    counts = outcome.get("counts", NOBODY)
    if counts is not None and len(counts) != len(COUNTS):
        counts = {**NOBODY, **counts}
    return status, counts, outcome


def incoherent(status: str, counts: Body | None) -> str | None:
    """Say what is wrong with the numbers of an outcome."""
    if counts is None or status in _UNKNOWN:
        if counts is None and status in _UNKNOWN:
            return None
        return f"it is {status}, and its numbers are {'not ' if counts is None else ''}known"
    selected, initiated, failed = counts["selected"], counts["initiated"], counts["failed"]
    if initiated + failed != selected:
        return f"{initiated} initiated and {failed} failed are not the {selected} selected"
    if selected > counts["matched"] or initiated < 0 or failed < 0:
        return f"{selected} were selected of {counts['matched']} that matched"
    told = _TOLD[initiated > 0, failed > 0]
    if told == status or (told == "nobody" and status not in TAKEN):
        return None
    return f"it is {status}, but {initiated} were initiated and {failed} failed"


_UNKNOWN = ("in_doubt", "sent_unknown")
_TOLD = {
    (True, True): "partial",
    (True, False): "succeeded",
    (False, True): "failed",
    (False, False): "nobody",
}
"""What numbers say, by whether somebody was initiated, and whether somebody failed."""
