"""Events as people read them: a line each."""

from engine.record.event import (
    Event,
    GuardRefused,
    LateAnswer,
    LeaseLost,
    LeaseReleased,
    LeaseTaken,
    Overreached,
    OverrideUsed,
    RunCancelled,
    RunFinished,
    RunHalted,
    RunPaused,
    RunResumed,
    RunStarted,
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
from engine.record.outcome import Counts, Outcome, words


def happened(event: Event) -> str | None:  # noqa: PLR0911  (one case an event)
    """Say in a line what an event is; None for what only the log needs."""
    match event:
        case RunStarted(run=run):
            return f"run {run} started"
        case RunResumed(accept=accept):
            return "resumed" + (f", accepted: {accept}" if accept else "")
        case RunPaused(step=step, reason=reason):
            return f"stands at {step}: {reason}"
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
            return f"waiting {(until - at).total_seconds():.1f} s: {reason}"
        case _:
            return _happened_to_send(event)


def _happened_to_send(event: Event) -> str | None:  # noqa: C901, PLR0911, PLR0912  (the same)
    match event:
        case SendIntended(address=address, attempt=attempt):
            return f"{address} about to be sent" + (f", attempt {attempt}" if attempt > 1 else "")
        case SendSettled(address=address, outcome=outcome):
            return f"{address} {told(outcome)}"
        case SendResolved(address=address, resolution=resolution, reason=reason):
            return f"{address} resolved as {resolution.value.replace('_', ' ')}: {reason}"
        case Overreached(address=address):
            return f"{address} reached more customers than the request allowed"
        case LateAnswer(address=address, outcome=outcome):
            return f"{address} answered late: {told(outcome)}"
        case GuardRefused(guard=guard, reason=reason):
            return f"kept back by a guard ({guard}): {reason}"
        case OverrideUsed(override=override, reason=reason):
            return f"--{override} used: {reason}"
        case StopSet(campaign=campaign, reason=reason, account=account):
            return f"stop set for {campaign or 'everything'}{_of(account)}: {reason}"
        case StopLifted(campaign=campaign, reason=reason, account=account):
            return f"stop lifted for {campaign or 'everything'}{_of(account)}: {reason}"
        case LeaseTaken(owner=owner, fence=fence):
            return f"campaign held by {owner} (fence {fence})"
        case LeaseLost(owner=owner):
            return f"campaign let go without a word by {owner}"
        case LeaseReleased(owner=owner):
            return f"campaign given back by {owner}"
        case WaitEnded():
            return "wait over"
        case _:
            return None


def _of(account: str | None) -> str:
    return f" of {account}" if account else ""


QUIET = (LeaseTaken, LeaseLost, LeaseReleased, WaitEnded, RunStarted, RunFinished)
"""What a run's progress leaves out: only the whole chain shows it."""


def told(outcome: Outcome) -> str:
    """Say what one attempt came to."""
    status = words(outcome.status.value)
    numbers = people(outcome.counts) if outcome.counts and outcome.counts.selected else ""
    return ": ".join(part for part in (status, numbers or outcome.reason) if part)


def people(counts: Counts) -> str:
    """Say how many customers an answer speaks of."""
    failed = f", {counts.failed} failed (unknown whether reached)" if counts.failed else ""
    return f"{counts.initiated} of {counts.selected} customers, {counts.matched} matched{failed}"
