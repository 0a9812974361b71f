"""Random programs, answers and people for properties of the machine and the outcome tree."""

from collections.abc import Sequence

from hypothesis import strategies as st

from engine.record.condition import (
    Arithmetic,
    Compare,
    Condition,
    Field,
    Known,
    Literal,
    Logic,
    Member,
    Node,
    Not,
    StepField,
)
from engine.record.outcome import Counts, Outcome, SendStatus
from engine.record.plan import OnFailure, PlannedStep, Program, Range, Retry
from tests.factories import step

STATUSES = ["skipped", "no_match", "succeeded", "partial", "failed", "sent_unknown", "not_sent"]
NUMBER_FIELDS = [
    Field.MATCHED,
    Field.SELECTED,
    Field.INITIATED,
    Field.FAILED,
    Field.FAILED_PCT,
    Field.ERRORS,
]
LIMIT = 20


def texts(node: Node) -> Condition:
    """Wrap a tree; what it says matters, not how it is spelt."""
    return Condition(str(node), node)


def numbers(steps: Sequence[str]) -> st.SearchStrategy[StepField]:
    """Any number of one of the steps."""
    return st.builds(StepField, st.sampled_from(steps), st.sampled_from(NUMBER_FIELDS))


@st.composite
def atoms(draw: st.DrawFn, steps: Sequence[str], *, simple: bool) -> Node:  # noqa: PLR0911  (one a kind)
    """One comparison; simple ones hold one field and constants."""
    name = draw(st.sampled_from(steps))
    operator = draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
    constant = Literal(draw(st.sampled_from([0, 1, 3, 5, 12.5, 50, 100])))
    kind = draw(st.sampled_from(["status", "ran", "number", "line", "in", "known", "open"]))
    status = StepField(name, Field.STATUS)
    number = draw(numbers(steps))
    match kind:
        case "status":
            equal = draw(st.sampled_from(["==", "!="]))
            return Compare(equal, status, Literal(draw(st.sampled_from(STATUSES))))  # type: ignore[arg-type]
        case "in":
            some = draw(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=3))
            return Member(status, Literal(tuple(some)), draw(st.booleans()))
        case "ran":
            return StepField(name, Field.RAN)
        case "known":
            return Known(number, draw(st.booleans()))
        case "line":
            line = Arithmetic("+", Arithmetic("*", number, Literal(2)), Literal(1))
            return Compare(operator, line, constant)  # type: ignore[arg-type]
        case "open" if not simple:
            other = draw(numbers(steps))
            joined = Arithmetic(draw(st.sampled_from(["+", "-", "/", "%"])), number, other)
            return Compare(operator, joined, constant)  # type: ignore[arg-type]
        case _:
            sides = (number, constant) if draw(st.booleans()) else (constant, number)
            return Compare(operator, *sides)  # type: ignore[arg-type]


def conditions(steps: Sequence[str], *, simple: bool) -> st.SearchStrategy[Condition]:
    """Comparisons joined by and, or, not."""

    def joined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        return st.builds(Not, inner) | st.builds(Logic, st.sampled_from(["and", "or"]), inner, inner)

    return st.recursive(atoms(steps, simple=simple), joined, max_leaves=3).map(texts)


@st.composite
def programs(draw: st.DrawFn, *, simple: bool = False, most_steps: int = 4) -> Program:
    """Up to a few steps whose conditions read any earlier step."""
    steps: list[PlannedStep] = []
    for number in range(draw(st.integers(1, most_steps))):
        earlier = [known.id for known in steps]
        name = f"s{number}"
        when = draw(st.none() | conditions(earlier, simple=simple)) if earlier else None
        own = conditions([*earlier, name] if not simple else [name], simple=simple)
        expect = st.builds(Range, st.sampled_from([None, 1, 5]), st.sampled_from([None, 10]))
        steps.append(
            step(
                name,
                at_most=LIMIT,
                when=when,
                success=draw(st.lists(own, max_size=2)),
                expect=draw(st.none() | expect),
                on_failure=draw(st.sampled_from(OnFailure)),
                retry=Retry(attempts=draw(st.integers(1, 3)), within_s=30),
            )
        )
    return Program(tuple(steps))


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    """Any outcome that keeps the API's invariants within the limit."""
    status = draw(st.sampled_from([s for s in SendStatus if s is not SendStatus.INTENDED]))
    selected = draw(st.integers(2, LIMIT))
    failed = {
        SendStatus.SUCCEEDED: 0,
        SendStatus.PARTIAL: draw(st.integers(1, selected - 1)),
        SendStatus.FAILED: selected,
    }.get(status)
    if status in (SendStatus.IN_DOUBT, SendStatus.SENT_UNKNOWN):
        return Outcome(SendStatus.IN_DOUBT, counts=None)
    if failed is None:
        fatal = status is SendStatus.REJECTED and draw(st.booleans())
        return Outcome(status, fatal=fatal)
    matched = selected + draw(st.integers(0, 30))
    errors = draw(st.integers(1, 3)) if failed else 0
    return Outcome(status, Counts(matched, selected, selected - failed, failed, 1, errors))
