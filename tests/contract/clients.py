"""What the suites about the client share: a request, answers, and ways to send."""

import json
from datetime import UTC, datetime
from typing import Any

from engine.record.outcome import Outcome, SendStatus
from engine.record.plan import Account
from engine.record.request import Request
from engine.timepay.client import Client
from engine.timepay.token import Token
from tests.contract.wire import LONGEST_S, Script, Server, serving

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
REQUEST = Request(
    "POST",
    "/initiate/camp_demo/sms",
    {"templateId": "smsTpl01", "limit": 10, "filters": {"language": ["हिन्दी"]}},
)
BIG = Request("POST", "/initiate/camp_demo/sms", {"filters": {"ids": ["x" * 100] * 200_000}})
"""More than the system takes in while nobody reads: 20 MB."""

SECRET = "tok-5ecret-aBc"  # noqa: S105  (opens nothing)
SOON_S = 0.4


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


WELL = json.dumps({"success": True, "message": "SMS", "results": results(10, 10, 10, 0)}).encode()
PARTIAL = json.dumps({"success": False, "message": "SMS", "results": results()}).encode()
WRONG = json.dumps({"success": True, "message": "SMS", "results": results(initiated=8)}).encode()
REFUSAL = json.dumps({"success": False, "message": "Validation failed", "errors": ["bad"]}).encode()


class Leaving:
    """Counts how often it is asked whether the request may leave."""

    def __init__(self, reason: str | None = None) -> None:
        self.reason = reason
        self.asked = 0

    def __call__(self) -> str | None:  # noqa: D102  (the class says it)
        self.asked += 1
        return self.reason


def client(server: Server | int, **options: Any) -> Client:  # noqa: ANN401  (whatever Client takes)
    """Make a client for a server on loopback."""
    port = server if isinstance(server, int) else server.port
    scheme = "https" if isinstance(server, Server) and server.tls else "http"
    options.setdefault("now", lambda: NOW)
    return Client(Account(f"{scheme}://127.0.0.1:{port}/api/v1"), Token(SECRET), **options)


def sent(script: Script, *, timeout_s: float = LONGEST_S) -> tuple[Outcome, Server, Leaving, bool]:
    """Send one request to a server that plays a script: outcome, what was seen, whether it departed."""
    leaving = Leaving()
    with serving(script) as server:
        speaking = client(server)
        outcome = speaking.send(REQUEST, timeout_s=timeout_s, leaving=leaving)
        speaking.close()
    return outcome, server, leaving, speaking.departed


def unsent(
    speaking: Client, *, timeout_s: float = LONGEST_S, reason: str | None = None
) -> tuple[Outcome, int]:
    """Send in vain: the outcome, and how often the question was asked."""
    leaving = Leaving(reason)
    outcome = speaking.send(REQUEST, timeout_s=timeout_s, leaving=leaving)
    speaking.close()
    assert not speaking.departed
    assert outcome.status is SendStatus.NOT_SENT, outcome
    return outcome, leaving.asked
