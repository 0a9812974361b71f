"""Words and signs: the mistaken ones are named at their place, and the rest is still checked."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.runbook.expressions.words import LARGEST, SOUND, WORD, mistake
from tests.unit.runbook.expressions.scopes import WHEN, Found, assert_found, found, tree_of

_PIECES = [
    *(
        "steps",
        ".",
        "a1",
        "And",
        "\u00e9",
        "'a b'",
        "'x\\'",
        '"q"',
        "'",
        "0",
        "05",
        "15k",
        "1.5",
        "e5",
        "2026-01-02",
    ),
    *(
        "123456789012345",
        "000",
        " ",
        "\n",
        "=",
        "!",
        "<",
        ">",
        "/",
        "*",
        "%",
        "-",
        "(",
        "]",
        ",",
        "{",
        "}",
        "&",
    ),
]


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("inputs.strict && inputs.strict", "&&", "write and instead"),
        ("inputs.strict & inputs.strict", "&", "write and instead"),
        ("inputs.strict || inputs.strict", "||", "write or instead"),
        ("!inputs.strict", "!", "write not instead"),
        ("inputs.cap = 5", "=", "write == to ask"),
        ("inputs.cap === 5", "===", "write == instead"),
        ("inputs.cap !== 5", "!==", "write != instead"),
        ("inputs.cap <> 5", "<>", "write != instead"),
        ("inputs.cap => 5", "=>", "write >= instead"),
        ("inputs.cap =< 5", "=<", "write <= instead"),
        ("inputs.cap \u2265 5", "\u2265", "write >= instead"),
        ("inputs.cap \u2264 5", "\u2264", "write <= instead"),
        ("inputs.cap \u2260 5", "\u2260", "write != instead"),
        ("inputs.cap > \u22125", "\u2212", "write - instead"),
        ("inputs.cap \u00d7 2 > 5", "\u00d7", "write * instead"),
        ("inputs.cap \u00f7 2 > 5", "\u00f7", "write / instead"),
        ("inputs.strict AND inputs.strict", "AND", "write and."),
        ("inputs.strict Or inputs.strict", "Or", "write or."),
        ("NOT inputs.strict", "NOT", "write not."),
        ("inputs.cap IN [5]", "IN", "write in."),
        ("inputs.cap IS known", "IS", "write is."),
        ("inputs.branch == \u2018a\u2019", "\u2018a\u2019", "write 'a'."),
        ("inputs.branch == \u201ca b\u201d", "\u201ca b\u201d", "write 'a b'."),
        ("inputs.branch == `a`", "`a`", "write 'a'."),
        ("inputs.branch == \u2018a\\b\u2019", "\u2018a\\b\u2019", "means nothing here"),
        ("inputs.cap > 5; inputs.strict", ";", 'joined with "and" or "or"'),
        ("inputs.cap ? 1 : 2", "?", "means nothing here"),
        ("$inputs.cap > 5", "$", "means nothing here"),
        ("inputs.cap > 5 # high", "#", "means nothing here"),
        ("inputs.c\u00e4p > 5", "c\u00e4p", "names hold a to z"),
        ("inputs.\u200bcap > 5", "\u200b", "U+200B"),
        ("inputs.cap > 5\x00", "\x00", "U+0000"),
        ("inputs.cap > 5 \U0001f600", "\U0001f600", "means nothing here"),
    ],
)
def test_foreign_signs(text: str, marked: str, says: str) -> None:
    """Signs of other languages and of word processors: the one that was meant is named."""
    assert_found(text, WHEN, ("RB304", marked, says))


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("1_000", "write 1000."),
        ("007", "write 7."),
        ("00", "write 0."),
        ("00.5", "write 0.5."),
        (".5", "write 0.5."),
        ("5.", "write 5."),
        ("1e3", "such as 5, 1000 or 2.5"),
        ("1.5e3", "such as"),
        ("1E+3", "such as"),
        ("1e-3", "such as"),
        ("0x1F", "such as"),
        ("0o17", "such as"),
        ("0b11", "such as"),
        ("1.2.3", "such as"),
        ("10k", "write 10000."),
        ("1 000", "write 1000."),
        ("1 000 000", "write 1000000."),
        ("1,000", "write 1000."),
        ("5pct", "such as"),
        ("5.real", "such as"),
        ("9007199254740992", str(LARGEST)),
        ("9007199254740992.5", str(LARGEST)),
        ("1" + "0" * 400, str(LARGEST)),
    ],
)
def test_unclear_numbers(number: str, says: str) -> None:
    """Only plain decimal digits are read, and only so many that they are kept exactly."""
    assert_found(f"inputs.cap > {number}", WHEN, ("RB305", number, says))


def test_the_largest_number() -> None:
    """The largest number that JSON keeps exactly is admitted."""
    assert tree_of(f"inputs.cap < {LARGEST}")


@pytest.mark.parametrize(
    ("text", "marked", "says"),
    [
        ("inputs.branch == 'a\nb'", "'a\nb'", "over the end of a line"),
        ("inputs.branch == 'a\tb'", "'a\tb'", "U+0009"),
        ("inputs.branch == 'a\u00a0b'", "'a\u00a0b'", "U+00A0"),
        ("inputs.branch == 'a\u202eb'", "'a\u202eb'", "U+202E"),
        ("inputs.branch == 'a\ud800b'", "'a\ud800b'", "U+D800"),
        (r"inputs.branch == 'a\nb'", r"'a\nb'", r"\n stands for something else"),
        (r"inputs.branch == '\x41'", r"'\x41'", r"\x stands for something else"),
        (r"inputs.branch == '\\\d'", r"'\\\d'", r"\d stands for something else"),
        ("inputs.branch == 'it's'", "'", "never closed"),
        ('inputs.branch == "a', '"', "never closed"),
        ("inputs.day > 2026-01-31", "2026-01-31", "write a date as '2026-01-31'."),
    ],
)
def test_unclear_texts(text: str, marked: str, says: str) -> None:
    """A text shows exactly what it is; a date is a text."""
    assert_found(text, WHEN, ("RB306", marked, says))


def test_joiners_of_indian_scripts() -> None:
    """The characters that join letters of several Indian scripts may stand in a text."""
    assert tree_of("inputs.branch == '\u0d28\u0d4d\u200d'")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("{{ inputs.strict }}", "{{"),
        ("{{inputs.strict}} and {{inputs.strict}}", "{{"),
        ("inputs.strict }}", "}}"),
        ("{% if inputs.strict %}", "{%"),
        ("inputs.strict {# why #}", "{#"),
    ],
)
def test_braces(text: str, marked: str) -> None:
    """A condition is written bare; a pair of braces is one finding."""
    assert_found(text, WHEN, ("RB303", marked, "bare"))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("inputs.cap = 5 and inputs.nope", "nope"),
        ("{{ inputs.nope }}", "nope"),
        ("inputs.strict && inputs.nope", "nope"),
        ("inputs.cap > 1_000 and inputs.nope", "nope"),
        ("inputs.branch == '\\d' and inputs.nope", "nope"),
        ("inputs.day > 2026-01-31 and inputs.nope", "nope"),
    ],
)
def test_the_rest_is_still_checked(text: str, after: str) -> None:
    """A mistaken word whose meaning is plain does not hide what is wrong behind it."""
    assert [each.marked for each in found(text)][1:] == [after]


def test_a_mended_date_is_checked() -> None:
    """A date without quotes is still looked up in the calendar."""
    assert [each.code for each in found("inputs.day > 2026-02-30")] == ["RB306", "RB325"]


def test_an_unclear_constant_has_no_consequences() -> None:
    """Nothing is said of the value that only holds the place of an unclear number or text."""
    assert [each.code for each in found("steps.remind.status == 'a\\d' or inputs.branch == 007")] == [
        "RB306",
        "RB305",
    ]


@pytest.mark.parametrize("text", ["a1_ 2.5 'x' <= [", "\x00\ud800\n'", "``''\"", "1e5.5..5e+"])
def test_words_leave_no_gap(text: str) -> None:
    """Whatever a text holds belongs to some word, and every word is judged."""
    words = list(re.finditer(WORD, text))
    assert "".join(word[0] for word in words) == text
    assert all(mistake(word.lastgroup or "", word[0]) is None or word[0] for word in words)


@example("a ==== 5")
@example("a <== 5")
@example("a.5 ** 2 <> 1 000")
@given(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join))
def test_sound_words_are_the_same_words(text: str) -> None:
    """What is read at once as sound is what the full look at words finds, and it finds no mistake."""
    sound = list(SOUND.finditer(text))
    if all(word.lastindex == 1 for word in sound):
        words = [word for word in re.finditer(WORD, text) if word.lastgroup != "space"]
        assert [(word[1], word.start(1)) for word in sound] == [(word[0], word.start()) for word in words]
        assert not any(mistake(word.lastgroup or "", word[0]) for word in words)


def test_finding_reads_well() -> None:
    """A finding in full."""
    assert found("inputs.cap => 5") == [
        Found("RB304", "=>", "=> is not a sign here: write >= instead of =>.")
    ]
