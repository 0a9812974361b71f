"""What of a runbook its scenarios show: which way each condition went, and how each step was answered."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import TypeAlias

from engine.frozen import dataclass
from engine.planner.answers import Answer
from engine.planner.tree import Move, Tree, TreeNode, grow
from engine.record.outcome import Outcome
from engine.record.plan import PlannedStep, Program
from engine.scenario.play import Played, expectation
from engine.scenario.shape import OUTCOMES

Truth: TypeAlias = tuple[str, str, bool]
"""A step, ``when``, ``success.N`` or ``expect``, and what it came to."""
Class: TypeAlias = tuple[str, str]
"""A step, and a class of outcomes in words."""

ALL = 100
EXPECT = "expect"
FATAL = "rejected (fatal)"
OVERREACHED = "overreached"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What can be and what scenarios have shown of it; ``is_whole``: there is nothing else that can be."""

    truths: Mapping[Truth, bool] = field(default_factory=dict)
    classes: Mapping[Class, bool] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    is_whole: bool = True

    @property
    def percent(self) -> float:
        """The share of all that can be; 100 where there is nothing to show."""
        shown = [*self.truths.values(), *self.classes.values()]
        return ALL * sum(shown) / len(shown) if shown else ALL

    @property
    def missing(self) -> tuple[str, ...]:
        """What no scenario shows, a line for each condition and each step."""
        return (*self._conditions(), *self._outcomes())

    def _conditions(self) -> Iterator[str]:
        for (step, which, value), is_seen in self.truths.items():
            if not is_seen:
                key = which.partition(".")[0]
                yield f"{step}: `{key}` is never {str(value).lower()}: {self.texts[step, which]}"

    def _outcomes(self) -> Iterator[str]:
        for step in dict.fromkeys(step for step, _ in self.classes):
            left = [name for (of, name), is_seen in self.classes.items() if of == step and not is_seen]
            if left:
                yield f"{step}: never comes to {'; '.join(left)}"


def measure(programs: Iterable[Program], played: Iterable[Played]) -> Coverage:
    """Measure what was played against every way of the programs, which are one runbook with its inputs."""
    played = tuple(played)
    truths: dict[Truth, bool] = {}
    classes: dict[Class, bool] = {}
    texts: dict[tuple[str, str], str] = {}
    is_whole = True
    for program in _distinct((*programs, *(each.program for each in played))):
        tree = grow(program)
        is_whole = is_whole and tree.exhaustive
        texts |= {(step.id, which): text for step in program.steps for which, text in _texts(step)}
        truths = dict.fromkeys(truths_of(program, tree), False) | truths
        classes = dict.fromkeys(classes_of(program, tree), False) | classes
    shown = {each for one in played for each in shown_by(one)}
    truths = {truth: truth in shown for truth in truths}
    classes = {name: name in shown for name in classes}
    return Coverage(truths, classes, texts, is_whole)


def _distinct(programs: Iterable[Program]) -> list[Program]:
    known: list[Program] = []
    for program in programs:
        if not any(program is each or program == each for each in known):
            known.append(program)
    return known


def _texts(step: PlannedStep) -> Iterator[tuple[str, str]]:
    if step.when is not None:
        yield "when", step.when.text
    if step.expect_matched is not None:
        yield EXPECT, f"matched {step.expect_matched}"
    yield from ((f"success.{number}", each.text) for number, each in enumerate(step.success))


def truths_of(program: Program, tree: Tree) -> Iterator[Truth]:
    """Walk over what each condition, and each ``expect``, can come to without a person's word."""
    seen: dict[tuple[str, str], set[bool]] = defaultdict(set)
    for node in alone(tree):
        if node.step is not None:
            seen[node.step, "when"] |= _BEGUN.get(node.move, set())
            step = program.steps[program.positions[node.step]]
            seen[node.step, EXPECT] |= {*_expectations(step, node)}
    for step in program.steps:
        for which, _ in _texts(step):
            key = (step.id, which)
            can_be = seen[key] if which in ("when", EXPECT) else tree.truths.get(key, frozenset())
            yield from ((*key, value) for value in (True, False) if value in can_be)


def _expectations(step: PlannedStep, node: TreeNode) -> Iterator[bool]:
    for answer in (answer for branch in node.branches for answer in branch.answers):
        holds = None if answer.overreached else expectation(step, answer.outcome)
        if holds is not None:
            yield holds


_BEGUN = {Move.SEND: {True}, Move.SKIP: {False}, Move.UNDECIDED: {True, False}}


def alone(tree: Tree) -> Iterator[TreeNode]:
    """Walk over the nodes that a run comes to without a person's word, the nearest first."""
    waiting = deque([0])
    seen = {0}
    while waiting:
        node = tree.nodes[waiting.popleft()]
        yield node
        onward = dict.fromkeys(branch.to for branch in node.branches if not branch.person)
        waiting += [to for to in onward if to not in seen]
        seen |= onward.keys()


def classes_of(program: Program, tree: Tree) -> Iterator[Class]:
    """Walk over what the requests of each step can come to, the usual first."""
    nodes = [node for node in alone(tree) if node.step is not None]
    found = {(node.step, class_of(answer)) for node in nodes for b in node.branches for answer in b.answers}
    names = (*OUTCOMES, FATAL, OVERREACHED)
    yield from ((step.id, name) for step in program.steps for name in names if (step.id, name) in found)


def class_of(answer: Answer) -> str:
    """Name a class of outcomes in words; what its numbers are shows in the conditions that read them."""
    if answer.overreached:
        return OVERREACHED
    return _name(answer.outcome)


def shown_by(played: Played) -> Iterator[Truth | Class]:
    """Walk over what one scenario shows."""
    yield from played.truths
    yield from ((step, OVERREACHED if each.overreached else _name(each)) for step, each in played.answered)


def _name(outcome: Outcome) -> str:
    return FATAL if outcome.fatal else outcome.status.value
