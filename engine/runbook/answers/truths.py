"""What one comparison can come to on given ends of the steps that it reads: a set of truths.

Where it cannot be told (it reads an input, or joins several numbers in ways that no cut parts), the set
holds more than can happen, never less.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from engine.record.condition import (
    UNKNOWN,
    Arithmetic,
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

    ``is_plain``: it is unknown as soon as one of its values is. ``divisors``: those that read steps alone.
    """

    node: Node
    steps: tuple[str, ...]
    reads_inputs: bool
    is_open: bool
    is_plain: bool
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
    reads_inputs = any(isinstance(part, InputName) for part in parts)
    steps = tuple(dict.fromkeys(part.step for part in parts if isinstance(part, StepField)))
    is_plain = not any(isinstance(part, Logic | Known) for part in parts)
    divisors = tuple(_divisors(parts)) if is_plain else ()
    return Atom(atom, steps, reads_inputs, not reads_inputs and is_open(atom, {}), is_plain, divisors)


def _divisors(parts: tuple[Node, ...]) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, Arithmetic) and part.op in {"/", "//", "%"}:
            kinds = {type(each) for each in nodes_of(part.right)}
            if StepField in kinds and InputName not in kinds:
                yield part.right


def truths(atom: Atom, now: Now) -> Truths:
    """Say what a comparison can come to; steps that ``now`` lacks can have ended in any way."""
    known = [now[step] for step in atom.steps if step in now]
    if len(known) < len(atom.steps):
        return ANY
    is_dark = any(
        now[field.step].counts is None and field.name is not Field.STATUS for field in step_fields(atom.node)
    )
    if is_dark and atom.is_plain:
        return OPEN
    # With nothing but zeros an open comparison is told exactly.
    if atom.reads_inputs or (atom.is_open and any(end.counts != NOBODY for end in known)):
        is_safe = isinstance(atom.node, Known) or not (is_dark or may_be_unknown(atom.node))
        return EITHER if is_safe else ANY
    value = evaluate(atom.node, {}, _reader(now))
    return OPEN if value is UNKNOWN else TRUE if value else FALSE


def is_zero(divisor: Node, now: Now) -> bool:
    """Say whether a divisor that reads steps alone is zero."""
    is_told = all(field.step in now for field in step_fields(divisor))
    return is_told and evaluate(divisor, {}, _reader(now)) == 0


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
