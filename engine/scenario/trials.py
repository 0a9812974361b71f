"""Outcomes tried out one by one, where a condition joins numbers so that no answer stands for others.

What leads to something new is gone on from, one step's outcome changed at a time; the machine is the judge.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import islice, product
from typing import TypeAlias

from engine.planner.answers import WITHOUT_NUMBERS, answers, atoms_of, ceiling, cuts_by_step
from engine.record.condition import NUMBERS, Field, step_fields
from engine.record.outcome import Counts, SendStatus
from engine.record.plan import PlannedStep, Program
from engine.runbook.answers.atoms import is_open
from engine.runbook.answers.ends import Cuts
from engine.scenario.check import Desk
from engine.scenario.outcomes import COUNTED, Stated
from engine.scenario.play import Played, play

MOST_STEPS = 10_000
"""So many steps are played at most, which takes about a second."""

_USUAL, _MANY = 10, 1_000
"""Numbers of customers from which shares are easily read; the second one where nothing bounds them."""

_MOST_CLASSES = 50

_Outcomes: TypeAlias = Mapping[str, Stated]


def trials(program: Program, now: datetime) -> Iterator[tuple[str, _Outcomes, Played]]:
    """Walk over what was tried: the step whose outcome is another one, the outcomes asked for, what came.

    Nothing is tried where every condition can be decided without.
    """
    options = _options(program)
    usual = {name: given[0] for name, given in options.items()}
    waiting: deque[Iterator[tuple[str, _Outcomes]]] = deque([iter([(name, usual) for name in usual][:1])])
    known: set[object] = set()
    left = MOST_STEPS // max(len(program.steps), 1)
    while waiting and left:
        for name, outcomes in islice(waiting.popleft(), left):
            left -= 1
            desk = Desk({step: (stated,) for step, stated in outcomes.items()})
            played = play(program, desk.answer, now)
            if desk.faults:
                continue
            asked = {step: outcomes[step] for step, _ in played.answered}
            yield name, asked, played
            shape = played.truths, tuple((step, played.step(step).status) for step in options)
            if shape not in known:
                known.add(shape)
                waiting.append(_changes(outcomes, [step for step in options if step in asked], options))


def _changes(
    outcomes: _Outcomes, steps: Iterable[str], options: Mapping[str, Iterable[Stated]]
) -> Iterator[tuple[str, _Outcomes]]:
    return (
        (name, {**outcomes, name: stated})
        for name in steps
        for stated in options[name]
        if stated != outcomes[name]
    )


def _options(program: Program) -> dict[str, list[Stated]]:
    """Give outcomes of every step, those first whose numbers are read; of none if nothing joins numbers."""
    read: dict[str, set[Field]] = defaultdict(set)
    is_joined = False
    for step in program.steps:
        for atom in atoms_of(step):
            is_joined = is_joined or is_open(atom, program.inputs)
            for name in step_fields(atom):
                read[name.step] |= {name.name} & NUMBERS
    cuts = cuts_by_step(program) if is_joined else {}
    steps = sorted(program.steps, key=lambda step: not read[step.id]) if is_joined else ()
    return {step.id: [*_of_step(step, read[step.id], cuts.get(step.id, {}))] for step in steps}


def _of_step(step: PlannedStep, read: AbstractSet[Field], cuts: Cuts) -> Iterator[Stated]:
    """Give outcomes: if numbers are read, with some on both sides of each cut, and of every sort between."""
    classes = [each for each in islice(answers(step, cuts, {}), _MOST_CLASSES) if each]
    if not read:
        yield from (
            Stated(status) for status in (SendStatus.SUCCEEDED, SendStatus.PARTIAL, SendStatus.FAILED)
        )
    else:
        counted = [each.outcome.counts for each in classes if each.outcome.status in COUNTED]
        every = [*_grid(ceiling(step), read), *(each for each in counted if each)]
        yield from (_stated(counts, read) for counts in dict.fromkeys(every))
    yield from (Stated(each.outcome.status, fatal=each.outcome.fatal) for each in WITHOUT_NUMBERS)
    if (most := ceiling(step)) is not None:
        yield Stated(overreached=True, numbers={Field.SELECTED: most + 1} if read else {})


def _grid(most: int | None, read: AbstractSet[Field]) -> Iterator[Counts]:
    few = _USUAL if most is None else min(_USUAL, most)
    for selected in dict.fromkeys((few, _MANY if most is None else most)):
        for failed in dict.fromkeys((0, 1, selected // 2, selected - 1, selected)):
            matched = (selected, 2 * selected) if Field.MATCHED in read else (selected,)
            errors = (min(failed, 1), failed or 1) if Field.ERRORS in read else (min(failed, 1),)
            batches = (1, 2) if Field.BATCHES in read else (1,)
            for all_, parts, wrong in product(matched, batches, dict.fromkeys(errors)):
                yield Counts(all_, selected, selected - failed, failed, parts, wrong)


def _stated(counts: Counts, read: AbstractSet[Field]) -> Stated:
    status = SendStatus.PARTIAL if counts.failed else SendStatus.SUCCEEDED
    status = SendStatus.FAILED if counts.failed == counts.selected else status
    names = {Field.SELECTED, *({Field.FAILED} if status is SendStatus.PARTIAL else ())}
    names |= read & {Field.MATCHED, Field.ERRORS, Field.BATCHES}
    return Stated(status, {name: getattr(counts, name.value) for name in Field if name in names})
