"""Every class of answer that a step can get, each with an outcome that stands for all of its kind.

Two answers are of one class when no comparison in any condition tells them apart.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from fractions import Fraction
from typing import TypeAlias

from engine.frozen import dataclass
from engine.record.condition import NUMBERS, Field, Node, Value
from engine.record.outcome import Counts, Outcome, SendStatus
from engine.record.plan import PlannedStep, Program
from engine.runbook.answers.atoms import atoms, cuts
from engine.runbook.answers.cells import Cell, Cut, cells
from engine.runbook.answers.ends import COUNTED, Cuts, edges
from engine.runbook.answers.witness import Search, find

MOST_COMBINATIONS = 4_096
"""More combinations of cells than this for one step are not walked; the plan says so."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One class of answers: an outcome that stands for it, and where its numbers lie."""

    outcome: Outcome
    cells: Mapping[Field, Cell] = field(default_factory=dict)
    overreached: bool = False


WITHOUT_NUMBERS = (
    Answer(Outcome(SendStatus.NO_MATCH)),
    Answer(Outcome(SendStatus.REJECTED, reason="the API refused the request")),
    Answer(Outcome(SendStatus.REJECTED, reason="the API refused the account or the campaign", fatal=True)),
    Answer(Outcome(SendStatus.NOT_SENT, reason="no connection")),
    Answer(Outcome(SendStatus.IN_DOUBT, counts=None, reason="no answer came back")),
)

OVERREACHED = Answer(
    Outcome(SendStatus.SUCCEEDED, reason="the API took more customers than the request allowed"),
    overreached=True,
)

Assumptions: TypeAlias = Mapping[str, Mapping[Field, Value]]
"""What ``--assume`` fixes: by step, its status or some of its numbers."""


def cuts_by_step(program: Program) -> Mapping[str, Cuts]:
    """Collect where the conditions of the whole program cut the numbers of each step."""
    found: dict[str, dict[Field, frozenset[Cut]]] = defaultdict(dict)

    def add(step: str, name: Field, cuts: Iterable[Cut]) -> None:
        found[step][name] = found[step].get(name, frozenset()) | frozenset(cuts)

    for step in program.steps:
        for atom in atoms_of(step):
            simple = cuts(atom, program.inputs)
            if simple is not None and simple[0].name in NUMBERS:
                add(simple[0].step, simple[0].name, simple[1])
        if step.expect_matched is not None:
            add(step.id, Field.MATCHED, edges(step.expect_matched))
    return found


def atoms_of(step: PlannedStep) -> Iterator[Node]:
    """Walk over the comparisons of all the step's conditions."""
    for condition in (step.when, *step.success):
        if condition is not None:
            yield from atoms(condition.tree)


def answers(step: PlannedStep, cut: Cuts, assumed: Mapping[Field, Value]) -> Iterator[Answer | None]:
    """Walk over the classes of answers to a step; None says that some may exist that are not walked."""
    yield from _counted(step, cut, assumed)
    for answer in WITHOUT_NUMBERS:
        if _agrees(answer, assumed):
            yield answer
    if not assumed and ceiling(step) is not None:
        yield OVERREACHED


def ceiling(step: PlannedStep) -> int | None:
    """Give the most customers that the step's requests allow, None where nothing bounds them."""
    limits = [send.at_most for send in step.sends]
    return None if None in limits else sum(limit for limit in limits if limit is not None)


def _counted(step: PlannedStep, cut: Cuts, assumed: Mapping[Field, Value]) -> Iterator[Answer | None]:
    fixed = {name: _point(value) for name, value in assumed.items() if name in NUMBERS}
    choices = {name: cells(cut[name]) for name in sorted(cut)} | {n: [c] for n, c in fixed.items()}
    statuses = [s for s in COUNTED if assumed.get(Field.STATUS, s.value) == s.value]
    combinations = itertools.product(statuses, itertools.product(*choices.values()))
    for status, chosen in itertools.islice(combinations, MOST_COMBINATIONS):
        where = dict(zip(choices, chosen, strict=True))
        found = find(status, where, ceiling(step))
        if isinstance(found, Counts):
            yield Answer(Outcome(status, found), where)
        elif found is Search.UNSURE:
            yield None
    if next(combinations, None) is not None:
        yield None


def _point(value: Value) -> Cell:
    at = Fraction(str(value))
    return Cell(Cut(at, behind=False), Cut(at, behind=True))


def _agrees(answer: Answer, assumed: Mapping[Field, Value]) -> bool:
    """Say whether an answer without numbers fits: its status, and zeros where numbers are assumed."""
    status = assumed.get(Field.STATUS, answer.outcome.status.value)
    numbers = [value for name, value in assumed.items() if name in NUMBERS]
    fits = answer.outcome.counts is not None and not any(numbers)
    return status == answer.outcome.status.value and (not numbers or fits)
