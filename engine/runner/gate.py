"""The gate: the one function that may send (DESIGN, section 7: *the gate*, in its seven steps)."""

from datetime import datetime, timedelta, tzinfo
from typing import TypeAlias

from engine.frozen import dataclass
from engine.machine import Decision, Facts, Send, Wait, decide, evolve, fold
from engine.machine.exits import MAYBE_SENT, anything_sent, ending, exit_code
from engine.record.entry import Lease, RunEntry, Standing
from engine.record.event import (
    Event,
    LateAnswer,
    Overreached,
    Question,
    RunPaused,
    SendIntended,
    SendSettled,
)
from engine.record.outcome import Outcome, RunStatus, SendStatus
from engine.record.plan import Once, PlannedSend, PlannedStep, Program, why_one
from engine.record.state import RunState
from engine.refusal import Exit, Refusal
from engine.runlog.port import AlreadyOpen, LeaseGone, NotOpen, RunLog, Writer
from engine.runner.once import period_start, under, who
from engine.runner.ports import GaveUp, Surroundings

GOES_ON = (RunStatus.RUNNING, RunStatus.WAITING)
_TRIED = (Question.RETRIES_SPENT, Question.RETRY_LATER)


@dataclass(frozen=True, slots=True)
class Running:
    """A run that this process holds the campaign of. ``again``: a person sends on purpose once more.

    ``formerly`` are the occasions that this one was under the runbook's former names, or by older words.
    """

    run: str
    program: Program
    lease: Lease
    occasion: str
    once: Once
    zone: tzinfo
    again: bool = False
    formerly: tuple[str, ...] = ()

    def sent_before(self, log: RunLog, now: datetime) -> RunEntry | None:
        """Give another run that has sent on this occasion, or may have; None where that is set aside."""
        if self.again or self.once is Once.RUN:
            return None
        since = period_start(self.once, now, self.zone)
        asked = self._anywhere(log, self.occasion, *self.formerly)
        return log.sent_before(asked, since, but_not=self.run)

    def unsent_before(self, log: RunLog, now: datetime) -> tuple[RunEntry, ...]:
        """Give the other runs of this occasion that have no end and of which nothing went out.

        Not those of a former name, which another runbook may bear by now: resumed, they find this run.
        """
        since = period_start(self.once, now, self.zone)
        asked = self._anywhere(log, self.occasion)
        return tuple(each for one in asked for each in log.unsent(one, since, but_not=self.run))

    def _anywhere(self, log: RunLog, *occasions: str) -> tuple[str, ...]:
        """Give occasions as they are in every account that may be this one."""
        _, *others = log.alike(self.lease.account, self.lease.campaign)
        return (*occasions, *(under(each, other) for other in others for each in occasions))

    def standing(self, state: RunState) -> Standing:
        """Say how the run stands, as its list shows it."""
        code = exit_code(self.program, state, sent_here=anything_sent(state))
        return Standing(state.status, state.initiated, code)


class GuardClosed(Exception):  # noqa: N818  (what the gate answers where nothing may leave)
    """Nothing may leave now; ``guard`` names what is closed."""

    def __init__(self, guard: str, reason: str) -> None:
        super().__init__(reason)
        self.guard = guard
        self.reason = reason


class Gate:
    """Sends. ``sent``: this process had something accepted, or may; ``is_open``: an intent has no outcome.

    ``unwritten`` is an answer that came and is not in the log yet.
    """

    def __init__(self, running: Running, around: Surroundings) -> None:
        self.running = running
        self.around = around
        self.sent = False
        self.is_open = False
        self.unwritten: SendSettled | None = None
        self._foreseen: tuple[RunState, Decision] | None = None

    def decide(self, state: RunState) -> Decision:
        """Choose what the run does next; what follows from an outcome was decided when it was written."""
        if self._foreseen is not None:
            then, decision = self._foreseen
            # Whether to wait is all that time changes about a state.
            if then is state and not isinstance(decision, Wait):
                return decision
        return decide(self.running.program, state, Facts(self.around.clock.now()))

    def send(self, decision: Send, state: RunState) -> RunState:
        """Carry a send out: intent on disk, one request, outcome on disk; raises ``GuardClosed``."""
        step = self.running.program.steps[self.running.program.positions[decision.step]]
        planned = next(send for send in step.sends if send.address == decision.address)
        leaving = Leaving(self, self.around.clock.boottime_s() + step.timeout_s)
        state = self._intend(decision, step, planned, state)
        outcome, error = self._post(step, planned, leaving)
        self.sent = self.sent or outcome.status in MAYBE_SENT
        state = self._settle(decision, outcome, state)
        self.is_open = outcome.status is SendStatus.IN_DOUBT
        if error is not None and not isinstance(error, GaveUp):
            raise error
        return state

    def stopped(self) -> str | None:
        """Give the reason of a stop that covers the campaign."""
        lease = self.running.lease
        return standing_stop(self.around, lease.account, lease.campaign)

    # ------------------------------------------------ (1) to (3): the intent, durable before anything leaves

    def _intend(self, decision: Send, step: PlannedStep, planned: PlannedSend, state: RunState) -> RunState:
        now = self.around.clock.now()
        intent = SendIntended(
            at=now,
            step=decision.step,
            address=decision.address,
            attempt=decision.attempt,
            request_hash=planned.request.digest(),
            at_most=planned.at_most,
            deadline_at=now + timedelta(seconds=step.timeout_s),
        )
        new = evolve(state, intent)
        with self.around.log.writing(self.running.lease) as writer:
            self._refuse(state, now)
            try:
                # As a rule the run was running before: the list of runs need not be written again.
                standing = None if new.status is state.status else self.running.standing(new)
                customers = planned.request.customers()
                writer.append(self.running.run, intent, standing, customers=customers)
            except AlreadyOpen:
                reason = f"there is a live attempt of {decision.address} already"
                raise GuardClosed("intent", reason) from None
        self.is_open = True
        self.around.told(intent, new)
        return new

    def _refuse(self, state: RunState, now: datetime) -> None:
        """Look at everything that may keep a send back, as of this very transaction."""
        log, running = self.around.log, self.running
        account, campaign = running.lease.account, running.lease.campaign
        if reason := self.stopped():
            raise GuardClosed("stop", reason)
        for send in log.unsettled(account, campaign):
            why = why_one(account, send.account)
            raise GuardClosed("doubt", f"{send.address} of run {send.run} is not settled{why}")
        if anything_sent(state):
            return
        if earlier := running.sent_before(log, now):
            why = why_one(account, earlier.account)
            raise GuardClosed("once", f"run {earlier.run} has messaged {who(running.occasion)} already{why}")

    # ------------------------------------------------ (4) to (6): one request

    def _post(
        self, step: PlannedStep, planned: PlannedSend, leaving: "Leaving"
    ) -> tuple[Outcome, BaseException | None]:
        provider, interrupts = self.around.provider, self.around.interrupts
        try:
            with interrupts.in_flight():
                return provider.send(planned.request, timeout_s=step.timeout_s, leaving=leaving.ask), None
        except BaseException as error:  # noqa: BLE001  (whatever it is, what may have left is written first)
            return leaving.unanswered(), error

    # ------------------------------------------------ (7): what it came to

    def _settle(self, decision: Send, outcome: Outcome, state: RunState) -> RunState:
        now = self.around.clock.now()
        settled = SendSettled(now, decision.step, decision.address, decision.attempt, outcome)
        self.unwritten = None if outcome.status is SendStatus.IN_DOUBT else settled
        follows = self._follows(settled, state)
        try:
            with self.around.log.writing(self.running.lease) as writer:
                self._write(writer, follows)
        except (NotOpen, LeaseGone) as error:
            self._too_late(settled)
            self.unwritten = None
            raise Refusal(
                f"another process took over while {decision.address} was being sent",
                "its answer is kept in the log as evidence",
                Exit.LEASE_OR_LOG,
            ) from error
        self.unwritten = None
        for event, then in follows:
            self.around.told(event, then)
        return follows[-1][1]

    def _follows(self, settled: SendSettled, state: RunState) -> "_Follows":
        """Give what an outcome makes of a run that goes on, each event with the state after it.

        All of it is written together: a process killed between an outcome and what follows from it
        would leave a run that stands and does not say so.
        """
        now, events = settled.at, list[Event]([settled])
        if settled.outcome.overreached:
            events.append(Overreached(now, settled.step, settled.address))
        follows = []
        for event in events:
            state = evolve(state, event)
            follows.append((event, state))
        if state.status in GOES_ON and (end := self._ending(state, now)):
            follows.append((end, evolve(state, end)))
        return follows

    def _ending(self, state: RunState, now: datetime) -> Event | None:
        decision = decide(self.running.program, state, Facts(now))
        self._foreseen = state, decision
        end = ending(decision, now)
        is_for_tries = isinstance(end, RunPaused) and end.question in _TRIED
        # Tries that a signal cut short are none: the loop says that the run was interrupted.
        return None if is_for_tries and self.around.interrupts.asked else end

    def _write(self, writer: Writer, follows: "_Follows") -> None:
        standing = self.running.standing(follows[-1][1])
        for event, _ in follows:
            writer.append(self.running.run, event, standing)

    def _too_late(self, settled: SendSettled) -> None:
        """Keep an answer whose lease was lost: it settles a send that is still open, else it is evidence."""
        log, run = self.around.log, self.running.run
        late = LateAnswer(settled.at, settled.step, settled.address, settled.attempt, settled.outcome)
        with log.writing() as writer:
            state = fold(entry.event for entry in log.events(run))
            send = state.steps[settled.step].sends[settled.address]
            is_open = send.attempt == settled.attempt and send.outcome is None
            self._write(writer, self._follows(settled, state) if is_open else [(late, evolve(state, late))])


_Follows: TypeAlias = list[tuple[Event, RunState]]


class Leaving:
    """Whether the first byte may leave; asked once, right before it does. ``left``: it may have."""

    def __init__(self, gate: Gate, deadline_s: float) -> None:
        self.gate = gate
        self.deadline_s = deadline_s
        self.left = False

    def ask(self) -> str | None:
        """Give the reason for which nothing leaves; None lets it go."""
        reason = self._reason()
        self.left = reason is None
        return reason

    def _reason(self) -> str | None:
        around = self.gate.around
        if around.interrupts.asked:
            return "interrupted before anything left"
        if around.clock.boottime_s() >= self.deadline_s:
            return "the time for it had passed before anything left"
        return self.gate.stopped()

    def unanswered(self) -> Outcome:
        """Give what a request came to that ended without an answer."""
        if self.left:
            return Outcome(SendStatus.IN_DOUBT, None, "nobody waited for the answer any longer")
        return Outcome(SendStatus.NOT_SENT, reason="interrupted before anything left")


def standing_stop(around: Surroundings, account: str, campaign: str) -> str | None:
    """Give the reason of a stop that covers the campaign."""
    for stop in around.log.stops():
        if stop.covers(account, campaign):
            return f"stopped by {stop.by}: {stop.reason}"
    return around.stopped()
