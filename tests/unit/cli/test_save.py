"""Writing a file: whole or not at all, as whose it was, and never over something else."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.save import save, save_new
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
