"""Under which code a process ends: every status of a run (DESIGN, section 7: the table)."""

import pytest

from engine.machine import evolve, fold
from engine.machine.exits import anything_sent, exit_code
from engine.record.event import (
    Event,
    Question,
    Resolution,
    RunCancelled,
    RunFinished,
    RunHalted,
    RunPaused,
    RunStarted,
    SendIntended,
    SendResolved,
    SendSettled,
    StepSkipped,
    WaitStarted,
)
from engine.record.outcome import Outcome
from engine.record.plan import OnFailure, Range
from engine.record.state import RunState
from engine.refusal import Exit, Refusal
from engine.runner.broken import Broken
from tests.factories import NOW, outcome, program, step

TWO = program(step("a", on_failure=OnFailure.CONTINUE), step("b", on_failure=OnFailure.CONTINUE))
FINISHED = RunFinished(NOW)
HALTED = RunHalted(NOW, "a", "why")
CANCELLED = RunCancelled(NOW, "why")
WAITING = WaitStarted(NOW, NOW, "why")
DOUBT = RunPaused(NOW, "a", Question.DOUBT, "why")
PAUSED = RunPaused(NOW, "a", Question.INTERRUPTED, "why")
KEPT_BACK = RunPaused(NOW, "a", Question.GUARD, "why")

WELL, FAILED, REFUSED = outcome("succeeded"), outcome("failed"), outcome("rejected")
PARTIAL, NOBODY, DOUBTFUL = outcome("partial"), outcome("no_match"), outcome("in_doubt")


def state(*outcomes: Outcome | None, end: Event | None = None) -> RunState:
    """Give a run whose steps came to these (None: skipped)."""
    events: list[Event] = [RunStarted(NOW, "r")]
    for name, came in zip("ab", outcomes, strict=False):
        if came is None:
            events.append(StepSkipped(NOW, name, "why"))
        else:
            address = f"{name}/c1"
            events += [SendIntended(NOW, name, address, 1), SendSettled(NOW, name, address, 1, came)]
    return fold([*events, *([end] if end else [])])


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ((WELL, WELL), Exit.WELL),
        ((WELL, None), Exit.WELL),
        ((NOBODY, WELL), Exit.WELL),
        ((NOBODY, NOBODY), Exit.WELL),
        ((NOBODY, None), Exit.WELL),
        ((WELL, PARTIAL), Exit.FINISHED_WITH_FAULTS),
        ((FAILED, WELL), Exit.FINISHED_WITH_FAULTS),
        ((FAILED, FAILED), Exit.FINISHED_WITH_FAULTS),
        ((WELL, REFUSED), Exit.FINISHED_WITH_FAULTS),
        ((REFUSED, REFUSED), Exit.GUARDED),
        ((REFUSED, None), Exit.GUARDED),
        ((REFUSED, NOBODY), Exit.GUARDED),
    ],
)
@pytest.mark.parametrize("sent_here", [True, False])
def test_a_finished_run(outcomes: tuple[Outcome | None, ...], code: int, *, sent_here: bool) -> None:
    """0 well, 20 with faults, 11 where everything was rejected; the same again when it is resumed."""
    assert exit_code(TWO, state(*outcomes, end=FINISHED), sent_here=sent_here) == code


def test_a_finished_run_whose_send_nobody_will_ever_know() -> None:
    """20: unknown, and accounted for."""
    resolved = SendResolved(NOW, "a", "a/c1", Resolution.NEVER_KNOWN, "why")
    known = fold([resolved, StepSkipped(NOW, "b", "why"), FINISHED], state(DOUBTFUL))
    assert exit_code(TWO, known, sent_here=False) == Exit.FINISHED_WITH_FAULTS


def test_a_broken_expectation_is_a_fault_of_a_finished_run() -> None:
    """All messages went out, to more people than expected."""
    expecting = program(step("a", expect=Range(max=5), on_failure=OnFailure.CONTINUE))
    assert exit_code(expecting, state(WELL, end=FINISHED), sent_here=True) == Exit.FINISHED_WITH_FAULTS


@pytest.mark.parametrize(
    ("outcomes", "end", "sent_here", "code"),
    [
        ((REFUSED,), HALTED, False, Exit.GUARDED),
        ((FAILED,), HALTED, True, Exit.HALTED),
        ((FAILED,), HALTED, False, Exit.HALTED),
        ((WELL, REFUSED), HALTED, True, Exit.HALTED),
        ((DOUBTFUL,), DOUBT, True, Exit.IN_DOUBT),
        ((DOUBTFUL,), DOUBT, False, Exit.IN_DOUBT),
        ((), KEPT_BACK, False, Exit.GUARDED),
        ((WELL,), KEPT_BACK, True, Exit.STANDS_AFTER_SENDS),
        ((), PAUSED, False, Exit.STANDS),
        ((WELL,), PAUSED, False, Exit.STANDS),
        ((WELL,), PAUSED, True, Exit.STANDS_AFTER_SENDS),
        ((), WAITING, False, Exit.STANDS),
        ((WELL,), WAITING, True, Exit.STANDS_AFTER_SENDS),
        ((), CANCELLED, False, Exit.STANDS),
        ((WELL,), CANCELLED, True, Exit.STANDS_AFTER_SENDS),
        ((WELL,), None, True, None),
    ],
)
def test_a_run_that_ended_otherwise_or_stands(
    outcomes: tuple[Outcome, ...], end: Event | None, code: int | None, *, sent_here: bool
) -> None:
    """11 and 21 halted, 22 in doubt, 15 and 23 paused, waiting or cancelled; nothing while it goes on."""
    assert exit_code(TWO, state(*outcomes, end=end), sent_here=sent_here) == code


@pytest.mark.parametrize(
    ("status", "is_sent"),
    [
        ("succeeded", True),
        ("partial", True),
        ("failed", True),
        ("in_doubt", True),
        ("rejected", False),
        ("no_match", False),
        ("not_sent", False),
    ],
)
def test_what_counts_as_sent(status: str, *, is_sent: bool) -> None:
    """Whatever may have reached somebody; also an intent whose outcome is not written."""
    assert anything_sent(state(outcome(status))) is is_sent
    assert anything_sent(evolve(state(), SendIntended(NOW, "a", "a/c1", 1)))
    assert not anything_sent(state())


@pytest.mark.parametrize(
    ("sent", "is_open", "error", "code"),
    [
        (False, False, ValueError(), Exit.FAILED),
        (False, False, Refusal("full", "", Exit.LEASE_OR_LOG), Exit.LEASE_OR_LOG),
        (True, False, ValueError(), Exit.FAILED_AFTER_SENDS),
        (True, False, Refusal("full", "", Exit.LEASE_OR_LOG), Exit.FAILED_AFTER_SENDS),
        (False, True, ValueError(), Exit.IN_DOUBT),
        (True, True, Refusal("full", "", Exit.LEASE_OR_LOG), Exit.IN_DOUBT),
    ],
)
def test_a_run_that_an_error_tore_off(error: Exception, code: int, *, sent: bool, is_open: bool) -> None:
    """How far it had come says more than what went wrong."""
    assert Broken("r", error, sent=sent, is_open=is_open).code == code
