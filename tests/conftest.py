"""Stops careless tests: no network beyond this machine, no environment of the developer's."""

import os
import signal
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.sandboxes"]

settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("usual")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that rewrite golden cases, and that play more schedules, or others."""
    parser.addoption("--update-cases", action="store_true", help="rewrite tests/cases/err/*.out")
    parser.addoption("--typos", type=int, default=60, help="how many of each kind tests/typos makes; 0: all")
    parser.addoption("--schedules", type=int, default=2000, help="how many tests/properties plays")
    parser.addoption("--schedules-from", type=int, default=0, help="the seed of the first schedule")


OURS = ("RUNBOOK_", "TIMEPAY_", "GITHUB_", "CI_")
LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide whatever the developer's shell or CI says about runbooks and colours."""
    for name in list(os.environ):
        if name.startswith(OURS) or name in {"CI", "NO_COLOR", "FORCE_COLOR", "PYTHONUNBUFFERED"}:
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Hear signals again: a command that has run is at its end, and tells its process to hear none."""
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
    before = {name: signal.getsignal(name) for name in names}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise when a test reaches beyond this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:  # noqa: ANN401  (what connect takes)
        host = address[0] if isinstance(address, tuple) else "unix"
        if host != "unix" and not str(host).startswith(LOOPBACK):
            raise AssertionError(f"a test reached out to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
