"""How a run stands, said when it ends and whenever somebody looks."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from engine.cli.screen import complain, emit, emit_json, paint
from engine.frozen import replace
from engine.machine import fold
from engine.record.entry import RunEntry, SendEntry
from engine.record.event import Event, Question, RunStarted
from engine.record.need import need_of, stopped_because
from engine.record.outcome import RunStatus, SendStatus, StepStatus
from engine.record.state import RunState
from engine.refusal import Exit, Refusal
from engine.report import runs as view
from engine.run.broken import Broken
from engine.run.signals import Signals
from engine.run.start import Result
from engine.runlog.port import RunLog

ENDED = (RunStatus.FINISHED, RunStatus.CANCELLED)


def finish(result: Result, log: RunLog, signals: Signals, form: str) -> int:
    """Say how the run stands and what it needs; give the exit code, whoever listens or not."""
    try:
        _show(log, log.find(result.run), result.document["steps"], result.state, form)
    except OSError as error:
        with suppress(OSError):
            complain(f"how the run went cannot be shown: {error.strerror}", f"runbook show {result.run}")
    state = result.state
    is_interrupted = state.status is RunStatus.PAUSED and state.stopped_by is Question.INTERRUPTED
    if is_interrupted and signals.signal and not result.sent:
        return signals.exit_code
    return result.exit_code


def show_run(log: RunLog, entry: RunEntry, form: str) -> None:
    """Show one run as its log tells it: text with what it needs, or JSON."""
    events = log.events(entry.run)
    _show(log, entry, steps_of(events[0].event), fold(each.event for each in events), form)


def _show(
    log: RunLog, entry: RunEntry, steps: Sequence[Mapping[str, Any]], state: RunState, form: str
) -> None:
    shown, is_alive = as_it_is(log, entry)
    sends = _spoken_of(log, shown, state, form)
    if form == "json":
        emit_json(view.run_json(shown, steps, state, sends))
        return
    emit(view.summary(shown, steps, state, sends, paint()))
    if shown.status in ENDED and not any(send.blocks for send in sends):
        return
    because = stopped_because(each.event for each in log.events(entry.run))
    need = need_of(shown, state, sends, is_alive=is_alive, because=because)
    if need is not None:
        emit(view.need(need, paint()))


def _spoken_of(log: RunLog, shown: RunEntry, state: RunState, form: str) -> Sequence[SendEntry]:
    """List the attempts of a run, unless it has ended, all is known, and only text is asked for.

    That is every good run, whose text says nothing of them: at 10,000 they take a tenth of all memory.
    """
    unknown = (StepStatus.IN_DOUBT, StepStatus.SENT_UNKNOWN)
    is_known = shown.status in ENDED and not any(step.status in unknown for step in state.steps.values())
    if form == "text" and is_known and not log.unsettled(shown.account, shown.campaign):
        return ()
    return log.sends(shown.run)


def as_it_is(log: RunLog, entry: RunEntry) -> tuple[RunEntry, bool]:
    """Give a run as it is, and whether a process runs it: one that died in a send is in doubt.

    Looking writes nothing: the next command that takes the lease records it.
    """
    if entry.status not in (RunStatus.RUNNING, RunStatus.WAITING):
        return entry, False
    holder = log.holder(entry.account, entry.campaign)
    is_alive = holder is not None and holder.run == entry.run
    if is_alive or not any(send.status is SendStatus.INTENDED for send in log.sends(entry.run)):
        return entry, is_alive
    return replace(entry, status=RunStatus.IN_DOUBT, exit_code=Exit.IN_DOUBT), False


def steps_of(first: Event) -> list[dict[str, Any]]:
    """Give the steps of the plan that a run keeps."""
    assert isinstance(first, RunStarted), "a run's chain begins with its start"
    steps: Any = first.plan.get("steps", [])
    return list(steps)


def torn(broken: Broken) -> Exception:
    """Say of a run that an error tore off what is known: under 22 in doubt, 24 after sends."""
    cause = broken.__cause__
    code = broken.code
    if not isinstance(cause, Refusal):
        return broken
    told = "" if code < Exit.FINISHED_WITH_FAULTS else f"; run {broken.run} had begun to send"
    return Refusal(f"{cause.message}{told}", f"{cause.cure}; then: runbook show {broken.run}", code)
