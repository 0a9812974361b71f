"""Two replays of one recording side by side: as it was decided, and as it would be decided now; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.machine import fold
from engine.record.event import Event
from engine.record.outcome import Outcome
from engine.record.plan import Program
from engine.record.state import RunState
from engine.replay.moves import Kind
from engine.replay.play import Made, Replayed, replay
from engine.replay.whatif import Edit, suppose


@dataclass(frozen=True, slots=True)
class Difference:
    """What was decided about a step, and what would be; both begin behind what is the same of it.

    ``same`` counts that. Waits are no part of it: what follows them is.
    """

    step: str
    same: int
    recorded: tuple[Made, ...]
    now: tuple[Made, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A recorded run and what would become of it.

    ``file`` is the runbook that it was compared with, None for its own; ``changed`` says in sentences what
    differs between their plans. ``edits`` are the answers that were supposed, ``stood`` is how the run stood
    at the end of its recording.
    """

    run: str
    stood: RunState
    then: Replayed
    now: Replayed
    file: str | None = None
    changed: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether nothing was changed: then every decision has to be the same."""
        return self.file is None and not self.edits

    @property
    def is_identical(self) -> bool:
        """Whether every recorded decision is made again, byte for byte."""
        return self.now.first_difference is None

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The steps about which something else would be decided, in their order."""
        return tuple(_differences(self.then, self.now))

    @property
    def requests(self) -> tuple[str, ...]:
        """The addresses that were sent to, and to which another request would go now."""
        before = {move.address: move.request for move in self.then.recorded if move.kind is Kind.SEND}
        now = (each.move for each in _known(self.now) if each.move.kind is Kind.SEND)
        others = (move for move in now if move.address in before and move.request != before[move.address])
        return tuple(dict.fromkeys(str(move.address) for move in others))

    @property
    def unknown(self) -> tuple[str, ...]:
        """The steps of which nobody knows what would be decided, for the recording ends before them."""
        if self.now.unrecorded is None:
            return ()
        steps = [step.id for step in self.now.program.steps]
        return tuple(steps[steps.index(str(self.now.unrecorded.move.step)) + 1 :])

    def to_json(self) -> dict[str, Json]:
        """Give what ``replay --format json`` prints."""
        ends = self.now.unrecorded
        return {
            "run": self.run,
            "file": self.file,
            "identical": self.is_identical,
            "first_difference": self.now.first_difference,
            "recorded": [_json(each) for each in _recorded(self.then)],
            "now": [_json(each) for each in self.now.made[: len(self.now.made) - len(self.now.ahead)]],
            "ahead": [_json(each) for each in self.now.ahead],
            "differences": [
                {
                    "step": each.step,
                    "recorded": [_json(made) for made in each.recorded],
                    "now": [_json(made) for made in each.now],
                }
                for each in self.differences
            ],
            "requests": list(self.requests),
            "plan_differences": list(self.changed),
            "what_if": [_edit_json(edit) for edit in self.edits],
            "recording_ends_at": _json(ends) if ends else None,
            "unknown_steps": list(self.unknown),
            "status": {"recorded": self.stood.status.value, "now": self.now.state.status.value},
        }


def compare(
    events: Sequence[Event],
    own: Program,
    *,
    other: Program | None = None,
    file: str | None = None,
    changed: tuple[str, ...] = (),
    what_if: Iterable[str] = (),
) -> Comparison:
    """Decide a recorded run anew, by its ``own`` program or by that of another ``file``.

    ``what_if`` are texts ``step.field=value``; ``Refusal`` (64) where they cannot be.
    """
    supposed = suppose(other or own, events, what_if)
    then = replay(own, events)
    is_own = other is None and not supposed.edits
    now = then if is_own else replay(other or own, supposed.events, supposed.supplied)
    stood = fold(events)
    return Comparison(stood.run, stood, then, now, file, changed, supposed.edits)


def _differences(then: Replayed, now: Replayed) -> Iterator[Difference]:
    before, after = _by_step(_recorded(then)), _by_step(_known(now))
    own = [step.id for step in now.program.steps]
    gone = [step.id for step in then.program.steps if step.id not in now.program.positions]
    unknown = len(own)
    if now.unrecorded is not None:
        unknown = now.program.positions[str(now.unrecorded.move.step)] + 1
    for step in (*own[:unknown], *gone):
        recorded, made = before.get(step, ()), after.get(step, ())
        pairs = zip(recorded, made, strict=False)
        same = next((n for n, pair in enumerate(pairs) if _said(pair[0]) != _said(pair[1])), None)
        if same is None:
            same = min(len(recorded), len(made))
        if recorded[same:] or made[same:]:
            yield Difference(step, same, recorded[same:], made[same:])


def _recorded(then: Replayed) -> tuple[Made, ...]:
    """Give the recorded moves, each with the reason and the outcome that repeating it told."""
    repeated = then.made[: then.followed]
    return (*repeated, *(Made(move, move.reason) for move in then.recorded[then.followed :]))


def _known(now: Replayed) -> tuple[Made, ...]:
    """Give the moves that are made now, and the send at which the recording ends."""
    made = now.made[: len(now.made) - len(now.ahead)]
    is_new = now.unrecorded is not None and not now.ahead and now.followed < len(now.recorded)
    return (*made, now.unrecorded) if is_new and now.unrecorded else made


def _by_step(made: tuple[Made, ...]) -> Mapping[str, tuple[Made, ...]]:
    found: dict[str, tuple[Made, ...]] = {}
    for each in made:
        if each.move.step is not None:
            found[each.move.step] = (*found.get(each.move.step, ()), each)
    return found


def _said(made: Made) -> tuple[object, ...]:
    """Give what counts as a decision about a step: its request is compared for itself."""
    return *made.move.course, made.move.reason


def _json(made: Made) -> dict[str, Json]:
    return {**made.move.to_json(), "why": made.why, "came_to": _outcome_json(made.outcome)}


def _outcome_json(outcome: Outcome | None) -> Json:
    if outcome is None:
        return None
    return {"status": outcome.status.value, "counts": outcome.counts.to_json() if outcome.counts else None}


def _edit_json(edit: Edit) -> Json:
    return {
        "step": edit.step,
        "before": _outcome_json(edit.before),
        "after": _outcome_json(edit.after),
        "changed": [name.value for name in edit.changed],
        "made_up": [name.value for name in edit.made_up],
    }
