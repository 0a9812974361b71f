"""What the file or the disk does to the log on SQLite: a refusal that names the cure, and nothing lost."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from engine.record.event import StepSkipped
from engine.refusal import Exit, Refusal
from engine.runlog.chain import verify
from engine.runlog.sqlite import SqliteLog, look_at, open_log
from tests.contract.runlogs import ROOT, RUN, SqliteStore, another_process, intended, put, settled, started
from tests.factories import NOW


@pytest.fixture
def store(begun: SqliteStore) -> SqliteStore:
    """Give a log with one run, which nobody has open."""
    return begun


# ------------------------------------------------ what lies at its path


def changed(statement: str) -> Callable[[Path], None]:
    """Change the file as another program would."""

    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(statement)
            connection.commit()

    return change


def cut(size: int) -> Callable[[Path], None]:
    """Leave only the beginning of the file, or (negative) all but its end."""
    return lambda path: os.truncate(path, size if size >= 0 else path.stat().st_size + size)


def another_database(path: Path) -> None:
    """Put a database of another program there."""
    path.unlink()
    changed("CREATE TABLE customers (id)")(path)


def a_folder(path: Path) -> None:
    """Put a folder there."""
    path.unlink()
    path.mkdir()


def a_pipe(path: Path) -> None:
    """Put something there that never ends."""
    path.unlink()
    os.mkfifo(path)


def of_noise(path: Path) -> None:
    """Overwrite all but the first page."""
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


def bytes_of(content: bytes) -> Callable[[Path], None]:
    """Put other content there."""

    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "empty": (cut(0), "is damaged: it is empty"),
    "a stub": (cut(50), "is no run log"),
    "one page": (cut(4096), "is damaged"),
    "a page short": (cut(-4096), "is damaged"),
    "a byte short": (cut(-1), "is damaged: its end is missing"),
    "noise": (of_noise, "is damaged"),
    "a text": (bytes_of(b"run: 1\n" * 1000), "is no run log"),
    "zeros": (bytes_of(bytes(40960)), "is no run log"),
    "another database": (another_database, "is no run log"),
    "a folder": (a_folder, "is a folder"),
    "a pipe": (a_pipe, "is not a regular file"),
    "a newer one": (
        changed("UPDATE meta SET value = '2' WHERE key = 'schema_version'"),
        "is of a newer version",
    ),
    "one without version": (changed("DELETE FROM meta"), "is damaged: its version is none"),
    "one of no version": (changed("UPDATE meta SET value = 'x'"), "is damaged: its version is x"),
    "one without tables": (changed("DROP TABLE meta"), "cannot be used: no such table: meta"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused(store: SqliteStore, what: str) -> None:
    """Looked at or opened, it is named with a cure under exit code 14, and left as it is."""
    spoil, message = BAD[what]
    spoil(store.path)
    before = store.path.read_bytes() if store.path.is_file() else b""
    attempts: list[Callable[[], object]] = [
        lambda: look_at(store.path),
        lambda: open_log(store.path, actor="asha", owner="a", create=True),
    ]
    for attempt in attempts:
        with pytest.raises(Refusal) as refused:
            attempt()
        assert f"{store.path} {message}" in refused.value.message
        assert refused.value.code == Exit.LEASE_OR_LOG
        assert refused.value.cure
    assert before == (store.path.read_bytes() if store.path.is_file() else b"")


def test_damage_that_is_met_later_is_refused_then(store: SqliteStore) -> None:
    """Nothing is guessed from a table that cannot be read."""
    log = store.open()
    changed("UPDATE runs SET status = 'dancing'")(store.path)
    with pytest.raises(Refusal, match="is damaged: 'dancing'"):
        log.runs()
    changed("UPDATE runs SET status = 'running', started_at = 'then'")(store.path)
    with pytest.raises(Refusal, match="is damaged"):
        log.find(RUN)


def test_a_text_that_is_not_utf8_is_refused(store: SqliteStore) -> None:
    """Python itself raises this one."""
    log = store.open()
    changed("UPDATE runs SET runbook = CAST(x'ff' AS TEXT)")(store.path)
    with pytest.raises(Refusal, match="cannot be used"):
        log.runs()


def test_a_log_that_was_cut_off_in_its_wal_opens(store: SqliteStore) -> None:
    """What a power cut left of the last commit is no commit."""
    lines = "put(log, intended()); put(log, StepSkipped(started().at, 'x', 'y')); say('in'); wait()"
    with another_process(store.path, lines) as child:
        child.hears("in")
        child.process.kill()
        child.process.wait()
    wal = store.path.with_name("runlog.db-wal")
    os.truncate(wal, wal.stat().st_size - 100)
    log = store.open()
    assert len(log.events(RUN)) == 2
    assert verify(log.events(RUN)) is None


_KILLED = """\
import os, signal
left = [{number}]
def count(statement):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
log._database._connection.set_trace_callback(count)
put(log, intended(), standing=Standing(RunStatus.RUNNING, 0))
put(log, settled("partial"), standing=Standing(RunStatus.RUNNING, 6))
"""


@pytest.mark.slow
def test_a_process_that_is_killed_at_any_statement_leaves_a_whole_log(tmp_path: Path) -> None:
    """Either all of a transaction or nothing, and the next process goes on with it."""
    ends = []
    for number in range(30):
        store = SqliteStore(tmp_path / str(number) / "runlog.db")
        log = store.open()
        put(log, started())
        with another_process(store.path, _KILLED.format(number=number)) as child:
            code = child.process.wait(timeout=60)
        sends = [(send.status.value, log.runs()[0].messages) for send in log.sends(RUN)]
        ends.append((len(log.events(RUN)), sends))
        assert verify(log.events(RUN)) is None
        put(log, StepSkipped(NOW, "x", "y"))
        store.close()
        if code == 0:
            break
    stages: list[tuple[int, list[tuple[str, int]]]] = [(1, []), (2, [("intended", 0)]), (3, [("partial", 6)])]
    assert [stage for stage in stages if stage in ends] == stages
    assert [end for end in ends if end not in stages] == []
    assert len(ends) > 10


# ------------------------------------------------ who may do what

# As root the system refuses nothing. What is imported late is imported first, for the interpreter
# itself may lie where only root may read.
_UNPRIVILEGED = """\
import os, sys
from pathlib import Path
from engine.refusal import Refusal
from engine.runlog.sqlite import look_at, open_log
from tests.contract.runlogs import *
path = Path(sys.argv[1])
with __import__("tempfile").TemporaryDirectory() as folder:
    open_log(Path(folder) / "x.db", actor="a", owner="b", create=True).close()
    look_at(Path(folder) / "x.db").close()
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    if sys.argv[2] == "look":
        log = look_at(path)
        print("none" if log is None else [run.run for run in log.runs()])
    else:
        put(open_log(path, actor="a", owner="b", create=True), started("new"), run="new")
        print("written")
except Refusal as refused:
    print(int(refused.code), refused.message, refused.cure, sep=" | ")
"""


def unprivileged(path: Path, what: str) -> str:
    """Look at a log, or write to it, as somebody whom the system refuses something."""
    command = [sys.executable, "-c", _UNPRIVILEGED, str(path), what]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout.strip()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder that everybody may enter: the usual one of tests is the owner's alone."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


@pytest.fixture
def shared(open_folder: Path) -> Path:
    """Give the path of a log with one run, in a folder that everybody may enter."""
    with closing(open_log(open_folder / "runlog.db", actor="asha", owner="a", create=True)) as log:
        put(log, started())
    return open_folder / "runlog.db"


def test_a_log_that_may_not_be_read(shared: Path) -> None:
    """Neither looked at nor opened."""
    shared.chmod(0o000)
    for what, done in (("look", "read"), ("write", "written")):
        said = unprivileged(shared, what)
        assert said.startswith(f"14 | the run log {shared} cannot be {done}: permission denied | allow it")


def test_a_log_that_may_only_be_read(shared: Path) -> None:
    """It can be looked at; writing is refused before anything is done."""
    shared.chmod(0o444)
    assert unprivileged(shared, "look") == "['run-1']"
    assert unprivileged(shared, "write").startswith("14 | ")


def test_a_log_in_a_folder_that_may_only_be_read(shared: Path) -> None:
    """SQLite wants to write beside a log even to look at it; a log at rest is looked at all the same."""
    shared.chmod(0o444)
    shared.parent.chmod(0o555)
    assert unprivileged(shared, "look") == "['run-1']"
    assert unprivileged(shared, "write").startswith("14 | ")


def test_a_log_at_work_in_a_folder_that_may_only_be_read(shared: Path) -> None:
    """Its last events lie beside it, and are seen or missed by name: it is never read without them."""
    with another_process(shared, "put(log, started('run-2'), run='run-2'); say('in'); wait()") as child:
        child.hears("in")
        child.process.kill()
        child.process.wait()
    shared.with_name("runlog.db-shm").unlink()
    for each in (shared, shared.with_name("runlog.db-wal")):
        each.chmod(0o444)
    shared.parent.chmod(0o555)
    said = unprivileged(shared, "look")
    assert said.startswith(f"14 | the run log {shared} cannot be opened"), said


def test_a_log_in_a_closed_folder(shared: Path) -> None:
    """Whether there is one cannot be told."""
    shared.parent.chmod(0o000)
    assert unprivileged(shared, "look").startswith("14 | ")
    assert unprivileged(shared, "write").startswith("14 | ")


def test_a_log_that_cannot_be_made(open_folder: Path) -> None:
    """In a folder that may not be written, nor below one."""
    open_folder.chmod(0o555)
    for path in (open_folder / "runlog.db", open_folder / "more" / "runlog.db"):
        assert unprivileged(path, "look") == "none"
        assert unprivileged(path, "write").startswith(
            f"14 | the run log {path} cannot be made: permission denied"
        )


@pytest.mark.parametrize("path", ["/proc/runlog.db", "/dev/null/runlog.db", f"/tmp/{'x' * 300}"])  # noqa: S108
def test_a_path_that_can_hold_no_file(path: str) -> None:
    """The system says why."""
    with pytest.raises(Refusal, match="cannot be") as refused:
        open_log(Path(path), actor="asha", owner="a", create=True)
    assert refused.value.code == Exit.LEASE_OR_LOG


# ------------------------------------------------ full disks


@contextmanager
def at_most(size_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size: to SQLite a disk that fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def sent(log: SqliteLog, number: int) -> bool:
    """Write an intent and its outcome; say whether both could be written."""
    address = f"remind/c{number}"
    try:
        put(log, intended(address=address))
        put(log, settled("succeeded", address=address))
    except Refusal as refusal:
        return refusal.code != Exit.LEASE_OR_LOG
    return True


def test_a_disk_that_fails_at_any_write_loses_nothing(store: SqliteStore) -> None:
    """What was not refused is there, what was refused is not, and the log works again with more room."""
    log = store.open()
    put(log, StepSkipped(NOW, "x", "y"))
    wal = store.path.with_name("runlog.db-wal")
    failures = 0
    for number in range(60):
        with at_most(wal.stat().st_size + 1000 * number):
            is_written = sent(log, number)
        failures += not is_written
        known = {send.address: send.status.value for send in log.sends(RUN)}
        status = known.get(f"remind/c{number}")
        assert status in ({"succeeded"} if is_written else {None, "intended"})
        assert verify(log.events(RUN)) is None
        if status == "intended":
            put(log, settled("in_doubt", address=f"remind/c{number}"))
    assert 5 < failures < 60
    store.close()
    assert verify(store.open().events(RUN)) is None


def test_a_full_log_is_said_to_be_full(store: SqliteStore) -> None:
    """The refusal says what to do; the connection stays usable, and goes on once there is room."""
    log = store.open()
    ((pages,),) = log._database.rows("PRAGMA page_count")
    log._database.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Refusal, match="the disk is full") as refused:
        put(log, StepSkipped(NOW, "x", "y" * 50_000))
    assert "make room" in refused.value.cure
    assert len(log.events(RUN)) == 1
    log._database.rows("PRAGMA max_page_count = 100000")
    put(log, StepSkipped(NOW, "x", "y" * 50_000))
    assert verify(log.events(RUN)) is None


def test_a_log_is_not_half_made_on_a_disk_that_fails(tmp_path: Path) -> None:
    """It is not there, and can be made later."""
    path = tmp_path / "runlog.db"
    for size_bytes in (0, 100, 5_000, 30_000):
        with at_most(size_bytes), pytest.raises(Refusal) as refused:
            open_log(path, actor="asha", owner="a", create=True)
        assert f"{path} " in refused.value.message + " "
        assert look_at(path) is None
        assert {each.name for each in tmp_path.iterdir()} <= {"runlog.db.locks"}
    open_log(path, actor="asha", owner="a", create=True).close()
