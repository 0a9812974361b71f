"""A simulated person: looks at what needs one, finds out from the outbox, types what is offered."""

import shlex
from collections.abc import Callable, Sequence

from engine.refusal import Exit
from engine.sandbox import Fault
from tests.faults.harness import Scene
from tests.faults.points import Twist
from tests.faults.processes import PLAIN, Ended

MOST_TURNS = 40
"""So many commands take any run of a test to its end; more means that it goes in a circle."""

AHEAD_S = 12.0
"""Moves the date past any deadline of the tests (1 s) and the grace (10 s)."""

_ENDS = {"finished", "cancelled"}


class Person:
    """Takes the runs of a scene to where nothing is needed any more.

    ``work`` carries a command out that may send: it may be killed on the way. ``pick`` chooses among the
    lines on offer, by default the first, which is the likeliest.
    """

    def __init__(
        self,
        scene: Scene,
        faults: Sequence[Fault] = (),
        *,
        work: Callable[..., Ended | None] | None = None,
        pick: Callable[[Sequence[str]], str] = lambda lines: lines[0],
    ) -> None:
        self.scene = scene
        self.faults = faults
        self.doubts = 0
        self.turns = 0
        self._work = work or scene.do
        self._pick = pick
        self._tried: dict[str, int] = {}

    def start(self, twist: Twist = PLAIN) -> None:
        """Run the runbook, again and again until the log knows of it."""
        while not self.scene.standing():
            self._turn()
            if twist == PLAIN:
                self._work("run", "chaos.yaml")
            else:
                self.scene.do("run", "chaos.yaml", twist=twist)
            twist = PLAIN

    def take_to_the_end(self) -> list[str]:
        """Do what ``status`` asks for until it asks for nothing; give how each run stands then."""
        while needy := self.scene.do("status", "--format", "json").json()["runs"]:
            self._turn()
            self._do(needy[0]["run"], needy[0]["commands"])
        runs = self.scene.do("runs", "--format", "json").json()
        for run in runs:
            self._look(run)
        return [run["status"] for run in runs]

    def _turn(self) -> None:
        self.turns += 1
        assert self.turns <= MOST_TURNS, [worked.arguments for worked in self.scene.worked]

    def _do(self, run: str, lines: Sequence[str]) -> None:
        """Carry out one of the lines on offer; what failed three times is not tried once more."""
        # A person who looks into the outbox need not ask the logs.
        lines = [line for line in lines if shlex.split(line)[1] != "reconcile"]
        assert lines, f"{run} needs a person, and nothing is offered"
        fresh = [line for line in lines if self._tried.get(line, 0) < 3] or lines
        if shlex.split(lines[0])[1] == "resolve":
            self._resolve(run, lines)
            return
        line = self._pick(fresh)
        self._tried[line] = self._tried.get(line, 0) + 1
        _, *words = shlex.split(line)
        self._work(*words)

    def _resolve(self, run: str, lines: Sequence[str]) -> None:
        """Find out whether it was sent, and say so; *not sent* is not to be said too early."""
        address = shlex.split(lines[0])[3]
        step = next(step for step in self.scene.steps if step.address == address)
        self.doubts += 1
        self.scene.settle_down()
        self.scene.quiet(self.faults)
        word = "sent" if self.scene.accepted()[step.key] else "not-sent"
        line = next((line for line in lines if f" {address} --as {word} " in line), None)
        assert line is not None, f"nobody offers to say {word} of {address} of {run}: {lines}"
        _, *words = shlex.split(line)
        if word == "not-sent":
            early = self.scene.do(*words)
            assert early.code in {0, Exit.GUARDED, Exit.LEASE_OR_LOG}, early
            if early.code == 0:
                return
            self.scene.skew_s += AHEAD_S
        self._work(*words)

    def _look(self, run: dict[str, str]) -> None:
        """A run that needs nothing has ended, or was stopped for good, and says so."""
        shown = self.scene.do("show", run["run"], "--format", "json").json()
        assert shown["status"] == run["status"]
        assert run["status"] in _ENDS | {"halted"}, run
