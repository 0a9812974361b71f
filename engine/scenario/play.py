"""The machine, answered as a scenario states: what a run decides, asks of the API, and comes to."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.machine import Ask, Decision, Facts, Finish, Halt, Send, Skip, Wait, decide, evolve, fold
from engine.machine.aggregate import read
from engine.machine.exits import anything_sent, ending, exit_code
from engine.machine.seen import seen
from engine.machine.verdict import truth
from engine.record.condition import (
    UNKNOWN,
    Condition,
    Field,
    Known,
    Node,
    StepField,
    Truth,
    Unknown,
    Value,
    children,
    step_fields,
)
from engine.record.event import (
    Event,
    Overreached,
    RunStarted,
    SendIntended,
    SendSettled,
    StepSkipped,
    WaitEnded,
    WaitStarted,
)
from engine.record.outcome import SURELY_TAKEN, Outcome, RunStatus, SendStatus
from engine.record.plan import PlannedSend, PlannedStep, Program
from engine.record.state import RunState, StepState
from engine.refusal import Exit
from engine.runbook.expressions.evaluate import evaluate

RUN = "scenario"
"""The run's name; the pauses between tries are worked out from it."""

_COUNTS_MATCHES = frozenset((*SURELY_TAKEN, SendStatus.NO_MATCH))
_GOES_ON = (RunStatus.RUNNING, RunStatus.WAITING)

Answer: TypeAlias = tuple[Outcome, frozenset[Field]]
"""What an attempt comes to, and which of its numbers nobody stated."""
Answering: TypeAlias = Callable[[PlannedStep, PlannedSend, int, datetime], Answer]
"""``answering(step, send, attempt, now)``."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that the run made."""

    step: str
    address: str
    attempt: int
    body: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Hang:
    """A decision that rests on numbers which the scenario does not state: ``fields`` of ``of``."""

    step: str
    which: str
    condition: str
    of: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Played:
    """What a scenario came to.

    ``reasons`` say by step why it was decided so; ``truths`` hold what each condition came to, by step and
    ``when``, ``success.N`` or ``expect``; ``answered`` are the outcomes that were asked for, with their step.
    """

    program: Program
    state: RunState
    requests: tuple[Asked, ...]
    reasons: Mapping[str, tuple[str, ...]]
    truths: frozenset[tuple[str, str, bool]]
    answered: tuple[tuple[str, Outcome], ...]
    hangs: tuple[Hang, ...]
    made_up: Mapping[str, frozenset[Field]]

    @property
    def exit_code(self) -> Exit:
        """The code with which ``runbook run`` would have ended."""
        code = exit_code(self.program, self.state, sent_here=anything_sent(self.state))
        assert code is not None, "it was played to where it ends or stands"
        return code

    def step(self, name: str) -> StepState:
        """How a step stands; one that was not reached is pending."""
        return self.state.steps.get(name) or StepState()


def play(program: Program, answering: Answering, now: datetime) -> Played:
    """Play a program from its start to where the run ends, or stands for a person."""
    return _Play(program, answering, now).played()


def expectation(step: PlannedStep, outcome: Outcome) -> bool | None:
    """Say whether as many customers matched as the step expects; None where nothing tells."""
    if step.expect_matched is None or outcome.counts is None or outcome.status not in _COUNTS_MATCHES:
        return None
    return step.expect_matched.holds(outcome.counts.matched)


class _Play:
    def __init__(self, program: Program, answering: Answering, now: datetime) -> None:
        self.program, self.answering, self.now = program, answering, now
        self.state = fold([RunStarted(now, RUN)])
        self.requests: list[Asked] = []
        self.reasons: dict[str, list[str]] = defaultdict(list)
        self.truths: set[tuple[str, str, bool]] = set()
        self.answered: list[tuple[str, Outcome]] = []
        self.hangs: list[Hang] = []
        self.made_up: dict[str, frozenset[Field]] = {}
        self.chance: set[str] = set()

    def played(self) -> Played:
        while self.state.status in _GOES_ON:
            self._carry_out(decide(self.program, self.state, Facts(self.now)))
        return Played(
            self.program,
            self.state,
            tuple(self.requests),
            {step: tuple(reasons) for step, reasons in self.reasons.items()},
            frozenset(self.truths),
            tuple(self.answered),
            tuple(self.hangs),
            self.made_up,
        )

    def _carry_out(self, decision: Decision) -> None:
        if not isinstance(decision, Finish):
            step = self.program.steps[self.program.positions[decision.step]]
            if decision.step not in self.state.steps:
                self._begun(step, decision)
            elif isinstance(decision, Ask | Halt):
                self._reason(step, decision.reason)
        match decision:
            case Send():
                self._send(decision)
            case Wait(until=until, reason=reason):
                self._tell(WaitStarted(self.now, until, reason), WaitEnded(until))
                self.now = until
            case Skip(step=about, reason=reason):
                self._tell(StepSkipped(self.now, about, reason))
            case _:
                end = ending(decision, self.now)
                assert end is not None, "every other decision ends the run or lets it stand"
                self._tell(end)

    def _tell(self, *events: Event) -> None:
        for event in events:
            self.state = evolve(self.state, event)

    def _reason(self, step: PlannedStep, reason: str) -> None:
        if reason not in self.chance and not any(known.startswith(reason) for known in self.reasons[step.id]):
            self.reasons[step.id].append(reason)

    def _begun(self, step: PlannedStep, decision: Send | Wait | Skip | Ask | Halt) -> None:
        """Keep why a step was begun or left out, and what its condition saw."""
        if step.when is None:
            self.reasons[step.id].append("it has no condition")
            return
        came_to = truth(self.program, self.state, step.when)
        said = f"its condition is true: {step.when.text}"
        reason = said if isinstance(decision, Send | Wait) else decision.reason
        self.reasons[step.id].append(f"{reason}{self._seen(step.when)}")
        self._note(step, "when", step.when, came_to)

    def _send(self, decision: Send) -> None:
        step = self.program.steps[self.program.positions[decision.step]]
        send = next(each for each in step.sends if each.address == decision.address)
        self.requests.append(Asked(step.id, send.address, decision.attempt, send.request.body))
        outcome, made_up = self.answering(step, send, decision.attempt, self.now)
        self._tell(SendIntended(self.now, step.id, send.address, decision.attempt))
        self.answered.append((step.id, outcome))
        self.made_up[step.id] = made_up
        self._tell(SendSettled(self.now, step.id, send.address, decision.attempt, outcome))
        if outcome.overreached:
            self._tell(Overreached(self.now, step.id, send.address))
        counts = self.state.steps[step.id].counts
        if counts is not None and counts.selected:
            self._judged(step)
        holds = expectation(step, outcome)
        self.truths |= set() if holds is None else {(step.id, "expect", holds)}

    def _judged(self, step: PlannedStep) -> None:
        """Note what each criterion came to; one that surely is false decides whatever the others are."""
        known = [self._known(criterion) for criterion in step.success]
        for number, criterion in enumerate(step.success):
            came_to = truth(self.program, self.state, criterion)
            said = f"{criterion.text} is false (success)"
            if came_to is False and known[number] is False:
                self.reasons[step.id].append(f"{said}{self._seen(criterion)}")
            elif came_to is False:
                self.chance.add(said)
            if known[number] is not UNKNOWN or False not in known:
                self._note(step, f"success.{number}", criterion, came_to)

    def _note(self, step: PlannedStep, which: str, condition: Condition, came_to: Truth) -> None:
        self.truths |= {(step.id, which, came_to)} if isinstance(came_to, bool) else set()
        if self._known(condition) is UNKNOWN:
            fields: dict[str, dict[Field, None]] = defaultdict(dict)
            for name in step_fields(condition.tree):
                if self._is_made_up(name):
                    fields[name.step][name.name] = None
            key = which.partition(".")[0]
            self.hangs += [Hang(step.id, key, condition.text, of, tuple(f)) for of, f in fields.items()]

    def _is_made_up(self, name: StepField) -> bool:
        return name.name in self.made_up.get(name.step, ())

    def _known(self, condition: Condition) -> Truth:
        """Evaluate a condition by what the scenario states alone: made-up numbers are unknown."""

        def field_of(step: str, name: Field) -> Value:
            if name in self.made_up.get(step, ()):
                return UNKNOWN
            return read(self.state.steps.get(step) or StepState(), name)

        # `is known` would take what is made up for what the API did not say.
        if any(self._is_made_up(name) for asked in _asked(condition.tree) for name in step_fields(asked)):
            return UNKNOWN
        value = evaluate(condition.tree, self.program.inputs, field_of)
        assert isinstance(value, bool | Unknown), "conditions are checked to be true or false when read"
        return value

    def _seen(self, condition: Condition) -> str:
        return seen(self.program, self.state, condition, self._is_made_up)


def _asked(node: Node) -> Iterator[Node]:
    """Walk over what ``is known`` and ``is unknown`` are asked of."""
    if isinstance(node, Known):
        yield node.operand
    for child in children(node):
        yield from _asked(child)
