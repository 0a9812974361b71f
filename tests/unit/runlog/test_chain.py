"""A chain shows what was changed, removed, added or put elsewhere in it."""

import hashlib
from collections.abc import Callable

import pytest

from engine.frozen import replace
from engine.record.entry import EventEntry
from engine.record.event import Event, RunFinished, RunStarted, StepSkipped
from engine.runlog.chain import START, link, verify
from tests.factories import NOW


def chain(run: str = "run-1") -> list[EventEntry]:
    """Give a sound chain of four events."""
    events: list[Event] = [
        RunStarted(NOW, run),
        StepSkipped(NOW, "a", "no"),
        StepSkipped(NOW, "b", "no"),
        RunFinished(NOW),
    ]
    entries: list[EventEntry] = []
    for seq, event in enumerate(events, 1):
        made = link(run, seq, "asha", event, entries[-1].hash if entries else START)
        entries.append(EventEntry(run, seq, NOW, "asha", event, made.before, made.hash))
    return entries


Tamper = Callable[[list[EventEntry]], list[EventEntry]]
TAMPERED: dict[str, tuple[Tamper, int]] = {
    "a reason changed": (lambda c: [c[0], replace(c[1], event=StepSkipped(NOW, "a", "yes")), *c[2:]], 2),
    "an actor changed": (lambda c: [c[0], replace(c[1], actor="ravi"), *c[2:]], 2),
    "an instant changed": (lambda c: [*c[:3], replace(c[3], event=RunFinished(NOW.replace(year=2027)))], 4),
    "an event removed": (lambda c: [c[0], *c[2:]], 2),
    "the first removed": (lambda c: c[1:], 1),
    "two exchanged": (lambda c: [c[0], c[2], c[1], c[3]], 2),
    "one doubled": (lambda c: [c[0], c[0], *c[1:]], 2),
    "a hash changed": (lambda c: [replace(c[0], hash="0" * 64), *c[1:]], 1),
    "the link changed": (lambda c: [c[0], replace(c[1], before="0" * 64), *c[2:]], 2),
    "another run's event": (lambda c: [*c[:3], chain("run-2")[3]], 4),
    "a renumbered one": (lambda c: [c[0], replace(c[1], seq=7), *c[2:]], 2),
}


def test_a_sound_chain_is_whole() -> None:
    """Nothing is found in what nobody touched."""
    assert verify(chain()) is None
    assert verify([]) is None


@pytest.mark.parametrize("how", TAMPERED)
def test_tampering_is_found_where_it_begins(how: str) -> None:
    """The number is that of the first event that does not fit."""
    tamper, first_bad = TAMPERED[how]
    assert verify(tamper(chain())) == first_bad


def test_a_hash_can_be_computed_by_hand() -> None:
    """An auditor needs sha256 and nothing of ours: seven lines, no line feed at the end."""
    second = chain()[1]
    lines = [
        "run-1",
        "2",
        "2026-03-02T05:30:00.000000+00:00",
        "asha",
        "step_skipped",
        '{"reason":"no","step":"a"}',
        chain()[0].hash,
    ]
    assert second.hash == hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_a_line_feed_in_a_reason_is_no_new_line() -> None:
    """Otherwise two different events could have one text, and so one hash."""
    assert "\n" not in link("run-1", 1, "asha", StepSkipped(NOW, "a", "x\ny"), START).body


def test_a_line_feed_in_a_name_is_a_bug() -> None:
    """Names of persons and runs are one line."""
    with pytest.raises(AssertionError):
        link("run\n1", 1, "asha", RunFinished(NOW), START)
    with pytest.raises(AssertionError):
        link("run-1", 1, "as\nha", RunFinished(NOW), START)
