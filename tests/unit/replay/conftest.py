"""Recorded runs: of two steps, with the answers that a test states."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from engine.planner.compare import differences
from engine.planner.load import program_of
from engine.record.event import Event, RunStarted
from engine.replay.compare import Comparison, compare
from engine.runlog import lock
from tests.unit.runner.fakes import Answer, Desk, document_of, planned

RUNBOOK = """\
format: runbook/v1
name: remind
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
steps:
  - {id: a, channel: sms, template: tplA, filters: {language: hindi}, limit: 1000, success: failed_pct <= 50}
  - {id: b, channel: sms, template: tplB, when: steps.a.failed <= 20, filters: {language: hindi}, limit: 100}
"""

Records: TypeAlias = Callable[..., list[Event]]
"""``records(*answers)``: the events of a run of the runbook whose requests are answered so."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Give everything that a run touches. Nobody waits for a lock."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)
    made = Desk(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def records(desk: Desk) -> Records:
    """Give what records a run."""

    def recorded(*answers: Answer, text: str = RUNBOOK) -> list[Event]:
        desk.api.answers = [*answers]
        desk.run(text)
        return events_of(desk)

    return recorded


def events_of(desk: Desk) -> list[Event]:
    """Give what is recorded of the desk's run."""
    return [entry.event for entry in desk.log.events("run-1")]


def decided_again(events: list[Event], text: str | None = None, *what_if: str) -> Comparison:
    """Decide a recorded run anew, by another runbook if one is given."""
    first = events[0]
    assert isinstance(first, RunStarted)
    own = program_of(first.plan)
    if text is None:
        return compare(events, own, what_if=what_if)
    plan = planned(text)
    changed = differences(first.plan, document_of(plan), was="recorded")
    return compare(events, own, other=plan.program, file="b.yaml", changed=changed, what_if=what_if)
