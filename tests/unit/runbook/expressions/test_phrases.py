import pytest

from tests.unit.runbook.expressions.scopes import SUCCESS, WHEN, assert_found, found

FAILED = "steps.remind.failed"
STATUS = "steps.remind.status"


@pytest.mark.parametrize(
    ("text", "code", "marked", "says"),
    [
        (f"{FAILED} between 1 and 5", "RB332", "between 1 and 5", f"write {FAILED} >= 1 and {FAILED} <= 5."),
        (f"{FAILED} in 1..5", "RB332", "1..5", f"write {FAILED} >= 1 and {FAILED} <= 5."),
        (f"{FAILED} in 1...5", "RB332", "1...5", f"write {FAILED} >= 1 and {FAILED} <= 5."),
        (f"{STATUS} is 'failed'", "RB331", "is 'failed'", f"write {STATUS} == 'failed'."),
        (f"{STATUS} is not 'failed'", "RB331", "is not 'failed'", f"write {STATUS} != 'failed'."),
        (f"{STATUS} is failed", "RB331", "is failed", f"write {STATUS} == 'failed'."),
        (f"{FAILED} is 0", "RB331", "is 0", f"write {FAILED} == 0."),
        (f"{FAILED} is not 0", "RB331", "is not 0", f"write {FAILED} != 0."),
        (f"{STATUS} equals 'failed'", "RB331", "equals", f"write {STATUS} == 'failed'."),
        (f"{STATUS} is equal to 'failed'", "RB331", "is equal to", f"write {STATUS} == 'failed'."),
        (f"{STATUS} is not equal to 'failed'", "RB331", "is not equal to", f"write {STATUS} != 'failed'."),
        (f"{FAILED} is at least 5", "RB331", "is at least", f"write {FAILED} >= 5."),
        (f"{FAILED} at most 5", "RB331", "at most", f"write {FAILED} <= 5."),
        (f"{FAILED} greater than 5", "RB331", "greater than", f"write {FAILED} > 5."),
        (
            f"{FAILED} is less than or equal to 5",
            "RB331",
            "is less than or equal to",
            f"write {FAILED} <= 5.",
        ),
        (f"{FAILED} more than 5 and inputs.strict", "RB331", "more than", f"write {FAILED} > 5."),
        (f"{FAILED} exceeds inputs.cap", "RB331", "exceeds", f"write {FAILED} > inputs.cap."),
        (f"{FAILED} is not more than 5", "RB331", "is not more than", f"write not {FAILED} > 5."),
        (
            f"{STATUS} contains 'fail'",
            "RB331",
            "contains",
            f"{STATUS} == 'fail', or {STATUS} in ['fail', ...].",
        ),
        (f"{STATUS} like 'fail'", "RB331", "like", f"{STATUS} == 'fail'"),
        (
            f"{STATUS} in {{'failed', 'partial'}}",
            "RB331",
            "{'failed', 'partial'}",
            "write ['failed', 'partial'].",
        ),
        (f"if {FAILED} > 5", "RB331", "if", 'leave "if" out.'),
        (f"{FAILED} > 5 then", "RB331", "then", 'leave "then"'),
        (f"{FAILED} > 5 percent", "RB331", "percent", "write 5 alone"),
        (f"{FAILED} < 5%", "RB333", "%", f"write {FAILED}_pct < 5 (per cent) or {FAILED} < 5 (customers)."),
        (f"{FAILED}_pct < 5%", "RB333", "%", f"leave the % out: {FAILED}_pct < 5."),
        ("inputs.rate > 5% and inputs.strict", "RB333", "%", "leave the % out"),
        ("(inputs.rate > 5%)", "RB333", "%", "leave the % out"),
        ("inputs.rate > %", "RB333", "%", "leave the % out."),
        ("% < inputs.rate", "RB333", "%", "leave the % out."),
    ],
)
def test_a_phrase_is_written_in_signs(text: str, code: str, marked: str, says: str) -> None:
    """The mend is in the author's own names and numbers, ready to be copied."""
    assert_found(text, WHEN, (code, marked, says))


def test_two_percent_signs_are_two_findings() -> None:
    """Each has its own mend."""
    text = "inputs.rate >= 5% and inputs.cap <= 10%"
    mends = ("leave the % out: inputs.rate >= 5.", "leave the % out: inputs.cap <= 10.")
    assert_found(text, WHEN, *(("RB333", "%", mend) for mend in mends))


def test_a_phrase_behind_a_name_with_a_hyphen() -> None:
    """The words that belong to such a name are empty when phrases are looked for."""
    assert [each.code for each in found("inputs.cap-x percent")] == ["RB310", "RB307"]


def test_a_phrase_in_success_names_the_bare_field() -> None:
    """What stands there without a step is repeated without one."""
    assert_found("failed is at most 5", SUCCESS, ("RB331", "is at most", "write failed <= 5."))


@pytest.mark.parametrize(
    "text",
    [
        f"{FAILED} is known",
        f"{FAILED} is not known and {FAILED} > 5",
        f"{STATUS} in ['is', 'between', 'contains']",
        f"{STATUS} == 'failed'",
    ],
)
def test_what_only_looks_like_a_phrase_is_left_alone(text: str) -> None:
    """Questions that exist, and words in quotes, are no phrases."""
    assert not [each for each in found(text) if each.code in ("RB331", "RB332", "RB333")]
