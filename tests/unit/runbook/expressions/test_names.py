"""Names: what is known, and what was likely meant by what is not."""

import pytest

from engine.runbook.expressions.fault import Scope
from tests.unit.runbook.expressions.scopes import INPUTS, STEPS, SUCCESS, WHEN, assert_found, found

FIELDS = "status, ran, matched, selected, initiated, failed, failed_pct, batches"


@pytest.mark.parametrize(
    ("text", "code", "marked", "says"),
    [
        ("inputs", "RB315", "inputs", "which input"),
        ("inputs.cpa > 1", "RB310", "cpa", "did you mean inputs.cap? Known: branch, city, cap"),
        ("inputs.zzz > 1", "RB310", "zzz", "known: branch, city, cap"),
        ("inputs.cap.x > 1", "RB316", "x", "write inputs.cap."),
        ("inputs.cap.x.y > 1", "RB316", "x.y", "write inputs.cap."),
        ("steps", "RB315", "steps", "write steps.cool_off.status."),
        ("steps.remind", "RB315", "steps.remind", f"or another field: {FIELDS}"),
        ("steps.remnd.ran", "RB311", "remnd", "did you mean steps.remind? Known: remind, cool_off."),
        ("steps.Remind.ran", "RB311", "Remind", "did you mean steps.remind?"),
        ("steps.zzz.ran", "RB311", "zzz", "known: remind, cool_off."),
        ("steps.later.ran", "RB312", "later", "move later up"),
        ("steps.own.ran", "RB313", "own", "in success"),
        ("steps.remind.faild > 0", "RB314", "faild", f"did you mean steps.remind.failed? Known: {FIELDS}"),
        ("steps.remind.failed.x > 0", "RB316", "x", "write steps.remind.failed."),
        ("cap > 1", "RB309", "cap", "write inputs.cap."),
        ("remind.failed > 1", "RB309", "remind.failed", "write steps.remind.failed."),
        ("remind", "RB309", "remind", "write steps.remind.status, or 'remind' if it is a text."),
        ("failed > 1", "RB309", "failed", "steps.cool_off.failed, or 'failed' in quotes for the status."),
        ("matched > 1", "RB309", "matched", "for example steps.cool_off.matched."),
        ("steps.remind.status == partial", "RB309", "partial", "a status stands in quotes: 'partial'."),
        ("inputs.branch == mumbai", "RB309", "mumbai", "A text stands in quotes: 'mumbai'."),
        ("step.remind.failed > 1", "RB309", "step.remind.failed", "did you mean steps.remind.failed?"),
        ("Inputs.cap > 1", "RB309", "Inputs.cap", "did you mean inputs.cap?"),
        ("TRUE", "RB309", "TRUE", "did you mean true?"),
        ("null", "RB309", "null", "there is no empty value"),
        ("config.items", "RB309", "config.items", "names begin with inputs. or steps."),
    ],
)
def test_when(text: str, code: str, marked: str, says: str) -> None:
    """In when: inputs, and the results of earlier steps."""
    assert_found(text, WHEN, (code, marked, says))


@pytest.mark.parametrize(
    ("text", "code", "marked", "says"),
    [
        ("faild > 1", "RB309", "faild", "did you mean failed?"),
        ("failed.x > 1", "RB316", "x", "write failed."),
        ("steps.own.faild > 1", "RB314", "faild", "did you mean steps.own.failed?"),
        ("steps.later.ran", "RB312", "later", "Steps before this one: remind and cool_off."),
        ("steps.ownn.ran", "RB311", "ownn", "did you mean steps.own?"),
    ],
)
def test_success(text: str, code: str, marked: str, says: str) -> None:
    """In success: the own result, too, under bare names."""
    assert_found(text, SUCCESS, (code, marked, says))


def test_the_first_step_has_nothing_before_it() -> None:
    """Where there is no earlier step, none is offered."""
    first = Scope(INPUTS, STEPS, position=0)
    assert_found("steps.nope.ran", first, ("RB311", "nope", "there is none to name"))
    assert_found("steps.later.ran", first, ("RB312", "later", "No step comes before this one."))
    assert_found("steps", first, ("RB315", "steps", "write steps.<name>.status."))


def test_without_inputs() -> None:
    """Where no input is declared, none is offered."""
    bare = Scope({}, STEPS, position=2)
    assert_found("inputs.cap > 1", bare, ("RB310", "cap", "there is none to name"))
    assert_found("inputs", bare, ("RB315", "inputs", "write inputs.<name>."))


def test_a_step_and_its_field() -> None:
    """A step and a field that are both wrong are two findings."""
    assert [each.marked for each in found("steps.later.faild > 1")] == ["later", "faild"]


def test_long_lists_are_not_shown() -> None:
    """Among many steps only the near one is offered."""
    many = Scope({}, {f"step_{number}": number for number in range(10_000)}, position=9_999)
    says = found("steps.stepp_9990.ran", many)[0].says
    assert "did you mean steps.step_999" in says
    assert len(says) < 100


@pytest.mark.parametrize(
    ("text", "code", "marked", "says"),
    [
        ("steps.cool-off.ran", "RB311", "cool-off", "did you mean steps.cool_off?"),
        ("steps.cool-off-x.ran", "RB311", "cool-off-x", "holds a hyphen, which is read as a minus"),
        ("inputs.br-anch == 'a'", "RB310", "br-anch", "did you mean inputs.branch?"),
        ("inputs.cap-x > 1", "RB310", "cap-x", "did you mean inputs.cap?"),
        ("steps.remind.failed-pct > 1", "RB314", "failed-pct", "did you mean steps.remind.failed_pct?"),
        ("steps.remind.status == no-match", "RB309", "no-match", "a status stands in quotes: 'no_match'."),
        ("zzz-zzz > 1", "RB309", "zzz-zzz", "names hold a to z, 0 to 9 and _"),
    ],
)
def test_hyphens(text: str, code: str, marked: str, says: str) -> None:
    """A name with hyphens is one finding, not a subtraction of names that nobody wrote."""
    assert_found(text, WHEN, (code, marked, says))


@pytest.mark.parametrize(
    "text",
    [
        "inputs.cap-inputs.rate > 1",
        "steps.remind.failed-steps.cool_off.failed > 1",
        "steps.remind.failed-1 > 1",
        "5-inputs.cap > 1",
        "(inputs.cap)-steps.remind.failed > 1",
    ],
)
def test_subtractions(text: str) -> None:
    """A hyphen between two values is a minus, with or without blanks around it."""
    assert not found(text)


def test_hyphens_in_success() -> None:
    """In success a bare field may follow a minus, and a hyphen may be meant for an underscore."""
    assert not found("matched-failed > 1", SUCCESS)
    assert_found("failed-pct > 1", SUCCESS, ("RB309", "failed-pct", "did you mean failed_pct?"))
