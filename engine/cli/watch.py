"""``runbook watch``: follow a run of another process through its log; nothing is written."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path

import click

from engine.cli.chosen import choose_to_look
from engine.cli.runlog import ENV, LOG, RUN, looking_at_one, say_where
from engine.cli.screen import emit, emit_line, json_line
from engine.cli.showing import as_it_is, show_run
from engine.cli.telling import entry_json, telling
from engine.clock import Steady
from engine.machine import evolve, fold
from engine.machine.evolve import START
from engine.machine.exits import anything_sent
from engine.record.entry import EventEntry
from engine.refusal import Exit
from engine.runlog.port import RunLog
from engine.runner.gate import GOES_ON

_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _SLOWER = 0.1, 1.0, 1.5
_SHARE = 4
"""A pause lasts at least so many times as long as reading the log has taken."""
_LATEST = 10
"""How many events are told of a run that is under way already; `runbook events` lists all."""


@click.command("watch")
@RUN
@ENV
@LOG
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    show_default=True,
    help="jsonl: each event as a line of JSON, from the first.",
)
def command(*, run: str, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """Follow RUN, which another process carries out, until it ends or stands; Ctrl-C stops looking only.

    RUN is an id, a unique beginning of one, or `last`. Exits as the run does: with 0 if it finished well.
    """
    chosen = choose_to_look(environment_name, log_option)
    with looking_at_one(chosen, run) as (log, entry):
        if form == "text":
            say_where(entry)
        try:
            _follow(log, entry.run, form)
        except KeyboardInterrupt:
            again = f"runbook watch {entry.run}{chosen.options()}"
            emit(f"You look no longer; the run goes on. `{again}` looks again.", err=True)
            return Exit.INTERRUPTED
        show_run(log, log.find(entry.run), form, chosen)
        return _code(log, entry.run)


def _follow(log: RunLog, run: str, form: str) -> None:
    """Tell what happens until the run ends, stands, or has no process any more."""
    news = _news(log, run)
    known = next(news)
    state, skipped = START, max(0, len(known) - _LATEST)
    with telling(lambda: known[0].event, lambda: False, form) as tell:
        for number, each in enumerate(chain(known, chain.from_iterable(news))):
            state = evolve(state, each.event)
            if form == "jsonl":
                emit_line(json_line(entry_json(each)))
            if number == 0 or number >= skipped:
                tell(each.event, state)


def _news(log: RunLog, run: str) -> Iterator[Sequence[EventEntry]]:
    """Give the run's events, then again and again those since, as long as it goes on."""
    clock, seen, pause_s, goes_on = Steady(), 0, _FIRST_PAUSE_S, True
    while goes_on:
        goes_on = _goes_on(log, run)  # asked first, so that nothing comes behind the last reading
        began_s = clock.boottime_s()
        entries = log.events(run)
        yield entries[seen:]
        pause_s = _FIRST_PAUSE_S if len(entries) > seen else min(pause_s * _SLOWER, _LONGEST_PAUSE_S)
        seen = len(entries)
        pause_s = max(pause_s, _SHARE * (clock.boottime_s() - began_s))
        if goes_on:
            clock.sleep_until(clock.now() + timedelta(seconds=pause_s), lambda: False)


def _goes_on(log: RunLog, run: str) -> bool:
    entry = log.find(run)
    return entry.status in GOES_ON and as_it_is(log, entry)[1]


def _code(log: RunLog, run: str) -> int:
    """Give the exit code of the run as it stands; of one whose process died, whether anything was sent."""
    shown, _ = as_it_is(log, log.find(run))
    if shown.exit_code is not None:
        return shown.exit_code
    state = fold(each.event for each in log.events(run))
    return Exit.STANDS_AFTER_SENDS if anything_sent(state) else Exit.STANDS
