"""What the run log gives back: entries of its tables, as values."""

import json
from collections.abc import Mapping
from datetime import datetime

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.record.event import Event, Source
from engine.record.outcome import Counts, RunStatus, SendStatus
from engine.record.plan import may_be_one


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands after an event: what the list of runs shows of it."""

    status: RunStatus
    messages: int
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run. ``account`` is the account's key; ``messages`` is the sum of ``initiated``.

    ``plan`` are the digests of what it runs, ``exit_code`` is None while it has no end.
    """

    run: str
    runbook: str
    revision: int | None
    account: str
    campaign: str
    occasion: str
    environment: str | None
    rules_digest: str
    plan_digest: str
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None
    messages: int
    exit_code: int | None

    @property
    def keys(self) -> Mapping[str, Json]:
        """The inputs that its occasion names, with their values."""
        try:
            *_, keys = json.loads(self.occasion)
        except (TypeError, ValueError):  # another version worded it
            return {}
        return keys if isinstance(keys, dict) else {}

    def to_json(self) -> dict[str, Json]:
        """Give the run as ``runs --format json`` lists it (DESIGN, section 8)."""
        return {
            "run": self.run,
            "runbook": self.runbook,
            "revision": self.revision,
            "account": self.account,
            "campaign": self.campaign,
            "status": self.status.value,
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat() if self.finished_at else None,
            "messages": self.messages,
            "exit_code": self.exit_code,
        }


@dataclass(frozen=True, slots=True)
class SendEntry:
    """One attempt of one address. ``blocks``: it overreached, and nobody has lifted the block yet.

    ``reaches``: somebody got a message by it, or may have, whatever a person said of it.
    """

    run: str
    step: str
    address: str
    attempt: int
    status: SendStatus
    account: str
    campaign: str
    channel: str
    at_most: int | None
    request_hash: str
    intended_at: datetime
    deadline_at: datetime | None
    settled_at: datetime | None
    counts: Counts | None
    reason: str
    blocks: bool = False
    reaches: bool = True


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """A customer whom one attempt named."""

    customer: str
    run: str
    step: str
    address: str
    attempt: int
    channel: str
    template: str | None
    campaign: str
    account: str
    at: datetime
    status: SendStatus


@dataclass(frozen=True, slots=True)
class ReachedEntry:
    """A row of the API's logs that fits an attempt: ``customer`` was reached by it.

    ``row`` is its id there, ``at`` when it began, None where it does not say; ``status`` is the API's
    own word, ``phone`` the keyed hash of the last ten digits.
    """

    customer: str
    run: str
    address: str
    attempt: int
    row: str
    at: datetime | None = None
    status: str = ""
    template: str | None = None
    phone: str | None = None
    source: Source = Source.API


@dataclass(frozen=True, slots=True)
class EventEntry:
    """An event in its chain: ``hash`` covers everything here and ``before``, the hash of the one before."""

    run: str
    seq: int
    at: datetime
    actor: str
    event: Event
    before: str
    hash: str


@dataclass(frozen=True, slots=True)
class StopEntry:
    """A stop that stands: for ``campaign`` of ``account``, or (both None) for everything in this log."""

    account: str | None
    campaign: str | None
    at: datetime
    by: str
    reason: str

    def covers(self, account: str, campaign: str) -> bool:
        """Say whether it keeps a campaign of an account from being sent to."""
        is_of_account = self.account is None or may_be_one(self.account, account)
        return is_of_account and self.campaign in (None, campaign)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a campaign: the owner in words, its run, since when."""

    owner: str
    run: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """A campaign held by this process; ``fence`` grows with every taking."""

    account: str
    campaign: str
    owner: str
    fence: int
