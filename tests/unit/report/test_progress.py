"""The picture of a run, event for event."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.machine import evolve
from engine.machine.evolve import START
from engine.record.event import (
    Event,
    Question,
    RunCancelled,
    RunFinished,
    RunHalted,
    RunPaused,
    RunResumed,
    RunStarted,
    SendIntended,
    SendSettled,
    StepSkipped,
    WaitEnded,
    WaitStarted,
)
from engine.report.happened import lasted
from engine.report.progress import Picture, Progress, picture
from tests.factories import NOW, outcome


def at(seconds: float) -> datetime:
    """Give an instant so many seconds behind the start."""
    return NOW + timedelta(seconds=seconds)


def step(name: str, *, most: int | None = 100, when: str | None = None, chunks: int = 1) -> dict[str, Any]:
    """Make a step as program/v1 has it."""
    sends = [{"address": f"{name}/c{number + 1}", "at_most": most} for number in range(chunks)]
    return {"id": name, "channel": "sms", "sends": sends, "when": when}


A, B, C = step("a"), step("b", when="steps.a.failed > 2"), step("c", most=None)
STARTED = RunStarted(NOW, "run-1")
SENDING = SendIntended(at(1), "a", "a/c1", 1)
SENT = SendSettled(at(3), "a", "a/c1", 1, outcome("partial"))
UNSENT = SendSettled(at(3), "a", "a/c1", 1, outcome("not_sent"))
DOUBT = SendSettled(at(3), "a", "a/c1", 1, outcome("in_doubt"))


def shown(
    *events: Event,
    steps: Sequence[dict[str, Any]] = (A, B, C),
    rows: int = 10,
    is_ending: bool = False,
) -> Picture:
    """Picture a run after some events."""
    progress, state = Progress(tuple(steps)), START
    for event in (STARTED, *events):
        state = evolve(state, event)
        progress = progress.after(event, state)
    return picture(progress, at(5), rows=rows, is_ending=is_ending)


@pytest.mark.parametrize(
    ("events", "statuses", "numbers", "then"),
    [
        ([], ["pending"] * 3, "0 of 3 sends · 0 messages · 5 s", "then: a"),
        (
            [SENDING],
            ["sending", "pending", "pending"],
            "0 of 3 sends · 0 messages · 5 s",
            "then: b, if steps.a.failed > 2",
        ),
        (
            [SENDING, SENT],
            ["partly sent", "pending", "pending"],
            "1 of 3 sends · 6 to 10 messages · 4 failed · 5 s",
            "then: b, if steps.a.failed > 2",
        ),
        (
            [SENDING, SENT, StepSkipped(at(4), "b", "its condition is false")],
            ["partly sent", "skipped", "pending"],
            "1 of 2 sends · 6 to 10 messages · 4 failed · 5 s",
            "then: c",
        ),
        (
            [SENDING, UNSENT, WaitStarted(at(4), at(17), "not sent: no route")],
            ["not sent", "pending", "pending"],
            "0 of 3 sends · 0 messages · 5 s",
            "waiting 12 s more",
        ),
        (
            [SENDING, UNSENT, WaitStarted(at(4), at(17), "x"), WaitEnded(at(17))],
            ["not sent", "pending", "pending"],
            "0 of 3 sends · 0 messages · 5 s",
            "then: b, if steps.a.failed > 2",
        ),
        (
            [SENDING, DOUBT, RunPaused(at(4), "a", Question.DOUBT, "nobody knows")],
            ["in doubt", "pending", "pending"],
            "0 of 3 sends · 0 to 100 messages · 5 s",
            "in doubt at a: nobody knows",
        ),
        (
            [SENDING, SENT, RunHalted(at(4), "a", "too many failed")],
            ["partly sent", "pending", "pending"],
            "1 of 3 sends · 6 to 10 messages · 4 failed · 5 s",
            "halted at a: too many failed",
        ),
        (
            [SENDING, SENT, RunHalted(at(4), "a", "x"), RunResumed(at(4), "why")],
            ["partly sent", "pending", "pending"],
            "1 of 3 sends · 6 to 10 messages · 4 failed · 1 s",
            "then: b, if steps.a.failed > 2",
        ),
        ([RunCancelled(at(4), "x")], ["pending"] * 3, "0 of 3 sends · 0 messages · 5 s", "cancelled"),
    ],
)
def test_what_is_shown(events: list[Event], statuses: list[str], numbers: str, then: str) -> None:
    """The status of each step, the numbers, and what comes or what stands in the way."""
    found = shown(*events)
    assert [row.status for row in found.rows] == statuses
    assert (found.numbers, found.next) == (numbers, then)


def test_the_step_that_is_being_sent() -> None:
    """To how many at most, and for how long already."""
    assert [row.about for row in shown(SENDING).rows if row.is_present] == ["sms to at most 100 people, 4 s"]
    unbounded = shown(SENDING, steps=[{**C, "id": "a", "sends": [{"address": "a/c1", "at_most": None}]}])
    assert unbounded.rows[0].about == "sms to any number of people, 4 s"


def test_the_end() -> None:
    """Behind the last step nothing comes; then it has finished."""
    assert shown(SENDING, steps=[A]).next == "then: the end"
    finished = shown(SENDING, SENT, RunFinished(at(4)), steps=[A])
    assert (finished.next, finished.done, finished.of) == ("finished", 1, 1)
    assert finished.numbers.startswith("1 of 1 send ·")


def test_a_run_that_is_to_end_says_so() -> None:
    """As long as it goes on; once it stands, why it stands is said."""
    assert shown(SENDING, is_ending=True).next.startswith("ending: nothing more is sent")
    stands = RunPaused(at(4), "b", Question.INTERRUPTED, "interrupted")
    assert shown(SENDING, SENT, stands, is_ending=True).next == "paused at b: interrupted"


def test_a_step_of_several_sends_is_the_present_one_until_its_last() -> None:
    """Its next send comes before the next step."""
    found = shown(SENDING, SENT, steps=[step("a", chunks=2), B])
    assert (found.done, found.of, found.next) == (1, 3, "then: b, if steps.a.failed > 2")


@pytest.mark.parametrize(
    ("sent", "first", "above", "below"), [(0, 0, 0, 45), (20, 18, 18, 27), (49, 45, 45, 0)]
)
def test_many_steps_are_shown_in_part(sent: int, first: int, above: int, below: int) -> None:
    """Those around the present one, with how many are left out on either side."""
    steps = [step(f"s{number}") for number in range(50)]
    events = [StepSkipped(NOW, f"s{number}", "x") for number in range(sent)]
    found = shown(*events, steps=steps, rows=5)
    assert (found.rows[0].step, found.above, found.below) == (f"s{first}", above, below)
    assert len(found.rows) == 5


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-3, "0 s"), (59.9, "59 s"), (60, "1 min 00 s"), (3599, "59 min 59 s"), (7384, "2 h 03 min")],
)
def test_how_long_something_lasts(seconds: float, said: str) -> None:
    """In the two largest units."""
    assert lasted(seconds) == said
