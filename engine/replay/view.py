"""A replay as people read it."""

from collections.abc import Iterator

from engine.record.answer import told
from engine.record.condition import Field
from engine.record.outcome import RunStatus, words
from engine.record.plan import Program
from engine.record.state import RunState
from engine.replay.compare import Comparison, Difference
from engine.replay.moves import Kind, Move
from engine.replay.play import Made
from engine.replay.whatif import Edit
from engine.report.messages import NOBODY_KNOWS, counted_with, failed
from engine.report.paint import Paint, plain
from engine.report.table import hanging, table
from engine.runbook.spelling import listed

_WORDS = {Kind.KEPT_BACK: "kept back"}
_STOPPED = (RunStatus.PAUSED, RunStatus.HALTED, RunStatus.IN_DOUBT)


def text(compared: Comparison, paint: Paint = plain, width: int | None = None) -> str:
    """Show what would be decided now, beside what was."""
    lines = _same(compared, paint, width) if compared.is_own else _other(compared, paint)
    return "\n".join(hanging(line, width) if "\n" not in line else line for line in lines)


# ---------------------------------------------------------------- the run's own plan


def _same(compared: Comparison, paint: Paint, width: int | None) -> Iterator[str]:
    recorded, at = len(compared.then.recorded), compared.now.first_difference
    if at is None:
        said = f"{_count(recorded, 'decision')}, and this version makes the same, byte for byte"
        yield f"Run {compared.run}: {paint('good', said)}"
        yield _table(compared, paint, width)
    else:
        now = compared.now.made[at : at + 1] or (
            (compared.now.unrecorded,) if compared.now.unrecorded else ()
        )
        yield f"Run {compared.run}: {paint('error', f'decision {at + 1} of {recorded} is not made again')}"
        yield f"  recorded: {_decision(Made(compared.now.recorded[at], compared.now.recorded[at].reason))}"
        yield f"  now:      {_decision(now[0]) if now else 'nothing'}"
        yield "  Another version of runbook made that decision, or the log was changed."
    yield from _end(compared)


def _table(compared: Comparison, paint: Paint, width: int | None) -> str:
    rows = [
        (str(number), each.move.step or "", _name(each.move), _because(each))
        for number, each in enumerate(compared.now.made[: compared.now.followed], 1)
    ]
    return table(("", "step", "decision", "because"), rows, paint, width, wraps="because")


def _because(made: Made) -> str:
    return f"{made.why} → {told(made.outcome)}" if made.outcome else made.why


# ---------------------------------------------------------------- another plan, or another answer


def _other(compared: Comparison, paint: Paint) -> Iterator[str]:
    against = f" by {compared.file}" if compared.file else ""
    yield f"Run {compared.run}, decided again{against}: {paint(*_verdict(compared))}"
    for edit in compared.edits:
        yield from _edit(edit)
    if compared.changed:
        yield paint("strong", "What differs in the plan")
        yield from (f"  {sentence}" for sentence in compared.changed)
    elif compared.file:
        yield "  Nothing differs in the plan."
    if compared.requests:
        others = listed(compared.requests, "and")
        yield f"Requests that differ: {others}; the answers are those to the recorded ones."
    if compared.differences:
        yield paint("strong", "Decisions that differ")
        for each in compared.differences:
            yield from _difference(each, compared)
    yield from _end(compared)


def _verdict(compared: Comparison) -> tuple[str, str]:
    number = len(compared.differences)
    if number:
        return "warning", f"other decisions about {_count(number, 'step')}"
    if compared.unknown or compared.now.unrecorded:
        return "warning", "the same decisions, as far as the recording goes"
    return "good", "the same decisions"


def _edit(edit: Edit) -> Iterator[str]:
    yield f"  What if {edit.step} came to: {told(edit.after)}"
    yield f"    recorded: {told(edit.before) if edit.before else 'no answer'}"
    if edit.changed and edit.before and edit.before.counts and edit.after.counts:
        before, after = edit.before.counts.to_json(), edit.after.counts.to_json()
        said = [f"{name.value} {before[name.value]} → {after[name.value]}" for name in edit.changed]
        yield f"    changed with it: {', '.join(said)}"
    if edit.made_up and edit.after.counts:
        numbers = edit.after.counts.to_json()
        said = [f"{name.value} {numbers[name.value]}" for name in edit.made_up]
        yield f"    made up, for nobody stated them: {', '.join(said)}"


def _difference(each: Difference, compared: Comparison) -> Iterator[str]:
    after = f", after {_count(each.same, 'decision')} that {'is' if each.same == 1 else 'are'} the same"
    yield f"  {each.step}{after if each.same else ''}"
    yield f"    recorded: {_decisions(each, each.recorded, compared.then.program)}"
    yield f"    now:      {_decisions(each, each.now, compared.now.program)}"


def _decisions(each: Difference, made: tuple[Made, ...], program: Program) -> str:
    if made:
        return "; then ".join(map(_decision, made))
    if each.same:
        return "goes on"
    return "not reached" if each.step in program.positions else "there is no such step"


def _decision(made: Made) -> str:
    return ": ".join(part for part in (_name(made.move), made.why) if part)


def _name(move: Move) -> str:
    name = _WORDS.get(move.kind, move.kind.value)
    if move.kind is Kind.SEND and move.attempt and move.attempt > 1:
        return f"{name}, attempt {move.attempt}"
    return f"{name} for good" if move.final else name


# ---------------------------------------------------------------- where it ends


def _end(compared: Comparison) -> Iterator[str]:
    ends, ahead = compared.now.unrecorded, compared.now.ahead
    if not compared.is_own:
        stood, now = _standing(compared.stood), _standing(compared.now.state)
        yield f"As recorded: {stood}, {_messages(compared.stood)}"
        if ends is None:
            yield f"Now:         {now}, {_messages(compared.now.state, _made_up(compared))}"
        if compared.differences and compared.now.state.status in _STOPPED:
            yield "  There a person would be asked, and what they would say is unknown."
    if ends is not None:
        step = ends.move.step
        yield f"The recording ends at {step}: no answer to its request is recorded."
        later = f" and of {listed(compared.unknown, 'and')}" if compared.unknown else ""
        supposed = f"--what-if {step}.status=succeeded supposes an answer"
        yield f"  What would come of it{later} is unknown; {supposed}."
    elif ahead:
        yield f"The recording ends there; next would be {_decision(ahead[0])}"
    yield "Nothing is sent by replay, and nothing is written."


def _standing(state: RunState) -> str:
    at = f" at {state.stopped_at}" if state.status in _STOPPED and state.stopped_at else ""
    return f"{words(state.status.value)}{at}"


def _messages(state: RunState, made_up: str = "") -> str:
    unknown = [name for name, step in state.steps.items() if step.counts is None]
    ends = failed(state)
    if unknown:
        ends.setdefault(NOBODY_KNOWS, []).append(f"those of {listed(unknown, 'and')}")
    return counted_with(_count(state.initiated, "message") + made_up, ends)


def _made_up(compared: Comparison) -> str:
    steps = [edit.step for edit in compared.edits if Field.INITIATED in edit.made_up]
    return f" (the number for {listed(steps, 'and')} is made up)" if steps else ""


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
