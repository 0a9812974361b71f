"""A transaction of a run log with a test in between."""

from collections.abc import Sequence
from datetime import datetime

from engine.record.entry import EventEntry, ReachedEntry, Standing
from engine.record.event import Event
from engine.runlog.port import Writer


class Passing:
    """A ``Writer`` that passes everything on to another."""

    def __init__(self, inner: Writer) -> None:
        self.inner = inner

    def append(
        self,
        run: str,
        event: Event,
        standing: Standing | None = None,
        *,
        customers: Sequence[str] = (),
        reached: Sequence[ReachedEntry] = (),
    ) -> EventEntry:
        """Add an event."""
        return self.inner.append(run, event, standing, customers=customers, reached=reached)

    def erase(self, run: str) -> tuple[int, int]:
        """Remove the customer ids of a run."""
        return self.inner.erase(run)

    def note_phone_key(self, check: str) -> None:
        """Note by which key numbers are hashed."""
        self.inner.note_phone_key(check)

    def seal(self, at: datetime) -> EventEntry | None:
        """Seal what no seal covers."""
        return self.inner.seal(at)
