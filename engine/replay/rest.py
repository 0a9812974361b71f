"""What is left of a recording where the machine has left it: answers, and what people said; pure."""

from collections.abc import Callable, Iterable
from datetime import datetime

from engine.frozen import dataclass, replace
from engine.record.event import (
    Event,
    LateAnswer,
    Overreached,
    Reconciled,
    SendSettled,
)
from engine.replay.moves import Kind, Move, recorded_move

_ANSWERS = (SendSettled, Overreached, LateAnswer, Reconciled)


@dataclass(frozen=True, slots=True)
class Group:
    """A recorded move: its own event, and what happened behind it up to the next one."""

    move: Move
    events: tuple[Event, ...]

    def events_at(self, at: datetime) -> tuple[Event, ...]:
        """Give the events as if the move had been made at this instant."""
        by = at - self.events[0].at

        def later(event: Event) -> Event:
            if isinstance(event, SendSettled) and event.outcome.retry_at is not None:
                outcome = replace(event.outcome, retry_at=event.outcome.retry_at + by)
                return replace(event, at=event.at + by, outcome=outcome)
            return replace(event, at=event.at + by)

        return tuple(map(later, self.events))


class Rest:
    """The moves that were recorded and not repeated; each is used once."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._groups: list[Group] = []
        for event in events:
            if (move := recorded_move(event)) is not None:
                self._groups.append(Group(move, (event,)))
            elif self._groups:
                last = self._groups[-1]
                self._groups[-1] = replace(last, events=(*last.events, event))

    def answer(self, send: Move, at: datetime) -> tuple[Event, ...]:
        """Give what came of a send that is made at this instant; nothing where no answer is recorded."""
        group = self._taken(lambda each: each.move.course == send.course)
        events = [each for each in group.events_at(at) if isinstance(each, _ANSWERS)] if group else []
        is_answered = any(isinstance(each, SendSettled) for each in events)
        return tuple(events) if is_answered else ()

    def words(self, stop: Move, at: datetime) -> tuple[Event, ...]:
        """Give what happened while the run stood as it stands now; nothing where it did not."""
        group = self._taken(lambda each: each.move.asks == stop.asks)
        return group.events_at(at)[1:] if group else ()

    def keeps_back(self, step: str) -> Group | None:
        """Give what kept the next send of a step back, or the wait for it, if anything did."""
        kinds = (Kind.SEND, Kind.KEPT_BACK)
        group = next(
            (each for each in self._groups if each.move.step == step and each.move.kind in kinds), None
        )
        if group is None or group.move.kind is Kind.SEND:
            return None
        self._groups.remove(group)
        return group

    def _taken(self, fits: Callable[[Group], bool]) -> Group | None:
        for index, group in enumerate(self._groups):
            if fits(group):
                return self._groups.pop(index)
        return None
