"""Files that are made whole or not at all."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.durable import closed, making

KILLED_IN_THE_WRITING = """
import os, sys
from pathlib import Path
from types import SimpleNamespace
from engine.durable import closed, making
with making(Path(sys.argv[1]), 0o600, replaces=True) as file:
    file.write(b"L-1")
    file.flush()
    print("ready", flush=True)
    sys.stdin.readline()
    os.kill(os.getpid(), 9)
"""


def make(path: Path, *, replaces: bool = True) -> None:
    """Make a file."""
    with making(path, 0o600, replaces=replaces) as file:
        file.write(b"new")


def test_what_a_dead_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """And not while it lives: it holds ids of customers, but is somebody's."""
    line = [sys.executable, "-c", KILLED_IN_THE_WRITING, str(tmp_path / "a")]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        make(tmp_path / "b")
        assert len(list(tmp_path.iterdir())) == 2
        other.stdin.write("\n")
        other.stdin.flush()
        other.wait(30)
    assert len(list(tmp_path.iterdir())) == 2
    make(tmp_path / "c")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["b", "c"]


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    """Whatever is called almost as our own."""
    names = [".runbook.0123", ".runbook.0123456789abcdefg", ".runbook", "x.runbook.0123456789abcdef"]
    for name in names:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / ".runbook.0123456789abcdef").mkdir()
    make(tmp_path / "a")
    assert len(list(tmp_path.iterdir())) == len(names) + 2


@pytest.mark.parametrize("has_links", [True, False])
def test_a_new_file_takes_nobody_s_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    """Also on a disk without second names; nothing is left of the try."""

    def link(*_: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if not has_links:
        monkeypatch.setattr(os, "link", link)
    make(tmp_path / "a", replaces=False)
    with pytest.raises(FileExistsError):
        make(tmp_path / "a", replaces=False)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("a", b"new")]


@pytest.mark.parametrize("replaces", [True, False])
def test_the_file_and_its_name_are_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replaces: bool
) -> None:
    """The file first, then the folder."""
    synced, fsync = [], os.fsync

    def kept(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve().is_dir())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", kept)
    make(tmp_path / "a", replaces=replaces)
    assert synced == [False, True]


@pytest.mark.parametrize(("flags", "number"), [(os.ST_RDONLY, errno.EROFS), (0, errno.EACCES)])
def test_why_a_path_is_closed(
    flags: int, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No right helps where the disk can only be read."""
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=flags))
    assert closed(tmp_path).errno == number
