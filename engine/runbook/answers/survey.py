"""What a condition can come to: looked at on every way that the steps it reads can end.

The ways are a superset of those of the outcome tree, which a plan grows from the machine itself: what
a survey finds never or always true is so in every run.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple, TypeAlias

from engine.record.condition import NUMBERS, Compare, Condition, Field, Literal, Logic, Node, Not, step_fields
from engine.record.outcome import StepStatus
from engine.runbook.answers.atoms import atoms, cuts
from engine.runbook.answers.cells import Cut
from engine.runbook.answers.ends import Cuts, End, StepTerms, Stop, edges, ends
from engine.runbook.answers.givens import NOTHING, Given, Inputs, givens
from engine.runbook.answers.truths import (
    ANY,
    EITHER,
    FALSE,
    OPEN,
    TRUE,
    Atom,
    Now,
    Truths,
    is_zero,
    joined,
    looked_at,
    negated,
    nodes_of,
    truths,
)

MOST_COMPARISONS = 20_000
"""A condition with more to look at than this is given up."""

Stops: TypeAlias = frozenset[tuple[int, Stop]]
"""Behind which steps, by their places, and why, a run stood until a person let it go on."""

_CLASS = 10
"""To find numbers for a class of answers is as much work as so many comparisons."""

_HIDDEN = End(StepStatus.SKIPPED, None)
"""A skipped step as if its numbers were not known: what differs from it rests on their being zero."""


class Survey(NamedTuple):
    """What a condition and its parts can come to; parts and steps are named by their places.

    Attributes:
        truths: what each part can come to in any run, whatever a person says, in the order of
            ``nodes_of``; 0 for a part of a comparison.
        alone: what the whole can come to where no person has let a run go on.
        stops: where and why a run stood before the whole can be true, if it always stood there.
        zeros: skipped steps that make the whole true by nothing but their zeros.
        divisors: parts that a division is by, that can be zero and then make the whole unknown.
        work: how much it was to find out, in comparisons that were looked at.
    """

    truths: tuple[Truths, ...]
    alone: Truths
    stops: Stops
    zeros: tuple[int, ...]
    divisors: tuple[int, ...]
    work: int


class GivenUp(NamedTuple):
    """A condition was not looked at on all ways: they are too many. So much work went into it."""

    work: int


def survey(
    condition: Condition,
    steps: Sequence[StepTerms],
    own: StepTerms | None = None,
    inputs: Inputs | None = None,
    most: int = MOST_COMPARISONS,
) -> Survey | GivenUp:
    """Look at a condition on every way that some steps can end, and with every value of the inputs.

    Args:
        condition: a ``when``, or a criterion of ``success``.
        steps: all steps that the condition reads, and any that their own ``when`` read, in their order.
        own: for ``success`` the step that it judges, which is then the last of ``steps``.
        inputs: those that are declared; one that is missing can have any value.
        most: how much work may go into it, in comparisons.
    """
    return _Walk(condition, steps, own).survey(inputs or {}, most)


class _Walk:
    def __init__(self, condition: Condition, steps: Sequence[StepTerms], own: StepTerms | None) -> None:
        self.tree = condition.tree
        self.steps = steps
        self.own = own
        trees = [self.tree, *(tree for step in steps for tree in _trees(step))]
        self.atoms = {id(atom): looked_at(atom) for tree in trees for atom in atoms(tree)}
        self.dividing = [atom for node in atoms(self.tree) if (atom := self.atoms[id(node)]).divisors]
        self.ends = {step.id: ends(step, self._cuts(step)) for step in steps}
        self.counted = _counted(self.tree)
        self.given: Given = NOTHING
        self.known: dict[tuple[int, tuple[int, ...]], Truths] = {}
        self.truths: dict[int, Truths] = defaultdict(int)
        self.alone: Truths = 0
        self.stops: list[Stops] = []
        self.zeros: set[str] = set()
        self.divisors: set[int] = set()

    def survey(self, inputs: Inputs, most: int) -> Survey | GivenUp:
        work = _CLASS * sum(len(each or ()) for each in self.ends.values())
        least = self._fewest_ways() * len(self.atoms)
        if work + least > most or not all(self.ends.values()):
            return GivenUp(work)
        for given in givens([*self._compared()], inputs, most // (2 * least)):
            self.given = given
            self.known.clear()
            for now, stops in self._ways({}, frozenset(), 0):
                work += len(self.atoms)
                if work > most:
                    return GivenUp(work)
                self._look(now, stops)
        return self._found(work)

    def _found(self, work: int) -> Survey:
        nodes = [*nodes_of(self.tree)]
        return Survey(
            tuple([self.truths.get(id(node), 0) for node in nodes]),
            self.alone,
            _common(self.stops),
            tuple(place for place, step in enumerate(self.steps) if step.id in self.zeros),
            tuple(place for place, node in enumerate(nodes) if id(node) in self.divisors),
            work,
        )

    def _fewest_ways(self) -> int:
        """Count the ways that there are at least: a condition that is known may cut off the rest."""
        certain = [step for step in self.steps if step.when is None]
        return prod(
            sum(end.is_judged or step is not self.own for end in self.ends[step.id] or ()) for step in certain
        )

    def _compared(self) -> Iterator[Node]:
        """Walk over what tells values of inputs from each other; a divisor is held against zero."""
        for atom in self.atoms.values():
            if atom.inputs:
                yield atom.node
                yield from (Compare("==", divisor, Literal(0)) for divisor in atom.divisors)

    def _cuts(self, step: StepTerms) -> Cuts:
        """Collect where all the conditions cut the numbers of a step; a divisor is cut at zero."""
        found: dict[Field, frozenset[Cut]] = defaultdict(frozenset)
        for atom in self.atoms.values():
            own: list[Node] = [] if atom.inputs else [atom.node]
            for node in [*own, *(Compare("==", divisor, Literal(0)) for divisor in atom.divisors)]:
                simple = cuts(node, {}) if step.id in atom.steps else None
                if simple is not None and simple[0].step == step.id and simple[0].name in NUMBERS:
                    found[simple[0].name] |= simple[1]
        if step.expect is not None:
            found[Field.MATCHED] |= frozenset(edges(step.expect))
        return found

    # ------------------------------------------------------------ the ways

    def _ways(self, now: dict[str, End], stops: Stops, position: int) -> Iterator[tuple[Now, Stops]]:
        """Walk over the ends of all steps that can be together, and where a run stood on such a way."""
        if position == len(self.steps):
            yield now, stops
            return
        step = self.steps[position]
        for then, more in self._next(step, now):
            behind = stops.union((position, stop) for stop in more) if more else stops
            yield from self._ways(then, behind, position + 1)

    def _next(self, step: StepTerms, now: Now) -> Iterator[tuple[dict[str, End], list[Stop]]]:
        """Walk over the ends that a step can have behind those of the steps before it, with these."""
        holds = self._of(step.when.tree, now) if step.when else ANY if step.may_skip else TRUE
        for end in self.ends[step.id] or ():
            wanted = FALSE if end.status is StepStatus.SKIPPED else TRUE
            if not holds & (wanted | OPEN) or (step is self.own and not end.is_judged):
                continue
            then = {**now, step.id: end}
            stops = [] if holds & wanted else [Stop.WHEN]
            after = None if step is self.own else self._stop(step, then)
            yield then, [*stops, after] if after else stops

    def _stop(self, step: StepTerms, now: Now) -> Stop | None:
        """Say why a run stands behind a step, if it does whatever ``success`` may come to."""
        end = now[step.id]
        if not (end.is_judged and step.success):
            return end.stop
        verdicts = [self._of(criterion.tree, now) for criterion in step.success]
        may_pass = all(verdict & TRUE for verdict in verdicts)
        may_fail = step.goes_on and any(verdict & FALSE for verdict in verdicts)
        return None if may_pass or may_fail else Stop.SUCCESS

    # ------------------------------------------------------------ one way

    def _look(self, now: Now, stops: Stops) -> None:
        whole = self._of(self.tree, now, self.truths)
        if whole & TRUE:
            self.stops.append(stops)
        if stops:
            return
        self.alone |= whole
        for step in self.counted if whole & TRUE else ():
            is_skipped = now[step].status is StepStatus.SKIPPED
            if is_skipped and not self._of(self.tree, {**now, step: _HIDDEN}) & TRUE:
                self.zeros.add(step)
        for atom in self.dividing:
            zero = [divisor for divisor in atom.divisors if is_zero(divisor, now, self.given)]
            if zero and self._is_open_by(atom, now):
                self.divisors.update(map(id, zero))

    def _is_open_by(self, atom: Atom, now: Now) -> bool:
        """Say whether an unknown comparison makes the whole unknown, which is then asked of a person."""
        others = [criterion.tree for criterion in self.own.success] if self.own else []
        is_asked = all(self._of(tree, now) & (TRUE | OPEN) for tree in others if tree is not self.tree)
        return is_asked and bool(self._of(self.tree, now, unknown=id(atom.node)) & OPEN)

    def _of(
        self, node: Node, now: Now, noted: dict[int, Truths] | None = None, unknown: int | None = None
    ) -> Truths:
        """Say what a condition can come to; with ``unknown``, one comparison is that and no other is."""
        if (atom := self.atoms.get(id(node))) is not None:
            found = OPEN if id(node) == unknown else self._atom(atom, now)
            if unknown and id(node) != unknown:
                found = found & EITHER or EITHER
        elif isinstance(node, Logic):
            one = self._of(node.left, now, noted, unknown)
            found = joined(node.op, one, self._of(node.right, now, noted, unknown))
        else:
            assert isinstance(node, Not), "whatever joins nothing is a comparison"
            found = negated(self._of(node.operand, now, noted, unknown))
        if noted is not None:
            noted[id(node)] |= found
        return found

    def _atom(self, atom: Atom, now: Now) -> Truths:
        steps = atom.steps
        ends = (id(now.get(steps[0])),) if len(steps) == 1 else tuple([id(now.get(step)) for step in steps])
        key = (id(atom), ends)
        if key not in self.known:
            self.known[key] = truths(atom, now, self.given)
        return self.known[key]


def _common(ways: Sequence[Stops]) -> Stops:
    """Give where a run stood on each of the ways, with the reasons on those with the fewest stops."""
    places = [{place for place, _ in stops} for stops in ways]
    common = set.intersection(*places) if places else set()
    fewest = min(map(len, ways), default=0)
    return frozenset(each for stops in ways if len(stops) == fewest for each in stops if each[0] in common)


def _trees(step: StepTerms) -> Iterator[Node]:
    if step.when:
        yield step.when.tree
    for criterion in step.success:
        yield criterion.tree


def _counted(tree: Node) -> list[str]:
    """Give the steps of which a condition reads numbers, but neither ``status`` nor ``ran``."""
    fields = [*step_fields(tree)]
    named = {field.step for field in fields if field.name not in NUMBERS}
    return [step for step in dict.fromkeys(field.step for field in fields) if step not in named]
