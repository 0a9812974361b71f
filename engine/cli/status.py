"""``runbook status``: whatever needs a person, each with the finished command line."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from engine.cli.asking import refuse_switched_off
from engine.cli.chosen import Chosen, choose_to_look
from engine.cli.looking import no_log
from engine.cli.runlog import ENV, FORMAT, LOG, looking
from engine.cli.screen import columns, complain, emit, emit_json, paint
from engine.cli.showing import ENDED, needed, story_of
from engine.cli.standstill import show_stops
from engine.cli.stopped import IN_PASSING_S, Standing, is_stopped, what_stands
from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.record.entry import StopEntry
from engine.record.need import Need
from engine.refusal import Refusal
from engine.report import runs as view
from engine.report.story import Story
from engine.runlog.port import RunLog


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one log holds: its stops; each run that is not over, what it needs, and whether a process runs it.

    ``refusal``: why it cannot be read.
    """

    chosen: Chosen
    stops: Sequence[StopEntry] = ()
    open: Sequence[tuple[Story, Need | None, bool]] = ()
    is_there: bool = False
    refusal: Refusal | None = None


@click.command("status")
@ENV
@LOG
@FORMAT
def command(*, environment_name: str | None, log_option: Path | None, form: str) -> int:
    """List whatever needs a person, each with the finished command line.

    It looks at every run log of the configuration; with --env or --log, at that one alone.
    """
    chosen = choose_to_look(environment_name, log_option)
    seen = [_look(each) for each in chosen.all_meant()]
    standing = [*what_stands([(each.chosen, None if each.refusal else each.stops) for each in seen])]
    needy = [(story, need) for each in seen for story, need, _ in each.open if need]
    troubles = [each.refusal for each in seen if each.refusal]
    if form == "text":
        _show(seen, needy, standing)
    for each in troubles[:-1]:
        complain(each.message, each.cure)
    if troubles:  # to a program, a list in which something is missing would be no list
        raise troubles[-1]
    if form == "json":
        emit_json(_json(needy, standing))
    return 0


def _look(chosen: Chosen) -> _Seen:
    """Look at one log; one that cannot be read does not keep the others from being shown."""
    try:
        with looking(chosen, IN_PASSING_S) as log:
            if log is None:
                return _Seen(chosen)
            return _Seen(chosen, log.stops(), tuple(_open(log, chosen)), is_there=True)
    except Refusal as refusal:
        return _Seen(chosen, refusal=refusal)


def _json(needy: Iterable[tuple[Story, Need]], standing: Sequence[Standing]) -> Json:
    files = [each for each in standing if each.file]
    return {
        "runs": [
            {**story.entry.to_json(), "needs": need.what, "commands": list(need.commands)}
            for story, need in needy
        ],
        "stops": [_stop_json(each, each.stop) for each in standing if each.stop],
        "stop_file": next((each.said for each in files), None),
        "stop_files": [{"file": str(each.file), "says": each.said, "command": each.line} for each in files],
    }


def _show(
    seen: Sequence[_Seen],
    needy: Sequence[tuple[Story, Need]],
    standing: Sequence[Standing],
) -> None:
    show_stops(standing, "\n")
    switched_off = _switched_off()
    if switched_off:
        emit(f"{switched_off}\n")
    for story, need in needy:
        emit(view.needy(story, need, paint(), columns()) + "\n")
    for each in seen:
        for story in (story for story, _, is_alive in each.open if is_alive):
            entry = story.entry
            follow = f"runbook watch {entry.run}{each.chosen.options(entry.environment)}"
            how = "it goes on by itself"
            if is_stopped(each.stops, entry, each.chosen):
                how = "it is kept back at its next send"
            emit(f"{view.in_short(story, columns())}\n  {how}; to follow it:\n    {follow}\n")
    if not standing and not needy and not switched_off and not any(each.refusal for each in seen):
        is_known = any(each.is_there for each in seen)
        emit("Nothing needs you." if is_known else no_log(*(each.chosen for each in seen)))


def _switched_off() -> str | None:
    try:
        refuse_switched_off()
    except Refusal as refusal:
        return f"{refusal.message}: {refusal.cure}."
    return None


def _open(log: RunLog, chosen: Chosen) -> Iterator[tuple[Story, Need | None, bool]]:
    """Give each run that is not over, with what it needs, and whether a process runs it."""
    campaigns = {(entry.account, entry.campaign) for entry in log.runs()}
    unsettled = {send.run for campaign in campaigns for send in log.unsettled(*campaign)}
    for entry in log.runs():
        if entry.status not in ENDED or entry.run in unsettled:
            story, is_alive = story_of(log, entry)
            yield story, needed(log, story, chosen, is_alive=is_alive), is_alive


def _stop_json(each: Standing, stop: StopEntry) -> dict[str, Json]:
    return {
        "campaign": stop.campaign,
        "account": stop.account,
        "at": stop.at.isoformat(),
        "by": stop.by,
        "reason": stop.reason,
        "log": str(each.where.log) if each.where else None,
        "command": each.line,
    }
