"""What happens while the logs are looked at, and rows that come long after their run."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.frozen import replace
from engine.record.outcome import SendStatus
from engine.refusal import Exit, Refusal
from engine.runlog import lock
from engine.runner import reconcile as reconciling
from engine.runner.retention import erase
from engine.timepay.logs import LogPage
from tests.reconciling import LOST, NEVER_TAKEN, Lookout, runbook, step

IDS = [f"L-{number}" for number in range(1, 13)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookout]:
    """Make a desk before a sandbox."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)
    made = Lookout(tmp_path)
    yield made
    made.database.close()


def in_doubt(desk: Lookout) -> None:
    """Leave a send in doubt whose messages went out."""
    desk.sandbox.script(LOST)
    desk.run(runbook(step(ids=IDS)))


def test_ids_that_are_erased_meanwhile_do_not_come_back(
    desk: Lookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever erases asks nobody for the campaign, so the writing itself looks again."""
    in_doubt(desk)
    desk.resolve("a", "sent")
    desk.resume()
    write = reconciling._write

    def behind_an_erasure(*given: Any, **more: Any) -> Any:  # noqa: ANN401  (whatever it takes and gives)
        erase(desk.log, desk.clock, lambda _: desk.clock.now() + timedelta(days=1), "their time is over")
        return write(*given, **more)

    monkeypatch.setattr(reconciling, "_write", behind_an_erasure)
    with pytest.raises(Refusal) as refused:
        desk.reconcile()
    assert refused.value.code == Exit.GUARDED
    assert desk.reached() == set()


def test_rows_of_a_run_that_has_just_ended_are_its_own(desk: Lookout) -> None:
    """They are queued after its end: a send of the next run, which never went, is not settled by them."""
    desk.run(runbook())
    ended = list(desk.sandbox._world._rows)
    late = timedelta(minutes=7)
    desk.sandbox._world._rows[:] = [
        replace(row, queued_at=row.queued_at + late, started_at=row.started_at + late) for row in ended
    ]
    desk.clock.advance(6 * 60)
    desk.sandbox.script(NEVER_TAKEN)
    desk.run(runbook(), run="run-2")
    desk.clock.advance(5 * 60)
    desk.reconcile("run-2")
    assert len(desk.sandbox.outbox) == len(ended)
    assert desk.reached("run-2") == set()
    assert desk.send(run="run-2").status is SendStatus.IN_DOUBT


@pytest.mark.parametrize("unread", [False, True])
def test_pages_that_are_behind_their_count_are_read_again(
    desk: Lookout, monkeypatch: pytest.MonkeyPatch, *, unread: bool
) -> None:
    """The count stays, and the rows come, or can be understood, later."""
    in_doubt(desk)
    logs, asked = desk.client.logs, []

    def behind(*given: Any, **more: Any) -> LogPage:  # noqa: ANN401  (whatever it takes)
        page = logs(*given, **more)
        asked.append(page)
        return page if len(asked) > 2 else replace(page, rows=(), unread=len(page.rows) if unread else 0)

    monkeypatch.setattr(desk.client, "logs", behind)
    desk.reconcile(wait_s=120)
    assert desk.reached() == set(IDS)
    assert desk.send().status is SendStatus.SENT_UNKNOWN
