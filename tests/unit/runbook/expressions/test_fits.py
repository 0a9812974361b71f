"""Sorts of values: what fits together, and what to write where it does not."""

import pytest

from tests.unit.runbook.expressions.scopes import SUCCESS, WHEN, assert_found, found


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("steps.remind.failed", "steps.remind.failed", "compare it: steps.remind.failed > 0."),
        ("steps.remind.status", "steps.remind.status", "compare it: steps.remind.status == ..."),
        ("inputs.day", "inputs.day", "inputs.day is a date"),
        ("inputs.languages", "inputs.languages", "<name> in inputs.languages."),
        ("'partial'", "'partial'", "<name> == 'partial'."),
        ("5", "5", "<name> == 5."),
        ("inputs.cap + 1", "inputs.cap + 1", "compare it: inputs.cap + 1 > 0."),
        ("('a', 'b')", "('a', 'b')", "<name> in ('a', 'b')."),
        ("not inputs.cap", "inputs.cap", "compare it: inputs.cap > 0."),
        ("inputs.strict and inputs.cap", "inputs.cap", "compare it"),
        ("inputs.cap and inputs.strict", "inputs.cap", "compare it"),
        (
            "inputs.branch == 'a' or 'b'",
            "'b'",
            "write it again: inputs.branch == 'a' or inputs.branch == 'b'; or inputs.branch in ['a', 'b'].",
        ),
        ("inputs.cap == 1 or 2", "2", "or inputs.cap in [1, 2]."),
        ("inputs.cap > 1 or 2", "2", "<name> == 2."),
    ],
)
def test_a_condition_claims_something(text: str, marked: str, says: str) -> None:
    """The whole and every part that and, or, not join is true or false."""
    assert_found(text, WHEN, ("RB317", marked, says))


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("steps.remind.failed == '5'", "'5'", "write 5 without quotes."),
        ("steps.remind.failed > '2.5'", "'2.5'", "write 2.5 without quotes."),
        ("steps.remind.failed > 'many'", "'many'", "compare steps.remind.failed with a number."),
        ("inputs.branch == 5", "5", "write '5' in quotes."),
        ("5 != inputs.branch", "5", "write '5' in quotes."),
        ("inputs.branch == true", "true", "write 'true' in quotes."),
        ("steps.remind.ran == 'yes'", "'yes'", "write steps.remind.ran, or not steps.remind.ran"),
        ("steps.remind.ran == 1", "1", "write steps.remind.ran, or not steps.remind.ran"),
        ("inputs.rate > inputs.cap is known == true", "inputs.rate > inputs.cap is known", "(...) is known."),
        ("5 > inputs.cap is unknown", "5", "put brackets around what is asked about: (...) is unknown."),
        ("1 == 2 or 'a' == inputs.cap", "'a'", "compare inputs.cap with a number."),
        ("inputs.day > 5", "5", "write a date as '2026-01-31'."),
        ("inputs.day == inputs.branch", "inputs.day == inputs.branch", "compare like with like"),
        ("inputs.cap == inputs.branch", "inputs.cap == inputs.branch", "compare like with like"),
        ("steps.remind.status in ['partial', 5]", "5", "write '5' in quotes."),
        ("steps.remind.failed in [1, '2']", "'2'", "write 2 without quotes."),
        ("5 in inputs.languages", "5", "inputs.languages holds texts, this is a number"),
        ("inputs.day in inputs.languages", "inputs.day", "holds texts, this is a date"),
        ("steps.remind.failed > 5 is known", "steps.remind.failed > 5 is known", "(...) is known."),
    ],
)
def test_different_sorts(text: str, marked: str, says: str) -> None:
    """Values of two sorts are not compared; the caret is under the constant if there is one."""
    assert_found(text, WHEN, ("RB318", marked, says))


def test_a_bare_status_in_success() -> None:
    """The bare word ``failed`` is the number, not the status."""
    assert_found(
        "status == failed", SUCCESS, ("RB318", "status == failed", "a status stands in quotes: 'failed'.")
    )


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("steps.remind.status < 'partial'", "'partial'"),
        ("'a' >= inputs.branch", "'a'"),
        ("inputs.branch > inputs.city", "inputs.branch"),
        ("inputs.strict <= steps.remind.ran", "inputs.strict"),
        ("'2026-01-31' < '2026-02-01'", "'2026-02-01'"),
    ],
)
def test_no_order(text: str, marked: str) -> None:
    """Texts and truth values have no order."""
    assert_found(text, WHEN, ("RB319", marked, "ask with == or !="))


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("inputs.branch + 'x' == 'ax'", ["inputs.branch", "'x'"], "calculate with numbers only"),
        ("inputs.cap * '2' > 1", ["'2'"], "write the number without quotes."),
        ("inputs.day + 1 > inputs.day", ["inputs.day"], "compare dates with each other"),
        ("-inputs.branch == 'x'", ["inputs.branch"], "calculate with numbers only"),
        ("+'5' > 1", ["'5'"], "write the number without quotes."),
        ("inputs.cap - (1 > 2) > 0", ["1 > 2"], "calculate with numbers only"),
        ("inputs.cap + inputs.languages > 0", ["inputs.languages"], "calculate with numbers only"),
        ("inputs.cap / inputs.rate is known", ["inputs.rate is known"], "(...) is known."),
    ],
)
def test_calculations(text: str, marked: list[str], says: str) -> None:
    """Only numbers are calculated with; nothing follows from a calculation that is at fault."""
    all_found = found(text)
    assert [(each.code, each.marked) for each in all_found] == [("RB320", words) for words in marked]
    assert says in all_found[-1].says


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("'par' in steps.remind.status", "steps.remind.status", "'par' == steps.remind.status"),
        ("steps.remind.status in ('partial')", "'partial'", "write steps.remind.status in ['partial']"),
        (
            "steps.remind.status not in 'partial'",
            "'partial'",
            "write steps.remind.status not in ['partial'], or",
        ),
        ("inputs.branch in 'a or b'", "'a or b'", "inputs.branch == 'a or b' where that is one text."),
        ("inputs.day in '01/02/2026'", "'01/02/2026'", "write inputs.day in ['01/02/2026'], or"),
        ("inputs.cap in 5", "5", "write inputs.cap in [5], or inputs.cap == 5."),
        ("'a' in inputs.branch", "inputs.branch", "or name a list."),
    ],
)
def test_no_list(text: str, marked: str, says: str) -> None:
    """In looks into lists, never into texts."""
    assert_found(text, WHEN, ("RB321", marked, says))


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("inputs.branch in []", "[]", "nothing is ever in an empty list"),
        ("inputs.branch in ()", "()", "nothing is ever in an empty list"),
        ("inputs.strict in [true]", "true", "write texts or numbers"),
        ("inputs.branch in ['a', inputs.city]", "inputs.city", "write texts or numbers"),
        ("inputs.branch in ['a', ['b']]", "['b']", "write texts or numbers"),
        ("inputs.cap in [1 + 1]", "1 + 1", "write texts or numbers"),
        ("inputs.strict in inputs.languages", "inputs.strict", "needs no list"),
        ("inputs.languages in inputs.languages", "inputs.languages", "is not looked for in a list"),
        ("inputs.languages == ['hindi']", "inputs.languages", "not compared as a whole"),
        ("inputs.branch == ['a']", "['a']", "inputs.branch in ['a']."),
        ("inputs.branch != ['a']", "['a']", "inputs.branch not in ['a']."),
        ("inputs.branch > ['a']", "['a']", "compare with one value."),
        ("inputs.languages == 'hindi'", "inputs.languages", "'hindi' in inputs.languages."),
        ("inputs.branch in ['a' or 'b', 'c']", "'a' or 'b'", "put commas between its items"),
    ],
)
def test_unfit_lists(text: str, marked: str, says: str) -> None:
    """A list holds constants and stands right of in."""
    assert any(each.code == "RB322" and each.marked == marked and says in each.says for each in found(text))


def test_long_parts_are_shortened() -> None:
    """A message stays a line, however long the part is of which it speaks."""
    text = " + ".join(["inputs.cap"] * 30)
    assert len(found(text)[0].says) < 200
