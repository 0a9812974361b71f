import subprocess
import sys
import time

import pytest

from engine.runbook.patterns import matches, unreadable


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("[A-Z]{3}-[0-9]+", "ABC-12", True),
        ("[A-Z]{3}-[0-9]+", "ABC-12 ", False),
        ("a|b", "ab", False),
        ("^a$", "a", True),
        ("a$", "a\n", False),
        ("(?i)abc", "ABC", True),
        ("(?P<branch>[a-z]+)", "pune", True),
        (r"\p{Devanagari}+", "पुणे", True),
    ],
)
def test_all_of_a_text_must_fit(pattern: str, text: str, fits: bool) -> None:
    """A pattern is no search: it says what the whole value is."""
    assert unreadable(pattern) is None
    assert matches(pattern, text) is fits


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "([A-Za-z0-9]+-?)+", "(a|a)*", "(.*)*x", "((a?){30}){30}", r"(\w+\s?)*[.]"]
)
def test_no_pattern_takes_long(pattern: str) -> None:
    """Each of these takes a backtracking engine more than a lifetime."""
    begun = time.monotonic()
    assert unreadable(pattern) is None
    assert not matches(pattern, "a" * 5000 + "!")
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize(
    ("pattern", "message", "mend"),
    [
        ("(?=a)b", "(?= looks at what stands around", "without it"),
        ("(?<!a)b", "(?<! looks at what stands around", "without it"),
        (r"(a)\1", r"\1 asks for the text of an earlier group", "out once more"),
        ("(?P<x>a)(?P=x)", "asks for the text of an earlier group", "out once more"),
        (r"a\Z", r"\Z is not known", "delete it"),
        (r"\N{DIGIT ONE}", r"\N is not known", "such as [A-Z]"),
        (r"\u0905", r"\u is not known", r"\x{0905}"),
        (r"\p{Nowhere}", r"\p{Nowhere} is not known", r"\p{Devanagari}"),
        ("(?>a)", "(?> is not known", "(?: )"),
        ("[a-", "a [ is never closed", "write ]"),
        ("(a", "a ( is never closed", "write )"),
        ("a)", "a ) closes nothing", "delete it"),
        ("*a", "* repeats nothing", "before it what is repeated"),
        ("a++", "++ repeats a repetition", "keep one"),
        ("a{3,2}", "{3,2} cannot be counted", "the smaller number first"),
        ("[z-a]", "the range z-a runs backwards", "the smaller character first"),
        ("a\\", "ends in a single \\", "write \\\\"),
        (r"(\p{L}{1,30}){1,30}", "what it repeats is too large", "less often"),
        ("(?P<n", "it is no regular expression", "[A-Z]{3}-[0-9]+"),
    ],
)
def test_what_cannot_be_read_is_answered_with_a_mend(pattern: str, message: str, mend: str) -> None:
    """No words of the library's, which few people know."""
    wrong = unreadable(pattern)
    assert wrong is not None
    assert message in wrong.message
    assert mend in wrong.help


def test_the_library_itself_says_nothing() -> None:
    """What it logs by itself would stand between our own lines."""
    code = "from engine.runbook.patterns import unreadable; unreadable('(?=a)'); unreadable('[a-')"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("", "")


def test_only_patterns_pay_for_the_library() -> None:
    """Checking a runbook without one does not import it."""
    code = "import sys, engine.runbook.draft; assert 're2' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
