"""What a finding says to write is a condition, and the one that was meant."""

import pytest

from tests.unit.runbook.expressions.scopes import found

PCT = "steps.remind.failed_pct"
STATUS = "steps.remind.status"
INSIDE = f"{PCT} >= 5 and {PCT} <= 10"
OUTSIDE = f"not ({INSIDE})"
_EITHER = f"{STATUS} in ['partial', 'failed']"
_NEITHER = f"{STATUS} not in ['partial', 'failed']"
_ANY = f"{STATUS} in ['partial', 'failed', 'rejected']"


@pytest.mark.parametrize(
    ("text", "code", "mend"),
    [
        (f"{STATUS} == 'partial' or 'failed'", "RB317", _EITHER),
        (f"{STATUS} == 'partial' or 'failed' or 'rejected'", "RB317", _ANY),
        (f"{STATUS} == ('partial' or 'failed')", "RB317", _EITHER),
        (f"{STATUS} in ('partial' or 'failed')", "RB317", _EITHER),
        (f"{STATUS} == ('partial' or 'failed' or 'rejected')", "RB317", _ANY),
        (f"{STATUS} != 'partial' and 'failed'", "RB317", _NEITHER),
        (f"{STATUS} != 'partial' or 'failed'", "RB317", _NEITHER),
        (f"{STATUS} != ('partial' or 'failed')", "RB317", _NEITHER),
        (f"{STATUS} in 'partial,failed'", "RB321", _EITHER),
        (f"{STATUS} in 'partial, failed'", "RB321", _EITHER),
        (f"{STATUS} not in 'partial,failed'", "RB321", _NEITHER),
        (f"{STATUS} not in 'partial'", "RB321", f"{STATUS} not in ['partial']"),
        (f"{STATUS} not in 'partial'", "RB321", f"{STATUS} != 'partial'"),
        (f"{PCT} between 5 and 10", "RB332", INSIDE),
        (f"{PCT} is between 5 and 10", "RB332", INSIDE),
        (f"{PCT} in between 5 and 10", "RB332", INSIDE),
        (f"{PCT} between 5% and 10%", "RB332", INSIDE),
        ("steps.remind.failed between 5% and 10 percent", "RB332", INSIDE),
        (f"{PCT} between 5 to 10", "RB332", INSIDE),
        (f"{PCT} between 5-10", "RB332", INSIDE),
        (f"{PCT} between [5, 10]", "RB332", INSIDE),
        (f"{PCT} from 5 to 10", "RB332", INSIDE),
        (f"{PCT} in 5 to 10", "RB332", INSIDE),
        (f"{PCT} in 5-10", "RB332", INSIDE),
        (f"{PCT} in range(5, 10)", "RB332", INSIDE),
        (f"not {PCT} between 5 and 10", "RB332", OUTSIDE),
        (f"{PCT} not between 5 and 10", "RB332", OUTSIDE),
        (f"{PCT} is not between 5 and 10", "RB332", OUTSIDE),
        (f"not {PCT} not between 5 and 10", "RB332", INSIDE),
        (f"not {PCT} in 5-10", "RB332", OUTSIDE),
        (f"{PCT} not in 5-10", "RB332", OUTSIDE),
        (f"{PCT} not in 5 to 10", "RB332", OUTSIDE),
        (f"not {PCT} in 5..10", "RB332", OUTSIDE),
        (f"{PCT} not in 5..10", "RB332", OUTSIDE),
        ("inputs.branch == 'pune\u2019", "RB306", "inputs.branch == 'pune'"),
        ("inputs.branch == \u2018pune'", "RB304", "inputs.branch == 'pune'"),
        (
            "inputs.branch == 'pune\u2019 or inputs.branch == 'delhi'",
            "RB306",
            "inputs.branch == 'pune' or inputs.branch == 'delhi'",
        ),
        (f"5% < {PCT}", "RB333", f"5 < {PCT}"),
        (f"steps.remind.failed > 5% of {PCT.removesuffix('failed_pct')}selected", "RB333", f"{PCT} > 5"),
        (
            "steps.remind.failed > 5% of steps.cool_off.selected",
            "RB333",
            "steps.remind.failed > steps.cool_off.selected * 5 / 100",
        ),
        (f"{STATUS} =! 'partial'", "RB304", f"{STATUS} != 'partial'"),
        (f"{PCT} > 2,5", "RB305", f"{PCT} > 2.5"),
        (f"{PCT} > 0,05", "RB305", f"{PCT} > 0.05"),
        ("inputs.cap in 5,10", "RB305", "inputs.cap in [5, 10]"),
        ("inputs.cap > 1,050", "RB305", "inputs.cap > 1050"),
        ("inputs.cap > 1,00,000", "RB305", "inputs.cap > 100000"),
        ("inputs.cap > 1,000,000", "RB305", "inputs.cap > 1000000"),
        ("steps.remind.errors == []", "RB322", "steps.remind.errors == 0"),
        (f"{STATUS} != ['partial', 'failed']", "RB322", _NEITHER),
        (f"{STATUS} == ['partial', 'failed']", "RB322", _EITHER),
        ("inputs.branch != inputs.languages", "RB322", "inputs.branch not in inputs.languages"),
        (f"{STATUS} in ['partial' or 'failed']", "RB317", _EITHER),
        (f"{STATUS} in 'partial or failed'", "RB321", _EITHER),
        (f"{STATUS} not in 'partial|failed'", "RB321", _NEITHER),
        (f"{STATUS} in '[partial, failed]'", "RB321", _EITHER),
        (f"{STATUS} in \"'partial','failed'\"", "RB321", _EITHER),
        ("inputs.cap in '5, 10'", "RB321", "inputs.cap in [5, 10]"),
        (f"{PCT} is not none", "RB308", f"{PCT} is known"),
        (f"{PCT} is none", "RB308", f"{PCT} is unknown"),
        (f"{PCT} is not defined", "RB308", f"{PCT} is unknown"),
        (f"{PCT} is not undefined", "RB308", f"{PCT} is known"),
        (f"{PCT} is equal to or less than 5", "RB331", f"{PCT} <= 5"),
        (f"{PCT} is equal or above 5", "RB331", f"{PCT} >= 5"),
        (f"{PCT} no more than 5", "RB331", f"not {PCT} > 5"),
        (f"{PCT} is no less than 5", "RB331", f"not {PCT} < 5"),
        (f"{PCT} must not exceed 5", "RB331", f"not {PCT} > 5"),
        (f"{PCT} must be more than 5", "RB331", f"{PCT} > 5"),
        (f"{PCT} is 5 or more", "RB331", f"{PCT} >= 5"),
        (f"{PCT} is not 5 or more", "RB331", f"{PCT} < 5"),
        (f"{STATUS} must not be 'partial'", "RB331", f"{STATUS} != 'partial'"),
        (f"{STATUS} is never 'partial'", "RB331", f"{STATUS} != 'partial'"),
        ("steps.remind.failed no more than 5% of steps.remind.selected", "RB331", f"{PCT} <= 5"),
        (f"{PCT} + 1 is no more than 5", "RB331", f"{PCT} + 1 <= 5"),
        (f"{STATUS} does not equal 'partial'", "RB331", f"{STATUS} != 'partial'"),
        ("inputs.languages contains 'hindi'", "RB331", "'hindi' in inputs.languages"),
        ("inputs.languages not contains 'hindi'", "RB331", "'hindi' not in inputs.languages"),
        ("steps.remind.failed less than 5%", "RB331", f"{PCT} < 5"),
        ("steps.remind.failed is 5%", "RB331", f"{PCT} == 5"),
        ("steps.remind.failed is at least 5 percent", "RB331", f"{PCT} >= 5"),
        ("steps.remind.failed at least 5% of steps.remind.selected", "RB331", f"{PCT} >= 5"),
        ("steps.remind.failed exceeds 5 pct of steps.remind.selected", "RB331", f"{PCT} > 5"),
        (
            "steps.remind.failed exceeds 5% of steps.cool_off.selected",
            "RB331",
            "steps.remind.failed > steps.cool_off.selected * 5 / 100",
        ),
        (
            "steps.remind.failed > steps.remind.selected * 5%",
            "RB333",
            "steps.remind.failed > steps.remind.selected * 5 / 100",
        ),
        (
            "100 * steps.remind.failed > 5% of steps.remind.selected",
            "RB333",
            "100 * steps.remind.failed > steps.remind.selected * 5 / 100",
        ),
        (
            "steps.remind.failed > 5% of steps.remind.selected + 1",
            "RB333",
            "steps.remind.failed > steps.remind.selected * 5 / 100 + 1",
        ),
        (
            "steps.remind.failed / steps.remind.selected > 5%",
            "RB333",
            "steps.remind.failed / steps.remind.selected > 5 / 100",
        ),
        (f"{PCT} != 5..10", "RB332", OUTSIDE),
        (f"{PCT} == 5..10", "RB332", INSIDE),
        (f"between({PCT}, 5, 10)", "RB332", INSIDE),
        (f"not between({PCT}, 5, 10)", "RB332", OUTSIDE),
        (f"{PCT} BETWEEN 5 AND 10", "RB332", INSIDE),
        (f"{PCT} strictly between 5 and 10", "RB332", f"{PCT} > 5 and {PCT} < 10"),
        ("steps.remind.failed in 5%-10%", "RB332", INSIDE),
        ("inputs.cap in [1,000, 5]", "RB305", "inputs.cap in [1000, 5]"),
        ("inputs.cap in [1,00,000]", "RB305", "inputs.cap in [100000]"),
        ("inputs.cap in 1,000,2,000", "RB305", "inputs.cap in [1000, 2000]"),
        ("[] != steps.remind.errors", "RB322", "0 != steps.remind.errors"),
        ("inputs.cap > \u096b", "RB305", "inputs.cap > 5"),
        ("inputs.cap > \u0967\u0966.\u096b", "RB305", "inputs.cap > 10.5"),
        ("inputs.cap > 1\u0966", "RB305", "inputs.cap > 10"),
        ("inputs.cap \uff1e 5", "RB304", "inputs.cap > 5"),
        ("inputs.cap \uff1e\uff1d 5", "RB304", "inputs.cap >= 5"),
        ("inputs.cap \uff1d 5", "RB304", "inputs.cap == 5"),
        ("steps\uff0eremind.ran", "RB304", "steps.remind.ran"),
        ("steps.remind.failed > five", "RB309", "steps.remind.failed > 5"),
        ("steps.remind.failed > zero", "RB309", "steps.remind.failed > 0"),
    ],
)
def test_a_mend_in_its_place(text: str, code: str, mend: str) -> None:
    """There is one finding; what it says to write is what differs, and then none is left."""
    (one,) = found(text)
    assert one.code == code
    before, _, after = text.partition(one.marked)
    piece = mend.removeprefix(before).removesuffix(after) if after else mend.removeprefix(before)
    assert piece in one.says
    assert not found(mend)


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("inputs.strict is not true", "RB308", 'write "not" before the name.'),
        ("inputs.strict is not false", "RB308", "write the name by itself."),
        ("inputs.cap is not in [1]", "RB308", "<name> not in [...]."),
        (f"{PCT} + 1 in 5..10", "RB332", "write <name> >= 5 and <name> <= 10."),
        (f"2 * {PCT} not in 5..10", "RB332", "write not (<name> >= 5 and <name> <= 10)."),
        (f"{PCT} more or less 5", "RB331", "write one of ==, !=, <, <=, > and >=."),
        ("steps.remind.initiated < 5%", "RB333", "* 5 / 100 (per cent) or steps.remind.initiated < 5 (cust"),
        ("steps.remind.failed > 5% + 1", "RB333", "<name> * 5 / 100."),
        ("inputs.rate / 5% > 1", "RB333", "write (5 / 100)."),
        ("inputs.rate / 5% of inputs.cap > 1", "RB333", "write (inputs.cap * 5 / 100)."),
    ],
)
def test_a_mend_without_the_names(text: str, code: str, says: str) -> None:
    """It says the same as what was written, and leaves the names to the author where that is not sure."""
    (one,) = found(text)
    assert one.code == code
    assert says in one.says


def test_each_number_with_a_comma_is_one_finding() -> None:
    """The zeros behind a comma are no number of their own."""
    for text in ("inputs.cap in [1,000, 2,000]", "inputs.cap == 1,000 or inputs.cap == 2,000"):
        mends = [(each.marked, each.says.partition(": ")[2]) for each in found(text)]
        assert mends == [("1,000", "write 1000."), ("2,000", "write 2000.")]


def test_a_number_that_may_be_two_is_doubted_beside_one_that_is_not() -> None:
    """Mending only the second would leave a list that is not the one that was meant."""
    mends = [each.says.partition(": ")[2] for each in found("inputs.cap in [1,500, 2,000]")]
    assert mends == ["write 1500, or 1, 500 where it is not one.", "write 2000."]
    assert not found("inputs.cap in [1,500]")
