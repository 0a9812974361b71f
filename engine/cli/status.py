"""``runbook status``: whatever needs a person, each with the finished command line."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from engine.api.stops import stop_of
from engine.cli.chosen import Chosen, choose_to_look
from engine.cli.looking import NO_LOG
from engine.cli.runlog import ENV, FORMAT, LOG, looking
from engine.cli.screen import columns, emit, emit_json, paint
from engine.cli.showing import ENDED, as_it_is
from engine.cli.stopped import lifting_files, lifting_line, stop_files
from engine.diagnostics import Json
from engine.machine import fold
from engine.record.entry import RunEntry, StopEntry
from engine.record.need import Need, need_of, stopped_because
from engine.report import runs as view
from engine.runlog.port import RunLog


@click.command("status")
@ENV
@LOG
@FORMAT
def command(*, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """List whatever needs a person, each with the finished command line."""
    chosen = choose_to_look(environment_name, log_option)
    by_file = stop_of(stop_files(chosen.log))
    with looking(chosen) as log:
        stops = log.stops() if log else ()
        needy = list(_needs(log, chosen)) if log else []
    if form == "json":
        emit_json(
            {
                "runs": [
                    {**entry.to_json(), "needs": need.what, "commands": list(need.commands)}
                    for entry, need in needy
                ],
                "stops": [_stop_json(stop, chosen) for stop in stops],
                "stop_file": by_file,
            }
        )
        return 0
    _show(stops, by_file, needy, chosen)
    if not stops and not needy and not by_file:
        emit(NO_LOG if log is None else "Nothing needs you.")
    return 0


def _show(
    stops: Sequence[StopEntry], by_file: str | None, needy: Sequence[tuple[RunEntry, Need]], chosen: Chosen
) -> None:
    for stop in stops:
        emit(view.stop_line(stop, lifting_line(stop, chosen), columns()) + "\n")
    if by_file:
        emit(view.stop_file_line(by_file, lifting_files(chosen), columns()) + "\n")
    for entry, need in needy:
        emit(view.needy(entry, need, paint(), columns()) + "\n")


def _needs(log: RunLog, chosen: Chosen) -> Iterator[tuple[RunEntry, Need]]:
    campaigns = {(entry.account, entry.campaign) for entry in log.runs()}
    unsettled = {send.run for campaign in campaigns for send in log.unsettled(*campaign)}
    for entry in log.runs():
        if entry.status in ENDED and entry.run not in unsettled:
            continue
        happened = [each.event for each in log.events(entry.run)]
        because = stopped_because(happened)
        sends = log.sends(entry.run)
        shown, is_alive = as_it_is(log, entry)
        options = chosen.options(entry.environment)
        state = fold(happened)
        if need := need_of(shown, state, sends, is_alive=is_alive, because=because, options=options):
            yield shown, need


def _stop_json(stop: StopEntry, chosen: Chosen) -> dict[str, Json]:
    return {
        "campaign": stop.campaign,
        "account": stop.account,
        "at": stop.at.isoformat(),
        "by": stop.by,
        "reason": stop.reason,
        "command": lifting_line(stop, chosen),
    }
