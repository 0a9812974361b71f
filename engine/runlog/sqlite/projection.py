"""What follows from an event for the tables: ``runs``, ``former_occasions``, ``steps``, ``sends``, ``stops``.

Nothing else changes them, so they can be made again from the events, in the order of their chains.
"""

# ruff: noqa: S608  (statements are put together from constants of this module alone)

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from engine.record.entry import Standing
from engine.record.event import (
    Erased,
    Event,
    GuardRefused,
    LateAnswer,
    LeaseLost,
    LeaseReleased,
    LeaseTaken,
    Overreached,
    OverrideUsed,
    Reconciled,
    Resolution,
    RunCancelled,
    RunFinished,
    RunHalted,
    RunPaused,
    RunResumed,
    RunStarted,
    Sealed,
    SendIntended,
    SendResolved,
    SendSettled,
    StepDecided,
    StepSkipped,
    StopLifted,
    StopSet,
    WaitEnded,
    WaitStarted,
)
from engine.record.instant import text_of
from engine.record.outcome import SURELY_TAKEN, SURELY_UNSENT, Counts, RunStatus, SendStatus
from engine.record.plan import Account
from engine.record.settlement import found
from engine.runlog.port import AlreadyOpen, NotOpen

Cell: TypeAlias = str | int | None
Change: TypeAlias = Callable[[str, tuple[Cell, ...]], int]
"""Carries out one statement with its values, and gives the number of rows that it changed."""

_REACHING = frozenset(
    {
        SendStatus.INTENDED,
        SendStatus.IN_DOUBT,
        SendStatus.SENT_UNKNOWN,
        SendStatus.SUCCEEDED,
        SendStatus.PARTIAL,
        SendStatus.FAILED,
    }
)
"""The statuses by which somebody got a message, or may have. ``failed`` says what the API could not
hand on, not that nobody was reached (DESIGN, section 7)."""


def project(change: Change, seq: int, run: str, actor: str, event: Event) -> None:
    """Change the tables as the event says; ``seq`` is its number in the run's chain.

    Raises ``AlreadyOpen`` or ``NotOpen``, having changed nothing.
    """
    match event:
        case SendIntended():
            _intended(change, seq, run, event)
        case SendSettled():
            _settled(change, run, event)
        case RunStarted():
            _started(change, event)
        case SendResolved():
            _resolved(change, run, event)
        case Overreached(address=address):
            change(_BLOCK, (run, address))
        case LateAnswer():
            _late(change, run, event)
        case Reconciled():
            _reconciled(change, run, event)
        case StopSet(at=at, campaign=campaign, reason=reason, account=account):
            change(_STOP, (account or "", campaign or "", text_of(at), actor, storable(reason)))
        case StopLifted(campaign=campaign, account=account):
            change(_LIFT, (account or "", campaign or ""))
        case _:
            _tells_only(event)


def stand(change: Change, run: str, at: datetime, standing: Standing) -> None:
    """Note how the run stands after an event of that instant."""
    code = None if standing.exit_code is None else int(standing.exit_code)
    over = standing.status in _OVER or (standing.status is RunStatus.HALTED and code is not None)
    ended_at = text_of(at) if over else None
    changed = change(_STAND, (standing.status.value, standing.messages, code, ended_at, ended_at, run))
    assert changed == 1, f"there is no run {run} to note a standing of"


def storable(text: str) -> str:
    """Give a text that UTF-8 can hold: halves of characters become visible escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _tells_only(
    event: RunResumed
    | RunPaused
    | RunHalted
    | RunCancelled
    | RunFinished
    | StepSkipped
    | StepDecided
    | WaitStarted
    | WaitEnded
    | GuardRefused
    | OverrideUsed
    | LeaseTaken
    | LeaseLost
    | LeaseReleased
    | Erased
    | Sealed,
) -> None:
    """Change nothing: how the run stands after these comes as its ``Standing``."""


_OVER = (RunStatus.FINISHED, RunStatus.CANCELLED)

_STAND = """\
UPDATE runs SET status = ?, messages = ?, exit_code = ?,
  finished_at = CASE WHEN ? IS NULL THEN NULL ELSE coalesce(finished_at, ?) END
WHERE run = ?"""

# ------------------------------------------------ the run

_START = "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, NULL, 0, NULL)"
_FORMER = "INSERT OR IGNORE INTO former_occasions VALUES (?, ?)"
_STEP = "INSERT INTO steps VALUES (?, ?, ?, ?)"


def _started(change: Change, event: RunStarted) -> None:
    plan: Mapping[str, Any] = event.plan
    runbook, digests = _part(plan, "runbook"), _part(plan, "digests")
    account = _part(runbook, "account")
    start: tuple[Cell, ...] = (
        event.run,
        runbook.get("name", ""),
        runbook.get("revision"),
        Account(account["base_url"], account.get("org")).key if account else "",
        _part(runbook, "campaign").get("id", ""),
        storable(event.occasion),
        _part(plan, "made").get("environment"),
        digests.get("rules", ""),
        digests.get("plan", ""),
        text_of(event.at),
    )
    change(_START, start)
    for occasion in event.former_occasions:
        change(_FORMER, (storable(occasion), event.run))
    for step in plan.get("steps", ()):
        template = _part(step, "template").get("id")
        change(_STEP, (event.run, step["id"], step.get("channel", ""), template))


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return whole.get(name) or {}


# ------------------------------------------------ its sends

_INTEND = """\
INSERT INTO sends (run, address, attempt, step, account, campaign, status, intended_seq,
                   at_most, request_hash, intended_at, deadline_at)
SELECT run, ?, ?, ?, account, campaign, 'intended', ?, ?, ?, ?, ? FROM runs WHERE run = ?
ON CONFLICT DO NOTHING"""

# Two statements each: one that names `live` would write the index of live attempts at every outcome.
_SETTLE, _SETTLE_UNSENT = (
    f"""\
UPDATE sends SET status = ?, settled_at = ?, counts = ?, reason = ?, reaches = ?{unsent}
WHERE run = ? AND address = ? AND attempt = ? AND status = 'intended'"""
    for unsent in ("", ", live = 0")
)

_RESOLVE, _RESOLVE_UNSENT = (
    f"""\
UPDATE sends SET status = ?, settled_at = ?, counts = ?, reason = ?, reaches = ?{unsent}
WHERE run = ? AND address = ? AND status IN ('intended', 'in_doubt')"""
    for unsent in ("", ", live = 0")
)

_SHOW = """\
UPDATE sends SET status = ?, settled_at = ?, counts = ?, reason = ?, reaches = ?
WHERE run = ? AND address = ? AND attempt = ? AND status IN ('intended', 'in_doubt')"""

_UNBLOCK = "UPDATE sends SET blocks = 0 WHERE run = ? AND address = ? AND blocks"

_BLOCK = """\
UPDATE sends SET blocks = 1 WHERE run = ?1 AND address = ?2
AND attempt = (SELECT max(attempt) FROM sends WHERE run = ?1 AND address = ?2)"""

_CONTRADICT = """\
UPDATE sends SET reaches = 1, blocks = 1 WHERE run = ? AND address = ? AND attempt = ? AND NOT reaches"""


def _intended(change: Change, seq: int, run: str, event: SendIntended) -> None:
    deadline_at = None if event.deadline_at is None else text_of(event.deadline_at)
    send = (event.address, event.attempt, event.step, seq, event.at_most, event.request_hash)
    if not change(_INTEND, (*send, text_of(event.at), deadline_at, run)):
        raise AlreadyOpen(f"{event.address} of run {run} has a live attempt")


def _settled(change: Change, run: str, event: SendSettled) -> None:
    outcome = event.outcome
    assert outcome.status is not SendStatus.INTENDED, "an intent is no outcome"
    result = (*_result(event.at, outcome.status, outcome.counts), storable(outcome.reason))
    where = (outcome.status in _REACHING, run, event.address, event.attempt)
    settle = _SETTLE_UNSENT if outcome.status in SURELY_UNSENT else _SETTLE
    if not change(settle, (*result, *where)):
        raise NotOpen(f"attempt {event.attempt} of {event.address} of run {run} is not open")


def _resolved(change: Change, run: str, event: SendResolved) -> None:
    """Settle the attempt that is open, and lift what blocks the campaign."""
    unsent = event.resolution is Resolution.NOT_SENT
    status = SendStatus.NOT_SENT if unsent else SendStatus.SENT_UNKNOWN
    result = _result(event.at, status, Counts() if unsent else None)
    resolve = _RESOLVE_UNSENT if unsent else _RESOLVE
    change(resolve, (*result, storable(event.reason), not unsent, run, event.address))
    change(_UNBLOCK, (run, event.address))


def _late(change: Change, run: str, event: LateAnswer) -> None:
    """Keep what stands, but block the campaign where it said *nobody* and the answer says *somebody*."""
    if event.outcome.status in SURELY_TAKEN:
        change(_CONTRADICT, (run, event.address, event.attempt))


def _reconciled(change: Change, run: str, event: Reconciled) -> None:
    """Take an attempt that is open as sent, if anybody was reached; one that was said unsent blocks."""
    if not event.reached:
        return
    result = (*_result(event.at, SendStatus.SENT_UNKNOWN, None), found(event), True)
    if not change(_SHOW, (*result, run, event.address, event.attempt)):
        change(_CONTRADICT, (run, event.address, event.attempt))


def _result(at: datetime, status: SendStatus, counts: Counts | None) -> tuple[str, str, str | None]:
    return status.value, text_of(at), None if counts is None else json.dumps(counts.to_json())


# ------------------------------------------------ stops

_STOP = "INSERT OR REPLACE INTO stops VALUES (?, ?, ?, ?, ?)"
_LIFT = "DELETE FROM stops WHERE account = ? AND campaign = ?"
