"""Many schedules: random runbooks, processes torn down at any call, and nothing arrives twice.

``pytest tests/properties/test_schedules.py --schedules 10000`` plays that many. A failure names its seeds;
``--schedules 1 --schedules-from SEED`` plays one of them alone and tells its story.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from engine.runlog import lock
from tests.properties.judging import doubles, faults
from tests.properties.processes import Store
from tests.properties.schedules import Schedule

A_LOG = 500
"""So many schedules share a run log, each in a campaign of its own."""

SHOWN = 10


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a lock here: its holder is as fictional as the time."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)


def schedules(seeds: Sequence[int], folder: Callable[[], Path], *, forgetful: bool) -> Iterator[Schedule]:
    """Give schedules that are yet to be played; each is to be judged before the next one begins."""
    for first in range(0, len(seeds), A_LOG):
        store = Store(folder())
        try:
            for seed in seeds[first : first + A_LOG]:
                yield Schedule(store, seed, forgetful=forgetful)
        finally:
            store.database.close()


def fault_of(schedule: Schedule) -> str | None:
    """Play a schedule; gives the first thing that must not be, and how it came about."""
    try:
        found = next(faults(schedule.play()), None)
    except Exception as error:  # noqa: BLE001  (whatever it is: the seed must be told)
        found = f"{type(error).__name__}: {error}"
    return None if found is None else "\n  ".join([found, schedule.books[0].text, *schedule.story])


@pytest.mark.slow
def test_nothing_arrives_twice_whatever_is_done_to_the_process(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The outbox, the exit codes, the chains and the tables agree, and every run comes to an end."""
    first, number = (request.config.getoption(f"--schedules{name}") for name in ("-from", ""))
    seeds = range(first, first + number)
    tally, found = Counter({"schedules": number}), dict[int, str]()
    for seed, schedule in zip(
        seeds, schedules(seeds, lambda: tmp_path_factory.mktemp("log"), forgetful=False), strict=True
    ):
        if (fault := fault_of(schedule)) is not None:
            found[seed] = fault
        tally += schedule.tally
        tally += Counter(processes=len(schedule.sessions), accepted=len(schedule.accepted()))
    with capsys.disabled():
        sys.stdout.write(f"\n{dict(sorted(tally.items()))}\n")
    assert not found, f"seeds {[*found][:SHOWN]}, of which the first:\n{next(iter(found.values()))}"
    if number >= A_LOG:
        for name in ("torn down", "resolved", "exit 16", "exit 22", "held", "stopped", "usurped"):
            assert tally[name] * 50 > number, f"hardly any of these: {name}"
        assert tally["accepted"] > number


def test_it_notices_when_the_intents_protect_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    """With a log that forgets what it does not know the end of, the judge finds people messaged twice."""
    twice = 0
    for schedule in schedules(range(80), lambda: tmp_path_factory.mktemp("log"), forgetful=True):
        try:
            schedule.play()
        except AssertionError:
            continue
        twice += any(doubles(schedule))
    assert twice > 5
