"""What goes over the wire: a call, a reply, and how the wire itself misbehaves. Values, no sockets."""

import json
from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum

from engine.diagnostics import Json
from engine.frozen import dataclass, replace


class Break(StrEnum):
    """What the wire does with a reply."""

    NONE = "none"
    REFUSED = "refused"
    """The connection is not accepted: no byte of the call is read."""
    RESET = "reset"
    """The connection is reset (RST) instead of an answer."""
    STALLED = "stalled"
    """Nothing comes for some seconds, then the answer; without seconds nothing comes at all."""
    TRUNCATED = "truncated"
    """Half of the body comes, less than the headers promise, and the connection is closed."""
    DRIPPED = "dripped"
    """The body comes byte by byte, each after some seconds."""


@dataclass(frozen=True, slots=True)
class Wire:
    """How the wire misbehaves, and for how long; ``seconds`` None: until the client leaves."""

    kind: Break = Break.NONE
    seconds: float | None = None


SOUND = Wire()
JSON_TYPE = "application/json"


class Unreadable(ValueError):  # noqa: N818  (says what is the matter with what was given)
    """Data that the sandbox was given makes no sense; the text says why."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the API; ``path`` is below the base URL, names of headers are in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Json:
        """Give the decoded body; raises ValueError where it is no JSON."""
        return decoded(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the API.

    ``later`` is set where the call is only carried out after the stall (``wire.seconds``): calling it
    does so and gives the reply that then goes out. Who never calls it has a call that was lost.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    wire: Wire = SOUND
    later: "Callable[[], Reply] | None" = None
    outlives: bool = True
    """Whether ``later`` is due even if the client has left during the stall."""

    def json(self) -> Json:
        """Give the decoded body; raises ValueError where it is no JSON."""
        return decoded(self.body)

    def over(self, kind: Break, seconds: float | None = None) -> "Reply":
        """Give this reply as a misbehaving wire carries it."""
        return replace(self, wire=Wire(kind, seconds))


def decoded(body: bytes) -> Json:
    """Decode JSON; raises ValueError for anything else."""
    try:
        value: Json = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def json_reply(status: int, body: Json, headers: Mapping[str, str] | None = None) -> Reply:
    """Give a reply whose body is JSON."""
    # As the API writes it: no blanks, and text beyond ASCII as it is.
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Reply(status, text.encode(errors="replace"), {"content-type": JSON_TYPE, **(headers or {})})
