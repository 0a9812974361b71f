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
        self._unsealed = _Beside(log.stored("unsealed", run))

    def chains(self) -> Iterator[tuple[str, Iterable[Row]]]:
        """Give the chains of runs in order, each with its events."""
        for run, links in groupby(self._events, _RUN):
            if run != LOG:
                self.at = str(run)
                yield self.at, links

    def held(self, run: str) -> Held:
        """Give what the tables beside the events hold of a run, as far as they can be read."""
        rows = {table: beside.of(run) for table, beside in self._beside.items()}
        derived = [rows[table] for table in _DERIVED]
        is_whole = not any(self._beside[table].broken for table in _DERIVED)
        return Held(
            None if self._beside["contacts"].broken else [row[1:] for row in rows["contacts"]],
            None if self._beside["reached"].broken else [row[1:5] for row in rows["reached"]],
            Derived(*derived) if is_whole else None,
            None if self._unsealed.broken else bool(self._unsealed.of(run)),
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
        self._next = self._advanced()

    def of(self, run: str) -> list[Row]:
        """Give the rows of a run that comes behind all that were asked for."""
        self._pass_over(lambda next_run: next_run < run)
        if self._next is None or self._next[0] != run:
            return []
        try:
            rows = list(self._next[1])
        except Refusal as refusal:
            self.broken, rows = refusal.message, []
        self._next = self._advanced()
        return rows

    def rest(self) -> list[str]:
        """Give the runs that nobody asked for."""
        self._pass_over(lambda _: True)
        return self._strange

    def _pass_over(self, is_strange: Callable[[str], bool]) -> None:
        while self._next is not None and is_strange(self._next[0]):
            self._strange.append(self._next[0])
            self._next = self._advanced()

    def _advanced(self) -> tuple[str, Iterable[Row]] | None:
        try:
            return None if self.broken is not None else next(self._groups, None)
        except Refusal as refusal:
            self.broken = refusal.message
            return None
