"""``runbook replay``: a recorded run decided anew, by its own plan or by a changed runbook."""

import shlex
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from engine.api.exported import events_of
from engine.api.files import SUFFIXES, read_bytes
from engine.api.planning import Filled, filled, today
from engine.cli.chosen import Chosen, choose_to_look
from engine.cli.completing import runbook_files, runs_and_files, supposed_answers
from engine.cli.environment import Found
from engine.cli.files import PATH, named
from engine.cli.handed_on import is_file
from engine.cli.inputs import INPUT, pairs
from engine.cli.planning import make
from engine.cli.runlog import ENV, FORMAT, LOG, looking_at_one
from engine.cli.screen import columns, emit, emit_json, paint
from engine.cli.showing import plan_of
from engine.cli.walk import runbook_file
from engine.config import Environment, headline
from engine.planner.compare import differences
from engine.planner.load import account_of, campaign_of, program_of, reading
from engine.planner.model import Making, Plan
from engine.planner.program import program_document
from engine.record.entry import EventEntry
from engine.record.event import RunStarted
from engine.refusal import Exit, Refusal
from engine.replay.compare import Comparison, compare
from engine.replay.view import text
from engine.runbook.characters import MAX_BYTES
from engine.runbook.draft import read
from engine.runbook.inputs import resolve
from engine.runlog.chain import verify


@click.command("replay")
@click.argument("run", metavar="RUN|EXPORT", shell_complete=runs_and_files)
@click.argument("file", type=PATH, callback=named, required=False, shell_complete=runbook_files)
@click.option(
    "--what-if",
    "what_if",
    multiple=True,
    metavar="STEP.FIELD=VALUE",
    shell_complete=supposed_answers,
    help="Suppose another answer to a step, for example remind.failed=900; repeatable.",
)
@INPUT
@ENV
@LOG
@FORMAT
def command(
    run: str,
    file: Path | None,
    what_if: tuple[str, ...],
    given: tuple[str, ...],
    environment_name: str | None,
    log_option: Path | None,
    form: str,
) -> int:
    """Decide RUN again from what is recorded of it: answers, people's words, times. Sends nothing.

    An EXPORT, as `runbook export` made it, needs no run log. Without FILE every decision has to be the
    same; exits with 13 if one is not. With the runbook FILE, or with --what-if, it says which decisions
    would be others, and where the recording ends.
    """
    chosen = choose_to_look(environment_name, log_option)
    is_export = not run.endswith(SUFFIXES) and is_file(run, environment_name, log_option)
    name, entries = (shlex.quote(run), events_of(Path(run))) if is_export else _recorded(chosen, run)
    with chosen.completing():
        _refuse_changed(name, entries)
        plan = plan_of(entries[0].event)
        with reading():
            where = headline(_there(plan), campaign_of(plan))
        if form == "text":
            emit(where)
        compared = _compared(entries, file, what_if, given, chosen)
    if form == "json":
        emit_json(compared.to_json())
    else:
        emit(text(compared, paint(), columns()))
        emit(_next(compared, name, "" if is_export else chosen.options()), err=True)
    return Exit.NOT_AS_REVIEWED if compared.is_own and not compared.is_identical else Exit.WELL


def _recorded(chosen: Chosen, run: str) -> tuple[str, tuple[EventEntry, ...]]:
    with looking_at_one(chosen, run) as (log, entry):
        return entry.run, log.events(entry.run)


def _refuse_changed(name: str, entries: tuple[EventEntry, ...]) -> None:
    if not entries or not isinstance(entries[0].event, RunStarted) or verify(entries) is not None:
        raise Refusal(
            f"the events of run {name} were changed: their chain does not hold",
            f"`runbook verify {name}` says where; keep the log for whoever looks into it",
            Exit.LEASE_OR_LOG,
        )


def _there(recorded: Mapping[str, Any]) -> Environment:
    """Give where a recorded run sent to; TypeError where nothing can have sent there."""
    account, name = account_of(recorded), recorded["made"]["environment"]
    texts = account.base_url, account.org or "", name or ""
    if not all(isinstance(each, str) and each.isprintable() for each in texts):
        raise TypeError("an address and names are texts that can be seen")
    return Environment(account.base_url, account.org, name)


def _next(compared: Comparison, name: str, options: str) -> str:
    if compared.is_own and not compared.is_identical:
        return "Next: go on with this run by the version of runbook that began it."
    if compared.file is not None:
        return f"Next: `runbook plan {shlex.quote(compared.file)}` shows every way that a run of it can go."
    by = f"`runbook replay {name} FILE{options}`"
    return f"Next: {by} decides it by a changed runbook."


def _compared(
    entries: tuple[EventEntry, ...],
    file: Path | None,
    what_if: tuple[str, ...],
    given: tuple[str, ...],
    chosen: Chosen,
) -> Comparison:
    events = [entry.event for entry in entries]
    recorded = plan_of(events[0])
    own = program_of(recorded)
    if file is None:
        if given:
            raise Refusal("--input belongs to a FILE", "name the runbook that is to be decided by")
        return compare(events, own, what_if=what_if)
    plan = _planned(file, recorded, events[0].at, given, chosen)
    at = events[0].at
    now = program_document(plan, Making(at, at, str(file), ""))
    with reading():
        changed = differences(recorded, now, was="recorded")
    return compare(events, own, other=plan.program, file=str(file), changed=changed, what_if=what_if)


def _planned(
    file: Path, recorded: Mapping[str, Any], at: datetime, given: tuple[str, ...], chosen: Chosen
) -> Plan:
    """Plan a runbook as of the recorded instant, with the recorded inputs, for the recorded account."""
    draft = read(read_bytes(runbook_file(file), MAX_BYTES), str(file))
    there = Found(chosen.found.config, _there(recorded), chosen.found.root)
    if not draft.is_sound:
        return make(Filled(draft), there)
    specs = draft.inputs
    known = {spec.name for spec in specs}
    values, problems = resolve(
        specs,
        given=pairs(given),
        from_file={name: about["value"] for name, about in recorded["inputs"].items() if name in known},
        environment={},
        today=today(specs, at),
    )
    if problems:
        raise Refusal("\n       ".join(problems).replace("the input file", "the recorded run"))
    return make(filled(draft, values), there)
