"""How a run stands, said when it ends and whenever somebody looks."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.cli.chosen import Chosen
from engine.cli.outliving import only_complaining
from engine.cli.screen import columns, emit, emit_json, paint
from engine.frozen import replace
from engine.machine import evolve, fold
from engine.record.entry import RunEntry, SendEntry
from engine.record.event import Event, Question, RunStarted, SendSettled
from engine.record.need import need_of, stopped_because
from engine.record.outcome import Outcome, RunStatus, SendStatus, StepStatus
from engine.record.state import RunState
from engine.refusal import Exit
from engine.report import runs as view
from engine.report.paint import plain
from engine.runlog.port import RunLog
from engine.runner.refusals import DEAD
from engine.runner.signals import Signals
from engine.runner.start import Result

ENDED = (RunStatus.FINISHED, RunStatus.CANCELLED)
STANDS = (RunStatus.PAUSED, RunStatus.IN_DOUBT, RunStatus.HALTED)


def finish(result: Result, log: RunLog, signals: Signals, form: str, chosen: Chosen) -> int:
    """Say how the run stands and what it needs; give the exit code, whoever listens or not."""
    state, code = result.state, int(result.exit_code)
    is_interrupted = state.status is RunStatus.PAUSED and state.stopped_by is Question.INTERRUPTED
    if is_interrupted and signals.signal and not result.sent:
        code = signals.exit_code
    look = f"runbook show {result.run}{chosen.options()}"
    with only_complaining("how the run went cannot be shown", look):
        _show(log, log.find(result.run), result.document["steps"], state, form, chosen)
    return code


def show_run(log: RunLog, entry: RunEntry, form: str, chosen: Chosen, *, with_sends: bool = False) -> None:
    """Show one run as its log tells it: text with what it needs, and ``with_sends`` each send, or JSON."""
    events = log.events(entry.run)
    state = fold(each.event for each in events)
    sends = _show(
        log,
        entry,
        steps_of(events[0].event),
        state,
        form,
        chosen,
        sends=log.sends(entry.run) if with_sends else None,
    )
    if with_sends and form == "text" and sends:
        emit("\n" + view.sends_table(sends, paint(), columns()))


def _show(
    log: RunLog,
    entry: RunEntry,
    steps: Sequence[Mapping[str, Any]],
    state: RunState,
    form: str,
    chosen: Chosen,
    *,
    sends: Sequence[SendEntry] | None = None,
) -> Sequence[SendEntry]:
    shown, is_alive = as_it_is(log, entry)
    sends = _spoken_of(log, shown, state, form) if sends is None else sends
    if shown is not entry:
        state, sends = in_doubt(state, sends)
    if form == "json":
        emit_json(view.run_json(shown, steps, state, sends))
        return sends
    beside = form == "jsonl"  # stdout has the events, and nothing else
    style, width = (plain, None) if beside else (paint(), columns())
    emit(view.summary(shown, steps, state, sends, style, width), err=beside)
    if shown.status in ENDED and not sends:
        return sends
    because = stopped_because(each.event for each in log.events(entry.run))
    options = chosen.options(entry.environment)
    need = need_of(shown, state, sends, is_alive=is_alive, because=because, options=options)
    if need is not None:
        emit(view.need_text(need, style, width), err=beside)
    return sends


def _spoken_of(log: RunLog, shown: RunEntry, state: RunState, form: str) -> Sequence[SendEntry]:
    """List the attempts of a run, unless it has ended, all is known, and only text is asked for.

    That is every good run, whose text says nothing of them: at 10,000 they take a tenth of all memory.
    """
    unknown = (StepStatus.IN_DOUBT, StepStatus.SENT_UNKNOWN)
    is_known = shown.status in ENDED and not any(step.status in unknown for step in state.steps.values())
    if form != "json" and is_known and not log.unsettled(shown.account, shown.campaign):
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


def in_doubt(state: RunState, sends: Sequence[SendEntry]) -> tuple[RunState, Sequence[SendEntry]]:
    """Give a run whose process died in a send as the next one will record it: that send is in doubt."""
    doubt = Outcome(SendStatus.IN_DOUBT, None, DEAD)
    for send in sends:
        if send.status is SendStatus.INTENDED:
            settled = SendSettled(send.intended_at, send.step, send.address, send.attempt, doubt)
            state = evolve(state, settled)
    seen = (
        replace(send, status=SendStatus.IN_DOUBT, counts=None, reason=DEAD)
        if send.status is SendStatus.INTENDED
        else send
        for send in sends
    )
    return state, tuple(seen)


def steps_of(first: Event) -> list[dict[str, Any]]:
    """Give the steps of the plan that a run keeps."""
    steps: Any = plan_of(first).get("steps", [])
    return list(steps)


def plan_of(first: Event) -> Mapping[str, Any]:
    """Give the plan that a run keeps in its first event."""
    assert isinstance(first, RunStarted), "a run's chain begins with its start"
    return first.plan
