"""How many messages a run has sent, and of how many nobody knows: said alike wherever a run is shown."""

from collections.abc import Iterable, Mapping, Sequence

from engine.machine.exits import anything_sent
from engine.record.entry import RunEntry, SendEntry
from engine.record.event import Resolution
from engine.record.outcome import Counts, RunStatus, SendStatus
from engine.record.state import RunState
from engine.report.story import Story

_UNKNOWN = (SendStatus.INTENDED, SendStatus.IN_DOUBT, SendStatus.SENT_UNKNOWN)
NOBODY_KNOWS = ", of which nobody knows"


def nobody_was_messaged(story: Story) -> bool:
    """Say whether a run has come to its end, and surely nobody got a message by it.

    Whoever failed may have got one, and what stops a run for good did go out.
    """
    is_sure = not anything_sent(story.state) and not story.state.halted_for_good
    return story.entry.status is RunStatus.FINISHED and is_sure


def messages(story: Story) -> str:
    """Count the messages, and say what nobody knows of them."""
    ends = failed(story.state)
    for end, sends in _by_whom(story).items():
        addresses = ", ".join(send.address for send in sends)
        ends.setdefault(end, []).append(f"{_most(sends)} of {addresses}")
    return counted_with(f"{story.entry.messages:,}", ends)


def counted_with(number: str, ends: Mapping[str, Sequence[str]]) -> str:
    """Say a number of messages, and which ones are not in it, by what is known of these."""
    return ", and ".join([number, *(" and ".join(which) + end for end, which in ends.items())])


def failed(state: RunState) -> dict[str, list[str]]:
    """Say of how many the API said that they failed, by what is known of them; nothing where none did."""
    number = shown = 0
    for step in state.steps.values():
        for send in step.sends.values():
            counts = send.outcome.counts if send.outcome else None
            if counts is not None and counts.failed:
                number += counts.failed
                shown += _surely_reached(counts, send.reached)
    end = f", of which {'all' if shown == number else f'at least {shown:,}'} did go out"
    return {end if shown else NOBODY_KNOWS: [f"at most {number:,} that failed"]} if number else {}


def _surely_reached(counts: Counts, rows: int) -> int:
    """Count whom of the failed ones rows show, for they show more than those who did not fail."""
    return min(counts.failed, max(0, rows - counts.initiated))


def messages_so_far(entry: RunEntry, sends: Iterable[SendEntry]) -> str:
    """Count the messages: ``50``, or ``50 to 150`` where nobody knows."""
    return span(entry.messages, [_perhaps(send) for send in sends])


def span(least: int, perhaps: Sequence[int | None]) -> str:
    """Say so many messages, and perhaps so many more; None: nothing bounds these."""
    if None in perhaps:
        return f"{least:,} or more"
    most = least + sum(number or 0 for number in perhaps)
    return f"{least:,} to {most:,}" if most > least else f"{least:,}"


def _perhaps(send: SendEntry) -> int | None:
    """Count whom an attempt may have reached besides those of whom the API said so."""
    if _is_unknown(send):
        return send.at_most
    return send.counts.failed if send.counts else 0


def _is_unknown(send: SendEntry) -> bool:
    """Say whether an attempt went out, or may have, without any numbers."""
    return send.status in _UNKNOWN or _is_contradicted(send)


def _is_contradicted(send: SendEntry) -> bool:
    return send.status is SendStatus.NOT_SENT and send.reaches


def _by_whom(story: Story) -> dict[str, list[SendEntry]]:
    """Give the attempts without numbers by what is known of them, and by whose word."""
    ends: dict[str, list[SendEntry]] = {}
    for send in story.sends:
        if _is_unknown(send):
            ends.setdefault(_end(story, send), []).append(send)
    return ends


def _end(story: Story, send: SendEntry) -> str:
    settled = story.settled.get(send.address)
    if _is_contradicted(send):
        return ", though a person had said that it was not sent"
    if send.status is not SendStatus.SENT_UNKNOWN or settled is None:
        return NOBODY_KNOWS
    if settled.is_shown:
        return f", as {settled.by}"
    return (
        " by a person's word" if settled.resolution is Resolution.SENT else ", of which nobody will ever know"
    )


def _most(sends: Iterable[SendEntry]) -> str:
    bounds = [send.at_most for send in sends]
    return "any number" if None in bounds else f"at most {sum(bound or 0 for bound in bounds):,}"
