"""The time as a run sees it: never back, whatever becomes of the machine's date."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from engine.clock import Steady, boottime_s, now

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Machine:
    """A machine whose date anybody can set."""

    def __init__(self) -> None:
        self.at = NOW
        self.boot_s = 1000.0

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)
        self.boot_s += seconds


@pytest.fixture
def machine() -> Machine:
    """Give a machine with the right date."""
    return Machine()


@pytest.fixture
def steady(machine: Machine) -> Steady:
    """Give the clock of a run that begins now."""
    return Steady(lambda: machine.at, lambda: machine.boot_s)


def test_it_goes_with_the_date(machine: Machine, steady: Steady) -> None:
    """Where nobody sets it."""
    assert steady.now() == NOW
    machine.advance(5)
    assert steady.now() == NOW + timedelta(seconds=5)


def test_a_date_set_back_an_hour_holds_no_run_up(machine: Machine, steady: Steady) -> None:
    """It goes on from where it was."""
    machine.advance(5)
    machine.at -= HOUR
    assert steady.now() == NOW + timedelta(seconds=5)
    machine.advance(5)
    assert steady.now() == NOW + timedelta(seconds=10)


def test_a_date_set_forth_an_hour_is_believed(machine: Machine, steady: Steady) -> None:
    """A deadline of the calendar must not be missed."""
    machine.at += HOUR
    assert steady.now() == NOW + HOUR


def test_there_and_back_again_gives_the_time_that_passed(machine: Machine, steady: Steady) -> None:
    """A date that was wrong for a while leaves nothing behind."""
    machine.at += HOUR
    machine.advance(7)
    machine.at -= HOUR
    assert steady.now() == NOW + timedelta(seconds=7)


def test_no_date_moves_the_seconds(machine: Machine, steady: Steady) -> None:
    """Deadlines of requests go by them."""
    before = steady.boottime_s()
    machine.at -= HOUR
    assert steady.boottime_s() == before
    machine.advance(3)
    assert steady.boottime_s() == before + 3


def test_a_sleep_until_the_past_is_none(steady: Steady) -> None:
    """Nobody is even asked."""
    steady.sleep_until(NOW, lambda: pytest.fail("asked for nothing"))
    steady.sleep_until(NOW - HOUR, lambda: pytest.fail("asked for nothing"))


def test_a_sleep_ends_when_nobody_wants_to_wait(steady: Steady) -> None:
    """Soon after it is said: it is asked again and again."""
    asked = count()
    steady.sleep_until(NOW + HOUR, lambda: next(asked) > 1)
    assert next(asked) == 3


def test_a_sleep_ends_at_the_instant(machine: Machine, steady: Steady) -> None:
    """Also when the date is set back meanwhile."""

    def unless() -> bool:
        machine.advance(10)
        machine.at -= HOUR
        return False

    steady.sleep_until(NOW + timedelta(seconds=25), unless)
    assert steady.now() == NOW + timedelta(seconds=30)


def test_the_real_ones_go_forward() -> None:
    """UTC, and seconds of this machine."""
    assert now().tzinfo is UTC
    assert boottime_s() <= boottime_s()
