"""One run as people read it: while it goes on, when it ends, and afterwards; and what stops it."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from engine.config import environment_of, place
from engine.record.answer import excess, people
from engine.record.entry import Holder, RunEntry, StopEntry
from engine.record.need import Need
from engine.record.outcome import StepStatus, words
from engine.record.plan import inputs_said
from engine.record.state import StepState
from engine.record.wallclock import date_and_time
from engine.report.messages import messages, messages_so_far, nobody_was_messaged
from engine.report.paint import Paint, plain
from engine.report.story import Story
from engine.report.table import LEAST_TO_WRAP, hanging
from engine.runbook.spelling import listed, shown

_FEW = 3
STATUS_STYLES = {
    "finished": "good",
    "succeeded": "good",
    "running": "strong",
    "skipped": "faint",
    "pending": "faint",
    "no_match": "faint",
    "in_doubt": "error",
    "failed": "error",
    "rejected": "error",
    "halted": "error",
}
"""The emphasis of a status; of any other one it is ``warning``."""

# ---------------------------------------------------------------- one run


def summary(story: Story, paint: Paint = plain, width: int | None = None) -> str:
    """Show how a run stands: its head, a line for each step, messages.

    ``width``: of the terminal; None leaves lines as long as they are.
    """
    entry = story.entry
    revision = f" revision {entry.revision}" if entry.revision else ""
    about = f"{entry.runbook}{revision} · campaign {entry.campaign}"
    rows = [
        (step["id"], state, story.words_of(state.status.value, *state.sends), step_words(state, step))
        for step, state in story.steps()
    ]
    widths = _widths([row[0] for row in rows], [row[2] for row in rows], width)
    lines = [
        f"  {about} · started {date_and_time(entry.started_at)}",
        *([f"  inputs: {inputs_said(story.inputs)}"] if story.inputs else []),
    ]
    return "\n".join(
        [
            _head(entry, _ended(story), paint, width),
            *(hanging(line, width) for line in lines),
            *(_step_row(row, widths, paint, width) for row in rows),
            hanging(f"  messages: {messages(story)}", width),
            *(need_text(Need(hint, ()), paint, width) for hint in _hints(story)),
        ]
    )


def sealed(seal: str, paint: Paint = plain) -> str:
    """Show the seal that a run left in the log: kept elsewhere, it shows later that no run was removed."""
    return paint("faint", f"  seal: {seal}")


def _head(entry: RunEntry, said: str, paint: Paint, width: int | None) -> str:
    status = paint(STATUS_STYLES.get(entry.status.value, "warning"), said)
    fits = width is None or len(f"Run {entry.run}: {said}") <= width
    return f"Run {entry.run}: {status}" if fits else f"Run {entry.run}:\n  {status}"


def _ended(story: Story) -> str:
    """Say how a run stands; one that came to its end and reached nobody says so."""
    said = words(story.entry.status.value)
    return f"{said}, and nobody was messaged" if nobody_was_messaged(story) else said


def _hints(story: Story) -> Iterator[str]:
    """Say what to check where nobody was messaged, for filters that nobody fits."""
    if not nobody_was_messaged(story):
        return
    unmatched = [_filters(step) for step, state in story.steps() if state.status is StepStatus.NO_MATCH]
    asked = {value for filters in unmatched for values in filters.values() for value in values}
    if asked:
        given = {name: value for name, value in story.inputs.items() if asked.intersection(_each(value))}
        checked = inputs_said(given) or "the values of the filters"
        yield f"check {checked}: upper and lower case count"


def _filters(step: Mapping[str, Any]) -> dict[str, list[str]]:
    """Give the values that a step asks for by field, without ids; none where it is for everyone.

    Always in this order: what a log gives back has its keys in another one than what was written to it.
    """
    filters = step["sends"][0].get("body", {}).get("filters", {})
    fields = {name: filters[name] for name in ("payment_status", "language") if name in filters}
    fields |= sorted(filters.get("custom", {}).items())
    return {name: _each(values) for name, values in fields.items()}


def _each(value: Any) -> list[str]:  # noqa: ANN401  (any JSON)
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _widths(names: list[str], statuses: list[str], width: int | None) -> tuple[int, int]:
    """Give the columns of the steps' names and of their statuses; on a terminal no more than it has."""
    longest = max(map(len, names), default=0)
    return longest if width is None else min(longest, width // 3), max(map(len, statuses), default=0)


_Row = tuple[str, StepState, str, str]
"""A step: its name, its state, its status in words, what it came to."""


def _step_row(row: _Row, widths: tuple[int, int], paint: Paint, width: int | None) -> str:
    name, state, status, said = row
    shown = paint(STATUS_STYLES.get(state.status.value, "warning"), f"{status:<{widths[1]}}")
    before = f"  {name:<{widths[0]}}  "
    indent = len(before) + widths[1] + 2
    if width is None or indent + len(said) <= width:
        return f"{before}{shown}  {said}".rstrip()
    if width - indent < LEAST_TO_WRAP:
        parts = [before.rstrip(), shown] if len(before) + widths[1] > width else [before + shown]
        below = [hanging(f"    {said}", width)] if said else []
        return "\n".join([parts[0], *(f"    {part}" for part in parts[1:]), *below])
    first, *rest = textwrap.wrap(said, width - indent)
    return "\n".join([f"{before}{shown}  {first}", *(" " * indent + line for line in rest)])


def step_words(state: StepState, step: Mapping[str, Any]) -> str:
    """Say what a step came to, beside its status; ``step``: as program/v1 has it."""
    if state.counts is not None and state.counts.selected:
        outcomes = [send.outcome for send in state.sends.values() if send.outcome]
        return "; ".join([people(state.counts), *filter(None, map(excess, outcomes))])
    if state.status is StepStatus.NO_MATCH and (filters := _filters(step)):
        return (
            f"no customer has {listed((f'{name} {_few(values)}' for name, values in filters.items()), 'and')}"
        )
    if state.reason:
        return state.reason
    reasons = [send.outcome.reason for send in state.sends.values() if send.outcome and send.outcome.reason]
    return reasons[-1] if reasons else ""


def _few(values: list[str]) -> str:
    more = [f"{len(values) - _FEW} more"] if len(values) > _FEW else []
    return listed([*map(shown, values[:_FEW]), *more])


def need_text(need: Need, paint: Paint = plain, width: int | None = None) -> str:
    """Show what a run needs of a person, with the command lines to type, which are never broken."""
    said = hanging(f"  next: {need.what}", width).replace("next", paint("strong", "next"), 1)
    return "\n".join([said, *to_type(need, width)])


def to_type(need: Need, width: int | None = None) -> Iterator[str]:
    """Give the command lines that a run needs, each behind the line that says when it is the right one."""
    for number, command in enumerate(need.commands):
        yield from (hanging(f"  {note}", width) for note in need.notes[number : number + 1])
        yield f"    {command}"


def needy(story: Story, need: Need, paint: Paint = plain, width: int | None = None) -> str:
    """Show a run that needs a person: how it stands, and what it needs."""
    return f"{in_short(story, width)}\n{need_text(need, paint, width)}"


def in_short(story: Story, width: int | None = None) -> str:
    """Say how a run stands, where it sends to, and for whom."""
    entry, number = story.entry, messages_so_far(story.entry, story.sends)
    said = f"{entry.run}: {words(entry.status.value)}, {number} messages so far"
    about = [
        place(environment_of(entry.account, entry.environment)),
        f"campaign {entry.campaign}",
        inputs_said(story.inputs),
    ]
    return f"{hanging(said, width)}\n{hanging('  ' + ' · '.join(filter(None, about)), width)}"


# ---------------------------------------------------------------- stops, and who holds a campaign


def stopped(campaign: str | None, account: str | None) -> str:
    """Name what a stop keeps back; ``account`` is an account's key."""
    what = f"campaign {campaign}" if campaign else "everything"
    if account is None:
        return what
    address, _, org = account.partition(" ")
    return f"{what} of {address}" + (f", organisation {org}" if org not in ("", "-") else "")


def stop_line(stop: StopEntry, lifting: str, width: int | None = None, where: str = "") -> str:
    """Say which stop stands, and ``where``, if not everywhere; ``lifting`` is the line that lifts it."""
    what = stopped(stop.campaign, stop.account) + (where and f" that is run with {where}")
    said = f"Stopped: {what}, {_by_whom(stop)}"
    return f"{hanging(said, width)}\n    {lifting}"


def stop_words(stop: StopEntry) -> str:
    """Name a stop, who set it, and why."""
    return f"the stop of {stopped(stop.campaign, stop.account)}, {_by_whom(stop)}"


def _by_whom(stop: StopEntry) -> str:
    # What somebody wrote into a reason is no line of ours.
    return f"by {stop.by} at {date_and_time(stop.at)}: {' '.join(stop.reason.split())}"


def stop_file_line(said: str, lifting: str, width: int | None = None) -> str:
    """Say which STOP file stands, in the words of whoever found it, and what removes it."""
    return f"{hanging(said[:1].upper() + said[1:], width)}\n    {lifting}"


def held_by(holder: Holder) -> str:
    """Say which process runs a run."""
    return f"being run by {holder.owner} since {date_and_time(holder.since)}"
