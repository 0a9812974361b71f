"""Properties of conditions: what is written is read, and what is read means what it says."""

from collections.abc import Mapping
from itertools import product
from types import SimpleNamespace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.diagnostics import Severity
from engine.record.condition import (
    NUMBERS,
    UNKNOWN,
    Arithmetic,
    Compare,
    Field,
    InputName,
    Known,
    Logic,
    Member,
    Node,
    Not,
    Unknown,
    Value,
    children,
    step_fields,
)
from engine.runbook.expressions.endings import STATUSES
from engine.runbook.expressions.evaluate import evaluate
from engine.runbook.expressions.fault import Scope
from engine.runbook.expressions.parse import parse
from engine.runbook.expressions.template import parse_template, render
from tests.properties.trees import (
    COMPARISON,
    INPUTS,
    SCOPE,
    halves,
    numbers,
    orders,
    over_numbers,
    plain_trees,
    shape,
    trees,
    whole,
    words,
    write,
)


def read(text: str) -> Node:
    """Parse a condition in which nothing is an error."""
    assume(len(text) <= 1_000)
    condition, faults = parse(text, SCOPE)
    assert not [fault for fault in faults if fault.kind.severity is Severity.ERROR]
    assert condition is not None
    return condition.tree


@given(trees, st.booleans())
@settings(max_examples=250, deadline=None)
def test_what_is_written_is_read(tree: Node, brackets: bool) -> None:
    """Parsing a tree's text gives the tree, whichever brackets it is written with."""
    assert shape(read(write(tree, brackets=brackets))) == shape(tree)


@given(trees)
@settings(deadline=None)
def test_places_are_those_of_the_parts(tree: Node) -> None:
    """The text at a node's place, read by itself, is that node."""
    text = write(tree)

    def check(node: Node) -> None:
        start, end = node.at
        assert 0 <= start < end <= len(text)
        for child in children(node):
            assert start <= child.at[0] < child.at[1] <= end
            check(child)
        if isinstance(node, Logic | Compare | Member | Not | Known):
            assert shape(read(text[start:end])) == shape(node)

    check(read(text))


# ---------------------------------------------------------------- meaning

values = st.fixed_dictionaries(
    {
        "branch": words,
        "cap": whole,
        "rate": whole | halves,
        "strict": st.booleans(),
        "day": st.dates().filter(lambda day: day.year > 999).map(str),
        "languages": st.lists(words, max_size=3).map(tuple),
    }
)
results = st.fixed_dictionaries(
    {
        field: st.booleans()
        if field is Field.RAN
        else st.sampled_from(STATUSES)
        if field is Field.STATUS
        else st.integers(0, 9)
        for field in Field
    }
)
Results = Mapping[str, Mapping[Field, Value]]


def python_says(text: str, inputs: Mapping[str, Value], results: Results) -> object:
    """Let Python evaluate the text: its rules are those of conditions where everything is known."""
    by_name = {
        step: {name.value: value for name, value in result.items()} for step, result in results.items()
    }
    of_steps = {step: SimpleNamespace(**result) for step, result in by_name.items()}
    names = {
        "inputs": SimpleNamespace(**inputs),
        "steps": SimpleNamespace(**of_steps),
        "true": True,
        "false": False,
        **by_name["own"],
    }
    return eval(text, {"__builtins__": {}}, names)  # noqa: S307 - the text comes from our own trees


def we_say(tree: Node, inputs: Mapping[str, Value], results: Results) -> Value:
    """Evaluate a tree."""
    return evaluate(tree, inputs, lambda step, name: results[step][name])


@given(plain_trees, values, results, results, results)
@settings(max_examples=250, deadline=None)
def test_conditions_mean_what_python_says(
    tree: Node,
    inputs: Mapping[str, Value],
    one: Mapping[Field, Value],
    two: Mapping[Field, Value],
    own: Mapping[Field, Value],
) -> None:
    """Where everything is known and nothing is divided by zero, a condition is a Python expression."""
    text = write(tree)
    known = {"a": one, "b": two, "own": own}
    try:
        expected = python_says(text, inputs, known)
    except ZeroDivisionError:
        assume(False)
    assert we_say(read(text), inputs, known) is expected


@given(numbers, values, results)
@settings(max_examples=250, deadline=None)
def test_calculations_give_what_python_gives(
    tree: Node, inputs: Mapping[str, Value], result: Mapping[Field, Value]
) -> None:
    """A calculation gives the very number that Python gives."""
    text = write(tree, COMPARISON + 1)
    known = dict.fromkeys(("a", "b", "own"), result)
    try:
        expected = python_says(text, inputs, known)
    except ZeroDivisionError:
        expected = UNKNOWN
    comparison = read(f"{text} > failed")
    assert isinstance(comparison, Compare)
    assert we_say(comparison.left, inputs, known) == expected


@given(numbers, st.lists(st.tuples(orders, numbers), min_size=2, max_size=4), values, results)
@settings(deadline=None)
def test_chains_mean_what_python_says(
    first: Node, links: list[tuple[str, Node]], inputs: Mapping[str, Value], result: Mapping[Field, Value]
) -> None:
    """A chain of comparisons is what it is in Python."""
    text = write(first, COMPARISON + 1)
    text += "".join(f" {op} {write(node, COMPARISON + 1)}" for op, node in links)
    known = {"a": result, "b": result, "own": result}
    try:
        expected = python_says(text, inputs, known)
    except ZeroDivisionError:
        assume(False)
    assert we_say(read(text), inputs, known) is expected


@given(over_numbers, values, results, st.integers(1, 255))
@settings(max_examples=250, deadline=None)
def test_what_is_sure_is_so_whatever_the_unknown_numbers_are(
    tree: Node, inputs: Mapping[str, Value], result: Mapping[Field, Value], mask: int
) -> None:
    """An answer that is not unknown is the answer of every filling of the unknown numbers."""
    read_fields = sorted({(field.step, field.name) for field in step_fields(tree) if field.name in NUMBERS})
    unknown = [field for number, field in enumerate(read_fields) if mask >> number & 1][:3]
    partly = {step: dict(result) for step in ("a", "b", "own")}
    for step, name in unknown:
        partly[step][name] = UNKNOWN
    text = write(tree)
    answer = we_say(read(text), inputs, partly)
    for filling in product((0, 1, 7), repeat=len(unknown)) if answer is not UNKNOWN else ():
        filled = {step: dict(result) for step in partly}
        for (step, name), value in zip(unknown, filling, strict=True):
            filled[step][name] = value
        try:
            assert python_says(text, inputs, filled) is answer
        except ZeroDivisionError:
            continue


@given(trees, values, results)
@settings(deadline=None)
def test_unknown_needs_a_reason(
    tree: Node, inputs: Mapping[str, Value], result: Mapping[Field, Value]
) -> None:
    """A condition is true or false unless a number is unknown or something is divided by zero."""
    answer = we_say(tree, inputs, dict.fromkeys(("a", "b", "own"), result))
    assert isinstance(answer, bool) or divides(tree)
    assert isinstance(answer, bool | Unknown)


def divides(node: Node) -> bool:
    """Say whether a tree divides."""
    return (isinstance(node, Arithmetic) and node.op in ("/", "//", "%")) or any(map(divides, children(node)))


# ---------------------------------------------------------------- any text

WORDS = """
    ( ) [ ] { } {{ }} {% %} {# #} , . : ; = == != < <= > >= + - * / // % ** ~ | & && || ! ? @ $ ^ \\ ' " ` #
    and or not in is if else known unknown defined true false none None AND OR set import for lipsum self
    inputs steps inputs.cap inputs.day inputs.languages steps.a.failed steps.a steps.later.ran failed ran
    status 5 0 2.5 .5 1e3 007 1_0 'a' 'partial' 2026-01-31 __class__ f( a[ |x
    \u2018 \u2019 \u2265 \u0915 \u200d \x00
"""
SIGNS = [*WORDS.split(), "\n"]
soups = st.lists(st.sampled_from(SIGNS), max_size=30).flatmap(
    lambda signs: st.sampled_from(["", " "]).map(lambda blank: blank.join(signs))
)
slips = st.tuples(trees, st.integers(0, 200), st.integers(0, 3), st.sampled_from(["", *SIGNS])).map(
    lambda parts: slip(write(parts[0]), *parts[1:])
)


def slip(text: str, place: int, width: int, typed: str) -> str:
    """Mistype a text."""
    place = min(place, len(text))
    return text[:place] + typed + text[place + width :]


@given(st.one_of(st.text(), soups, slips), st.sampled_from([None, "own"]))
@settings(max_examples=1_000, deadline=2_000)
def test_any_text_is_read_or_refused(text: str, own: str | None) -> None:
    """No text raises; findings lie inside it and speak; what is not refused has a value."""
    condition, faults = parse(text, Scope(INPUTS, SCOPE.steps, SCOPE.position, own))
    for fault in faults:
        assert 0 <= fault.start <= fault.end <= len(text)
        assert fault.start < fault.end or not text
        assert fault.message
        assert fault.help.endswith((".", "?"))
    assert (condition is None) == any(fault.kind.severity is Severity.ERROR for fault in faults)
    states: Mapping[Field, Value] = {Field.STATUS: "partial", Field.RAN: True}
    if condition is not None:
        answer = evaluate(
            condition.tree,
            {"branch": "a", "cap": 5, "rate": 2.5, "strict": True, "day": "2026-01-31", "languages": ("a",)},
            lambda _step, name: states.get(name, UNKNOWN),
        )
        assert isinstance(answer, bool | Unknown)


MARKS = [
    "{{",
    "}}",
    "{",
    "}",
    "{%",
    "{#",
    "$",
    " ",
    "inputs.",
    "inputs.cap",
    "inputs.languages",
    "nope",
    "x",
    "|",
    "\n",
]


@given(st.text() | st.lists(st.sampled_from(MARKS), max_size=12).map("".join))
@settings(max_examples=500)
def test_any_text_is_a_template_or_refused(text: str) -> None:
    """No text raises; findings lie inside it; what is filled in stands where its place stood."""
    template, faults = parse_template(text, INPUTS)
    assert (template is None) == bool(faults)
    assert all(0 <= fault.start < fault.end <= len(text) for fault in faults)
    if template is None:
        return
    places = [part for part in template if isinstance(part, InputName)]
    assert bool(places) == (template != (text,))
    expected = text
    for place in reversed(places):
        expected = f"{expected[: place.at[0]]}<{place.name}>{expected[place.at[1] :]}"
    assert render(template, {name: f"<{name}>" for name in INPUTS}) == expected
