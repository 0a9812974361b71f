"""The gate in its seven steps, one behaviour a test (DESIGN, section 7)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine.machine import Send
from engine.record.entry import Lease
from engine.record.event import GuardRefused, RunPaused
from engine.record.outcome import Outcome
from engine.record.plan import Once
from engine.refusal import Exit, Refusal
from engine.runner.broken import Broken
from engine.runner.gate import Gate, GuardClosed, Running
from engine.runner.ports import GaveUp
from tests.factories import outcome, start
from tests.unit.runner.fakes import (
    CAMPAIGN,
    HERE,
    NOW,
    ONE,
    TWO,
    ZONE,
    Desk,
    after_leaving,
    before_leaving,
    code_of,
    intents,
    planned,
)

NAMED = ONE.replace("{language: hindi}", "{ids: [L-1, L-2], exclude_ids: [L-3]}")
ONCE_TRIED = ONE.replace("limit: 100", "limit: 100, retry: {attempts: 1, within: 30s}")


def to_end(desk: Desk) -> Callable[[], None]:
    """Want the run to end."""

    def ask() -> None:
        desk.interrupts.asked = True

    return ask


# ---------------------------------------------------------------- (1) to (3): the intent


def test_the_intent_is_on_disk_before_anything_may_leave(desk: Desk) -> None:
    """With the hash of the exact request, its bound and its deadline; no transaction is open any more."""

    def look() -> None:
        (intent,) = desk.log.sends("run-1")
        request = planned(ONE).program.steps[0].sends[0].request
        assert (intent.status.value, intent.request_hash) == ("intended", request.digest())
        assert (intent.at_most, intent.deadline_at) == (100, NOW + timedelta(seconds=30))
        assert not desk.database._connection.in_transaction

    desk.api.answers = [before_leaving(look)]
    assert desk.run().exit_code == Exit.WELL
    assert len(intents(desk.log, "run-1")) == 1


def test_the_intent_notes_whom_it_names(desk: Desk) -> None:
    """Customers by id, before anything may leave; nobody who is left out."""
    names: list[str] = []

    def look() -> None:
        names.extend(name for name in ("L-1", "L-2", "L-3") if desk.log.contacts(name))

    desk.api.answers = [before_leaving(look)]
    desk.run(NAMED)
    assert names == ["L-1", "L-2"]


def gate(desk: Desk, lease: Lease, run: str = "run-1", once: Once = Once.EVER) -> Gate:
    """Give the gate of a run, as a process that knows nothing of what happened since has it."""
    running = Running(run, planned(ONE).program, lease, desk.entry(run).occasion, once, ZONE)
    return Gate(running, desk.around)


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_second_intent_of_an_address_is_impossible(desk: Desk, attempt: int) -> None:
    """Whatever a process believes: the log takes one live attempt of an address, whatever its number."""
    desk.run()
    with (
        desk.log.lease(HERE.key, CAMPAIGN, "run-1") as lease,
        pytest.raises(GuardClosed, match="live attempt") as closed,
    ):
        gate(desk, lease).send(Send("a", "a/c1", attempt), start())
    assert closed.value.guard == "intent"
    assert len(desk.api.left) == 1


def test_the_gate_asks_for_doubts_itself(desk: Desk) -> None:
    """A doubt that arose since the run began keeps the send back."""
    desk.interrupts.asked = True
    desk.run()
    desk.interrupts.asked = False
    desk.dies(ONE.replace("name: remind", "name: other"), "run-dead")
    with (
        desk.log.lease(HERE.key, CAMPAIGN, "run-1") as lease,
        pytest.raises(GuardClosed, match="a/c1 of run run-dead is not settled") as closed,
    ):
        gate(desk, lease).send(Send("a", "a/c1", 1), start())
    assert closed.value.guard == "doubt"


def test_the_gate_asks_for_the_occasion_at_the_first_send(desk: Desk) -> None:
    """Somebody else used it since the run began."""
    daily = ONE.replace("owner:", "once: {per: day}\nowner:")
    desk.interrupts.asked = True
    desk.run(daily)
    desk.interrupts.asked = False
    desk.clock.advance(24 * 3600)
    desk.run(daily, "run-2")
    with (
        desk.log.lease(HERE.key, CAMPAIGN, "run-1") as lease,
        pytest.raises(GuardClosed, match="run run-2 has messaged campaign camp_demo") as closed,
    ):
        gate(desk, lease, once=Once.DAY).send(Send("a", "a/c1", 1), start())
    assert closed.value.guard == "once"


def test_a_closed_guard_stands_in_the_log(desk: Desk) -> None:
    """The run is paused, says which guard, and ends with 11: nothing was sent."""
    desk.on_told = lambda event, _state: desk.stop() if type(event).__name__ == "RunStarted" else None
    assert desk.run().exit_code == Exit.GUARDED
    refused, paused = [e.event for e in desk.log.events("run-1")][-3:-1]
    assert isinstance(refused, GuardRefused)
    assert isinstance(paused, RunPaused)
    assert (refused.guard, refused.step, paused.question.value) == ("stop", "a", "guard")
    assert desk.statuses() == []


def test_a_guard_that_closes_after_a_send_is_23(desk: Desk) -> None:
    """Something went out before."""
    desk.api.answers = [after_leaving(desk.stop)]
    assert desk.run(TWO).exit_code == Exit.STANDS_AFTER_SENDS
    assert desk.statuses() == [("a/c1", 1, "succeeded")]


def test_a_guard_that_opens_again_lets_the_run_go_on(desk: Desk) -> None:
    """Lift the stop, resume: what was not sent is sent, and nothing twice."""
    desk.api.answers = [after_leaving(desk.stop)]
    desk.run(TWO)
    desk.allow()
    assert desk.resume().exit_code == Exit.WELL
    assert desk.statuses() == [("a/c1", 1, "succeeded"), ("b/c1", 1, "succeeded")]


def test_without_the_lease_no_intent_is_written(desk: Desk) -> None:
    """Another process took the campaign meanwhile: 14, nothing leaves, nothing is open."""

    def take(event: object, _state: object) -> None:
        if type(event).__name__ == "RunStarted":
            desk.usurp()
            with desk.log.lease(HERE.key, CAMPAIGN, "run-else"):
                pass

    desk.on_told = take
    with pytest.raises((Broken, Refusal)) as refused:
        desk.run()
    assert getattr(refused.value, "code", None) == Exit.LEASE_OR_LOG
    assert (desk.statuses(), desk.api.left) == ([], [])


def test_what_a_run_wrote_that_was_torn_off_is_sealed(desk: Desk) -> None:
    """By whatever error: verify finds all of it covered."""

    def fail(event: object, _state: object) -> None:
        if type(event).__name__ == "SendSettled":
            raise RuntimeError("a bug")

    desk.on_told = fail
    with pytest.raises(Broken):
        desk.run()
    assert list(desk.log.stored("unsealed")) == []


@pytest.mark.parametrize("kind", ["run_started", "lease_taken", "send_intended"])
def test_without_room_for_the_intent_nothing_leaves(desk: Desk, kind: str) -> None:
    """14, with the cure; once there is room, the run goes on or is begun anew."""
    desk.full_at = kind
    assert code_of(desk.run) == Exit.LEASE_OR_LOG
    assert desk.api.left == []
    desk.full_at = None
    begun = desk.log.events("run-1")
    assert (desk.resume() if begun else desk.run()).exit_code == Exit.WELL


# ---------------------------------------------------------------- (4): right before the first byte


@pytest.mark.parametrize("closes", ["log", "file", "interrupt", "deadline"])
def test_what_closes_behind_the_intent_keeps_the_first_byte_back(desk: Desk, closes: str) -> None:
    """A stop, a signal, the deadline: surely not sent, and the log says so."""

    def close() -> None:
        match closes:
            case "log":
                desk.stop(CAMPAIGN)
            case "file":
                desk.stop_file = "stopped by the file STOP"
            case "interrupt":
                desk.interrupts.asked = True
            case _:
                desk.clock.advance(30)

    desk.api.answers = [before_leaving(close)]
    result = desk.run(ONCE_TRIED)
    assert desk.api.left == []
    assert desk.statuses() == [("a/c1", 1, "not_sent")]
    assert (result.state.status.value, result.exit_code) == ("paused", Exit.STANDS)


def test_the_deadline_counts_from_before_the_intent_was_written(desk: Desk) -> None:
    """A log that took its time does not lengthen the time for the request; a date set back neither."""

    def late() -> None:
        desk.clock.boot_s += 30
        desk.clock.at -= timedelta(hours=1)

    desk.api.answers = [before_leaving(late)]
    desk.run(ONCE_TRIED)
    assert desk.statuses() == [("a/c1", 1, "not_sent")]


def test_just_within_the_deadline_it_leaves(desk: Desk) -> None:
    """The edge is the deadline itself."""
    desk.api.answers = [before_leaving(lambda: desk.clock.advance(29.9))]
    assert desk.run(ONCE_TRIED).exit_code == Exit.WELL


# ---------------------------------------------------------------- (5) and (6): without an answer

ENDS: list[tuple[BaseException, int]] = [
    (GaveUp(), Exit.IN_DOUBT),
    (ValueError("a bug"), Exit.IN_DOUBT),
    (OSError("gone"), Exit.IN_DOUBT),
    (Refusal("no", "", Exit.GUARDED), Exit.IN_DOUBT),
]


@pytest.mark.parametrize(("error", "code"), ENDS, ids=lambda value: type(value).__name__)
def test_whatever_ends_a_request_that_may_have_left_makes_it_doubtful(
    desk: Desk, error: BaseException, code: int
) -> None:
    """Nobody waited for the answer: in doubt, on disk before anything else, and 22."""
    desk.api.answers = [error]
    assert code_of(desk.run) == code
    assert desk.statuses() == [("a/c1", 1, "in_doubt")]
    assert (desk.entry().status.value, desk.entry().exit_code) == ("in_doubt", Exit.IN_DOUBT)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)], ids=lambda each: type(each).__name__)
def test_even_what_ends_the_process_is_written_first(desk: Desk, error: BaseException) -> None:
    """It passes on, but the doubt is on disk."""
    desk.api.answers = [error]
    with pytest.raises(type(error)):
        desk.run()
    assert desk.statuses() == [("a/c1", 1, "in_doubt")]


@pytest.mark.parametrize(
    ("error", "code"),
    [(GaveUp(), Exit.STANDS), (ValueError("a bug"), Exit.FAILED), (OSError("gone"), Exit.FAILED)],
    ids=lambda value: type(value).__name__,
)
def test_before_the_first_byte_it_is_surely_not_sent(desk: Desk, error: BaseException, code: int) -> None:
    """No doubt arises, and the code is below 20."""

    def fail() -> None:
        desk.interrupts.asked = True
        raise error

    desk.api.answers = [before_leaving(fail)]
    assert code_of(desk.run) == code
    assert desk.statuses() == [("a/c1", 1, "not_sent")]
    desk.interrupts.asked = False
    assert desk.resume().exit_code == Exit.WELL


def test_a_refusal_of_the_provider_keeps_its_code(desk: Desk) -> None:
    """A token that is missing is 11, and nothing left."""

    def no_token() -> None:
        raise Refusal("there is no token", "set TIMEPAY_TOKEN", Exit.GUARDED)

    desk.api.answers = [before_leaving(no_token)]
    assert code_of(desk.run) == Exit.GUARDED
    assert desk.api.left == []


def test_an_error_after_an_earlier_send_is_24(desk: Desk) -> None:
    """Something went out, and the log is whole."""

    def fail() -> None:
        raise ValueError("a bug")

    desk.api.answers = [outcome("succeeded"), before_leaving(fail)]
    assert code_of(lambda: desk.run(TWO)) == Exit.FAILED_AFTER_SENDS
    assert desk.resume().exit_code == Exit.WELL


@pytest.mark.parametrize("error", [OSError("nobody listens"), GaveUp()], ids=lambda each: type(each).__name__)
def test_an_error_right_behind_the_intent_leaves_it_open(desk: Desk, error: BaseException) -> None:
    """The intent is on disk and nobody says that nothing left: 22, and the next one finds a doubt."""

    def fail(event: object, _state: object) -> None:
        if type(event).__name__ == "SendIntended":
            raise error

    desk.on_told = fail
    assert code_of(desk.run) == Exit.IN_DOUBT
    assert desk.api.left == []
    desk.on_told = lambda _event, _state: None
    assert desk.resume().exit_code == Exit.IN_DOUBT


# ---------------------------------------------------------------- (7): the outcome


@pytest.mark.parametrize(
    ("answers", "last"),
    [
        ([outcome("succeeded")], ["send_settled", "run_finished"]),
        ([outcome("failed")], ["send_settled", "run_halted"]),
        ([outcome("in_doubt")], ["send_settled", "run_paused"]),
    ],
)
def test_outcome_and_what_follows_from_it_are_one_transaction(
    desk: Desk, answers: list[Outcome], last: list[str]
) -> None:
    """A process that dies between the two would leave a run that stands and does not say so."""
    desk.api.answers = [*answers]
    desk.run()
    assert desk.mortal.transactions == [
        ["run_started", "lease_taken"],
        ["send_intended"],
        last,
        ["lease_released"],
    ]


def test_an_outcome_that_cannot_be_written_is_in_doubt(desk: Desk) -> None:
    """Sent, and no room to say so: 22, which tells the answer, and the next process finds a doubt."""
    desk.full_at = "send_settled"
    with pytest.raises(Broken, match="stands nowhere but here: sent: 10 customers; 10 matched") as broken:
        desk.run()
    assert broken.value.code == Exit.IN_DOUBT
    assert 'then: `runbook resolve run-1 a/c1 --as sent --reason "WHY"`' in broken.value.cure
    assert desk.statuses() == [("a/c1", 1, "intended")]
    desk.full_at = None
    assert desk.resume().exit_code == Exit.IN_DOUBT
    assert desk.statuses() == [("a/c1", 1, "in_doubt")]


@pytest.mark.parametrize("status", ["not_sent", "in_doubt"])
def test_only_an_answer_that_came_and_was_taken_is_offered_as_sent(desk: Desk, status: str) -> None:
    """What did not go out is told, too; of what nobody knows there is nothing to tell."""
    desk.full_at = "send_settled"
    desk.api.answers = [outcome(status)]
    with pytest.raises(Broken) as broken:
        desk.run()
    assert ("what came of a/c1 stands nowhere but here: not sent" in broken.value.message) == (
        status == "not_sent"
    )
    assert "then: `runbook show run-1`" in broken.value.cure


def test_a_campaign_that_cannot_be_given_back_in_the_log_undoes_nothing(desk: Desk) -> None:
    """All that matters is written: the code is the run's own."""
    desk.full_at = "lease_released"
    assert desk.run().exit_code == Exit.WELL
    desk.full_at = None
    assert desk.resume().exit_code == Exit.WELL


def test_events_are_told_when_they_are_durable(desk: Desk) -> None:
    """Nobody hears of what a crash could undo."""

    def look(event: object, _state: object) -> None:
        assert not desk.database._connection.in_transaction
        assert event in [entry.event for entry in desk.log.events("run-1")]

    desk.on_told = look
    desk.run(TWO)
    assert desk.told == [entry.event for entry in desk.log.events("run-1")]
