"""Reconciling, as a program does it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import engine
from engine.runlog import lock
from engine.trial.wire import InProcess
from tests.reconciling import LOST, Lookout, runbook, step
from tests.unit.runner.fakes import HERE


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookout]:
    """Give a desk whose run is in doubt."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)
    made = Lookout(tmp_path)
    made.sandbox.script(LOST)
    made.run(runbook(step(ids=["L-1", "L-2"])))
    made.clock.advance(30)
    yield made
    made.database.close()


def client(desk: Lookout, account: engine.Account = HERE) -> engine.Client:
    """Make a client of a program's own."""
    return engine.Client(account, "sandbox", transport=InProcess(desk.sandbox, desk.clock))


def test_a_program_settles_a_doubt(desk: Lookout) -> None:
    """By its client and its log; the report says what was found."""
    with client(desk) as speaking:
        looked = engine.reconcile("last", client=speaking, log=desk.log, wait_s=0, clock=desk.clock)
    assert [(each.reached, each.is_settled, each.complete) for each in looked.seen] == [(2, True, True)]
    assert desk.entry().status == engine.RunStatus.PAUSED


def test_a_dry_run_writes_nothing(desk: Lookout) -> None:
    """It tells all the same."""
    with client(desk) as speaking:
        looked = engine.reconcile(
            "last", client=speaking, log=desk.log, wait_s=0, dry_run=True, clock=desk.clock
        )
    assert (looked.seen[0].reached, looked.seal) == (2, None)
    assert desk.entry().status == engine.RunStatus.IN_DOUBT


@pytest.mark.parametrize("wrong", [{"wait_s": -1}, {"pages": 0}])
def test_numbers_out_of_range_are_refused(desk: Lookout, wrong: dict[str, int]) -> None:
    """Before anything is asked (64)."""
    with client(desk) as speaking, pytest.raises(engine.Refusal) as refused:
        engine.reconcile("last", client=speaking, log=desk.log, **wrong)  # type: ignore[arg-type]
    assert refused.value.code == engine.Exit.USAGE
    assert not desk.asked()


def test_another_account_is_refused(desk: Lookout) -> None:
    """Its logs would be other people's (13)."""
    other = client(desk, engine.Account("http://127.0.0.1:9/api/v1"))
    with other as speaking, pytest.raises(engine.Refusal) as refused:
        engine.reconcile("last", client=speaking, log=desk.log, clock=desk.clock)
    assert refused.value.code == engine.Exit.NOT_AS_REVIEWED
