"""How a run stands, said when it ends and whenever somebody looks."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from engine.cli.chosen import Chosen
from engine.cli.outliving import only_complaining
from engine.cli.screen import columns, emit, emit_json, paint
from engine.cli.stopped import lifting_lines, reason_now
from engine.config import environment_of
from engine.config.address import is_loopback
from engine.frozen import replace
from engine.machine import evolve, fold
from engine.record.entry import RunEntry, SendEntry
from engine.record.event import Event, Question, RunStarted, SendSettled
from engine.record.need import Need, need_of
from engine.record.outcome import Outcome, RunStatus, SendStatus, StepStatus
from engine.record.settlement import settlements
from engine.record.state import RunState
from engine.refusal import Exit, Refusal
from engine.report import lists
from engine.report import runs as view
from engine.report.paint import plain
from engine.report.story import Story, run_json
from engine.runlog.port import RunLog
from engine.runner.broken import Broken
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
        told = Story(log.find(result.run), result.document, state)
        _show(log, *_as_it_is(log, told, with_sends=form == "json"), form, chosen, seal=result.seal)
    return code


def show_broken(broken: Broken, log: RunLog, form: str, chosen: Chosen) -> None:
    """Show how a run stands that was torn off, if the log can still be read: the error is said behind it."""
    with only_complaining("how the run stands cannot be shown"), suppress(Refusal):
        show_run(log, log.find(broken.run), form, chosen)


def show_run(
    log: RunLog,
    entry: RunEntry,
    form: str,
    chosen: Chosen,
    *,
    with_sends: bool = False,
    seal: str | None = None,
    fitted: Collection[str] = (),
) -> None:
    """Show one run as its log tells it: text with what it needs, and ``with_sends`` each send, or JSON.

    ``seal`` is the one that a command has left just now. ``fitted`` are sends that rows fit of which the log
    knows nothing.
    """
    story, is_alive = story_of(log, entry, with_sends=with_sends or form == "json")
    _show(log, story, is_alive, form, chosen, seal=seal, fitted=fitted)
    if with_sends and form == "text" and story.sends:
        emit("\n" + lists.sends_table(story, paint(), columns()))


def _show(
    log: RunLog,
    story: Story,
    is_alive: bool,
    form: str,
    chosen: Chosen,
    *,
    seal: str | None = None,
    fitted: Collection[str] = (),
) -> None:
    if form == "json":
        emit_json(run_json(story) | ({"seal": seal} if seal else {}))
        return
    beside = form == "jsonl"  # stdout has the events, and nothing else
    style, width = (plain, None) if beside else (paint(), columns())
    emit(view.summary(story, style, width), err=beside)
    if seal:
        emit(view.sealed(seal, style), err=beside)
    if story.entry.status in ENDED and not story.sends:
        return
    need = needed(log, story, chosen, is_alive=is_alive, fitted=fitted)
    if need is not None:
        emit(view.need_text(need, style, width), err=beside)


def needed(
    log: RunLog, story: Story, chosen: Chosen, *, is_alive: bool, fitted: Collection[str] = ()
) -> Need | None:
    """Say what a run needs of a person, with command lines that find it from here."""
    entry = story.entry
    address = environment_of(entry.account).base_url
    kept, untold = _fitted(log, story)
    return need_of(
        entry,
        story.state,
        story.sends,
        fitted={*fitted, *kept},
        untold=untold,
        is_alive=is_alive,
        because=reason_now(log, entry, chosen),
        lifting=lifting_lines(log, entry, chosen),
        options=chosen.options(entry.environment),
        inbox=f"at {address}/" if is_loopback(address) else "in the dashboard",
    )


def _fitted(log: RunLog, story: Story) -> tuple[list[str], str]:
    """Find the sends in doubt that kept rows fit; else say why that cannot be told: anybody may look."""
    doubtful = [send for send in story.sends if send.status is SendStatus.IN_DOUBT]
    if not doubtful:
        return [], ""
    from engine.runner.attempts import fitting  # noqa: PLC0415  (only who is in doubt pays for what matches rows)

    try:
        return [send.address for send in doubtful if fitting(log, story.entry, send)], ""
    except Refusal as refusal:
        return [], refusal.message


def story_of(log: RunLog, entry: RunEntry, *, with_sends: bool = True) -> tuple[Story, bool]:
    """Give a run as it is, and whether a process runs it; of a good one that has ended, no sends are read."""
    events = log.events(entry.run)
    if not events or not isinstance(events[0].event, RunStarted):
        raise Refusal(
            f"the events of run {entry.run} do not begin with its start",
            "the run log was changed: `runbook verify` says where; keep it for whoever looks into it",
            Exit.LEASE_OR_LOG,
        )
    story = Story(entry, plan_of(events[0].event), fold(each.event for each in events))
    return _as_it_is(log, story, with_sends=with_sends)


def _as_it_is(log: RunLog, story: Story, *, with_sends: bool) -> tuple[Story, bool]:
    entry, state = story.entry, story.state
    shown, is_alive = as_it_is(log, entry)
    sends: Sequence[SendEntry] = ()
    if with_sends or _is_open(log, shown, state):
        sends = log.sends(entry.run)
    is_settled = any(send.status is SendStatus.SENT_UNKNOWN for send in sends)
    settled = settlements(log.events(entry.run)) if is_settled else {}
    if shown is not entry:
        state, sends = in_doubt(state, sends)
    return replace(story, entry=shown, state=state, sends=sends, settled=settled), is_alive


def _is_open(log: RunLog, shown: RunEntry, state: RunState) -> bool:
    """Say whether a run goes on, stands, or something of it is not known.

    Of any other one, that is of every good run, the text says nothing of the attempts: at 10,000 they take
    a tenth of all memory.
    """
    unknown = (StepStatus.IN_DOUBT, StepStatus.SENT_UNKNOWN)
    is_known = not state.halted_for_good and not any(step.status in unknown for step in state.steps.values())
    return shown.status not in ENDED or not is_known or bool(log.unsettled(shown.account, shown.campaign))


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
