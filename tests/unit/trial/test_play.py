"""A plan played: the real engine before a sandbox in the process, judged by the sandbox's outbox."""

import os
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from engine.record.event import Event, RunFinished, RunStarted, WaitStarted
from engine.record.plan import Account
from engine.refusal import Exit, Refusal
from engine.trial import Trial, play
from tests.sandboxes import rows
from tests.unit.runner.fakes import TWO, planned

PLAN = planned(TWO)
BRANCH = TWO.replace("template: tplB,", "template: tplB, when: steps.a.failed > 3,")


@pytest.fixture(autouse=True)
def _left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for what trials leave in a folder of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def got(trial: Trial) -> Counter[str]:
    """Count the messages of each step."""
    return Counter(message.step for message in trial.messages)


def statuses(trial: Trial) -> list[str]:
    """Give the status of each step."""
    return [state.status.value for state in trial.steps.values()]


def test_all_goes_well_unless_somebody_says_otherwise() -> None:
    """Every step sends, and its numbers are those of the outbox."""
    trial = play(PLAN)
    assert (trial.exit_code, statuses(trial)) == (Exit.WELL, ["succeeded", "succeeded"])
    assert got(trial) == {"a": 100, "b": 100}
    assert trial.state.initiated == len(trial.messages)


def test_requests_are_those_of_the_plan() -> None:
    """Byte for byte what would go out, each with its step."""
    trial = play(PLAN)
    planned_bodies = [
        (step.id, step.sends[0].address, step.sends[0].request.body) for step in PLAN.program.steps
    ]
    assert [(sent.step, sent.address, sent.body) for sent in trial.requests] == planned_bodies
    assert [(sent.attempt, sent.status, sent.accepted) for sent in trial.requests] == [(1, 200, True)] * 2


@pytest.mark.parametrize(("failed", "second"), [(3, "skipped"), (4, "succeeded")])
def test_an_answer_chooses_the_branch(failed: int, second: str) -> None:
    """The condition reads the number of the scripted answer."""
    trial = play(planned(BRANCH), answers={"a": f"207:failed={failed}"})
    assert statuses(trial) == ["partial", second]
    assert trial.steps["a"].counts is not None
    assert trial.steps["a"].counts.failed == failed
    assert got(trial)["a"] == 100 - failed


def test_a_lost_answer_is_in_doubt_though_all_got_it() -> None:
    """The outbox knows what the run cannot."""
    trial = play(PLAN, answers={"a": "lost"})
    assert (trial.exit_code, statuses(trial)) == (Exit.IN_DOUBT, ["in_doubt", "pending"])
    assert got(trial) == {"a": 100}


@pytest.mark.parametrize(
    ("answer", "code"), [("429", Exit.STANDS), ("refused", Exit.STANDS), ("401", Exit.GUARDED)]
)
def test_what_was_not_taken_reaches_nobody(answer: str, code: int) -> None:
    """Tried again as the runbook says, and never taken."""
    trial = play(PLAN, answers={"a": answer})
    assert trial.exit_code == code
    assert trial.messages == ()


def test_long_waits_are_over_at_once() -> None:
    """An hour of retries passes on the trial's own clock."""
    patient = TWO.replace("limit: 100}", "limit: 100, retry: {attempts: 3, within: 1h}}")
    events: list[Event] = []
    answers = {"a": ["429:retry_after=1500", "429:retry_after=1500", "ok"]}
    trial = play(planned(patient), answers=answers, on_event=lambda event, _: events.append(event))
    assert trial.exit_code == Exit.WELL
    assert (trial.events[-1].at - trial.events[0].at).total_seconds() >= 3000
    assert sum(isinstance(event, WaitStarted) for event in events) == 2


def test_a_request_that_comes_late_counts() -> None:
    """What the API takes after the client has left stands in the outbox."""
    trial = play(PLAN, faults=["stall:seconds=40"])
    assert trial.exit_code == Exit.IN_DOUBT
    assert got(trial) == {"a": 100}


def test_faults_befall_whatever_no_answer_is_said_of() -> None:
    """The answer of the first step leaves the fault to the second."""
    trial = play(PLAN, answers={"a": "ok"}, faults=["all_failed"])
    assert statuses(trial) == ["succeeded", "failed"]


def test_customers_can_be_given() -> None:
    """They are all there is, by name."""
    trial = play(PLAN, customers=rows(9))
    assert {message.customer for message in trial.messages} == {"L-1", "L-4", "L-7"}
    assert trial.customers["L-1"].name == "Asha Kumar 1"
    assert len(trial.customers) == 9


def test_customers_without_ids_are_refused() -> None:
    """In words, under the code of files."""
    with pytest.raises(Refusal, match="customer 1: a customer needs") as refused:
        play(PLAN, customers=[{"name": "Asha"}])
    assert refused.value.code == Exit.INVALID


def test_faults_that_make_no_sense_are_refused() -> None:
    """As on the command line."""
    with pytest.raises(Refusal, match="there is no fault 'rest'"):
        play(PLAN, faults=["rest"])


def test_events_are_told_in_order() -> None:
    """Each as it happens, and all of them in the trial."""
    told: list[Event] = []
    trial = play(PLAN, on_event=lambda event, _: told.append(event))
    assert tuple(told) == trial.events
    assert isinstance(told[0], RunStarted)
    assert any(isinstance(event, RunFinished) for event in told)


@pytest.mark.parametrize("address", ["https://api.example.invalid/api/v1", "http://127.0.0.1:9/api/v1"])
def test_a_plan_for_any_account_reaches_nobody(address: str) -> None:
    """Not even a connection is made: tests/conftest.py raises for those that leave this machine."""
    trial = play(planned(TWO, account=Account(address, "org_acme")))
    assert trial.exit_code == Exit.WELL
    assert len(trial.messages) == 200


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """Neither by a trial that ends, nor by one that is interrupted half way."""

    def interrupt(event: Event, _state: object) -> None:
        if not isinstance(event, RunStarted):
            assert os.listdir(tmp_path)  # noqa: PTH208  (while it runs there is a log)
            raise KeyboardInterrupt

    play(PLAN)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(KeyboardInterrupt):
        play(PLAN, on_event=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_two_trials_are_alike() -> None:
    """Nothing but the instant differs; once is no matter, for each has a log of its own."""
    first, second = play(PLAN, answers={"a": "207"}), play(PLAN, answers={"a": "207"})
    assert first.state.initiated == second.state.initiated
    assert [message.customer for message in first.messages] == [
        message.customer for message in second.messages
    ]
