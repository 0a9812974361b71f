"""The outcome tree: the machine, answered with every class of outcome, so every way a run can go.

There is no second copy of the rules: each branch is what ``decide`` and ``evolve`` made of an
answer, so the dry run cannot drift from the run. A condition that joins several numbers is left
open and taken both ways (*possible, not proved*). Where a run stops for a person, what happens
after the person's word is walked too, so nothing that a run can do lies outside the tree.
"""

from collections import defaultdict, deque
from collections.abc import Hashable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum

from engine.frozen import dataclass
from engine.machine import Ask, Facts, Finish, Halt, Send, Skip, Wait, decide, evolve, fold
from engine.machine.verdict import truth
from engine.planner.answers import Answer, Assumptions, answers, cuts_by_step
from engine.planner.live import Live, blurred
from engine.record.condition import UNKNOWN, Truth, step_fields
from engine.record.event import (
    Event,
    Overreached,
    Question,
    Resolution,
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
from engine.record.plan import PlannedStep, Program
from engine.record.result import JUDGED
from engine.record.state import RunState
from engine.runbook.answers.atoms import atoms, is_open, may_be_unknown

MOST_NODES = 20_000
"""A tree of more nodes is cut off, and says so."""

MOST_WORK = 150_000
"""So many comparisons take a few seconds; a walk that needs more is cut off, and says so."""

_START = datetime(2000, 1, 1, tzinfo=UTC)
_LATE = datetime(2000, 1, 2, tzinfo=UTC)
"""Any instants will do: the tree knows durations only, and every wait of a step is over by the second."""

MOST_DECISIONS = 1_000


class Move(StrEnum):
    """What happens at a node; a run ends or stands at the last five."""

    SEND = "send"
    SKIP = "skip"
    UNDECIDED = "undecided"
    FINISHED = "finished"
    HALTED = "halted"
    PAUSED = "paused"
    IN_DOUBT = "in_doubt"
    NOT_WALKED = "not_walked"


@dataclass(frozen=True, slots=True)
class Branch:
    """What leads to another node: classes of answers, or a person's word, or nothing (a skip).

    ``proved`` is false where a condition was left open: the branch is possible, not proved.
    """

    to: int
    answers: tuple[Answer, ...] = ()
    person: str = ""
    proved: bool = True


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One state of a run that conditions can tell from the others at this step."""

    move: Move
    step: str | None
    reason: str = ""
    question: Question | None = None
    final: bool = False
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """All nodes, the first one first; ``truths`` holds what each condition ever came to."""

    nodes: tuple[TreeNode, ...]
    exhaustive: bool
    truths: Mapping[tuple[str, str], frozenset[Truth]]


def grow(program: Program, assumed: Assumptions | None = None, most_nodes: int = MOST_NODES) -> Tree:
    """Walk the machine over every class of outcome."""
    walk = _Walk(program, assumed or {}, most_nodes)
    return walk.tree()


class _Draft:
    """A node while its branches are found: answers are gathered by where they lead."""

    def __init__(self, node: TreeNode) -> None:
        self.node = node
        self.leads: dict[tuple[int, str, bool], list[Answer]] = {}

    def finished(self) -> TreeNode:
        branches = tuple(
            Branch(to, tuple(given), person, proved) for (to, person, proved), given in self.leads.items()
        )
        node = self.node
        return TreeNode(node.move, node.step, node.reason, node.question, node.final, branches)


class _Walk:
    def __init__(self, program: Program, assumed: Assumptions, most_nodes: int) -> None:
        self.program = blurred(program)
        self.reads = _reads(program)
        self.open = _open_conditions(program)
        self.live = Live(program)
        self.cuts = cuts_by_step(program)
        self.answers: dict[str, tuple[Answer | None, ...]] = {}
        self.assumed = assumed
        self.most_nodes = most_nodes
        self.drafts: list[_Draft] = []
        self.known: dict[Hashable, int] = {}
        self.waiting: deque[tuple[int, RunState]] = deque()
        self.truths: dict[tuple[str, str], set[Truth]] = defaultdict(set)
        self.exhaustive = True
        self.work = 0

    def tree(self) -> Tree:
        self._boundary(fold([RunStarted(_START, "plan")]), 0)
        while self.waiting:
            self._expand(*self.waiting.popleft())
        nodes = tuple(draft.finished() for draft in self.drafts)
        truths = {key: frozenset(seen) for key, seen in self.truths.items()}
        return Tree(nodes, self.exhaustive, truths)

    # ------------------------------------------------------------ nodes

    def _add(self, key: Hashable, node: TreeNode) -> tuple[int, bool]:
        """Give the node's number and whether it is new."""
        if key in self.known:
            return self.known[key], False
        self.known[key] = len(self.drafts)
        self.drafts.append(_Draft(node))
        return self.known[key], True

    def _lead(self, source: int, to: int, answer: Answer | None = None, **how: object) -> None:
        key = (to, str(how.get("person", "")), bool(how.get("proved", True)))
        given = self.drafts[source].leads.setdefault(key, [])
        if answer is not None:
            given.append(answer)

    def _boundary(self, state: RunState, position: int) -> int:
        """Give the node of a state in which everything before ``position`` is concluded."""
        if position == len(self.program.steps):
            return self._add("finished", TreeNode(Move.FINISHED, None))[0]
        step = self.program.steps[position].id
        key = (position, self.live.key(position, state))
        self.work += 1 + len(key[1])
        is_much = len(self.drafts) >= self.most_nodes or self.work > MOST_WORK
        if key not in self.known and is_much:
            self.exhaustive = False
            return self._add(("not walked", position), TreeNode(Move.NOT_WALKED, step))[0]
        index, is_new = self._add(key, TreeNode(Move.SEND, step))
        if is_new:
            self.waiting.append((index, self.live.trimmed(position, state)))
        return index

    def _stop(
        self, step: PlannedStep, state: RunState, position: int, decision: Ask | Halt, reason: str
    ) -> int:
        """Give the node where the run stands until a person goes on, if one may."""
        question = decision.question if isinstance(decision, Ask) else None
        final = isinstance(decision, Halt) and decision.final
        doubt = question is Question.DOUBT
        move = Move.IN_DOUBT if doubt else Move.PAUSED if question else Move.HALTED
        onward = [
            (word, leads)
            for word, events in _words(step, decision)
            for leads in self._arrive(step, fold(events, state), position)
        ]
        node = TreeNode(move, step.id, reason, question, final)
        index, is_new = self._add(("stop", position, node, tuple(onward)), node)
        if is_new:
            for word, (to, proved) in onward:
                self._lead(index, to, person=word, proved=proved)
        return index

    # ------------------------------------------------------------ the walk

    def _expand(self, index: int, state: RunState) -> None:
        """Decide at a node behind which everything is concluded; the machine says what comes next."""
        decision = decide(self.program, state, Facts(_START))
        if isinstance(decision, Finish):
            self.drafts[index].node = TreeNode(Move.FINISHED, None)
            return
        position = self.program.positions[decision.step]
        step = self.program.steps[position]
        if step.when is not None:
            seen = {isinstance(decision, Send)} if isinstance(decision, Send | Skip) else {True, False}
            self.truths[step.id, "when"] |= seen
        match decision:
            case Send():
                self.drafts[index].node = TreeNode(Move.SEND, step.id)
                self._answer(index, step, state, position)
            case Skip(reason=reason):
                self.drafts[index].node = TreeNode(Move.SKIP, step.id, reason)
                after = evolve(state, StepSkipped(_START, step.id, reason))
                self._lead(index, self._boundary(after, position + 1))
            case Ask(reason=reason):
                self._undecided(index, step, state, position, reason)
            case _:
                raise AssertionError((decision, "at a step of which nothing has happened yet"))

    def _undecided(self, index: int, step: PlannedStep, state: RunState, position: int, reason: str) -> None:
        """The condition of a step is unknown, or was left open: both ways, and perhaps a stop."""
        is_open, may_stop = self.open.get((step.id, "when"), (False, True))
        may_stop = may_stop or self._reads_unknown(step, "when", state)
        move, question = (Move.UNDECIDED, None) if is_open else (Move.PAUSED, Question.WHEN)
        self.drafts[index].node = TreeNode(move, step.id, reason, question)
        key = (position, self.live.key(position, state))
        ways = []
        for verdict in (Verdict.RUN, Verdict.SKIP):
            decided = evolve(state, StepDecided(_START, step.id, verdict, "either way"))
            to, is_new = self._add((*key, verdict), TreeNode(Move.SEND, step.id))
            if is_new:
                self.waiting.append((to, decided))
            ways.append((to, f"decides: {verdict.value}"))
        source = index
        if is_open and may_stop:
            paused = TreeNode(Move.PAUSED, step.id, reason, Question.WHEN)
            source, _ = self._add((*key, "unknown"), paused)
            self._lead(index, source, proved=False)
        for to, word in ways:
            if is_open:
                self._lead(index, to, proved=False)
            if may_stop:
                self._lead(source, to, person=word)

    def _reads_unknown(self, step: PlannedStep, which: str, state: RunState) -> bool:
        """Say whether a condition reads numbers of a step that nobody knows: then it may be unknown."""
        names = self.reads.get((step.id, which), ())
        return any(name in state.steps and state.steps[name].counts is None for name in names)

    def _answer(self, index: int, step: PlannedStep, state: RunState, position: int) -> None:
        """Answer the step's requests with every class of outcome."""
        for answer in self._answers(step):
            if answer is None:
                self.exhaustive = False
                continue
            after = self._settled(step, state, answer)
            self._note_truths(step, after)
            for to, proved in self._arrive(step, after, position):
                self._lead(index, to, answer, proved=proved)

    def _answers(self, step: PlannedStep) -> tuple[Answer | None, ...]:
        """Give the classes of answers to a step, which are the same at all of its nodes."""
        if step.id not in self.answers:
            cut, assumed = self.cuts.get(step.id, {}), self.assumed.get(step.id, {})
            self.answers[step.id] = tuple(answers(step, cut, assumed))
        return self.answers[step.id]

    def _settled(self, step: PlannedStep, state: RunState, answer: Answer) -> RunState:
        """Give each request of the step the same answer until the machine wants something else."""
        now = _START
        for _ in range(MOST_DECISIONS):
            match decide(self.program, state, Facts(now)):
                case Wait(step=about, until=until, reason=reason) if about == step.id:
                    state = fold([WaitStarted(now, until, reason), WaitEnded(until)], state)
                    now = until
                case Send(about, address, attempt) if about == step.id:
                    intent = SendIntended(now, about, address, attempt)
                    settled = SendSettled(now, about, address, attempt, answer.outcome)
                    more = [Overreached(now, about, address)] if answer.overreached else []
                    state = fold([intent, settled, *more], state)
                case _:
                    return state
        raise AssertionError((step.id, "the machine does not come to an end with this step"))

    def _note_truths(self, step: PlannedStep, state: RunState) -> None:
        now, expected = state.steps[step.id], step.expect_matched
        if now.status not in JUDGED or now.counts is None:
            return
        if expected is not None and not expected.holds(now.counts.matched):
            return
        for number, criterion in enumerate(step.success):
            came_to = truth(self.program, state, criterion)
            seen = {True, False} if came_to is UNKNOWN else {came_to}
            self.truths[step.id, f"success.{number}"] |= seen

    def _arrive(
        self, step: PlannedStep, state: RunState, position: int, reason: str = ""
    ) -> list[tuple[int, bool]]:
        """Give the nodes that a state leads to, each with whether that is proved.

        ``reason`` stands for the machine's own, where the walk and no person decided.
        """
        decision = decide(self.program, state, Facts(_LATE))
        if isinstance(decision, Finish) or decision.step != step.id:
            return [(self._boundary(state, position + 1), True)]
        assert isinstance(decision, Ask | Halt), "the step's requests are settled"
        if not isinstance(decision, Ask) or decision.question is not Question.SUCCESS:
            return [(self._stop(step, state, position, decision, reason or decision.reason), True)]
        is_open, may_stop = self.open.get((step.id, "success"), (False, True))
        if not is_open:
            return [(self._stop(step, state, position, decision, decision.reason), True)]
        may_stop = may_stop or self._reads_unknown(step, "success", state)
        return self._both_ways(step, state, position, decision, may_stop=may_stop)

    def _both_ways(
        self, step: PlannedStep, state: RunState, position: int, decision: Ask, *, may_stop: bool
    ) -> list[tuple[int, bool]]:
        """Success was left open: it may be met, or not, or (where it divides) not be known."""
        leads = []
        open_reason = f"{' and '.join(criterion.text for criterion in step.success)} may be false (success)"
        for verdict in (Verdict.OK, Verdict.FAILED):
            decided = evolve(state, StepDecided(_START, step.id, verdict, "either way"))
            leads += [(to, False) for to, _ in self._arrive(step, decided, position, open_reason)]
        if may_stop:
            leads.append((self._stop(step, state, position, decision, decision.reason), False))
        return leads


def _open_conditions(program: Program) -> dict[tuple[str, str], tuple[bool, bool]]:
    """Say of each step's ``when`` and ``success`` whether it is open, and may then be unknown."""
    found = {}
    for step in program.steps:
        for key, conditions in (("when", (step.when,)), ("success", step.success)):
            inside = [atom for condition in conditions if condition for atom in atoms(condition.tree)]
            left_open = [atom for atom in inside if is_open(atom, program.inputs)]
            if left_open:
                found[step.id, key] = True, any(may_be_unknown(atom) for atom in left_open)
    return found


def _reads(program: Program) -> dict[tuple[str, str], frozenset[str]]:
    """Give the steps that each step's ``when`` and ``success`` read, as written: blurring hides them."""
    return {
        (step.id, key): frozenset(name.step for each in given if each for name in step_fields(each.tree))
        for step in program.steps
        for key, given in (("when", (step.when,)), ("success", step.success))
    }


def _words(step: PlannedStep, decision: Ask | Halt) -> Iterator[tuple[str, list[Event]]]:
    """Give what a person may say to let the run go on behind the stop, and its events.

    Words that have a request tried again lead back to where the run was; they add nothing.
    """
    match decision:
        case Halt(final=True):
            return
        case Ask(question=Question.DOUBT, address=address) if address is not None:
            resolved = SendResolved(_START, step.id, address, Resolution.SENT, "said")
            yield "settles it as sent or never known", [resolved, RunResumed(_START)]
        case Ask(question=Question.SUCCESS):
            for verdict in (Verdict.OK, Verdict.FAILED):
                decided = StepDecided(_START, step.id, verdict, "said")
                yield f"decides: {verdict.value}", [decided, RunResumed(_START)]
        case Ask(question=question, reason=reason):
            paused = RunPaused(_START, step.id, question, reason)
            yield "goes on behind it", [paused, RunResumed(_START, accept="said")]
        case Halt(reason=reason):
            yield "accepts it", [RunHalted(_START, step.id, reason), RunResumed(_START, accept="said")]
