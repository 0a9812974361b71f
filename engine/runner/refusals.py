"""What keeps a run from sending (DESIGN, section 7: *order of refusals*)."""

from collections.abc import Iterable

from engine.machine import fold
from engine.record.entry import EventEntry, Lease, RunEntry, SendEntry, Standing
from engine.record.event import LeaseLost, LeaseReleased, LeaseTaken, Question, RunPaused, SendSettled
from engine.record.need import blocked
from engine.record.outcome import Outcome, RunStatus, SendStatus, words
from engine.record.plan import Account, Once, why_one
from engine.record.wallclock import date_and_time
from engine.refusal import Exit, Refusal
from engine.runlog.port import RunLog
from engine.runner.once import name_in, who
from engine.runner.ports import Clock

DEAD = "the process that sent it ended before the answer was written"


def settle_the_dead(log: RunLog, lease: Lease, clock: Clock) -> None:
    """Record as in doubt what a process left open that does not live any more.

    Whoever holds the lease knows that nobody else does: an open intent is of a dead owner.
    """
    for send in log.unsettled(lease.account, lease.campaign):
        if send.status is SendStatus.INTENDED and send.account == lease.account:
            _settle_dead(log, lease, clock, send)


def _settle_dead(log: RunLog, lease: Lease, clock: Clock, send: SendEntry) -> None:
    entries, now = log.events(send.run), clock.now()
    doubt = Outcome(SendStatus.IN_DOUBT, None, DEAD)
    events = (
        LeaseLost(now, last_owner(entries) or "unknown"),
        SendSettled(now, send.step, send.address, send.attempt, doubt),
        RunPaused(now, send.step, Question.DOUBT, DEAD),
    )
    state = fold(events, fold(entry.event for entry in entries))
    with log.writing(lease) as writer:
        for event in events:
            writer.append(send.run, event, Standing(RunStatus.IN_DOUBT, state.initiated, Exit.IN_DOUBT))


def last_owner(entries: tuple[EventEntry, ...]) -> str | None:
    """Give the owner under whom a run was going on; None if the campaign was given back."""
    for entry in reversed(entries):
        match entry.event:
            case LeaseTaken(owner=owner):
                return owner
            case LeaseReleased() | LeaseLost():
                return None
    return None


def refuse_other_account(run: str, planned: Account, here: Account) -> None:
    """Refuse to go on with a run somewhere else than where it was begun (13)."""
    if planned != here:
        raise Refusal(
            f"run {run} is for {_named(planned)}, and this is {_named(here)}",
            "choose the environment that it was started in: --env, or TIMEPAY_BASE_URL and TIMEPAY_ORG_ID",
            Exit.NOT_AS_REVIEWED,
        )


def _named(account: Account) -> str:
    return f"{account.base_url}, organisation {account.org or 'not set'}"


def refuse_doubt(log: RunLog, lease: Lease, *, but_of: str) -> None:
    """Refuse while another run on the campaign is in doubt, or has overreached (16)."""
    for send in log.unsettled(lease.account, lease.campaign):
        if send.run != but_of:
            doubt = f"nobody knows whether {send.address} of run {send.run}, on the same campaign, went out"
            what = blocked(send) if send.blocks else doubt
            raise Refusal(
                what + why_one(lease.account, send.account),
                f"`runbook show {send.run}` says what is known, and how to settle it",
                Exit.OTHER_IN_DOUBT,
            )


_HOW_OFTEN = {
    Once.EVER: "only once",
    Once.DAY: "once a day",
    Once.WEEK: "once a week",
    Once.MONTH: "once a month",
}


def refuse_once(
    earlier: RunEntry | None, once: Once, occasion: str, formerly: Iterable[str], account: str
) -> None:
    """Refuse what was, or may have been, sent on this occasion or a former one already (13)."""
    if earlier is not None:
        told = f"`runbook show {earlier.run}` says what happened{_goes_on(earlier)}"
        name = name_in(occasion)
        under = _under(earlier.runbook, name, map(name_in, formerly))
        raise Refusal(
            f"{name} messages {who(occasion)} {_HOW_OFTEN[once]}, and run {earlier.run}{under} did, or "
            f"may have (started {date_and_time(earlier.started_at)}, now {words(earlier.status.value)})"
            f"{why_one(account, earlier.account)}",
            f"{told}; --again REASON messages them a second time",
            Exit.NOT_AS_REVIEWED,
        )


def _under(earlier: str, name: str, former: Iterable[str]) -> str:
    if earlier == name:
        return ""
    if earlier in former:
        return f", under the former name {earlier},"
    return f" of {earlier}, by its `formerly` the same runbook,"


def refuse_overtaken(other: RunEntry | None, run: str, occasion: str, account: str) -> None:
    """Refuse to go on with a run where another one has sent on its occasion meanwhile (13)."""
    if other is not None:
        raise Refusal(
            f"run {other.run} has messaged {who(occasion)} meanwhile, or may have (started "
            f"{date_and_time(other.started_at)}): going on would message them twice"
            f"{why_one(account, other.account)}",
            f'`runbook show {other.run}` says what happened; runbook cancel {run} --reason "WHY"',
            Exit.NOT_AS_REVIEWED,
        )


def _goes_on(earlier: RunEntry) -> str:
    is_over = earlier.status in (RunStatus.FINISHED, RunStatus.CANCELLED)
    return "" if is_over else f"; `runbook resume {earlier.run}` goes on with it"


def refuse_stop(reason: str | None) -> None:
    """Refuse while a stop stands (11)."""
    if reason is not None:
        raise Refusal(
            f"sending is {reason}", "`runbook status` lists the stops, with what lifts each", Exit.GUARDED
        )
