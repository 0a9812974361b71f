"""Every run that a test records is decided again: whatever happened in it, the decisions are the same."""

from collections.abc import Iterable, Iterator

from engine.planner.load import program_of
from engine.record.entry import EventEntry
from engine.record.event import RunStarted, SendIntended
from engine.replay.play import replay
from engine.runlog.chain import verify
from engine.runlog.port import RunLog


def decided_otherwise(log: RunLog, runs: Iterable[str] | None = None) -> Iterator[str]:
    """Name the first decision of each run that is not made again, byte for byte.

    A chain that does not hold was changed by the test itself, and so was one with an intent by hand.
    """
    for run in runs if runs is not None else [entry.run for entry in log.runs()]:
        entries = log.events(run)
        if verify(entries) is None and not any(map(_is_by_hand, entries)):
            yield from _of_one(entries)


def _is_by_hand(entry: EventEntry) -> bool:
    return isinstance(entry.event, SendIntended) and not entry.event.request_hash.startswith("sha256:")


def _of_one(entries: tuple[EventEntry, ...]) -> Iterator[str]:
    first = entries[0].event
    assert isinstance(first, RunStarted)
    again = replay(program_of(first.plan), [entry.event for entry in entries])
    at = again.first_difference
    if at is not None:
        now = again.made[at].move.line() if at < len(again.made) else again.unrecorded
        yield f"{first.run}, decision {at}: recorded {again.recorded[at].line()}, now {now}"
