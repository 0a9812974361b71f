"""``runbook runs``, ``show``, ``events``, ``contacts``: looking at the log, never writing."""

from pathlib import Path

import click

from engine.cli.chosen import choose_to_look
from engine.cli.runlog import ENV, FORMAT, LOG, looking, looking_at_one, no_run
from engine.cli.screen import emit, emit_json, paint
from engine.cli.showing import as_it_is, show_run
from engine.record.event_json import to_json
from engine.report import runs as view
from engine.runlog.port import LOG as CHAIN

NO_LOG = "There is no run log here: nothing was run."


@click.command("runs")
@ENV
@LOG
@FORMAT
def runs(*, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """List the runs, newest first."""
    with looking(choose_to_look(environment_name, log_option)) as log:
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
    chosen = choose_to_look(environment_name, log_option)
    with looking_at_one(chosen, run) as (log, entry):
        show_run(log, entry, form, chosen, with_sends=True)
    return 0


@click.command("events")
@click.argument("run")
@ENV
@LOG
@FORMAT
def events(*, run: str, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """List everything that happened in RUN, in order; `events log` lists stops set and lifted."""
    chosen = choose_to_look(environment_name, log_option)
    with looking(chosen) as log:
        if log is None:
            raise no_run(run, chosen.log)
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
    with looking(choose_to_look(environment_name, log_option)) as log:
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
