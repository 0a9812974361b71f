"""Sandboxes for tests: in the process under a clock of the test's own, or on a socket."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from engine.clock import boottime_s, now
from engine.diagnostics import Json
from engine.sandbox import Call, Message, Options, Reply, Sandbox
from engine.sandbox.server import Served, serving
from engine.trial.clock import SkippingClock
from engine.trial.wire import InProcess as Wire

CAMPAIGN = "camp_demo"
BASE_URL = "http://127.0.0.1:8001/api/v1"
TOKEN = "sandbox"  # noqa: S105  (the sandbox takes any)
HEADERS = {"authorization": f"Bearer {TOKEN}"}

_STATUSES = ("bounced", "pending", "partial", "paid", "received")
_LANGUAGES = ("hindi", "english", "marathi")
_BRANCHES = ("pune", "nashik", "mumbai")


class SimulatedClock(SkippingClock):
    """A clock that moves only when it is told to; calling it gives the instant."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)) -> None:
        super().__init__(at)

    def __call__(self) -> datetime:
        """Give the instant at which it stands."""
        return self.at


def rows(number: int, **columns: str) -> list[dict[str, Json]]:
    """Make customers L-1, L-2, …: statuses, languages and branches in turn, unless given."""
    return [
        {
            "loan_id": f"L-{count + 1}",
            "first_name": "Asha",
            "last_name": f"Kumar {count + 1}",
            "phone_number": f"90000{count + 1:05d}",
            "payment_status": _STATUSES[count % len(_STATUSES)],
            "language": _LANGUAGES[count % len(_LANGUAGES)],
            "branch": _BRANCHES[count % len(_BRANCHES)],
            **columns,
        }
        for count in range(number)
    ]


def campaign(customers: int | Sequence[Mapping[str, Json]] = 10, name: str = CAMPAIGN) -> Json:
    """Make a campaign called PL Mumbai with so many customers, or with these."""
    made = rows(customers) if isinstance(customers, int) else customers
    return {"id": name, "name": "PL Mumbai", "customers": [dict(row) for row in made]}


def sandbox(
    customers: int | Sequence[Mapping[str, Json]] = 10,
    *,
    clock: Callable[[], datetime] | None = None,
    seed: int = 0,
    options: Options | None = None,
) -> Sandbox:
    """Make a sandbox with the campaign camp_demo; its time stands still unless a clock is given."""
    made = Sandbox(clock or SimulatedClock(), seed, options)
    made.load(campaign(customers))
    return made


@contextmanager
def served(
    customers: int | Sequence[Mapping[str, Json]] = 10, *, seed: int = 0, options: Options | None = None
) -> Iterator[Served]:
    """Serve a sandbox on a socket, in real time; ``.address`` and ``.sandbox`` are what tests need."""
    with serving(sandbox(customers, clock=now, seed=seed, options=options)) as running:
        yield running


@pytest.fixture
def served_sandbox() -> Iterator[Served]:
    """Serve a sandbox with ten customers of the campaign camp_demo on a socket."""
    with served() as running:
        yield running


def initiate(to: Sandbox, body: Mapping[str, Json], path: str = "/initiate/camp_demo/sms") -> Reply:
    """Send an initiate request to a sandbox in the process, past all HTTP."""
    return to.answer(Call("POST", path, {}, HEADERS, json.dumps(body).encode()))


def told(where: Sandbox) -> dict[str, list[Message]]:
    """Give each customer's messages, from the outbox."""
    messages: dict[str, list[Message]] = {}
    for message in where.outbox:
        messages.setdefault(message.customer, []).append(message)
    return messages


def eventually(claim: Callable[[], bool], within_s: float = 5) -> bool:
    """Wait until a claim about another thread is true; False if it never is."""
    never = threading.Event()
    end_s = boottime_s() + within_s
    while not claim():
        if boottime_s() > end_s:
            return False
        never.wait(0.01)
    return True


class InProcess(Wire):
    """Carries httpx requests to a sandbox in the process: same faults, same trace events, no sockets."""

    def __init__(self, to: Sandbox, clock: SimulatedClock | None = None) -> None:
        super().__init__(to, clock or SimulatedClock())
