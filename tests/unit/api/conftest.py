"""A service with an empty log, and one whose run was interrupted."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import engine
from engine.refusal import Exit
from tests.sandboxes import sandbox
from tests.unit.api.services import Service


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Make a service with an empty log, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    engine.make_log(tmp_path / "log" / "runlog.db", actor="service")
    with closing(engine.open_log(tmp_path / "log" / "runlog.db", actor="service")) as log:
        made = Service(tmp_path, sandbox(), log)
        yield made
        for client in made.clients:
            client.close()


@pytest.fixture
def interrupted(service: Service) -> str:
    """Start a run that is ended before its first request leaves; give its id."""
    interrupts = engine.Interrupts()

    def stop(_event: engine.Event, _state: engine.RunState) -> None:
        interrupts.stop()

    result = service.run(service.plan(), on_event=stop, interrupts=interrupts)
    assert (result.status, result.exit_code) == (engine.RunStatus.PAUSED, Exit.STANDS)
    return result.run
