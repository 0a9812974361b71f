"""Connections that end on time, whatever the other side does. The door to httpcore.

httpx bounds each wait on its own, so a server that sends one byte a second is waited for for ever. The
public place to bound them all by what is left of the whole is a network backend. httpx's own transport
takes none; httpcore, which does that transport's work, does.
"""

import select
import socket
import ssl
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import unquote_to_bytes, urlsplit

import httpcore

from engine.refusal import Refusal
from engine.timepay.carrier import Headers, Stayed
from engine.timepay.departure import Deadline
from engine.timepay.names import Address, addresses_of
from engine.timepay.trouble import ProxyRefused, Unasked
from engine.timepay.trust import trusting

CONNECT_S = 10.0
"""The longest wait for a connection or a TLS handshake, where the deadline leaves more."""

IDLE_S = 5.0
"""A connection that was idle for longer is not used again: the other side may be about to close it."""

# The system's waits stand still while the machine sleeps: none is longer without a look at the clock.
_LOOK_S = 1.0
# What a socket's buffer takes at once, so that a reader of a byte a second cannot draw a write out.
_PIECE_BYTES = 16 * 1024


_Kept: TypeAlias = httpcore.HTTPConnection | httpcore.ConnectionPool


class Connections:
    """The connections to one origin, directly or through a proxy; for one thread.

    ``ca_file`` holds the certificates to trust in place of those that certifi brings.
    """

    holds = True

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
        self._kept: _Kept | None = None

    @property
    def latest(self) -> bytes:
        """What came in last, as it came."""
        return self._network.latest

    @property
    def rest(self) -> bytes:
        """What came behind the answer that was read last."""
        return (_rest(self._kept) if self._kept is not None else None) or b""

    def answer(
        self,
        method: str,
        url: str,
        headers: Headers,
        body: Iterable[bytes],
        timeouts_s: Mapping[str, float],
    ) -> httpcore.Response:
        """Send a request, once; the body of the answer is still to be read."""
        if self._network.idle_s() > IDLE_S:
            self.close()
        request = httpcore.Request(
            method, _url(url), headers=headers, content=body, extensions={"timeout": timeouts_s}
        )
        try:
            return self._exchanged(request)
        except BaseException:
            # Whatever was torn off, by a signal too, stays neither open nor half made.
            self.close()
            raise

    def _exchanged(self, request: httpcore.Request) -> httpcore.Response:
        try:
            return self._opened(request.url.origin).handle_request(request)
        except httpcore.ProxyError as error:
            raise ProxyRefused(str(error)) from error

    def close(self) -> None:
        """Close whatever is open; the next request connects anew."""
        if self._kept is not None:
            self._kept.close()
        self._network.close()

    def _opened(self, origin: httpcore.Origin) -> _Kept:
        """Give what is open, or opens when it is used; only a proxy needs what a pool knows."""
        kept = self._kept
        if kept is not None and not _is_usable(kept):
            self.close()
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
            self._context = trusting(self._ca_file)
        return self._context


def _is_usable(kept: _Kept) -> bool:
    """Say whether a request may go where others went before; of a pool, the pool knows the most."""
    if _rest(kept) != b"":
        return False
    return isinstance(kept, httpcore.ConnectionPool) or (kept.is_available() and not kept.has_expired())


def _rest(kept: _Kept) -> bytes | None:
    """Give the bytes that came behind an answer, from which the next one would be read.

    Nothing public tells it; None where it cannot be told.
    """
    rest = b""
    for each in kept.connections if isinstance(kept, httpcore.ConnectionPool) else (kept,):
        parser = getattr(getattr(each, "_connection", None), "_h11_state", None)
        if parser is None:
            return None
        rest += parser.trailing_data[0]
    return rest


@lru_cache(maxsize=8)
def _url(text: str) -> httpcore.URL:
    """Read a URL; a run sends to very few, which is cheaper than to read one for each send."""
    return httpcore.URL(text)


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


class _Network(httpcore.NetworkBackend):
    """Connects, and bounds every wait by the deadline.

    There is one connection at a time, and it is known here from its first instant, so that it can be
    closed whatever tears its making off.
    """

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.latest = b""
        self._used_s = deadline.now_s()
        self._open: socket.socket | None = None

    def idle_s(self) -> float:
        """Give the seconds since a byte came in."""
        return self.deadline.now_s() - self._used_s

    def hear(self, received: bytes) -> None:
        """Note that bytes came in, or the end of them."""
        self.latest, self._used_s = received or self.latest, self.deadline.now_s()

    def left_s(self, most_s: float | None = None) -> float:
        """Give the longest wait now; raises ``TimeoutError`` if there is no time left."""
        left_s = self.deadline.left_s()
        if left_s <= 0:
            raise TimeoutError("the time is up")
        return left_s if most_s is None else min(most_s, left_s)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002  (never asked for)
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002  (never asked for)
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that answers, each in its share of the time."""
        addresses = addresses_of(host, port, self.deadline)
        fault = OSError("the host has no address")
        for tried, address in enumerate(addresses):
            share_s = self.left_s(timeout) / (len(addresses) - tried)
            try:
                return _Stream(self._connected(address, share_s), self)
            except OSError as error:
                fault = error
        raise fault

    def _connected(self, address: Address, wait_s: float) -> socket.socket:
        family, place = address
        made = self._keep(socket.socket(family, socket.SOCK_STREAM))
        made.settimeout(wait_s)
        made.connect(place)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def secured(
        self, plain: socket.socket, context: ssl.SSLContext, host: str | None, wait_s: float
    ) -> socket.socket:
        """Put a connection under TLS."""
        made = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        self._keep(made)
        made.settimeout(wait_s)
        made.do_handshake()
        return made

    def _keep(self, made: socket.socket) -> socket.socket:
        self.close()
        self._open = made
        return made

    def close(self) -> None:
        """Close what is open."""
        if self._open is not None:
            self._open.close()


class _Stream(httpcore.NetworkStream):
    """A connection's bytes, in and out; what a wait may last is for the deadline to say.

    What is written leaves when an answer is waited for: headers and body in one piece, which spares
    both sides a turn. It stays, as ``Stayed`` says, where something came in before it: the API speaks when
    it is asked, so that would be taken for an answer which it is not.
    """

    def __init__(self, made: socket.socket, network: _Network) -> None:
        self._socket = made
        self._network = network
        self._written = bytearray()
        self._watch = select.poll()
        self._watch.register(made, select.POLLIN)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  (the deadline is less)
        self._written += buffer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  (the same)
        if self._written:
            self._send()
        while True:
            self._socket.settimeout(self._network.left_s(_LOOK_S))
            try:
                received = self._socket.recv(max_bytes)
            except TimeoutError:
                continue
            self._network.hear(received)
            return received

    def _send(self) -> None:
        if fault := self._met():
            raise Stayed(fault)
        whole, self._written = memoryview(bytes(self._written)), bytearray()
        content = whole
        while content:
            self._socket.settimeout(self._network.left_s(_LOOK_S))
            try:
                content = content[self._socket.send(content[:_PIECE_BYTES]) :]
            except TimeoutError:
                continue
            except OSError as error:
                if len(content) == len(whole):
                    raise Stayed(error) from error
                # Who refuses a request early closes for writing, and may still answer.
                return

    def _met(self) -> Exception | None:
        """Give what is wrong with a connection on which nothing is awaited: somebody spoke, or left.

        Under TLS, what came in may be news of the encryption alone, as it is after every handshake.
        """
        made = self._socket
        if made.fileno() < 0:
            return ConnectionAbortedError()
        has_more = isinstance(made, ssl.SSLSocket) and made.pending()
        if not has_more and not self._watch.poll(0):
            return None
        made.settimeout(0)
        try:
            return Unasked() if made.recv(1) else ConnectionAbortedError()
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        except OSError as error:
            return error

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        wait_s = self._network.left_s(timeout)
        made = self._network.secured(self._socket, ssl_context, server_hostname, wait_s)
        return _Stream(made, self._network)

    def close(self) -> None:
        self._socket.close()

    def get_extra_info(self, info: str) -> bool | None:
        """Tell the one thing that is asked of a connection at rest: whether the other side spoke, or left."""
        return self._met() is not None if info == "is_readable" else None
