"""A process dies, or its disk is full, while it writes down what the API's logs show."""

from pathlib import Path
from signal import SIGKILL

import pytest

from engine.record.outcome import RunStatus
from engine.refusal import Exit
from engine.sandbox import Fault, Kind
from tests.faults.harness import Scene, scene
from tests.faults.person import Person
from tests.faults.points import Fate, Twist
from tests.faults.processes import Forking
from tests.faults.steps import EACH_ONCE
from tests.faults.test_full_disk import CURES, FRAME_BYTES

UNWRITTEN = ("leased", "before reconciled", "after reconciled", "before sealed", "after sealed")
WRITTEN = ("committed reconciled", "committed sealed", "closing")
LOST = Fault(Kind.RESET, skip=1, accepted=True)
"""The answer to the second send is lost; its messages went out."""


def reconcile(where: Scene, twist: Twist) -> int:
    """Have a run in doubt, and look for its send in the API's logs; give the exit code of the look."""
    assert where.do("run", "chaos.yaml").code == Exit.IN_DOUBT
    return where.do("reconcile", "last", "--wait", "0", twist=twist).code


def comes_through(where: Scene) -> None:
    """Look once more, and go on: the send is settled, and nothing is sent twice."""
    assert where.do("reconcile", "last", "--wait", "0").code != Exit.IN_DOUBT
    assert where.standing() == [RunStatus.PAUSED]
    person = Person(where, [LOST])
    assert person.take_to_the_end() == [RunStatus.FINISHED]
    where.judge()
    assert where.accepted() == EACH_ONCE


@pytest.mark.parametrize("point", [*UNWRITTEN, *WRITTEN])
def test_a_death_leaves_the_doubt_or_settles_it(forking: Forking, tmp_path: Path, point: str) -> None:
    """The rows, the event and its seal are one; a second look finds the same."""
    with scene(forking, tmp_path, LOST) as where:
        assert reconcile(where, Twist(Fate(point))) == -SIGKILL
        where.judge()
        assert where.standing() == [RunStatus.PAUSED if point in WRITTEN else RunStatus.IN_DOUBT]
        comes_through(where)


@pytest.mark.parametrize("pages", [1, 2, 4, 6, 60])
def test_a_full_disk_leaves_the_doubt_or_settles_it(forking: Forking, tmp_path: Path, pages: int) -> None:
    """It says so, and with room a second look settles it."""
    with scene(forking, tmp_path, LOST) as where:
        code = reconcile(where, Twist(most_bytes=32 + pages * FRAME_BYTES))
        if code == Exit.LEASE_OR_LOG or pages == 1:
            assert code == Exit.LEASE_OR_LOG
            assert any(cure in where.worked[-1].ended.err for cure in CURES)
        where.judge()
        comes_through(where)
