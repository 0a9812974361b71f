"""A customer and one attempt that reached them, or may have: what is known, with the plan of that day."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from engine.frozen import dataclass
from engine.record.entry import ReachedEntry, SendEntry
from engine.record.outcome import SendStatus
from engine.record.request import Request


class Known(StrEnum):
    """What is known of a customer whom an attempt named, or whom a row of the API's logs names."""

    REACHED = "reached"  # a row of the API's logs fits
    SENT = "sent"  # the API says that it sent to everybody whom the request names
    UNKNOWN = "unknown"  # it may have been sent to them
    NOT_SENT = "not_sent"  # surely nothing was sent by this attempt


@dataclass(frozen=True, slots=True)
class Planned:
    """What the plan of a run says of one of its sends; ``request`` is None where the plan tells nothing."""

    template: str | None = None
    template_name: str | None = None
    text: str | None = None
    file: str | None = None
    commit: str | None = None
    blob: str | None = None
    environment: str | None = None
    request: Request | None = None

    @property
    def left_out(self) -> frozenset[str]:
        """The customers whom the request's filters leave out by their ids."""
        filters = self.request.body.get("filters") if self.request else None
        ids = filters.get("exclude_ids") if isinstance(filters, dict) else None
        return frozenset(map(str, ids)) if isinstance(ids, list) else frozenset()

    def is_overreached_by(self, send: SendEntry) -> bool:
        """Say whether the API took more than the request allows: it may have reached anybody then."""
        return bool(self.request and send.counts and self.request.is_overreached_by(send.counts))


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer whom an attempt named, or of whom ``rows`` of the API's logs say that it reached them."""

    customer: str
    send: SendEntry
    planned: Planned = Planned()
    rows: tuple[ReachedEntry, ...] = ()

    @property
    def known(self) -> Known:
        """What is known: only a row tells of one customer; of an answer's numbers, only whole ones do."""
        if self.rows:
            return Known.REACHED
        if not self.send.reaches:
            return Known.NOT_SENT
        counts, request = self.send.counts, self.planned.request
        if self.planned.is_overreached_by(self.send):
            return Known.UNKNOWN
        if self.send.status is SendStatus.SUCCEEDED and counts and request:
            return Known.SENT if counts.initiated >= len(request.customers()) else Known.UNKNOWN
        return Known.UNKNOWN


@dataclass(frozen=True, slots=True)
class Unnamed:
    """An attempt that may have reached people of whom the log keeps no id, but for those whom rows name.

    ``known`` are these customers: of anybody else only the API knows. It went by filter, or its ids were
    erased, or it overreached.
    """

    send: SendEntry
    planned: Planned = Planned()
    known: frozenset[str] = field(default_factory=frozenset)

    @property
    def at_most(self) -> int | None:
        """The most customers whom it may have reached; None: nobody knows."""
        return self.send.counts.selected if self.send.counts else self.send.at_most

    @property
    def overreached(self) -> bool:
        """Whether it may have reached others than its request allows."""
        return self.planned.is_overreached_by(self.send)

    @property
    def left_out(self) -> frozenset[str]:
        """The customers whom it surely did not reach."""
        return frozenset() if self.overreached else self.planned.left_out

    @property
    def is_known(self) -> bool:
        """Whether rows name as many customers as it may have reached; one may be somebody else's."""
        return len(self.known) == self.at_most

    @property
    def is_crowded(self) -> bool:
        """Whether rows name more than it may have reached: some are somebody else's."""
        return self.at_most is not None and len(self.known) > self.at_most


def planned_of(plan: Mapping[str, Any], address: str) -> Planned:
    """Read what a plan, as the run keeps it, says of the send of that address."""
    made: Mapping[str, Any] = plan.get("made", {})
    pairs = ((step, send) for step in plan.get("steps", ()) for send in step.get("sends", ()))
    nothing: tuple[Mapping[str, Any], Mapping[str, Any]] = {}, {}
    step, send = next((pair for pair in pairs if pair[1].get("address") == address), nothing)
    template: Mapping[str, Any] = step.get("template") or {}
    return Planned(
        template.get("id"),
        template.get("name"),
        template.get("text"),
        made.get("file") or None,
        made.get("commit"),
        made.get("blob"),
        made.get("environment"),
        Request(send["method"], send["path"], send["body"]) if "body" in send else None,
    )
