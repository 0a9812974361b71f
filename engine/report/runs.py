"""Runs as people read them: while they go on, when they end, and afterwards."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.diagnostics import Json
from engine.machine.aggregate import settled
from engine.record.entry import ContactEntry, EventEntry, Holder, RunEntry, SendEntry, StopEntry
from engine.record.need import Need
from engine.record.outcome import Counts, SendStatus, StepStatus, words
from engine.record.state import RunState, StepState
from engine.report.happened import happened, people
from engine.report.paint import Paint, plain
from engine.report.table import LEAST_TO_WRAP, hanging, table

_UNKNOWN = (SendStatus.INTENDED, SendStatus.IN_DOUBT, SendStatus.SENT_UNKNOWN)
_STATUS_WIDTH = 1 + max(len(words(status.value)) for status in StepStatus)
STATUS_STYLES = {
    "finished": "good",
    "succeeded": "good",
    "running": "strong",
    "skipped": "faint",
    "pending": "faint",
    "no_match": "faint",
    "in_doubt": "error",
    "failed": "error",
    "rejected": "error",
    "halted": "error",
}
"""The emphasis of a status; of any other one it is ``warning``."""

_STYLES_OF_WORDS = {words(status): style for status, style in STATUS_STYLES.items()}
_STATUS = {"status": lambda said: _STYLES_OF_WORDS.get(said, "warning")}


# ---------------------------------------------------------------- one run


def summary(
    entry: RunEntry,
    steps: Sequence[Mapping[str, Any]],
    state: RunState,
    sends: Iterable[SendEntry],
    paint: Paint = plain,
    width: int | None = None,
) -> str:
    """Show how a run stands: its head, a line for each step, messages. ``steps``: those of its program/v1.

    ``width``: of the terminal; None leaves lines as long as they are.
    """
    revision = f" revision {entry.revision}" if entry.revision else ""
    about = f"  {entry.runbook}{revision} · campaign {entry.campaign} · started {_at(entry.started_at)}"
    now = [(step["id"], state.steps.get(step["id"]) or StepState()) for step in steps]
    rows = [_step_row(name, step, _widths(now, width), paint, width) for name, step in now]
    return "\n".join(
        [
            _head(entry, paint, width),
            hanging(about, width),
            *rows,
            hanging(f"  messages: {_messages(entry, sends)}", width),
        ]
    )


def _head(entry: RunEntry, paint: Paint, width: int | None) -> str:
    said = words(entry.status.value)
    status = paint(STATUS_STYLES.get(entry.status.value, "warning"), said)
    fits = width is None or len(f"Run {entry.run}: {said}") <= width
    return f"Run {entry.run}: {status}" if fits else f"Run {entry.run}:\n  {status}"


def _widths(now: Sequence[tuple[str, StepState]], width: int | None) -> tuple[int, int]:
    """Give the columns of the steps' names and of their statuses; on a terminal no more than they need."""
    names = max((len(name) for name, _ in now), default=0)
    if width is None:
        return names, _STATUS_WIDTH
    return min(names, width // 3), 1 + max((len(words(step.status.value)) for _, step in now), default=0)


def _messages(entry: RunEntry, sends: Iterable[SendEntry]) -> str:
    """Count the messages, and say what nobody knows of them."""
    unknown = [send for send in sends if send.status in _UNKNOWN]
    if not unknown:
        return f"{entry.messages:,}"
    bounds = [send.at_most for send in unknown]
    more = "any number" if None in bounds else f"at most {sum(bound or 0 for bound in bounds):,}"
    named = ", ".join(send.address for send in unknown)
    return f"{entry.messages:,} known, and {more} of {named}, of which nobody knows"


def _step_row(name: str, state: StepState, widths: tuple[int, int], paint: Paint, width: int | None) -> str:
    status = state.status.value
    shown = paint(STATUS_STYLES.get(status, "warning"), f"{words(status):<{widths[1]}}")
    before, said = f"  {name:<{widths[0]}}  ", step_words(state)
    indent = len(before) + widths[1] + 1
    if width is None or indent + len(said) <= width:
        return f"{before}{shown} {said}".rstrip()
    if width - indent < LEAST_TO_WRAP:
        parts = [before.rstrip(), shown] if len(before) + widths[1] > width else [before + shown]
        below = [hanging(f"    {said}", width)] if said else []
        return "\n".join([parts[0], *(f"    {part}" for part in parts[1:]), *below])
    first, *rest = textwrap.wrap(said, width - indent)
    return "\n".join([f"{before}{shown} {first}", *(" " * indent + line for line in rest)])


def step_words(state: StepState) -> str:
    """Say what a step came to, beside its status."""
    if state.status is StepStatus.PENDING:
        return "not reached yet"
    if state.counts is not None and state.counts.selected:
        return people(state.counts)
    if state.reason:
        return state.reason
    reasons = [send.outcome.reason for send in state.sends.values() if send.outcome and send.outcome.reason]
    return reasons[-1] if reasons else ""


def need_text(need: Need, paint: Paint = plain, width: int | None = None) -> str:
    """Show what a run needs of a person, with the command lines to type, which are never broken."""
    said = hanging(f"  next: {need.what}", width).replace("next", paint("strong", "next"), 1)
    return "\n".join([said, *(f"    {line}" for line in need.commands)])


def run_json(
    entry: RunEntry, steps: Sequence[Mapping[str, Any]], state: RunState, sends: Sequence[SendEntry]
) -> dict[str, Json]:
    """Give one run as ``show --format json`` does (DESIGN, section 8)."""
    return {
        **entry.to_json(),
        "digests": {"rules": entry.rules_digest, "plan": entry.plan_digest},
        "environment": entry.environment,
        "steps": [_step_json(step["id"], state.steps.get(step["id"]) or StepState()) for step in steps],
        "sends": [_send_json(send) for send in sends],
    }


def _step_json(name: str, state: StepState) -> Json:
    _, counts = settled(state.sends.values())
    numbers: dict[str, Json] = (counts or Counts()).to_json()
    if counts is None:
        numbers = dict.fromkeys(numbers)
    return {"id": name, "status": state.status.value, **numbers}


def _send_json(send: SendEntry) -> Json:
    return {
        "address": send.address,
        "step": send.step,
        "attempt": send.attempt,
        "status": send.status.value,
        "channel": send.channel,
        "at_most": send.at_most,
        "request_hash": send.request_hash,
        "intended_at": send.intended_at.isoformat(),
        "deadline_at": send.deadline_at.isoformat() if send.deadline_at else None,
        "settled_at": send.settled_at.isoformat() if send.settled_at else None,
        "counts": send.counts.to_json() if send.counts else None,
        "reason": send.reason,
        "blocks": send.blocks,
    }


def needy(entry: RunEntry, need: Need, paint: Paint = plain, width: int | None = None) -> str:
    """Show a run that needs a person: how it stands, and what it needs."""
    said = hanging(f"{entry.run}: {words(entry.status.value)}, {entry.messages:,} messages so far", width)
    return f"{said}\n{need_text(need, paint, width)}"


# ---------------------------------------------------------------- lists


def runs_table(entries: Iterable[RunEntry], paint: Paint = plain, width: int | None = None) -> str:
    """List runs, one a line, newest first."""
    rows = [
        (entry.run, words(entry.status.value), f"{entry.messages:,}", entry.campaign, _at(entry.started_at))
        for entry in entries
    ]
    return table(("run", "status", "messages", "campaign", "started"), rows, paint, width, styles=_STATUS)


def sends_table(sends: Iterable[SendEntry], paint: Paint = plain, width: int | None = None) -> str:
    """List the attempts of a run."""
    rows = [
        (
            send.address,
            str(send.attempt),
            words(send.status.value),
            people(send.counts) if send.counts and send.counts.selected else send.reason,
            _at(send.intended_at),
        )
        for send in sends
    ]
    head = ("send", "attempt", "status", "what happened", "intended")
    return table(head, rows, paint, width, wraps="what happened", styles=_STATUS)


def events_table(entries: Iterable[EventEntry], paint: Paint = plain, width: int | None = None) -> str:
    """List a run's chain, one event a line."""
    rows = [
        (str(entry.seq), _at(entry.at), happened(entry.event) or "", entry.actor, entry.hash[:12])
        for entry in entries
    ]
    return table(("", "at", "what happened", "by", "hash"), rows, paint, width, wraps="what happened")


def contacts_table(entries: Iterable[ContactEntry], paint: Paint = plain, width: int | None = None) -> str:
    """List the attempts that named a customer."""
    rows = [
        (
            _at(entry.at),
            entry.channel,
            entry.template or "",
            words(entry.status.value),
            entry.run,
            entry.address,
        )
        for entry in entries
    ]
    head = ("at", "channel", "template", "status", "run", "send")
    return table(head, rows, paint, width, styles=_STATUS)


def stopped(campaign: str | None, account: str | None) -> str:
    """Name what a stop keeps back; ``account`` is an account's key."""
    what = f"campaign {campaign}" if campaign else "everything"
    if account is None:
        return what
    address, _, org = account.partition(" ")
    return f"{what} of {address}" + (f", organisation {org}" if org not in ("", "-") else "")


def stop_line(stop: StopEntry, lifting: str, width: int | None = None) -> str:
    """Say which stop stands; ``lifting`` is the command line that lifts it."""
    what = stopped(stop.campaign, stop.account)
    said = f"Stopped: {what}, by {stop.by} at {_at(stop.at)}: {stop.reason}"
    return f"{hanging(said, width)}\n    {lifting}"


def stop_file_line(said: str, lifting: str, width: int | None = None) -> str:
    """Say which STOP file stands, in the words of whoever found it, and what removes it."""
    return f"{hanging(said[:1].upper() + said[1:], width)}\n    {lifting}"


def held_by(holder: Holder) -> str:
    """Say which process runs a run."""
    return f"being run by {holder.owner} since {_at(holder.since)}"


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}Z"
