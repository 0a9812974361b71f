"""What is left of a run, and what tears one off, whoever carries it out."""

import json
from collections.abc import Callable
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from typing import cast

import pytest

import engine
from engine.api.orders import Terms, carried, left, to_start
from engine.api.reviewed import Review
from engine.clock import Steady
from engine.frozen import replace
from engine.machine import fold
from engine.planner.document import document
from engine.planner.model import Making
from engine.record.event import SendIntended, SendSettled
from engine.record.outcome import Outcome
from engine.record.request import Request
from engine.refusal import Exit
from engine.runner.ports import Surroundings
from engine.runner.start import Result
from engine.timepay.campaign import CampaignFacts
from tests.factories import NOW, outcome, program, step
from tests.unit.runner.fakes import HERE, ONE, planned


class Api:
    """Answers as told."""

    def __init__(self, *statuses: str) -> None:
        self._statuses = iter(statuses)

    def send(self, _request: Request, *, timeout_s: float, leaving: Callable[[], str | None]) -> Outcome:
        """Answer with the next status; the request has left by then."""
        assert (timeout_s, leaving()) == (1, None)
        return outcome(next(self._statuses))


REQUEST = Request("POST", "/initiate/camp_demo/sms", {"limit": 1})
TORN = [
    (["succeeded"], True),
    (["in_doubt"], True),
    (["not_sent"], False),
    (["succeeded", "not_sent"], True),
    ([], False),
]


@pytest.mark.parametrize(("statuses", "has_sent"), TORN)
def test_an_error_behind_a_send_is_a_broken_run(statuses: list[str], has_sent: bool) -> None:
    """Whatever tears a run off, its end says that something may have left; before that, it is as it was."""

    def go(around: Surroundings) -> Result:
        for _ in statuses:
            around.provider.send(REQUEST, timeout_s=1, leaving=lambda: None)
        raise OSError("the log cannot be closed")

    around = Surroundings(
        cast("engine.RunLog", None),
        Api(*statuses),
        Steady(),
        engine.Interrupts(),
        lambda: None,
        lambda *_: None,
    )
    with pytest.raises(engine.Broken if has_sent else OSError, match="cannot be closed") as torn:
        carried("run-1", around, go)
    if isinstance(torn.value, engine.Broken):
        assert (torn.value.code, torn.value.run) == (Exit.FAILED_AFTER_SENDS, "run-1")


@pytest.mark.parametrize("hours", [1, 30])
def test_an_order_expires_with_the_plan_and_with_the_file_that_was_reviewed(
    hours: int, tmp_path: Path
) -> None:
    """Whichever of the two comes first."""
    plan, making = planned(ONE), Making(NOW, NOW + timedelta(hours=24), "a.yaml", "0.1.0")
    reviewed = replace(making, expires_at=NOW + timedelta(hours=hours))
    (tmp_path / "p.json").write_text(json.dumps(document(plan, reviewed)))
    terms = Terms(
        Review(plan_file=tmp_path / "p.json"), HERE, CampaignFacts, lambda: None, lambda _most: None
    )
    order = to_start(plan, making, NOW, terms, None)
    assert order.expires_at == min(making, reviewed, key=attrgetter("expires_at")).expires_at


def test_what_is_left_of_a_run_is_bounded() -> None:
    """A step that was reached counts whole; none bounds a step without a limit."""
    planned = program(step("a", at_most=10), step("b", at_most=20))
    events: list[engine.Event] = [
        SendIntended(NOW, "b", "b/c1", 1),
        SendSettled(NOW, "b", "b/c1", 1, outcome("not_sent")),
    ]
    assert left(fold([]), planned) == 30
    assert left(fold(events), planned) == 20
    assert left(fold([]), program(step("a"), step("b", at_most=None))) is None
