"""A sandbox, and an empty folder with one runbook before it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from engine.refusal import Refusal
from engine.runlog.sqlite import look_at
from engine.sandbox.server import Served
from tests.end_to_end.running import RUNBOOK
from tests.replays import decided_otherwise
from tests.sandboxes import served


@pytest.fixture
def api() -> Iterator[Served]:
    """Serve a sandbox with fifty customers."""
    with served(50) as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: Served) -> Iterator[Path]:
    """Stand in an empty folder with one runbook, before that sandbox; its runs are decided again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIMEPAY_BASE_URL", api.address)
    monkeypatch.setenv("TIMEPAY_TOKEN", "sandbox")
    (tmp_path / "two.yaml").write_text(RUNBOOK, "utf-8")
    yield tmp_path
    monkeypatch.undo()
    path = tmp_path / ".runbook" / "runlog.db"
    log = None
    with suppress(Refusal):  # some tests put there what is no log
        log = look_at(path) if path.exists() else None
    if log is not None:
        found = [*decided_otherwise(log)]
        log.close()
        assert not found
