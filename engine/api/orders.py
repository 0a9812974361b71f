"""What a run is started with, and how it is carried out, whoever starts it."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.api.planning import ZONE
from engine.frozen import replace
from engine.planner.model import Making, Plan
from engine.planner.program import program_document
from engine.record.event import RunStarted
from engine.record.outcome import Outcome
from engine.record.plan import Program
from engine.record.request import Request
from engine.record.state import RunState
from engine.runlog.port import RunLog
from engine.runner import ports
from engine.runner.broken import Broken
from engine.runner.exits import MAYBE_SENT
from engine.runner.ports import Surroundings
from engine.runner.start import Order, Result


def order_of(plan: Plan, making: Making, at: datetime, agree: Callable[[], None], again: str | None) -> Order:
    """Give the order to start a run of a plan ``at`` an instant; its id is readable, sortable, and new."""
    # Many runs of one runbook may be started in a second, each for a campaign of its own.
    run = f"{at:%Y%m%d-%H%M%S}-{plan.runbook.name}-{os.urandom(3).hex()}"
    document = program_document(plan, making)
    return Order(run, document, plan.program, ZoneInfo(ZONE), agree, again)


def carried(run: str, around: Surroundings, go: Callable[[Surroundings], Result]) -> Result:
    """Have a run go on; what tears it off once something may have left is a ``Broken``, whatever it is."""
    watched = _Watched(around.provider)
    try:
        return go(replace(around, provider=watched))
    except Broken:
        raise
    except Exception as error:
        if watched.has_sent:
            raise Broken(run, error, sent=True, is_open=False) from error
        raise


def left(state: RunState, program: Program) -> int | None:
    """Count the most messages that are still to come; None: nothing bounds them."""
    position = 0 if state.last is None else program.positions[state.last]
    bounds = [send.at_most for step in program.steps[position:] for send in step.sends]
    return None if None in bounds else sum(bound or 0 for bound in bounds)


def campaign_name(log: RunLog, run: str) -> str | None:
    """Give the name that the runbook of a run pins its campaign to."""
    first = log.events(run)[0].event
    assert isinstance(first, RunStarted), "a run's chain begins with its start"
    about: Mapping[str, Any] = first.plan
    name: str | None = about["runbook"]["campaign"]["name"]
    return name


class _Watched:
    """The API; ``has_sent``: something was accepted through it, or may have been."""

    def __init__(self, provider: ports.Provider) -> None:
        self._provider = provider
        self.has_sent = False

    def send(self, request: Request, *, timeout_s: float, leaving: Callable[[], str | None]) -> Outcome:
        """Make one request, once."""
        before, self.has_sent = self.has_sent, True  # where it breaks off, it may have been sent
        outcome = self._provider.send(request, timeout_s=timeout_s, leaving=leaving)
        self.has_sent = before or outcome.status in MAYBE_SENT
        return outcome
