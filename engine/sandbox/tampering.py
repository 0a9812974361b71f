"""A reply spoilt by a fault: its status, its body, its counts, or the wire that carries it."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus

from engine.diagnostics import Json
from engine.frozen import replace
from engine.sandbox.answers import unusual
from engine.sandbox.faults import Fault, Kind
from engine.sandbox.wire import Break, Call, Reply, json_reply

Counts = dict[str, Json]


def spoilt(reply: Reply, fault: Fault, call: Call, at: datetime) -> Reply:
    """Give the reply as a fault leaves it."""
    if fault.kind in _ON_THE_WIRE:
        seconds = 1.0 if fault.kind is Kind.DRIP and fault.seconds is None else fault.seconds
        return reply.over(_ON_THE_WIRE[fault.kind], seconds)
    if fault.kind is Kind.STATUS:
        return _status(reply, fault, call, at)
    if fault.kind is Kind.WRONG_COUNTS:
        return _miscounted(reply, fault, call)
    return _body(reply, fault)


_ON_THE_WIRE = {
    Kind.RESET: Break.RESET,
    Kind.STALL: Break.STALLED,
    Kind.DRIP: Break.DRIPPED,
    Kind.TRUNCATED: Break.TRUNCATED,
}


def _body(reply: Reply, fault: Fault) -> Reply:
    match fault.kind:
        case Kind.GARBLED:
            half = reply.body[: len(reply.body) // 2]
            return replace(reply, body=half + b'\xff\x00"<')
        case Kind.EMPTY:
            return replace(reply, body=b"")
        case Kind.OVERSIZED:
            # Blanks at the end: sound JSON, if anybody reads so far.
            return replace(reply, body=reply.body.ljust(fault.size_bytes))
        case Kind.WRONG_TYPE:
            return replace(reply, headers={"content-type": fault.content_type or "text/html"})
        case _:
            return reply


def _status(reply: Reply, fault: Fault, call: Call, at: datetime) -> Reply:
    status = fault.status or 500
    answer = unusual(status, fault.about)
    if fault.keep_body:
        answer = replace(reply, status=status)
    elif isinstance(fault.body, str):
        answer = Reply(status, fault.body.encode(), {"content-type": "text/plain"})
    elif fault.body is not None:
        answer = json_reply(status, fault.body)
    return replace(answer, headers={**answer.headers, **_headers(fault, status, call, at)})


def _headers(fault: Fault, status: int, call: Call, at: datetime) -> Mapping[str, str]:
    headers: dict[str, str] = {}
    if fault.content_type is not None:
        headers["content-type"] = fault.content_type
    if fault.retry_after is not None:
        headers["retry-after"] = _retry_after(fault.retry_after, at)
    if fault.location is not None:
        headers["location"] = fault.location
    elif HTTPStatus.MULTIPLE_CHOICES < status < HTTPStatus.BAD_REQUEST:
        # Back to the same address: a client that follows sends twice, and the outbox shows it.
        headers["location"] = f"/api/v1{call.path}"
    return headers


def _retry_after(text: str, at: datetime) -> str:
    word, _, seconds = text.partition("+")
    if word == "date" and seconds.isdigit():
        return format_datetime(at.replace(microsecond=0) + timedelta(seconds=int(seconds)), usegmt=True)
    return text


def _miscounted(reply: Reply, fault: Fault, call: Call) -> Reply:
    body = reply.json()
    if not isinstance(body, dict) or not isinstance(body.get("results"), dict):
        return reply
    counts = body["results"]
    assert isinstance(counts, dict)
    _BREAKERS[fault.breaks](counts, _asked_limit(call))
    return json_reply(reply.status, body)


def _asked_limit(call: Call) -> int:
    body = json.loads(call.body)
    limit = body.get("limit") if isinstance(body, dict) else None
    return limit if isinstance(limit, int) else 0


def _sum(counts: Counts, _: int) -> None:
    counts["initiated"] = _number(counts, "initiated") + 1


def _matched(counts: Counts, _: int) -> None:
    counts["totalMatched"] = _number(counts, "customersSelected") - 1


def _affected(counts: Counts, _: int) -> None:
    wrong = _number(counts, "failed") + 1
    counts["errors"] = [
        {"batch": 1, "error": "Initiation failed", "reason": "?", "affectedCustomers": wrong},
    ]


def _over_limit(counts: Counts, limit: int) -> None:
    """Claim one more than was asked for; nobody else gets a message."""
    more = max(limit, _number(counts, "customersSelected")) + 1
    counts["initiated"] = more - _number(counts, "failed")
    counts["customersSelected"] = more
    counts["totalMatched"] = max(more, _number(counts, "totalMatched"))


def _negative(counts: Counts, _: int) -> None:
    counts["initiated"] = _number(counts, "customersSelected") + 1
    counts["failed"] = -1


def _to(value: Json) -> Callable[[Counts, int], None]:
    def breaker(counts: Counts, _: int) -> None:
        counts["initiated"] = value

    return breaker


def _missing(counts: Counts, _: int) -> None:
    del counts["initiated"]


def _nothing(counts: Counts, _: int) -> None:
    counts.clear()


def _number(counts: Counts, name: str) -> int:
    value = counts[name]
    assert isinstance(value, int)
    return value


_BREAKERS: dict[str, Callable[[Counts, int], None]] = {
    "sum": _sum,
    "matched": _matched,
    "affected": _affected,
    "over_limit": _over_limit,
    "negative": _negative,
    "text": _to("10"),
    "fraction": _to(0.5),
    "truth": _to(True),
    "null": _to(None),
    "huge": _to(10**30),
    "missing": _missing,
    "nothing": _nothing,
}
BREAKS = tuple(_BREAKERS)
"""What wrong_counts can break."""
