"""The client against the sandbox, in the process and on a socket: outcomes, counted in the outbox."""

from collections.abc import Callable, Iterator

import pytest

from engine.record.outcome import Outcome, SendStatus
from engine.record.plan import Account
from engine.record.request import Request
from engine.refusal import Refusal
from engine.sandbox import Fault, Kind, Sandbox
from engine.timepay.client import Client
from engine.timepay.token import Token
from tests.sandboxes import BASE_URL, InProcess, SimulatedClock, sandbox, served

REQUEST = Request("POST", "/initiate/camp_demo/sms", {"templateId": "smsTpl01", "limit": 6})
TIMEOUT_S = 1.0


def in_process() -> Iterator[tuple[Client, Sandbox]]:
    """Give a client and a sandbox without a socket between them, in simulated time."""
    clock = SimulatedClock()
    made = sandbox(clock=clock)
    start = clock()

    def boottime_s() -> float:
        return (clock() - start).total_seconds()

    yield (
        Client(
            Account(BASE_URL),
            Token("sandbox"),
            transport=InProcess(made, clock),
            boottime_s=boottime_s,
            now=clock,
        ),
        made,
    )


def on_a_socket() -> Iterator[tuple[Client, Sandbox]]:
    """Give a client and a sandbox with a socket between them."""
    with served() as running:
        speaking = Client(Account(running.address), Token("sandbox"))
        yield speaking, running.sandbox
        speaking.close()


@pytest.fixture(params=[in_process, on_a_socket], ids=["in the process", "on a socket"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Client, Sandbox]]:
    """Give a client and the sandbox that it speaks to."""
    way: Callable[[], Iterator[tuple[Client, Sandbox]]] = request.param
    yield from way()


def send(speaking: Client, request: Request = REQUEST) -> Outcome:
    """Send once, asking nobody."""
    return speaking.send(request, timeout_s=TIMEOUT_S, leaving=lambda: None)


# What is played, what it comes to, and how many messages went out.
FAULTS: dict[str, tuple[Fault | None, SendStatus, int]] = {
    "a good day": (None, SendStatus.SUCCEEDED, 6),
    "reset before acceptance": (Fault(Kind.RESET), SendStatus.IN_DOUBT, 0),
    "reset after acceptance": (Fault(Kind.RESET, accepted=True), SendStatus.IN_DOUBT, 6),
    "stall after acceptance": (Fault(Kind.STALL, accepted=True), SendStatus.IN_DOUBT, 6),
    "drip": (Fault(Kind.DRIP, seconds=0.2), SendStatus.IN_DOUBT, 6),
    "truncated": (Fault(Kind.TRUNCATED), SendStatus.IN_DOUBT, 6),
    "garbled": (Fault(Kind.GARBLED), SendStatus.IN_DOUBT, 6),
    "empty": (Fault(Kind.EMPTY), SendStatus.IN_DOUBT, 6),
    "oversized": (Fault(Kind.OVERSIZED), SendStatus.IN_DOUBT, 6),
    "400": (Fault(Kind.STATUS, status=400), SendStatus.REJECTED, 0),
    "401": (Fault(Kind.STATUS, status=401), SendStatus.REJECTED, 0),
    "403": (Fault(Kind.STATUS, status=403), SendStatus.REJECTED, 0),
    "404 campaign": (Fault(Kind.STATUS, status=404), SendStatus.REJECTED, 0),
    "404 customers": (Fault(Kind.STATUS, status=404, about="customers"), SendStatus.NO_MATCH, 0),
    "404 agent": (Fault(Kind.STATUS, status=404, about="agent"), SendStatus.REJECTED, 0),
    "429": (Fault(Kind.STATUS, status=429, retry_after="7"), SendStatus.NOT_SENT, 0),
    "500": (Fault(Kind.STATUS, status=500), SendStatus.IN_DOUBT, 0),
    "500 after acceptance": (Fault(Kind.STATUS, status=500, accepted=True), SendStatus.IN_DOUBT, 6),
    "503": (Fault(Kind.STATUS, status=503), SendStatus.IN_DOUBT, 0),
    "307": (Fault(Kind.STATUS, status=307), SendStatus.IN_DOUBT, 0),
    "partial": (Fault(Kind.PARTIAL, failed=2, reached="none"), SendStatus.PARTIAL, 4),
    "all failed": (Fault(Kind.ALL_FAILED, reached="none"), SendStatus.FAILED, 0),
    "wrong counts": (Fault(Kind.WRONG_COUNTS), SendStatus.IN_DOUBT, 6),
    "overreach": (Fault(Kind.OVERREACH, ignore="limit"), SendStatus.SUCCEEDED, 10),
}
FATAL = {"401", "403", "404 campaign"}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_comes_to_its_outcome(fault: str, pair: tuple[Client, Sandbox]) -> None:
    """One request arrives, whatever happens to its answer."""
    speaking, where = pair
    played, expected, messages = FAULTS[fault]
    if played is not None:
        where.script(played)
    outcome = send(speaking)
    assert outcome.status is expected, outcome
    assert outcome.fatal == (fault in FATAL)
    assert outcome.overreached == (fault == "overreach")
    assert (outcome.retry_at is not None) == (fault == "429")
    assert (len(where.requests), len(where.outbox)) == (1, messages)
    assert speaking.departed


def test_a_request_that_is_held_back_never_arrives(pair: tuple[Client, Sandbox]) -> None:
    """The sandbox has seen nothing."""
    speaking, where = pair
    outcome = speaking.send(REQUEST, timeout_s=TIMEOUT_S, leaving=lambda: "stopped")
    assert (outcome.status, outcome.reason) == (SendStatus.NOT_SENT, "stopped")
    assert not speaking.departed
    speaking.campaign("camp_demo", timeout_s=TIMEOUT_S)
    assert [each.method for each in where.requests] == ["GET"]


def test_nobody_fits(pair: tuple[Client, Sandbox]) -> None:
    """A filter that fits nobody is a normal result."""
    speaking, where = pair
    filters = {"payment_status": ["bounced"], "language": ["latin"]}
    request = Request("POST", REQUEST.path, {**REQUEST.body, "filters": filters})  # type: ignore[dict-item]
    assert send(speaking, request).status is SendStatus.NO_MATCH
    assert where.outbox == ()


def test_a_campaign_is_read(pair: tuple[Client, Sandbox]) -> None:
    """Its name and its size, for the pins."""
    speaking, _ = pair
    facts = speaking.campaign("camp_demo", timeout_s=TIMEOUT_S)
    assert (facts.id, facts.name, facts.rows) == ("camp_demo", "PL Mumbai", 10)
    with pytest.raises(Refusal, match="404"):
        speaking.campaign("camp_other", timeout_s=TIMEOUT_S)


def test_a_refused_connection_carries_nothing() -> None:
    """Nobody listens, or so it looks."""
    made = sandbox()
    made.script(Fault(Kind.REFUSE))
    speaking = Client(Account(BASE_URL), Token("sandbox"), transport=InProcess(made))
    assert send(speaking).status is SendStatus.NOT_SENT
    assert (speaking.departed, made.outbox) == (False, ())


def test_a_server_that_refuses_carries_nothing() -> None:
    """The same on a socket, and again once it listens."""
    with served() as running:
        speaking = Client(Account(running.address), Token("sandbox"))
        with running.refusing():
            assert send(speaking).status is SendStatus.NOT_SENT
        assert send(speaking).status is SendStatus.SUCCEEDED
        speaking.close()
    assert len(running.sandbox.requests) == 1
