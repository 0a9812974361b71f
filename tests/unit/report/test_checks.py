"""What doctor's findings come to: marks, lines, a code."""

import pytest

from engine.refusal import Refusal
from engine.report.checks import (
    RUNS,
    SKEW_S,
    Check,
    Status,
    clock,
    exit_code,
    open_to_others,
    text,
    to_json,
    verdict,
    warning,
    wrong,
)

FINE = Check("program", "here")
CARE = warning("clock", "slow", "set it")
FAULT = wrong("token", Refusal("none", "set TIMEPAY_TOKEN", 11))
LOG = wrong("run log", Refusal("none", "runbook log init", 14))


@pytest.mark.parametrize(
    ("ahead_s", "status", "said"),
    [
        (None, Status.OK, "compare it yourself"),
        (0.0, Status.OK, "as the API's"),
        (SKEW_S, Status.OK, "as the API's"),
        (-SKEW_S, Status.OK, "as the API's"),
        (SKEW_S + 1, Status.WARNING, "6 s ahead of the API's"),
        (-3_600.0, Status.WARNING, "3,600 s behind the API's"),
    ],
)
def test_a_clock_is_judged_by_the_apis(ahead_s: float | None, status: Status, said: str) -> None:
    """Some seconds are no matter; more of them are said, with the direction and a mend."""
    check = clock("noon", ahead_s)
    assert check.status is status
    assert said in check.message
    assert bool(check.cure) is (status is Status.WARNING)


@pytest.mark.parametrize(
    ("mode", "is_open"), [(0o100600, False), (0o100400, False), (0o100640, True), (0o100604, True)]
)
def test_a_file_is_for_its_owner(mode: int, is_open: bool) -> None:
    """Group and others count, the owner does not."""
    found = open_to_others("token", "the file", mode, "chmod 600 FILE")
    assert (found is not None) is is_open
    assert found is None or (found.status is Status.WARNING and found.cure == "chmod 600 FILE")


@pytest.mark.parametrize(
    ("checks", "code"), [([], 0), ([FINE, CARE], 0), ([CARE, LOG, FAULT], 14), ([FAULT, LOG], 11)]
)
def test_the_first_wrong_thing_gives_the_code(checks: list[Check], code: int) -> None:
    """A warning gives none."""
    assert exit_code(checks) == code


def test_programs_read_four_keys() -> None:
    """Neither more nor fewer; the cure is a text, though empty."""
    assert to_json([FINE, FAULT]) == {
        "checks": [
            {"name": "program", "status": "ok", "message": "here", "cure": ""},
            {"name": "token", "status": "wrong", "message": "none", "cure": "set TIMEPAY_TOKEN"},
        ]
    }


def test_people_read_a_cure_that_can_be_copied() -> None:
    """In a narrow terminal the message is broken between words, and the cure is not."""
    cure = "runbook log init --log " + "x" * 60
    shown = text([wrong("run log", Refusal("word " * 20, cure))], width=40).splitlines()
    assert shown[0].startswith("wrong    run log: word")
    assert all(len(line) <= 40 for line in shown[:-1])
    assert shown[-1] == f"         help: {cure}"


def test_nothing_that_was_found_commands_the_terminal() -> None:
    """Neither by an escape, nor by our own emphasis."""
    shown = text([warning("API", "it says \x1b[2J\x1b[31mred", "\x1b]0;x\x07")])
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("checks", "said"),
    [
        ([FINE], "Nothing is wrong. "),
        ([FINE, CARE], "Nothing is wrong, but read the warning. Next: `runbook plan FILE`"),
        ([warning(RUNS, "x", "y")], "Nothing is wrong, but read the warning. Next: `runbook status`"),
        ([FAULT, LOG, CARE], "2 to mend"),
    ],
)
def test_it_comes_to_a_line(checks: list[Check], said: str) -> None:
    """With what to do next."""
    assert verdict(checks).startswith(said)
    assert "`runbook " in verdict(checks)
