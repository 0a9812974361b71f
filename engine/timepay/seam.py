"""httpx's seam, for whoever brings a transport of httpx in place of the network. The door to httpx."""

import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from engine.timepay.carrier import Headers, Leaving

_COMMAND_LINE = "httpx._main"
_modules: MutableMapping[str, Any] = sys.modules

# httpx imports its command line wherever rich and pygments are there to be imported with it: 25 ms, at
# every first send, for nothing. None in its place makes httpx do without, as where those are missing.
_came_before = _modules.setdefault(_COMMAND_LINE, None)

import httpx as httpx  # noqa: E402, PLC0414  (behind the lines above alone; others import it from here)

if _came_before is None:
    del _modules[_COMMAND_LINE]


class Seam:
    """Carries requests through a transport of httpx, as ``Connections`` carries them over the network."""

    holds = False
    """What a transport does with a request's headers before it asks for the body is its own affair."""

    latest = rest = b""
    """Nobody sees what comes in to a transport."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport

    def answer(
        self,
        method: str,
        url: str,
        headers: Headers,
        body: Leaving,
        timeouts_s: Mapping[str, float],
    ) -> "_Answer":
        """Send a request, once; the body of the answer is still to be read."""
        stream = _Body(body)
        extensions = {"timeout": timeouts_s, "trace": body.departure.trace}
        request = _Request(method, url, headers=headers, stream=stream, extensions=extensions)
        return _Answer(self._transport.handle_request(request))

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()


class _Body(httpx.SyncByteStream):
    """The body of a request: handed out to nobody before it may leave."""

    def __init__(self, body: Leaving) -> None:
        self.body = body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.body)


class _Request(httpx.Request):
    """A request whose body may be looked at before it leaves."""

    stream: _Body

    @property
    def content(self) -> bytes:
        return self.stream.body.content

    def read(self) -> bytes:
        return self.stream.body.content


class _Answer:
    """An answer of httpx, as httpcore's looks."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers = response.headers.raw

    def iter_stream(self) -> Iterable[bytes]:
        """Give the body as it comes, undecoded."""
        assert isinstance(self._response.stream, httpx.SyncByteStream), "what is not async gives one"
        return self._response.stream

    def close(self) -> None:
        """Let go of it."""
        self._response.close()
