"""The door to sqlite3: one connection, whose every error is a refusal that names the file and the cure."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from engine.record.instant import instant_of
from engine.refusal import Refusal
from engine.runlog.sqlite import fault, place, rows, tables, wal
from engine.runlog.sqlite.projection import Cell
from engine.runlog.sqlite.rows import Row

_SLICE_S = 0.25
"""How long SQLite itself waits for a lock: between two slices Python can answer a signal."""

_CHECKPOINT_PAGES = 2000
"""After so many written pages (8 MB, some 170 sends) they are folded into the file, which costs 3 syncs.

A file that still grows is synced at twice the price of one that is written over, so more is no gain.
"""

_DURABLE = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # on macOS a plain fsync leaves the data in the disk's own memory
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is removed is written over at once
    f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}",
)

_UNNAMED = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;"
"""For a file that gets its name when it is whole: nothing of it need survive a crash before."""

_STEP_PAGES = 1000
"""So much is copied at a time, 4 MB: between two steps Python can answer a signal."""

_SCRUB_TURNS = 20
"""Others who read have 5 s to come to an end; whoever reads for longer is told of."""

COPIED_AT = "copied_at"
"""Says of a file that it is a copy, in UTC: nothing is written to it."""

_Result = TypeVar("_Result")


class Database:
    """A connection to a log at ``path``; it serves one thread."""

    def __init__(self, path: Path, *, looking: bool, patience_s: float) -> None:
        """Open the file, which is there; ``Refusal`` (14) where it is no run log that this version knows."""
        self._path = path
        self._names = [f"{path}{suffix}" for suffix in ("", "-wal", "-shm")]
        self._seen: tuple[int, ...] = ()
        self._patience_s = patience_s
        self._turns = max(1, round(patience_s / _SLICE_S))
        try:
            how = "mode=ro" if looking else "mode=rw"
            self._connection = _connect(path, how, min(patience_s, _SLICE_S))
        except sqlite3.Error as error:
            raise self._refusal(error) from None
        try:
            if looking:
                self._make_readable()
            self.about = self._known()
            if looking:
                self._refuse_lost()
            else:
                self._refuse_copy()
                self._make_durable()
                self._seen = self._at_path()
                self._complete()
        except BaseException:
            self._connection.close()
            raise

    @property
    def copied_at(self) -> datetime | None:
        """When this copy was made; None for a run log itself."""
        said = self.about.get(COPIED_AT)
        try:
            return instant_of(said) if said else None
        except ValueError as error:
            raise fault.damaged(self._path, str(error)) from None

    def rows(self, sql: str, *values: Cell) -> list[Row]:
        """Ask a question."""
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                raise self._refusal(error) from None
        return self._patiently(lambda: self._connection.execute(sql, values).fetchall())

    def each(self, sql: str, *values: Cell) -> Iterator[Row]:
        """Ask a question whose answer may be long: its rows come as they are asked for."""
        try:
            found = self._patiently(lambda: self._connection.execute(sql, values))
            # Not from the cursor: it would be closed with this, when its log may be closed already.
            yield from iter(found.fetchone, None)
        except sqlite3.Error as error:
            raise self._refusal(error) from None

    def change(self, sql: str, values: tuple[Cell, ...]) -> int:
        """Carry out a statement of a transaction, and give the number of rows that it changed."""
        try:
            return self._connection.execute(sql, values).rowcount
        except sqlite3.Error as error:
            raise self._refusal(error) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is changed in the block durable as a whole when it ends, or not at all."""
        self.begin()
        try:
            yield
            self.commit()
        except BaseException:
            self.roll_back()
            raise

    def begin(self) -> None:
        """Begin a transaction: from now on nobody else can write."""
        assert not self._connection.in_transaction, "one transaction at a time"
        self._refuse_moved()
        try:
            self._patiently(self._begin)
        except BaseException:  # such as a signal, once it had begun
            self.roll_back()
            raise

    def commit(self) -> None:
        """Make what was changed durable as a whole, or not at all."""
        try:
            self.change("COMMIT", ())
        except BaseException:
            self.roll_back()
            raise

    def roll_back(self) -> None:
        """Leave everything as it was when the transaction began; without one there is nothing to do."""
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    @contextmanager
    def moment(self) -> Iterator[None]:
        """See the file as it is now for as long as the block lasts."""
        assert not self._connection.in_transaction, "one transaction at a time"
        self._patiently(lambda: self._connection.execute("BEGIN"))
        try:
            yield
        finally:
            self.roll_back()

    def close(self) -> None:
        """Let go of the file; whoever does so last folds the log into it."""
        with ExitStack() as until_closed:
            if self._is_parted():
                # Who looks keeps it from being folded: in its -wal lies what others wrote meanwhile.
                with suppress(sqlite3.Error):
                    looker = until_closed.enter_context(closing(_connect(self._path, "mode=ro")))
                    looker.execute("SELECT 1 FROM sqlite_master")
            self._connection.close()

    def copy_into(self, path: Path, about: Mapping[str, str | None], *, named: Path) -> None:
        """Copy all of it into an empty file that says ``about`` itself; None takes a word away.

        The copy is not durable yet; a ``Refusal`` (14) says ``named`` of it.
        """
        try:
            with closing(_connect(path, "mode=rw")) as copy:
                copy.executescript(_UNNAMED)
                self._connection.backup(copy, pages=_STEP_PAGES, progress=lambda *_: None)
            with closing(_connect(path, "mode=rw")) as copy:
                copy.execute("BEGIN")
                for key, value in about.items():
                    copy.execute("DELETE FROM meta WHERE key = ?", (key,))
                    copy.executemany("INSERT INTO meta VALUES (?, ?)", [(key, value)] if value else [])
                copy.execute("COMMIT")
        except sqlite3.Error as error:
            is_of_source = _name(error).startswith(fault.IS_DAMAGED)
            refusal = fault.of_sqlite(
                self._path if is_of_source else named, _name(error), str(error), _SLICE_S
            )
            raise refusal if is_of_source else fault.of_copy(refusal) from None

    def check(self) -> None:
        """Look at every page; ``Refusal`` (14) where the file is not whole."""
        ((said,), *_) = self.rows("PRAGMA quick_check(1)")
        if said != "ok":
            raise fault.damaged(self._path, str(said))

    def scrub(self) -> bool:
        """Write the file anew without a byte of the ids that were removed, if any were since the last time.

        False: others still read the old pages, and there is a next time.
        What SQLite has moved within the file leaves traces that a removal, `secure_delete` included, does
        not reach. Needs room for the file twice more.
        """
        if not self.rows(rows.HAS_TRACES):
            return True
        self._patiently(lambda: self._connection.execute("VACUUM"))
        # A page of before stands in the -wal file until nobody can ask for it any more.
        is_clean = any(self.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0][0] == 0 for _ in range(_SCRUB_TURNS))
        if is_clean:
            with self.transaction():
                self.change(rows.NO_TRACES, ())
        return is_clean

    def _make_durable(self) -> None:
        for statement in _DURABLE:
            self.rows(statement)
        if self.rows("PRAGMA journal_mode = WAL") != [("wal",)]:
            raise fault.no_shared_memory(self._path)

    def _complete(self) -> None:
        """Add the tables that a log of an earlier version lacks; nothing in them is missing then."""
        lacking = tables.ADDED.keys() - self._added()
        if lacking:
            with self.transaction():
                for name in filter(lacking.__contains__, tables.ADDED):
                    for statement in filter(str.strip, tables.ADDED[name].split(";\n")):
                        self.change(statement, ())

    def _added(self) -> set[str]:
        asked = ", ".join("?" * len(tables.ADDED))
        found = self.rows(f"SELECT name FROM sqlite_master WHERE name IN ({asked})", *tables.ADDED)  # noqa: S608  (question marks)
        return {str(name) for (name,) in found}

    def has(self, table: str) -> bool:
        """Say whether there is such a table: a log of an earlier version that is looked at lacks some."""
        return bool(self.rows("SELECT 1 FROM sqlite_master WHERE name = ?", table))

    def _make_readable(self) -> None:
        """Open a file that lies in a folder that may not be written: SQLite cannot share memory there."""
        try:
            self._connection.execute("SELECT 1 FROM sqlite_master")
        except sqlite3.Error as error:
            # Without a WAL nobody writes, so the file is whole as it lies there.
            if _name(error).startswith(_CLOSED_FOLDER) and not place.has_wal(self._path):
                self._connection.close()
                self._connection = _connect(self._path, "mode=ro&immutable=1")

    def _known(self) -> Mapping[str, str]:
        """Read what the file says of itself; ``Refusal`` (14) of what is no log that this version knows."""
        if self.rows("PRAGMA application_id") != [(tables.APPLICATION_ID,)]:
            raise fault.stranger(self._path)
        about = {str(key): str(value) for key, value in self.rows("SELECT key, value FROM meta")}
        version = about.get("schema_version", "none")
        if version != str(tables.SCHEMA_VERSION):
            raise fault.other_version(self._path, version, tables.SCHEMA_VERSION)
        if self._ends_within_a_page() and not place.has_wal(self._path):
            raise fault.damaged(self._path, "its end is missing")  # SQLite would read zeros there
        return about

    def _refuse_copy(self) -> None:
        if copied_at := self.copied_at:
            raise fault.a_copy(self._path, copied_at)

    def _ends_within_a_page(self) -> bool:
        ((page_bytes,),) = self.rows("PRAGMA page_size")
        with suppress(OSError):
            return self._path.stat().st_size % int(page_bytes) != 0
        return False

    def _refuse_lost(self) -> None:
        if place.has_wal(self._path) and wal.is_damaged(self._path):
            raise fault.damaged(
                self._path, f"{self._path.name}-wal, where what was written last lies, is not whole"
            )

    def _refuse_moved(self) -> None:
        """What is written to files that nobody finds again is not durable, and no stop is found in them."""
        seen = self._at_path()
        if seen[:2] != self._seen[:2]:
            raise fault.moved(self._path)
        if seen[3:5] != self._seen[3:5] or seen[6:8] != self._seen[6:8]:
            raise fault.removed_beside(self._path)
        if seen[2] < self._seen[2] or seen[5] < self._seen[5]:
            self._refuse_cut()
        self._seen = seen

    def _refuse_cut(self) -> None:
        """Whoever wrote the file anew has made it smaller, too, and left it whole."""
        try:
            with closing(Database(self._path, looking=True, patience_s=self._patience_s)) as anew:
                anew.check()
        except fault.Locked:
            raise
        except Refusal:
            raise fault.damaged(self._path, "a part was cut off while it was in use") from None

    def _is_parted(self) -> bool:
        """Say whether others may write to the same ``-wal`` by another ``-shm``: that of this one is gone."""
        seen, mine = self._at_path(), self._seen
        return bool(mine) and seen[3:5] == mine[3:5] and seen[6:8] != mine[6:8]

    def _at_path(self) -> tuple[int, ...]:
        """Give device, number and size of the file, its ``-wal`` and ``-shm``; zeros of what is not there."""
        seen: tuple[int, ...] = ()
        for name in self._names:
            try:
                about = os.stat(name)  # noqa: PTH116  (half the time of Path.stat, at every commit)
            except OSError:
                seen += 0, 0, 0
            else:
                seen += about.st_dev, about.st_ino, about.st_size
        return seen

    def _patiently(self, act: Callable[[], _Result]) -> _Result:
        for turn in range(self._turns):
            try:
                return act()
            except sqlite3.Error as error:
                is_last = turn == self._turns - 1 or self._connection.in_transaction
                if is_last or not _name(error).startswith(fault.IS_BUSY):
                    raise self._refusal(error) from None
        raise AssertionError("the last turn ends in a result or a refusal")

    def _refusal(self, error: sqlite3.Error) -> Refusal:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError):
            raise error  # a bug, or somebody who changes events
        return fault.of_sqlite(self._path, _name(error), str(error), self._patience_s)

    def _begin(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")


def make_file(path: Path, meta: dict[str, str], *, named: Path) -> None:
    """Write an empty log, ``named`` so in a ``Refusal`` (14), into an empty file; it is not durable yet."""
    try:
        with closing(_connect(path, "mode=rw")) as connection:
            connection.executescript(f"{_UNNAMED} {tables.CREATE}{''.join(tables.ADDED.values())}")
            connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
            connection.execute(f"PRAGMA application_id = {tables.APPLICATION_ID}")
            connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        raise fault.of_sqlite(named, _name(error), str(error), _SLICE_S) from None


_CLOSED_FOLDER = ("SQLITE_CANTOPEN", "SQLITE_READONLY")


def _connect(path: Path, how: str, slice_s: float = _SLICE_S) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?{how}", uri=True, timeout=slice_s, isolation_level=None)


def _name(error: sqlite3.Error) -> str:
    # Errors that Python itself raises, such as for a text that is no UTF-8, have no name of SQLite's.
    return str(getattr(error, "sqlite_errorname", "no code"))
