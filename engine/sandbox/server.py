"""The sandbox on a socket of this machine: starts and stops at once, and can refuse connections."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from engine.sandbox.app import BASE, TRANSPORT, app_of
from engine.sandbox.state import Sandbox

HOST = "127.0.0.1"
_KEEP_ALIVE_S = 60


class Served:
    """A sandbox that is being served."""

    def __init__(self, sandbox: Sandbox, door: "_Door", loop: asyncio.AbstractEventLoop) -> None:
        self.sandbox = sandbox
        self._door = door
        self._loop = loop
        self.port = door.port
        self.address = f"http://{HOST}:{door.port}{BASE}"
        """The base URL of the API."""
        self.inbox = f"http://{HOST}:{door.port}/"
        """The page for people."""

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Refuse new connections, as a machine does on which nothing listens; idle ones are closed."""
        self._do(self._door.shut)
        try:
            yield
        finally:
            self._do(self._door.open)

    def _do(self, act: Callable[[], Coroutine[None, None, None]]) -> None:
        asyncio.run_coroutine_threadsafe(act(), self._loop).result()


@contextmanager
def serving(sandbox: Sandbox, port: int = 0) -> Iterator[Served]:
    """Serve a sandbox from a thread of its own; raises OSError where the port is taken."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sandbox", daemon=True)
    thread.start()
    door = _Door(sandbox, port)
    try:
        asyncio.run_coroutine_threadsafe(door.open(), loop).result()
        try:
            yield Served(sandbox, door, loop)
        finally:
            asyncio.run_coroutine_threadsafe(door.leave(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def serve(sandbox: Sandbox, port: int, ready: Callable[[Served], None]) -> None:
    """Serve a sandbox until Ctrl-C or SIGTERM; raises OSError where the port is taken."""
    asyncio.run(_serve(sandbox, port, ready))


async def _serve(sandbox: Sandbox, port: int, ready: Callable[[Served], None]) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    door = _Door(sandbox, port)
    await door.open()
    ready(Served(sandbox, door, loop))
    await stopped.wait()
    await door.leave()


_TICKS = 4
"""A connection that was accepted as the door closed is made known some turns of the loop later."""


class _Door:
    """Listens on the port, and knows every connection that came through."""

    def __init__(self, sandbox: Sandbox, port: int) -> None:
        self.port = port
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self._reopening: asyncio.TimerHandle | None = None
        # Of the server only its protocol is wanted: no start-up messages, no signals, no polling.
        self._config = Config(
            _asked_as_here(app_of(sandbox, self.refuse)),
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
        )

    async def open(self) -> None:
        """Accept connections; a port once had is kept."""
        if self._server is not None:
            return
        # Only with its protocol named does asyncio switch Nagle's algorithm off: 40 ms a request.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, self.port))
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._connection, sock=listener, backlog=512)
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]

    def _connection(self) -> asyncio.Protocol:
        return _Connection(self._config, self._state, {})

    async def shut(self) -> None:
        """Accept no connection, and close those that are idle; requests under way are answered."""
        if self._server is not None:
            server, self._server = self._server, None
            for listener in server.sockets:
                asyncio.get_running_loop().remove_reader(listener.fileno())
            # asyncio never closes a connection that was accepted before its server closed and made after.
            for _ in range(_TICKS):
                await asyncio.sleep(0)
            server.close()
        for connection in list(self._state.connections):
            connection.shutdown()

    async def refuse(self, seconds: float) -> None:
        """Stay shut for some seconds."""
        if self._reopening is not None:
            self._reopening.cancel()
        await self.shut()
        loop = asyncio.get_running_loop()
        self._reopening = loop.call_later(seconds, lambda: loop.create_task(self.open()))

    async def leave(self) -> None:
        """Shut for good, whatever is still under way."""
        if self._reopening is not None:
            self._reopening.cancel()
        await self.shut()
        for _ in range(_TICKS):
            for connection in list(self._state.connections):
                if connection.transport is not None:
                    connection.transport.abort()
            await asyncio.sleep(0)
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _asked_as_here(app: ASGIApp) -> ASGIApp:
    """Answer those alone who ask for this machine: a page in a browser can have its own name point here."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        # Browsers name the host they ask for, always; who names none is none.
        hosts = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"]
        if all(host.partition(":")[0].lower() in _NAMES for host in hosts):
            await app(scope, receive, send)
        else:
            await _ELSEWHERE(scope, receive, send)

    return guarded


_NAMES = (HOST, "localhost")
_ELSEWHERE = PlainTextResponse(
    f"The sandbox is for this machine alone: ask for it as {HOST} or localhost.\n",
    HTTPStatus.MISDIRECTED_REQUEST,
)


class _Connection(H11Protocol):
    """One connection that leaves its transport to the application, so that the wire can misbehave."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as H11Protocol has it
        """Take the connection."""
        super().connection_made(transport)
        self.app = _with_transport(self.app, transport)


def _with_transport(app: ASGIApp, transport: asyncio.Transport) -> ASGIApp:
    async def wired(scope: Scope, receive: Receive, send: Send) -> None:
        # A task that is cancelled belongs to a server that is leaving: nobody is left to be told.
        with suppress(asyncio.CancelledError):
            await app({**scope, TRANSPORT: transport}, receive, send)

    return wired
