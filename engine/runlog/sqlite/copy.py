"""Copies of a run log: made while others write to it, and made the log again when that is lost."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from engine import clock, durable
from engine.frozen import dataclass
from engine.record.instant import text_of
from engine.runlog.lock import take
from engine.runlog.sqlite import fault, place, rows
from engine.runlog.sqlite.database import COPIED_AT, Database
from engine.runlog.sqlite.hold import hold_making
from engine.runlog.sqlite.latest import Latest
from engine.runlog.sqlite.log import SqliteLog, lost_run, open_log, refuse_older

_PATIENCE_S = 40.0
_HIDDEN = ".copying"


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was made: as of which instant, of how many runs, in how many bytes."""

    path: Path
    copied_at: datetime
    runs: int
    size_bytes: int


def copy_log(path: Path, to: Path, *, now: Callable[[], datetime] = clock.now) -> Copied:
    """Copy the log at a path into a new file, as of one instant; others go on writing meanwhile.

    The copy is whole and durable when it has its name, and only its owner may read it. It says that it
    is one: it can be looked at, and nothing is written to it. ``Refusal`` (14, 64) leaves nothing behind.
    """
    path, to = place.true_path(path), place.true_path(to.parent) / to.name
    if not place.is_there(path):
        raise fault.missing(path)
    if not to.parent.exists():
        raise fault.copied_to_nowhere(to)
    place.refuse_network(to, fault.copied_to_network)
    try:
        with _beside(to) as beside:
            copied_at, runs = _copy(path, beside, to, now)
            durable.give_new_name(beside, to)
            return Copied(to, copied_at, runs, to.stat().st_size)
    except FileExistsError:
        raise fault.copied_over(to) from None
    except OSError as error:
        raise fault.of_copy(fault.of_system(error, to, "made")) from None


@contextmanager
def restoring(
    copy: Path, path: Path, *, actor: str, owner: str, now: Callable[[], datetime] = clock.now
) -> Iterator[tuple[SqliteLog, datetime | None, str | None]]:
    """Make the log at a path, where there is none, from a copy.

    With it come when the copy was made, and the run that sent last, if it is known that the copy lacks it.
    What is written to it in the block is written before it has its name: whoever dies leaves no log, or
    one with all of it.
    """
    copy, path = place.true_path(copy), place.true_path(path)
    if not place.is_there(copy):
        raise fault.told(f"there is no copy {copy}", "name the file that `runbook log copy` made")
    place.make_folder(path.parent, path)
    place.refuse_network(path)
    try:
        with closing(_Making(path)) as making:
            if os.path.lexists(path):
                raise fault.there_already(path)
            place.refuse_left(path)
            copied_at, lost = _renew(copy, making.log, path)
            with closing(open_log(making.log, actor=actor, owner=owner, create=False, now=now)) as log:
                yield log, copied_at, lost
            Latest(path).forget()
            # Never two names for it, not even for an instant: each would have locks of its own.
            durable.give_name(making.log, path)
    except OSError as error:
        raise fault.of_system(error, path, "made") from None


# ------------------------------------------------ the file that becomes one


@contextmanager
def _beside(to: Path) -> Iterator[Path]:
    """Give an empty hidden file beside one that is not there; it is gone when the block ends."""
    if os.path.lexists(to):
        raise fault.copied_over(to)
    place.refuse_left(to)
    _remove_left(to.parent)
    beside = to.with_name(f".{to.name}{_HIDDEN}")
    mine = take(beside)
    if mine is None:
        raise fault.copied_at_once(to)
    try:
        if beside.stat().st_size:  # never written over: it may be another name of a copy that is kept
            raise fault.copied_at_once(to)
        yield beside
    finally:
        place.remove(beside)
        mine.release()


def _remove_left(folder: Path) -> None:
    """Remove what processes left that died while they copied: it holds ids of customers."""
    for left in folder.glob(f".*{_HIDDEN}"):
        with suppress(OSError):
            if mine := take(left, tries=1):
                place.remove(left)
                mine.release()


class _Making:
    """A folder of its own, for what becomes the log at a path; nobody else makes that meanwhile."""

    def __init__(self, path: Path) -> None:
        self._lock = hold_making(path)
        self.folder = path.with_name(f".{path.name}.restoring")
        self.log = self.folder / path.name
        try:
            self._clear()
            self.folder.mkdir(mode=0o700)
            self.folder.chmod(0o700)  # whatever the umask said
            place.empty_file(self.log)
        except BaseException:
            self._lock.release()
            raise

    def close(self) -> None:
        """Leave nothing behind but the log, if it got its name."""
        try:
            self._clear()
        finally:
            self._lock.release()

    def _clear(self) -> None:
        for each in (*self.folder.glob("*.locks/*"), *self.folder.glob("*.locks"), *self.folder.glob("*")):
            each.rmdir() if each.is_dir() else each.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            self.folder.rmdir()


# ------------------------------------------------ what goes into it


def _copy(path: Path, beside: Path, to: Path, now: Callable[[], datetime]) -> tuple[datetime, int]:
    with closing(Database(path, looking=True, patience_s=_PATIENCE_S)) as log:
        refuse_older(path, log)
        with log.moment():
            copied_at, heads = log.copied_at or now(), _heads(log)
            log.copy_into(beside, {COPIED_AT: text_of(copied_at)}, named=to)
        return copied_at, _check(beside, heads)


def _renew(copy: Path, made: Path, path: Path) -> tuple[datetime | None, str | None]:
    with closing(Database(copy, looking=True, patience_s=_PATIENCE_S)) as log:
        with log.moment():
            heads = _heads(log)
            log.copy_into(made, {COPIED_AT: None}, named=path)
        _check(made, heads)
        return log.copied_at, lost_run(path, log)


def _heads(log: Database) -> dict[str, tuple[int, str]]:
    """Give where each chain ends."""
    chains = [str(run) for (run,) in log.rows(rows.CHAINS)]
    return {run: (head[0], head[1]) for run in chains for head in log.rows(rows.HEAD, run)}


def _check(made: Path, heads: dict[str, tuple[int, str]]) -> int:
    """Refuse what is not the same log, whole; give the number of its runs."""
    with closing(Database(made, looking=True, patience_s=_PATIENCE_S)) as copy:
        copy.check()
        if _heads(copy) != heads:
            raise fault.damaged(made, "its chains do not end where those of the run log end")
        return len(copy.rows("SELECT run FROM runs"))
