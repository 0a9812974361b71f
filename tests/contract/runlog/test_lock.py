"""A lock belongs to one holder, names it, and ends with it."""

import fcntl
import os
import stat
from pathlib import Path

import pytest

from engine.runlog.lock import note_of_holder, take


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    """Also within a process: a lock is not shared with oneself."""
    first = take(tmp_path / "a.lock")
    assert first is not None
    assert take(tmp_path / "a.lock", tries=1) is None
    first.release()
    second = take(tmp_path / "a.lock", tries=1)
    assert second is not None
    second.release()


def test_who_asks_is_told_what_the_holder_noted(tmp_path: Path) -> None:
    """The latest note, while it is held; nothing before and nothing after."""
    path = tmp_path / "a.lock"
    assert note_of_holder(path) is None
    lock = take(path)
    assert lock is not None
    assert note_of_holder(path) == b""
    lock.note(b"a long first note")
    lock.note(b"second")
    assert note_of_holder(path) == b"second"
    lock.release()
    assert note_of_holder(path) is None


def test_a_child_that_was_forked_meanwhile_holds_nothing(tmp_path: Path) -> None:
    """It has the file open as well; what its parent gives back is free."""
    path = tmp_path / "a.lock"
    mine = take(path)
    assert mine is not None
    inherited = os.dup(mine._descriptor)  # what a fork leaves: the same open file once more
    try:
        mine.release()
        again = take(path, tries=1)
        assert again is not None
        again.release()
    finally:
        os.close(inherited)


def test_a_long_note_is_cut(tmp_path: Path) -> None:
    """Whoever reads it reads so much and no more."""
    lock = take(tmp_path / "a.lock")
    assert lock is not None
    lock.note(b"x" * 10_000)
    assert note_of_holder(tmp_path / "a.lock") == b"x" * 4096
    lock.release()


def test_asking_leaves_the_lock_free(tmp_path: Path) -> None:
    """Whoever asks locks it himself for an instant."""
    path = tmp_path / "a.lock"
    path.touch()
    for _ in range(100):
        assert note_of_holder(path) is None
        lock = take(path, tries=1)
        assert lock is not None
        lock.release()


def test_two_who_ask_at_once_do_not_take_each_other_for_a_holder(tmp_path: Path) -> None:
    """Each of them holds a share of it while he asks."""
    path = tmp_path / "a.lock"
    with path.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert note_of_holder(path) is None


def test_a_lock_that_was_removed_meanwhile_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file behind the descriptor is not the one that the next process would lock."""
    path = tmp_path / "a.lock"
    opened: list[int] = []
    opens = os.open

    def open_and_remove(name: Path, flags: int, mode: int) -> int:
        descriptor = opens(name, flags, mode)
        if not opened:
            path.unlink()
        opened.append(descriptor)
        return descriptor

    monkeypatch.setattr(os, "open", open_and_remove)
    lock = take(path)
    assert lock is not None
    assert len(opened) == 2
    assert take(path, tries=1) is None
    lock.release()


def test_only_the_owner_may_read_a_lock(tmp_path: Path) -> None:
    """It holds names of machines and people."""
    before = os.umask(0)
    try:
        lock = take(tmp_path / "a.lock")
    finally:
        os.umask(before)
    assert lock is not None
    assert stat.S_IMODE((tmp_path / "a.lock").stat().st_mode) == 0o600
    lock.release()


def test_a_lock_without_its_folder_is_an_error_of_the_system(tmp_path: Path) -> None:
    """The caller makes the folder."""
    with pytest.raises(FileNotFoundError):
        take(tmp_path / "no" / "a.lock")


def test_a_lock_leaves_no_descriptor_behind(tmp_path: Path) -> None:
    """Neither where it is taken nor where it is refused or asked for."""
    before = len(list(Path("/dev/fd").iterdir()))
    lock = take(tmp_path / "a.lock")
    assert lock is not None
    assert take(tmp_path / "a.lock", tries=2) is None
    assert note_of_holder(tmp_path / "a.lock") == b""
    lock.release()
    assert len(list(Path("/dev/fd").iterdir())) == before
