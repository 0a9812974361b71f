"""What the log on SQLite promises of its file: who may read it, how it is made, what cannot be changed."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from engine.record.event import StepSkipped
from engine.refusal import Exit, Refusal
from engine.runlog.chain import verify
from engine.runlog.sqlite import look_at, open_log, place
from tests.contract.runlogs import (
    ACCOUNT,
    CAMPAIGN,
    RUN,
    SqliteStore,
    another_process,
    intended,
    put,
    settled,
    started,
)
from tests.factories import NOW


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Give a log in a folder that is not there yet."""
    made = SqliteStore(tmp_path / "new" / "folder" / "runlog.db")
    yield made
    made.close()


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Make files under a mask."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Give the permissions of everything in a folder, and its own."""
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in (folder, *folder.rglob("*"))}


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o377, 0o777])
def test_only_the_owner_may_read_it(store: SqliteStore, mask: int) -> None:
    """The file, what SQLite keeps beside it, the locks, and the folders made for it, whatever the umask."""
    with umask(mask):
        log = store.open()
        with log.lease(ACCOUNT, CAMPAIGN, RUN):
            put(log, started())
        found = modes(store.path.parents[1])
    folders = {"new", "folder", "runlog.db.locks"}
    assert {name for name in found if found[name] == 0o700} == folders
    assert {found[name] for name in set(found) - folders} == {0o600}
    assert {"runlog.db", "runlog.db-wal", "runlog.db-shm", "create.lock"} <= set(found)


def test_a_folder_that_was_there_is_left_as_it_is(tmp_path: Path, store: SqliteStore) -> None:
    """It may hold other things."""
    tmp_path.chmod(0o755)
    store.open()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_copy_that_all_may_read_is_closed(store: SqliteStore) -> None:
    """A log that was restored from an archive has lost its permissions."""
    store.open()
    store.close()
    store.path.chmod(0o644)
    store.open()
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_log_is_not_made_where_it_is_not_asked_for(store: SqliteStore) -> None:
    """The refusal says how to make one; nothing is left behind."""
    with pytest.raises(Refusal, match="there is no run log at") as refused:
        open_log(store.path, actor="asha", owner="a", create=False)
    assert refused.value.code == Exit.LEASE_OR_LOG
    assert "runbook log init" in refused.value.cure
    assert not store.path.parent.exists()


def test_what_an_interrupted_making_left_does_no_harm(store: SqliteStore) -> None:
    """The log has its name only when it is whole."""
    store.path.parent.mkdir(parents=True)
    for suffix in ("", "-wal", "-journal"):
        (store.path.parent / f".runlog.db.new{suffix}").write_bytes(b"half of it")
    assert store.look() is None
    put(store.open(), started())
    assert not [each.name for each in store.path.parent.iterdir() if ".new" in each.name]


def test_a_log_of_an_earlier_version_is_completed(store: SqliteStore) -> None:
    """By whoever writes to it next; it counted runs by their own occasion alone, and goes on to."""
    log = store.open()
    put(log, started(), intended())
    log.close()
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("DROP TABLE former_occasions")
    looker = store.look()
    assert looker is not None
    assert [run.run for run in looker.runs()] == [RUN]
    log = store.open()
    put(log, started("run-2", "new", formerly=("old",)), intended(), run="run-2")
    for occasion, run in (("occ", RUN), ("old", "run-2")):
        found = log.sent_before((occasion,), None, but_not="")
        assert found is not None
        assert found.run == run


def test_processes_that_make_it_at_once_share_it(store: SqliteStore) -> None:
    """One makes it, the others open what it made."""
    line = "import os; name = f'run-{os.getpid()}'; put(log, started(name), run=name); say('done')"
    with another_process(store.path, line) as one, another_process(store.path, line) as two:
        one.hears("done")
        two.hears("done")
    assert len(store.open().runs()) == 2


def test_when_the_last_one_lets_go_the_log_is_one_file(store: SqliteStore) -> None:
    """So it can be copied."""
    put(store.open(), started())
    assert store.path.with_name("runlog.db-wal").stat().st_size > 0
    store.close()
    assert sorted(each.name for each in store.path.parent.iterdir()) == ["runlog.db", "runlog.db.locks"]


def test_a_link_to_the_log_is_the_log(tmp_path: Path, store: SqliteStore) -> None:
    """Under both names there is one lease."""
    log = store.open()
    link = tmp_path / "link.db"
    link.symlink_to(store.path)
    with (
        closing(open_log(link, actor="ravi", owner="b", create=False)) as other,
        log.lease(ACCOUNT, CAMPAIGN, RUN),
    ):
        assert other.holder(ACCOUNT, CAMPAIGN) is not None
    assert not list(tmp_path.glob("link.db?*"))


def test_a_transaction_that_a_signal_left_open_ends_with_the_lease(store: SqliteStore) -> None:
    """Else a program that lives on would keep everybody from writing, also a stop."""
    log, other = store.open(), store.open(owner="host c", patience_s=1)
    with suppress(KeyboardInterrupt), log.lease(ACCOUNT, CAMPAIGN, RUN):
        log.writing().__enter__()
        raise KeyboardInterrupt
    put(other, started())
    put(log, intended())


def test_a_removed_lock_lets_nobody_write_twice(store: SqliteStore) -> None:
    """Somebody cleans up what he takes for litter: the fence still tells the old holder from the new one."""
    log, other = store.open(), store.open(owner="host c")
    put(log, started())
    with log.lease(ACCOUNT, CAMPAIGN, RUN) as old:
        for each in store.path.with_name("runlog.db.locks").iterdir():
            each.unlink()
        with other.lease(ACCOUNT, CAMPAIGN, "run-2") as new, other.writing(new) as writer:
            writer.append(RUN, intended())
        with pytest.raises(Refusal, match="another process by now"), log.writing(old) as writer:
            writer.append(RUN, settled("succeeded"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET body = '{}' WHERE seq = 1",
        "UPDATE events SET at = at",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT * FROM events",
        "REPLACE INTO events SELECT run, seq, at, 'somebody', kind, body, before, hash FROM events",
    ],
)
def test_events_are_never_changed(store: SqliteStore, statement: str) -> None:
    """Not by any tool that opens the file either."""
    log = store.open()
    put(log, started())
    with (
        closing(sqlite3.connect(store.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never"),
    ):
        connection.execute(statement)
    assert verify(log.events(RUN)) is None


def test_a_second_live_attempt_is_impossible_in_the_table(store: SqliteStore) -> None:
    """Whatever a program does that goes round the engine."""
    put(store.open(), started(), intended(), settled("not_sent"), intended(2))
    for statement, what in (
        ("UPDATE sends SET status = 'succeeded', live = 1 WHERE attempt = 1", "UNIQUE"),
        ("UPDATE sends SET live = 0 WHERE attempt = 2", "CHECK"),
    ):
        with (
            closing(sqlite3.connect(store.path)) as connection,
            pytest.raises(sqlite3.IntegrityError, match=what),
        ):
            connection.execute(statement)


def test_every_commit_is_durable(store: SqliteStore) -> None:
    """As SQLite promises it for a write-ahead log that is synced at each commit."""
    log = store.open()
    assert log._database.rows("PRAGMA synchronous") == [(2,)]
    assert log._database.rows("PRAGMA journal_mode") == [("wal",)]
    assert log._database.rows("PRAGMA foreign_keys") == [(1,)]


def test_a_log_that_is_moved_away_is_not_written(store: SqliteStore) -> None:
    """An intent in a file that nobody finds again is none; once it is back, all works."""
    log = store.open()
    put(log, started())
    away = store.path.with_name("away.db")
    store.path.rename(away)
    with pytest.raises(Refusal, match="moved, removed or replaced") as refused:
        put(log, intended())
    assert refused.value.code == Exit.LEASE_OR_LOG
    away.rename(store.path)
    put(log, intended())


def test_a_log_that_is_replaced_is_not_written(store: SqliteStore) -> None:
    """By an older copy, for example."""
    log = store.open()
    copy = store.path.read_bytes()
    put(log, started())
    store.path.with_name("copy.db").write_bytes(copy)
    store.path.with_name("copy.db").replace(store.path)
    with pytest.raises(Refusal, match="moved, removed or replaced"):
        put(log, StepSkipped(NOW, "x", "no"))


def test_a_log_under_two_names_is_not_written(store: SqliteStore) -> None:
    """Each would have locks of its own; looking is allowed all the same."""
    store.open()
    store.close()
    second = store.path.with_name("second.db")
    second.hardlink_to(store.path)
    for path in (store.path, second):
        with pytest.raises(Refusal, match="has a second name") as refused:
            open_log(path, actor="asha", owner="a", create=True)
        assert refused.value.code == Exit.LEASE_OR_LOG
    assert store.look() is not None
    second.unlink()
    put(store.open(), started())


def test_a_log_that_is_mounted_as_a_single_file_is_not_written(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was given the same file elsewhere has other locks beside it; looking is allowed."""
    store.open()
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"36 35 8:1 /runlog.db {store.path} rw master:1 - ext4 /dev/sda1 rw\n")
    monkeypatch.setattr(place, "_MOUNTS", mounts)
    with pytest.raises(Refusal, match="mounted as a single file") as refused:
        store.open()
    assert refused.value.code == Exit.LEASE_OR_LOG
    assert "mount the folder" in refused.value.cure
    assert store.look() is not None


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_a_log_on_a_network_is_refused(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Two machines would not see each other's locks; looking is allowed all the same."""
    store.open()
    device = store.path.stat().st_dev
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        f"36 35 {os.major(device)}:{os.minor(device)} / / rw master:1 - {kind} server:/home rw\n"
    )
    monkeypatch.setattr(place, "_MOUNTS", mounts)
    with pytest.raises(Refusal, match="network file system") as refused:
        store.open()
    assert refused.value.code == Exit.LEASE_OR_LOG
    assert store.look() is not None


def test_looking_leaves_no_trace(store: SqliteStore) -> None:
    """The file is the same, to the byte."""
    put(store.open(), started())
    store.close()
    before = store.path.read_bytes()
    looker = look_at(store.path)
    assert looker is not None
    with closing(looker):
        assert looker.runs()
        assert looker.holder(ACCOUNT, CAMPAIGN) is None
    assert store.path.read_bytes() == before
