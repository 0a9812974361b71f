"""The network of a trial: carries httpx's requests to a sandbox in the process, without a socket."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from engine.sandbox import Break, Call, Fault, Kind, Reply, Sandbox
from engine.timepay.seam import httpx

_CHUNK_BYTES = 65_536


class Passing(Protocol):
    """Time that passes when it is told to."""

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        ...


def no_answer() -> Fault | None:
    """Leave every answer to the sandbox and its script."""
    return None


class InProcess(httpx.BaseTransport):
    """Stands in for the network: the same faults and trace events as over a socket.

    Stalls and drips move ``clock`` instead of waiting. A request that a stall keeps beyond the client's
    patience is carried out when the next one arrives, or by ``come_late``. ``befalls`` is asked once a
    request, and gives what befalls it in place of the sandbox's script.
    """

    def __init__(self, to: Sandbox, clock: Passing, befalls: Callable[[], Fault | None] = no_answer) -> None:
        self._sandbox = to
        self._clock = clock
        self._befalls = befalls
        self._late: list[Callable[[], Reply]] = []

    def come_late(self) -> None:
        """Carry out what was kept by stalls and given up by the client."""
        while self._late:
            self._late.pop(0)()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, or raise what httpx raises where the wire misbehaves."""
        self.come_late()
        trace = request.extensions.get("trace", _untraced)
        call, fault = _call(request), self._befalls()
        trace("connection.connect_tcp.started", {})
        if self._refuses(call, fault):
            trace("connection.connect_tcp.failed", {})
            raise httpx.ConnectError("[Errno 111] Connection refused", request=request)
        trace("connection.connect_tcp.complete", {})
        for part in ("headers", "body"):
            trace(f"http11.send_request_{part}.started", {"request": request})
            trace(f"http11.send_request_{part}.complete", {})
        return self._carried(self._sandbox.answer(call, connected=True, fault=fault), request)

    def _refuses(self, call: Call, fault: Fault | None) -> bool:
        return self._sandbox.refuses(call) if fault is None else fault.kind is Kind.REFUSE

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

    def __init__(self, reply: Reply, clock: Passing, request: httpx.Request) -> None:
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


def _call(request: httpx.Request) -> Call:
    path = request.url.path.removeprefix("/api/v1")
    return Call(request.method, path, dict(request.url.params), dict(request.headers), request.read())


def _untraced(_event: str, _info: Mapping[str, object]) -> None:
    """Stand for a client that asked for no trace."""
