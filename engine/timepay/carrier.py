"""What carries a request to the API and its answer back: the client's one seam to the network."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

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
        self.departure = departure

    def __iter__(self) -> Iterator[bytes]:
        self.departure.ask()
        yield self.content


class Stayed(Exception):  # noqa: N818  (as it should, not an error of ours)
    """A request that was about to leave did not: surely nothing of it is out; ``fault`` kept it."""

    def __init__(self, fault: Exception) -> None:
        super().__init__(str(fault))
        self.fault = fault


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
    """The network, or what stands in for it.

    ``holds``: no byte of a request leaves before its body was asked for, so nothing has left of one that
    fails before. ``Stayed`` says it of one that fails later.
    """

    @property
    def holds(self) -> bool:
        """As said above."""
        ...

    @property
    def latest(self) -> bytes:
        """What came in last, as it came: of an answer that nobody can read, all that there may be."""
        ...

    @property
    def rest(self) -> bytes:
        """What came behind an answer that was read to its end, and that nobody asked for."""
        ...

    def answer(
        self,
        method: str,
        url: str,
        headers: Headers,
        body: Leaving,
        timeouts_s: Mapping[str, float],
    ) -> Answer:
        """Send a request, once; the body of the answer is still to be read.

        ``timeouts_s`` are by sort of wait, as httpcore and httpx name them.
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
