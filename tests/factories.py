"""Small makers of programs, outcomes and runs, for tests of the pure core."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from engine.machine import Ask, Decision, Facts, Finish, Halt, Send, Skip, Wait, decide, evolve, fold
from engine.machine.evolve import START
from engine.record.condition import Compare, Condition, Field, Literal, Node, StepField
from engine.record.event import (
    Event,
    RunFinished,
    RunHalted,
    RunPaused,
    RunStarted,
    SendIntended,
    SendSettled,
    StepSkipped,
    WaitEnded,
    WaitStarted,
)
from engine.record.outcome import Counts, Outcome, SendStatus
from engine.record.plan import OnFailure, PlannedSend, PlannedStep, Program, Range, Retry
from engine.record.request import Request
from engine.record.state import RunState

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)


def condition(tree: Node) -> Condition:
    """Wrap a tree; its text does not matter to the machine."""
    return Condition("as the test says", tree)


def compare(step: str, name: Field, op: str, value: object) -> Condition:
    """Make ``steps.<step>.<name> <op> <value>``."""
    return condition(Compare(op, StepField(step, name), Literal(value)))  # type: ignore[arg-type]


def step(
    name: str = "remind",
    *,
    chunks: int = 1,
    at_most: int | None = 100,
    when: Condition | None = None,
    success: Iterable[Condition] = (),
    expect: Range | None = None,
    on_failure: OnFailure = OnFailure.HALT,
    retry: Retry = Retry(attempts=3, within_s=30),  # noqa: B008  (frozen)
) -> PlannedStep:
    """Make a planned step; what it sends does not matter to the machine."""
    request = Request("POST", "/initiate/camp_demo/sms", {"templateId": "t"})
    sends = tuple(PlannedSend(f"{name}/c{n}", request, at_most) for n in range(1, chunks + 1))
    return PlannedStep(name, "sms", sends, when, tuple(success), expect, on_failure, retry)


def program(*steps: PlannedStep) -> Program:
    """Make a program without inputs."""
    return Program(steps or (step(),))


def outcome(status: str, counts: tuple[int, int, int] | None = None, *, fatal: bool = False) -> Outcome:
    """Make an outcome; ``counts`` are matched, initiated, failed, with plausible defaults."""
    unknown = {"in_doubt", "sent_unknown"}
    usual = {"succeeded": (10, 10, 0), "partial": (10, 6, 4), "failed": (10, 0, 10)}
    matched, initiated, failed = counts or usual.get(status, (0, 0, 0))
    numbers = Counts(matched, initiated + failed, initiated, failed, 1, 1 if failed else 0)
    return Outcome(SendStatus(status), None if status in unknown else numbers, status, fatal)


Answers = Callable[[Send], Outcome]


def answering(*outcomes: Outcome) -> Answers:
    """Answer the sends in order."""
    left = list(outcomes)
    return lambda _: left.pop(0)


def events_of(decision: Decision, now: datetime, answer: Answers) -> Iterator[Event]:
    """Give the events by which a shell carries a decision out."""
    match decision:
        case Send(name, address, attempt):
            yield SendIntended(now, name, address, attempt)
            yield SendSettled(now, name, address, attempt, answer(decision))
        case Skip(name, reason):
            yield StepSkipped(now, name, reason)
        case Wait(_, until, reason):
            yield WaitStarted(now, until, reason)
            yield WaitEnded(until)
        case Ask(name, question, reason):
            yield RunPaused(now, name, question, reason)
        case Halt(name, reason, final):
            yield RunHalted(now, name, reason, final)
        case Finish():
            yield RunFinished(now)


def drive(
    planned: Program, answer: Answers, events: list[Event] | None = None, *, most: int = 10_000
) -> tuple[RunState, list[Event], Decision]:
    """Run until the machine finishes, halts or asks: the state, all events, the last decision."""
    events = list(events) if events is not None else [RunStarted(NOW, "run-1")]
    state = fold(events)
    now = events[-1].at
    for _ in range(most):
        decision = decide(planned, state, Facts(now))
        for event in events_of(decision, now, answer):
            events.append(event)
            state = evolve(state, event)
            now = max(now, event.at)
        if isinstance(decision, Finish | Halt | Ask):
            return state, events, decision
        now += timedelta(milliseconds=5)
    raise AssertionError("the run does not come to an end")


def start() -> RunState:
    """Give the state of a run that was just started."""
    return fold([RunStarted(NOW, "run-1")], START)
