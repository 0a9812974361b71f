"""By whose word, or by which rows, a send in doubt was settled; pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from engine.frozen import dataclass
from engine.record.entry import EventEntry
from engine.record.event import Reconciled, Resolution, SendResolved, Source
from engine.record.outcome import counted

LOGGED = frozenset({"call", "whatsapp"})
"""The channels that the API's logs are known to hold (timepay-api.md, 3)."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person said of a send, or what rows show; ``by`` says who or which, ``reason`` how they know."""

    resolution: Resolution
    by: str
    at: datetime
    reason: str

    @property
    def is_shown(self) -> bool:
        """Whether rows settled it, and no person's word."""
        return self.by in _SHOWN_BY.values()

    def __str__(self) -> str:
        return f"{self.resolution.value.replace('_', ' ')}, as {self.by}"


_SHOWN_BY = {Source.API: "the API's logs show", Source.EXPORT: "the dashboard's export shows"}


def found(event: Reconciled) -> str:
    """Say what a look at rows found, as the reason of an outcome."""
    return f"{_SHOWN_BY[event.source]} it for {counted(event.reached, 'customer')}"


def settlements(entries: Iterable[EventEntry]) -> Mapping[str, Settlement]:
    """Give by address what settled its latest attempt; a word behind that only lifts a block."""
    settled: dict[str, Settlement] = {}
    for entry in entries:
        said = _said(entry)
        if said is None:
            continue
        address, settlement = said
        if address not in settled or settled[address].resolution is Resolution.NOT_SENT:
            settled[address] = settlement
    return settled


def _said(entry: EventEntry) -> tuple[str, Settlement] | None:
    match entry.event:
        case SendResolved(at=at, address=address, resolution=resolution, reason=reason):
            return address, Settlement(resolution, f"{entry.actor} said", at, reason)
        case Reconciled(at=at, address=address, reached=reached, source=source) as event if reached:
            return address, Settlement(Resolution.SENT, _SHOWN_BY[source], at, found(event))
        case _:
            return None
