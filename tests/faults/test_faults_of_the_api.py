"""Every fault of the sandbox, with a process that lives and with one that dies on it."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.record.outcome import RunStatus
from engine.refusal import Exit
from engine.sandbox import Fault, Kind
from engine.sandbox.faults import LOG_KINDS
from engine.sandbox.tampering import BREAKS
from tests.faults.harness import scene
from tests.faults.person import Person
from tests.faults.points import Fate, Twist
from tests.faults.processes import Forking
from tests.faults.steps import STEPS

AT_ONCE = 4


def at_second(kind: Kind, **options: object) -> Fault:
    """Play a fault at the second request."""
    return Fault(kind, skip=1, **options)  # type: ignore[arg-type]  # the options of a table


FAULTS: Mapping[str, Fault] = {
    "refuse": at_second(Kind.REFUSE),
    "reset before": at_second(Kind.RESET),
    "reset after": at_second(Kind.RESET, accepted=True),
    "stall before": at_second(Kind.STALL, seconds=0.3),
    "stall before, too long": at_second(Kind.STALL, seconds=1.4),
    "stall before, carried out only if somebody waits": at_second(Kind.STALL, seconds=1.4, outlives=False),
    "stall after": at_second(Kind.STALL, seconds=0.3, accepted=True),
    "stall after, too long": at_second(Kind.STALL, seconds=1.4, accepted=True),
    "stall before, for ever": at_second(Kind.STALL),
    "stall after, for ever": at_second(Kind.STALL, accepted=True),
    "drip": at_second(Kind.DRIP, seconds=0.02),
    "truncated": at_second(Kind.TRUNCATED),
    "garbled": at_second(Kind.GARBLED),
    "empty": at_second(Kind.EMPTY),
    "oversized": at_second(Kind.OVERSIZED, size_bytes=3_000_000),
    "wrong type": at_second(Kind.WRONG_TYPE),
    "partial": at_second(Kind.PARTIAL),
    "partial, all reached": at_second(Kind.PARTIAL, reached="all"),
    "all failed": at_second(Kind.ALL_FAILED, reached="none"),
    "overreach": at_second(Kind.OVERREACH, ignore="limit"),
    "overreach by others": at_second(Kind.OVERREACH, extra=3),
    **{
        f"status {status}": at_second(Kind.STATUS, status=status)
        for status in (400, 401, 402, 403, 404, 405, 409, 413, 422, 429, 500, 502, 503, 504)
    },
    **{f"redirect {status}": at_second(Kind.STATUS, status=status) for status in (301, 302, 303, 307, 308)},
    **{
        f"status {status} after": at_second(Kind.STATUS, status=status, accepted=True)
        for status in (500, 503)
    },
    **{f"status 404, {who}": at_second(Kind.STATUS, status=404, about=who) for who in ("customers", "agent")},
    "status 429, later": at_second(Kind.STATUS, status=429, retry_after="1"),
    "status 429, much later": at_second(Kind.STATUS, status=429, retry_after="date+600"),
    **{f"counts: {what}": at_second(Kind.WRONG_COUNTS, breaks=what, accepted=True) for what in BREAKS},
}

CASES = {
    **{name: (name, False) for name in FAULTS},
    # Who dies reads no answer: one fault of each kind will do, accepted and not.
    **{
        f"{name}, dies": (name, True)
        for name in {(FAULTS[name].kind, FAULTS[name].accepts): name for name in FAULTS}.values()
    },
}
"""Every fault met by a process that lives, and every kind by one that is killed before it settles."""

ENDS = {RunStatus.FINISHED, RunStatus.HALTED}
"""Where a run stands that needs nothing more; halted only after an overreach."""

Played = tuple[list[str], int, Mapping[str, int]]


@pytest.fixture(scope="module")
def plays(
    forking: Forking, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, "Future[Played]"]]:
    """Play every fault on a process that lives and on one that is killed, several at a time."""
    base = tmp_path_factory.mktemp("scenes")

    def play(name: str, *, dies: bool) -> Played:
        fault = FAULTS[name]
        with scene(forking, base, fault) as where:
            person = Person(where, [fault])
            person.start(Twist(Fate("answered", 2)) if dies else Twist())
            standing = person.take_to_the_end()
            where.judge()
            assert not where.sandbox.faults, "the fault was not played"
            return standing, person.doubts, where.accepted()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {case: pool.submit(play, name, dies=dies) for case, (name, dies) in CASES.items()}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES)
def test_a_fault_costs_no_second_message(plays: Mapping[str, "Future[Played]"], case: str) -> None:
    """Whatever the API does, no address is accepted twice and the run ends or stands for good."""
    standing, doubts, accepted = plays[case].result()
    name, dies = CASES[case]
    assert set(standing) <= ENDS
    assert doubts >= dies
    if standing == [RunStatus.HALTED]:
        assert "overreach" in name or "over_limit" in name
    else:
        assert {step.key for step in STEPS} - set(accepted) <= {STEPS[1].key}


def test_every_fault_of_a_request_is_played() -> None:
    """A kind that is added to the sandbox is played here, too; those of logs meet no run yet."""
    assert {fault.kind for fault in FAULTS.values()} == set(Kind) - LOG_KINDS


def test_a_connection_that_is_refused_is_tried_again_and_sends_nothing(
    forking: Forking, tmp_path: Path
) -> None:
    """Where nothing listens, nothing was sent: no doubt, and the run goes on once somebody does."""
    with scene(forking, tmp_path) as where:
        with where.served.refusing():
            refused = where.do("run", "chaos.yaml")
        assert refused.code == Exit.STANDS
        assert not where.requests()
        person = Person(where)
        assert person.take_to_the_end() == [RunStatus.FINISHED]
        where.judge()
        assert person.doubts == 0
        assert set(where.accepted().values()) == {1}
