"""The sandbox over HTTP: the API below ``/api/v1``, control below ``/_sandbox``, the inbox at ``/``."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import cast
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.frozen import replace
from engine.sandbox.control import Refuse, routes
from engine.sandbox.state import Sandbox
from engine.sandbox.wire import Break, Call, Reply

BASE = "/api/v1"
TRANSPORT = "sandbox.transport"
"""Where the server leaves a connection's transport: without it no wire can misbehave."""

_MOST_BYTES = 16_000_000
_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_RESET_AT_ONCE = struct.pack("ii", 1, 0)


def app_of(sandbox: Sandbox, refuse: Refuse | None = None) -> ASGIApp:
    """Make the application; ``refuse`` closes the door to new connections for some seconds."""
    api, rest = Api(sandbox), Starlette(routes=routes(sandbox, refuse))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # Starlette's own Mount passes over paths that hold a line break.
        is_api = scope["type"] == "http" and scope["path"].startswith(f"{BASE}/")
        await (api if is_api else rest)(scope, receive, send)

    return app


class Api:
    """Carries calls to the sandbox and its replies back, over the wire as it misbehaves."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = bytearray()
        async for part in _parts(receive):
            body += part
            if len(body) > _MOST_BYTES:
                await _send(send, Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
                return
        reply = self._sandbox.answer(_call(scope, bytes(body)))
        await _carry(reply, scope, receive, send)


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


def _call(scope: Scope, body: bytes) -> Call:
    path = scope["path"].removeprefix(BASE)
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Call(scope["method"], path, query, headers, body)


async def _carry(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    match reply.wire.kind:
        case Break.NONE:
            await _send(send, reply)
        case Break.STALLED:
            await _stall(reply, receive, send)
        case Break.DRIPPED:
            await _drip(reply, receive, send)
        case Break.TRUNCATED:
            await _send(send, reply, len(reply.body) // 2)
            _transport(scope).close()
            await _gone(receive)
        case _:
            _reset(_transport(scope))
            await _gone(receive)


async def _stall(reply: Reply, receive: Receive, send: Send) -> None:
    began = asyncio.get_running_loop().time()
    left = await _leaves_within(receive, reply.wire.seconds)
    if reply.later is not None and (not left or reply.outlives):
        if left:
            passed_s = asyncio.get_running_loop().time() - began
            await asyncio.sleep((reply.wire.seconds or 0) - passed_s)
        reply = reply.later()
    if not left:
        await _send(send, reply)


async def _drip(reply: Reply, receive: Receive, send: Send) -> None:
    await send(_start(reply))
    for place in range(len(reply.body)):
        if await _leaves_within(receive, reply.wire.seconds):
            return
        byte = reply.body[place : place + 1]
        await send({"type": "http.response.body", "body": byte, "more_body": True})
    await send({"type": "http.response.body"})


async def _leaves_within(receive: Receive, seconds: float | None) -> bool:
    """Wait; say whether the client has left meanwhile."""
    try:
        await asyncio.wait_for(_gone(receive), seconds)
    except TimeoutError:
        return False
    return True


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, reply: Reply, most: int | None = None) -> None:
    """Send a reply; with ``most`` only so many bytes of its body, and never the end."""
    if reply.status in _BODILESS:
        reply = replace(reply, body=b"")
    await send(_start(reply))
    await send({"type": "http.response.body", "body": reply.body[:most], "more_body": most is not None})


def _start(reply: Reply) -> dict[str, object]:
    headers = dict(reply.headers)
    if reply.status not in _BODILESS:
        headers["content-length"] = str(len(reply.body))
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": reply.status, "headers": pairs}


def _transport(scope: Scope) -> asyncio.Transport:
    return cast("asyncio.Transport", scope[TRANSPORT])


def _reset(transport: asyncio.Transport) -> None:
    """Close the connection with RST, so that the client cannot take it for an end."""
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
    transport.abort()
