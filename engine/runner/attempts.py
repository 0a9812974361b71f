"""The attempts that rows of the API's logs may belong to, and what is kept of them, as the run log has it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.planner.load import program_of
from engine.reconciler.attempt import AFTER, STARTS_WITHIN, Attempt, Key, attempt_of, said_unsent
from engine.reconciler.matching import Known, matched
from engine.record.entry import EventEntry, ReachedEntry, RunEntry, SendEntry
from engine.record.event import RunStarted, Source
from engine.refusal import Refusal
from engine.runlog.port import RunLog
from engine.timepay.logs import LogRow


def attempts_of(log: RunLog, run: str) -> list[Attempt]:
    """Give the attempts of a run by which anybody may have been reached."""
    entries = log.events(run)
    steps = program_of(document_of(entries)).steps
    requests = {planned.address: planned.request for step in steps for planned in step.sends}
    unsent = said_unsent(each.event for each in entries)
    made = (
        attempt_of(send, requests[send.address], said_unsent=(send.address, send.attempt) in unsent)
        for send in log.sends(run)
    )
    return [each for each in made if each is not None]


def rivals_of(log: RunLog, entry: RunEntry, sought: Sequence[Attempt]) -> list[Attempt]:
    """Give the attempts of other runs that rows of these times may belong to."""
    if not sought:
        return []
    since, until = min(each.since for each in sought), max(each.until for each in sought)
    found = []
    for other in log.runs():
        # The rows of a run that has ended may still come: only its attempts say up to when.
        is_near = other.started_at <= until and (
            other.finished_at is None or other.finished_at + AFTER + STARTS_WITHIN >= since
        )
        if is_near and other.run != entry.run and _is_beside(other, entry):
            found += [
                each
                for each in _readable(log, other)
                if each.until + STARTS_WITHIN >= since and each.since <= until
            ]
    return found


def known_of(log: RunLog, attempts: Sequence[Attempt]) -> Known:
    """Ask the log which rows earlier looks have kept for these attempts."""
    by_key = {each.key: each for each in attempts}
    runs = dict.fromkeys(each.send.run for each in attempts)
    kept = (row for run in runs for row in log.reached_of(run))
    return Known([(_row(each, by_key.get(_key(each))), _key(each)) for each in kept])


def fitting(log: RunLog, entry: RunEntry, send: SendEntry) -> list[Key]:
    """Give the attempts, other ones too, for which rows are kept that fit a send: one for each row."""
    own = _key_of(send)
    try:
        attempts = attempts_of(log, entry.run)
        sought = [each for each in attempts if each.key == own]
        attempts += rivals_of(log, entry, sought)
        known = known_of(log, attempts)
    except Refusal:  # another version wrote its plan: what else may fit cannot be told
        sought, known = [], Known()
    disputed = matched([], attempts, known).disputed.get(own, []) if sought else []
    kept = log.reached_of(send.run)
    return [*(own for row in kept if _key(row) == own), *disputed]


def document_of(entries: Sequence[EventEntry]) -> Mapping[str, Any]:
    """Give the plan with which a run started."""
    first = entries[0].event
    assert isinstance(first, RunStarted), "a run's chain begins with its start"
    return first.plan


def kept_name(log: RunLog, account: str, name: str, given: set[str]) -> str:
    """Name a row that is to be kept, beside those ``given``: an id that is taken gets a number behind it."""
    number, free = 1, name
    while free in given or log.claimed(account, [free]):
        number += 1
        free = f"{name} #{number}"
    given.add(free)
    return free


def _row(each: ReachedEntry, attempt: Attempt | None) -> LogRow:
    send = attempt.send if attempt else None
    return LogRow(
        re.sub(r" #[0-9]+$", "", each.row),
        each.customer,
        each.at,
        channel=send.channel if send else None,
        campaign=send.campaign if send else None,
        template=each.template,
        is_exported=each.source is Source.EXPORT,
    )


def _key(each: ReachedEntry) -> Key:
    return each.run, each.address, each.attempt


def _key_of(send: SendEntry) -> Key:
    return send.run, send.address, send.attempt


def _is_beside(other: RunEntry, entry: RunEntry) -> bool:
    return (other.account, other.campaign) == (entry.account, entry.campaign)


def _readable(log: RunLog, other: RunEntry) -> list[Attempt]:
    try:
        return attempts_of(log, other.run)
    except Refusal:  # another version wrote its plan, or it was changed: what it sent cannot be told
        return []
