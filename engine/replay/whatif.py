"""``--what-if``: one recorded answer as another one, with numbers that the API could have given; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import TypeAlias

from engine.frozen import dataclass, replace
from engine.planner.answers import WITHOUT_NUMBERS, ceiling
from engine.planner.assume import read_assumptions
from engine.record.condition import NUMBERS, Field, Value, step_fields
from engine.record.event import Event, Overreached, SendIntended, SendSettled
from engine.record.outcome import NOBODY, Counts, Outcome, SendStatus
from engine.record.plan import PlannedStep, Program
from engine.refusal import Refusal
from engine.runbook.answers.cells import Cell, Cut
from engine.runbook.answers.ends import COUNTED
from engine.runbook.answers.witness import ALL, Cells, Search, find

Said: TypeAlias = Mapping[Field, Value]

_KEPT_FIRST = (Field.BATCHES, Field.MATCHED, Field.SELECTED, Field.ERRORS, Field.FAILED, Field.INITIATED)
"""Which recorded numbers stay as they are, if they can, the first ones before the others."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One answer as it is supposed to have been; ``before`` is None where none is recorded.

    ``changed`` are the numbers that had to change with what was said, ``made_up`` those that nobody stated.
    """

    step: str
    before: Outcome | None
    after: Outcome
    changed: tuple[Field, ...] = ()
    made_up: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Supposed:
    """A recording with supposed answers; ``supplied`` are those, by step, of sends without a recorded one."""

    events: tuple[Event, ...]
    supplied: Mapping[str, Outcome]
    edits: tuple[Edit, ...]


def suppose(program: Program, events: Sequence[Event], texts: Iterable[str]) -> Supposed:
    """Put what ``step.field=value`` texts say in the place of the latest answer of each step.

    Raises ``Refusal`` (64) that names all that is wrong with them.
    """
    said, problems = read_assumptions([step.id for step in program.steps], texts, "--what-if")
    wrong, edits, kept = list(problems), list[Edit](), tuple(events)
    for step, fixed in said.items():
        planned = program.steps[program.positions[step]]
        edit = _edit(planned, fixed, _answer(kept, step), _readers(program, step))
        if isinstance(edit, str):
            wrong.append(edit)
            continue
        edits.append(edit)
        kept = tuple(_with(kept, edit))
    if wrong:
        raise Refusal("\n       ".join(wrong), "write --what-if STEP.FIELD=VALUE, such as remind.failed=900")
    return Supposed(kept, {edit.step: edit.after for edit in edits}, tuple(edits))


def _answer(events: Sequence[Event], step: str) -> SendSettled | None:
    settled = [each for each in events if isinstance(each, SendSettled) and each.step == step]
    return settled[-1] if settled else None


def _with(events: Sequence[Event], edit: Edit) -> Iterator[Event]:
    """Give the events with the latest answer of the step edited, or one to a request that is on its way."""
    answer = _answer(events, edit.step)
    intents = [each for each in events if isinstance(each, SendIntended) and each.step == edit.step]
    for event in events:
        if event is answer:
            yield replace(answer, outcome=edit.after)
        elif not isinstance(event, Overreached) or event.step != edit.step:
            yield event
        if answer is None and intents and event is intents[-1]:
            yield SendSettled(event.at, edit.step, intents[-1].address, intents[-1].attempt, edit.after)


def _readers(program: Program, step: str) -> Mapping[Field, str]:
    """Give the numbers of a step, and its status, that decisions hang on, each with a step that reads it."""
    found: dict[Field, str] = {}
    for each in program.steps:
        for condition in (each.when, *each.success):
            for name in step_fields(condition.tree) if condition else ():
                if name.step == step:
                    found.setdefault(name.name, each.id)
        if each.id == step and each.expect_matched is not None:
            found.setdefault(Field.MATCHED, step)
    return found


def _edit(
    step: PlannedStep, said: Said, answer: SendSettled | None, readers: Mapping[Field, str]
) -> Edit | str:
    """Give the answer as it is supposed to have been, or what keeps it from being one."""
    before = answer.outcome if answer else None
    if (without := _without_numbers(step, said)) is not None:
        return without if isinstance(without, str) else Edit(step.id, before, without)
    counted = _counted(step, said, before)
    if counted is None:
        return _incoherent(step, said)
    after, held = counted
    rests = sorted(_left_open(step, said, after, held).intersection(readers))
    if rests:
        more = " ".join(f"--what-if {step.id}.{name.value}=…" for name in rests)
        return f"{step.id}: a decision about {readers[rests[0]]} hangs on what is not said; add {more}"
    known = before.counts.to_json() if before and before.counts and before.counts.selected else {}
    now = _numbers(after)
    unsaid = [name for name in _KEPT_FIRST if name not in said]
    changed = tuple(name for name in unsaid if name.value in known and known[name.value] != now[name.value])
    made_up = tuple(name for name in unsaid if name.value not in known and name is not Field.BATCHES)
    return Edit(step.id, before, after, changed, made_up)


def _without_numbers(step: PlannedStep, said: Said) -> Outcome | str | None:
    """Give an answer that has none; None where numbers are to be found."""
    status, numbers = said.get(Field.STATUS), {name for name in said if name in NUMBERS}
    if status is None:
        nobody = any(said.get(name) == 0 for name in (Field.MATCHED, Field.SELECTED))
        return Outcome(SendStatus.NO_MATCH, NOBODY) if nobody and not any(said.values()) else None
    if status in {each.value for each in COUNTED}:
        return None
    if numbers:
        names = " and ".join(sorted(numbers))
        return f"{step.id}: an answer that is {status} has no {names}; leave that out, or the status"
    return next(each.outcome for each in WITHOUT_NUMBERS if each.outcome.status.value == status)


def _counted(step: PlannedStep, said: Said, before: Outcome | None) -> tuple[Outcome, Cells] | None:
    """Find numbers, and where they were held: as many of the recorded ones as go with what is said."""
    known = _known(step, said, before)
    stated = {name: _exactly(value) for name, value in said.items() if name is not Field.STATUS}
    usual = [before.status] if before and before.status in COUNTED else []
    statuses = [each for each in (*usual, *COUNTED) if said.get(Field.STATUS, each.value) == each.value]
    for number, status in product(range(len(known), -1, -1), dict.fromkeys(statuses)):
        held = {name: _exactly(value) for name, value in known[:number]} | stated
        found = find(status, held, ceiling(step))
        if isinstance(found, Counts):
            return Outcome(status, found), held
    return None


def _left_open(step: PlannedStep, said: Said, after: Outcome, held: Cells) -> set[Field]:
    """Give the numbers, and the status, that could as well be others by what is said and recorded."""
    most, numbers = ceiling(step), _numbers(after)

    def is_open(name: Field) -> bool:
        share = Fraction(ALL * numbers["failed"], numbers["selected"])
        at = share if name is Field.FAILED_PCT else Fraction(numbers[name.value])
        others = (Cell(None, Cut(at, behind=False)), Cell(Cut(at, behind=True), None))
        return any(find(after.status, {**held, name: other}, most) is not Search.NONE for other in others)

    found = {name for name in (*_KEPT_FIRST, Field.FAILED_PCT) if name not in held and is_open(name)}
    others = [each for each in COUNTED if each is not after.status]
    if Field.STATUS not in said and any(find(each, held, most) is not Search.NONE for each in others):
        found.add(Field.STATUS)
    return found


def _numbers(outcome: Outcome) -> Mapping[str, int]:
    assert outcome.counts is not None, "only an answer with numbers is asked"
    return {name: number for name, number in outcome.counts.to_json().items() if isinstance(number, int)}


def _known(step: PlannedStep, said: Said, before: Outcome | None) -> list[tuple[Field, int]]:
    """Give the recorded numbers of which nothing is said; no more selected than there can be now."""
    if before is None or before.counts is None or not before.counts.selected:
        return [] if Field.BATCHES in said else [(Field.BATCHES, 1)]
    bounds = [before.counts.selected, said.get(Field.MATCHED), ceiling(step)]
    most = min(bound for bound in bounds if isinstance(bound, int))
    recorded = {**before.counts.to_json(), Field.SELECTED.value: most}
    return [(name, int(str(recorded[name.value]))) for name in _KEPT_FIRST if name not in said]


def _incoherent(step: PlannedStep, said: Said) -> str:
    stated = ", ".join(f"{name.value} {value}" for name, value in said.items())
    most = ceiling(step)
    limit = "" if most is None else f", selected <= {most} (its limit)"
    return f"{step.id}: no answer has {stated}: initiated + failed = selected <= matched{limit}"


def _exactly(value: object) -> Cell:
    at = Fraction(str(value))
    return Cell(Cut(at, behind=False), Cut(at, behind=True))
