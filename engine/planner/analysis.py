"""What the outcome tree says as a whole: what surely runs, what never does, how many messages at most."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from enum import StrEnum

from engine.frozen import dataclass
from engine.planner.answers import ceiling
from engine.planner.tree import Branch, Move, Tree
from engine.record.condition import step_fields
from engine.record.event import Question
from engine.record.outcome import SendStatus
from engine.record.plan import PlannedStep, Program

_WENT_OUT = {
    SendStatus.SUCCEEDED,
    SendStatus.PARTIAL,
    SendStatus.FAILED,
    SendStatus.IN_DOUBT,
    SendStatus.SENT_UNKNOWN,
}


class Fate(StrEnum):
    """What is known of a step before the run."""

    WILL_RUN = "will_run"
    WILL_SKIP = "will_skip"
    KNOWN_AFTER = "known_after"
    BY_PERSON_ONLY = "by_person_only"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class StepFate:
    """A step's fate, and for *known after* the steps that its condition reads.

    ``always`` is false where a person who takes a stopped run further can make it otherwise.
    """

    fate: Fate
    after: tuple[str, ...] = ()
    always: bool = True


@dataclass(frozen=True, slots=True)
class Most:
    """An upper bound: ``number`` of messages, or None where ``unbounded`` steps have no limit."""

    number: int | None
    unbounded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """The tree summed up. ``ways`` counts those that need no person; ``sends``: some way sends something.

    ``messages`` and ``per_customer`` bound all ways, the ``unaided`` ones those that need no person.
    """

    fates: Mapping[str, StepFate]
    ways: int
    dead_steps: tuple[str, ...]
    constant_conditions: Mapping[tuple[str, str], bool]
    messages: Most
    per_customer: int
    unaided_messages: Most
    unaided_per_customer: int
    sends: bool
    possible_only: bool


def analyse(program: Program, tree: Tree) -> Analysis:
    """Sum up a tree; what a tree that is cut off cannot show is bounded by all steps together."""
    order = _ends_first(tree)
    moves = _moves(tree, _reachable(tree, lambda branch: not branch.person))
    sent = _moves(tree, set(order))
    sendable = [step for step in program.steps if Move.SEND in sent[step.id] or not tree.exhaustive]
    unaided = [step for step in sendable if Move.SEND in moves[step.id] or not tree.exhaustive]
    return Analysis(
        fates={
            step.id: _fate(step, moves[step.id], sent[step.id], tree.exhaustive) for step in program.steps
        },
        ways=_ways(tree, order),
        dead_steps=tuple(step.id for step in program.steps if step not in sendable),
        constant_conditions={
            key: next(iter(seen)) is True
            for key, seen in tree.truths.items()
            if len(seen) == 1 and tree.exhaustive
        },
        messages=_messages(tree, order, sendable),
        per_customer=_most_sends(tree, order, sendable),
        unaided_messages=_messages(tree, order, unaided, is_unaided=True),
        unaided_per_customer=_most_sends(tree, order, unaided, is_unaided=True),
        sends=bool(sendable),
        possible_only=any(not branch.proved for node in tree.nodes for branch in node.branches),
    )


def _reachable(tree: Tree, allowed: Callable[[Branch], bool]) -> set[int]:
    seen, waiting = {0}, [0]
    while waiting:
        for branch in tree.nodes[waiting.pop()].branches:
            if allowed(branch) and branch.to not in seen:
                seen.add(branch.to)
                waiting.append(branch.to)
    return seen


def _ends_first(tree: Tree) -> list[int]:
    """Order the nodes so that each comes after all that it leads to; deep plans forbid recursion."""
    order: list[int] = []
    seen: set[int] = set()
    stack = [(0, False)]
    while stack:
        index, is_done = stack.pop()
        if is_done:
            order.append(index)
        elif index not in seen:
            seen.add(index)
            stack.append((index, True))
            stack += [(branch.to, False) for branch in tree.nodes[index].branches]
    return order


def _moves(tree: Tree, where: set[int]) -> Mapping[str, set[Move]]:
    moves: dict[str, set[Move]] = defaultdict(set)
    for index in where:
        node = tree.nodes[index]
        if node.step is not None and (node.question in (None, Question.WHEN)):
            moves[node.step].add(node.move)
    return moves


def _fate(step: PlannedStep, alone: set[Move], ever: set[Move], exhaustive: bool) -> StepFate:
    """Read a step's fate off what it does: on the ways that need no person, and on all."""
    here = alone & _BEGINNINGS
    always = here == ever & _BEGINNINGS
    if here == {Move.SEND} and (exhaustive or step.when is None):
        return StepFate(Fate.WILL_RUN, always=always)
    if exhaustive and Move.SEND not in ever and here != {Move.PAUSED}:
        return StepFate(Fate.WILL_SKIP if here else Fate.NEVER)
    if exhaustive and here <= {Move.SKIP}:
        return StepFate(Fate.BY_PERSON_ONLY, always=False)
    reads = step_fields(step.when.tree) if step.when else ()
    return StepFate(Fate.KNOWN_AFTER, tuple(dict.fromkeys(name.step for name in reads)), always)


_BEGINNINGS = {Move.SEND, Move.SKIP, Move.PAUSED}


def _ways(tree: Tree, order: list[int]) -> int:
    """Count the ways from the start to where a run ends or stands, without a person's word."""
    ways: dict[int, int] = {}
    for index in order:
        onward = [branch for branch in tree.nodes[index].branches if not branch.person]
        ways[index] = sum(ways[branch.to] * max(1, len(_kinds(branch))) for branch in onward) or 1
    return ways[0]


def _kinds(branch: Branch) -> set[tuple[SendStatus, bool]]:
    return {(answer.outcome.status, answer.outcome.fatal) for answer in branch.answers}


def _messages(tree: Tree, order: list[int], sendable: list[PlannedStep], *, is_unaided: bool = False) -> Most:
    """Bound the messages of any way, a person's words included unless ``is_unaided``."""
    ceilings = {step.id: ceiling(step) for step in sendable}
    unbounded = tuple(step for step, most in ceilings.items() if most is None)
    if unbounded:
        return Most(None, unbounded)
    bounded = {step: most or 0 for step, most in ceilings.items()}
    if not tree.exhaustive:
        return Most(sum(bounded.values()))
    return Most(_heaviest(tree, order, lambda step: bounded.get(step, 0), is_unaided=is_unaided))


def _most_sends(
    tree: Tree, order: list[int], sendable: list[PlannedStep], *, is_unaided: bool = False
) -> int:
    if not tree.exhaustive:
        return len(sendable)
    return _heaviest(tree, order, lambda _: 1, is_unaided=is_unaided)


def _heaviest(tree: Tree, order: list[int], weight: Callable[[str], int], *, is_unaided: bool) -> int:
    """Give the greatest sum of weights of the steps that may go out on one way."""
    heaviest: dict[int, int] = {}
    for index in order:
        node = tree.nodes[index]
        ways = [
            heaviest[branch.to] + (weight(node.step) if node.step and _goes_out(branch) else 0)
            for branch in node.branches
            if not (is_unaided and branch.person)
        ]
        heaviest[index] = max(ways, default=0)
    return heaviest[0]


def _goes_out(branch: Branch) -> bool:
    return any(answer.outcome.status in _WENT_OUT for answer in branch.answers)
