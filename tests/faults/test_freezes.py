"""A process freezes with the campaign in its hands, and thaws when its time is up."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import pytest

from engine.record.outcome import RunStatus
from engine.refusal import Exit
from engine.sandbox import Fault, Kind
from tests.faults.harness import Scene, environment_of, scene
from tests.faults.person import Person
from tests.faults.points import Fate, Twist
from tests.faults.processes import Ended, Forked, Forking, new_processes
from tests.faults.steps import EACH_ONCE

AT_ONCE = 4
PAST_THE_DEADLINE_S = 1.2
SENT_BY_THEN = {
    "before send_intended": 1,
    "after send_intended": 1,
    "committed send_intended": 1,
    "posting": 1,
    "asked": 1,
    "allowed": 1,
    "answered": 2,
    "before send_settled": 2,
    "after send_settled": 2,
    "committed send_settled": 2,
}
"""Points at the second send, and how many requests were accepted before the process froze there."""


def _frozen(where: Scene, point: str) -> Forked:
    going = where.start("run", "chaos.yaml", twist=Twist(Fate(point, 2, "freeze")))
    assert going.wait_stopped(), going.wait()
    return going


@pytest.fixture(scope="module")
def freezes(
    forking: Forking, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, "Future[Frozen]"]]:
    """Let a process freeze at every point, several at a time."""
    base = tmp_path_factory.mktemp("scenes")

    def freeze(point: str) -> Frozen:
        with scene(forking, base) as where:
            return Frozen(where, _frozen(where, point))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {point: pool.submit(freeze, point) for point in SENT_BY_THEN}
        pool.shutdown(cancel_futures=True)


class Frozen:
    """What others see of a frozen process, and what it does once it has thawed past its deadline."""

    def __init__(self, where: Scene, going: Forked) -> None:
        self.pid = going.pid
        self.resumed = where.start("resume", "last").wait()
        self.needy = where.start("status", "--format", "json").wait().json()["runs"]
        threading.Event().wait(PAST_THE_DEADLINE_S)
        self.before = sum(where.accepted().values())
        going.signal(SIGCONT)
        where.note(("run", "chaos.yaml"), 0, going.wait())
        person = Person(where)
        self.standing = person.take_to_the_end()
        where.judge()
        self.doubts = person.doubts
        self.accepted = dict(where.accepted())


@pytest.mark.parametrize("point", SENT_BY_THEN)
def test_others_are_told_who_holds_the_campaign(freezes: Mapping[str, Future[Frozen]], point: str) -> None:
    """A frozen process is alive: nobody else goes on with its run, or is asked to."""
    frozen = freezes[point].result()
    assert frozen.resumed.code == Exit.LEASE_OR_LOG
    assert f"process {frozen.pid} " in frozen.resumed.err
    assert not frozen.needy


@pytest.mark.parametrize(("point", "sent"), SENT_BY_THEN.items())
def test_one_that_thaws_too_late_sends_nothing_late(
    freezes: Mapping[str, Future[Frozen]], point: str, sent: int
) -> None:
    """What had not left when it froze leaves as a new attempt through the whole gate, and once."""
    frozen = freezes[point].result()
    assert frozen.before == sent
    assert (frozen.standing, frozen.doubts) == ([RunStatus.FINISHED], 0)
    assert frozen.accepted == EACH_ONCE


def test_an_answer_that_came_while_it_was_frozen_is_evidence_or_doubt(
    forking: Forking, tmp_path: Path
) -> None:
    """Past the deadline it may be read or not: the request is never made again."""
    stall = Fault(Kind.STALL, skip=1, seconds=0.3, accepted=True)
    with scene(forking, tmp_path, stall) as where:
        going = where.start("run", "chaos.yaml")
        where.until_requests(2)
        going.signal(SIGSTOP)
        threading.Event().wait(PAST_THE_DEADLINE_S)
        going.signal(SIGCONT)
        assert where.note(("run", "chaos.yaml"), 0, going.wait()).code in {Exit.WELL, Exit.IN_DOUBT}
        person = Person(where, [stall])
        assert person.take_to_the_end() == [RunStatus.FINISHED]
        where.judge()
        assert where.accepted() == EACH_ONCE


# ---------------------------------------------------------------- in the middle of a transaction


@pytest.fixture
def locked(forking: Forking, tmp_path: Path) -> Iterator[tuple[Scene, Forked]]:
    """Have a process frozen while it writes: no other can write to the log."""
    with scene(forking, tmp_path) as where:
        assert where.do("log", "init").code == 0
        assert where.do("stop", "--campaign", "other", "--reason", "r").code == 0
        going = _frozen(where, "after send_intended")
        yield where, going
        going.signal(SIGCONT)
        where.note(("run", "chaos.yaml"), 0, going.wait())
        Person(where).take_to_the_end()
        where.judge()


def _stop(where: Scene, patience_s: float) -> Forked:
    return where.start("stop", "--campaign", "other", "--reason", "r", twist=Twist(patience_s=patience_s))


def test_a_locked_log_is_waited_for_and_then_named(locked: tuple[Scene, Forked]) -> None:
    """A stop gives up after a while, says what is the matter, and stands in a file: it always works."""
    where, _ = locked
    stopped = _stop(where, 0.5).wait()
    assert stopped.code == 0
    assert "locked by another process for 1 s" in stopped.out + stopped.err
    assert str(where.log) in stopped.out + stopped.err
    status = where.start("status", "--format", "json").wait().json()
    assert len(status["stops"]) == 1  # the one that was set before
    assert status["stop_file"]


def test_who_waits_for_a_locked_log_writes_once_it_is_free(locked: tuple[Scene, Forked]) -> None:
    """A short freeze costs patience, nothing else; what was half written is whole."""
    where, going = locked
    waiting = _stop(where, 30)
    assert not waiting.ends_within(0.5)
    going.signal(SIGCONT)
    assert waiting.wait().code == 0
    assert going.wait().code == 0
    assert where.accepted() == EACH_ONCE


@pytest.mark.long_waits
def test_a_person_waits_for_a_locked_log_for_forty_seconds(locked: tuple[Scene, Forked]) -> None:
    """The patience of the product itself."""
    where, _ = locked
    allow = where.words("allow", "--campaign", "other", "--reason", "r")
    with new_processes([allow], where.folder, environment_of(where.environment)) as [process]:
        ended: Ended = process.wait(60)
    assert ended.code == Exit.LEASE_OR_LOG
    assert "locked by another process for 40 s" in ended.err
