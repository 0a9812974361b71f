"""What a run needs of a person, and the finished command line that gives it; pure."""

from collections.abc import Iterable
from typing import assert_never

from engine.frozen import dataclass
from engine.record.entry import RunEntry, SendEntry
from engine.record.event import Event, Question, RunHalted, RunPaused, Verdict
from engine.record.outcome import SURELY_UNSENT, RunStatus, SendStatus
from engine.record.state import RunState

ANSWERS = {
    Question.WHEN: (Verdict.RUN, Verdict.SKIP),
    Question.SUCCESS: (Verdict.OK, Verdict.FAILED),
}
"""What answers the questions that ``decide`` is for."""

WHY = '"WHY"'
"""Stands in a command line for the reason that only the person knows."""


@dataclass(frozen=True, slots=True)
class Need:
    """Why a run stands, in words, and the command lines that take it further, the likeliest first."""

    what: str
    commands: tuple[str, ...]


def need_of(  # noqa: PLR0911  (one case a status)
    entry: RunEntry, state: RunState, sends: Iterable[SendEntry] = (), *, is_alive: bool, because: str = ""
) -> Need | None:
    """Say what a run needs; None where it goes on by itself or has come to its end.

    ``because``: the reason of its last stop, as ``stopped_because`` finds it.
    """
    if blocking := [send for send in sends if send.blocks]:
        return Need(blocked(blocking[0]), (resolving(entry, blocking[0].address),))
    match entry.status:
        case RunStatus.FINISHED | RunStatus.CANCELLED:
            return _unsettled(entry, state)
        case RunStatus.RUNNING | RunStatus.WAITING:
            if is_alive:
                return None
            return Need("its process ended before the run did", (_resume(entry), _cancel(entry)))
        case RunStatus.IN_DOUBT:
            return _unsettled(entry, state)
        case RunStatus.PAUSED:
            return _paused(entry, state, because)
        case RunStatus.HALTED:
            return _halted(entry, state, because)
        case _:
            assert_never(entry.status)


def resolving(entry: RunEntry, address: str, word: str = "sent") -> str:
    """Give the command line that settles a send."""
    return f"runbook resolve {entry.run} {address} --as {word} --reason {WHY}{_env(entry)}"


def _unsettled(entry: RunEntry, state: RunState) -> Need | None:
    doubtful = _addresses(state, SendStatus.IN_DOUBT, SendStatus.INTENDED)
    if not doubtful:
        return None
    named = " and ".join(doubtful)
    what = f"nobody knows whether {named} went out (in doubt): look in the dashboard, then say so"
    words = ("sent", "not-sent", "never-known")
    return Need(what, tuple(resolving(entry, address, word) for address in doubtful for word in words))


def stopped_because(events: Iterable[Event]) -> str:
    """Find the reason of a run's last stop."""
    reason = ""
    for event in events:
        if isinstance(event, RunPaused | RunHalted):
            reason = event.reason
    return reason


_PAUSED = {
    Question.DOUBT: "its doubt is settled, so it can go on",
    Question.FAILED: "{step} failed: {because}; resuming goes on behind it, or tries what was not taken",
    Question.RETRIES_SPENT: "{step} could not be sent: {because}; resuming tries again",
    Question.RETRY_LATER: "{step} could not be sent yet: {because}; resuming tries again",
    Question.GUARD: "{step} was kept back: {because}",
    Question.INTERRUPTED: "it was interrupted before {step} was sent",
}


def _paused(entry: RunEntry, state: RunState, because: str) -> Need:
    step = state.stopped_at or "?"
    match state.stopped_by:
        case Question.WHEN | Question.SUCCESS as question if _is_decided(state, step, question):
            return Need(f"{step} is decided, so it can go on", (_resume(entry), _cancel(entry)))
        case Question.WHEN:
            return _decide(entry, step, f"{step}: {because}", "run", "skip")
        case Question.SUCCESS:
            return _decide(entry, step, f"{step}: {because}", "ok", "failed")
        case question:
            what = _PAUSED[question or Question.INTERRUPTED].format(step=step, because=because)
            return Need(what, (_resume(entry), _cancel(entry)))


def _is_decided(state: RunState, step: str, question: Question) -> bool:
    now = state.steps.get(step)
    return now is not None and now.verdict in ANSWERS[question]


def _decide(entry: RunEntry, step: str, what: str, *words: str) -> Need:
    lines = (f"runbook decide {entry.run} {step} --as {word} --reason {WHY}{_env(entry)}" for word in words)
    return Need(what, (*lines, _cancel(entry)))


def _halted(entry: RunEntry, state: RunState, because: str) -> Need | None:
    step = state.stopped_at or "?"
    if state.halted_for_good:
        return None
    accept = f"{_resume(entry)} --accept {WHY}"
    if may_be_tried_again(state):
        what = f"{step} was not taken: {because}; once that is mended, resuming tries it again"
        return Need(what, (_resume(entry), accept, _cancel(entry)))
    return Need(f"halted at {step}: {because}; going on behind it takes a reason", (accept, _cancel(entry)))


def blocked(send: SendEntry) -> str:
    """Say why a send keeps its campaign from being sent to, until somebody has looked into it."""
    if send.status is SendStatus.NOT_SENT:
        why = "was answered after a person had said that it was not sent"
    else:
        why = "took more customers than it was allowed"
    return f"{send.address} {why}; no run sends to campaign {send.campaign} until that is looked into"


def may_be_tried_again(state: RunState) -> bool:
    """Say whether plain ``resume`` tries something of the step again at which the run stands."""
    step = state.steps.get(state.stopped_at or "")
    return step is not None and any(send.status in SURELY_UNSENT for send in step.sends.values())


def _addresses(state: RunState, *statuses: SendStatus) -> list[str]:
    return [
        address
        for step in state.steps.values()
        for address, send in step.sends.items()
        if send.status in statuses
    ]


def _resume(entry: RunEntry) -> str:
    return f"runbook resume {entry.run}{_env(entry)}"


def _cancel(entry: RunEntry) -> str:
    return f"runbook cancel {entry.run} --reason {WHY}{_env(entry)}"


def _env(entry: RunEntry) -> str:
    return f" --env {entry.environment}" if entry.environment else ""
