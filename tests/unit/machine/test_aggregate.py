"""A step's status is the worst of its sends, mixed ones are partial."""

import pytest

from engine.machine.aggregate import read, worst
from engine.record.condition import UNKNOWN, Field
from engine.record.outcome import NOBODY, Counts, SendStatus, StepStatus
from engine.record.state import StepState


@pytest.mark.parametrize(
    ("sends", "expected"),
    [
        ([], "pending"),
        (["intended"], "pending"),
        (["no_match"], "no_match"),
        (["no_match", "succeeded"], "succeeded"),
        (["not_sent", "no_match"], "not_sent"),
        (["rejected", "not_sent"], "rejected"),
        (["partial", "succeeded"], "partial"),
        (["failed", "rejected"], "failed"),
        (["sent_unknown", "failed"], "sent_unknown"),
        (["in_doubt", "sent_unknown"], "in_doubt"),
        (["succeeded", "failed"], "partial"),
        (["succeeded", "rejected"], "partial"),
        (["succeeded", "not_sent"], "partial"),
        (["partial", "failed"], "partial"),
        (["succeeded", "failed", "in_doubt"], "in_doubt"),
        (["no_match", "failed"], "failed"),
    ],
)
def test_worst(sends: list[str], expected: str) -> None:
    """The order of DESIGN, section 7, and its exception for mixed sends."""
    assert worst(SendStatus(send) for send in sends) is StepStatus(expected)


@pytest.mark.parametrize(
    ("status", "ran"),
    [
        ("skipped", False),
        ("not_sent", False),
        ("rejected", True),
        ("no_match", True),
        ("succeeded", True),
        ("partial", True),
        ("failed", True),
    ],
)
def test_ran_says_whether_a_request_was_answered(status: str, ran: bool) -> None:
    """Refusals are answers; skipped and unsent steps have none."""
    assert read(StepState(StepStatus(status)), Field.RAN) is ran


def test_unknown_numbers_are_unknown_but_the_status_is_not() -> None:
    """Only the status of a doubt that was settled is known."""
    settled = StepState(StepStatus.SENT_UNKNOWN, counts=None)
    assert read(settled, Field.STATUS) == "sent_unknown"
    assert {read(settled, name) for name in Field if name is not Field.STATUS} == {UNKNOWN}


@pytest.mark.parametrize(
    ("counts", "expected"), [(NOBODY, 0), (Counts(10, 8, 6, 2), 25), (Counts(3, 3, 2, 1), 100 / 3)]
)
def test_failed_pct_is_of_the_selected(counts: Counts, expected: float) -> None:
    """100 · failed / selected, and 0 where nobody was selected."""
    assert read(StepState(StepStatus.PARTIAL, counts), Field.FAILED_PCT) == expected
