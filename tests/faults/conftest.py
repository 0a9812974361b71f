"""What the tests of kills and faults share: the process that forks, and how long to go on."""

import os
from collections.abc import Iterator

import pytest

from tests.faults.harness import environment_of
from tests.faults.processes import Forking

ROUNDS = 40


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that make these tests long."""
    group = parser.getgroup("faults")
    group.addoption("--chaos-rounds", type=int, default=ROUNDS, help="random runs that are killed")
    group.addoption("--chaos-seed", type=int, default=1, help="the seed of the first of them")
    group.addoption("--long-waits", action="store_true", help="wait for a locked log as long as people do")


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark of tests that wait for long."""
    config.addinivalue_line("markers", "long_waits: only with --long-waits")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for: nothing is skipped, so whatever is skipped is a mistake."""
    if config.getoption("long_waits", default=False):
        return
    kept = [item for item in items if "long_waits" not in item.keywords]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def forking() -> Iterator[Forking]:
    """Give the process that forks others; it ends with the tests."""
    made = Forking(environment_of(os.environ))
    yield made
    made.close()
