"""When a send that surely did not go out is tried again: waits that the machine decides."""

import hashlib
from datetime import datetime, timedelta

from engine.record.event import Question
from engine.record.plan import Retry
from engine.record.state import SendState

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0


def next_try(retry: Retry, send: SendState, run: str) -> datetime | Question:
    """Give the instant of the next try, or why there is none without a person.

    Pauses double from 1 s to 10 s, shortened by up to half so that many runs do not come back
    at one instant; the share is a hash of run, address and attempt, so a resumed run waits for
    the same instant. ``within_s`` counts from the first try of the round.
    """
    assert send.settled_at is not None, "only a settled send is tried again"
    # A date that was set back since the first try makes the round no longer.
    latest = min(send.since, send.settled_at) + timedelta(seconds=retry.within_s)
    asked = send.outcome.retry_at if send.outcome else None
    if asked is not None and asked > latest:
        return Question.RETRY_LATER
    pause = min(FIRST_PAUSE_S * 2 ** (send.tries - 1), LONGEST_PAUSE_S)
    due = send.settled_at + timedelta(seconds=pause * (1 - _share(run, send) / 2))
    if asked is not None:
        due = max(due, asked)
    return due if send.tries < retry.attempts and due <= latest else Question.RETRIES_SPENT


def _share(run: str, send: SendState) -> float:
    """Give a number from 0 to 1, the same for the same run, address and attempt."""
    digest = hashlib.sha256(f"{run}\n{send.address}\n{send.attempt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
