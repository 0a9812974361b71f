"""Telling what happens in a run, as it happens: drawn where a terminal looks, else a line an event."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from engine.cli.aside import beside, write_at_once
from engine.cli.screen import columns, emit_line, is_watched, json_line, say
from engine.cli.showing import steps_of
from engine.clock import now
from engine.diagnostics import Json
from engine.record.entry import EventEntry, Lease, Standing
from engine.record.event import Event
from engine.record.event_json import to_json
from engine.record.state import RunState
from engine.record.wallclock import time_of_day
from engine.refusal import Refusal
from engine.report.happened import QUIET, happened
from engine.report.progress import ENDING
from engine.runlog.port import RunLog, Writer

if TYPE_CHECKING:
    from engine.cli.live import Live

Tell: TypeAlias = Callable[[Event, RunState], None]


@contextmanager
def telling(first: Callable[[], Event], asked: Callable[[], bool], form: str) -> Iterator[Tell]:
    """Give what tells of events in the block. ``first`` gives the run's start, once there is one.

    ``asked``: a person wants the run to end. In the form ``jsonl`` stdout has the events.
    """
    if not _is_drawn(form):
        with beside(sys.stderr, _say) as shown:
            yield lambda event, _state: _tell_in(event, shown)
        return
    view = _View(first, asked, leaves=columns() is None or form != "text")
    try:
        yield view.tell
    finally:
        view.close()


def _is_drawn(form: str) -> bool:
    return is_watched() and (form != "jsonl" or columns() is None)


def say_ending(form: str) -> None:
    """Say where nothing is drawn, from a signal's handler, that the run ends once its answer is here."""
    if not _is_drawn(form):
        write_at_once(sys.stderr, f"{time_of_day(now())}  {ENDING}")


class _View:
    """A live view from the first event on: before it a person may be asked."""

    def __init__(self, first: Callable[[], Event], asked: Callable[[], bool], *, leaves: bool) -> None:
        self._first, self._asked, self._leaves = first, asked, leaves
        self._live: Live | None = None
        self._is_plain = False

    def tell(self, event: Event, state: RunState) -> None:
        if self._live is None and not self._is_plain:
            self._begin()
        if self._live is None:
            tell(event, state)
        else:
            self._live.tell(event, state)

    def close(self) -> None:
        if self._live is not None:
            self._live.close()

    def _begin(self) -> None:
        from engine.cli.live import Live  # noqa: PLC0415  (only where a terminal looks is there a view)

        try:
            self._live = Live(steps_of(self._first()), line_of, self._asked, leaves=self._leaves)
        except (OSError, RuntimeError, Refusal):  # no thread can be started; the log cannot be read
            self._is_plain = True


def tell(event: Event, _state: RunState) -> None:
    """Say what happened in a line; nobody listening is no reason to stop a run."""
    _tell_in(event, _say)


def _tell_in(event: Event, show: Callable[[str], None]) -> None:
    line = line_of(event)
    if line is not None:
        show(line)


def _say(line: str) -> None:
    with suppress(OSError, ValueError):  # a closed stream is a ValueError
        say(line)


def line_of(event: Event) -> str | None:
    """Give the line that tells of an event; None of what only the log needs."""
    line = None if isinstance(event, QUIET) else happened(event)
    return line and f"{time_of_day(event.at)}  {line}"


# ---------------------------------------------------------------- as JSON


def entry_json(entry: EventEntry) -> dict[str, Json]:
    """Give an event with its place in its chain, as schemas/event.v1.schema.json describes it."""
    return {
        "run": entry.run,
        "seq": entry.seq,
        "actor": entry.actor,
        **to_json(entry.event),
        "before": entry.before,
        "hash": entry.hash,
    }


@contextmanager
def heard(log: RunLog, run: str, form: str) -> Iterator[RunLog]:
    """Give a log that, in the form ``jsonl``, prints what is written of a run as soon as it is durable."""
    if form != "jsonl":
        yield log
        return
    with beside(sys.stdout, _print) as show:
        yield cast("RunLog", _Heard(log, run, show))


def _print(line: str) -> None:
    with suppress(OSError, ValueError):  # nobody reading is no reason to stop a run
        emit_line(line)


class _Heard:
    def __init__(self, log: RunLog, run: str, show: Callable[[str], None]) -> None:
        self._log, self._run, self._show = log, run, show

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    @contextmanager
    def writing(self, lease: Lease | None = None) -> Iterator[Writer]:
        with self._log.writing(lease) as writer:
            noting = _Noting(writer)
            yield cast("Writer", noting)
        for entry in noting.entries:
            if entry.run == self._run:
                self._show(json_line(entry_json(entry)))


class _Noting:
    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.entries: list[EventEntry] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._writer, name)

    def append(self, run: str, event: Event, standing: Standing | None = None, **beside: Any) -> EventEntry:  # noqa: ANN401  (whatever the writer takes)
        entry = self._writer.append(run, event, standing, **beside)
        self.entries.append(entry)
        return entry
