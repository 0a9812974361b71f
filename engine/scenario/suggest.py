"""Scenarios for what none shows yet: found on the outcome tree, played, and written as a file to be read."""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TypeAlias

from engine.diagnostics import Json
from engine.frozen import dataclass, replace
from engine.planner.answers import Answer
from engine.planner.tree import Move, grow
from engine.record.condition import NUMBERS, Field, step_fields
from engine.record.outcome import SendStatus
from engine.record.plan import PlannedStep, Program
from engine.record.wallclock import zone
from engine.runbook.fault import Fault
from engine.runbook.model import SAMPLES, InputSpec, InputType
from engine.runbook.spelling import yaml
from engine.scenario.check import START, Desk
from engine.scenario.coverage import EXPECT, FATAL, OVERREACHED, Class, Coverage, Truth, class_of, shown_by
from engine.scenario.outcomes import COUNTED, Stated, outcome_of
from engine.scenario.play import Played, play
from engine.scenario.read import Scenario
from engine.scenario.shape import FORMATS
from engine.scenario.trials import trials

MOST = 200
"""More suggestions than this are not read by anybody."""

_OF_SHARE = frozenset((Field.SELECTED, Field.INITIATED, Field.FAILED, Field.FAILED_PCT))
_Outcomes: TypeAlias = dict[str, Stated]


_FEW = 12
"""Of so many steps a suggestion says what becomes of each; of more, only of those that it is about."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A scenario that shows something new of a step: the outcomes that lead there, and what comes of them."""

    name: str
    step: str
    outcomes: Mapping[str, Stated]
    played: Played


def suggest(program: Program, base: Scenario, known: Coverage, names: Iterable[str]) -> list[Suggestion]:
    """Find scenarios for what is not covered, the nearest first; each that is kept shows something new.

    ``base`` gives the instant; ``names`` are taken already.
    """
    taken, found = set(names), list[Suggestion]()
    left: set[Truth | Class] = {each for each, is_seen in known.truths.items() if not is_seen}
    left |= {each for each, is_seen in known.classes.items() if not is_seen}
    for name, step, promised, outcomes in _candidates(program):
        if left.isdisjoint(promised) or len(found) == MOST:
            continue
        desk = Desk({step: (stated,) for step, stated in outcomes.items()})
        played = play(program, desk.answer, base.now or START)
        shown = left.intersection(shown_by(played))
        if shown and not desk.faults and not played.hangs:
            left -= shown
            found.append(Suggestion(_free(name, taken), step, outcomes, played))
    for step, asked, played in trials(program, base.now or START) if left else ():
        shown = left.intersection(shown_by(played))
        if shown and not played.hangs and len(found) < MOST:
            left -= shown
            name = _name_of_trial(step, asked.get(step, Stated()), shown)
            found.append(Suggestion(_free(name, taken), step, asked, played))
        if not left:
            break
    return found


def _name_of_trial(step: str, stated: Stated, shown: set[Truth | Class]) -> str:
    """Name a trial by the condition that it decides, else by what was tried."""
    for each in sorted(shown):
        match each:
            case (about, "when", bool() as is_sent):
                return f"{about} is {'sent' if is_sent else 'left out'}"
    word = OVERREACHED if stated.overreached else FATAL if stated.fatal else stated.status.value
    said = [f"{name.value} {value}" for name, value in stated.numbers.items()]
    return f"{step}: {word}" + (f" with {' and '.join(said)}" if said else "")


def _free(name: str, taken: set[str]) -> str:
    numbers = (f"{name} ({number})" for number in range(2, MOST + 2))
    free = name if name not in taken else next(each for each in numbers if each not in taken)
    taken.add(free)
    return free


def _candidates(program: Program) -> Iterator[tuple[str, str, set[Truth | Class], _Outcomes]]:
    """Walk over the tree, nearest first: name, step, what its node or answer may show, what leads there."""
    tree, reads = grow(program), _reads(program)
    waiting: deque[tuple[int, _Outcomes]] = deque([(0, {})])
    seen = {0}
    while waiting:
        index, so_far = waiting.popleft()
        node = tree.nodes[index]
        if node.step is None:
            continue
        step = program.steps[program.positions[node.step]]
        if node.move in (Move.SEND, Move.SKIP):
            is_sent = node.move is Move.SEND
            name = f"{step.id} is {'sent' if is_sent else 'left out'}"
            yield name, step.id, {(step.id, "when", is_sent)}, so_far
        own: set[Truth | Class] = {
            (step.id, which, value)
            for which in (EXPECT, *(f"success.{number}" for number in range(len(step.success))))
            for value in (True, False)
        }
        alone = [branch for branch in node.branches if not branch.person]
        answers = [answer for branch in alone for answer in branch.answers]
        for answer in sorted(answers, key=partial(_rank, step)):
            outcomes = so_far | {step.id: _stated(answer, step, reads)}
            name = f"{step.id}: {_name_of(answer)}"
            yield name, step.id, own | {(step.id, class_of(answer))}, outcomes
        for branch in alone:
            if branch.to not in seen:
                seen.add(branch.to)
                usual = min(branch.answers, key=partial(_rank, step), default=None)
                here = {step.id: _stated(usual, step, reads)} if usual else {}
                waiting.append((branch.to, so_far | here))


def _rank(step: PlannedStep, answer: Answer) -> int:
    """Order answers: those of a day as others first, those that break the step's ``expect`` last."""
    is_counted = answer.outcome.status in COUNTED and not answer.overreached
    return 2 if _is_unexpected(step, answer) else int(not is_counted)


def _is_unexpected(step: PlannedStep, answer: Answer) -> bool:
    """Say whether an answer breaks the step's ``expect``."""
    expected, counts = step.expect_matched, answer.outcome.counts
    return (
        bool(answer.cells)
        and expected is not None
        and counts is not None
        and not expected.holds(counts.matched)
    )


def _name_of(answer: Answer) -> str:
    said = [said for name, cell in answer.cells.items() if (said := cell.words(name.value))]
    return class_of(answer) + (f" with {' and '.join(said)}" if said else "")


def _reads(program: Program) -> frozenset[tuple[str, Field]]:
    """Give what the conditions of a program read of its steps."""
    conditions = [each for step in program.steps for each in (step.when, *step.success) if each is not None]
    return frozenset((name.step, name.name) for each in conditions for name in step_fields(each.tree))


def _stated(answer: Answer, step: PlannedStep, reads: frozenset[tuple[str, Field]]) -> Stated:
    """State an answer, with just those numbers that something rests on and its status does not imply."""
    status, counts = answer.outcome.status, answer.outcome.counts
    stated = Stated(status, fatal=answer.outcome.fatal, overreached=answer.overreached)
    if not answer.cells or counts is None:
        return stated
    found = outcome_of(stated, step, step.sends[0], START)
    made_up = NUMBERS if isinstance(found, Fault) else found[1]
    wanted = {name for name in made_up if (step.id, name) in reads}
    wanted |= {Field.MATCHED} if _is_unexpected(step, answer) else set()
    if wanted & _OF_SHARE:
        wanted = wanted - _OF_SHARE | {Field.SELECTED}
        wanted |= {Field.FAILED} if status is SendStatus.PARTIAL else set()
    numbers: dict[Field, int | float] = {
        name: getattr(counts, name.value) for name in Field if name in wanted
    }
    return replace(stated, numbers=numbers)


# ---------------------------------------------------------------- as a file


def sample_inputs(specs: Iterable[InputSpec]) -> dict[str, Json]:
    """Make values up for the inputs that have no default: whoever reads the file puts better ones there."""
    return {spec.name: _sample(spec) for spec in specs if spec.default is None}


def _sample(spec: InputSpec) -> Json:
    if spec.choices:
        return [str(spec.choices[0])] if spec.type is InputType.LIST else spec.choices[0]
    sample = SAMPLES[spec.type] if spec.minimum is None else spec.minimum
    return [*sample] if isinstance(sample, tuple) else sample


def file_of(runbook: str, base: Scenario, found: Iterable[Suggestion]) -> str:
    """Write suggestions as a scenario file that passes as it stands; ``runbook`` is its path from there."""
    given = []
    if base.inputs:
        said = ", ".join(f"{name}: {_text(value)}" for name, (value, _) in base.inputs.items())
        given.append(f"  inputs: {{{said}}}")
    if base.now is not None:
        given.append(f'  now: "{base.now.astimezone(zone()):%Y-%m-%dT%H:%M}"')
    lines = [
        "# What the run does today, which need not be what it should do: read each before you keep it.",
        f"format: {FORMATS[0]}",
        f"runbook: {_text(runbook)}",
        *(["given:", *given] if given else []),
        "scenarios:",
        *(line for each in found for line in _lines(each)),
    ]
    return "\n".join(lines)


def _lines(each: Suggestion) -> Iterator[str]:
    played = each.played
    yield f"  - name: {_text(each.name)}"
    stated = {step: said for step, said in each.outcomes.items() if said != Stated()}
    if stated:
        yield "    given:"
        yield "      outcomes:"
        yield from (f"        {step}: {_outcome(said)}" for step, said in stated.items())
    yield "    expect:"
    yield "      steps:"
    steps = [step.id for step in played.program.steps]
    told = steps if len(steps) <= _FEW else [name for name in steps if name in {*stated, each.step}]
    yield from (f"        {name}: {played.step(name).status.value}" for name in told)
    yield f"      requests: {len(played.requests)}"
    yield f"      status: {played.state.status.value}"
    yield f"      exit_code: {int(played.exit_code)}"


def _outcome(stated: Stated) -> str:
    parts = [f"status: {stated.status.value}"]
    parts += [f"{name.value}: {value}" for name, value in stated.numbers.items()]
    parts += ["fatal: true"] if stated.fatal else []
    parts += ["overreached: true"] if stated.overreached else []
    return stated.status.value if len(parts) == 1 else f"{{{', '.join(parts)}}}"


def _text(value: Json) -> str:
    """Write a value as JSON, which is YAML as well; a plain word as it is."""
    return value if isinstance(value, str) and yaml(value) == value else json.dumps(value, ensure_ascii=False)
