"""The outcome tree is sound (holds every run) and, for simple comparisons, complete."""

from collections import deque
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.machine import Ask, Facts, Finish, Halt, Send, Skip, Wait, decide, evolve, fold
from engine.machine.aggregate import read
from engine.planner.answers import Answer
from engine.planner.tree import Branch, Move, Tree, grow
from engine.record.event import (
    Event,
    Overreached,
    Question,
    Resolution,
    RunFinished,
    RunHalted,
    RunPaused,
    RunResumed,
    RunStarted,
    SendIntended,
    SendResolved,
    SendSettled,
    StepDecided,
    StepSkipped,
    Verdict,
    WaitEnded,
    WaitStarted,
)
from engine.record.outcome import Outcome, SendStatus, StepStatus
from engine.record.plan import Program
from engine.record.state import StepState
from engine.runbook.answers.cells import Cell
from tests.factories import NOW, outcome, program, step
from tests.properties.programs import programs
from tests.properties.test_machine import story

Place = tuple[int, int | None]
"""A node of the tree, and the node of the send that led there."""


def holds(cell: Cell, number: float) -> bool:
    """Say whether the number lies in the cell."""
    exact = Fraction(number).limit_denominator(10**6)
    low = cell.low is None or exact > cell.low.at or (exact == cell.low.at and not cell.low.behind)
    high = cell.high is None or exact < cell.high.at or (exact == cell.high.at and cell.high.behind)
    return low and high


def stands_for(answer: Answer, seen: Outcome) -> bool:
    """Say whether the class holds the outcome."""
    same = (answer.outcome.status, answer.outcome.fatal) == (seen.status, seen.fatal)
    step_state = StepState(StepStatus(seen.status.value), seen.counts)
    numbers = {name: read(step_state, name) for name in answer.cells}
    return (
        same
        and not answer.overreached
        and all(holds(answer.cells[name], float(str(value))) for name, value in numbers.items())
    )


class Follower:
    """Keeps all places of the tree at which a run may be, event by event."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.places = self._either_way({(0, None)})

    def _either_way(self, places: set[Place]) -> set[Place]:
        waiting, seen = list(places), set(places)
        while waiting:
            index, sender = waiting.pop()
            if self.tree.nodes[index].move is Move.UNDECIDED:
                more = {(b.to, sender) for b in self.tree.nodes[index].branches} - seen
                waiting += more
                seen |= more
        return seen

    def at(self, move: Move, step_id: str | None, question: Question | None = None) -> None:
        """Keep the places with this move; there must be one."""
        nodes = self.tree.nodes
        self.places = {
            place
            for place in self.places
            if (nodes[place[0]].move, nodes[place[0]].step) == (move, step_id)
            and (question is None or nodes[place[0]].question is question)
        }
        assert self.places, f"the tree has no {move} at {step_id}"

    def answered(self, step_id: str, seen: Outcome) -> None:
        """Follow the branches of every class that holds the outcome."""
        self.at(Move.SEND, step_id)
        places: set[Place] = {
            (branch.to, index)
            for index, _ in self.places
            for branch in self.tree.nodes[index].branches
            if any(stands_for(answer, seen) for answer in branch.answers)
        }
        assert places, f"no class of {step_id} holds {seen}"
        self.places = self._either_way(places)

    def skipped(self, step_id: str) -> None:
        """Follow a skip."""
        self.at(Move.SKIP, step_id)
        self.places = self._either_way(
            {(b.to, None) for index, _ in self.places for b in self.tree.nodes[index].branches}
        )

    def said(self, word: str) -> None:
        """Follow what a person said; some words lead back to the send."""
        onward = {
            (branch.to, sender)
            for index, sender in self.places
            for branch in self.tree.nodes[index].branches
            if word in branch.person
        }
        again = {(sender, None) for _, sender in self.places if sender is not None}
        self.places = self._either_way(self.places | onward | again)


def follow(tree: Tree, events: list[Event]) -> None:  # noqa: C901  (one case an event)
    """Fail unless the tree holds the run."""
    follower = Follower(tree)
    for event, after in zip(events, [*events[1:], None], strict=True):
        match event:
            case SendSettled(step=name, outcome=seen) if not isinstance(after, WaitStarted):
                follower.answered(name, seen)
            case StepSkipped(step=name):
                follower.skipped(name)
            case RunPaused(step=name, question=question):
                doubt = question is Question.DOUBT
                follower.at(Move.IN_DOUBT if doubt else Move.PAUSED, name, question)
            case RunHalted(step=name):
                follower.at(Move.HALTED, name)
            case RunFinished():
                follower.at(Move.FINISHED, None)
            case SendResolved(resolution=resolution):
                follower.said("settles" if resolution is not Resolution.NOT_SENT else "again")
            case StepDecided(verdict=verdict):
                follower.said(f"decides: {verdict.value}")
            case RunResumed(accept=accept):
                follower.said("accepts" if accept else "goes on")
                if accept:
                    follower.said("goes on")


@settings(max_examples=300)
@given(programs(), st.data())
def test_the_tree_holds_every_run(planned: Program, data: st.DataObject) -> None:
    """Whatever the API answers and a person says, the run is in the tree."""
    tree = grow(planned)
    follow(tree, story(data, planned))


def ways(tree: Tree) -> dict[int, list[tuple[int, Branch]]]:
    """Give one way from the start to each node that is reached by proved branches."""
    found: dict[int, list[tuple[int, Branch]]] = {0: []}
    waiting = deque([0])
    while waiting:
        index = waiting.popleft()
        for branch in tree.nodes[index].branches:
            if branch.proved and branch.to not in found:
                found[branch.to] = [*found[index], (index, branch)]
                waiting.append(branch.to)
    return found


def perform(planned: Program, tree: Tree, way: list[tuple[int, Branch]]) -> list[Event]:
    """Run the machine along a way, each class answered by the outcome that stands for it."""
    events: list[Event] = [RunStarted(NOW, "plan")]
    for index, branch in way:
        node = tree.nodes[index]
        assert node.step is not None
        match node.move:
            case Move.SEND:
                events = answer_all(planned, events, node.step, branch.answers[0])
            case Move.SKIP:
                decision = decide(planned, fold(events), Facts(NOW))
                assert isinstance(decision, Skip)
                events.append(StepSkipped(NOW, decision.step, decision.reason))
            case _:
                events += words(planned, events, branch.person)
    return events


def answer_all(planned: Program, events: list[Event], step_id: str, answer: Answer) -> list[Event]:
    """Answer every try of the step alike, as the tree does."""
    state, now, events = fold(events), events[-1].at, list(events)
    while True:
        decision = decide(planned, state, Facts(now))
        match decision:
            case Send(name, address, attempt) if name == step_id:
                more: list[Event] = [SendIntended(now, name, address, attempt)]
                more.append(SendSettled(now, name, address, attempt, answer.outcome))
                more += [Overreached(now, name, address)] if answer.overreached else []
            case Wait(name, until, reason) if name == step_id:
                more = [WaitStarted(now, until, reason), WaitEnded(until)]
                now = until
            case _:
                return events
        events += more
        for event in more:
            state = evolve(state, event)


def words(planned: Program, events: list[Event], person: str) -> list[Event]:
    """Give the events of a person's word at the place where the run stands."""
    now = events[-1].at
    match decide(planned, fold(events), Facts(now)):
        case Ask(name, Question.DOUBT, _, address) if address:
            return [SendResolved(now, name, address, Resolution.SENT, "x"), RunResumed(now)]
        case Ask(name, Question.WHEN | Question.SUCCESS):
            verdict = Verdict(person.removeprefix("decides: "))
            return [StepDecided(now, name, verdict, "x"), RunResumed(now)]
        case Ask(name, question, reason):
            return [RunPaused(now, name, question, reason), RunResumed(now, accept="x")]
        case Halt(name, reason):
            return [RunHalted(now, name, reason), RunResumed(now, accept="x")]
        case other:
            raise AssertionError(other)


@settings(max_examples=100)
@given(programs(simple=True))
def test_every_leaf_can_be_run(planned: Program) -> None:
    """With simple comparisons only, each node is where its way leads the machine."""
    tree = grow(planned)
    for index, way in ways(tree).items():
        node = tree.nodes[index]
        events = perform(planned, tree, way)
        match decide(planned, fold(events), Facts(events[-1].at)):
            case Send(name):
                assert (node.move, node.step) == (Move.SEND, name)
            case Skip(name):
                assert (node.move, node.step) == (Move.SKIP, name)
            case Ask(name, question):
                assert (node.step, node.question) == (name, question)
            case Halt(name, _, final):
                assert (node.move, node.step, node.final) == (Move.HALTED, name, final)
            case Finish():
                assert node.move is Move.FINISHED


@settings(max_examples=100)
@given(programs(simple=True))
def test_simple_comparisons_leave_nothing_open(planned: Program) -> None:
    """Where a comparison holds one field and constants, every branch is proved."""
    tree = grow(planned)
    assert tree.exhaustive
    assert all(branch.proved for node in tree.nodes for branch in node.branches)


def test_the_follower_notices_what_the_tree_lacks() -> None:
    """The property above can fail: a skip that the tree does not have is found."""
    tree = grow(program(step("s0"), step("s1")))
    events: list[Event] = [
        SendIntended(NOW, "s0", "s0/c1", 1),
        SendSettled(NOW, "s0", "s0/c1", 1, outcome(SendStatus.SUCCEEDED.value)),
        StepSkipped(NOW, "s1", "invented"),
    ]
    with pytest.raises(AssertionError, match="no skip at s1"):
        follow(tree, events)
