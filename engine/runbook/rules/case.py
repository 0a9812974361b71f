"""One condition as the rules over conditions see it."""

from collections.abc import Iterator
from typing import Literal as OneOf
from typing import NamedTuple

from engine.diagnostics import Kind
from engine.frozen import dataclass
from engine.record.condition import (
    MIRRORED,
    NUMBERS,
    Compare,
    Condition,
    Extent,
    Field,
    Literal,
    Logic,
    Node,
    Not,
    StepField,
    children,
    step_fields,
)
from engine.runbook.answers.atoms import sides
from engine.runbook.answers.ends import StepTerms
from engine.runbook.answers.givens import inputs_of
from engine.runbook.answers.survey import Survey
from engine.runbook.answers.truths import EITHER, FALSE, TRUE
from engine.runbook.expressions.fault import Fault
from engine.runbook.expressions.operand import excerpt
from engine.runbook.spelling import listed

_CONSTANTS = {TRUE: True, FALSE: False}


class Part(NamedTuple):
    """A part of a condition: what it always comes to wherever it is known, None where it varies.

    ``is_link``: it is one of the comparisons of a chain such as ``a < b < c``.
    """

    node: Node
    constant: bool | None
    is_link: bool


class Bound(NamedTuple):
    """A comparison of one number with a constant, read with the number on the left."""

    field: StepField
    op: str
    number: float
    at: Extent
    is_link: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A condition with what is known of the steps that it reads.

    ``steps`` are the steps that ``survey`` looked at, in their order: those that the condition reads,
    and some that they depend on. ``nodes`` are all parts of the condition, each before its own parts.
    ``survey`` is None where the ways are too many.
    """

    owner: StepTerms
    key: OneOf["when", "success"]
    condition: Condition
    steps: tuple[StepTerms, ...]
    nodes: tuple[Node, ...]
    survey: Survey | None = None

    @property
    def constant(self) -> bool | None:
        """Whether the whole is never false, or never true; None where it varies, or nothing is known."""
        return None if self.survey is None else _CONSTANTS.get(self.survey.truths[0] & EITHER)

    def step(self, name: str) -> StepTerms:
        """Give a step that the condition reads."""
        return next(step for step in self.steps if step.id == name)

    def parts(self) -> Iterator[Part]:
        """Walk over all parts, each before its own parts."""
        links = {id(link) for node in self.nodes for link in _links(node)}
        for place, node in enumerate(self.nodes):
            truths = self.survey.truths[place] if self.survey else 0
            yield Part(node, _CONSTANTS.get(truths & EITHER), id(node) in links)

    def bounds(self) -> Iterator[Bound]:
        """Walk over the comparisons of a single number with a constant."""
        links = {id(link) for node in self.nodes for link in _links(node)}
        for node in self.nodes:
            match node:
                case Compare(op, StepField() as field, Literal(int() | float() as number)):
                    bound = Bound(field, op, number, node.at, id(node) in links)
                case Compare(op, Literal(int() | float() as number), StepField() as field):
                    bound = Bound(field, MIRRORED.get(op, op), number, node.at, id(node) in links)
                case _:
                    continue
            if field.name in NUMBERS:
                yield bound

    def culprit(self) -> Node:
        """Give the smallest part that by itself makes the whole constant."""
        constant = {id(part.node): part.constant for part in self.parts()}
        node = self.condition.tree
        while True:
            below = [part for part in children(node) if part not in _links(node)]
            told = [part for part in below if constant[id(part)] is not None]
            if not isinstance(node, Logic | Not) or len(told) != 1:
                return node
            node = told[0]

    def one_status(self, op: str, sign: str, join: str, member: str) -> str | None:
        """Say how to claim several statuses of one step, where the culprit joins them with ``op`` in vain."""
        claims = [*sides(self.culprit(), op)]
        named = [claim for claim in claims if _claims_status(claim, sign)]
        steps = {field.step for claim in named for field in step_fields(claim)}
        if len(named) < max(len(claims), 2) or len(steps) > 1:
            return None
        values = [
            self.words(part.at) for claim in named for part in children(claim) if isinstance(part, Literal)
        ]
        (name,) = {self.name_of(field) for claim in named for field in step_fields(claim)}
        written = f"{name} {member} [{', '.join(values)}]"
        return f"a step ends with one status: join them with {join}, or write {written}."

    def words(self, at: Extent) -> str:
        """Give a stretch of the condition as it is written, shortened."""
        return excerpt(self.condition.text, at)

    def read(self, node: Node | None = None) -> str:
        """Name the steps and the inputs that the condition, or a part of it, reads."""
        node = node or self.condition.tree
        names = dict.fromkeys(field.step for field in step_fields(node))
        inputs = [f"inputs.{name}" for name in inputs_of(node)]
        return listed([*names, *inputs], "and")

    def name_of(self, field: StepField) -> str:
        """Write a field as the condition names it."""
        is_own = self.key == "success" and field.step == self.owner.id
        return field.name.value if is_own else f"steps.{field.step}.{field.name.value}"

    def ceiling(self, field: StepField) -> int | None:
        """Give the most that a number can be, None where nothing bounds it."""
        if field.name is Field.FAILED_PCT:
            return 100
        counts_reached = field.name in {Field.SELECTED, Field.INITIATED, Field.FAILED}
        return self.step(field.step).at_most if counts_reached else None

    def fault(self, kind: Kind, at: Extent, message: str, help_: str) -> Fault:
        """Make a finding at a stretch of the condition."""
        return Fault(kind, *at, message, help_)


def _links(node: Node) -> list[Node]:
    """Give the comparisons of a chain: the parser gives each the place of the whole chain."""
    if isinstance(node, Logic) and node.op == "and":
        return [part for part in (node.left, node.right) if part.at == node.at]
    return []


def _claims_status(node: Node, sign: str) -> bool:
    match node:
        case Compare(op, StepField(name=Field.STATUS), Literal(str())) | Compare(
            op, Literal(str()), StepField(name=Field.STATUS)
        ):
            return op == sign
        case _:
            return False
