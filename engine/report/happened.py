"""Events as people read them: a line each."""

import re
from collections.abc import Mapping
from datetime import datetime
from math import ceil

from engine.diagnostics import Json
from engine.record.answer import told
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
    Question,
    Reconciled,
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
from engine.record.settlement import found
from engine.record.wallclock import date_and_time


def happened(event: Event) -> str | None:  # noqa: PLR0911  (one case an event)
    """Say in a line what an event is; None for what only the log needs."""
    match event:
        case RunStarted(run=run):
            return f"run {run} started"
        case RunResumed(accept=accept):
            return "resumed" + (f", accepted: {accept}" if accept else "")
        case RunPaused(step=step, question=question, reason=reason):
            where = "before" if question in _BEFORE else "at"
            doubt = " (in doubt)" if question is Question.DOUBT else ""
            return f"stopped {where} {step}: {reason}{doubt}"
        case RunHalted(step=step, reason=reason, final=final):
            return f"halted{' for good' if final else ''} at {step}: {reason}"
        case RunCancelled(reason=reason):
            return f"cancelled: {reason}"
        case RunFinished():
            return "finished"
        case StepSkipped(step=step, reason=reason):
            return f"{step} skipped: {reason}"
        case StepDecided(step=step, verdict=verdict, reason=reason):
            return f"{step} decided: {verdict.value}, because {reason}"
        case WaitStarted(at=at, until=until, reason=reason):
            return f"waiting {lasted(ceil((until - at).total_seconds()))}: {_in_short(reason)}"
        case _:
            return _happened_to_send(event)


def _happened_to_send(event: Event) -> str | None:  # noqa: C901, PLR0911, PLR0912  (the same)
    match event:
        case SendIntended(address=address, attempt=attempt):
            return f"{address} about to be sent" + (f", attempt {attempt}" if attempt > 1 else "")
        case SendSettled(at=at, address=address, outcome=outcome):
            return f"{address} {told(outcome)}{_asked_for(at, outcome.retry_at)}"
        case SendResolved(address=address, resolution=resolution, reason=reason):
            return f"{address} settled as {resolution.value.replace('_', ' ')}: {reason}"
        case Overreached(address=address):
            return f"{address} reached more customers, or others, than the request allowed"
        case LateAnswer(address=address, outcome=outcome):
            return f"{address} answered late: {told(outcome)}"
        case Reconciled(address=address) as event:
            return f"{address}: {looked(event)}"
        case Erased(contacts=contacts, reached=reached, reason=reason):
            ids = "1 customer id" if contacts + reached == 1 else f"{contacts + reached:,} customer ids"
            return f"{ids} removed: {reason}"
        case Sealed(heads=heads):
            return f"sealed: {_ends(heads) or 'what stands before it in this chain'}"
        case GuardRefused(guard=guard, reason=reason):
            return f"kept back ({guard}): {reason}"
        case OverrideUsed(override="restored", reason=reason):
            return reason
        case OverrideUsed(override=override, reason=reason):
            return f"--{override} used: {reason}"
        case StopSet(campaign=campaign, reason=reason, account=account):
            return f"stop set for {campaign or 'everything'}{_of(account)}: {reason}"
        case StopLifted(campaign=campaign, reason=reason, account=account):
            return f"stop lifted for {campaign or 'everything'}{_of(account)}: {reason}"
        case LeaseTaken(owner=owner):
            return f"{owner} took the campaign (no other can send)"
        case LeaseLost(owner=owner):
            return f"{owner} ended without giving the campaign back"
        case LeaseReleased(owner=owner):
            return f"{owner} gave the campaign back"
        case WaitEnded():
            return "wait over"
        case _:
            return None


def _asked_for(at: datetime, until: datetime | None) -> str:
    """Say until when the API asks to wait; where a run waits by itself, it says so in its next line."""
    is_long = until is not None and (until - at).total_seconds() > _MINUTE_S
    return f"; it asks to wait until {date_and_time(until)}" if until and is_long else ""


def _ends(heads: Mapping[str, Json]) -> str:
    """Name the runs that a seal covers, each up to which event; a first seal may cover very many."""
    ends = [f"{run} up to event {head['seq']}" for run, head in heads.items() if isinstance(head, dict)]
    more = [f"{len(ends) - _FEW:,} more"] if len(ends) > _FEW else []
    return ", ".join([*ends[:_FEW], *more])


def looked(event: Reconciled) -> str:
    """Say what a look at the API's logs found of a send."""
    if event.reached:
        return found(event)
    seen = "" if event.complete else ", and not all could be read"
    return f"{event.rows:,} rows looked through, none fits{seen}: still unknown"


def _of(account: str | None) -> str:
    return f" of {account}" if account else ""


def _in_short(reason: str) -> str:
    """Give why something waits without what the line before says in full: the cure, the API's words."""
    return re.split("[;:] ", reason, maxsplit=1)[0]


def lasted(seconds: float) -> str:
    """Say how long something lasts: ``8 s``, ``3 min 08 s``, ``2 h 03 min``."""
    whole = max(0, int(seconds))
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S} min {whole % _MINUTE_S:02} s"
    return f"{whole // _HOUR_S} h {whole % _HOUR_S // _MINUTE_S:02} min"


_MINUTE_S, _HOUR_S = 60, 3600
_FEW = 3

_BEFORE = (Question.WHEN, Question.GUARD, Question.INTERRUPTED)
"""Questions that come before anything of a step is sent, or sent again."""

QUIET = (GuardRefused, LeaseTaken, LeaseLost, LeaseReleased, WaitEnded, RunStarted, RunFinished)
"""What a run's progress leaves out: only the whole chain shows it, or the next line says the same."""
