"""What carries a request to the API and its answer back: the client's one seam to the network."""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any, Protocol, TypeAlias

from engine.timepay.departure import Departure

Header: TypeAlias = tuple[bytes, bytes]
"""A header's name and value."""


class Headers(list[Header]):
    """The headers of a request. One holds the token, and crash reports write down the values of names."""

    def __repr__(self) -> str:
        return f"Headers({[name for name, _ in self]})"


class Leaving:
    """The body of a request: handed out to nobody before it may leave."""

    def __init__(self, content: bytes, departure: Departure) -> None:
        self.content = content
        self._departure = departure

    def __iter__(self) -> Iterator[bytes]:
        self._departure.ask()
        yield self.content


class Answer(Protocol):
    """What came back: its body comes in as it is read."""

    @property
    def status(self) -> int:
        """Its HTTP status."""
        ...

    @property
    def headers(self) -> Sequence[Header]:
        """Its headers, as they came."""
        ...

    def iter_stream(self) -> Iterable[bytes]:
        """Give the body as it comes, undecoded."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Carrier(Protocol):
    """The network, or what stands in for it."""

    def answer(
        self,
        method: str,
        url: str,
        headers: Headers,
        body: Leaving,
        extensions: MutableMapping[str, Any],
    ) -> Answer:
        """Send a request, once; the body of the answer is still to be read.

        ``extensions`` are those of httpcore and httpx: ``timeout`` in seconds by sort of wait, and
        ``trace``, which is told how far the request is.
        """
        ...

    def close(self) -> None:
        """Close whatever is open."""
        ...


def named(headers: Iterable[Header]) -> Mapping[str, str]:
    """Give headers by their names in small letters; what came twice, with a comma between."""
    found: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found
