"""Sandboxes for tests: in the process under a clock of the test's own, or on a socket."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from engine.clock import boottime_s, now
from engine.diagnostics import Json
from engine.sandbox import Break, Call, Message, Options, Reply, Sandbox
from engine.sandbox.server import Served, serving

CAMPAIGN = "camp_demo"
BASE_URL = "http://127.0.0.1:8001/api/v1"
TOKEN = "sandbox"  # noqa: S105  (the sandbox takes any)
HEADERS = {"authorization": f"Bearer {TOKEN}"}

_STATUSES = ("bounced", "pending", "partial", "paid", "received")
_LANGUAGES = ("hindi", "english", "marathi")
_BRANCHES = ("pune", "nashik", "mumbai")


class SimulatedClock:
    """A clock that moves only when it is told to; calling it gives the instant."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Give the instant at which it stands."""
        return self.at

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)


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


class InProcess(httpx.BaseTransport):
    """Carries httpx requests to a sandbox in the process: same faults, same trace events, no sockets.

    Stalls and drips move ``clock`` instead of waiting. A request that a stall keeps beyond the client's
    patience is carried out when the next one arrives, or by ``come_late``.
    """

    def __init__(self, to: Sandbox, clock: SimulatedClock | None = None) -> None:
        self._sandbox = to
        self._clock = clock or SimulatedClock()
        self._late: list[Callable[[], Reply]] = []

    def come_late(self) -> None:
        """Carry out what was kept by stalls and given up by the client."""
        while self._late:
            self._late.pop(0)()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, or raise what httpx raises where the wire misbehaves."""
        self.come_late()
        trace = request.extensions.get("trace", _untraced)
        call = _call(request)
        trace("connection.connect_tcp.started", {})
        if self._sandbox.refuses(call):
            trace("connection.connect_tcp.failed", {})
            raise httpx.ConnectError("[Errno 111] Connection refused", request=request)
        trace("connection.connect_tcp.complete", {})
        for part in ("headers", "body"):
            trace(f"http11.send_request_{part}.started", {"request": request})
            trace(f"http11.send_request_{part}.complete", {})
        return self._carried(self._sandbox.answer(call, connected=True), request)

    def _carried(self, reply: Reply, request: httpx.Request) -> httpx.Response:
        if reply.wire.kind is Break.RESET:
            raise httpx.ReadError("[Errno 104] Connection reset by peer", request=request)
        if reply.wire.kind is Break.STALLED:
            reply = self._stalled(reply, request)
        stream = _Body(reply, self._clock, request)
        headers = {**reply.headers, "content-length": str(len(reply.body))}
        return httpx.Response(reply.status, headers=headers, stream=stream, request=request)

    def _stalled(self, reply: Reply, request: httpx.Request) -> Reply:
        seconds, patience = reply.wire.seconds, request.extensions.get("timeout", {}).get("read")
        if seconds is None or (patience is not None and seconds > patience):
            assert patience is not None, "a client without a timeout would wait for ever"
            self._clock.advance(patience)
            if reply.later is not None and reply.outlives:
                self._late.append(reply.later)
            raise httpx.ReadTimeout("The read operation timed out", request=request)
        self._clock.advance(seconds)
        return reply if reply.later is None else reply.later()


class _Body(httpx.SyncByteStream):
    """The body of a reply as the wire carries it."""

    def __init__(self, reply: Reply, clock: SimulatedClock, request: httpx.Request) -> None:
        self._reply = reply
        self._clock = clock
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        body, wire = self._reply.body, self._reply.wire
        if wire.kind is Break.TRUNCATED:
            yield body[: len(body) // 2]
            raise httpx.RemoteProtocolError("peer closed connection", request=self._request)
        step = 1 if wire.kind is Break.DRIPPED else _CHUNK_BYTES
        for place in range(0, len(body), step):
            if wire.kind is Break.DRIPPED:
                self._clock.advance(wire.seconds or 0)
            yield body[place : place + step]


_CHUNK_BYTES = 65_536


def _call(request: httpx.Request) -> Call:
    path = request.url.path.removeprefix("/api/v1")
    return Call(request.method, path, dict(request.url.params), dict(request.headers), request.read())


def _untraced(_event: str, _info: Mapping[str, object]) -> None:
    """Stand for a client that asked for no trace."""
