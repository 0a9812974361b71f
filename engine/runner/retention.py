"""How long ids of customers are kept: which runs may lose them, and their removal from the log."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TypeAlias

from engine.frozen import dataclass
from engine.machine import fold
from engine.reconciler.attempt import DOUBTFUL
from engine.record.entry import RunEntry, SendEntry
from engine.record.event import Erased, RunStarted
from engine.record.outcome import RunStatus, words
from engine.refusal import Refusal
from engine.runlog.chain import seal_of
from engine.runlog.port import RunLog
from engine.runner.attempts import fitting
from engine.runner.ports import Clock

Keep: TypeAlias = Callable[[RunEntry], datetime | None]
"""Gives the instant up to which a run must have ended for its ids to go; None: they are kept."""


@dataclass(frozen=True, slots=True)
class Old:
    """A run that is older than its ids may be, with so many of them: of contacts, of rows of the API's logs.

    ``kept_for`` says why it keeps them all the same, "" where they go; ``names_people``: ids stand in its
    plan, too, and stay there.
    """

    entry: RunEntry
    contacts: int
    reached: int
    kept_for: str = ""
    names_people: bool = False


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was removed: of which runs, and the hash of the seal over it; None where there was nothing."""

    gone: tuple[Old, ...]
    seal: str | None = None


def old_runs(log: RunLog, keep: Keep, run: str | None = None) -> tuple[Old, ...]:
    """Give the runs, or the one, that are past their time and have ids left, oldest first; writes nothing."""
    entries = [entry for entry in reversed(log.runs()) if run in (None, entry.run)]
    return tuple(old for entry in entries if _is_past(entry, keep(entry)) for old in _old(log, entry))


def erase(log: RunLog, clock: Clock, keep: Keep, reason: str, run: str | None = None) -> Erasure:
    """Remove the ids of every run that is past its time and may lose them; nothing else of a run changes.

    Each run has a transaction of its own, so that nobody who sends waits for all of them. ``scrub`` of
    the log then takes the last traces from its file.
    """
    going = [old.entry for old in old_runs(log, keep, run) if not old.kept_for]
    gone: list[Old] = []
    sealed = None
    for entry in going:
        with log.writing() as writer:
            # Judged again: what was written meanwhile counts.
            for old in _old(log, log.find(entry.run)):
                if not old.kept_for:
                    contacts, reached = writer.erase(entry.run)
                    writer.append(entry.run, Erased(clock.now(), contacts, reached, reason))
                    gone.append(old)
            if entry is going[-1]:
                sealed = writer.seal(clock.now())
    return Erasure(tuple(gone), seal_of(sealed))


def _is_past(entry: RunEntry, until: datetime | None) -> bool:
    return until is not None and (entry.finished_at or entry.started_at) < until


def _old(log: RunLog, entry: RunEntry) -> Iterator[Old]:
    contacts, reached = sum(1 for _ in log.contacts_of(entry.run)), len(log.reached_of(entry.run))
    if contacts or reached:
        names = any(_names_people(step) for step in _steps(log, entry))
        yield Old(entry, contacts, reached, _needs_them(log, entry), names)


def _needs_them(log: RunLog, entry: RunEntry) -> str:
    """Say why a run must keep its ids: somebody may still have to look whom it reached."""
    sends = log.sends(entry.run)
    if any(send.status in DOUBTFUL for send in sends):
        return "a send of it is in doubt"
    if any(send.blocks for send in sends):
        return "it blocks its campaign"
    has_ended = entry.status in (RunStatus.FINISHED, RunStatus.CANCELLED)
    if not has_ended and not fold(each.event for each in log.events(entry.run)).halted_for_good:
        return f"it has not ended: it is {words(entry.status)}"
    return _stands_in_the_way(log, entry)


def _stands_in_the_way(log: RunLog, entry: RunEntry) -> str:
    """Say of which doubt its rows keep *not sent* from being said; "" where of none."""
    if not log.reached_of(entry.run):
        return ""
    for send in log.unsettled(entry.account, entry.campaign):
        if send.status in DOUBTFUL and (fit := _fit(log, entry, send)):
            return f"{fit} {send.address} of run {send.run}, which is in doubt: settle that first"
    return ""


def _fit(log: RunLog, entry: RunEntry, send: SendEntry) -> str:
    try:
        owners = fitting(log, log.find(send.run), send)
    except Refusal:  # its run cannot be read: another version may be able to, and would need them
        return "rows kept of it may fit"
    return "rows kept of it fit" if any(run == entry.run for run, _, _ in owners) else ""


def _steps(log: RunLog, entry: RunEntry) -> Iterator[Any]:
    for each in log.events(entry.run)[:1]:
        if isinstance(each.event, RunStarted):
            steps: Any = each.event.plan.get("steps", ())
            yield from steps


def _names_people(step: Any) -> bool:  # noqa: ANN401  (JSON of the program that a run keeps)
    """Say whether a step's filters name customers by their ids: those stand in the run's first event."""
    filters = [(send.get("body") or {}).get("filters") or {} for send in step.get("sends", ())]
    return any(each.get("ids") or each.get("exclude_ids") for each in filters)
