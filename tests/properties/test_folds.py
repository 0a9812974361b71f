"""Where the characters of a value are written: over texts in every style of YAML."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from engine.runbook.folds import stretch
from engine.runbook.parsed import Event

PARSERS = sorted({getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader}, key=str)
SCALAR: type[object] = yaml.ScalarEvent
PIECES = ("a", "bc", "é", "😀", "{", "#", " #d", "-", ":", " ", "  ", "\t", "\n", "\n\n", "\n ", "\r\n", "\r")
QUOTES = ("'", "''", '"')
ESCAPES = ("\\n", "\\t", "\\x41", "\\u00e9", "\\U0001f600", "\\\\", '\\"', "\\ ", "\\\n", "\\\n \n", "\\\r\n")
INDENTS = ("", "  ", "   ", " ")
HEADERS = ("", "-", "+", "1", "2", "3-", "+2", "  # why", " ", "1+ #")


def bodies(*pieces: str) -> st.SearchStrategy[str]:
    """Texts of such pieces, their lines mostly indented by as much."""
    texts = st.lists(st.sampled_from((*PIECES, *pieces)), max_size=14).map("".join)
    return st.builds(
        lambda text, indent: text.replace("\n", f"\n{indent}"), texts, st.sampled_from(("", " ", "  ", "   "))
    )


@st.composite
def values(draw: st.DrawFn) -> str:
    """A value as it is written behind a key, in any style; not all of them are YAML."""
    match draw(st.sampled_from("|>'\"-")):
        case ("|" | ">") as sign:
            head = f"{sign}{draw(st.sampled_from(HEADERS))}\n{draw(st.sampled_from(INDENTS))}"
            return f"{head}{draw(bodies(*QUOTES, *ESCAPES))}"
        case "'":
            return f"'{draw(bodies(QUOTES[1], *ESCAPES))}'"
        case '"':
            return f'"{draw(bodies(QUOTES[0], *ESCAPES))}"'
        case _:
            return draw(bodies(*QUOTES, *ESCAPES))


def scalar(text: str, parser: type) -> tuple[str, str]:
    """Give what is written of the first text value of some YAML, and the value."""
    events: Iterator[Event] = iter(parser(text).get_event, None)
    try:
        found = [event for event in events if event.__class__ is SCALAR]
    except yaml.YAMLError:
        found = []
    assume(len(found) > 1 and found[1].value.strip())
    return text[found[1].start_mark.index : found[1].end_mark.index], found[1].value


@pytest.mark.parametrize("parser", PARSERS)
@given(value=values(), owner=st.sampled_from(("k: ", "- k: ", "{k: ", "k:\n  ")), rest=st.booleans())
@example(value=">\n  a\n\n   b\n  c\n\n\n  d\n", owner="k: ", rest=True)
@example(value="|1-\n  a\n\n b\n", owner="k: ", rest=False)
def test_a_character_is_found_where_it_is_written(parser: type, value: str, owner: str, rest: bool) -> None:
    """Each one that no fold or escape made, at that character; and the places go forward only."""
    tail = "}" if owner[0] == "{" else "\n  l: 1\n" if owner[0] == "-" else "\nl: 1\n"
    written, text = scalar(f"{owner}{value}{tail if rest or owner[0] == '{' else ''}", parser)
    found = [stretch(written, text, at, at + 1) for at in range(len(text.rstrip("\n")))]
    for (start, end), character in zip(found, text, strict=False):
        assert 0 <= start < end <= len(written)
        said = written[start:end]
        if said != character:
            is_fold = character in " \n" and set(said) <= set(" \t\r\n")
            assert is_fold or said == "''" or said[0] == "\\", (said, character)
    assert all(one[0] <= other[0] and one[1] <= other[1] for one, other in pairwise(found))


@given(written=st.one_of(st.text(), values()), value=st.text(), start=st.integers(), end=st.integers())
def test_what_is_not_the_value_is_all_of_it(written: str, value: str, start: int, end: int) -> None:
    """No pair of texts makes it raise, and what is given lies inside."""
    first, last = stretch(written, value, start, end)
    assert 0 <= first <= last <= len(written)
