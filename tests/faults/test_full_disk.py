"""The disk is full at any write to the run log: nothing leaves without an intent on disk."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from engine.record.outcome import RunStatus
from engine.refusal import Exit
from engine.runlog.sqlite import look_at
from tests.faults.harness import Scene, scene
from tests.faults.person import Person
from tests.faults.points import Twist
from tests.faults.processes import Ended, Forking
from tests.faults.steps import EACH_ONCE

AT_ONCE = 4
PAGE_BYTES = 4096
FRAME_BYTES = PAGE_BYTES + 24
"""What a page takes in the write-ahead log."""

DISK_BYTES = 2_000_000
CURES = ("make room", "look after the disk")
LIMITS = range(2, 48, 2)
"""After how many pages a file may not grow: from the first commit of a run to beyond its last."""

LEFT = range(0, 60, 4)
"""How many pages are left on a small disk, before the log is opened."""


@contextmanager
def small_disk(base: Path) -> Iterator[Path]:
    """Mount a disk in memory; raises ``CalledProcessError`` where that is not allowed."""
    place = mkdtemp(dir=base)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", place], check=True, capture_output=True
    )
    try:
        yield Path(place)
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@cache
def may_mount() -> bool:
    """Say whether this user may mount a disk."""
    place = Path(mkdtemp())
    try:
        with small_disk(place):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        for each in (*place.iterdir(), place):
            each.rmdir()


class Filled:
    """How a run ended for which there was no room, and what became of it once there was."""

    def __init__(self, where: Scene, ended: Ended, make_room: Callable[[], None]) -> None:
        self.ended = ended
        self.accepted = sum(where.accepted().values())
        make_room()
        self.intended = _intended(where)
        person = Person(where)
        person.start()
        self.standing = person.take_to_the_end()
        where.judge()
        self.accepted_each = dict(where.accepted())


def _intended(where: Scene) -> int:
    log = look_at(where.log)
    if log is None:
        return 0
    try:
        return sum(len(log.sends(entry.run)) for entry in log.runs())
    finally:
        log.close()


def limited(forking: Forking, base: Path, pages: int) -> Filled:
    """Run while no file may grow beyond so many pages; the log is open elsewhere, as by a watcher."""
    with scene(forking, base) as where:
        where.do("log", "init")
        watching = look_at(where.log)
        assert watching is not None
        try:
            watching.runs()
            ended = where.do("run", "chaos.yaml", twist=Twist(most_bytes=32 + pages * FRAME_BYTES))
            return Filled(where, ended, lambda: None)
        finally:
            watching.close()


def filled(forking: Forking, base: Path, pages: int) -> Filled:
    """Run on a disk on which so many pages are left."""
    with small_disk(base) as disk, scene(forking, base) as where:
        where.log = disk / "runlog.db"
        where.do("log", "init")
        ballast = disk / "ballast"
        left = os.statvfs(disk).f_bavail - pages
        ballast.write_bytes(bytes(left * os.statvfs(disk).f_frsize))
        return Filled(where, where.do("run", "chaos.yaml"), ballast.unlink)


Fills = Mapping[tuple[str, int], "Future[Filled]"]
CASES = [("limit", pages) for pages in LIMITS] + [("disk", pages) for pages in LEFT if may_mount()]


@pytest.fixture(scope="module")
def fills(forking: Forking, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fills]:
    """Have the disk full at every write, several at a time."""
    base = tmp_path_factory.mktemp("scenes")
    ways = {"limit": limited, "disk": filled}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {(way, pages): pool.submit(ways[way], forking, base, pages) for way, pages in CASES}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize(("way", "pages"), CASES)
def test_a_full_disk_sends_nothing_without_an_intent(fills: Fills, way: str, pages: int) -> None:
    """The message names the cure, the exit code says how far it came, and with room the run ends well."""
    play = fills[way, pages].result()
    assert play.accepted <= play.intended
    if play.ended.code != 0:
        assert any(cure in play.ended.err for cure in CURES), play.ended
    if not play.accepted:
        assert play.ended.code == Exit.LEASE_OR_LOG
    if play.ended.code == Exit.IN_DOUBT:  # what settles the doubt is said, and how
        assert "stands nowhere but here: sent: " in play.ended.err
        assert "if it is there (nothing is sent again):" in play.ended.out
    assert play.ended.code in {0, Exit.LEASE_OR_LOG, Exit.IN_DOUBT, Exit.FAILED_AFTER_SENDS}
    assert play.standing == [RunStatus.FINISHED]
    assert play.accepted_each == EACH_ONCE


def test_the_disk_is_full_at_many_writes(fills: Fills) -> None:
    """Before anything was sent, with an outcome that could not be written, after sends, and not at all."""
    codes = {play.result().ended.code for play in fills.values()}
    assert codes >= {0, Exit.LEASE_OR_LOG, Exit.IN_DOUBT, Exit.FAILED_AFTER_SENDS}
