"""``runbook export`` and ``evidence``: what is handed on of a log, to be checked by itself."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import click

from engine.api.evidence import Evidence, others_in_plans, runs_of_customer, write
from engine.api.exporting import export as lines_of
from engine.api.files import typed
from engine.cli.chosen import Chosen, choose_to_look
from engine.cli.completing import month_of, months, started_runs
from engine.cli.files import CONFIG, PATH, named_to_write
from engine.cli.runlog import ENV, LOG, RUN, looking, looking_at_one, no_run
from engine.cli.save import save_private
from engine.cli.screen import emit, warn
from engine.clock import now
from engine.record.outcome import counted
from engine.refusal import Refusal
from engine.report.contacts import erased_text
from engine.report.evidence import others_named
from engine.runlog.port import RunLog

FORCE = click.option("--force", is_flag=True, help="Write over a file that is there.")


@click.command("export")
@RUN
@click.option(
    "--out", type=PATH, callback=named_to_write, help="A new file, for your eyes alone; else to stdout."
)
@click.option(
    "--without-customers", is_flag=True, help="Leave customers' ids out, but for those in the plan."
)
@FORCE
@ENV
@LOG
def export(
    *,
    run: str,
    out: Path | None,
    without_customers: bool,
    force: bool,
    environment_name: str | None,
    log_option: Path | None,
) -> int:
    """Hand RUN on as lines of JSON: its events, its customers, and every seal of the log.

    `runbook verify FILE` checks such a file without the run log. Ids that the runbook itself names stand in
    its plan, which every export holds whole.

    RUN is an id, a unique beginning of one, or `last`.
    """
    chosen = choose_to_look(environment_name, log_option)
    with looking_at_one(chosen, run) as (log, entry), log.as_of_now():
        lines = lines_of(log, entry.run, at=now(), customers=not without_customers)
        if out is None:
            for line in lines:
                sys.stdout.buffer.write(line)
            return 0
        _save(out, lambda file: file.writelines(lines), chosen, may_replace=force)
    emit(f"Wrote {out}. `runbook verify {typed(out)}` checks it, without the run log.", err=True)
    return 0


@click.command("evidence")
@click.option(
    "--run",
    metavar="RUN",
    shell_complete=started_runs,
    help="Of this run: an id, a beginning of one, or `last`.",
)
@click.option("--customer", help="Of every run that named this customer, or is known to have reached them.")
@click.option(
    "--month",
    metavar="YYYY-MM",
    shell_complete=months,
    help="Of every run that was started in this month (IST).",
)
@click.option(
    "--out", type=PATH, callback=named_to_write, required=True, help="The zip, for your eyes alone."
)
@FORCE
@ENV
@LOG
def evidence(
    *,
    run: str | None,
    customer: str | None,
    month: str | None,
    out: Path,
    force: bool,
    environment_name: str | None,
    log_option: Path | None,
) -> int:
    """Pack all that proves what happened into one zip: plan, texts, events, seal, and what checks it.

    Whoever gets it needs Python alone: README.txt in it says how. Say one of --run, --customer, --month.
    """
    _refuse_unclear(run, customer, month)
    chosen = choose_to_look(environment_name, log_option)
    with looking(chosen) as log:
        if log is None:
            raise no_run(run or "last", chosen.log)
        packed = _chosen(log, run, customer, month)
        _refuse_nothing(packed, log)

        def written(file: IO[bytes]) -> None:
            write(file, log, packed)

        _save(out, written, chosen, may_replace=force)
        others = others_in_plans(log, packed)
    runs = counted(len(packed.runs), "run")
    emit(f"Wrote {out}: {runs}. `runbook verify {typed(out)}` checks it; README.txt in it says how without.")
    if others:
        warn(f"its plans hold {others_named(others)}: look who may see them before you hand it on")
    return 0


def _save(out: Path, write: Callable[[IO[bytes]], object], chosen: Chosen, *, may_replace: bool) -> None:
    root = chosen.found.root
    sparing = [root / CONFIG] if root else []
    save_private(out, write, log=chosen.log, sparing=sparing, may_replace=may_replace)


def _refuse_unclear(run: str | None, customer: str | None, month: str | None) -> None:
    given = [each for each in (run, customer, month) if each is not None]
    if len(given) != 1 or not given[0].strip():
        what = "several are asked for at once" if len(given) > 1 else "nothing is asked for"
        raise Refusal(f"{what}: one of --run, --customer and --month", "for example --run last")
    if month is not None and not re.fullmatch(r"[0-9]{4}-(?:0[1-9]|1[0-2])", month):
        raise Refusal(f"--month takes a year and a month, and {month!r} is none", "for example 2026-11")


def _chosen(log: RunLog, run: str | None, customer: str | None, month: str | None) -> Evidence:
    if run is not None:
        entry = log.find(run)
        return Evidence(f"run {entry.run}", (entry,))
    if customer is not None:
        return Evidence(f"customer {customer}", runs_of_customer(log, customer), customer)
    runs = (entry for entry in reversed(log.runs()) if month_of(entry) == month)
    return Evidence(f"runs started in {month}", tuple(runs))


def _refuse_nothing(packed: Evidence, log: RunLog) -> None:
    if packed.runs:
        return
    if packed.customer is not None:
        message = f"no send in this log names {packed.customer}, so there is nothing to prove"
        if erasures := log.erasures():
            message = f"no send in this log names {packed.customer} any more. {erased_text(erasures)}"
        raise Refusal(
            message.rstrip("."),
            "`runbook contacts CUSTOMER` tells what may have been sent by filter; ask by the other id, too",
        )
    raise Refusal(f"there are no {packed.about}", "`runbook runs` lists all runs")
