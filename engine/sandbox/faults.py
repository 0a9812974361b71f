"""Faults: misbehaviours of the API that are played on purpose, by script or by seed."""

from enum import StrEnum
from math import inf

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.sandbox.chance import draw
from engine.sandbox.wire import Call, decoded


class Kind(StrEnum):
    """What can go wrong, as ``ABOUT`` says."""

    REFUSE = "refuse"
    RESET = "reset"
    STALL = "stall"
    DRIP = "drip"
    TRUNCATED = "truncated"
    GARBLED = "garbled"
    EMPTY = "empty"
    OVERSIZED = "oversized"
    WRONG_TYPE = "wrong_type"
    STATUS = "status"
    PARTIAL = "partial"
    ALL_FAILED = "all_failed"
    WRONG_COUNTS = "wrong_counts"
    OVERREACH = "overreach"
    LATE_LOGS = "late_logs"
    MISSING_LOGS = "missing_logs"
    DOUBLED_LOGS = "doubled_logs"
    FOREIGN_LOGS = "foreign_logs"
    SHIFTING_LOGS = "shifting_logs"


ABOUT = {
    Kind.REFUSE: "the connection is refused",
    Kind.RESET: "the connection breaks; accepted=yes: once messages are taken",
    Kind.STALL: "no answer comes for some seconds, or until the client leaves",
    Kind.DRIP: "the answer comes byte by byte",
    Kind.TRUNCATED: "the answer breaks off",
    Kind.GARBLED: "the answer is no JSON",
    Kind.EMPTY: "the answer has no body",
    Kind.OVERSIZED: "the answer is far too long",
    Kind.WRONG_TYPE: "the answer says that it is something else than JSON",
    Kind.STATUS: "the answer has another status=",
    Kind.PARTIAL: "some customers fail: half of them, or failed=",
    Kind.ALL_FAILED: "every customer fails",
    Kind.WRONG_COUNTS: "the numbers of the answer contradict each other",
    Kind.OVERREACH: "more customers are messaged than were asked for",
    Kind.LATE_LOGS: "the API's logs show messages late",
    Kind.MISSING_LOGS: "the API's logs leave messages out",
    Kind.DOUBLED_LOGS: "the API's logs show messages twice",
    Kind.FOREIGN_LOGS: "the API's logs show messages that nobody sent here",
    Kind.SHIFTING_LOGS: "the API's logs move on between two pages",
}
"""What each does, in a line."""

OPTIONS = {
    "channel": "any: only requests by this channel",
    "campaign": "any: only those of this campaign",
    "template": "any: only those with this template; foreign_logs: the one that rows show",
    "path": "any: requests whose path begins so; else initiate requests (or /logs)",
    "skip": "any: let so many requests pass first",
    "times": "any: play it so often; else once, and faults of logs always",
    "always": "any: yes plays it for every request",
    "chance": "any: play it with this probability, such as 0.2, by --seed",
    "accepted": "any: whether messages go out; else no for reset, stall, status",
    "seconds": "stall: how long; drip: between bytes; late_logs: how late",
    "outlives": "stall: no drops the request once the client has left",
    "status": "status: that of the answer; partial, all_failed: not 207, 500",
    "about": "status, with status=404: what is not found",
    "body": "status: the body, as text; in JSON to /_sandbox/faults any JSON",
    "keep_body": "status: yes keeps the body of a sound answer",
    "content_type": "status, wrong_type: what the answer says that it is",
    "location": "status: where a redirect leads; else to the same address",
    "retry_after": "status: that header: 30, or date+30 for the date in 30 s",
    "failed": "partial: how many fail; else half of them, rounded up",
    "customers": "partial: who fails; faults of logs: whose rows: L-1+L-2",
    "reached": "partial, all_failed: who of the failed gets the message all the same",
    "breaks": "wrong_counts: what does not hold",
    "ignore": "overreach: the key of the request that is passed over",
    "extra": "overreach: so many more than asked for, matching or not",
    "number": "faults of logs: how many rows; shifting_logs: new ones a page",
    "size_bytes": "oversized: the size of the body",
}
"""The fields of a fault: for which kinds each is, and what it says."""

LOG_KINDS = frozenset(kind for kind in Kind if kind.endswith("_logs"))
_BEFORE_ACCEPTANCE = frozenset({Kind.RESET, Kind.STALL, Kind.STATUS})
"""What befalls a request before anything is done, unless the fault says otherwise."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaviour, for the requests that match; ``OPTIONS`` says what each field is.

    Which requests: those whose path begins with ``path`` (default: initiate requests; for the faults
    of logs, ``/logs``) and, where given, of that channel, template and campaign. Of these the first
    ``skip`` pass; then it is played ``times`` times (default: once; always for faults of logs and for
    those with ``chance``), each with probability ``chance`` by the sandbox's seed.
    """

    kind: Kind
    path: str | None = None
    channel: str | None = None
    template: str | None = None
    campaign: str | None = None
    skip: int = 0
    times: int | None = None
    always: bool = False
    chance: float | None = None

    accepted: bool | None = None
    seconds: float | None = None
    outlives: bool = True
    status: int | None = None
    about: str = "campaign"
    body: Json = None
    keep_body: bool = False
    content_type: str | None = None
    location: str | None = None
    retry_after: str | None = None
    failed: int | None = None
    customers: tuple[str, ...] = ()
    reached: str = "half"
    breaks: str = "sum"
    ignore: str | None = None
    extra: int = 0
    number: int = 1
    size_bytes: int = 20_000_000

    @property
    def accepts(self) -> bool:
        """Whether a request that meets this fault is carried out."""
        if self.accepted is None:
            return self.kind not in _BEFORE_ACCEPTANCE
        return self.accepted

    @property
    def uses(self) -> float:
        """How many times this is played at most."""
        if self.times is not None:
            return self.times
        endless = self.always or self.chance is not None or self.kind in LOG_KINDS
        return inf if endless else 1

    def fits(self, call: Call) -> bool:
        """Say whether a request is one of those that this fault is for."""
        path = self.path or ("/logs" if self.kind in LOG_KINDS else "/initiate/")
        if not call.path.startswith(path):
            return False
        if self.channel is None and self.campaign is None and self.template is None:
            return True
        return self.kind in LOG_KINDS or self._fits_send(call)

    def _fits_send(self, call: Call) -> bool:
        _, _, campaign, channel, *_ = (*call.path.split("/"), "", "", "", "")
        channel = "call" if channel == "calls" else channel
        if self.channel not in {None, channel} or self.campaign not in {None, campaign}:
            return False
        return self.template is None or _template(call) == self.template


def _template(call: Call) -> Json:
    try:
        body = decoded(call.body)
    except ValueError:
        return None
    return body.get("templateId") if isinstance(body, dict) else None


class Script:
    """The faults that wait for their requests; remembers which were played how often."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._entries: list[_Entry] = []

    @property
    def waiting(self) -> tuple[Fault, ...]:
        """The faults that can still be played."""
        return tuple(entry.fault for entry in self._entries if entry.played < entry.fault.uses)

    def add(self, *faults: Fault) -> None:
        """Add faults; of several that are due, the first that was added is played."""
        start = len(self._entries)
        self._entries += [_Entry(fault, start + offset) for offset, fault in enumerate(faults)]

    def clear(self) -> None:
        """Forget all faults."""
        self._entries.clear()

    def refuses(self, call: Call) -> bool:
        """Say whether the connection for a request is refused, and count it."""
        for entry in self._entries:
            if entry.fault.kind is Kind.REFUSE and entry.fault.fits(call) and entry.meets(self._seed):
                entry.played += 1
                return True
        return False

    def due(self, call: Call) -> tuple[Fault, ...]:
        """Give what befalls a request that came through, and count it.

        At most one fault, but any number of those of logs.
        """
        played: list[Fault] = []
        for entry in self._entries:
            fault = entry.fault
            if fault.kind is Kind.REFUSE or not fault.fits(call):
                continue
            if entry.meets(self._seed) and (fault.kind in LOG_KINDS or not _holds_other(played)):
                entry.played += 1
                played.append(fault)
        return tuple(played)


def _holds_other(faults: list[Fault]) -> bool:
    return any(fault.kind not in LOG_KINDS for fault in faults)


class _Entry:
    """One fault of a script, with its counts."""

    def __init__(self, fault: Fault, place: int) -> None:
        self.fault = fault
        self.place = place
        self.met = 0
        self.played = 0

    def meets(self, seed: int) -> bool:
        self.met += 1
        fault = self.fault
        if self.met <= fault.skip or self.played >= fault.uses:
            return False
        return fault.chance is None or draw(seed, "fault", self.place, self.met) < fault.chance
