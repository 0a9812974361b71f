"""A sandbox, and an empty folder with one runbook before it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.sandbox.server import Served
from tests.end_to_end.running import RUNBOOK
from tests.sandboxes import served


@pytest.fixture
def api() -> Iterator[Served]:
    """Serve a sandbox with fifty customers."""
    with served(50) as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: Served) -> Path:
    """Stand in an empty folder with one runbook, before that sandbox."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIMEPAY_BASE_URL", api.address)
    monkeypatch.setenv("TIMEPAY_TOKEN", "sandbox")
    (tmp_path / "two.yaml").write_text(RUNBOOK, "utf-8")
    return tmp_path
