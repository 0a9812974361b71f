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
