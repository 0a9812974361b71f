"""Small makers of rows and attempts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.diagnostics import Json
from engine.reconciler.attempt import Attempt, attempt_of
from engine.record.entry import SendEntry
from engine.record.outcome import SURELY_TAKEN, Counts, SendStatus
from engine.record.request import Request
from engine.timepay.logs import LogRow

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)


def minutes(number: float) -> datetime:
    """Give the instant so many minutes later."""
    return NOW + timedelta(minutes=number)


def row(name: str = "w-1", customer: str = "L-1", at: float | None = 0.1, **told: str) -> LogRow:
    """Make a row that began so many minutes later."""
    known: dict[str, Any] = {"channel": "whatsapp", "campaign": "camp_demo", "template": "tplA", **told}
    return LogRow(name, customer, None if at is None else minutes(at), **known)


def attempt(  # noqa: PLR0913  (what a test is about, by name)
    address: str = "a/c1",
    *,
    status: str = "in_doubt",
    ids: Sequence[str] = ("L-1", "L-2"),
    number: int = 1,
    at: float = 0,
    channel: str = "whatsapp",
    selected: int | None = None,
    filters: dict[str, Json] | None = None,
    unsent: bool = False,
    run: str = "run-1",
) -> Attempt:
    """Make an attempt to these customers, or by filter."""
    made = attempt_or_none(
        address, status, ids, number, at, channel, selected, filters, unsent=unsent, run=run
    )
    assert made is not None
    return made


def attempt_or_none(  # noqa: PLR0913
    address: str,
    status: str,
    ids: Sequence[str],
    number: int = 1,
    at: float = 0,
    channel: str = "whatsapp",
    selected: int | None = None,
    filters: dict[str, Json] | None = None,
    *,
    unsent: bool = False,
    run: str = "run-1",
) -> Attempt | None:
    """Make an attempt; None where it can have reached nobody."""
    settled = SendStatus(status)
    taken = len(ids) if selected is None else selected
    counts = Counts(taken, taken, taken) if settled in SURELY_TAKEN else None
    send = SendEntry(
        run=run,
        step=address.partition("/")[0],
        address=address,
        attempt=number,
        status=settled,
        account="here -",
        campaign="camp_demo",
        channel=channel,
        at_most=10,
        request_hash="",
        intended_at=minutes(at),
        deadline_at=minutes(at + 0.5),
        settled_at=None,
        counts=counts,
        reason="",
    )
    chosen: dict[str, Json] = {"ids": list(ids)} if ids else {"language": ["hindi"]}
    content: dict[str, Json] = {"agentId": "ag1"} if channel == "call" else {"templateId": "tplA"}
    body: dict[str, Json] = {**content, "filters": {**chosen, **(filters or {})}}
    return attempt_of(send, Request("POST", "/initiate/camp_demo/whatsapp", body), said_unsent=unsent)
