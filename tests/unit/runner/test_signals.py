"""Ctrl-C and SIGTERM: the first sends nothing more, the second waits no longer (DESIGN, section 7)."""

import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import count, takewhile
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

import pytest

from engine.refusal import Exit
from engine.runner import signals
from engine.runner.ports import GaveUp
from engine.runner.signals import Signals

if TYPE_CHECKING:
    from _typeshed import TraceFunction

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def heard() -> Iterator[Signals]:
    """Listen to the signals of this process, for a run that has begun."""
    listener = Signals()
    with listener.listening():
        listener.begin()
        yield listener


@pytest.mark.parametrize("number", ASKING)
def test_the_first_only_asks(heard: Signals, number: signal.Signals) -> None:
    """Nothing is torn off."""
    before = heard.asked
    signal.raise_signal(number)
    assert (before, heard.asked, heard.signal) == (False, True, number)


def test_nothing_in_flight_is_given_up(heard: Signals) -> None:
    """Between two requests any number of signals only asks."""
    for _ in range(3):
        signal.raise_signal(signal.SIGINT)
    assert heard.asked


def test_the_second_in_flight_waits_no_longer(heard: Signals) -> None:
    """The answer is given up."""
    with heard.in_flight():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(GaveUp):
            signal.raise_signal(signal.SIGINT)


def test_one_before_and_one_in_flight_are_two(heard: Signals) -> None:
    """Whoever asked before the request left has asked once."""
    signal.raise_signal(signal.SIGTERM)
    with heard.in_flight(), pytest.raises(GaveUp):
        signal.raise_signal(signal.SIGTERM)


def test_patience_has_an_end(heard: Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first signal in flight starts it; when it is over, the answer is given up."""
    monkeypatch.setattr(signals, "PATIENCE_S", 0.05)
    with heard.in_flight():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(GaveUp):
            Event().wait(5)


def test_patience_that_ends_after_the_answer_ends_nothing(
    heard: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer came: it is written in peace."""
    monkeypatch.setattr(signals, "PATIENCE_S", 0.02)
    with heard.in_flight():
        signal.raise_signal(signal.SIGINT)
    while signal.getitimer(signal.ITIMER_REAL) != (0.0, 0.0):
        Event().wait(0.01)
    assert heard.asked


def taken(heard: Signals, at: int) -> bool:
    """Wait for an answer, and signal before the instruction ``at`` of it; say whether there was one."""
    steps = count(1)

    def step(frame: FrameType, event: str, _: object) -> "TraceFunction | None":
        if frame.f_code is Signals._heard.__code__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and next(steps) == at:
            signal.raise_signal(signal.SIGINT)
        return step

    def wait() -> None:
        with suppress(GaveUp), heard.in_flight():
            assert heard.asked

    before = sys.gettrace()
    sys.settrace(step)
    try:
        wait()
    finally:
        sys.settrace(before)
    return next(steps) > at


def test_wherever_it_is_given_up_what_follows_is_not(heard: Signals) -> None:
    """Also where the second signal comes with the answer: what the third would tear off is written."""
    signal.raise_signal(signal.SIGINT)
    for at in takewhile(partial(taken, heard), count(1)):
        signal.raise_signal(signal.SIGINT)
        assert heard.asked, at


def test_the_patience_is_eight_seconds() -> None:
    """As the design says."""
    assert signals.PATIENCE_S == 8


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED), (signal.SIGHUP, Exit.TERMINATED)],
)
def test_before_the_run_begins_they_end_the_process(number: signal.Signals, code: int) -> None:
    """There is nothing to wait for."""
    listener = Signals()
    with listener.listening(), pytest.raises(SystemExit) as left:
        signal.raise_signal(number)
    assert left.value.code == code


def test_whoever_listened_before_listens_again() -> None:
    """Nothing of it stays behind."""
    before = {number: signal.getsignal(number) for number in (*ASKING, signal.SIGALRM)}
    listener = Signals()
    with listener.listening():
        assert signal.getsignal(signal.SIGINT) != before[signal.SIGINT]
    assert {number: signal.getsignal(number) for number in before} == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_run_under_nohup_outlives_its_terminal() -> None:
    """A hang-up that is ignored before stays ignored."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Signals().listening():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
