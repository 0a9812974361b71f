"""What a run needs of a person, and the finished command line that gives it; pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import assert_never

from engine.frozen import dataclass
from engine.record.entry import RunEntry, SendEntry
from engine.record.event import Event, Question, RunHalted, RunPaused, Verdict
from engine.record.outcome import SURELY_UNSENT, RunStatus, SendStatus
from engine.record.settlement import LOGGED
from engine.record.state import RunState
from engine.record.wallclock import date_and_time

ANSWERS = {
    Question.WHEN: (Verdict.RUN, Verdict.SKIP),
    Question.SUCCESS: (Verdict.OK, Verdict.FAILED),
}
"""What answers the questions that ``decide`` is for."""

WHY = '"WHY"'
"""Stands in a command line for the reason that only the person knows."""


@dataclass(frozen=True, slots=True)
class Need:
    """Why a run stands, in words, and the command lines that take it further, the likeliest first.

    ``notes`` say when each command is the right one and what it does, where that is not plain.
    """

    what: str
    commands: tuple[str, ...]
    notes: tuple[str, ...] = ()


class _Lines:
    """The command lines that are about one run; ``options`` stand behind each."""

    def __init__(self, run: str, options: str) -> None:
        self._run = run
        self._options = options
        self.resume = f"runbook resume {run}{options}"
        self.reconcile = f"runbook reconcile {run}{options}"
        self.accept = f"{self.resume} --accept {WHY}"
        self.cancel = f"runbook cancel {run} --reason {WHY}{options}"

    def resolve(self, address: str, word: str = "sent") -> str:
        return f"runbook resolve {self._run} {address} --as {word} --reason {WHY}{self._options}"

    def decide(self, step: str, word: str) -> str:
        return f"runbook decide {self._run} {step} --as {word} --reason {WHY}{self._options}"


def need_of(  # noqa: PLR0913  (what is known of it, each by its name)
    entry: RunEntry,
    state: RunState,
    sends: Iterable[SendEntry] = (),
    *,
    is_alive: bool,
    because: str = "",
    options: str | None = None,
    inbox: str = "in the dashboard",
    fitted: Collection[str] = (),
    untold: str = "",
    lifting: Sequence[str] = (),
) -> Need | None:
    """Say what a run needs; None where it goes on by itself or has come to its end.

    ``because``: the reason of its last stop, as ``stopped_because`` finds it. ``options`` are added to
    each command line, so that it finds the run and its account; None: the run's environment. ``inbox``
    is where a person sees what customers got. ``fitted`` are the addresses in doubt that rows of the API's
    logs fit: *not sent* is refused of them, so it is not offered. ``untold``: why that cannot be told of any.
    ``lifting`` are the command lines that lift the stops which hold it back: until then none goes on.
    """
    lines = _Lines(entry.run, _environment(entry) if options is None else options)
    sends = tuple(sends)
    if blocking := [send for send in sends if send.blocks]:
        return Need(blocked(blocking[0]), (lines.resolve(blocking[0].address),))
    match entry.status:
        case RunStatus.FINISHED | RunStatus.CANCELLED | RunStatus.IN_DOUBT as status:
            is_over = status is not RunStatus.IN_DOUBT
            return _unsettled(lines, state, sends, inbox, fitted, untold, is_over=is_over)
        case RunStatus.RUNNING | RunStatus.WAITING:
            if is_alive:
                return None
            ended = Need("its process ended before the run did", (lines.resume, lines.cancel))
            return _lifted_first(lines, ended, lifting)
        case RunStatus.PAUSED:
            return _lifted_first(lines, _paused(lines, state, because), lifting)
        case RunStatus.HALTED:
            return _lifted_first(lines, _halted(lines, state, because), lifting)
        case _:
            assert_never(entry.status)


def _environment(entry: RunEntry) -> str:
    return f" --env {entry.environment}" if entry.environment else ""


_GOES_ON = "then, to go on with this run:"
_ENDS = "to end it for good:"


def _lifted_first(lines: _Lines, need: Need | None, lifting: Sequence[str]) -> Need | None:
    """Put the lines that lift stops before those that go on, which are refused while a stop stands."""
    if need is None or not lifting or not {lines.resume, lines.accept} & {*need.commands}:
        return need
    notes = need.notes or tuple(_ENDS if each == lines.cancel else _GOES_ON for each in need.commands)
    lifts = ("sending is stopped; to lift that first:", *["and:"] * (len(lifting) - 1))
    return Need(need.what, (*lifting, *need.commands), (*lifts, *notes))


_BY_LOGS = "to look for it in the API's own logs (sends nothing):"
_NOTES = {
    "sent": "if it is there (nothing is sent again):",
    "not-sent": "if it is surely not there (the run sends it AGAIN):",
    "never-known": "if nobody can tell (nothing is sent again):",
}


def _unsettled(
    lines: _Lines,
    state: RunState,
    sends: Iterable[SendEntry],
    inbox: str,
    fitted: Collection[str],
    untold: str,
    *,
    is_over: bool,
) -> Need | None:
    doubtful = _addresses(state, SendStatus.IN_DOUBT, SendStatus.INTENDED)
    if not doubtful:
        return None
    notes = _NOTES | (
        {"not-sent": "if it is surely not there (nothing is sent again, either):"} if is_over else {}
    )
    in_logs = any(send.address in doubtful and send.channel in LOGGED for send in sends)
    first = ((_BY_LOGS, lines.reconcile),) if in_logs else ()
    ways = [
        (note, lines.resolve(address, word))
        for address in doubtful
        for word, note in notes.items()
        if word != "not-sent" or not (untold or address in fitted)
    ]
    found_out = (
        f"let the API's logs tell, or look {inbox} and say so" if in_logs else f"look {inbox}, then say so"
    )
    what = f"nobody knows whether {' and '.join(doubtful)} went out (in doubt): {found_out}"
    what += _why_not([address for address in doubtful if address in fitted], untold)
    return Need(
        what + ("; this run sends nothing more: it only frees the campaign for others" if is_over else ""),
        tuple(command for _, command in (*first, *ways)),
        tuple(note for note, _ in (*first, *ways)),
    )


def _why_not(fitted: Collection[str], untold: str) -> str:
    """Say why *not sent* is not offered; "" where it is."""
    if untold:
        return f"; {untold}, so not-sent is not offered"
    may_have = " and ".join(fitted)
    return f"; rows of the API's logs fit {may_have}, so it may well have gone out" if may_have else ""


def stopped_because(events: Iterable[Event]) -> str:
    """Find the reason of a run's last stop."""
    reason = ""
    for event in events:
        if isinstance(event, RunPaused | RunHalted):
            reason = event.reason
    return reason


_PAUSED = {
    Question.DOUBT: "its doubt is settled, so it can go on",
    Question.FAILED: "{step} failed: {because}; resuming goes on behind it",
    Question.RETRIES_SPENT: "{step} could not be sent: {because}; resuming tries again",
    Question.RETRY_LATER: "{step} could not be sent yet: {because}; resuming tries again at once",
    Question.GUARD: "{step} was kept back: {because}",
    Question.INTERRUPTED: "it was interrupted before {step} was sent",
}


def _paused(lines: _Lines, state: RunState, because: str) -> Need:
    step = state.stopped_at or "?"
    match state.stopped_by:
        case Question.WHEN | Question.SUCCESS as question if _is_decided(state, step, question):
            return Need(f"{step} is decided, so it can go on", (lines.resume, lines.cancel))
        case Question.WHEN:
            return _decide(lines, step, because, "run", "skip")
        case Question.SUCCESS:
            return _decide(lines, step, f"{step}: {because}", "ok", "failed")
        case Question.FAILED if may_be_tried_again(state):
            what = f"{step} failed: {because}; resuming tries again what was not taken"
            return Need(what, (lines.resume, lines.cancel))
        case Question.RETRY_LATER if later := _asked_for(state, step):
            because = f"{because}, until {date_and_time(later)}"
            what = f"{step} could not be sent yet: {because}; resume then, for it tries again at once"
            return Need(what, (lines.resume, lines.cancel))
        case question:
            what = _PAUSED[question or Question.INTERRUPTED].format(step=step, because=because)
            return Need(what, (lines.resume, lines.cancel))


def _asked_for(state: RunState, step: str) -> datetime | None:
    """Give the instant before which the API asked not to be called again."""
    outcomes = [send.outcome for send in state.steps[step].sends.values() if send.outcome]
    return max((each.retry_at for each in outcomes if each.retry_at), default=None)


def _is_decided(state: RunState, step: str, question: Question) -> bool:
    now = state.steps.get(step)
    return now is not None and now.verdict in ANSWERS[question]


def _decide(lines: _Lines, step: str, what: str, *words: str) -> Need:
    return Need(what, (*(lines.decide(step, word) for word in words), lines.cancel))


def _halted(lines: _Lines, state: RunState, because: str) -> Need | None:
    step = state.stopped_at or "?"
    if state.halted_for_good:
        return None
    if may_be_tried_again(state):
        ways = (
            ("once that is mended, to try it again:", lines.resume),
            (f"to go on behind {step}, without what was not taken:", lines.accept),
            (_ENDS, lines.cancel),
        )
        what = f"{step} was not taken: {because}"
        return Need(what, tuple(line for _, line in ways), tuple(note for note, _ in ways))
    return Need(
        f"halted at {step}: {because}; going on behind it takes a reason", (lines.accept, lines.cancel)
    )


def blocked(send: SendEntry) -> str:
    """Say why a send keeps its campaign from being sent to, until somebody has looked into it."""
    if send.status is SendStatus.NOT_SENT:
        why = "did go out, though a person had said that it was not sent"
    else:
        why = f"took more customers, or others, than it was allowed{_how_many(send)}"
    return f"{send.address} {why}; no run sends to campaign {send.campaign} until that is looked into"


def _how_many(send: SendEntry) -> str:
    """Tell the numbers of an overreach; where it took others, and not more, there are none."""
    taken, allowed = send.counts.selected if send.counts else 0, send.at_most
    return f" ({taken:,} taken, {allowed:,} allowed)" if allowed is not None and taken > allowed else ""


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
