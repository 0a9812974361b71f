"""Checking a run log against itself: it is read as plain rows, and ``engine.audit`` judges them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

from engine.audit.check import Held, Report, Verifier
from engine.audit.tables import Derived
from engine.refusal import Refusal
from engine.runlog.port import LOG, RunLog

Row: TypeAlias = Sequence[Any]
Told: TypeAlias = Callable[[int], None]
"""Is told the number of events that were read so far."""

_RUN = itemgetter(0)
_DERIVED = ("runs", "sends", "steps", "former_occasions")
_BESIDE = (*_DERIVED, "contacts", "reached")


def verify(
    log: RunLog, run: str | None = None, *, seal: str | None = None, told: Told = lambda _: None
) -> Report:
    """Check every chain of a log and the tables that follow from them, or those of one run.

    ``seal`` is the hash of one that was kept: it must be there. A log that cannot be read to its end is
    checked as far as that goes.
    """
    verifier = Verifier(seal, is_part=run is not None)
    with log.as_of_now():
        reading = _Reading(log, run)
        try:
            verifier.log(log.stored("events", LOG), log.stored("stops"))
            for each, links in reading.chains():
                verifier.run(each, links, reading.held(each))
                told(verifier.numbers["events"])
        except Refusal as refusal:
            verifier.tell(reading.at, None, "readable", f"{_NO_FURTHER}: {refusal.message}")
        else:
            for table, each in reading.strange():
                verifier.tell(each, None, "tables", f"the table {table} has rows of it, and it has no events")
        for table, message in reading.broken():
            verifier.tell(reading.at, None, "readable", f"{_NO_FURTHER}, in the table {table}: {message}")
    return verifier.report()


_NO_FURTHER = "the log cannot be read any further"


class _Reading:
    """The tables of a log side by side, run by run; none is held as a whole."""

    def __init__(self, log: RunLog, run: str | None) -> None:
        self.at = LOG
        self._events = log.stored("events", run)
        self._beside = {table: _Beside(log.stored(table, run)) for table in _BESIDE}
        self._derived = [self._beside[table] for table in _DERIVED]
        self._contacts, self._reached = self._beside["contacts"], self._beside["reached"]
        self._unsealed = _Beside(log.stored("unsealed", run))

    def chains(self) -> Iterator[tuple[str, Iterable[Row]]]:
        """Give the chains of runs in order, each with its events."""
        for run, links in groupby(self._events, _RUN):
            if run != LOG:
                self.at = str(run)
                yield self.at, links

    def held(self, run: str) -> Held:
        """Give what the tables beside the events hold of a run, as far as they can be read."""
        runs, sends, steps, former = (beside.of(run) for beside in self._derived)
        contacts, reached, unsealed = self._contacts.of(run), self._reached.of(run), self._unsealed.of(run)
        is_whole = not any(beside.broken for beside in self._derived)
        return Held(
            None if self._contacts.broken else [row[1:] for row in contacts],
            None if self._reached.broken else [row[1:-1] for row in reached],
            Derived(runs, sends, steps, former, {row[-1] for row in reached}) if is_whole else None,
            None if self._unsealed.broken else bool(unsealed),
        )

    def broken(self) -> Iterator[tuple[str, str]]:
        """Give each table that could not be read to its end, and why."""
        for table, beside in self._beside.items():
            if beside.broken is not None:
                yield table, beside.broken

    def strange(self) -> Iterator[tuple[str, str]]:
        """Give each table that has rows of a run without events, with that run."""
        for table, beside in self._beside.items():
            yield from ((table, run) for run in beside.rest())


class _Beside:
    """The rows of one table, a run at a time, in the order in which the events come.

    ``broken``: why no more of it can be read.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.broken: str | None = None
        self._groups = groupby(rows, _RUN)
        self._strange: list[str] = []
        self._run: str | None = None
        self._rows: Iterable[Row] = ()
        self._advance()

    def of(self, run: str) -> list[Row]:
        """Give the rows of a run that comes behind all that were asked for."""
        if self._run is None or self._passed_over(run) != run:
            return []
        try:
            rows = list(self._rows)
        except Refusal as refusal:
            self.broken, rows = refusal.message, []
        self._advance()
        return rows

    def rest(self) -> list[str]:
        """Give the runs that nobody asked for."""
        self._passed_over(None)
        return self._strange

    def _passed_over(self, run: str | None) -> str | None:
        """Give the next run once those before this one are passed over: nobody asked for them."""
        while self._run is not None and (run is None or self._run < run):
            self._strange.append(self._run)
            self._advance()
        return self._run

    def _advance(self) -> None:
        self._run = None
        if self.broken is None:
            try:
                run, self._rows = next(self._groups, (None, ()))
                self._run = None if run is None else str(run)  # whoever changes a table may write bytes
            except Refusal as refusal:
                self.broken = refusal.message
