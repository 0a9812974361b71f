"""Random conditions that fit together, and how they are written."""

from hypothesis import strategies as st

from engine.record.condition import (
    NUMBERS,
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
    Value,
    children,
)
from engine.runbook.expressions.endings import STATUSES
from engine.runbook.expressions.fault import Scope
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

over_numbers = st.recursive(st.builds(Compare, orders, numbers, numbers) | rans, claims, max_leaves=6)
"""Trees that mostly compare numbers, without questions."""

trees = st.recursive(
    atoms | st.builds(Known, numbers, st.booleans()),
    lambda parts: claims(parts) | st.builds(Known, parts, st.booleans()),
    max_leaves=6,
)

LEVELS = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6}
COMPARISON, SIGN, ATOM = 4, 7, 9
"""How tightly the forms bind; what is not listed is an atom."""


def write(node: Node, least: int = 0, *, brackets: bool = False) -> str:
    """Write a tree, with brackets everywhere or only where what stands around binds more tightly."""
    level = _level(node)
    text = _joined(node, level, brackets=brackets) if children(node) else _single(node)
    return f"({text})" if level < (ATOM if brackets and least else least) else text


def _level(node: Node) -> int:
    if isinstance(node, Logic | Arithmetic):
        return LEVELS[node.op]
    if isinstance(node, Literal) and isinstance(node.value, int | float) and node.value < 0:
        return SIGN
    return {Not: LEVELS["not"], Compare: COMPARISON, Member: COMPARISON, Negate: SIGN, Known: SIGN + 1}.get(
        type(node), ATOM
    )


def _single(node: Node) -> str:
    match node:
        case InputName(name=name):
            return f"inputs.{name}"
        case StepField(step=step, name=field):
            return field.value if step == "own" else f"steps.{step}.{field.value}"
        case _:
            assert isinstance(node, Literal)
            return constant(node.value)


def _joined(node: Node, level: int, *, brackets: bool) -> str:
    def inner(child: Node, least: int) -> str:
        return write(child, least, brackets=brackets)

    match node:
        case Negate(operand=operand):
            return f"- {inner(operand, SIGN)}"
        case Not(operand=operand):
            return f"not {inner(operand, level)}"
        case Known(operand=operand, negated=negated):
            least = SIGN if isinstance(operand, Negate | Literal) else ATOM
            return f"{inner(operand, least)} is {'unknown' if negated else 'known'}"
        case Member(item=item, items=items, negated=negated):
            return f"{inner(item, level + 1)} {'not in' if negated else 'in'} {inner(items, level + 1)}"
        case _:
            assert isinstance(node, Logic | Arithmetic | Compare)
            left = level + 1 if isinstance(node, Compare) else level
            return f"{inner(node.left, left)} {node.op} {inner(node.right, level + 1)}"


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
    """Give a tree as values of which 1, 1.0 and true are three, without its places."""
    own = (getattr(node, "op", ""), getattr(node, "negated", "")) if children(node) else _single(node)
    return type(node).__name__, own, *map(shape, children(node))
