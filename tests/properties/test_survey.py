"""What the rules over conditions call never or always is so in every run, and in the outcome tree."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.diagnostics import Json, Path
from engine.frozen import replace
from engine.machine import evolve
from engine.machine.aggregate import read
from engine.machine.evolve import START
from engine.planner.tree import Move, Tree, grow
from engine.record.condition import (
    UNKNOWN,
    Arithmetic,
    Compare,
    Condition,
    Field,
    InputName,
    Literal,
    Logic,
    Member,
    Node,
    Not,
    StepField,
    Value,
)
from engine.record.event import Event, Question, SendIntended, SendSettled, StepSkipped
from engine.record.outcome import Outcome, StepStatus
from engine.record.plan import OnFailure, PlannedStep, Program
from engine.record.result import JUDGED
from engine.record.state import RunState, StepState
from engine.runbook.answers.ends import StepTerms
from engine.runbook.answers.survey import Survey, survey
from engine.runbook.answers.truths import FALSE, OPEN, TRUE, nodes_of
from engine.runbook.expressions.evaluate import evaluate
from engine.runbook.expressions.fault import Fault, Scope
from engine.runbook.expressions.parse import parse
from engine.runbook.expressions.sorts import Parted, Sorts
from engine.runbook.model import InputSpec, InputType
from engine.runbook.rules import conditions
from engine.runbook.rules.parts import Parts
from tests.factories import program, step
from tests.properties.programs import LIMIT, atoms, outcomes, programs
from tests.properties.test_machine import story
from tests.properties.trees import write

Found = Mapping[tuple[str, str], list[Fault]]
"""What was found, by step and key; a criterion of success is ``success.0``."""

NEVER, ALWAYS, PART, ZEROS, BY_ZERO = "RB551", "RB552", "RB553", "RB557", "RB558"
BY_A_PERSON, CANNOT_FAIL, CANNOT_HOLD = "RB559", "RB560", "RB561"
STATUS, NUMBER = "RB554", "RB555"
KEYS = (
    ("when", NEVER, ALWAYS),
    ("success.0", CANNOT_HOLD, CANNOT_FAIL),
    ("success.1", CANNOT_HOLD, CANNOT_FAIL),
)


def written(planned: Program) -> Program:
    """Give the program with its conditions written and read again, so that their parts have places."""
    ids = {each.id: place for place, each in enumerate(planned.steps)}

    def again(condition: Condition, place: int, own: str | None) -> Condition:
        found, wrong = parse(write(condition.tree), Scope({}, ids, place, own))
        assert found is not None, wrong
        return found

    return Program(
        tuple(
            replace(
                each,
                when=each.when and again(each.when, place, None),
                success=tuple(again(criterion, place, each.id) for criterion in each.success),
            )
            for place, each in enumerate(planned.steps)
        )
    )


def found_in(planned: Program) -> Found:
    """Run the rules on a program as on the runbook that it was made from."""
    found: dict[tuple[str, str], list[Fault]] = defaultdict(list)
    given_conditions = dict(_conditions(planned))
    parts = Parts({"steps": [_data(each) for each in planned.steps]})
    told = [*conditions.check(parts, given_conditions)]
    assert told == [*conditions.check(parts, given_conditions, parted=_parted(planned))]
    for path, fault in told:
        _, place, *key = path
        found[planned.steps[int(place)].id, ".".join(map(str, key))].append(fault)
    return found


def _parted(planned: Program) -> Mapping[str, Parted]:
    """Give what a reader of the whole runbook takes apart."""
    ids = {each.id: place for place, each in enumerate(planned.steps)}
    sorts = Sorts()
    for (_, place, key, *_), condition in _conditions(planned):
        sorts.parse(condition.text, Scope({}, ids, int(place), None if key == "when" else [*ids][int(place)]))
    return sorts.parted


def _data(each: PlannedStep) -> dict[str, Json]:
    expect: dict[str, Json] = {}
    if each.expect_matched is not None:
        bounds = {"min": each.expect_matched.min, "max": each.expect_matched.max}
        expect = {"expect": {"matched": {side: bound for side, bound in bounds.items() if bound is not None}}}
    (send,) = each.sends
    return {
        "id": each.id,
        "filters": "everyone",
        "limit": send.at_most,
        "on_failure": each.on_failure.value,
        **({"success": [criterion.text for criterion in each.success]} if each.success else {}),
        **expect,
    }


def _conditions(planned: Program) -> Iterator[tuple[Path, Condition]]:
    for place, each in enumerate(planned.steps):
        if each.when is not None:
            yield ("steps", place, "when"), each.when
        for number, criterion in enumerate(each.success):
            yield ("steps", place, "success", number), criterion


def codes(found: Found, step_id: str, key: str = "when") -> set[str]:
    """Give the codes that were found at a condition."""
    return {fault.kind.code for fault in found.get((step_id, key), ())}


def asked(planned: Program, events: list[Event]) -> Iterator[tuple[str, str, Condition, RunState]]:
    """Walk over each condition that the machine asks in a run, with the state in which it does."""
    state = START
    for event in events:
        if isinstance(event, SendIntended | StepSkipped) and event.step not in state.steps:
            when = planned.steps[planned.positions[event.step]].when
            if when is not None:
                yield event.step, "when", when, state
        state = evolve(state, event)
        if isinstance(event, SendSettled):
            yield from _criteria(planned, event.step, state)


def _criteria(planned: Program, name: str, state: RunState) -> Iterator[tuple[str, str, Condition, RunState]]:
    about, now = planned.steps[planned.positions[name]], state.steps[name]
    expected = about.expect_matched
    if now.status not in JUDGED or now.counts is None:
        return
    if expected is None or expected.holds(now.counts.matched):
        for number, criterion in enumerate(about.success):
            yield name, f"success.{number}", criterion, state


def value_of(node: Node, state: RunState) -> Value:
    """Evaluate a part of a condition in a state."""
    return evaluate(node, {}, lambda name, field: read(state.steps.get(name) or StepState(), field))


@settings(max_examples=200)
@given(programs(), st.data())
def test_no_run_contradicts_the_rules(planned: Program, data: st.DataObject) -> None:
    """Whatever the API answers and a person says, what never varies is never seen to come out otherwise."""
    planned = written(planned)
    found = found_in(planned)
    for name, key, condition, state in asked(planned, story(data, planned)):
        came_to, seen = value_of(condition.tree, state), codes(found, name, key)
        assert not (came_to is True and seen & {NEVER, CANNOT_HOLD}), (name, key)
        assert not (came_to is False and seen & {ALWAYS, CANNOT_FAIL}), (name, key)
        for fault in found.get((name, key), ()):
            if fault.kind.code == PART:
                claimed = fault.message.startswith("this is true")
                parts = [part for part in nodes_of(condition.tree) if part.at == (fault.start, fault.end)]
                assert value_of(parts[0], state) in (claimed, UNKNOWN), fault


@settings(max_examples=100)
@given(programs(simple=True))
def test_the_tree_agrees(planned: Program) -> None:
    """What a plan shows of a step fits what was found at its condition."""
    planned = written(planned)
    tree, found = grow(planned), found_in(planned)
    assume(tree.exhaustive)
    unknown = {(node.step, node.question.value) for node in tree.nodes if node.question}
    alone, ever = moves(tree, with_person=False), moves(tree, with_person=True)
    for each in planned.steps:
        seen = codes(found, each.id)
        assert not (seen & {NEVER, BY_A_PERSON} and Move.SEND in alone[each.id])
        assert not (ALWAYS in seen and Move.SKIP in alone[each.id])
        for key, never, always in KEYS:
            came_to = tree.truths.get((each.id, key), frozenset())
            # What is unknown counts as both.
            if (each.id, key.partition(".")[0]) not in unknown:
                assert not (True in came_to and never in codes(found, each.id, key)), key
                assert not (False in came_to and always in codes(found, each.id, key)), key
        if BY_A_PERSON in seen and ever[each.id]:
            assert Move.SEND in ever[each.id] or Move.PAUSED in ever[each.id]
        for fault in found.get((each.id, "when"), ()):
            if fault.kind.code == ZEROS:
                skipped = fault.message.split(" may be skipped")[0]
                assert leads(tree, (Move.SKIP, skipped), (Move.SEND, each.id)), fault


def moves(tree: Tree, *, with_person: bool) -> Mapping[str, set[Move]]:
    """Give what happens to each step on the ways of the tree."""
    seen: dict[str, set[Move]] = defaultdict(set)
    for index in reachable(tree, 0, with_person=with_person):
        node = tree.nodes[index]
        if node.step is not None and node.question in (None, Question.WHEN):
            seen[node.step].add(node.move)
    return seen


def reachable(tree: Tree, start: int, *, with_person: bool) -> set[int]:
    """Give the nodes behind one, itself included."""
    seen, waiting = {start}, [start]
    while waiting:
        for branch in tree.nodes[waiting.pop()].branches:
            if branch.to not in seen and (with_person or not branch.person):
                seen.add(branch.to)
                waiting.append(branch.to)
    return seen


def leads(tree: Tree, one: tuple[Move, str], other: tuple[Move, str]) -> bool:
    """Say whether some way, a person's among them, goes from a node with one move to one with the other."""
    starts = [index for index, node in enumerate(tree.nodes) if (node.move, node.step) == one]
    ends = {index for index, node in enumerate(tree.nodes) if (node.move, node.step) == other}
    return any(ends & reachable(tree, start, with_person=True) for start in starts)


def behind(on_failure: OnFailure, tree: Node, *, may_skip: bool) -> Program:
    """Make a program whose last step has a condition on the one before it."""
    first = step("s0")
    when = Condition("", Compare(">", StepField("s0", Field.FAILED), Literal(7))) if may_skip else None
    return written(
        program(first, step("s1", when=when, on_failure=on_failure), step("s2", when=Condition("", tree)))
    )


CLAIMS: Sequence[Compare] = [
    *(
        Compare(op, StepField("s1", Field.STATUS), Literal(status.value))
        for op in ("==", "!=")
        for status in StepStatus
        if status not in (StepStatus.PENDING, StepStatus.IN_DOUBT)
    ),
    *(
        Compare(op, StepField("s1", name), Literal(number))
        for op in ("<", "<=", "==", "!=", ">=", ">")
        for name in (Field.MATCHED, Field.FAILED, Field.FAILED_PCT)
        for number in (0, 1, 100)
    ),
]


@pytest.mark.parametrize("may_skip", [False, True])
@pytest.mark.parametrize("on_failure", OnFailure)
def test_one_comparison_is_judged_exactly(on_failure: OnFailure, may_skip: bool) -> None:
    """Something is found exactly where the tree shows that a run by itself does not take both ways."""
    for tree in CLAIMS:
        planned = behind(on_failure, tree, may_skip=may_skip)
        alone, ever = (moves(grow(planned), with_person=each)["s2"] & WAYS for each in (False, True))
        found = codes(found_in(planned), "s2")
        if alone == WAYS:
            assert found <= {ZEROS}, write(tree)
        elif len(ever) == 1:
            assert found & {NEVER, ALWAYS, STATUS, NUMBER}, write(tree)
        elif "status" in write(tree):  # never unknown, so a person decides nothing but to go on
            told = {BY_A_PERSON} if alone == {Move.SKIP} and tree.right != Literal("sent_unknown") else set()
            assert found == told, write(tree)
        elif alone == {Move.SKIP}:
            assert found & {NEVER, BY_A_PERSON, NUMBER}, write(tree)


WAYS = {Move.SEND, Move.SKIP}


INPUTS = {
    "few": InputSpec("few", InputType.INTEGER, minimum=-2, maximum=5),
    "rate": InputSpec("rate", InputType.NUMBER, minimum=0.5),
    "team": InputSpec("team", InputType.STRING, choices=("north", "south")),
    "branch": InputSpec("branch", InputType.STRING),
    "sure": InputSpec("sure", InputType.BOOLEAN),
    "day": InputSpec("day", InputType.DATE),
}
DAYS = [f"2026-03-0{day}" for day in range(1, 6)]
values_given = st.fixed_dictionaries(
    {
        "few": st.integers(-2, 5),
        "rate": st.integers(1, 20).map(lambda halves: halves / 2),
        "team": st.sampled_from(["north", "south"]),
        "branch": st.sampled_from(["a", "b", "c"]),
        "sure": st.booleans(),
        "day": st.sampled_from(DAYS),
    }
)


@st.composite
def of_inputs(draw: st.DrawFn) -> Node:  # noqa: PLR0911  (one a kind)
    """One comparison that reads inputs, or an input and a step."""
    operator: Any = draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
    name = draw(st.sampled_from(["few", "rate"]))
    number: Node = InputName(name)
    constant = Literal(draw(st.sampled_from([-2, -1, 0, 1, 4.5, 5, 9])))
    match draw(st.sampled_from(["number", "line", "in", "step", "divided", "text", "sure", "day"])):
        case "number":
            sides = (number, constant) if draw(st.booleans()) else (constant, number)
            return Compare(operator, *sides)
        case "line":
            return Compare(operator, Arithmetic("*", number, Literal(2)), constant)
        case "in":
            some = draw(st.lists(st.integers(-3, 6), min_size=1, max_size=3))
            return Member(number, Literal(tuple(some)), draw(st.booleans()))
        case "step":
            return Compare(operator, StepField("s0", Field.FAILED), number)
        case "divided":
            return Compare(operator, Arithmetic("/", StepField("s0", Field.FAILED), number), constant)
        case "text":
            name, words = draw(st.sampled_from([("team", ["north", "south"]), ("branch", ["a", "b"])]))
            equal: Any = draw(st.sampled_from(["==", "!="]))
            return Compare(equal, InputName(name), Literal(draw(st.sampled_from(words))))
        case "sure":
            return InputName("sure")
        case _:
            return Compare(operator, InputName("day"), Literal(draw(st.sampled_from(DAYS))))


def joined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Join conditions by and, or, not."""
    return st.builds(Not, inner) | st.builds(Logic, st.sampled_from(["and", "or"]), inner, inner)


mixed = st.recursive(of_inputs() | atoms(["s0"], simple=False), joined, max_leaves=5)


@settings(max_examples=300)
@given(mixed, values_given, outcomes())
def test_no_value_of_an_input_contradicts_a_survey(
    tree: Node, values: Mapping[str, Value], outcome: Outcome
) -> None:
    """Whatever is given and answered, each part comes to a truth that the survey holds possible."""
    found = survey(Condition("", tree), [StepTerms("s0", at_most=LIMIT)], inputs=INPUTS)
    assume(isinstance(found, Survey))
    assert isinstance(found, Survey)
    is_dark = outcome.counts is None
    status = StepStatus.SENT_UNKNOWN if is_dark else StepStatus(outcome.status.value)
    now = StepState(status=status, counts=outcome.counts)
    for node, truths in zip(nodes_of(tree), found.truths, strict=True):
        if truths:
            value = evaluate(node, values, lambda _, field: read(now, field))
            assert truths & (OPEN if value is UNKNOWN else TRUE if value else FALSE), write(node)
