from string import ascii_letters

import pytest

from engine.runbook import scalars
from engine.runbook.scalars import DATE, RANGE, SPELLING, TIME, WORD, Refusal, quoted, read_plain

MEANINGS = [
    ("", None),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("true", True),
    ("True", True),
    ("TRUE", True),
    ("false", False),
    ("False", False),
    ("FALSE", False),
    ("0", 0),
    ("-0", 0),
    ("5", 5),
    ("-250", -250),
    ("9007199254740991", 9007199254740991),
    ("-9007199254740991", -9007199254740991),
    ("1.50", 1.5),
    ("-0.25", -0.25),
    ("5.", 5.0),
    (".5", 0.5),
    ("00.5", 0.5),
]

TEXTS = [
    *("a", "remind", "nO", "yES", "nothing", "yesterday", "online", "tRUE"),
    *(
        "+3d",
        "-2d",
        "30s",
        "4h",
        "1.2.3",
        "5%",
        "1,000",
        "10-20",
        "10:75",
        "v1",
        "1e",
        "0x",
        "0b",
        "0b2",
        "0o8",
    ),
    *(
        "-",
        "--",
        ".",
        "..",
        "+",
        "<",
        "==",
        "a: b",
        "5 steps",
        "LOANID-2043154",
        "٣",
        "\uff11\uff12",
        "1\n",
        " 1",
    ),
    *("steps.remind.status == 'partial'", "failed_pct <= 5", "2026-03", "2026/03/01", ".info", "-.x", "0xZZ"),
]

REFUSED = [
    *((word, WORD) for word in "yes Yes YES no No NO on On ON off Off OFF y Y n N = <<".split()),  # noqa: SIM905 - the words stand out
    *(
        (word, DATE)
        for word in ("2026-03-01", "2026-3-1", "2026-03-01T10:00:00Z", "2026-03-01 10:00:00.5 +5:30")
    ),
    *((word, TIME) for word in ("10:30", "9:05", "09:30", "190:20:30", "190:20:30.15", "-1:30", "1_0:30")),
    *(
        (word, SPELLING)
        for word in ("017", "-017", "089", "00", "0o17", "0x1F", "-0x1f", "0b101", "0x_", "0b_")
    ),
    *(
        (word, SPELLING)
        for word in ("1_000", "1_", "1_000.5", "1e3", "12e3", "1.0e+3", "1E-3", ".5e3", "1e999")
    ),
    *((word, SPELLING) for word in ("+5", "+5.0", "-.5", "+.5", ".inf", "-.INF", "+.Inf", ".nan", ".NaN")),
    *((word, RANGE) for word in ("9007199254740992", "-9007199254740992", "1" * 5_000_000, "1" * 400 + ".0")),
]


@pytest.mark.parametrize(("written", "meant"), MEANINGS)
def test_a_value_means_what_every_yaml_program_reads(written: str, meant: object) -> None:
    """Truth values, numbers and nothing are read as such, and keep their type."""
    value = read_plain(written)
    assert (value, type(value)) == (meant, type(meant))


@pytest.mark.parametrize("written", TEXTS)
def test_everything_else_is_text(written: str) -> None:
    """What only looks a little like a number or a word with a meaning stays as it is."""
    assert read_plain(written) == written


@pytest.mark.parametrize(("written", "kind"), REFUSED, ids=lambda case: str(case)[:20])
def test_what_yaml_versions_read_differently_is_refused(written: str, kind: object) -> None:
    """The kind says what it looks like to some programs."""
    refusal = read_plain(written)
    assert isinstance(refusal, Refusal)
    assert refusal.kind is kind


@pytest.mark.parametrize(
    ("written", "help_"),
    [
        ("no", 'write false, or, if it is text, "no".'),
        ("on", 'write true, or, if it is text, "on".'),
        ("2026-03-01", 'put it in quotes: "2026-03-01".'),
        ("10:30", 'put it in quotes: "10:30".'),
        ("017", 'write 17, or, if it is text such as an id, put it in quotes: "017".'),
        ("0o17", 'write 15, or, if it is text such as an id, put it in quotes: "0o17".'),
        ("1_000", 'write 1000, or, if it is text such as an id, put it in quotes: "1_000".'),
        ("12e3", 'write 12000, or, if it is text such as an id, put it in quotes: "12e3".'),
        ("1.5e-3", 'write 0.0015, or, if it is text such as an id, put it in quotes: "1.5e-3".'),
        ("+5", 'write 5, or, if it is text such as an id, put it in quotes: "+5".'),
        ("-.5", 'write -0.5, or, if it is text such as an id, put it in quotes: "-.5".'),
        ("1e-9", 'if it is text, put it in quotes: "1e-9".'),
        ("0x_", 'if it is text, put it in quotes: "0x_".'),
    ],
)
def test_a_refusal_says_what_to_write(written: str, help_: str) -> None:
    """The mend shows the value as it should stand."""
    refusal = read_plain(written)
    assert isinstance(refusal, Refusal)
    assert refusal.help == help_


@pytest.mark.parametrize("shape", ["1:1" * 1_000_000, "1_" * 1_000_000, "0x" + "f" * 1_000_000])
def test_a_long_value_is_refused_at_once_and_shown_in_part(shape: str) -> None:
    """A hostile value costs neither time nor a screen."""
    refusal = read_plain(shape)
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, len(refusal.help) < 200) == (SPELLING, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", '"a"'), ("it's", '"it\'s"'), ('say "a"', "'say \"a\"'"), ("\\d's", "'\\d''s'")],
)
def test_quotes_keep_a_text_as_it_is(text: str, expected: str) -> None:
    """Single quotes stand where double ones would change the text."""
    assert quoted(text) == expected


@pytest.mark.parametrize(
    "rest", ["", "1", ".5", ":30", "_0", "es", "o", "n", "ff", "ull", "rue", "alse", "nf", "30s"]
)
def test_a_letter_that_begins_no_other_kind_of_value_tells_a_text(rest: str) -> None:
    """The pattern that tells it otherwise, and more slowly, says the same of all these letters."""
    texts = {letter for letter in ascii_letters if not scalars._NOT_SURELY_TEXT.match(letter + rest)}
    assert texts >= scalars._LETTERS
    assert read_plain(f"a{rest}") == f"a{rest}"
