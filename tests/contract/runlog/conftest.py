"""The stores that keep the contract of the run log, one after the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.runlog.port import RunLog
from tests.contract.runlogs import (
    GOING,
    STORES,
    SqliteStore,
    put,
    started,
)


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteStore]:
    """Give one store after the other."""
    made = STORES[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[SqliteStore]:
    """Give a log in a file with one run, which nobody has open."""
    made = SqliteStore(tmp_path / "runlog.db")
    put(made.open(), started())
    made.close()
    yield made
    made.close()


@pytest.fixture
def log(store: SqliteStore) -> RunLog:
    """Give an open log with one run that has just started."""
    log = store.open()
    put(log, started(), standing=GOING)
    return log
