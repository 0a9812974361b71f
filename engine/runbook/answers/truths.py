"""What one comparison can come to on given ends of the steps that it reads: a set of truths.

Where it cannot be told (it reads an input that has no value here, or joins several numbers in ways that no
cut parts), the set holds more than can happen, never less.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from engine.record.condition import (
    UNKNOWN,
    Arithmetic,
    Compare,
    Field,
    InputName,
    Known,
    Logic,
    Node,
    StepField,
    Value,
    children,
    step_fields,
)
from engine.record.outcome import NOBODY
from engine.record.result import read
from engine.runbook.answers.atoms import is_open, may_be_unknown
from engine.runbook.answers.ends import End
from engine.runbook.answers.givens import Given
from engine.runbook.expressions.evaluate import evaluate

Truths: TypeAlias = int
"""A set of truths, as the sum of its members."""

TRUE, FALSE, OPEN = 1, 2, 4
EITHER = TRUE | FALSE
ANY = EITHER | OPEN

Now: TypeAlias = Mapping[str, End]
"""How the steps have ended on one way."""


class Atom(NamedTuple):
    """A comparison, looked at once.

    ``counted``: the steps of which it reads more than the status. ``is_plain``: it is unknown as soon as
    one of its values is; ``is_safe``: it is known as soon as all of them are. ``settled``: what it comes to
    wherever it is known, 0 if that varies. ``divisors``: those that read steps alone, or inputs alone.
    """

    node: Node
    steps: tuple[str, ...]
    inputs: frozenset[str]
    counted: frozenset[str]
    is_open: bool
    is_plain: bool
    is_safe: bool
    settled: Truths
    divisors: tuple[Node, ...]


def nodes_of(node: Node) -> Iterator[Node]:
    """Walk over a tree, each part before its own parts."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += children(node)[::-1]


def looked_at(atom: Node) -> Atom:
    """Look at a comparison, or whatever else ``and``, ``or`` and ``not`` join."""
    parts = tuple(nodes_of(atom))
    inputs = frozenset(part.name for part in parts if isinstance(part, InputName))
    steps = tuple(dict.fromkeys(part.step for part in parts if isinstance(part, StepField)))
    is_plain = not any(isinstance(part, Logic | Known) for part in parts)
    divisors = tuple(_divisors(parts)) if is_plain else ()
    return Atom(
        atom,
        steps,
        inputs,
        counted=frozenset(field.step for field in step_fields(atom) if field.name is not Field.STATUS),
        is_open=not inputs and is_open(atom, {}),
        is_plain=is_plain,
        is_safe=not may_be_unknown(atom),
        settled=_settled(atom),
        divisors=divisors,
    )


def _divisors(parts: tuple[Node, ...]) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, Arithmetic) and part.op in {"/", "//", "%"}:
            kinds = {type(each) for each in nodes_of(part.right)}
            if len(kinds & {StepField, InputName}) == 1:
                yield part.right


def truths(atom: Atom, now: Now, given: Given) -> Truths:
    """Say what a comparison can come to; steps that ``now`` lacks can have ended in any way."""
    if any(step not in now for step in atom.steps):
        return ANY
    is_dark = any(now[step].counts is None for step in atom.counted)
    if is_dark and atom.is_plain:
        return OPEN
    if atom.settled:
        return atom.settled
    # With nothing but zeros an open comparison is told exactly.
    is_told = not atom.steps and given.tells(atom.node) if atom.inputs else not atom.is_open
    if not is_told and (atom.inputs or any(now[step].counts != NOBODY for step in atom.steps)):
        return EITHER if isinstance(atom.node, Known) or (atom.is_safe and not is_dark) else ANY
    value = evaluate(atom.node, given.values, _reader(now))
    return OPEN if value is UNKNOWN else TRUE if value else FALSE


_SIZES = {Field.FAILED: 0, Field.INITIATED: 0, Field.SELECTED: 1, Field.MATCHED: 2}
"""A number is never above one of the same answer that stands behind it here: timepay-api.md, section 2.3."""


def _settled(node: Node) -> Truths:
    """Say what the order of two numbers of one answer comes to; 0 where that varies."""
    match node:
        case Compare(op, StepField(one, less), StepField(other, more)) if one == other:
            first, second = _SIZES.get(less, 0), _SIZES.get(more, 0)
            if first == second or not {less, more} <= _SIZES.keys():
                return 0
            always, never = ("<=", ">") if first < second else (">=", "<")
            return TRUE if op == always else FALSE if op == never else 0
        case _:
            return 0


def is_zero(divisor: Node, now: Now, given: Given) -> bool:
    """Say whether a divisor that reads steps alone, or inputs alone, is zero."""
    is_told = given.tells(divisor) and all(field.step in now for field in step_fields(divisor))
    return is_told and evaluate(divisor, given.values, _reader(now)) == 0


def negated(inner: Truths) -> Truths:
    """Turn each member round."""
    return (inner & OPEN) | (FALSE if inner & TRUE else 0) | (TRUE if inner & FALSE else 0)


def joined(op: str, left: Truths, right: Truths) -> Truths:
    """Join two sets of truths, each member with each (Kleene's tables)."""
    decisive, other = (TRUE, FALSE) if op == "or" else (FALSE, TRUE)
    result = (left | right) & decisive
    if left & right & other:
        result |= other
    if (left & OPEN and right & (OPEN | other)) or (right & OPEN and left & other):
        result |= OPEN
    return result


def _reader(now: Now) -> Callable[[str, Field], Value]:
    def field_of(step: str, name: Field) -> Value:
        return read(now[step].status, now[step].counts, name)

    return field_of
