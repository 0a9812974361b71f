"""What the sandbox keeps: every message that it accepted, and every request that it received."""

from collections.abc import Mapping
from datetime import datetime

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.sandbox.wire import Call, decoded

_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
_LONGEST_BODY_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message that a customer gets; ``request`` numbers the accepted initiate requests from 1."""

    customer: str
    campaign: str
    channel: str
    template: str | None
    agent: str | None
    at: datetime
    request: int

    def to_json(self) -> dict[str, Json]:
        """Give the message with its instant as text."""
        return {**{name: getattr(self, name) for name in self.__slots__}, "at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class Received:
    """One request that arrived, and what became of it.

    ``accepted`` is the number of the accepted initiate request, None where nothing was accepted;
    ``status`` is None where no answer was given; ``fault`` is the kind that was played.
    """

    number: int
    at: datetime
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    accepted: int | None = None
    status: int | None = None
    fault: str | None = None

    def to_json(self) -> dict[str, Json]:
        """Give the request with its body decoded where it is JSON, else as text."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "method": self.method,
            "path": self.path,
            "query": dict(self.query),
            "headers": dict(self.headers),
            "body": _shown(self.body),
            "accepted": self.accepted,
            "status": self.status,
            "fault": self.fault,
        }


def received(call: Call, number: int, at: datetime, fault: str | None) -> Received:
    """Note a request down, without the token."""
    headers = {name: _hidden(value) if name in _SECRET else value for name, value in call.headers.items()}
    query = dict(call.query)
    return Received(number, at, call.method, call.path, query, headers, call.body, fault=fault)


def _hidden(value: str) -> str:
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} (hidden)" if blank else "(hidden)"


def _shown(body: bytes) -> Json:
    if not body:
        return None
    if len(body) > _LONGEST_BODY_BYTES:
        return f"({len(body)} bytes)"
    try:
        return decoded(body)
    except ValueError:
        return body.decode(errors="replace")
