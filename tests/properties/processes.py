"""What a schedule keeps of its processes: their log, what one of them has, and what they did."""

from pathlib import Path
from typing import NamedTuple

from engine.planner.model import Plan
from engine.record.event import Event
from engine.record.outcome import RunStatus
from engine.record.plan import PlannedSend
from engine.record.request import Request
from engine.record.state import RunState
from engine.runlog.sqlite import open_log
from engine.runlog.sqlite.database import Database
from engine.runner.ports import Surroundings
from engine.sandbox import Sandbox
from tests.properties.crashing import Doom, DoomedClock, DoomedLog, ForgetfulLog, World
from tests.properties.faulty import FaultyApi, Interrupts
from tests.properties.random_runbooks import Dice, RandomRunbook, Spec


class Store:
    """A real run log for many schedules, each in a campaign of its own; nothing waits for the disk."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "runlog.db"
        open_log(self.path, actor="asha", owner="schedule", create=True).close()
        self.database = Database(self.path, looking=False, patience_s=1)
        self.database.rows("PRAGMA synchronous = OFF")

    def opened(self, world: World, doom: Doom, *, forgetful: bool) -> DoomedLog:
        """Open the log as a process does."""
        return (ForgetfulLog if forgetful else DoomedLog)(self.path, self.database, world, doom)


class Known(NamedTuple):
    """A run that was begun, and what it was thrown from."""

    book: RandomRunbook
    plan: Plan

    def send(self, request: Request) -> tuple[Spec, PlannedSend]:
        """Find a request in the plan; it must stand there exactly as it is."""
        found = [
            (spec, send)
            for spec, step in zip(self.book.steps, self.plan.program.steps, strict=True)
            for send in step.sends
            if send.request == request
        ]
        assert len(found) == 1, f"a request that was not planned: {request}"
        return found[0]


class Arrived(NamedTuple):
    """A request that the sandbox took in: its number there, and whose it is."""

    number: int
    run: str
    address: str
    attempt: int
    session: int
    spec: Spec


class Session(NamedTuple):
    """One process from its beginning to its end; ``code`` None: it was torn down."""

    what: str
    run: str
    code: int | None
    status: RunStatus | None = None


class Process:
    """Everything that one process has; it is thrown away with it."""

    def __init__(self, run: str, log: DoomedLog, world: World, sandbox: Sandbox, dice: Dice) -> None:
        self.run = run
        self.log = log
        self.interrupts = Interrupts()
        self.clock = DoomedClock(world, log.doom)
        self.api = FaultyApi(sandbox, world, log.doom, dice, self.interrupts)

    @property
    def around(self) -> Surroundings:
        """What a run is given."""
        return Surroundings(self.log, self.api, self.clock, self.interrupts, lambda: None, self._told)

    def _told(self, _event: Event, _state: RunState) -> None:
        self.log.doom.tick()
