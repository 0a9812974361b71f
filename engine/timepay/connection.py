"""Connections that end on time, whatever the other side does. The door to httpcore.

httpx bounds each wait on its own, so a server that sends one byte a second is waited for for ever. The
public place to bound them all by what is left of the whole is a network backend. httpx's own transport
takes none; httpcore, which does that transport's work, does.
"""

import socket
import ssl
from collections.abc import Iterable, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import httpcore

from engine.refusal import Exit, Refusal
from engine.timepay.departure import Deadline
from engine.timepay.trouble import ProxyRefused

CONNECT_S = 10.0
"""The longest wait for a connection or a TLS handshake, where the deadline leaves more."""

IDLE_S = 5.0
"""A connection that was idle for longer is not used again: the other side may be about to close it."""

# The system's waits stand still while the machine sleeps: none is longer without a look at the clock.
_LOOK_S = 1.0
# What a socket's buffer takes at once, so that a reader of a byte a second cannot draw a write out.
_PIECE_BYTES = 16 * 1024


class Unasked(Exception):  # noqa: N818  (as the API did, not an error of ours)
    """An answer was there before the request had left, so it answers something else."""


class Connections:
    """The connections to one origin, directly or through a proxy; for one thread.

    ``ca_file`` holds the certificates to trust in place of those that certifi brings.
    """

    def __init__(
        self,
        deadline: Deadline,
        *,
        is_https: bool,
        proxy: str | None = None,
        ca_file: str | None = None,
    ) -> None:
        self._network = _Network(deadline)
        self._is_https = is_https
        self._proxy = _proxy(proxy) if proxy else None
        self._ca_file = ca_file
        self._context: ssl.SSLContext | None = None
        self._kept: httpcore.HTTPConnection | httpcore.ConnectionPool | None = None

    def answer(
        self,
        method: str,
        target: tuple[bytes, bytes, int | None, bytes],
        headers: list[tuple[bytes, bytes]],
        body: Iterable[bytes],
        extensions: MutableMapping[str, Any],
    ) -> httpcore.Response:
        """Send a request, once; the body of the answer is still to be read.

        ``target``: scheme, host, port, and what stands in the request's first line.
        """
        if self._network.idle_s() > IDLE_S:
            self.close()
        scheme, host, port, path = target
        url = httpcore.URL(scheme=scheme, host=host, port=port, target=path)
        request = httpcore.Request(method, url, headers=headers, content=body, extensions=extensions)
        try:
            response = self._opened(url.origin).handle_request(request)
        except httpcore.ProxyError as error:
            raise ProxyRefused(str(error)) from error
        if not self._network.heard:
            self.close()
            raise Unasked("an answer was there before it was asked for")
        return response

    def close(self) -> None:
        """Close whatever is open; the next request connects anew."""
        if self._kept is not None:
            self._kept.close()

    def _opened(self, origin: httpcore.Origin) -> httpcore.HTTPConnection | httpcore.ConnectionPool:
        """Give what is open, or opens when it is used; only a proxy needs what a pool knows."""
        kept = self._kept
        if isinstance(kept, httpcore.HTTPConnection) and (kept.is_closed() or kept.has_expired()):
            kept.close()
            kept = None
        if kept is None:
            kept = self._kept = self._direct(origin) if self._proxy is None else self._through(self._proxy)
        return kept

    def _direct(self, origin: httpcore.Origin) -> httpcore.HTTPConnection:
        return httpcore.HTTPConnection(origin, self._trusted(), network_backend=self._network)

    def _through(self, proxy: httpcore.Proxy) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(self._trusted(), proxy=proxy, network_backend=self._network)

    def _trusted(self) -> ssl.SSLContext | None:
        # The certificates take 10 ms to read: only who speaks TLS pays for them, once.
        if self._context is None and self._is_https:
            self._context = _trusting(self._ca_file)
        return self._context


def _proxy(address: str) -> httpcore.Proxy:
    """Read a proxy's address; it may hold a password, so no message repeats it."""
    refusal = Refusal("the proxy's address is none that can be used", "write http://HOST:PORT")
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").encode("ascii"), parts.port
    except ValueError:
        raise refusal from None
    if parts.scheme != "http" or not host or parts.path not in ("", "/") or parts.query:
        raise refusal
    user, password = (unquote_to_bytes(each or "") for each in (parts.username, parts.password))
    auth = (user, password) if parts.username is not None else None
    return httpcore.Proxy(httpcore.URL(scheme=b"http", host=host, port=port or 80, target=b"/"), auth)


def _trusting(ca_file: str | None) -> ssl.SSLContext:
    """Make a context that verifies, and that asks no environment variable whom to trust."""
    import certifi  # noqa: PLC0415  (the same)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(ca_file or certifi.where())
    except OSError as error:  # ssl.SSLError is one, too
        message = f"the certificates of {ca_file or certifi.where()} cannot be read"
        raise Refusal(message, "name a file of certificates in PEM format", Exit.GUARDED) from error
    return context


class _Network(httpcore.NetworkBackend):
    """Connects, and bounds every wait by the deadline.

    ``heard``: bytes came in after the last ones had gone out.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._system = httpcore.SyncBackend()
        self.deadline = deadline
        self.heard = False
        self._used_s = deadline.now_s()

    def idle_s(self) -> float:
        """Give the seconds since a byte came in."""
        return self.deadline.now_s() - self._used_s

    def hear(self) -> None:
        """Note that bytes came in."""
        self.heard, self._used_s = True, self.deadline.now_s()

    def left_s(self, most_s: float | None, late: type[Exception]) -> float:
        """Give the longest wait now; raises ``late`` if there is no time left."""
        left_s = self.deadline.left_s()
        if left_s <= 0:
            raise late("the time is up")
        return left_s if most_s is None else min(most_s, left_s)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that answers, each in its share of the time."""
        addresses = _addresses(host, port)
        fault: Exception = httpcore.ConnectError("the host has no address")
        for tried, address in enumerate(addresses):
            share_s = self.left_s(timeout, httpcore.ConnectTimeout) / (len(addresses) - tried)
            try:
                stream = self._system.connect_tcp(address, port, share_s, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                fault = error
            else:
                return _Stream(stream, self)
        raise fault


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return [str(address[0]) for *_, address in found]


class _Stream(httpcore.NetworkStream):
    """A connection's bytes, in and out.

    What is written leaves when an answer is waited for: headers and body in one piece, which spares
    both sides a turn.
    """

    def __init__(self, stream: httpcore.NetworkStream, network: _Network) -> None:
        self._stream = stream
        self._network = network
        self._written = bytearray()

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  (the deadline is less)
        self._network.heard = False
        self._written += buffer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._written:
            self._send()
        while True:
            wait_s = min(self._network.left_s(timeout, httpcore.ReadTimeout), _LOOK_S)
            try:
                received = self._stream.read(max_bytes, wait_s)
            except httpcore.ReadTimeout:
                continue
            self._network.hear()
            return received

    def _send(self) -> None:
        content, self._written = bytes(self._written), bytearray()
        # Who refuses a request early closes for writing, and may still answer.
        with suppress(httpcore.WriteError):
            for start in range(0, len(content), _PIECE_BYTES):
                wait_s = self._network.left_s(None, httpcore.WriteTimeout)
                self._stream.write(content[start : start + _PIECE_BYTES], wait_s)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        wait_s = self._network.left_s(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, wait_s), self._network)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  (as httpcore has it)
        return self._stream.get_extra_info(info)
