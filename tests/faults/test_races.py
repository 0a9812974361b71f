"""Several processes at once, each as a person or a job starts it: one runs, the others say who does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGKILL

import pytest

from engine.clock import now
from engine.refusal import Exit
from engine.sandbox import Call, Fault, Kind, Reply, Sandbox
from engine.sandbox.server import serving
from tests.faults.harness import CUSTOMERS, Scene, scene
from tests.faults.person import Person
from tests.faults.points import Fate, Twist
from tests.faults.processes import Ended, Forking, New, new_processes
from tests.faults.steps import EACH_ONCE, HANDLING, STEPS, runbook
from tests.sandboxes import campaign

PATIENT = "timeout: 60s"


class Waiting(Sandbox):
    """A sandbox whose first answer to an initiate request waits until it is let go."""

    def __init__(self) -> None:
        super().__init__(now)
        self.arrived = threading.Event()
        self.let_go = threading.Event()

    def answer(self, call: Call, *, connected: bool = False, fault: Fault | None = None) -> Reply:
        """Answer, once that is allowed."""
        if call.path.startswith("/initiate/"):
            self.arrived.set()
            assert self.let_go.wait(30), "nobody let the answer go"
        return super().answer(call, connected=connected, fault=fault)


@pytest.fixture
def waiting(forking: Forking, tmp_path: Path) -> Iterator[Scene]:
    """Set a scene in which the process that sends is in the middle of it until it is let go."""
    made = Waiting()
    made.load(campaign(CUSTOMERS))
    (tmp_path / "chaos.yaml").write_text(runbook(handling=PATIENT), "utf-8")
    with serving(made) as where:
        yield Scene(forking, tmp_path, where, STEPS)
        made.let_go.set()


@contextmanager
def racing(where: Scene, *commands: tuple[str, ...]) -> Iterator[list[New]]:
    """Start commands at once."""
    lines = [where.words(*command) for command in commands]
    with new_processes(lines, where.folder, where.environment) as started:
        yield started


def settle_race(where: Scene, racers: list[New]) -> tuple[Ended, list[Ended], int]:
    """Wait until all but one have ended, let that one go on; give it, the others, and its process id."""
    assert isinstance(where.sandbox, Waiting)
    ended: dict[int, Ended] = {}
    threads = [
        threading.Thread(target=lambda each=each: ended.update({each.pid: each.wait()})) for each in racers
    ]
    for thread in threads:
        thread.start()
    assert where.sandbox.arrived.wait(30)
    for _ in range(3000):
        if len(ended) >= len(racers) - 1:
            break
        threading.Event().wait(0.01)
    losers = dict(ended)
    where.sandbox.let_go.set()
    for thread in threads:
        thread.join(30)
    (winner,) = ended.keys() - losers.keys()
    return ended[winner], list(losers.values()), winner


def held_by(ended: Ended, pid: int) -> bool:
    """Say whether a process was told that another one holds the campaign."""
    return ended.code == Exit.LEASE_OR_LOG and f"process {pid} " in ended.err


def test_of_eight_that_resume_one_run_one_does(waiting: Scene) -> None:
    """The others say who holds the campaign, and everything is sent once."""
    waiting.do("run", "chaos.yaml", twist=Twist(Fate("committed run_started")))
    with racing(waiting, *[("resume", "last")] * 8) as racers:
        winner, losers, pid = settle_race(waiting, racers)
    assert winner.code == 0
    assert all(held_by(each, pid) for each in losers), losers
    waiting.judge()
    assert waiting.accepted() == EACH_ONCE


def test_of_four_runs_on_one_campaign_one_runs(waiting: Scene) -> None:
    """Different runbooks share a campaign, and one at a time may send to it."""
    for number in range(4):
        text = runbook(STEPS[:1], PATIENT, name=f"race-{number}")
        (waiting.folder / f"{number}.yaml").write_text(text, "utf-8")
    with racing(waiting, *[("run", f"{number}.yaml") for number in range(4)]) as racers:
        winner, losers, pid = settle_race(waiting, racers)
    assert winner.code == 0
    assert all(held_by(each, pid) for each in losers), losers
    assert waiting.accepted() == {STEPS[0].key: 1}


def test_of_four_runs_of_one_runbook_one_runs(waiting: Scene) -> None:
    """One button pressed by four people sends once, also after the one who was first has finished."""
    with racing(waiting, *[("run", "chaos.yaml")] * 4) as racers:
        winner, losers, pid = settle_race(waiting, racers)
    assert winner.code == 0
    assert all(held_by(each, pid) for each in losers), losers
    with racing(waiting, ("run", "chaos.yaml")) as [late]:
        refused = late.wait()
    assert refused.code == Exit.NOT_AS_REVIEWED
    assert "--again" in refused.err
    assert set(waiting.accepted().values()) == {1}


def test_other_runs_are_refused_while_one_is_in_doubt(forking: Forking, tmp_path: Path) -> None:
    """Whoever runs something else on the campaign is told which send to settle, and how."""
    lost = Fault(Kind.RESET, accepted=True)
    with scene(forking, tmp_path, lost) as where:
        (where.folder / "other.yaml").write_text(runbook(STEPS[:1], HANDLING, name="other"), "utf-8")
        assert where.do("run", "chaos.yaml").code == Exit.IN_DOUBT
        with racing(where, ("run", "other.yaml"), ("run", "chaos.yaml"), ("resume", "last")) as racers:
            other, again, resumed = (each.wait() for each in racers)
        assert other.code == again.code == Exit.OTHER_IN_DOUBT
        assert "one/c1" in other.err
        assert "runbook show" in other.err
        assert resumed.code == Exit.IN_DOUBT
        Person(where).take_to_the_end()
        where.judge()
        assert where.accepted()[STEPS[0].key] == 1


def test_a_holder_that_was_killed_holds_nobody_up(forking: Forking, tmp_path: Path) -> None:
    """Its death is known at once: what it left open is in doubt for whoever comes next."""
    stall = Fault(Kind.STALL)
    with scene(forking, tmp_path, stall, handling=PATIENT) as where:
        with racing(where, ("run", "chaos.yaml")) as [holder]:
            where.until_requests(1)
            holder.signal(SIGKILL)
            assert holder.wait().code == -SIGKILL
        with racing(where, ("resume", "last")) as [next_one]:
            assert next_one.wait().code == Exit.IN_DOUBT
        shown = where.do("show", "last", "--format", "json").json()
        assert [(send["address"], send["status"]) for send in shown["sends"]] == [("one/c1", "in_doubt")]
