"""What later conditions can still read: states that agree on it are one node of the outcome tree."""

from collections import defaultdict
from collections.abc import Hashable
from typing import NamedTuple

from engine.frozen import replace
from engine.machine.aggregate import read
from engine.planner.answers import atoms_of
from engine.record.condition import (
    NUMBERS,
    UNKNOWN,
    Condition,
    Field,
    Literal,
    Logic,
    Node,
    Not,
    StepField,
    Value,
    step_fields,
)
from engine.record.plan import Program
from engine.record.state import RunState, StepState
from engine.runbook.answers.atoms import is_open
from engine.runbook.expressions.evaluate import evaluate


def blurred(program: Program) -> Program:
    """Give the program with every open comparison unknown: what it decides still, it decides surely."""

    def blur(node: Node) -> Node:
        match node:
            case Not(operand):
                return replace(node, operand=blur(operand))
            case Logic(_, left, right):
                return replace(node, left=blur(left), right=blur(right))
            case _:
                return Literal(UNKNOWN) if is_open(node, program.inputs) else node

    def softened(condition: Condition) -> Condition:
        return Condition(condition.text, blur(condition.tree))

    steps = tuple(
        replace(
            step,
            when=step.when and softened(step.when),
            success=tuple(softened(criterion) for criterion in step.success),
        )
        if any(is_open(atom, program.inputs) for atom in atoms_of(step))
        else step
        for step in program.steps
    )
    return Program(steps, program.inputs)


class _Seen(NamedTuple):
    """A comparison as a state is looked at through it: known once, for it is asked for at every node."""

    atom: Node
    fields: tuple[StepField, ...]
    is_open: bool


class Live:
    """For each position, the comparisons that a step from there on makes about a step before it."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._atoms: dict[int, list[_Seen]] = defaultdict(list)
        last_use: dict[Node, int] = {}
        for index, step in enumerate(program.steps):
            last_use.update((atom, index) for atom in atoms_of(step) if any(step_fields(atom)))
        for atom, last in last_use.items():
            seen = _Seen(atom, tuple(step_fields(atom)), is_open(atom, program.inputs))
            first = min(program.positions[name.step] for name in seen.fields)
            for position in range(first + 1, last + 1):
                self._atoms[position].append(seen)

    def key(self, position: int, state: RunState) -> tuple[Hashable, ...]:
        """Give what the steps from ``position`` on can tell apart in the state."""
        return tuple([self._look(seen, state, position) for seen in self._atoms[position]])

    def trimmed(self, position: int, state: RunState) -> RunState:
        """Drop the steps that nothing reads any more; the last one counts as concluded."""
        keep = {name.step for seen in self._atoms[position] for name in seen.fields}
        steps = {step: now for step, now in state.steps.items() if step in keep}
        if state.last is not None:
            steps[state.last] = replace(state.steps[state.last], accepted="concluded")
        return replace(state, steps=steps)

    def _look(self, seen: _Seen, state: RunState, position: int) -> Hashable:
        def field_of(step: str, name: Field) -> Value:
            return read(state.steps.get(step) or StepState(), name)

        if len(seen.fields) == 1 and not seen.is_open:
            return evaluate(seen.atom, self._program.inputs, field_of)
        past = [name for name in seen.fields if self._program.positions[name.step] < position]
        values = [(field_of(name.step, name.name), name.name in NUMBERS) for name in past]
        return tuple(value is UNKNOWN if seen.is_open and counts else value for value, counts in values)
