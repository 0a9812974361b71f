"""A row of words: bounded, its brackets in pairs, nothing glued together."""

import pytest

from engine.runbook.expressions.tokens import MOST_CHARACTERS, MOST_NESTED, MOST_OPERATORS, spell
from tests.unit.runbook.expressions.scopes import SUCCESS, WHEN, assert_found, found, tree_of


def test_tokens_know_their_place() -> None:
    """Every word has its first character and the one behind its last."""
    spelling = spell(" a <= (1)")
    assert [(token.start, token.end, token.written) for token in spelling.tokens] == [
        (1, 2, "a"),
        (3, 5, "<="),
        (6, 7, "("),
        (7, 8, "1"),
        (8, 9, ")"),
    ]
    assert spelling.closing == {2: 4}
    assert not spelling.faults


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_empty(text: str) -> None:
    """A condition without a word says what to write."""
    assert_found(text, WHEN, ("RB307", text, "steps.remind.failed > 0"))


def test_only_braces() -> None:
    """Braces around nothing are one finding."""
    assert_found("{{ }}", WHEN, ("RB303", "{{", "bare"))


def test_length() -> None:
    """The longest condition is read, one character more is not."""
    text = "inputs.strict".ljust(MOST_CHARACTERS)
    assert tree_of(text)
    assert_found(f"{text} ", WHEN, ("RB301", f"{text} ", "1,001 characters"))


def test_nesting() -> None:
    """So many brackets are read, one more is marked."""
    deep = "(" * MOST_NESTED + "inputs.strict" + ")" * MOST_NESTED
    assert tree_of(deep)
    assert_found(f"({deep})", WHEN, ("RB301", "(", "more than 20 deep"))


def test_operators() -> None:
    """So many operators are read, one more is marked."""
    assert tree_of("not " * MOST_OPERATORS + "ran", SUCCESS)
    assert_found("not " * MOST_OPERATORS + "not ran", SUCCESS, ("RB301", "not", "101"))


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("(inputs.strict", "(", "never closed"),
        ("((inputs.strict)", "(", "never closed"),
        ("inputs.strict)", ")", "closes nothing"),
        ("inputs.cap in [1, 2", "[", "never closed"),
        ("inputs.cap in [1, 2)", ")", "closes nothing"),
        ("inputs.cap in (1, 2]", "]", "closes nothing"),
        ("{inputs.cap", "{", "never closed"),
        ("inputs.strict, inputs.strict", ",", "this comma joins nothing"),
        ("inputs.strict,", ",", "this comma joins nothing"),
        ("inputs.cap between 5,10", ",", "this comma joins nothing"),
        ("inputs.branch == 'a' 'b'", "'b'", "side by side"),
        ("inputs.branch in ['a' \"b\"]", '"b"', "side by side"),
    ],
)
def test_structure(text: str, marked: str, says: str) -> None:
    """Brackets, commas and texts that do not fit together are marked where they stand."""
    assert_found(text, WHEN, ("RB307", marked, says))


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("inputs.cap >", ">", "something is missing after"),
        ("inputs.strict and", "and", "something is missing after"),
        ("not", "not", "something is missing after"),
        ("-", "-", "something is missing after"),
        ("inputs.", ".", "something is missing after"),
        ("inputs.cap is", "is", "something is missing after"),
        ("> 3", ">", "nothing stands before it: write, for example, matched > 3 in success"),
        ("<= 3", "<=", "failed_pct <= 3 in success, steps.<id>.failed_pct <= 3 in when"),
        ("inputs.cap > > 3", ">", "does not fit here"),
        ("inputs.cap > 10:30", ":", "does not fit here"),
        ("inputs.cap not 3", "not", "does not fit here"),
        ("inputs.'x' == 3", "'x'", "does not fit here"),
        ("inputs..cap == 3", ".", "does not fit here"),
        ("inputs.cap > -.b", ".", "does not fit here"),
        ("inputs.cap > 3 inputs.strict", "inputs", "nothing joins"),
        ("inputs.strict (inputs.strict) 5", "5", "nothing joins"),
        ("inputs.branch == north east", "east", "a text stands in quotes"),
        ("inputs.cap == or", "or", "has nothing to stand between"),
        ("and inputs.strict", "and", "has nothing to stand between"),
    ],
)
def test_misplaced_words(text: str, marked: str, says: str) -> None:
    """The first word that does not fit is marked, in words of our own."""
    assert_found(text, WHEN, ("RB307", marked, says))


def test_jinja_never_speaks() -> None:
    """No finding shows the grammar's own wording."""
    texts = [
        "inputs.cap >",
        "> 3",
        "inputs.cap is 3 is 4",
        "f(a b)",
        "f(*a, *b)",
        "a if",
        "a[",
        "a.|b",
        "{1 2}",
    ]
    says = " ".join(each.says for text in texts for each in found(text))
    for word in ("expected", "token", "template", "got", "unexpected", "subscript", "chain"):
        assert word not in says
