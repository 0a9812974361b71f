"""A desk for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.runlog import lock
from tests.unit.runner.fakes import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Give everything that a run touches, and close its log behind it. Nobody waits for a lock."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)
    made = Desk(tmp_path)
    yield made
    made.database.close()
