"""Processes are killed, frozen, thawed and interrupted at random, under random faults of the API."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.chaos import Round
from tests.faults.conftest import ROUNDS
from tests.faults.processes import Forking

AT_ONCE = 4
EACH_AT_LEAST = {"kills": 1.0, "freezes": 0.4, "signals": 0.05, "doubts": 0.4, "accepted": 1.5}
"""What a round meets on average, at least: a test that does nothing does not pass."""


def test_nothing_is_accepted_twice_whatever_befalls_the_processes(
    forking: Forking,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each round ends with every run ended or standing by name, and each address accepted at most once."""
    rounds = request.config.getoption("chaos_rounds", default=ROUNDS)
    first = request.config.getoption("chaos_seed", default=1)

    def play(seed: int) -> Counter[str]:
        played = Round(seed)
        try:
            played.play(forking, tmp_path)
        except BaseException as error:
            error.add_note(
                f"again: pytest tests/faults/test_at_random.py --chaos-rounds 1 --chaos-seed {seed}"
            )
            raise
        return played.met

    with ThreadPoolExecutor(AT_ONCE) as pool:
        met = sum(pool.map(play, range(first, first + rounds)), Counter[str]())
    with capsys.disabled():
        print(f"\n{rounds} rounds from seed {first}: {dict(met)}")  # noqa: T201  (what was done, in numbers)
    assert not met["twice"]
    if rounds >= ROUNDS:
        assert not [what for what, share in EACH_AT_LEAST.items() if met[what] < share * rounds], met


@pytest.mark.parametrize("is_gated", [True, False], ids=["with it", "without it"])
def test_only_without_the_look_at_the_log_people_are_messaged_twice(
    forking: Forking, tmp_path: Path, *, is_gated: bool
) -> None:
    """Where a second intent passes and nobody asks what is open, the same deaths are found out."""

    def play(seed: int) -> Counter[str]:
        played = Round(seed)
        played.play_deaths(forking, tmp_path, is_gated=is_gated)
        return played.met

    with ThreadPoolExecutor(AT_ONCE) as pool:
        met = sum(pool.map(play, range(12)), Counter[str]())
    assert met["kills"] >= 12
    assert (met["twice"] > 0) == (not is_gated), met
