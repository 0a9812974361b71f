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
    Literal,
    Logic,
    Member,
    Negate,
    Node,
    Not,
    StepField,
    Unknown,
    Value,
    children,
    step_fields,
)
from engine.runbook.expressions.evaluate import evaluate
from engine.runbook.expressions.fault import Scope
from engine.runbook.expressions.names import STATUSES
from engine.runbook.expressions.parse import parse
from engine.runbook.expressions.template import holds_template, parse_template, render
from engine.runbook.model import InputSpec, InputType

INPUTS = {
    "branch": InputSpec("branch", InputType.STRING),
    "cap": InputSpec("cap", InputType.INTEGER),
    "rate": InputSpec("rate", InputType.NUMBER),
    "strict": InputSpec("strict", InputType.BOOLEAN),
    "day": InputSpec("day", InputType.DATE),
    "languages": InputSpec("languages", InputType.LIST),
}
SCOPE = Scope(INPUTS, {"a": 0, "b": 1, "own": 2, "later": 3}, position=2, own="own")

# ---------------------------------------------------------------- trees

whole = st.integers(-20, 20)
halves = st.integers(-80, 80).filter(bool).map(lambda quarters: quarters / 4)
words = st.text("ab'\"\\ {}%#\u0915\u0903é", max_size=4)
fields = st.builds(StepField, st.sampled_from(["a", "b", "own"]), st.sampled_from(sorted(NUMBERS)))
numeric_names = fields | st.sampled_from([InputName("cap"), InputName("rate")])
numeric_constants = st.builds(Literal, whole | halves)
states = st.builds(StepField, st.sampled_from(["a", "b", "own"]), st.just(Field.STATUS))
rans = st.builds(StepField, st.sampled_from(["a", "b", "own"]), st.just(Field.RAN))
dates = st.dates().filter(lambda day: day.year > 999).map(lambda day: Literal(day.isoformat()))
equalities = st.sampled_from(["==", "!="])
orders = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def calculations(numbers: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Join numbers; a divisor is never zero for everybody, which would be refused."""
    divisors = numeric_names | numeric_constants.filter(lambda constant: constant.value != 0)
    return st.one_of(
        st.builds(Arithmetic, st.sampled_from(["+", "-", "*"]), numbers, numbers),
        st.builds(Arithmetic, st.sampled_from(["/", "//", "%"]), numbers, divisors),
        st.builds(Negate, numbers.filter(lambda node: not isinstance(node, Literal))),
    )


numbers = st.recursive(numeric_names | numeric_constants, calculations, max_leaves=5)


def lists_of(items: st.SearchStrategy[int] | st.SearchStrategy[str]) -> st.SearchStrategy[Literal]:
    """Make constant lists, none of them empty."""
    return st.builds(Literal, st.lists(items, min_size=1, max_size=3).map(tuple))


atoms = st.one_of(
    st.builds(Literal, st.booleans()),
    st.just(InputName("strict")),
    rans,
    st.builds(Compare, orders, numbers, numbers),
    st.builds(Compare, equalities, states, st.builds(Literal, st.sampled_from(STATUSES))),
    st.builds(Compare, equalities, st.builds(Literal, words), st.just(InputName("branch"))),
    st.builds(Compare, orders, st.just(InputName("day")), dates),
    st.builds(Member, numbers, lists_of(whole), st.booleans()),
    st.builds(Member, states, lists_of(st.sampled_from(STATUSES)), st.booleans()),
    st.builds(Member, st.just(InputName("branch")), lists_of(words), st.booleans()),
    st.builds(Member, st.builds(Literal, words), st.just(InputName("languages")), st.booleans()),
)


def claims(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Join parts that are true or false."""
    return st.one_of(
        st.builds(Not, parts),
        st.builds(Logic, st.sampled_from(["and", "or"]), parts, parts),
        st.builds(Compare, equalities, parts, parts),
    )


plain_trees = st.recursive(atoms, claims, max_leaves=6)
"""Trees without questions: Python reads what they are written as."""

trees = st.recursive(
    atoms | st.builds(Known, numbers, st.booleans()),
    lambda parts: claims(parts) | st.builds(Known, parts, st.booleans()),
    max_leaves=6,
)

# ---------------------------------------------------------------- writing and reading them

LEVELS = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6}
COMPARISON, SIGN, ATOM = 4, 7, 9


def write(node: Node, least: int = 0, *, brackets: bool) -> str:
    """Write a tree, with brackets everywhere or only where what stands around binds more tightly."""
    text, level = _written(node, brackets=brackets)
    return f"({text})" if level < (ATOM if brackets and least else least) else text


def _written(node: Node, *, brackets: bool) -> tuple[str, int]:
    def inner(child: Node, least: int) -> str:
        return write(child, least, brackets=brackets)

    match node:
        case Literal(value=value):
            return constant(value), SIGN if isinstance(value, int | float) and value < 0 else ATOM
        case InputName(name=name):
            return f"inputs.{name}", ATOM
        case StepField(step=step, name=name):
            return (name.value if step == "own" else f"steps.{step}.{name.value}"), ATOM
        case Negate(operand=operand):
            return f"- {inner(operand, SIGN)}", SIGN
        case Known(operand=operand, negated=negated):
            least = SIGN if isinstance(operand, Negate | Literal) else ATOM
            return f"{inner(operand, least)} is {'unknown' if negated else 'known'}", SIGN + 1
        case Not(operand=operand):
            return f"not {inner(operand, LEVELS['not'])}", LEVELS["not"]
        case Member(item=item, items=items, negated=negated):
            word = "not in" if negated else "in"
            return f"{inner(item, COMPARISON + 1)} {word} {inner(items, COMPARISON + 1)}", COMPARISON
        case Compare(op=op, left=left, right=right):
            return f"{inner(left, COMPARISON + 1)}{op}{inner(right, COMPARISON + 1)}", COMPARISON
        case Logic(op=op, left=left, right=right) | Arithmetic(op=op, left=left, right=right):
            return f"{inner(left, LEVELS[op])} {op} {inner(right, LEVELS[op] + 1)}", LEVELS[op]


def constant(value: Value) -> str:
    """Write a constant as conditions do."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            escaped = value.replace("\\", "\\\\").replace("'", "\\'")
            return f"'{escaped}'"
        case tuple():
            return f"[{', '.join(map(constant, value))}]"
        case _:
            return str(value)


def shape(node: Node) -> tuple[object, ...]:
    """Give a tree as values of which 1, 1.0 and true are three."""
    own = repr(node) if not children(node) else (getattr(node, "op", ""), getattr(node, "negated", ""))
    name = repr(node.value) if isinstance(node, Literal) else own
    return (
        type(node).__name__,
        name if children(node) or isinstance(node, Literal) else read_name(node),
        *map(shape, children(node)),
    )


def read_name(node: Node) -> str:
    """Give a name without its place."""
    return write(node, brackets=False)


def read(text: str) -> Node:
    """Parse a condition in which nothing is an error."""
    assume(len(text) <= 1_000)
    condition, faults = parse(text, SCOPE)
    assert not [fault for fault in faults if fault.kind.severity is Severity.ERROR]
    assert condition is not None
    return condition.tree


@given(trees, st.booleans())
@settings(max_examples=500, deadline=None)
def test_what_is_written_is_read(tree: Node, brackets: bool) -> None:
    """Parsing a tree's text gives the tree, whichever brackets it is written with."""
    assert shape(read(write(tree, brackets=brackets))) == shape(tree)


@given(trees)
@settings(deadline=None)
def test_places_are_those_of_the_parts(tree: Node) -> None:
    """The text at a node's place, read by itself, is that node."""
    text = write(tree, brackets=False)

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
    of_steps = {step: SimpleNamespace(**result) for step, result in results.items()}
    names = {
        "inputs": SimpleNamespace(**inputs),
        "steps": SimpleNamespace(**of_steps),
        "true": True,
        "false": False,
        **results["own"],
    }
    return eval(text, {"__builtins__": {}}, names)  # noqa: S307 - the text comes from our own trees


def we_say(tree: Node, inputs: Mapping[str, Value], results: Results) -> Value:
    """Evaluate a tree."""
    return evaluate(tree, inputs, lambda step, name: results[step][name])


@given(plain_trees, values, results, results, results)
@settings(max_examples=500, deadline=None)
def test_conditions_mean_what_python_says(
    tree: Node,
    inputs: Mapping[str, Value],
    one: Mapping[Field, Value],
    two: Mapping[Field, Value],
    own: Mapping[Field, Value],
) -> None:
    """Where everything is known and nothing is divided by zero, a condition is a Python expression."""
    text = write(tree, brackets=False)
    known = {"a": one, "b": two, "own": own}
    try:
        expected = python_says(text, inputs, known)
    except ZeroDivisionError:
        assume(False)
    assert we_say(read(text), inputs, known) is expected


@given(numbers, st.lists(st.tuples(orders, numbers), min_size=2, max_size=4), values, results)
@settings(deadline=None)
def test_chains_mean_what_python_says(
    first: Node, links: list[tuple[str, Node]], inputs: Mapping[str, Value], result: Mapping[Field, Value]
) -> None:
    """A chain of comparisons is what it is in Python."""
    text = write(first, COMPARISON + 1, brackets=False)
    text += "".join(f" {op} {write(node, COMPARISON + 1, brackets=False)}" for op, node in links)
    known = {"a": result, "b": result, "own": result}
    try:
        expected = python_says(text, inputs, known)
    except ZeroDivisionError:
        assume(False)
    assert we_say(read(text), inputs, known) is expected


@given(
    plain_trees,
    values,
    results,
    st.sets(st.tuples(st.sampled_from(["a", "b", "own"]), st.sampled_from(sorted(NUMBERS)))),
)
@settings(max_examples=500, deadline=None)
def test_what_is_sure_is_so_whatever_the_unknown_numbers_are(
    tree: Node, inputs: Mapping[str, Value], result: Mapping[Field, Value], unknown: set[tuple[str, Field]]
) -> None:
    """An answer that is not unknown is the answer of every filling of the unknown numbers."""
    text = write(tree, brackets=False)
    partly = {
        step: {name: UNKNOWN if (step, name) in unknown else value for name, value in result.items()}
        for step in ("a", "b", "own")
    }
    answer = we_say(read(text), inputs, partly)
    open_fields = sorted({(field.step, field.name) for field in step_fields(tree)} & unknown)[:3]
    assume(answer is not UNKNOWN and open_fields)
    for filling in product((0, 1, 7), repeat=len(open_fields)):
        filled = {step: dict(result) for step in partly}
        for (step, name), value in zip(open_fields, filling, strict=True):
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

SIGNS = (
    "( ) [ ] { } {{ }} {% %} {# #} , . : ; = == != < <= > >= + - * / // % ** ~ | & && || ! ? @ $ ^ \\ ' \" ` # "
    "and or not in is if else known unknown defined true false none None inputs steps inputs.cap inputs.day "
    "inputs.languages steps.a.failed steps.a steps.later.ran failed ran status 5 0 2.5 .5 1e3 007 1_0 'a' 'partial' "
    "2026-01-31 __class__ lipsum self f( a[ |x set import for AND OR \u2018 \u2019 \u2265 \u0915 \u200d \x00 \n"
).split(" ")
soups = st.lists(st.sampled_from(SIGNS), max_size=30).flatmap(
    lambda signs: st.sampled_from(["", " "]).map(lambda blank: blank.join(signs))
)
slips = st.tuples(trees, st.integers(0, 200), st.integers(0, 3), st.sampled_from(["", *SIGNS])).map(
    lambda parts: slip(write(parts[0], brackets=False), *parts[1:])
)


def slip(text: str, place: int, width: int, typed: str) -> str:
    """Mistype a text."""
    place = min(place, len(text))
    return text[:place] + typed + text[place + width :]


@given(st.one_of(st.text(), soups, slips), st.sampled_from([None, "own"]))
@settings(max_examples=2_000, deadline=2_000)
def test_any_text_is_read_or_refused(text: str, own: str | None) -> None:
    """No text raises; findings lie inside it and speak; what is not refused has a value."""
    condition, faults = parse(text, Scope(INPUTS, SCOPE.steps, SCOPE.position, own))
    for fault in faults:
        assert 0 <= fault.start <= fault.end <= len(text)
        assert fault.start < fault.end or not text
        assert fault.message
        assert fault.help.endswith((".", "?"))
    assert (condition is None) == any(fault.kind.severity is Severity.ERROR for fault in faults)
    if condition is not None:
        answer = evaluate(
            condition.tree,
            {"branch": "a", "cap": 5, "rate": 2.5, "strict": True, "day": "2026-01-31", "languages": ("a",)},
            lambda _step, name: {Field.STATUS: "partial", Field.RAN: True}.get(name, UNKNOWN),
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
    assert bool(places) == holds_template(text)
    expected = text
    for place in reversed(places):
        expected = f"{expected[: place.at[0]]}<{place.name}>{expected[place.at[1] :]}"
    assert render(template, {name: f"<{name}>" for name in INPUTS}) == expected
