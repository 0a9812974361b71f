"""One request under an address, and what came of it."""

from __future__ import annotations

from engine.audit.known import REACHING, UNSENT
from engine.audit.outcome import Body


class Attempt:
    """One request under an address."""

    # As class attributes: a run has many attempts, and of most of them little is to be said.
    status = "intended"
    settled_at: str | None = None
    counts: str | None = None
    """Its numbers as the tables hold them."""
    reason: str | None = ""
    """Why, in words; None: whatever they are, more is not said of it."""
    is_live = True
    """Whether the API took it, or may have."""
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

    def settle(self, status: str, at: str, counts: str | None, reason: str | None) -> None:
        """Note what it came to."""
        self.status, self.settled_at, self.counts, self.reason = status, at, counts, reason
        self.is_live, self.reaches = status not in UNSENT, status in REACHING

    @property
    def name(self) -> str:
        """Its name in a sentence."""
        return f"attempt {self.number} of {self.address}"
