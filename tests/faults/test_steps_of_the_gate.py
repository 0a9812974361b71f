"""A process dies, or freezes, at each step of the gate: nothing is sent twice, nothing is lost."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL

import pytest

from engine.record.outcome import RunStatus
from engine.sandbox import Fault, Kind
from tests.faults.harness import Scene, scene
from tests.faults.person import Person
from tests.faults.points import Fate, Twist
from tests.faults.processes import PLAIN, Ended, Forking
from tests.faults.steps import EACH_ONCE

AT_ONCE = 3
"""Scenes that are played at the same time: most of a scene is waiting."""

UNSENT = (
    "leased",
    "before run_started",
    "after run_started",
    "committed run_started",
    "before send_intended",
    "after send_intended",
)
DOUBTFUL = ("committed send_intended", "posting", "asked", "allowed", "answered", "before send_settled")
DOUBTFUL_STILL = "after send_settled"
SETTLED = (
    "committed send_settled",
    "before run_finished",
    "after run_finished",
    "committed run_finished",
    "before lease_released",
    "after lease_released",
    "before sealed",
    "after sealed",
    "committed lease_released",
    "committed sealed",
)
DOUBTS = {
    **dict.fromkeys(UNSENT, 0),
    **dict.fromkeys((*DOUBTFUL, DOUBTFUL_STILL), 1),
    **dict.fromkeys(SETTLED, 0),
    # The end of a run is in one transaction with the outcome of its last send.
    "before run_finished": 1,
    "after run_finished": 1,
}
"""Every point of a run that goes well, and how many doubts a death there leaves."""

ONCE_A_RUN = ("leased", "run_started", "run_finished", "lease_released", "sealed")

SECOND = {
    "before send_resolved": 2,
    "after send_resolved": 2,
    "committed send_resolved": 1,
    "before sealed": 2,
    "after sealed": 2,
    "committed sealed": 1,
    "before run_resumed": 1,
    "after run_resumed": 1,
    "committed run_resumed": 1,
    "before lease_lost": 2,
    "after lease_lost": 2,
    "committed lease_lost": 2,
    "after run_paused": 2,
}
"""Points of the commands that come after a death, and how often a person has to say what was sent."""


def fate(point: str, how: str = "kill") -> Twist:
    """Let it happen at the second send, or where there is one only."""
    return Twist(Fate(point, 1 if point.endswith(ONCE_A_RUN) else 2, how))


# ---------------------------------------------------------------- deaths

Deaths = Mapping[tuple[str, str], "Future[int]"]


@pytest.fixture(scope="module")
def deaths(forking: Forking, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deaths]:
    """Play a death at every point, several at a time; give how many doubts there were."""
    base = tmp_path_factory.mktemp("scenes")

    def die(point: str) -> int:
        with scene(forking, base) as where:
            person = Person(where)
            person.start(fate(point))
            assert where.worked[0].ended.code == -SIGKILL, where.worked[0]
            return _taken_to_the_end(person)

    def die_again(point: str) -> int:
        with scene(forking, base) as where:
            mine = Person(where, work=_mortal(where, point))
            where.do("run", "chaos.yaml", twist=fate("answered"))
            doubts = _taken_to_the_end(mine)
            assert [worked.ended.code for worked in where.worked].count(-SIGKILL) == 2, where.worked
            return doubts

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            **{("first", point): pool.submit(die, point) for point in DOUBTS},
            **{("second", point): pool.submit(die_again, point) for point in SECOND},
        }
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize(("point", "doubts"), DOUBTS.items())
def test_a_death_at_each_step_costs_nothing_but_a_doubt(deaths: Deaths, point: str, doubts: int) -> None:
    """Whoever dies leaves a run that ends with each request accepted once; only a sent intent is in doubt."""
    assert deaths["first", point].result() == doubts


@pytest.mark.parametrize(("point", "doubts"), SECOND.items())
def test_a_death_while_a_death_is_settled_changes_nothing(deaths: Deaths, point: str, doubts: int) -> None:
    """A command that settles what a death left may die itself, and is given again."""
    assert deaths["second", point].result() == doubts


@pytest.mark.parametrize("accepted", [False, True])
def test_a_death_while_the_answer_is_on_its_way(forking: Forking, tmp_path: Path, *, accepted: bool) -> None:
    """The request was read, and is accepted or not: the outbox decides what the person says."""
    stall = Fault(Kind.STALL, skip=1, seconds=0.3, accepted=accepted)
    with scene(forking, tmp_path, stall) as where:
        person = Person(where, [stall])
        going = where.start("run", "chaos.yaml")
        where.until_requests(2)
        going.signal(SIGKILL)
        where.note(("run", "chaos.yaml"), 0, going.wait())
        assert _taken_to_the_end(person) == 1


def _mortal(where: Scene, point: str) -> Callable[..., Ended]:
    """Let the first command that passes the point die there."""

    def work(*words: str) -> Ended:
        is_dead = any(worked.ended.code == -SIGKILL for worked in where.worked[1:])
        return where.do(*words, twist=PLAIN if is_dead else Twist(Fate(point)))

    return work


def _taken_to_the_end(person: Person) -> int:
    assert person.take_to_the_end() == [RunStatus.FINISHED]
    person.scene.judge()
    assert person.scene.accepted() == EACH_ONCE
    return person.doubts
