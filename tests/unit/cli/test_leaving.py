"""A signal that ends the process lets it put things away first, and only once."""

import os
import signal
from collections.abc import Iterator

import pytest

from engine.cli.leaving import leaving_nothing


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Put back what this process did with signals."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.getsignal(name) for name in names}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


ENDS = [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit), (signal.SIGHUP, SystemExit)]


def unwound(done: list[str], *numbers: int) -> None:
    """Send the first signal in the block, the others while it puts things away."""
    with leaving_nothing():
        try:
            os.kill(os.getpid(), numbers[0])
            done.append("went on")
        finally:
            for number in numbers[1:]:
                os.kill(os.getpid(), number)
            done.append("put away")


def held(done: list[str]) -> None:
    """Send a signal while something begins."""
    with leaving_nothing() as leaving:
        with leaving.held():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("begun")
        done.append("went on")


@pytest.mark.parametrize(("number", "end"), ENDS)
def test_a_signal_unwinds(number: int, end: type[BaseException]) -> None:
    """What stands behind the block is done."""
    done: list[str] = []
    with pytest.raises(end):
        unwound(done, number)
    assert done == ["put away"]


def test_a_second_signal_does_not_disturb_what_is_put_away() -> None:
    """An impatient person presses twice."""
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        unwound(done, signal.SIGINT, signal.SIGINT)
    assert done == ["put away"]


def test_what_has_begun_is_known_before_it_ends() -> None:
    """A signal in a held block is heard right behind it."""
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        held(done)
    assert done == ["begun"]


def test_a_third_signal_does_not_tear_the_last_words() -> None:
    """Behind the block, too: the process is on its way out."""
    with pytest.raises(KeyboardInterrupt):
        unwound([], signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


def test_the_handlers_are_put_back() -> None:
    """Behind the block signals do what they did before."""
    before = signal.getsignal(signal.SIGTERM)
    with leaving_nothing():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_is_ignored_stays_ignored() -> None:
    """A command under nohup outlives its terminal."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with leaving_nothing():
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
