"""Makers of answers and requests, for the tests of the classification."""

import json
from datetime import UTC, datetime
from typing import Any

from engine.diagnostics import Json
from engine.record.outcome import Outcome
from engine.record.request import Request
from engine.timepay.classify import classify
from engine.timepay.messages import Unreadable

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
GARBAGE = b"<html><body>Bad Gateway</body></html>"


def request(limit: Json = 100, **filters: Json) -> Request:
    """Make a request; a limit of None leaves it out."""
    body: dict[str, Json] = {"templateId": "t"}
    if limit is not None:
        body["limit"] = limit
    if filters:
        body["filters"] = filters
    return Request("POST", "/initiate/camp_demo/sms", body)


def results(matched: int = 12, selected: int = 10, initiated: int = 7, failed: int = 3) -> dict[str, Any]:
    """Make results as the API's page shows them."""
    batches = [{"batch": 1, "error": "E", "reason": "Workflow runner timeout", "affectedCustomers": failed}]
    return {
        "totalMatched": matched,
        "customersSelected": selected,
        "initiated": initiated,
        "failed": failed,
        "batchesProcessed": 1,
        "errors": batches if failed else [],
    }


def body(**keys: Any) -> bytes:  # noqa: ANN401  (whatever JSON holds)
    """Write an answer's body; ``success`` is false unless given."""
    return json.dumps({"success": False, **keys}).encode()


COHERENT = body(message="SMS", results=results())
INCOHERENT = body(success=True, results=results(initiated=8))
REFUSAL = body(message="Validation failed", errors=["templateId is required"])


def outcome(
    status: int, content: bytes | Unreadable = b"", asked: Request | None = None, **headers: str
) -> Outcome:
    """Classify an answer; header names are written with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return classify(status, named, content, asked or request(), NOW)
