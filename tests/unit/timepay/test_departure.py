"""The question before the first byte: asked once, last, and in time."""

import pytest

from engine.timepay.departure import Deadline, Departure, HeldBack

HEADERS = "http11.send_request_headers.started"


class Message:
    """What httpcore shows of a request."""

    def __init__(self, method: bytes = b"POST") -> None:
        self.method = method


def departure(*answers: str | None, left_s: float = 10.0) -> tuple[Departure, list[str]]:
    """Make a departure whose question has these answers, and the list of the times it was asked."""
    asked: list[str] = []
    waiting = list(answers)

    def leaving() -> str | None:
        asked.append("asked")
        return waiting.pop(0)

    deadline = Deadline(lambda: 100.0)
    deadline.start(left_s)
    return Departure(leaving, deadline), asked


@pytest.mark.parametrize(
    ("event", "method", "asks"),
    [
        (HEADERS, b"POST", True),
        (HEADERS, b"GET", True),
        (HEADERS, b"CONNECT", False),
        ("connection.connect_tcp.started", b"POST", False),
        ("connection.start_tls.complete", b"POST", False),
        ("http11.send_request_headers.complete", b"POST", False),
        ("http11.send_request_body.started", b"POST", False),
    ],
)
def test_when_it_is_asked(event: str, method: bytes, asks: bool) -> None:
    """Before the headers of the request itself, and at no other event."""
    leaving, asked = departure(None)
    leaving.trace(event, {"request": Message(method)})
    assert (leaving.allowed, len(asked), leaving.told) == (asks, int(asks), True)


def test_it_is_asked_once() -> None:
    """What was answered stands."""
    leaving, asked = departure(None)
    for _ in range(3):
        leaving.ask()
    assert len(asked) == 1
    held, asked = departure("no")
    for _ in range(3):
        with pytest.raises(HeldBack, match="no"):
            held.ask()
    assert (len(asked), held.allowed) == (1, False)


def test_an_empty_reason_is_one() -> None:
    """Only None lets a request go."""
    leaving, _ = departure("")
    with pytest.raises(HeldBack):
        leaving.ask()
    assert not leaving.allowed


@pytest.mark.parametrize("left_s", [0.0, -1.0])
def test_past_the_deadline_nobody_is_asked(left_s: float) -> None:
    """There is nothing to decide any more."""
    leaving, asked = departure(None, left_s=left_s)
    with pytest.raises(HeldBack, match="time"):
        leaving.ask()
    assert asked == []


def test_what_the_question_raises() -> None:
    """It passes through and is remembered, and nothing has left."""

    def leaving() -> None:
        raise KeyboardInterrupt

    deadline = Deadline(lambda: 0.0)
    deadline.start(1)
    broken = Departure(leaving, deadline)
    for _ in range(2):  # a transport may try to go on all the same
        with pytest.raises(KeyboardInterrupt):
            broken.ask()
    assert isinstance(broken.broken, KeyboardInterrupt)
    assert not broken.allowed
