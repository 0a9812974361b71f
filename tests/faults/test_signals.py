"""Ctrl-C and SIGTERM on real processes: before anything is sent, with an answer on its way, at the end."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from signal import SIGINT, SIGTERM

import pytest

from engine.clock import boottime_s
from engine.record.outcome import RunStatus
from engine.refusal import Exit
from engine.sandbox import Fault, Kind
from tests.faults.harness import Scene, scene
from tests.faults.person import Person
from tests.faults.points import Fate, Twist
from tests.faults.processes import Ended, Forking, new_processes
from tests.faults.steps import EACH_ONCE

AT_ONCE = 8
"""All of them: they wait, and little else."""

PATIENT = "timeout: 60s, retry: {attempts: 10, within: 1h}"


class Told:
    """A process that was sent signals while its request number ``at`` was in flight, and its later end."""

    def __init__(
        self, forking: Forking, base: Path, stall: Fault, *signals: int, at: int = 2, handling: str = PATIENT
    ) -> None:
        with scene(forking, base, stall, handling=handling) as where:
            self.ended, self.took_s = _told(where, at, signals)
            self.accepted = dict(where.accepted())
            person = Person(where, [stall])
            self.standing = person.take_to_the_end()
            self.doubts = person.doubts
            where.judge()
            assert where.accepted() == EACH_ONCE


def _told(where: Scene, at: int, signals: tuple[int, ...]) -> tuple[Ended, float]:
    """Give the end of a run that is told to end when so many requests have arrived, and the time it took."""
    with new_processes([where.words("run", "chaos.yaml")], where.folder, where.environment) as [going]:
        where.until_requests(at)
        began_s = boottime_s()
        for number in signals:
            going.signal(number)
            threading.Event().wait(0.3)  # two at once would be one
        ended = going.wait()
    return where.note(("run", "chaos.yaml"), 0, ended), boottime_s() - began_s


def _while_it_waits(forking: Forking, base: Path, number: int) -> tuple[Ended, list[str]]:
    """Interrupt a run that cannot connect, and waits to try again; then let it connect."""
    with scene(forking, base, handling=PATIENT) as where:
        with (
            where.served.refusing(),
            new_processes([where.words("run", "chaos.yaml")], where.folder, where.environment) as [going],
        ):
            where.until_standing(RunStatus.WAITING)
            going.signal(number)
            ended = where.note(("run", "chaos.yaml"), 0, going.wait())
        standing = Person(where).take_to_the_end()
        where.judge()
        assert where.accepted() == EACH_ONCE
        return ended, standing


def stalled(number: int, seconds: float | None) -> Fault:
    """Let the answer to one request take its time; it was accepted at once."""
    return Fault(Kind.STALL, skip=number - 1, seconds=seconds, accepted=True)


CASES: Mapping[str, tuple[Fault, tuple[int, ...], int]] = {
    "answered in time": (stalled(2, 1.5), (SIGINT,), 2),
    "answered in time, SIGTERM": (stalled(1, 1.5), (SIGTERM,), 1),
    "the last answer": (stalled(4, 1.0), (SIGINT,), 4),
    "never answered": (stalled(2, None), (SIGTERM,), 2),
    "told twice": (stalled(2, None), (SIGINT, SIGINT), 2),
    "told twice, each in its way": (stalled(2, None), (SIGTERM, SIGINT), 2),
}


@pytest.fixture(scope="module")
def play(forking: Forking, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Told]]:
    """Play all cases at once; give one."""
    base = tmp_path_factory.mktemp("scenes")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        played: dict[str, Future[Told]] = {
            name: pool.submit(Told, forking, base, stall, *signals, at=at)
            for name, (stall, signals, at) in CASES.items()
        }
        yield lambda name: played[name].result()
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize(("number", "code"), [(SIGINT, Exit.INTERRUPTED), (SIGTERM, Exit.TERMINATED)])
def test_a_run_that_has_sent_nothing_ends_at_once(
    forking: Forking, tmp_path: Path, number: int, code: int
) -> None:
    """It says so by its code, and can be resumed."""
    ended, standing = _while_it_waits(forking, tmp_path, number)
    assert ended.code == code
    assert "runbook resume" in ended.out
    assert standing == [RunStatus.FINISHED]


@pytest.mark.parametrize("name", ["answered in time", "answered in time, SIGTERM"])
def test_an_answer_in_flight_is_waited_for(play: Callable[[str], Told], name: str) -> None:
    """It is said at once; nothing is in doubt then, and the run goes on from there."""
    told = play(name)
    assert told.ended.err.count("ending: nothing more is sent") == 1
    assert told.ended.code == Exit.STANDS_AFTER_SENDS
    assert len(told.accepted) == CASES[name][2]
    assert told.doubts == 0


def test_a_run_that_is_done_with_its_last_answer_has_finished(play: Callable[[str], Told]) -> None:
    """There is nothing left to interrupt."""
    told = play("the last answer")
    assert (told.ended.code, told.doubts) == (0, 0)


def test_an_answer_that_does_not_come_is_waited_for_eight_seconds(play: Callable[[str], Told]) -> None:
    """Then its send is in doubt."""
    told = play("never answered")
    assert told.ended.code == Exit.IN_DOUBT
    assert 7.5 < told.took_s < 14
    assert told.doubts == 1


@pytest.mark.parametrize("name", ["told twice", "told twice, each in its way"])
def test_a_second_signal_is_obeyed_at_once(play: Callable[[str], Told], name: str) -> None:
    """The send is in doubt right away."""
    told = play(name)
    assert told.ended.code == Exit.IN_DOUBT
    assert told.took_s < 4
    assert told.doubts == 1


@pytest.mark.parametrize("how", ["interrupt", "terminate"])
@pytest.mark.parametrize(
    "point", ["leased", "committed run_started", "posting", "asked", "allowed", "answered", "closing"]
)
def test_the_exit_code_is_right_whenever_the_signal_comes(
    forking: Forking, tmp_path: Path, point: str, how: str
) -> None:
    """Also in the last instant of a process, when all is written and said."""
    with scene(forking, tmp_path) as where:
        ended = where.do("run", "chaos.yaml", twist=Twist(Fate(point, 1, how)))
        assert (ended.code == 0) == (point == "closing"), ended
        where.judge()
