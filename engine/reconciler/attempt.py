"""Attempts as rows are sought for them: whom they may have reached, with what, and when."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TypeAlias

from engine.frozen import dataclass
from engine.record.entry import SendEntry
from engine.record.event import Event, Resolution, SendIntended, SendResolved
from engine.record.outcome import SURELY_TAKEN, SendStatus
from engine.record.request import Request

BEFORE = timedelta(minutes=5)
"""So much earlier than ours their clock may say that a request came."""

AFTER = timedelta(minutes=30)
"""So long after its deadline a request may still wait for its place in their queue."""

STARTS_WITHIN = timedelta(hours=1)
"""So long after its place in the queue a message begins. Calls were seen to begin after 18 minutes."""

DOUBTFUL = frozenset({SendStatus.INTENDED, SendStatus.IN_DOUBT})
_UNSURE = DOUBTFUL | {SendStatus.SENT_UNKNOWN}

Key: TypeAlias = tuple[str, str, int]
"""Run, address, attempt."""


class Trust(IntEnum):
    """How sure it is that an attempt went out: of two that a row fits, the surer one has it."""

    TAKEN = 0
    UNSURE = 1
    SAID_UNSENT = 2


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt with what its request says. ``customers`` None: it went to whomever, by filter.

    Or it overreached: then it may have gone to anybody, whatever its request says.
    ``left_out`` are those whom the filter excludes, ``most`` the customers that the API says it took,
    or that it may have taken at most.
    """

    send: SendEntry
    trust: Trust
    template: str | None
    agent: str | None
    customers: frozenset[str] | None
    left_out: frozenset[str]
    most: int | None

    @property
    def key(self) -> Key:
        """What tells it from any other."""
        return self.send.run, self.send.address, self.send.attempt

    @property
    def is_doubtful(self) -> bool:
        """Whether nobody knows if it went out."""
        return self.send.status in DOUBTFUL

    @property
    def since(self) -> datetime:
        """When its first row may have been queued."""
        return self.send.intended_at - BEFORE

    @property
    def until(self) -> datetime:
        """When its last row may have been queued."""
        return (self.send.deadline_at or self.send.intended_at) + AFTER

    @property
    def may_tell_more(self) -> bool:
        """Whether the logs may know more of it than its answer said."""
        if self.trust is not Trust.TAKEN:
            return True
        is_whole = self.send.status is SendStatus.SUCCEEDED and self.most == len(self.customers or ())
        return self.customers is None or not is_whole


def attempt_of(send: SendEntry, request: Request, *, said_unsent: bool) -> Attempt | None:
    """Make an attempt of what the log and the plan know; None for one that surely reached nobody."""
    if (trust := _trust(send, said_unsent=said_unsent)) is None:
        return None
    body = request.body
    obeyed = not (send.counts and request.is_overreached_by(send.counts))
    filters = body.get("filters") if obeyed else None
    left_out = filters.get("exclude_ids") if isinstance(filters, dict) else None
    return Attempt(
        send,
        trust,
        template=_text(body.get("templateId")),
        agent=_text(body.get("agentId")),
        customers=(frozenset(request.customers()) if obeyed else None) or None,
        left_out=frozenset(str(each) for each in left_out) if isinstance(left_out, list) else frozenset(),
        most=send.counts.selected if trust is Trust.TAKEN and send.counts else send.at_most,
    )


def said_unsent(events: Iterable[Event]) -> frozenset[tuple[str, int]]:
    """Find the attempts, by address and number, of which a person said that they did not go out."""
    latest: dict[str, int] = {}
    said = set()
    for event in events:
        match event:
            case SendIntended(address=address, attempt=attempt):
                latest[address] = attempt
            case SendResolved(address=address, resolution=Resolution.NOT_SENT):
                said.add((address, latest.get(address, 1)))
    return frozenset(said)


def names_of(keys: Iterable[Key], run: str) -> str:
    """Name attempts, each once, as somebody who looks at a run would."""
    named = dict.fromkeys(
        (address if own == run else f"{address} of run {own}")
        + (f" (attempt {number})" if number > 1 else "")
        for own, address, number in keys
    )
    return " or ".join(named)


def _trust(send: SendEntry, *, said_unsent: bool) -> Trust | None:
    if send.status in SURELY_TAKEN:
        return Trust.TAKEN
    if send.status in _UNSURE:
        return Trust.UNSURE
    is_said = said_unsent and send.status is SendStatus.NOT_SENT
    return Trust.SAID_UNSENT if is_said else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
