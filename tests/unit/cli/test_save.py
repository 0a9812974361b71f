"""Writing a file: whole or not at all, as whose it was, and never over something else."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.cli.save import save, save_new, save_private
from engine.refusal import Refusal

KILLED_AT_THE_RENAME = """
import os, signal, sys
from pathlib import Path
from engine.cli.save import save
Path.replace = lambda *_: os.kill(os.getpid(), getattr(signal, sys.argv[2]))
save(Path(sys.argv[1]), "new", sparing=())
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Stand by a file with something in it."""
    path = tmp_path / "a.yaml"
    path.write_text("old", "utf-8")
    return path


@pytest.mark.parametrize(("name", "rest"), [("SIGKILL", 1), ("SIGINT", 0)])
def test_a_file_is_whole_whenever_it_ends(file: Path, name: str, rest: int) -> None:
    """A kill may leave what was written beside it; Ctrl-C not even that."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT_THE_RENAME, str(file), name],
        check=False,
        capture_output=True,
        timeout=30,
    )
    assert done.returncode == -signal.Signals[name]
    assert file.read_text("utf-8") == "old"
    assert len(list(file.parent.iterdir())) == 1 + rest


def test_the_owner_stays(file: Path) -> None:
    """Whoever writes it; only a superuser gives files away, anybody else has a group of their own to give."""
    owner, group = (
        (12345, 23456) if os.geteuid() == 0 else (os.geteuid(), [os.getegid(), *os.getgroups()][-1])
    )
    os.chown(file, owner, group)
    file.chmod(0o640)
    save(file, "new", sparing=())
    about = file.stat()
    assert (about.st_uid, about.st_gid, stat.S_IMODE(about.st_mode)) == (owner, group, 0o640)
    assert file.read_text("utf-8") == "new"


def test_an_owner_that_cannot_stay_keeps_nothing_back(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The group is tried alone then."""
    tried = []

    def fchown(_file: int, owner: int, _group: int) -> None:
        tried.append(owner)
        raise PermissionError

    monkeypatch.setattr(os, "fchown", fchown)
    monkeypatch.setattr(os, "fstat", lambda _file: os.stat_result([0] * 10))
    monkeypatch.setattr(Path, "stat", lambda *_, **__: os.stat_result([0o100600, 0, 0, 1, 7, 7, 0, 0, 0, 0]))
    save(file, "new", sparing=())
    assert (tried, file.read_text("utf-8")) == ([7, -1], "new")


def test_a_file_with_several_names_is_refused(file: Path) -> None:
    """Under the others it would go on saying what it said; the cure works as it is typed."""
    other = file.with_name("b.yaml")
    other.hardlink_to(file)
    with pytest.raises(Refusal, match=r"2 names") as refused:
        save(file, "new", sparing=())
    assert file.samefile(other)
    subprocess.run(["sh", "-c", refused.value.cure.partition(": ")[2]], check=True, timeout=30)
    save(file, "new", sparing=())
    assert (file.read_text("utf-8"), other.read_text("utf-8")) == ("new", "old")


def test_what_stands_in_the_way_is_not_removed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of somebody else with the name that ours would have for a moment."""
    monkeypatch.setattr(os, "urandom", lambda _size: b"same")
    foreign = file.with_name(f".runbook.{b'same'.hex()}")
    foreign.write_text("foreign", "utf-8")
    with pytest.raises(Refusal):
        save(file, "new", sparing=())
    assert (file.read_text("utf-8"), foreign.read_text("utf-8")) == ("old", "foreign")


def test_a_new_file_takes_nobody_s_place(file: Path, tmp_path: Path) -> None:
    """Nor that of a link that leads nowhere; and nothing is left of the try."""
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for there in (file, tmp_path / "link", tmp_path):
        with pytest.raises(Refusal, match="there already"):
            save_new(there, "new")
    assert file.read_text("utf-8") == "old"
    assert {each.name for each in tmp_path.iterdir()} == {file.name, "link"}


def test_a_new_file_is_its_owner_s(tmp_path: Path) -> None:
    """Customers stand in it: whole, under one name, for nobody else to read."""
    save_new(tmp_path / "new.yaml", "new\n")
    about = (tmp_path / "new.yaml").stat()
    assert (stat.S_IMODE(about.st_mode), about.st_nlink) == (0o600, 1)
    assert [each.read_text("utf-8") for each in tmp_path.iterdir()] == ["new\n"]


def test_a_new_file_needs_its_folder(tmp_path: Path) -> None:
    """Which is not made on the quiet."""
    with pytest.raises(Refusal, match="there is no folder"):
        save_new(tmp_path / "no" / "new.yaml", "new")


# ------------------------------------------------ what is never written over


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Stand by a run log with all that may lie beside it."""
    path = tmp_path / "runlog.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE meta (key TEXT)")
    for suffix in ("-wal", "-shm", ".key"):
        path.with_name(f"{path.name}{suffix}").write_text("kept", "utf-8")
    path.with_name("runlog.db.locks").mkdir()
    (tmp_path / "runlog.db.locks" / "camp").write_text("kept", "utf-8")
    (tmp_path / "copy.db").write_bytes(path.read_bytes())
    (tmp_path / "link").symlink_to(path)
    return path


@pytest.mark.parametrize(
    "name",
    [
        *("runlog.db", "runlog.db-wal", "runlog.db-shm", "runlog.db-journal", "runlog.db.key"),
        *("runlog.db.locks/camp", "runlog.db.locks/new", "copy.db", "copy.db.key", "link"),
    ],
)
def test_a_run_log_stays(log: Path, name: str) -> None:
    """With all that belongs to it, whoever writes, and whether the file is there yet or not."""
    path = log.parent / name
    before = {each: each.read_bytes() for each in log.parent.rglob("*") if each.is_file()}
    for known in (log, log.with_name("another.db")):
        with pytest.raises(Refusal, match="database"):
            save_private(path, lambda file: file.write(b"new"), log=known, sparing=(), may_replace=True)
    with pytest.raises(Refusal, match="database"):
        save(path, "new", sparing=())
    with pytest.raises(Refusal):
        save_new(path, "new")
    assert {each: each.read_bytes() for each in log.parent.rglob("*") if each.is_file()} == before


def test_a_log_that_is_open_keeps_its_locks(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens and closes its file takes from the process what SQLite holds on it."""
    opened, real = [], Path.open

    def kept(path: Path, *how: Any, **more: Any) -> Any:  # noqa: ANN401  (as it is)
        opened.append(path)
        return real(path, *how, **more)

    monkeypatch.setattr(Path, "open", kept)
    with pytest.raises(Refusal):
        save_private(log, lambda _: None, log=log, sparing=(), may_replace=True)
    assert not opened


@pytest.mark.parametrize("name", ["pipe", "folder", "config.yaml"])
def test_what_is_replaced_is_a_file_of_ones_own(tmp_path: Path, name: str) -> None:
    """Also when it is asked for: no pipe, no folder, nothing that the command reads."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "config.yaml").write_text("kept", "utf-8")
    spared = [tmp_path / "config.yaml", tmp_path / "none"]
    with pytest.raises(Refusal):
        save_private(tmp_path / name, lambda _: None, log=tmp_path / "log", sparing=spared, may_replace=True)
    assert (tmp_path / "config.yaml").read_text("utf-8") == "kept"


def test_a_private_file_replaces_only_when_it_may(file: Path) -> None:
    """And is for its owner alone, whatever stood there."""
    with pytest.raises(Refusal, match="there already"):
        save_private(file, lambda each: each.write(b"new"), log=file / "x", sparing=(), may_replace=False)
    assert file.read_text("utf-8") == "old"
    save_private(file, lambda each: each.write(b"new"), log=file / "x", sparing=(), may_replace=True)
    assert file.read_text("utf-8") == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_pipe_has_no_folder_to_make() -> None:
    """``/dev/stdout`` in front of a ``|`` resolves to a name that is nowhere."""
    read, write = os.pipe()
    try:
        with pytest.raises(Refusal, match="is not a regular file"):
            save(Path(f"/dev/fd/{write}"), "new", sparing=())
    finally:
        os.close(read)
        os.close(write)
