"""What the log on SQLite promises of its copies: whole, as of one instant, closed to writing."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from engine import durable
from engine.record.event import StepSkipped
from engine.refusal import Exit, Refusal
from engine.runlog.chain import verify
from engine.runlog.sqlite import look_at, open_log, place
from engine.runlog.sqlite.copy import copy_log, restoring
from engine.runlog.sqlite.database import Database
from tests.contract.runlogs import (
    GOING,
    RUN,
    SqliteStore,
    another_process,
    intended,
    put,
    settled,
    started,
)
from tests.factories import NOW

COPIED_AT = NOW + timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Give a log with a run, in a folder of its own."""
    made = SqliteStore(tmp_path / "log" / "runlog.db")
    log = made.open()
    put(log, started(), standing=GOING)
    with log.writing() as writer:
        writer.append(RUN, intended(), customers=["L-1"])
        writer.append(RUN, settled("succeeded"))
        writer.seal(NOW)
    yield made
    made.close()


@pytest.fixture
def copy(store: SqliteStore, tmp_path: Path) -> Path:
    """Give a copy of it."""
    return copy_log(store.path, tmp_path / "copy.db", now=lambda: COPIED_AT).path


def names(folder: Path) -> list[str]:
    """Give what lies in a folder, but for what a test has put there."""
    return sorted(each.name for each in folder.iterdir() if each.name != "log")


# ------------------------------------------------ made


def test_a_copy_is_the_whole_log(store: SqliteStore, copy: Path) -> None:
    """Every chain, whom it named, and its id: whatever the log knew when it was copied."""
    log, found = store.look(), look_at(copy)
    assert log is not None
    assert found is not None
    with closing(found):
        assert found.chains() == log.chains()
        assert all(list(found.links(chain)) == list(log.links(chain)) for chain in log.chains())
        assert list(found.contacts_of(RUN)) == list(log.contacts_of(RUN))
        assert (found.runs(), found.log_id) == (log.runs(), log.log_id)
        assert (found.copied_at, log.copied_at) == (COPIED_AT, None)


def test_a_copy_is_one_file_of_its_owner_alone(tmp_path: Path, copy: Path) -> None:
    """Nothing is left beside it."""
    assert names(tmp_path) == ["copy.db"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_what_the_copy_is_told_of_it_says(store: SqliteStore, tmp_path: Path) -> None:
    """As of which instant, how many runs, how many bytes."""
    made = copy_log(store.path, tmp_path / "copy.db", now=lambda: COPIED_AT)
    assert (made.copied_at, made.runs, made.size_bytes) == (COPIED_AT, 1, made.path.stat().st_size)


def test_the_log_is_not_touched(store: SqliteStore, tmp_path: Path) -> None:
    """Copying is looking."""
    store.close()
    before = store.path.read_bytes()
    copy_log(store.path, tmp_path / "copy.db")
    assert store.path.read_bytes() == before


def test_a_copy_is_of_one_instant_while_others_write(store: SqliteStore, tmp_path: Path) -> None:
    """Writers go on: none waits for a copy, and no copy holds half of what they wrote."""
    lines = (
        "say('ready'); wait()\n"
        "for n in range(150):\n"
        "    put(log, StepSkipped(NOW, 'a', str(n)), StepSkipped(NOW, 'b', 'x' * 5000))\n"
        "say('done')\n"
    )
    ends = []
    with another_process(store.path, lines) as child:
        child.hears("ready")
        child.go_on()
        for number in range(5):
            found = look_at(copy_log(store.path, tmp_path / f"{number}.db").path)
            assert found is not None
            with closing(found):
                ends.append(len(found.events(RUN)))
                assert verify(found.events(RUN)) is None
        child.hears("done")
    assert all(end % 2 == 1 for end in ends), "three events, then two a transaction"
    assert ends == sorted(ends)


def test_what_is_written_while_a_copy_is_made_is_not_in_it(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer does not wait, and the copy is as of the instant at which it began."""
    log, copied = store.open(), Database.copy_into

    def meanwhile(self: Database, path: Path, about: Mapping[str, str | None], *, named: Path) -> None:
        put(log, *(StepSkipped(NOW, "a", "x" * 5000) for _ in range(100)))
        copied(self, path, about, named=named)

    monkeypatch.setattr(Database, "copy_into", meanwhile)
    found = look_at(copy_log(store.path, tmp_path / "copy.db").path)
    assert found is not None
    with closing(found):
        assert len(found.events(RUN)) == 3
    assert len(log.events(RUN)) == 103


def test_a_log_that_is_being_written_is_copied(store: SqliteStore, tmp_path: Path) -> None:
    """What an open transaction holds is not in it yet."""
    log = store.open()
    with log.writing() as writer:
        writer.append(RUN, StepSkipped(NOW, "a", "no"))
        made = copy_log(store.path, tmp_path / "copy.db")
    found = look_at(made.path)
    assert found is not None
    with closing(found):
        assert len(found.events(RUN)) == len(log.events(RUN)) - 1


def test_a_copy_of_a_copy_is_as_old_as_that(copy: Path, tmp_path: Path) -> None:
    """It knows no more."""
    assert copy_log(copy, tmp_path / "second.db").copied_at == COPIED_AT


def test_a_log_of_a_closed_folder_is_copied(store: SqliteStore, tmp_path: Path) -> None:
    """A backup may be made by who may only read."""
    store.close()
    store.path.chmod(0o400)
    store.path.parent.chmod(0o500)
    try:
        assert copy_log(store.path, tmp_path / "copy.db").runs == 1
    finally:
        store.path.parent.chmod(0o700)


# ------------------------------------------------ refused


def refused(store: SqliteStore, to: Path) -> Refusal:
    """Give the refusal of a copy."""
    with pytest.raises(Refusal) as found:
        copy_log(store.path, to)
    return found.value


def spoil_an_event(copy: sqlite3.Connection) -> None:
    """Cut the end of a chain off."""
    copy.execute("DROP TRIGGER events_are_not_removed")
    copy.execute("DELETE FROM events WHERE run = ? AND seq = 3", (RUN,))


def spoil_a_page(copy: sqlite3.Connection) -> None:
    """Write over a page that no question about the chains reads."""
    ((page,),) = copy.execute("SELECT rootpage FROM sqlite_master WHERE name = 'contacts'")
    ((name,),) = copy.execute("SELECT file FROM pragma_database_list WHERE name = 'main'")
    with Path(name).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)


@pytest.mark.parametrize("spoil", [spoil_an_event, spoil_a_page])
def test_a_copy_that_is_not_the_log_gets_no_name(
    store: SqliteStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[sqlite3.Connection], None],
) -> None:
    """A disk that does not keep what it is given is found out before anybody relies on it."""
    copied = Database.copy_into

    def spoilt(self: Database, path: Path, about: Mapping[str, str | None], *, named: Path) -> None:
        copied(self, path, about, named=named)
        with closing(sqlite3.connect(path)) as copy:
            spoil(copy)
            copy.commit()

    monkeypatch.setattr(Database, "copy_into", spoilt)
    assert "damaged" in refused(store, tmp_path / "copy.db").message
    assert names(tmp_path) == []


@pytest.mark.parametrize("what", ["file", "folder", "dangling link", "the log itself"])
def test_nothing_is_written_over(store: SqliteStore, tmp_path: Path, what: str) -> None:
    """Whatever has that name keeps it."""
    to = tmp_path / "copy.db"
    match what:
        case "file":
            to.write_text("mine")
        case "folder":
            to.mkdir()
        case "dangling link":
            to.symlink_to(tmp_path / "nowhere")
        case _:
            to = store.path
    before = names(tmp_path)
    refusal = refused(store, to)
    assert refusal.code == Exit.USAGE
    assert str(to) in refusal.message
    assert names(tmp_path) == before
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("has_links", [True, False])
def test_a_name_that_is_taken_meanwhile_is_kept(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    """Somebody else writes a file of that name while the copy is made."""
    to = tmp_path / "copy.db"
    if not has_links:
        monkeypatch.setattr(os, "link", unknown)
    named = durable.give_new_name

    def late(made: Path, path: Path) -> None:
        to.write_text("mine")
        named(made, path)

    monkeypatch.setattr(durable, "give_new_name", late)
    assert refused(store, to).code == Exit.USAGE
    assert to.read_text() == "mine"
    assert names(tmp_path) == ["copy.db"]


def unknown(*_: object) -> None:
    """Be a disk without hard links."""
    raise PermissionError


def test_a_disk_without_second_names_takes_a_copy(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some disks of backups know no hard links."""
    monkeypatch.setattr(os, "link", unknown)
    copy_log(store.path, tmp_path / "copy.db")
    assert names(tmp_path) == ["copy.db"]
    assert refused(store, tmp_path / "copy.db").code == Exit.USAGE


def test_a_copy_on_a_network_disk_is_refused(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made here, and moved there as any other file."""
    monkeypatch.setattr(place, "file_system", lambda *_: "nfs4")
    refusal = refused(store, tmp_path / "copy.db")
    assert refusal.code == Exit.LEASE_OR_LOG
    assert "move it there" in refusal.cure
    assert names(tmp_path) == []


@pytest.mark.parametrize(("folder", "code"), [("missing", Exit.USAGE), ("file.txt", Exit.LEASE_OR_LOG)])
def test_a_folder_that_is_none_is_refused(
    store: SqliteStore, tmp_path: Path, folder: str, code: Exit
) -> None:
    """It is not made on the quiet: a disk may not be mounted."""
    (tmp_path / "file.txt").write_text("")
    refusal = refused(store, tmp_path / folder / "copy.db")
    assert "the copy" in refusal.message
    assert refusal.code == code
    assert not (tmp_path / "missing").exists()


def test_a_damaged_log_gives_no_copy(store: SqliteStore, tmp_path: Path) -> None:
    """A backup that would not help is none."""
    store.close()
    raw = bytearray(store.path.read_bytes())
    raw[3 * 4096 : 9 * 4096] = b"\xff" * (6 * 4096)
    store.path.write_bytes(raw)
    refusal = refused(store, tmp_path / "copy.db")
    assert refusal.code == Exit.LEASE_OR_LOG
    assert "damaged" in refusal.message
    assert names(tmp_path) == []


def test_what_a_killed_copy_left_is_removed_by_the_next(store: SqliteStore, tmp_path: Path) -> None:
    """Whatever that is called: it holds ids of customers."""
    for name in (".yesterday.db.copying", ".yesterday.db.copying-wal", ".copy.db.copying"):
        (tmp_path / name).write_bytes(b"half of it")
    copy_log(store.path, tmp_path / "copy.db")
    assert names(tmp_path) == ["copy.db"]


def test_what_a_killed_copy_left_is_never_written_over(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be another name of a copy that was moved away since, and is kept."""
    kept, left = tmp_path / "kept.db", tmp_path / ".copy.db.copying"
    copy_log(store.path, kept)
    os.link(kept, left)
    before = kept.read_bytes()
    monkeypatch.setattr("engine.runlog.sqlite.copy._remove_left", lambda _: None)
    assert refused(store, tmp_path / "copy.db").code == Exit.LEASE_OR_LOG
    assert kept.read_bytes() == before


@pytest.fixture
def lost(store: SqliteStore, copy: Path) -> Path:
    """Give the place of a log that was moved away alone, when a process was killed in a send."""
    assert copy.exists()
    store.close()
    with another_process(store.path, "put(log, intended(address='remind/c2')); say('sent'); wait()") as child:
        child.hears("sent")
        child.process.kill()
        child.process.wait()
    store.path.rename(store.path.with_name("broken.db"))
    return store.path


def restore(copy: Path, path: Path) -> None:
    """Make a log again."""
    with restoring(copy, path, actor="asha", owner="a"):
        pass


MAKES: dict[str, Callable[[Path, Path], object]] = {
    "restoring": restore,
    "making": lambda _, path: open_log(path, actor="asha", owner="a", create=True).close(),
    "copying": copy_log,
}


@pytest.mark.parametrize("how", MAKES)
def test_nothing_is_put_where_last_writes_are_left(copy: Path, lost: Path, how: str) -> None:
    """SQLite would play them into the new file: that would be damaged, and the doubt in them gone."""
    left = lost.with_name("runlog.db-wal")
    before = left.read_bytes()
    with pytest.raises(Refusal, match=r"runlog.db-wal is: it holds what was written last") as refused:
        MAKES[how](copy, lost)
    assert refused.value.code == Exit.LEASE_OR_LOG
    assert left.read_bytes() == before
    assert not lost.exists()


@pytest.mark.parametrize("how", MAKES)
def test_last_writes_go_with_their_log(copy: Path, lost: Path, how: str) -> None:
    """Then the place is free, and who looks at the old log still finds the doubt."""
    lost.with_name("runlog.db-wal").rename(lost.with_name("broken.db-wal"))
    MAKES[how](copy, lost)
    found = look_at(lost.with_name("broken.db"))
    assert found is not None
    with closing(found):
        assert found.sends(RUN)[-1].status.value == "intended"


def test_what_a_look_left_is_in_nobody_s_way(store: SqliteStore, copy: Path) -> None:
    """It is empty."""
    store.close()
    look = store.look()
    assert look is not None
    look.runs()
    look.close()
    assert store.path.with_name("runlog.db-wal").stat().st_size == 0
    store.path.unlink()
    restore(copy, store.path)


# ------------------------------------------------ what it is for


@pytest.mark.parametrize("create", [True, False])
def test_nothing_is_written_to_a_copy(copy: Path, *, create: bool) -> None:
    """It does not know what was sent since; looking is free."""
    before = copy.read_bytes()
    with pytest.raises(Refusal, match="copy of a run log") as refusal:
        open_log(copy, actor="asha", owner="a", create=create)
    assert refusal.value.code == Exit.LEASE_OR_LOG
    assert "log init --from" in refusal.value.cure
    assert copy.read_bytes() == before


def test_a_log_is_made_again_from_a_copy(copy: Path, tmp_path: Path) -> None:
    """What is written to it before it has its name is in it, and it takes more."""
    path = tmp_path / "new" / "runlog.db"
    with restoring(copy, path, actor="asha", owner="a") as (log, copied_at, _):
        assert copied_at == COPIED_AT
        put(log, StepSkipped(NOW, "a", "restored"))
        assert not path.exists()
    with closing(open_log(path, actor="asha", owner="a", create=False)) as again:
        assert again.copied_at is None
        put(again, StepSkipped(NOW, "b", "and on"))
        assert verify(again.events(RUN)) is None
        assert [entry.actor for entry in again.events(RUN)] == ["asha"] * 5
    assert names(path.parent) == ["runlog.db", "runlog.db.locks"]
    assert {stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)} == {0o600, 0o700}


def test_a_log_that_is_there_is_never_restored_over(store: SqliteStore, copy: Path) -> None:
    """It knows more than any copy of it."""
    with (
        pytest.raises(Refusal, match="there is a run log already"),
        restoring(copy, store.path, actor="a", owner="a"),
    ):
        pytest.fail("nothing is made")
    assert store.look() is not None


def test_what_goes_wrong_while_a_log_is_restored_leaves_none(copy: Path, tmp_path: Path) -> None:
    """No log is better than one from which runs may go on."""
    path = tmp_path / "new" / "runlog.db"
    with pytest.raises(ZeroDivisionError), restoring(copy, path, actor="a", owner="a"):
        _ = 1 / 0
    assert names(path.parent) == ["runlog.db.locks"]


def test_what_a_killed_restoring_left_does_no_harm(copy: Path, tmp_path: Path) -> None:
    """The next one begins anew."""
    path = tmp_path / "new" / "runlog.db"
    left = path.parent / ".runlog.db.restoring"
    (left / "runlog.db.locks").mkdir(parents=True)
    for name in ("runlog.db", "runlog.db-wal", "runlog.db.locks/a.lock"):
        (left / name).write_bytes(b"half of it")
    with restoring(copy, path, actor="a", owner="a"):
        pass
    assert names(path.parent) == ["runlog.db", "runlog.db.locks"]


def test_a_copy_without_its_mark_is_restored_too(store: SqliteStore, tmp_path: Path) -> None:
    """The file of a log that was copied by other means is just as old, whoever knows how old."""
    store.close()
    plain = tmp_path / "snapshot.db"
    plain.write_bytes(store.path.read_bytes())
    with restoring(plain, tmp_path / "new" / "runlog.db", actor="a", owner="a") as (log, copied_at, _):
        assert copied_at is None
        assert [entry.run for entry in log.runs()] == [RUN]


def test_a_mark_that_nobody_can_read_is_damage(copy: Path) -> None:
    """Who knows what else was changed."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE meta SET value = 'yesterday' WHERE key = 'copied_at'")
        connection.commit()
    with pytest.raises(Refusal, match="damaged"):
        open_log(copy, actor="a", owner="a", create=False)
