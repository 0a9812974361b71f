"""By whose word a send in doubt was settled; pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from engine.frozen import dataclass
from engine.record.entry import EventEntry
from engine.record.event import Resolution, SendResolved


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person said of a send; ``by`` is the actor, and ``reason`` how they know."""

    resolution: Resolution
    by: str
    at: datetime
    reason: str

    def __str__(self) -> str:
        return f"{self.resolution.value.replace('_', ' ')}, as {self.by} said"


def settlements(entries: Iterable[EventEntry]) -> Mapping[str, Settlement]:
    """Give by address the word that settled its latest attempt; one behind that only lifts a block."""
    found: dict[str, Settlement] = {}
    for entry in entries:
        match entry.event:
            case SendResolved(at=at, address=address, resolution=resolution, reason=reason):
                is_open = address not in found or found[address].resolution is Resolution.NOT_SENT
                if is_open:
                    found[address] = Settlement(resolution, entry.actor, at, reason)
    return found
