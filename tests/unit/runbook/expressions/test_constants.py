"""Constants that can never be right, and conditions that never vary."""

import pytest

from tests.unit.runbook.expressions.scopes import SUCCESS, WHEN, assert_found, found


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        (
            "steps.remind.status == 'parital'",
            "'parital'",
            "did you mean 'partial'? Known: 'skipped', 'not_sent'",
        ),
        ("steps.remind.status != 'success'", "'success'", "did you mean 'succeeded'?"),
        ("'Partial' == steps.remind.status", "'Partial'", "did you mean 'partial'?"),
        ("steps.remind.status == 'pending'", "'pending'", "no step ends as 'pending'"),
        ("steps.remind.status == ''", "''", "known: 'skipped'"),
        ("steps.remind.status in ['partial', 'faild']", "'faild'", "did you mean 'failed'?"),
        ("steps.remind.status not in ['x']", "'x'", "known: 'skipped'"),
    ],
)
def test_unknown_status(text: str, marked: str, says: str) -> None:
    """A status that no step can have is refused, wherever it stands."""
    assert_found(text, WHEN, ("RB323", marked, says))


@pytest.mark.parametrize(
    "status", ["skipped", "not_sent", "rejected", "no_match", "in_doubt", "sent_unknown"]
)
def test_every_status_that_a_step_can_have(status: str) -> None:
    """All that a step can end as are admitted."""
    assert not found(f"status == '{status}'", SUCCESS)


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        (
            "inputs.city == 'delhi'",
            "'delhi'",
            "'delhi' is not a choice of inputs.city: known: 'mumbai', 'pune'.",
        ),
        ("'mumbay' != inputs.city", "'mumbay'", "did you mean 'mumbai'?"),
        ("inputs.city in ['mumbai', 'delhi']", "'delhi'", "known: 'mumbai', 'pune'."),
    ],
)
def test_outside_choices(text: str, marked: str, says: str) -> None:
    """A value that the input cannot have is refused."""
    assert_found(text, WHEN, ("RB324", marked, says))


@pytest.mark.parametrize(
    "text",
    [
        "inputs.city == 'mumbai'",
        "inputs.city == inputs.branch",
        "inputs.branch == 'anything'",
        "'anything' in inputs.languages",
    ],
)
def test_possible_values(text: str) -> None:
    """Choices are admitted, and everything where there are none."""
    assert not found(text)


@pytest.mark.parametrize(
    "date",
    ["2026-02-30", "2026-13-01", "20260131", "2026-1-31", "31.01.2026", "today", "", "2026-01-31T00:00"],
)
@pytest.mark.parametrize("form", ["inputs.day == {}", "{} < inputs.day", "inputs.day in [{}]"])
def test_dates(form: str, date: str) -> None:
    """A text beside a date is a day of the calendar in ISO form."""
    assert_found(form.format(f"'{date}'"), WHEN, ("RB325", f"'{date}'", "2026-01-31"))


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("inputs.cap / 0 > 1", "0"),
        ("inputs.cap // 0.0 > 1", "0.0"),
        ("inputs.cap % (5 - 5) > 1", "5 - 5"),
        ("1 / (0.1 * 10 - 1) > 5", "0.1 * 10 - 1"),
        ("(inputs.cap / 0) is known", "0"),
    ],
)
def test_division_by_zero(text: str, marked: str) -> None:
    """A divisor that is zero for everybody is refused; one that may be is unknown when it is."""
    assert_found(text, WHEN, ("RB326", marked, "the divisor is always zero"))


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("true", "true", "always true"),
        ("false", "false", "always false"),
        ("5 > 3", "5 > 3", "always true"),
        ("'a' == 'b'", "'a' == 'b'", "always false"),
        ("not (1 == 1)", "not (1 == 1)", "always false"),
        ("1 < 2 < 3", "1 < 2 < 3", "always true"),
        ("5 in [5, 6]", "5 in [5, 6]", "always true"),
        ("5 is known", "5 is known", "always true"),
        ("inputs.strict or 1 == 1", "1 == 1", "always true"),
        ("inputs.strict and not (2 > 1)", "not (2 > 1)", "always false"),
        ("inputs.strict and false", "false", "always false"),
        ("inputs.cap is known", "inputs.cap is known", "always true"),
        ("steps.remind.status is unknown", "steps.remind.status is unknown", "always false"),
        ("inputs.branch == ''", "inputs.branch == ''", "always false: no input is ever empty"),
        (
            "inputs.strict and ' ' != inputs.branch",
            "' ' != inputs.branch",
            "always true: no input is ever empty",
        ),
        ("inputs.branch not in ['']", "inputs.branch not in ['']", "always true: no input is ever empty"),
        ("'' in inputs.languages", "'' in inputs.languages", "always false: no input is ever empty"),
    ],
)
def test_conditions_that_never_vary(text: str, marked: str, says: str) -> None:
    """A part that reads nothing has the same answer every time; the largest such part is marked."""
    assert_found(text, WHEN, ("RB327", marked, says))


@pytest.mark.parametrize(
    "text",
    [
        "inputs.strict == true",
        "steps.remind.failed > 5 - 5",
        "steps.remind.failed is known",
        "steps.remind.ran is known",
        "steps.remind.failed == steps.remind.failed",
    ],
)
def test_conditions_that_vary(text: str) -> None:
    """Constants beside names are what conditions are made of."""
    assert not found(text)
