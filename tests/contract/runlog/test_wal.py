"""What was written last lies beside the log, in its -wal: where it is damaged or gone, nothing is written."""

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.record.event import StepSkipped
from engine.refusal import Exit, Refusal
from engine.runlog.sqlite import look_at, open_log
from engine.runlog.sqlite.copy import copy_log, restoring
from tests.contract.runlogs import RUN, SqliteStore, another_process, intended, put, settled
from tests.factories import NOW

_FRAME_BYTES = 24 + 4096


@pytest.fixture
def store(begun: SqliteStore) -> SqliteStore:
    """Give a log with one run, which nobody has open."""
    return begun


def beside(path: Path, suffix: str = "-wal") -> Path:
    """Give what SQLite keeps beside a log."""
    return path.with_name(f"{path.name}{suffix}")


def killed(store: SqliteStore) -> bytes:
    """Write three transactions behind the start in a process that is killed; give what is in the -wal."""
    lines = "put(log, intended()); put(log, settled('succeeded')); put(log, intended(address='x/c1'))"
    with another_process(store.path, f"{lines}; say('in'); wait()") as child:
        child.hears("in")
        child.process.kill()
        child.process.wait()
    return beside(store.path).read_bytes()


def commits(wal: bytes | bytearray) -> list[int]:
    """Give the places of the frames that end a transaction."""
    return [at for at in range(32, len(wal), _FRAME_BYTES) if any(wal[at + 4 : at + 8])]


# ------------------------------------------------ damage

PLACES: dict[str, Callable[[bytearray], int]] = {
    "in the header": lambda _: 20,
    "in the first page": lambda _: 32 + 1000,
    "in the head of a frame": lambda wal: commits(wal)[0] + 9,
    "in the number of a page": lambda wal: commits(wal)[0] + 3,
    "in the last commit but one": lambda wal: commits(wal)[-2] + 24,
    "in its salts": lambda wal: commits(wal)[-2] + 8,
}


@pytest.mark.parametrize("where", PLACES)
def test_a_damaged_byte_makes_no_older_log(store: SqliteStore, where: str) -> None:
    """SQLite would leave out all that follows it; whoever asks again is refused again."""
    wal = bytearray(killed(store))
    wal[PLACES[where](wal)] ^= 1
    beside(store.path).write_bytes(wal)
    attempts: list[Callable[[], object]] = [lambda: look_at(store.path), store.open]
    for _ in range(2):
        for attempt in attempts:
            with pytest.raises(Refusal, match=r"is damaged: runlog\.db-wal") as refused:
                attempt()
            assert refused.value.code == Exit.LEASE_OR_LOG
    assert beside(store.path).read_bytes() == wal


def test_what_a_power_cut_left_of_the_last_transaction_is_no_damage(store: SqliteStore) -> None:
    """It was not durable, so nobody was told that it was written, nor was it noted."""
    wal = bytearray(killed(store))
    (beside(store.path, ".locks") / "latest").unlink()
    wal[commits(wal)[-2] + _FRAME_BYTES + 100] ^= 1
    beside(store.path).write_bytes(wal)
    assert len(store.open().events(RUN)) == 3


def test_what_is_left_of_transactions_that_were_written_over_is_no_damage(
    store: SqliteStore, tmp_path: Path
) -> None:
    """Their processes died before others knew of them; what comes next stands in the same place."""
    log = store.open()
    put(log, intended())
    wals = []
    for events in (1, 40, 200):
        copy = tmp_path / str(events) / "runlog.db"
        copy.parent.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(beside(store.path, suffix), beside(copy, suffix))
        with closing(open_log(copy, actor="asha", owner="a", create=False)) as other:
            put(other, *[StepSkipped(NOW, "x", "y" * 500)] * events)
            wals.append(beside(copy).read_bytes())
    one, two, three = wals
    assert len(one) < len(two) < len(three)
    copy = tmp_path / "all.db"
    shutil.copy(store.path, copy)
    beside(copy).write_bytes(one + two[len(one) :] + three[len(two) :])
    with closing(open_log(copy, actor="asha", owner="a", create=False)) as other:
        assert len(other.events(RUN)) == 3


@pytest.mark.slow
def test_a_living_writer_is_no_damage(store: SqliteStore) -> None:
    """Whatever he writes, and writes over, while somebody opens the log."""
    lines = """\
from tests.factories import NOW
while True:
    put(log, *[StepSkipped(NOW, "x", "y" * 3000)] * 25)
"""
    with another_process(store.path, lines):
        for _ in range(500):
            store.open()
            store.opened.pop().close()


# ------------------------------------------------ taken away


@pytest.mark.parametrize("suffixes", [("-wal", "-shm"), ("-wal",), ("-shm",)])
def test_what_lies_beside_a_log_in_use_is_missed(store: SqliteStore, suffixes: tuple[str, ...]) -> None:
    """An intent that nobody finds again is none; what was written before is folded into the log."""
    log = store.open()
    put(log, intended())
    for suffix in suffixes:
        beside(store.path, suffix).unlink()
    with pytest.raises(Refusal, match="were removed or replaced while") as refused:
        put(log, settled("succeeded"))
    assert refused.value.code == Exit.LEASE_OR_LOG
    store.close()
    assert len(store.open().events(RUN)) == 2


def test_what_others_write_meanwhile_is_kept(store: SqliteStore) -> None:
    """They share another memory of the same -wal, and whoever lost his knows nothing of what they wrote."""
    log = store.open()
    put(log, intended())
    beside(store.path, "-shm").unlink()
    with another_process(store.path, "put(log, settled('succeeded')); log.close(); say('in')") as child:
        child.hears("in")
        child.ends()
    with pytest.raises(Refusal, match="were removed or replaced while"):
        put(log, StepSkipped(NOW, "x", "y"))
    store.close()
    assert [send.status.value for send in store.open().sends(RUN)] == ["succeeded"]


@pytest.mark.parametrize(("suffix", "size"), [("", 0), ("", 4096), ("-wal", 0), ("-wal", 5000)])
def test_a_log_that_is_cut_off_in_use_is_not_written(store: SqliteStore, suffix: str, size: int) -> None:
    """What was written before cannot be read from it any more."""
    log = store.open()
    put(log, intended())
    put(log, settled("succeeded"))
    os.truncate(beside(store.path, suffix), size)
    with pytest.raises(Refusal, match="a part was cut off while it was in use") as refused:
        put(log, StepSkipped(NOW, "x", "y"))
    assert refused.value.code == Exit.LEASE_OR_LOG


def test_a_log_that_was_written_anew_goes_on(store: SqliteStore) -> None:
    """Ids of customers were removed by somebody else: it is smaller, and whole."""
    with store.open().writing() as writer:
        writer.append(RUN, intended(), customers=[f"LOANID-{number}" for number in range(20_000)])
    store.close()
    log, other = store.open(), store.open()
    with other.writing() as writer:
        writer.erase(RUN)
    before = store.path.stat().st_size
    put(log, StepSkipped(NOW, "x", "y"))
    assert other.scrub()
    assert store.path.stat().st_size < before
    put(log, settled("succeeded"))
    assert len(log.events(RUN)) == 4


# ------------------------------------------------ an older log


def an_older_copy(path: Path) -> None:
    """Put the file as it was before the intent in its place."""
    for suffix in ("-wal", "-shm"):
        beside(path, suffix).unlink(missing_ok=True)
    path.with_name("before.db").replace(path)


def without_its_wal(path: Path) -> None:
    """Remove what was written last."""
    beside(path).unlink()


def without_its_last_transaction(path: Path) -> None:
    """Cut it off where another one ends, so that what is left fits together."""
    os.truncate(beside(path), commits(beside(path).read_bytes())[-2] + _FRAME_BYTES)


@pytest.mark.parametrize("lose", [an_older_copy, without_its_wal, without_its_last_transaction])
def test_a_log_that_lacks_the_last_intent_is_not_written(
    store: SqliteStore, lose: Callable[[Path], None]
) -> None:
    """The same people would be messaged again; looking is allowed all the same."""
    shutil.copy(store.path, store.path.with_name("before.db"))
    killed(store)
    lose(store.path)
    for _ in range(2):
        with pytest.raises(Refusal, match=f"is older than run {RUN} left it") as refused:
            store.open()
        assert refused.value.code == Exit.LEASE_OR_LOG
    assert store.look() is not None


@pytest.mark.parametrize(
    "note", [b"", b"\0" * 50, b"of another log\n", b"another run-1 9 %s\n" % (b"ab" * 32), b"\xff\n", None]
)
def test_a_note_that_a_power_cut_spoilt_says_nothing(store: SqliteStore, note: bytes | None) -> None:
    """Nor does that of another log, nor a pipe in its place."""
    put(store.open(), intended())
    store.close()
    latest = beside(store.path, ".locks") / "latest"
    if note is None:
        latest.unlink()
        os.mkfifo(latest)
    else:
        latest.write_bytes(note)
    put(store.open(), settled("succeeded"))


def test_a_log_that_was_made_again_from_a_copy_need_not_have_the_last_intent(
    store: SqliteStore, tmp_path: Path
) -> None:
    """A person has said why, and is told what to look after."""
    copy = tmp_path / "copy.db"
    copy_log(store.path, copy)
    put(store.open(), intended())
    store.close()
    store.path.unlink()
    with restoring(copy, store.path, actor="asha", owner="a") as (log, _, lost):
        assert lost == RUN
        put(log, StepSkipped(NOW, "x", "y"))
    assert len(store.open().events(RUN)) == 2


def test_a_log_that_lost_its_end_is_not_copied(store: SqliteStore, tmp_path: Path) -> None:
    """Its copy would be taken for one of today; whoever looks at it learns of the loss."""
    older = tmp_path / "older.db"
    copy_log(store.path, tmp_path / "copy.db")
    store.close()
    shutil.copyfile(store.path, older)
    put(store.open(), intended())
    store.close()
    shutil.copyfile(older, store.path)
    with pytest.raises(Refusal, match="is older than run"):
        copy_log(store.path, tmp_path / "another.db")
    looked = look_at(store.path)
    assert looked is not None
    with closing(looked):
        assert looked.lost is not None
        assert RUN in looked.lost.message
