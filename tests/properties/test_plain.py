"""Properties of plain conditions: what Python's parser makes of them is what Jinja2's makes of them."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.record.condition import Node
from engine.runbook.expressions import grammar
from engine.runbook.expressions.plain import plain
from engine.runbook.expressions.shapes import alike, shape
from engine.runbook.expressions.tokens import Spelling, Token, spell
from tests.properties.test_conditions import slips, soups
from tests.properties.trees import plain_trees, write

OPERANDS = ["a", "b . c", "a . b . c", "0", "0.0", "''", "true", "False", "[ ]", "[ 0 , '' ]", "[ a , ]"]
ODD = ["none", "None", "is", "if", "else", "known", "lambda", "print", "_", "**", "~", "|", "{", "}", ":"]
JOINTS = [*"== != < <= > >= + - * / // % in and or . ,".split(), "not in"]  # noqa: SIM905
BEFORE = ["", "", "", "-", "+", "not", "(", "[", "( (", "- ("]
AFTER = ["", "", "", ")", "]", ") )", ". a", "( )", "[ 0 ]"]
SIGNS = [*"a 0 '' true . , ( ) [ ] == < + - * % and or not in".split(), *ODD]  # noqa: SIM905

_sides = st.tuples(*map(st.sampled_from, (BEFORE, OPERANDS, AFTER))).map(" ".join)
_rows = st.lists(_sides | st.sampled_from(JOINTS), max_size=9)
_joined = st.tuples(
    _sides, st.lists(st.tuples(st.sampled_from(JOINTS), _sides).map(" ".join), max_size=6)
).map(lambda parts: [parts[0], *parts[1]])


def spelled(words: list[str]) -> Spelling:
    """Make the words of a condition, their brackets in pairs as far as they are."""
    opened: list[int] = []
    closing: dict[int, int] = {}
    for number, word in enumerate(words):
        if word in ("(", "[", "{"):
            opened.append(number)
        elif word in (")", "]", "}") and opened:
            closing[opened.pop()] = number
    return Spelling(tuple(Token(0, 0, word) for word in words), closing, ())


def agree(words: list[str]) -> bool:
    """Say whether Python gives a form; it must be the one that Jinja2 gives."""
    form = plain(words)
    assert form is None or form == grammar.shape(spelled(words))
    return form is not None


@given(_rows | _joined | st.lists(st.sampled_from(SIGNS), max_size=12))
@settings(max_examples=1_000, deadline=None)
def test_a_form_is_the_one_that_jinja2_gives(parts: list[str]) -> None:
    """Words in any order: where Python has a form, Jinja2 has the same, part by part and place by place."""
    agree(" ".join(parts).split())


@given(_joined)
@settings(deadline=None)
def test_brackets_change_nothing_of_that(parts: list[str]) -> None:
    """What binds more tightly than what, with brackets around every second part."""
    words = " ".join(f"( {part} )" if number % 2 else part for number, part in enumerate(parts))
    agree(words.split())


def test_every_short_row_of_words() -> None:
    """All rows of three words, among them those that only one of the two grammars knows, and longer ones."""
    rows = [*product(["", *SIGNS], repeat=3), *product("a . ( ) - not".split(), repeat=5)]  # noqa: SIM905
    assert sum(agree([word for word in row if word]) for row in rows) > 100


@given(plain_trees, st.booleans())
@settings(deadline=None)
def test_whatever_asks_no_question_is_plain(tree: Node, brackets: bool) -> None:
    """Names, constants, comparisons, calculations and what joins them need no Jinja2."""
    spelling = spell(write(tree, brackets=brackets))
    if spelling.tokens:  # else it is too large
        assert agree([*alike(spelling.tokens)])


@given(st.one_of(soups, slips))
@settings(max_examples=500, deadline=None)
def test_any_text_has_the_shape_that_jinja2_gives(text: str) -> None:
    """Forms and findings; also where words were made alike for the sake of other conditions."""
    spelling = spell(text)
    if spelling.tokens:
        assert shape(spelling) == grammar.shape(spelling)


@pytest.mark.parametrize("text", ["- " * 100 + "a", "not " * 100 + "a", " + ".join("a" * 101)])
def test_the_longest_are_read(text: str) -> None:
    """The parser's own bounds lie beyond ours."""
    assert agree(text.split())
    assert agree([*("(" * 20), *text.split(), *(")" * 20)])
