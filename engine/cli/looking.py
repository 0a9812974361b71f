"""``runbook runs``, ``show``, ``events``: looking at the log, never writing."""

from collections.abc import Sequence
from pathlib import Path

import click

from engine.cli.chosen import Chosen, choose_to_look
from engine.cli.runlog import (
    ENV,
    FORMAT,
    FORMAT_OF_EVENTS,
    LOG,
    RUN,
    looking,
    looking_at_one,
    no_run,
    say_where,
)
from engine.cli.screen import columns, emit, emit_json, emit_line, json_line, paint
from engine.cli.showing import STANDS, as_it_is, show_run
from engine.cli.telling import entry_json
from engine.record.entry import RunEntry, SendEntry
from engine.record.outcome import RunStatus
from engine.refusal import Exit
from engine.report import lists as view
from engine.runlog.port import LOG as CHAIN
from engine.runlog.port import RunLog


def no_log(*chosen: Chosen) -> str:
    """Say that there is nothing to look at; what was run elsewhere, nobody knows from here."""
    return f"There is no run log {', nor '.join(str(each.log) for each in chosen)}: no run is known here."


_GOES_ON = (RunStatus.RUNNING, RunStatus.WAITING)


@click.command("runs")
@ENV
@LOG
@FORMAT
def runs(*, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """List the runs, newest first; `runbook show RUN` tells more of one."""
    chosen = choose_to_look(environment_name, log_option)
    with looking(chosen) as log:
        seen = [as_it_is(log, entry) for entry in log.runs()] if log else []
        shown = [entry for entry, _ in seen]
        unknown = [_unknown(log, entry) for entry in shown] if log and form == "text" else []
    if form == "json":
        emit_json([entry.to_json() for entry in shown])
    elif not shown:
        emit(no_log(chosen) if log is None else "No runs yet.")
    else:
        emit(view.runs_table(zip(shown, unknown, strict=True), paint(), columns()))
        dead = [entry.run for entry, is_alive in seen if entry.status in _GOES_ON and not is_alive]
        for run in dead:
            emit(f"The process of run {run} ended, so it does not go on by itself.", err=True)
        if dead or any(entry.status in STANDS for entry in shown):
            emit(f"`runbook status{chosen.options()}` says what needs you, and what to type.", err=True)
    for each in chosen.all_meant():
        if each is not chosen and each.is_there:
            emit(f"`runbook runs{each.options()}` lists those of {each.in_words}.", err=True)
    return 0


def _unknown(log: RunLog, entry: RunEntry) -> Sequence[SendEntry]:
    """Give the sends of a run of which nobody may know how many got them; most runs have none."""
    is_known = entry.exit_code is not None and entry.exit_code < Exit.FINISHED_WITH_FAULTS
    return () if is_known else log.sends(entry.run)


@click.command("show")
@RUN
@ENV
@LOG
@FORMAT
def show(*, run: str, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """Show RUN: each step, each send, and what it needs.

    RUN is an id, a unique beginning of one, or `last`.
    """
    chosen = choose_to_look(environment_name, log_option)
    with looking_at_one(chosen, run) as (log, entry):
        if form == "text":
            say_where(entry)
        show_run(log, entry, form, chosen, with_sends=True)
    return 0


@click.command("events")
@RUN
@ENV
@LOG
@FORMAT_OF_EVENTS
def events(*, run: str, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """List everything that happened in RUN, in order.

    RUN is an id, a unique beginning of one, or `last`; or `log`, for the stops that were set and lifted.
    """
    chosen = choose_to_look(environment_name, log_option)
    with looking(chosen) as log:
        if log is None:
            raise no_run(run, chosen.log)
        entry = None if run == CHAIN else log.find(run)
        entries = log.events(entry.run if entry else CHAIN)
    if form == "jsonl":
        for each in entries:
            emit_line(json_line(entry_json(each)))
    elif form == "json":
        emit_json([entry_json(each) for each in entries])
    else:
        if entry:
            say_where(entry)
        emit(view.events_table(entries, paint(), columns()))
    return 0
