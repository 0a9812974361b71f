"""A connection of its own making: what the system's sockets do is played."""

import socket
from itertools import count

import pytest

from engine.timepay.carrier import Headers, Leaving
from engine.timepay.connection import Connections
from engine.timepay.departure import Deadline, Departure, HeldBack

ANSWER = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}"


class TornOff(BaseException):
    """What a signal's handler raises."""


class Played:
    """A socket that holds an answer, and raises what it is told to where it is told to."""

    def __init__(self, **faults: BaseException) -> None:
        self.faults = faults
        self.writes: list[bytes] = []
        self.waits_s: list[float] = []
        self.most_bytes = 1_000_000
        self.is_closed = False

    def _pass(self, name: str) -> None:
        if name in self.faults:
            raise self.faults[name]

    def settimeout(self, wait_s: float) -> None:
        """Note how long a wait may last."""
        self.waits_s.append(wait_s)

    def connect(self, place: tuple[str, int]) -> None:
        """Connect to this machine."""
        assert place == ("127.0.0.1", 1)
        self._pass("connect")

    def setsockopt(self, *option: int) -> None:
        """Take an option."""
        assert option
        self._pass("setsockopt")

    def send(self, content: memoryview) -> int:
        """Take some bytes."""
        self.writes.append(bytes(content[: self.most_bytes]))
        self._pass("send")
        return min(len(content), self.most_bytes)

    def recv(self, most_bytes: int) -> bytes:
        """Give the answer."""
        assert most_bytes
        self._pass("recv")
        return ANSWER

    def close(self) -> None:
        """Note it."""
        self.is_closed = True


def exchange(
    monkeypatch: pytest.MonkeyPatch,
    played: Played,
    body: Leaving | tuple[bytes, ...] = (b"{}",),
    *,
    deadline: Deadline | None = None,
) -> tuple[int, bytes]:
    """Send a request over a played socket."""
    deadline = deadline or Deadline(lambda: 50.0)
    deadline.start(7)
    connections = Connections(deadline, is_https=False)
    monkeypatch.setattr(socket, "socket", lambda *_: played)
    length = len(body.content if isinstance(body, Leaving) else b"".join(body))
    headers = Headers([(b"Host", b"h"), (b"Content-Length", str(length).encode())])
    answer = connections.answer("POST", "http://127.0.0.1:1/a", headers, body, {})
    content = answer.read()
    connections.close()
    return answer.status, content


def test_headers_and_body_leave_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """One write, and no wait that is longer than a look at the clock."""
    played = Played()
    assert exchange(monkeypatch, played) == (401, b"{}")
    assert played.writes == [b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"]
    assert played.waits_s == [7, 1, 1]
    assert played.is_closed


def test_of_a_request_that_is_held_back_no_byte_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its headers are written before its body is asked for, which is the question whether it may leave."""
    deadline = Deadline(lambda: 50.0)
    deadline.start(7)
    played, held = Played(), Departure(lambda: "no", deadline, told=True)
    with pytest.raises(HeldBack):
        exchange(monkeypatch, played, Leaving(b"{}", held), deadline=deadline)
    assert (played.writes, played.is_closed, held.allowed) == ([], True, False)


def test_what_the_system_does_not_take_at_once_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every byte once, in order."""
    played = Played()
    played.most_bytes = 1000
    body = bytes(range(256)) * 20
    exchange(monkeypatch, played, (body,))
    assert b"".join(played.writes).partition(b"\r\n\r\n")[2] == body
    assert len(played.writes) == 6


def test_who_refuses_early_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may close for reading and have answered all the same."""
    played = Played(send=BrokenPipeError("broken pipe"))
    assert exchange(monkeypatch, played, (b"x" * 100_000,)) == (401, b"{}")
    assert len(played.writes) == 1


def test_a_write_that_takes_too_long_is_no_early_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried until the deadline, and nothing is waited for after it."""
    ticks = count()
    played = Played(send=TimeoutError("slow"))
    with pytest.raises(TimeoutError, match="the time is up"):
        exchange(monkeypatch, played, deadline=Deadline(lambda: float(next(ticks))))
    assert 1 <= len(played.writes) <= 7
    assert played.is_closed


@pytest.mark.parametrize("moment", ["connect", "setsockopt", "send", "recv"])
def test_what_tears_an_exchange_off_leaves_nothing_open(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It passes through as it is, and the socket is closed before anybody looks at it."""
    torn_off = TornOff()
    played = Played(**{moment: torn_off})
    with pytest.raises(TornOff) as raised:
        exchange(monkeypatch, played)
    assert raised.value is torn_off
    assert played.is_closed
