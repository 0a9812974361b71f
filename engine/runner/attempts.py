"""The attempts that rows of the API's logs may belong to, and what is kept of them, as the run log has it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.planner.load import program_of
from engine.reconciler.attempt import AFTER, STARTS_WITHIN, Attempt, Key, attempt_of, said_unsent
from engine.reconciler.matching import Known, matched
from engine.record.entry import EventEntry, ReachedEntry, RunEntry, SendEntry
from engine.record.event import Erased, RunStarted, Source
from engine.record.plan import may_be_one
from engine.refusal import Exit, Refusal
from engine.runlog.port import RunLog
from engine.timepay.logs import LogRow


def attempts_of(log: RunLog, run: str) -> list[Attempt]:
    """Give the attempts of a run by which anybody may have been reached.

    ``Refusal`` where what the log holds of it does not tell them: of another version (13), or changed (14).
    """
    entries = log.events(run)
    steps = program_of(document_of(entries)).steps
    requests = {planned.address: planned.request for step in steps for planned in step.sends}
    unsent = said_unsent(each.event for each in entries)
    sends = log.sends(run)
    if strange := [send.address for send in sends if send.address not in requests]:
        raise _changed(f"{strange[0]} stands among the sends of run {run}, and not in its plan")
    made = (
        attempt_of(send, requests[send.address], said_unsent=(send.address, send.attempt) in unsent)
        for send in sends
    )
    return [each for each in made if each is not None]


def rivals_of(log: RunLog, entry: RunEntry, sought: Sequence[Attempt]) -> list[Attempt]:
    """Give the attempts of other runs that rows of these times may belong to.

    Not those of a run whose ids were removed: its rows are not kept for it, so what they fit, too, would look
    as if it had none.
    """
    return [each for _, attempts in _runs_beside(log, entry, sought) for each in attempts or ()]


def _runs_beside(
    log: RunLog, entry: RunEntry, sought: Sequence[Attempt]
) -> Iterator[tuple[str, list[Attempt] | None]]:
    """Give the runs of ``rivals_of``, each with its attempts; None where they cannot be told."""
    if not sought:
        return
    since, until = min(each.since for each in sought), max(each.until for each in sought)
    for other in log.runs():
        # The rows of a run that has ended may still come: only its attempts say up to when.
        is_near = other.started_at <= until and (
            other.finished_at is None or other.finished_at + AFTER + STARTS_WITHIN >= since
        )
        if is_near and other.run != entry.run and _is_beside(other, entry):
            try:
                attempts = attempts_of(log, other.run)
            except Refusal:
                yield other.run, None
                continue
            near = [each for each in attempts if each.until + STARTS_WITHIN >= since and each.since <= until]
            if near and not is_erased(log, other.run):
                yield other.run, near


def is_erased(log: RunLog, run: str) -> bool:
    """Say whether ids of customers were removed from a run."""
    return any(isinstance(each.event, Erased) for each in log.events(run))


def known_of(log: RunLog, attempts: Sequence[Attempt], unread: Iterable[str] = ()) -> Known:
    """Ask the log which rows earlier looks have kept for these attempts, and for any of ``unread`` runs."""
    by_key = {each.key: each for each in attempts}
    runs = dict.fromkeys((*(each.send.run for each in attempts), *unread))
    kept = (row for run in runs for row in log.reached_of(run))
    return Known([(_row(each, by_key.get(_key(each))), _key(each)) for each in kept])


def fitting(log: RunLog, entry: RunEntry, send: SendEntry) -> list[Key]:
    """Give the attempts, other ones too, for which rows are kept that fit a send: one for each row.

    ``Refusal`` where that cannot be told, for the run's own attempts cannot. Rows of another run of which
    that is so count: they name no channel then, and so fit by the rest.
    """
    own = _key_of(send)
    try:
        attempts = attempts_of(log, entry.run)
    except Refusal as refusal:
        raise Refusal(
            f"whether rows of the API's logs fit {send.address} cannot be told: {refusal.message}",
            "say --as sent, or --as never-known if you cannot tell",
            refusal.code,
        ) from None
    sought = [each for each in attempts if each.key == own]
    beside = [*_runs_beside(log, entry, sought)]
    attempts += (each for _, others in beside for each in others or ())
    known = known_of(log, attempts, (run for run, others in beside if others is None))
    disputed = matched([], attempts, known).disputed.get(own, []) if sought else []
    kept = log.reached_of(send.run)
    return [*(own for row in kept if _key(row) == own), *disputed]


def document_of(entries: Sequence[EventEntry]) -> Mapping[str, Any]:
    """Give the plan with which a run started; ``Refusal`` (14) where its chain begins with anything else."""
    first = entries[0].event if entries else None
    if not isinstance(first, RunStarted):
        raise _changed("the events of the run do not begin with its start")
    return first.plan


def _changed(how: str) -> Refusal:
    cure = "the run log was changed: `runbook verify` says where; keep it for whoever looks into it"
    return Refusal(how, cure, Exit.LEASE_OR_LOG)


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
    return other.campaign == entry.campaign and may_be_one(other.account, entry.account)
