"""The main path of a run: decide, carry out, remember, until it ends or stands."""

from engine.machine import Ask, Send, Skip, Wait, evolve
from engine.machine.exits import ending
from engine.record.event import (
    Event,
    GuardRefused,
    Question,
    RunPaused,
    StepSkipped,
    WaitEnded,
    WaitStarted,
)
from engine.record.state import RunState
from engine.runner.gate import GOES_ON, Gate, GuardClosed, Running
from engine.runner.ports import Surroundings


def advance(running: Running, state: RunState, gate: Gate, around: Surroundings) -> RunState:
    """Run on until the run ends, or stands for a person; every event is durable when it is told."""
    clock = around.clock

    def asked() -> bool:
        return around.interrupts.asked

    while state.status in GOES_ON:
        decision = gate.decide(state)
        match decision:
            case Send(step=step) | Wait(step=step) if asked():
                state = write(running, around, state, _interrupted(around, step))
            case Send():
                state = _sent(running, around, gate, decision, state)
            case Wait(until=until, reason=reason):
                state = write(running, around, state, WaitStarted(clock.now(), until, reason))
                clock.sleep_until(until, asked)
                state = write(running, around, state, WaitEnded(clock.now()))
            case Skip(step=step, reason=reason):
                state = write(running, around, state, StepSkipped(clock.now(), step, reason))
            case Ask(step=step, question=Question.RETRIES_SPENT | Question.RETRY_LATER) if asked():
                state = write(running, around, state, _interrupted(around, step))
            case _:
                end = ending(decision, clock.now())
                assert end is not None, "every other decision ends the run or lets it stand"
                state = write(running, around, state, end)
    return state


def write(running: Running, around: Surroundings, state: RunState, *events: Event) -> RunState:
    """Append events in one transaction; they are told once they are durable."""
    told = []
    with around.log.writing(running.lease) as writer:
        for event in events:
            state = evolve(state, event)
            writer.append(running.run, event, running.standing(state))
            told.append((event, state))
    for event, then in told:
        around.told(event, then)
    return state


def _sent(running: Running, around: Surroundings, gate: Gate, decision: Send, state: RunState) -> RunState:
    try:
        return gate.send(decision, state)
    except GuardClosed as closed:
        now = around.clock.now()
        refused = GuardRefused(now, closed.guard, closed.reason, decision.step)
        paused = RunPaused(now, decision.step, Question.GUARD, closed.reason)
        return write(running, around, state, refused, paused)


def _interrupted(around: Surroundings, step: str) -> Event:
    return RunPaused(around.clock.now(), step, Question.INTERRUPTED, "interrupted; nothing more was sent")
