"""A desk for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.runlog import lock
from tests.replays import decided_otherwise
from tests.unit.runner.fakes import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Give everything that a run touches; nobody waits for a lock. Each run is decided again afterwards."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)
    made = Desk(tmp_path)
    yield made
    found = [*decided_otherwise(made.log)]
    made.database.close()
    assert not found
