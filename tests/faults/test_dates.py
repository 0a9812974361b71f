"""The date of the machine is set while a run goes on: the clock is a port, and steps by an hour."""

from pathlib import Path

import pytest

from engine.clock import boottime_s
from engine.record.outcome import RunStatus
from engine.refusal import Exit
from engine.sandbox import Fault, Kind
from tests.faults.harness import scene
from tests.faults.person import Person
from tests.faults.points import Twist
from tests.faults.processes import Forking
from tests.faults.steps import EACH_ONCE

HOUR_S = 3600.0


@pytest.mark.parametrize(
    "jumps_s",
    [(HOUR_S,), (-HOUR_S,), (HOUR_S, -2 * HOUR_S, 3 * HOUR_S), (-HOUR_S, HOUR_S, -HOUR_S, HOUR_S)],
)
def test_a_date_that_is_set_holds_no_send_up(
    forking: Forking, tmp_path: Path, jumps_s: tuple[float, ...]
) -> None:
    """Between intent and first byte an hour passes by the date, and none by the clock that bounds a send."""
    with scene(forking, tmp_path) as where:
        assert where.do("run", "chaos.yaml", twist=Twist(jumps_s=jumps_s)).code == 0
        where.judge()
        assert where.accepted() == EACH_ONCE


@pytest.mark.parametrize(
    ("jumps_s", "code"),
    [
        ((0, -HOUR_S), Exit.WELL),
        ((0, 0, -HOUR_S), Exit.WELL),
        ((0, 0, HOUR_S), Exit.WELL),
        ((0, HOUR_S), Exit.STANDS_AFTER_SENDS),  # by the date there is no time left for another try
    ],
    ids=["back before the wait", "back in it", "forward in it", "forward before it"],
)
def test_a_date_that_is_set_makes_nobody_wait_for_an_hour(
    forking: Forking, tmp_path: Path, jumps_s: tuple[float, ...], code: int
) -> None:
    """A new try comes after its pause, or a person is asked."""
    later = Fault(Kind.STATUS, skip=1, status=429)
    with scene(forking, tmp_path, later) as where:
        began_s = boottime_s()
        assert where.do("run", "chaos.yaml", twist=Twist(jumps_s=jumps_s)).code == code
        assert boottime_s() - began_s < 20
        assert Person(where).take_to_the_end() == [RunStatus.FINISHED]
        where.judge()
        assert where.accepted() == EACH_ONCE


def test_a_date_that_is_set_back_settles_no_doubt_early(forking: Forking, tmp_path: Path) -> None:
    """*Not sent* is refused as long as the date says that the request may be on its way."""
    lost = Fault(Kind.RESET, skip=1)
    with scene(forking, tmp_path, lost) as where:
        assert where.do("run", "chaos.yaml").code == Exit.IN_DOUBT
        words = ("resolve", "last", "two/c1", "--as", "not-sent", "--reason", "r")
        assert where.do(*words, twist=Twist(skew_s=-HOUR_S)).code == Exit.GUARDED
        assert where.do(*words, twist=Twist(skew_s=HOUR_S)).code == 0
        assert Person(where).take_to_the_end() == [RunStatus.FINISHED]
        where.judge()
        assert where.accepted() == EACH_ONCE
