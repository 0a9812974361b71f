"""What a run that goes on looks like: its progress, from its plan and its events, and the picture of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.frozen import dataclass, replace
from engine.machine.evolve import START
from engine.record.event import Event, RunHalted, RunPaused, RunResumed, RunStarted
from engine.record.outcome import RunStatus, SendStatus, StepStatus, words
from engine.record.state import RunState, StepState
from engine.report.happened import lasted
from engine.report.messages import span
from engine.report.runs import STATUS_STYLES, step_words

ENDING = "ending: nothing more is sent; Ctrl-C once more does not wait for the answer on its way"
_OPEN = (SendStatus.INTENDED, SendStatus.NOT_SENT, SendStatus.IN_DOUBT)
"""What a send may be of which it is not known yet what it comes to."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come. ``steps``: those of its program/v1; ``since``: its last start or resume.

    ``because`` is the reason of its last stop.
    """

    steps: tuple[Mapping[str, Any], ...]
    state: RunState = START
    since: datetime | None = None
    because: str = ""

    def after(self, event: Event, state: RunState) -> "Progress":
        """Give the progress after an event; ``state`` is the run's state behind it."""
        goes_on = isinstance(event, RunStarted | RunResumed)
        since = event.at if goes_on or self.since is None else self.since
        because = event.reason if isinstance(event, RunPaused | RunHalted) else self.because
        return replace(self, state=state, since=since, because=because)


@dataclass(frozen=True, slots=True)
class Row:
    """A step in a picture; ``style`` is one of engine/report/paint.py. ``is_present``: it is being sent."""

    step: str
    status: str
    style: str
    about: str
    is_present: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """What is shown: some steps around the present one, ``above`` and ``below`` them as many left out.

    ``done`` and ``of`` count sends; sends of steps that were left out are not counted.
    """

    rows: tuple[Row, ...]
    above: int
    below: int
    done: int
    of: int
    numbers: str
    next: str


def picture(progress: Progress, now: datetime, *, rows: int, is_ending: bool = False) -> Picture:
    """Picture a progress in so many rows; ``is_ending``: a person wants the run to end."""
    state, steps = progress.state, progress.steps
    here = _position(progress)
    first = max(0, min(here - rows // 2, len(steps) - rows))
    shown = steps[first : first + rows]
    done, of = _sends(progress)
    return Picture(
        rows=tuple(_row(step, state.steps.get(step["id"]) or StepState(), now) for step in shown),
        above=first,
        below=len(steps) - first - len(shown),
        done=done,
        of=of,
        numbers=_numbers(progress, now, done, of),
        next=_next(progress, now, here, is_ending=is_ending),
    )


def _position(progress: Progress) -> int:
    """Give the index of the step that the run is at: its last one, or behind that if it is concluded."""
    last = progress.state.last
    if last is None:
        return 0
    position = next(index for index, step in enumerate(progress.steps) if step["id"] == last)
    now = progress.state.steps[last]
    has_more = now.status is not StepStatus.SKIPPED and len(now.sends) < len(
        progress.steps[position]["sends"]
    )
    is_open = has_more or now.status in _UNCONCLUDED
    return position if is_open or progress.state.status is RunStatus.WAITING else position + 1


_UNCONCLUDED = (StepStatus.PENDING, StepStatus.NOT_SENT, StepStatus.IN_DOUBT)


def _sends(progress: Progress) -> tuple[int, int]:
    done = of = 0
    for step in progress.steps:
        now = progress.state.steps.get(step["id"])
        if now is not None and now.status is StepStatus.SKIPPED:
            continue
        of += len(step["sends"])
        done += sum(send.status not in _OPEN for send in now.sends.values()) if now else 0
    return done, of


def _numbers(progress: Progress, now: datetime, done: int, of: int) -> str:
    steps = progress.state.steps.values()
    failed = sum(step.counts.failed for step in steps if step.counts)
    sent = span(progress.state.initiated, list(_perhaps(progress)))
    parts = [f"{done:,} of {of:,} send{'' if of == 1 else 's'}", f"{sent} messages"]
    parts += [f"{failed:,} failed"] if failed else []
    parts += [lasted((now - progress.since).total_seconds())] if progress.since else []
    return " · ".join(parts)


def _perhaps(progress: Progress) -> Iterator[int | None]:
    """Count by send whom it may have reached besides those of whom the API said so; None: no bound."""
    for step in progress.steps:
        now = progress.state.steps.get(step["id"])
        for planned in step["sends"]:
            send = now.sends.get(planned["address"]) if now else None
            if send is None or send.outcome is None:
                continue
            if send.status in (SendStatus.IN_DOUBT, SendStatus.SENT_UNKNOWN):
                yield planned["at_most"]
            elif send.outcome.counts is not None:
                yield send.outcome.counts.failed


def _row(step: Mapping[str, Any], state: StepState, now: datetime) -> Row:
    away = [send for send in state.sends.values() if send.status is SendStatus.INTENDED]
    if away:
        people = _people(step["sends"], {send.address for send in away})
        since = lasted((now - max(send.since for send in away)).total_seconds())
        return Row(
            step["id"], "sending", "strong", f"{step['channel']} to {people}, {since}", is_present=True
        )
    if state.status is StepStatus.PENDING:
        return Row(step["id"], "pending", "faint", "")
    status = state.status.value
    return Row(step["id"], words(status), STATUS_STYLES.get(status, "warning"), step_words(state, step))


def _people(sends: Sequence[Mapping[str, Any]], addresses: Iterable[str]) -> str:
    bounds = [send["at_most"] for send in sends if send["address"] in addresses]
    return "any number of people" if None in bounds else f"at most {sum(bounds):,} people"


def _next(progress: Progress, now: datetime, here: int, *, is_ending: bool) -> str:
    state = progress.state
    if is_ending and state.status in (RunStatus.RUNNING, RunStatus.WAITING):
        return ENDING
    match state.status:
        case RunStatus.WAITING:
            left_s = (state.until - now).total_seconds() if state.until else 0
            return f"waiting {lasted(left_s)} more"
        case RunStatus.RUNNING:
            return _next_step(progress, here)
        case RunStatus.FINISHED | RunStatus.CANCELLED:
            return words(state.status.value)
        case _:
            return f"{words(state.status.value)} at {state.stopped_at}: {progress.because}"


def _next_step(progress: Progress, here: int) -> str:
    """Name the step behind the one that is being sent, and what it hangs on."""
    is_away = here < len(progress.steps) and progress.steps[here]["id"] == progress.state.last
    after = here + is_away
    if after >= len(progress.steps):
        return "then: the end"
    step = progress.steps[after]
    return f"then: {step['id']}" + (f", if {step['when']}" if step.get("when") else "")
