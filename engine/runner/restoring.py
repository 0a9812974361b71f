"""A run log that was restored from a copy: nobody knows what was sent since, so nothing is sent from it."""

from datetime import datetime

from engine.machine import fold
from engine.record.entry import RunEntry
from engine.record.event import OverrideUsed, StopSet
from engine.record.outcome import RunStatus
from engine.record.wallclock import date_and_time
from engine.runlog.chain import seal_of
from engine.runlog.port import LOG, RunLog
from engine.runner.person import cancel
from engine.runner.ports import Clock


def hold_back(
    log: RunLog, clock: Clock, copied_at: datetime | None, reason: str
) -> tuple[tuple[RunEntry, ...], str | None]:
    """Stop all sending from a log that was restored, and end its runs that have no end.

    Gives these, and the seal over all of it.

    A run that went on after the copy was made would send the same again if it were resumed. Which
    new runs are safe, only a person can say: the stop stands until somebody lifts it.
    """
    made = f"of {date_and_time(copied_at)}" if copied_at else "made nobody knows when"
    why = f"the run log was restored from a copy {made}, and does not know what was sent after it: {reason}"
    with log.writing() as writer:
        writer.append(LOG, OverrideUsed(clock.now(), "restored", why))
        writer.append(LOG, StopSet(clock.now(), None, why))
        seal = seal_of(writer.seal(clock.now()))
    going = tuple(entry for entry in log.runs() if _may_go_on(log, entry))
    for entry in going:
        seal = cancel(log, clock, entry, why)
    return going, seal


def _may_go_on(log: RunLog, entry: RunEntry) -> bool:
    if entry.status in (RunStatus.FINISHED, RunStatus.CANCELLED):
        return False
    return not fold(each.event for each in log.events(entry.run)).halted_for_good
