"""A connection of its own making: what the system's streams do is played."""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import pytest

from engine.timepay.connection import Connections
from engine.timepay.departure import Deadline

ANSWER = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}"


class Played(httpcore.NetworkStream):
    """A connection that fails when it is written to, yet holds an answer."""

    def __init__(self, fault: Exception | None) -> None:
        self.fault = fault
        self.writes: list[bytes] = []
        self.waits_s: list[float | None] = []

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Give the answer."""
        assert max_bytes
        self.waits_s.append(timeout)
        return ANSWER

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Take the bytes, or fail."""
        self.waits_s.append(timeout)
        self.writes.append(buffer)
        if self.fault is not None:
            raise self.fault

    def close(self) -> None:
        """Do nothing."""

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Refuse: nothing here is encrypted."""
        raise NotImplementedError

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  (as httpcore has it)
        """Say that there is nothing to read."""
        return None if info else False


def exchange(
    monkeypatch: pytest.MonkeyPatch, stream: Played, body: Iterable[bytes] = (b"{}",)
) -> tuple[int, bytes]:
    """Send a request over a played connection."""

    def connect(*_: object, **__: object) -> httpcore.NetworkStream:
        return stream

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    deadline = Deadline(lambda: 50.0)
    deadline.start(7)
    connections = Connections(deadline, is_https=False)
    headers = [(b"Host", b"h"), (b"Content-Length", str(len(b"".join(body))).encode())]
    answer = connections.answer("POST", (b"http", b"127.0.0.1", 1, b"/a"), headers, body, {})
    content = answer.read()
    connections.close()
    return answer.status, content


def test_headers_and_body_leave_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """One write, one wait, both within what is left."""
    stream = Played(None)
    assert exchange(monkeypatch, stream) == (401, b"{}")
    assert stream.writes == [b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"]
    assert stream.waits_s[0] == 7


def test_who_refuses_early_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may close for reading and have answered all the same."""
    stream = Played(httpcore.WriteError("broken pipe"))
    assert exchange(monkeypatch, stream, (b"x" * 100_000,)) == (401, b"{}")
    assert len(stream.writes) == 1


def test_a_write_that_takes_too_long_is_no_early_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for after the deadline."""
    with pytest.raises(httpcore.WriteTimeout):
        exchange(monkeypatch, Played(httpcore.WriteTimeout("slow")))
