"""A person's part: settle a doubt, decide what a condition could not, end a run (DESIGN, section 7)."""

from datetime import timedelta

from engine.machine import evolve, fold
from engine.machine.exits import anything_sent
from engine.reconciler.attempt import names_of
from engine.record.entry import Lease, RunEntry, SendEntry, Standing
from engine.record.event import (
    Event,
    Resolution,
    RunCancelled,
    SendResolved,
    StepDecided,
    Verdict,
)
from engine.record.need import ANSWERS, blocked
from engine.record.outcome import RunStatus, SendStatus, words
from engine.record.settlement import settlements
from engine.record.state import RunState
from engine.record.wallclock import date_and_time, time_of_day
from engine.refusal import Exit, Refusal
from engine.runlog.chain import seal_of
from engine.runlog.port import RunLog
from engine.runner.attempts import fitting
from engine.runner.ports import Clock
from engine.runner.refusals import settle_the_dead

GRACE = timedelta(seconds=10)
"""So long after its deadline an answer may still be on its way to whoever waits for it."""


def resolve(
    log: RunLog, clock: Clock, entry: RunEntry, send: str, resolution: Resolution, reason: str
) -> tuple[SendEntry, str | None]:
    """Settle a send in doubt by a person's word, or lift the block that an overreach left.

    Gives the send as it was, and the seal over what was written.
    """
    with log.lease(entry.account, entry.campaign, entry.run) as lease:
        settle_the_dead(log, lease, clock)
        found = named_send(log, entry, send)
        _refuse_resolution(log, found, resolution, clock)
        event = SendResolved(clock.now(), found.step, found.address, resolution, reason)
        return found, _write(log, lease, entry, event)


def named_send(log: RunLog, entry: RunEntry, name: str) -> SendEntry:
    """Find the latest attempt of an address; a step's id will do where it has one address."""
    sends = log.sends(entry.run)
    latest = {send.address: send for send in sends}
    latest.update({send.address: send for send in sends if send.blocks})  # an earlier attempt may block, too
    fitting = [send for send in latest.values() if name in (send.address, send.step)]
    if len(fitting) == 1:
        return fitting[0]
    known = ", ".join(latest) or "none: nothing was sent"
    what = "is not one send of" if fitting else "is no send of"
    raise Refusal(f"{name} {what} run {entry.run}", f"its sends are {known}")


def _refuse_resolution(log: RunLog, send: SendEntry, resolution: Resolution, clock: Clock) -> None:
    if send.blocks and send.status is not SendStatus.IN_DOUBT:
        if resolution is not Resolution.SENT:
            raise Refusal(blocked(send), "look into it, then say --as sent")
        return
    if send.status is not SendStatus.IN_DOUBT:
        raise Refusal(_settled(log, send), f"`runbook show {send.run}` lists its sends")
    if resolution is Resolution.NOT_SENT:
        _refuse_shown(log, send)
    opens_at = (send.deadline_at or send.intended_at) + GRACE
    if resolution is Resolution.NOT_SENT and clock.now() < opens_at:
        raise Refusal(
            f"{send.address} may still be on its way",
            f"look again after {time_of_day(opens_at)}, then say so",
            Exit.GUARDED,
        )


def _refuse_shown(log: RunLog, send: SendEntry) -> None:
    """Refuse to call unsent what a kept row fits, be it kept for another attempt (11)."""
    owners = fitting(log, log.find(send.run), send)
    if (send.run, send.address, send.attempt) in owners:
        raise Refusal(
            f"the API's logs show {send.address}: it did go out",
            f"runbook reconcile {send.run}",
            Exit.GUARDED,
        )
    if owners:
        raise Refusal(
            f"{len(owners):,} rows of the API's logs fit {send.address}, but may be those of "
            f"{names_of(owners, send.run)}: it may well have gone out",
            "say --as sent, or --as never-known if you cannot tell",
            Exit.GUARDED,
        )


def _settled(log: RunLog, send: SendEntry) -> str:
    """Say why a send is not in doubt: its answer came, or somebody settled it."""
    said = settlements(log.events(send.run)).get(send.address)
    if said is None or said.at != send.settled_at:
        return f"{send.address} is not in doubt: it is {words(send.status)}"
    when = date_and_time(said.at)
    return f"{send.address} was settled at {when}: {said} ({said.reason}); a settlement cannot be changed"


def decide_step(
    log: RunLog, clock: Clock, entry: RunEntry, step: str, verdict: Verdict, reason: str
) -> str | None:
    """Answer what a condition could not: run or skip a step, call it well or failed; gives the seal."""
    with log.lease(entry.account, entry.campaign, entry.run) as lease:
        settle_the_dead(log, lease, clock)
        state = _state(log, entry)
        answers = ANSWERS.get(state.stopped_by) if state.stopped_by else None
        if state.status is not RunStatus.PAUSED or answers is None:
            raise Refusal(
                f"run {entry.run} asks for no decision: it is {words(state.status)}",
                "`runbook status` says what it needs",
            )
        if step != state.stopped_at:
            raise Refusal(
                f"the question is about {state.stopped_at}, not {step}", f"decide {state.stopped_at}"
            )
        if verdict not in answers:
            said = " or ".join(answer.value for answer in answers)
            raise Refusal(f"the question about {step} is not answered by {verdict.value}", f"say --as {said}")
        event = StepDecided(clock.now(), step, verdict, reason)
        return _write(log, lease, entry, event)


def cancel(log: RunLog, clock: Clock, entry: RunEntry, reason: str) -> str | None:
    """End a run that has no end; what is in doubt stays so until it is settled. Gives the seal."""
    with log.lease(entry.account, entry.campaign, entry.run) as lease:
        settle_the_dead(log, lease, clock)
        state = _state(log, entry)
        if state.status in (RunStatus.FINISHED, RunStatus.CANCELLED):
            raise Refusal(
                f"run {entry.run} is {state.status.value} already", "there is nothing to cancel", Exit.GUARDED
            )
        event = RunCancelled(clock.now(), reason)
        return _write(log, lease, entry, event)


def _write(log: RunLog, lease: Lease, entry: RunEntry, event: Event) -> str | None:
    with log.writing(lease) as writer:
        writer.append(entry.run, event, _after(log, entry, event))
        return seal_of(writer.seal(event.at))


def _state(log: RunLog, entry: RunEntry) -> RunState:
    return fold(each.event for each in log.events(entry.run))


def _after(log: RunLog, entry: RunEntry, event: Event) -> Standing:
    state = evolve(_state(log, entry), event)
    standing = Standing(state.status, state.initiated, log.find(entry.run).exit_code)
    if state.status is RunStatus.CANCELLED:
        code = Exit.STANDS_AFTER_SENDS if anything_sent(state) else Exit.STANDS
        return Standing(state.status, state.initiated, code)
    return standing
