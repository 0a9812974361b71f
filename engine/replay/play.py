"""The machine, answered with what was recorded: first along the recording, then on its own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from engine.frozen import dataclass, replace
from engine.machine import Ask, Decision, Facts, Send, Skip, Wait, decide, evolve
from engine.machine.evolve import START
from engine.machine.exits import ending
from engine.record.event import (
    Event,
    GuardRefused,
    LateAnswer,
    Overreached,
    Question,
    Reconciled,
    SendIntended,
    SendSettled,
    StepSkipped,
    WaitEnded,
    WaitStarted,
)
from engine.record.outcome import Outcome, RunStatus, SendStatus
from engine.record.plan import Program
from engine.record.state import RunState
from engine.replay.moves import Kind, Move, decided_move, recorded_move
from engine.replay.rest import Rest
from engine.replay.why import why

_GOES_ON = (RunStatus.RUNNING, RunStatus.WAITING)
_BY_THE_PROCESS = (SendSettled, Overreached, WaitEnded, GuardRefused)
"""Facts that the process learns which decides; of any other it knows when it takes the run up anew."""


@dataclass(frozen=True, slots=True)
class Made:
    """A move that the machine made, and why; ``outcome``: what is recorded, or supposed, of a send."""

    move: Move
    why: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the machine made of a recording.

    The first ``followed`` moves lead where the ``recorded`` ones led, one by one. If these are not all, the
    machine went a way of its own from there. ``unrecorded`` is a send of which there is no answer: what
    would come behind it, nobody knows. ``state`` is how the run stands then.
    """

    program: Program
    recorded: tuple[Move, ...]
    made: tuple[Made, ...]
    followed: int
    unrecorded: Made | None
    state: RunState

    @property
    def first_difference(self) -> int | None:
        """The index of the first recorded move that the machine does not make, byte for byte."""
        for index, (move, made) in enumerate(zip(self.recorded, self.made, strict=False)):
            if index == self.followed or made.move.line() != move.line():
                return index
        return None if self.followed == len(self.recorded) else self.followed

    @property
    def ahead(self) -> tuple[Made, ...]:
        """What would come next where the recording ends in the middle."""
        return self.made[self.followed :] if self.followed == len(self.recorded) else ()


def replay(
    program: Program, events: Iterable[Event], supplied: Mapping[str, Outcome] | None = None
) -> Replayed:
    """Let the machine decide a recorded run anew, by a program that may be another one.

    ``supplied`` gives by step what a send comes to of which nothing is recorded.
    """
    return _Replay(program, tuple(events), supplied or {}).replayed()


class _Replay:
    def __init__(self, program: Program, events: Sequence[Event], supplied: Mapping[str, Outcome]) -> None:
        self.program, self.events, self.supplied = program, events, supplied
        self.state, self.at = START, events[0].at
        self.made: list[Made] = []
        self.outcomes: dict[tuple[str | None, int | None], Outcome] = {}
        self.late: list[LateAnswer] = []
        self.unrecorded: Made | None = None

    def replayed(self) -> Replayed:
        moves = [recorded_move(event) for event in self.events]
        end = self._follow(moves)
        followed = len(self.made)
        rest = Rest(self.events[end:])
        while self.state.status in _GOES_ON and self.unrecorded is None and not self._is_on_its_way():
            self._carry_out(decide(self.program, self.state, Facts(self.at)), rest)
        made = tuple(replace(each, outcome=self._outcome(each.move)) for each in self.made)
        recorded = tuple(move for move in moves if move is not None)
        return Replayed(self.program, recorded, made, followed, self.unrecorded, self.state)

    def _outcome(self, move: Move) -> Outcome | None:
        return self.outcomes.get((move.address, move.attempt))

    def _tell(self, *events: Event) -> None:
        for event in events:
            self.state = evolve(self.state, event)
            self.at = event.at
            if isinstance(event, SendSettled):
                self.outcomes[event.address, event.attempt] = event.outcome

    def _make(self, move: Move) -> None:
        self.made.append(Made(move, why(self.program, self.state, move)))

    def _is_on_its_way(self) -> bool:
        """Say whether the recording ends with a request that nobody has heard of since."""
        last = self.state.steps.get(self.state.last or "")
        return last is not None and any(each.status is SendStatus.INTENDED for each in last.sends.values())

    # ------------------------------------------------ along the recording

    def _follow(self, moves: Sequence[Move | None]) -> int:
        """Repeat the recording as far as the machine decides so; give the index of the event behind that."""
        for index, (event, move) in enumerate(zip(self.events, moves, strict=True)):
            if move is None:
                self._learn(event)
            elif not self._repeats(event, move):
                return index
        self._hear_late()
        return len(self.events)

    def _learn(self, event: Event) -> None:
        if isinstance(event, LateAnswer):  # another process writes it, beside the one that decides
            self.late.append(event)
            return
        if not isinstance(event, _BY_THE_PROCESS):
            self._hear_late()
        self._tell(event)

    def _hear_late(self) -> None:
        for event in self.late:
            self.state = evolve(self.state, event)
        self.late.clear()

    def _repeats(self, event: Event, move: Move) -> bool:
        """Make the move that leads where the recorded one led, if the machine decides so."""
        made = self._decided(self.at, move)
        if made.line() != move.line():
            later = self._decided(event.at, move)
            made = later if later.line() == move.line() or made.course != move.course else made
        is_same = made.asks == move.asks if made.kind in (Kind.ASK, Kind.HALT) else made.course == move.course
        if is_same:
            self._make(made)
            self._tell(replace(event, reason=made.reason) if isinstance(event, StepSkipped) else event)
        return is_same

    def _decided(self, at: datetime, move: Move) -> Move:
        """Decide at an instant; the log has that of the event before a decision, and one right behind it."""
        decision = decide(self.program, self.state, Facts(at))
        if move.kind is Kind.KEPT_BACK and _can_be_kept_back(decision, move):
            return move
        made = decided_move(self.program, decision)
        is_found = made.question is Question.DOUBT and move.reason in self._doubts(made.step or "")
        return replace(made, reason=move.reason) if is_found else made

    def _doubts(self, step: str) -> list[str]:
        """Give why sends are in doubt: whoever finds one of a dead process says it in these words."""
        sends = self.state.steps[step].sends.values()
        return [send.outcome.reason for send in sends if send.outcome is not None]

    # ------------------------------------------------ on its own

    def _carry_out(self, decision: Decision, rest: Rest) -> None:
        move = decided_move(self.program, decision)
        if isinstance(decision, Send | Wait) and (kept := rest.keeps_back(decision.step)):
            self._make(kept.move)
            self._tell(*kept.events_at(self.at))
            return
        if isinstance(decision, Send):
            self._send(move, decision, rest)
            return
        self._make(move)
        match decision:
            case Wait(until=until, reason=reason):
                self._tell(WaitStarted(self.at, until, reason), WaitEnded(until))
            case Skip(step=step, reason=reason):
                self._tell(StepSkipped(self.at, step, reason))
            case _:
                end = ending(decision, self.at)
                assert end is not None, "every other decision ends the run or lets it stand"
                self._tell(end)
                self._hear(rest.words(move, self.at))

    def _send(self, move: Move, decision: Send, rest: Rest) -> None:
        came = rest.answer(move, self.at)
        if not came and (outcome := self.supplied.get(decision.step)):
            came = (SendSettled(self.at, decision.step, decision.address, decision.attempt, outcome),)
        if not came:
            self.unrecorded = Made(move, why(self.program, self.state, move))
            return
        self._make(move)
        self._tell(SendIntended(self.at, decision.step, decision.address, decision.attempt))
        self._hear(came)

    def _hear(self, events: Iterable[Event]) -> None:
        """Take in what is recorded, but for answers to sends that were not made on this way."""
        for event in events:
            if not isinstance(event, LateAnswer | Reconciled) or self._is_known(event.step, event.address):
                self._tell(event)

    def _is_known(self, step: str, address: str) -> bool:
        return step in self.state.steps and address in self.state.steps[step].sends


def _can_be_kept_back(decision: Decision, move: Move) -> bool:
    match decision:
        case Send(step=step):
            return step == move.step
        case Wait(step=step) | Ask(step=step, question=Question.RETRIES_SPENT | Question.RETRY_LATER):
            return step == move.step and move.question is Question.INTERRUPTED
        case _:
            return False
