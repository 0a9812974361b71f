"""A process dies, or its disk is full, while it erases ids, copies the log or makes it again from a copy."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from signal import SIGKILL, SIGXFSZ
from tempfile import mkdtemp

import pytest

from engine.api.verifying import verify
from engine.record.event import Erased
from engine.record.outcome import RunStatus
from engine.refusal import Exit
from engine.runlog.sqlite import SqliteLog, look_at
from tests.factories import outcome
from tests.faults.points import Fate, Twist
from tests.faults.processes import PLAIN, Ended, Forking
from tests.faults.test_full_disk import CURES, FRAME_BYTES, PAGE_BYTES
from tests.unit.runner.fakes import ONE, Answer, Desk

AT_ONCE = 3
LONG_AGO = datetime(2020, 3, 2, 5, 30, tzinfo=UTC)
CUSTOMERS = 300
OUTCOMES: dict[str, list[Answer]] = {
    "old-1": [outcome("succeeded", (CUSTOMERS, CUSTOMERS, 0))],
    "old-2": [outcome("partial", (CUSTOMERS, CUSTOMERS - 1, 1))],
    "paused": [outcome("not_sent")] * 3,
    "doubtful": [outcome("in_doubt")],
}
"""What came of each run; the ids of the old ones may go."""
OLD = ("old-1", "old-2")

COMMANDS = {
    "erase": ("log", "erase", "--older-than", "180d", "--reason", "over", "--yes"),
    "copy": ("log", "copy", "backup.db"),
    "restore": ("log", "init", "--from", "copy.db", "--reason", "the disk died"),
}

POINTS = {
    "erase": (
        *("removed", "before erased", "after erased", "committed erased"),
        *("before sealed", "after sealed", "committed sealed", "before scrub", "after scrub", "closing"),
    ),
    "copy": ("copying", "copied", "naming", "linked", "named"),
    "restore": (
        *("copying", "copied", "before override_used", "after stop_set", "committed stop_set"),
        *("before run_cancelled", "after run_cancelled", "committed run_cancelled", "closing"),
        *("naming", "named"),
    ),
}
"""Where a process may die, of each command."""

SIZES = range(PAGE_BYTES, 160 * FRAME_BYTES, 5 * FRAME_BYTES)
"""How long a file may get: from one page to more than the log and what SQLite writes beside it."""


class Place:
    """A folder with a log of four runs, and a copy of it."""

    def __init__(self, forking: Forking, folder: Path) -> None:
        self.forking = forking
        self.folder = folder
        self.log = folder / "log" / "runlog.db"
        self.copy = folder / "copy.db"
        self.backup = folder / "backup.db"

    def do(self, command: str, twist: Twist = PLAIN) -> Ended:
        """Have a process carry a command out, to its end."""
        words = [*COMMANDS[command], "--log", str(self.log)]
        return self.forking.start(words, self.folder, {}, twist).wait()

    def hidden(self) -> list[str]:
        """Name what lies about that nobody asked for."""
        return [each.name for each in self.folder.rglob(".*")]


@contextmanager
def looking(path: Path) -> Iterator[SqliteLog]:
    """Look at a log that is there, and is sound."""
    log = look_at(path)
    assert log is not None, path
    with closing(log):
        assert verify(log).faults == []
        yield log


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the log of four runs."""
    folder = tmp_path_factory.mktemp("filled")
    desk = Desk(folder)
    desk.clock.at = LONG_AGO
    for run, answers in OUTCOMES.items():
        ids = ", ".join(f"{run}-{(number * 7919) % 100_003:06d}" for number in range(CUSTOMERS))
        text = ONE.replace("{language: hindi}, limit: 100", f"{{ids: [{ids}]}}, limit: {CUSTOMERS}")
        desk.api.answers = list(answers)
        desk.run(text.replace("name: remind", f"name: {run}"), run)
    desk.database.close()
    return desk.path


@contextmanager
def place(forking: Forking, filled: Path, folder: Path, command: str) -> Iterator[Place]:
    """Set the scene of a command: the log; or, where it is lost, its copy."""
    made = Place(forking, folder)
    made.log.parent.mkdir()
    copyfile(filled, made.log)
    if command == "restore":
        copyfile(filled, made.copy)
        made.log.unlink()
    yield made


# ------------------------------------------------ what holds, whenever it ended


def holds(where: Place, command: str) -> bool:
    """Fail unless all is whole; say whether the command has done what it is for."""
    return {"erase": _erased, "copy": _copied, "restore": _restored}[command](where)


def _erased(where: Place) -> bool:
    """Each run has all of its ids, or none and the event that says so."""
    with looking(where.log) as log:
        left = {run: len(list(log.contacts_of(run))) for run in OUTCOMES}
        said = {run: [e.event for e in log.events(run) if isinstance(e.event, Erased)] for run in OUTCOMES}
    assert {left[run] for run in OUTCOMES if run not in OLD} == {CUSTOMERS, 3 * CUSTOMERS}
    assert all([event.contacts for event in said[run]] in ([], [CUSTOMERS]) for run in OLD)
    assert all(left[run] == (0 if said[run] else CUSTOMERS) for run in OLD)
    return not any(left[run] for run in OLD)


def _copied(where: Place) -> bool:
    """There is a whole copy, or none; the log is what it was."""
    with looking(where.log) as log:
        if not where.backup.exists():
            return False
        with looking(where.backup) as copy:
            assert copy.copied_at is not None
            assert copy.chains() == log.chains()
            assert all(list(copy.links(chain)) == list(log.links(chain)) for chain in log.chains())
    return True


def _restored(where: Place) -> bool:
    """There is no log, or one from which nothing is sent."""
    if not where.log.exists():
        return False
    with looking(where.log) as log:
        assert [stop.campaign for stop in log.stops()] == [None]
        ended = {RunStatus.FINISHED, RunStatus.CANCELLED}
        assert {entry.status for entry in log.runs()} <= ended
        assert len(log.runs()) == len(OUTCOMES)
    return True


def comes_through(where: Place, command: str) -> None:
    """Give the command once more, with nothing in its way: it is done, and nothing lies about."""
    if command == "restore" and where.log.exists():
        assert where.do(command).code == Exit.LEASE_OR_LOG
    elif command == "copy" and where.backup.exists():
        where.backup.unlink()
        assert where.do(command).code == 0
    else:
        ended = where.do(command)
        assert ended.code == 0, ended
    assert holds(where, command)
    assert where.hidden() == []
    if command == "erase":
        raw = where.log.read_bytes()
        assert [run for run in OLD if raw.count(f"{run}-0".encode()) > _IN_THE_PLAN] == []


_IN_THE_PLAN = 4 * CUSTOMERS
"""The runbook names its customers itself, so they stand in its plan: in its rules, its steps and its text."""


# ------------------------------------------------ deaths and full disks

Plays = Mapping[tuple[str, str | tuple[str, int]], "Future[int]"]


def played(forking: Forking, filled: Path, base: Path, command: str, twist: Twist) -> int:
    """Let a command come to grief; give how it ended."""
    with place(forking, filled, Path(mkdtemp(dir=base)), command) as where:
        ended = where.do(command, twist)
        assert "Traceback" not in ended.err, ended
        done = holds(where, command)
        if ended.code == 0:
            assert done
        if ended.code > 0:
            assert ended.code == Exit.LEASE_OR_LOG, ended
            assert any(cure in ended.err for cure in CURES), ended
            assert command == "erase" or not (done or where.hidden()), ended
        comes_through(where, command)
        return ended.code


@pytest.fixture(scope="module")
def plays(forking: Forking, filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plays]:
    """Play all of it, several at a time."""
    base = tmp_path_factory.mktemp("places")
    twists: dict[tuple[str, str | tuple[str, int]], Twist] = {
        **{(command, point): Twist(Fate(point)) for command in POINTS for point in POINTS[command]},
        **{(c, ("dies", size)): Twist(most_bytes=size, dies_full=True) for c in POINTS for size in SIZES},
        **{(c, ("full", size)): Twist(most_bytes=size) for c in POINTS for size in SIZES},
    }
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            (command, what): pool.submit(played, forking, filled, base, command, twist)
            for (command, what), twist in twists.items()
        }
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize(("command", "point"), [(each, point) for each in POINTS for point in POINTS[each]])
def test_a_death_at_each_step_leaves_a_whole_log(plays: Plays, command: str, point: str) -> None:
    """All of it is done or nothing, and the same command again brings it to its end."""
    assert plays[command, point].result() == -SIGKILL


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("command", POINTS)
def test_a_death_at_a_write_leaves_a_whole_log(plays: Plays, command: str, size: int) -> None:
    """Also within what SQLite does by itself."""
    assert plays[command, ("dies", size)].result() in (0, -SIGXFSZ)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("command", POINTS)
def test_a_full_disk_leaves_a_whole_log(plays: Plays, command: str, size: int) -> None:
    """It is said, with the cure; with room the same command comes to its end."""
    assert plays[command, ("full", size)].result() in (0, Exit.LEASE_OR_LOG)


@pytest.mark.parametrize("command", POINTS)
def test_there_are_such_writes(plays: Plays, command: str) -> None:
    """Some sizes are too small, and some are not."""
    for how in ("dies", "full"):
        codes = {play.result() for (each, what), play in plays.items() if each == command and what[0] == how}
        assert len(codes) == 2, codes
