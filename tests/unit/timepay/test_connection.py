"""A connection of its own making: what the system's sockets do is played."""

import os
import socket
import ssl
from itertools import count

import pytest

from engine.timepay.carrier import Headers, Leaving, Stayed
from engine.timepay.connection import Connections
from engine.timepay.departure import Deadline, Departure, HeldBack
from engine.timepay.trouble import Unasked

ANSWER = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}"


class TornOff(BaseException):
    """What a signal's handler raises."""


class Played:
    """A socket that holds an answer, and raises what it is told to where it is told to.

    ``early`` comes in before anything leaves; ``good_sends`` go well before one raises.
    """

    def __init__(
        self, *, early: bytes | OSError | None = None, good_sends: int = 0, **faults: BaseException
    ) -> None:
        self.faults = faults
        self.early = early
        self.good_sends = good_sends
        self.writes: list[bytes] = []
        self.waits_s: list[float] = []
        self.most_bytes = 1_000_000
        self.is_closed = False
        self._ends = os.pipe()
        if early is not None:
            os.write(self._ends[1], b"!")

    def _pass(self, name: str) -> None:
        if name in self.faults:
            raise self.faults[name]

    def fileno(self) -> int:
        """Give what can be watched for what comes early."""
        return -1 if self.is_closed else self._ends[0]

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
        if len(self.writes) > self.good_sends:
            self._pass("send")
        return min(len(content), self.most_bytes)

    def recv(self, most_bytes: int) -> bytes:
        """Give the answer."""
        assert most_bytes
        if self.waits_s[-1] == 0 and self.early is not None:
            if isinstance(self.early, OSError):
                raise self.early
            return self.early
        self._pass("recv")
        return ANSWER

    def close(self) -> None:
        """Note it."""
        if not self.is_closed:
            self.is_closed = True
            for each in self._ends:
                os.close(each)


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
    played = Played(send=BrokenPipeError("broken pipe"), good_sends=1)
    assert exchange(monkeypatch, played, (b"x" * 100_000,)) == (401, b"{}")
    assert len(played.writes) == 2


RESET = ConnectionResetError("reset")


@pytest.mark.parametrize(
    ("early", "fault"), [(b"H", Unasked), (b"", ConnectionAbortedError), (RESET, ConnectionResetError)]
)
def test_where_somebody_spoke_or_left_nothing_leaves(
    early: bytes | OSError, fault: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came before the request is no answer to it."""
    played = Played(early=early)
    with pytest.raises(Stayed) as raised:
        exchange(monkeypatch, played)
    assert isinstance(raised.value.fault, fault)
    assert (played.writes, played.is_closed) == ([], True)


@pytest.mark.parametrize("early", [BlockingIOError(), ssl.SSLWantReadError()])
def test_news_that_says_nothing_is_passed_by(early: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    """As TLS has after a handshake."""
    assert exchange(monkeypatch, Played(early=early)) == (401, b"{}")


def test_what_the_system_takes_nothing_of_has_not_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """So whatever can be read there was said before."""
    fault = BrokenPipeError("broken pipe")
    with pytest.raises(Stayed) as raised:
        exchange(monkeypatch, Played(send=fault))
    assert raised.value.fault is fault


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
    played = Played()
    played.faults[moment] = torn_off
    with pytest.raises(TornOff) as raised:
        exchange(monkeypatch, played)
    assert raised.value is torn_off
    assert played.is_closed
