"""Ids that are erased beside a doubt: no row is lost that tells that somebody was messaged."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.refusal import Exit, Refusal
from engine.runlog import lock
from engine.runner import reconcile as reconciling
from engine.runner.retention import erase, old_runs
from engine.sandbox import Fault, Kind
from tests.reconciling import LOST, Lookout, runbook, step

IDS = ("L-1", "L-4", "L-7")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookout]:
    """Give a desk whose run-0 reached nobody, and whose run-1 reached the same people and is in doubt."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)
    made = Lookout(tmp_path)
    made.sandbox.script(Fault(Kind.ALL_FAILED, reached="none"))
    made.run(runbook(step("a", ids=IDS, limit=3)), "run-0")
    made.cancel("run-0")
    made.clock.advance(60)
    made.sandbox.script(LOST)
    made.run(runbook(step("b", ids=IDS, limit=3)))
    made.clock.advance(60)
    yield made
    made.database.close()


def erased(desk: Lookout, run: str = "run-0") -> list[str]:
    """Erase the ids of a run, and give which lost them."""
    gone = erase(desk.log, desk.clock, lambda _: desk.clock.now(), "asked to be forgotten", run).gone
    return [each.entry.run for each in gone]


def kept_for(desk: Lookout) -> list[str]:
    """Say why run-0 keeps its ids."""
    return [old.kept_for for old in old_runs(desk.log, lambda _: desk.clock.now(), "run-0")]


def test_a_run_whose_rows_fit_a_doubt_keeps_its_ids(desk: Lookout) -> None:
    """They are all that keeps *not sent* from being said, by which everybody would be messaged again."""
    desk.reconcile()
    assert kept_for(desk) == [
        "rows kept of it fit b/c1 of run run-1, which is in doubt: settle that first",
    ]
    assert erased(desk) == []
    with pytest.raises(Refusal, match="may be those of a/c1 of run run-0") as refused:
        desk.resolve("b", "not_sent")
    assert refused.value.code == Exit.GUARDED


def test_rows_that_may_fit_a_doubt_that_cannot_be_read_keep_their_ids(desk: Lookout) -> None:
    """Another version of the program may be able to read it; what is said of it lets them go."""
    desk.reconcile()
    with closing(sqlite3.connect(desk.path)) as log, log:
        log.execute("UPDATE sends SET address = 'zz' WHERE run = 'run-1'")
    (why,) = kept_for(desk)
    assert why == "rows kept of it may fit zz of run run-1, which is in doubt: settle that first"
    assert erased(desk) == []


def test_once_the_doubt_is_settled_its_ids_go(desk: Lookout) -> None:
    """Nobody needs its rows any more."""
    desk.reconcile()
    desk.resolve("b", "never_known")
    assert kept_for(desk) == [""]
    assert erased(desk) == ["run-0"]


def test_a_doubt_that_no_row_of_it_fits_keeps_no_ids(desk: Lookout) -> None:
    """That some other send of the campaign is in doubt is no reason: here nobody has looked."""
    assert erased(desk) == ["run-0"]


def test_a_look_brings_no_erased_id_back_to_another_run(desk: Lookout) -> None:
    """What fits a doubt, too, settles it: passed over for a run that keeps nothing, it would stop no word."""
    erased(desk)
    assert desk.reconcile().others == ()
    assert not desk.kept("run-0")
    assert desk.send("b/c1").status == "sent_unknown"
    with pytest.raises(Refusal, match="was settled"):
        desk.resolve("b", "not_sent")
    desk.resume()
    assert len(desk.sandbox.outbox) == len(IDS)


def test_what_is_erased_while_rows_are_written_down_is_looked_at_again(
    desk: Lookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows were given to a run that cannot keep them: refused (14), and the next look is right."""
    unchanged = reconciling._refuse_changed

    def before_an_erasure(*given: Any) -> None:  # noqa: ANN401  (whatever it takes)
        unchanged(*given)
        assert erased(desk) == ["run-0"]

    with monkeypatch.context() as patch:
        patch.setattr(reconciling, "_refuse_changed", before_an_erasure)
        with pytest.raises(Refusal, match="settled, sent or erased on campaign camp_demo") as refused:
            desk.reconcile()
    assert refused.value.code == Exit.LEASE_OR_LOG
    assert not desk.kept("run-0")
    desk.reconcile()
    assert desk.send("b/c1").status == "sent_unknown"
