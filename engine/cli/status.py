"""``runbook status``: whatever needs a person, each with the finished command line."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from engine.api.stops import stop_files, stop_of
from engine.cli.asking import refuse_switched_off
from engine.cli.chosen import Chosen, choose_to_look
from engine.cli.looking import NO_LOG
from engine.cli.runlog import ENV, FORMAT, LOG, looking
from engine.cli.screen import columns, emit, emit_json, paint
from engine.cli.showing import ENDED, needed, story_of
from engine.cli.stopped import lifting_files, lifting_line
from engine.diagnostics import Json
from engine.record.entry import StopEntry
from engine.record.need import Need
from engine.refusal import Refusal
from engine.report import runs as view
from engine.report.story import Story
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
        seen = list(_open(log, chosen)) if log else []
    needy = [(story, need) for story, need, _ in seen if need]
    if form == "json":
        emit_json(
            {
                "runs": [
                    {**story.entry.to_json(), "needs": need.what, "commands": list(need.commands)}
                    for story, need in needy
                ],
                "stops": [_stop_json(stop, chosen) for stop in stops],
                "stop_file": by_file,
            }
        )
        return 0
    _show_stops(stops, by_file, chosen)
    switched_off = _switched_off()
    if switched_off:
        emit(f"{switched_off}\n")
    for story, need in needy:
        emit(view.needy(story, need, paint(), columns()) + "\n")
    for story in (story for story, _, is_alive in seen if is_alive):
        entry = story.entry
        follow = f"runbook watch {entry.run}{chosen.options(entry.environment)}"
        emit(f"{view.in_short(story, columns())}\n  it goes on by itself; to follow it:\n    {follow}\n")
    if not stops and not needy and not by_file and not switched_off:
        emit(NO_LOG if log is None else "Nothing needs you.")
    return 0


def _switched_off() -> str | None:
    try:
        refuse_switched_off()
    except Refusal as refusal:
        return f"{refusal.message}: {refusal.cure}."
    return None


def _show_stops(stops: Sequence[StopEntry], by_file: str | None, chosen: Chosen) -> None:
    for stop in stops:
        emit(view.stop_line(stop, lifting_line(stop, chosen), columns()) + "\n")
    if by_file:
        emit(view.stop_file_line(by_file, lifting_files(chosen), columns()) + "\n")


def _open(log: RunLog, chosen: Chosen) -> Iterator[tuple[Story, Need | None, bool]]:
    """Give each run that is not over, with what it needs, and whether a process runs it."""
    campaigns = {(entry.account, entry.campaign) for entry in log.runs()}
    unsettled = {send.run for campaign in campaigns for send in log.unsettled(*campaign)}
    for entry in log.runs():
        if entry.status not in ENDED or entry.run in unsettled:
            story, is_alive = story_of(log, entry)
            yield story, needed(log, story, chosen, is_alive=is_alive), is_alive


def _stop_json(stop: StopEntry, chosen: Chosen) -> dict[str, Json]:
    return {
        "campaign": stop.campaign,
        "account": stop.account,
        "at": stop.at.isoformat(),
        "by": stop.by,
        "reason": stop.reason,
        "command": lifting_line(stop, chosen),
    }
