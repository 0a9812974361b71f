"""``runbook status``, ``runs``, ``show``, ``events``, ``contacts``: looking at the log, never writing."""

from collections.abc import Iterator
from pathlib import Path

import click

from engine.cli.environment import find_environment
from engine.cli.runlog import ENV, FORMAT, LOG, log_path, looking, looking_at_one, no_run
from engine.cli.screen import emit, emit_json, paint
from engine.cli.showing import ENDED, as_it_is, show_run
from engine.cli.stopped import stop_files, stop_of
from engine.diagnostics import Json
from engine.machine import fold
from engine.record.entry import RunEntry, StopEntry
from engine.record.event_json import to_json
from engine.record.need import Need, need_of, stopped_because
from engine.report import runs as view
from engine.report.happened import words
from engine.runlog.port import LOG as CHAIN
from engine.runlog.port import RunLog

NO_LOG = "There is no run log here: nothing was run."


@click.command("runs")
@ENV
@LOG
@FORMAT
def runs(*, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """List the runs, newest first."""
    with looking(environment_name, log_option) as log:
        shown = [as_it_is(log, entry)[0] for entry in log.runs()] if log else []
    if form == "json":
        emit_json([entry.to_json() for entry in shown])
    elif not shown:
        emit(NO_LOG if log is None else "No runs yet.")
    else:
        emit(view.runs_table(shown, paint()))
    return 0


@click.command("show")
@click.argument("run")
@ENV
@LOG
@FORMAT
def show(*, run: str, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """Show RUN: each step, each send, and what it needs. RUN is an id, its beginning, or `last`."""
    with looking_at_one(environment_name, log_option, run) as (log, entry):
        show_run(log, entry, form)
        sends = log.sends(entry.run)
        if form == "text" and sends:
            emit("\n" + view.sends_table(sends, paint()))
    return 0


@click.command("events")
@click.argument("run")
@ENV
@LOG
@FORMAT
def events(*, run: str, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """List everything that happened in RUN, in order; `events log` lists stops set and lifted."""
    with looking(environment_name, log_option) as log:
        if log is None:
            raise no_run(run, log_path(find_environment(environment_name), log_option))
        entries = log.events(CHAIN if run == CHAIN else log.find(run).run)
    if form == "text":
        emit(view.events_table(entries, paint()))
        return 0
    emit_json(
        [
            {
                "run": each.run,
                "seq": each.seq,
                "actor": each.actor,
                **to_json(each.event),
                "before": each.before,
                "hash": each.hash,
            }
            for each in entries
        ]
    )
    return 0


@click.command("contacts")
@click.argument("customer")
@ENV
@LOG
@FORMAT
def contacts(*, customer: str, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """List what was sent to CUSTOMER by sends that name customers.

    A send by filter names nobody: whom it reached, only the API knows. Sends from the dashboard
    are not in this log.
    """
    with looking(environment_name, log_option) as log:
        found = log.contacts(customer) if log else ()
    if form == "json":
        emit_json(
            [
                {
                    "customer": each.customer,
                    "at": each.at.isoformat(),
                    "channel": each.channel,
                    "template": each.template,
                    "status": each.status.value,
                    "campaign": each.campaign,
                    "run": each.run,
                    "address": each.address,
                    "attempt": each.attempt,
                }
                for each in found
            ]
        )
        return 0
    emit(view.contacts_table(found, paint()) if found else f"No send in this log names {customer}.")
    emit("Sends by filter name nobody, and sends from the dashboard are not in this log.", err=True)
    return 0


@click.command("status")
@ENV
@LOG
@FORMAT
def status(*, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """List whatever needs a person, each with the finished command line."""
    found = find_environment(environment_name)
    by_file = stop_of(stop_files(found, log_path(found, log_option)))
    with looking(environment_name, log_option) as log:
        stops = log.stops() if log else ()
        needy = list(_needs(log)) if log else []
    if form == "json":
        emit_json(
            {
                "runs": [
                    {**entry.to_json(), "needs": need.what, "commands": list(need.commands)}
                    for entry, need in needy
                ],
                "stops": [_stop_json(stop) for stop in stops],
                "stop_file": by_file,
            }
        )
        return 0
    for stop in stops:
        emit(view.stop_line(stop) + "\n")
    if by_file:
        emit(f'S{by_file[1:]}\n    runbook allow --reason "WHY"\n')
    for entry, need in needy:
        emit(f"{entry.run}: {words(entry.status.value)}, {entry.messages:,} messages so far")
        emit(view.need(need, paint()) + "\n")
    if not stops and not needy and not by_file:
        emit(NO_LOG if log is None else "Nothing needs you.")
    return 0


def _needs(log: RunLog) -> Iterator[tuple[RunEntry, Need]]:
    campaigns = {(entry.account, entry.campaign) for entry in log.runs()}
    unsettled = {send.run for campaign in campaigns for send in log.unsettled(*campaign)}
    for entry in log.runs():
        if entry.status in ENDED and entry.run not in unsettled:
            continue
        happened = [each.event for each in log.events(entry.run)]
        because = stopped_because(happened)
        sends = log.sends(entry.run)
        shown, is_alive = as_it_is(log, entry)
        if need := need_of(shown, fold(happened), sends, is_alive=is_alive, because=because):
            yield shown, need


def _stop_json(stop: StopEntry) -> dict[str, Json]:
    return {"campaign": stop.campaign, "at": stop.at.isoformat(), "by": stop.by, "reason": stop.reason}
