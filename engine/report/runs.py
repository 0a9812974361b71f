"""Runs as people read them: while they go on, when they end, and afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.diagnostics import Json
from engine.machine.aggregate import settled
from engine.record.entry import ContactEntry, EventEntry, Holder, RunEntry, SendEntry, StopEntry
from engine.record.need import Need
from engine.record.outcome import Counts, SendStatus, StepStatus
from engine.record.state import RunState, StepState
from engine.report.happened import happened, people, words
from engine.report.paint import Paint, plain

_UNKNOWN = (SendStatus.INTENDED, SendStatus.IN_DOUBT, SendStatus.SENT_UNKNOWN)
_STATUS_WIDTH = 1 + max(len(words(status.value)) for status in StepStatus)
_STYLES = {
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


# ---------------------------------------------------------------- one run


def summary(
    entry: RunEntry,
    steps: Sequence[Mapping[str, Any]],
    state: RunState,
    sends: Iterable[SendEntry],
    paint: Paint = plain,
) -> str:
    """Show how a run stands: its head, a line for each step, messages. ``steps``: those of its program/v1."""
    status = paint(_STYLES.get(entry.status.value, "warning"), words(entry.status.value))
    head = f"Run {entry.run}: {status}"
    revision = f" revision {entry.revision}" if entry.revision else ""
    about = f"  {entry.runbook}{revision} · campaign {entry.campaign} · started {_at(entry.started_at)}"
    width = max((len(step["id"]) for step in steps), default=0)
    rows = [_step_row(step, state.steps.get(step["id"]) or StepState(), width, paint) for step in steps]
    return "\n".join([head, about, *rows, f"  messages: {_messages(entry, sends)}"])


def _messages(entry: RunEntry, sends: Iterable[SendEntry]) -> str:
    """Count the messages, and say what nobody knows of them."""
    unknown = [send for send in sends if send.status in _UNKNOWN]
    if not unknown:
        return f"{entry.messages:,}"
    bounds = [send.at_most for send in unknown]
    more = "any number" if None in bounds else f"at most {sum(bound or 0 for bound in bounds):,}"
    named = ", ".join(send.address for send in unknown)
    return f"{entry.messages:,} known, and {more} of {named}, of which nobody knows"


def _step_row(step: Mapping[str, Any], state: StepState, width: int, paint: Paint) -> str:
    status = state.status.value
    shown = paint(_STYLES.get(status, "warning"), f"{words(status):<{_STATUS_WIDTH}}")
    return f"  {step['id']:<{width}}  {shown} {_step_words(state)}".rstrip()


def _step_words(state: StepState) -> str:
    if state.status is StepStatus.PENDING:
        return "not reached yet"
    if state.counts is not None and state.counts.selected:
        return people(state.counts)
    if state.reason:
        return state.reason
    reasons = [send.outcome.reason for send in state.sends.values() if send.outcome and send.outcome.reason]
    return reasons[-1] if reasons else ""


def need(need: Need, paint: Paint = plain) -> str:
    """Show what a run needs of a person, with the command lines to type."""
    return "\n".join(
        [f"  {paint('strong', 'next')}: {need.what}", *(f"    {line}" for line in need.commands)]
    )


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


# ---------------------------------------------------------------- lists


def runs_table(entries: Iterable[RunEntry], paint: Paint = plain) -> str:
    """List runs, one a line, newest first."""
    rows = [
        (entry.run, words(entry.status.value), f"{entry.messages:,}", entry.campaign, _at(entry.started_at))
        for entry in entries
    ]
    return table(("run", "status", "messages", "campaign", "started"), rows, paint)


def sends_table(sends: Iterable[SendEntry], paint: Paint = plain) -> str:
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
    return table(("send", "attempt", "status", "what happened", "intended"), rows, paint)


def events_table(entries: Iterable[EventEntry], paint: Paint = plain) -> str:
    """List a run's chain, one event a line."""
    rows = [
        (str(entry.seq), _at(entry.at), happened(entry.event) or "", entry.actor, entry.hash[:12])
        for entry in entries
    ]
    return table(("", "at", "what happened", "by", "hash"), rows, paint)


def contacts_table(entries: Iterable[ContactEntry], paint: Paint = plain) -> str:
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
    return table(("at", "channel", "template", "status", "run", "send"), rows, paint)


def stopped(campaign: str | None, account: str | None) -> str:
    """Name what a stop keeps back; ``account`` is an account's key."""
    what = f"campaign {campaign}" if campaign else "everything"
    if account is None:
        return what
    address, _, org = account.partition(" ")
    return f"{what} of {address}" + (f", organisation {org}" if org not in ("", "-") else "")


def stop_line(stop: StopEntry, lifting: str) -> str:
    """Say which stop stands; ``lifting`` is the command line that lifts it."""
    what = stopped(stop.campaign, stop.account)
    return f"Stopped: {what}, by {stop.by} at {_at(stop.at)}: {stop.reason}\n    {lifting}"


def stop_file_line(said: str, lifting: str) -> str:
    """Say which STOP file stands, in the words of whoever found it, and what removes it."""
    return f"{said[:1].upper()}{said[1:]}\n    {lifting}"


def held_by(holder: Holder) -> str:
    """Say which process runs a run."""
    return f"being run by {holder.owner} since {_at(holder.since)}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], paint: Paint = plain) -> str:
    """Set rows in columns under their names."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]

    def line(row: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()

    return "\n".join([paint("strong", line(head)), *(line(row) for row in rows)])


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}Z"
