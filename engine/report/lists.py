"""What the run log holds, as tables for people."""

from collections.abc import Iterable, Sequence

from engine.config import environment_of, place
from engine.record.answer import excess, people
from engine.record.entry import EventEntry, RunEntry, SendEntry
from engine.record.outcome import words
from engine.record.plan import inputs_said
from engine.record.wallclock import date_and_time
from engine.report.happened import happened
from engine.report.messages import messages_so_far
from engine.report.paint import Paint, plain
from engine.report.runs import STATUS_STYLES
from engine.report.story import Story
from engine.report.table import table

_STYLES_OF_WORDS = {words(status): style for status, style in STATUS_STYLES.items()}
_STATUS = {"status": lambda said: _STYLES_OF_WORDS.get(said, "warning")}


def runs_table(
    runs: Iterable[tuple[RunEntry, Sequence[SendEntry]]], paint: Paint = plain, width: int | None = None
) -> str:
    """List runs, one a line, newest first; beside each the attempts of which nobody may know."""
    rows = [
        {
            "run": entry.run,
            "status": words(entry.status.value),
            "messages": messages_so_far(entry, sends),
            "where": place(environment_of(entry.account, entry.environment)),
            "campaign": entry.campaign,
            "for": inputs_said(entry.keys),
            "started": date_and_time(entry.started_at),
        }
        for entry, sends in runs
    ]
    head = [name for name in (rows[0] if rows else ()) if any(row[name] for row in rows)]
    return table(head, [[row[name] for name in head] for row in rows], paint, width, styles=_STATUS)


def sends_table(story: Story, paint: Paint = plain, width: int | None = None) -> str:
    """List the attempts of a run."""
    rows = [
        (
            send.address,
            str(send.attempt),
            story.words_of(send.status.value, send.address),
            _came_to(story, send),
            date_and_time(send.intended_at),
        )
        for send in story.sends
    ]
    head = ("send", "attempt", "status", "what happened", "about to be sent at")
    return table(head, rows, paint, width, wraps="what happened", styles=_STATUS)


def _came_to(story: Story, send: SendEntry) -> str:
    if send.counts is None or not send.counts.selected:
        return send.reason
    outcome = story.outcome_of(send)
    return "; ".join(filter(None, [people(send.counts), excess(outcome) if outcome else ""]))


def events_table(entries: Iterable[EventEntry], paint: Paint = plain, width: int | None = None) -> str:
    """List a run's chain, one event a line."""
    rows = [
        (str(entry.seq), date_and_time(entry.at), happened(entry.event) or "", entry.actor, entry.hash[:12])
        for entry in entries
    ]
    return table(("", "at", "what happened", "by", "hash"), rows, paint, width, wraps="what happened")
