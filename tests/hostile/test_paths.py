"""What a repository brings along leads nowhere else: links, and names that its files say."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engine.api.files import is_planted
from engine.cli import main
from engine.runlog import lock
from tests.end_to_end.running import RUNBOOK
from tests.repositories import git

_SECRET = "s3cret: [of somebody else\n"  # noqa: S105  (opens nothing)
_CONFIG = (
    'format: config/v1\ndefault: here\nenvironments:\n  here: {{base_url: "http://127.0.0.1:9/api/v1"{}}}\n'
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a repository that somebody proposed a change to; beside it lies what is none of its own."""
    repository = tmp_path / "repository"
    (repository / ".runbook").mkdir(parents=True)
    (repository / "two.yaml").write_text(RUNBOOK, "utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.yaml").write_text(_SECRET, "utf-8")
    git(repository, "init", "--quiet")
    monkeypatch.chdir(repository)
    monkeypatch.setenv("TIMEPAY_TOKEN", "sandbox")
    return repository


def refused(capfd: pytest.CaptureFixture[str], *line: str) -> str:
    """Type a line that is refused, and give what it says: nothing of the secret."""
    capfd.readouterr()
    assert main([*line]) != 0
    told = "".join(capfd.readouterr())
    assert "s3cret" not in told
    return told


@pytest.mark.parametrize("verb", ["validate", "plan", "fmt", "try"])
@pytest.mark.parametrize("form", ["../outside/secret.yaml", "absolute"])
def test_a_runbook_that_is_a_link(
    verb: str, form: str, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A finding would show the lines of what it leads to."""
    target = str(here.parent / "outside" / "secret.yaml") if form == "absolute" else form
    (here / "x.yaml").symlink_to(target)
    assert "leads out of the repository" in refused(capfd, verb, "x.yaml")
    assert (here.parent / "outside" / "secret.yaml").read_text("utf-8") == _SECRET


def test_a_folder_that_is_a_link(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Also below the folder that was named."""
    (here / "runbooks").symlink_to("../outside")
    assert "leads out of the repository" in refused(capfd, "validate", ".")
    assert "leads out of the repository" in refused(capfd, "fmt", "runbooks")


@pytest.mark.parametrize("name", ["../outside/secret.yaml", "link.yaml"])
def test_a_runbook_that_a_scenario_names(name: str, here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """By the way up, or by a link; a whole path is none that a scenario may name."""
    secret = here.parent / "outside" / "secret.yaml"
    (here / "link.yaml").symlink_to(secret)
    scenario = "scenarios: [{name: a, expect: {status: finished}}]"
    text = f"format: runbook-test/v1\nrunbook: {name}\n{scenario}\n"
    (here / "x.test.yaml").write_text(text, "utf-8")
    assert "leads out of the repository" in refused(capfd, "test", "x.test.yaml")


def test_a_configuration_that_is_a_link(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What it says would decide where the token is sent."""
    (here.parent / "outside" / "config.yaml").write_text(_CONFIG.format(""), "utf-8")
    (here / ".runbook" / "config.yaml").symlink_to("../../outside/config.yaml")
    assert "leads out of the repository" in refused(capfd, "plan", "two.yaml")


def test_what_stays_inside_may_be_a_link(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A file of the same repository, however it is named; and one that the person names itself."""
    (here / "again.yaml").symlink_to("two.yaml")
    outside = here.parent / "outside" / "two.yaml"
    outside.write_text(RUNBOOK, "utf-8")
    for named in ("again.yaml", "../outside/two.yaml", str(outside)):
        assert main(["validate", named]) == 0
    (here.parent / "link").symlink_to(here)
    os.chdir(here.parent / "link")
    assert main(["validate", str(here.parent / "link" / "two.yaml")]) == 0
    capfd.readouterr()


@pytest.mark.parametrize("target", ["../outside/kept", "/dev/null"])
def test_a_plan_is_not_written_through_a_link(
    target: str, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It would write over what is none of the repository's."""
    kept = here.parent / "outside" / "kept"
    kept.write_text("mine\n", "utf-8")
    (here / "plan.json").symlink_to(target)
    assert "leads out of the repository" in refused(capfd, "plan", "two.yaml", "--out", "plan.json")
    assert kept.read_text("utf-8") == "mine\n"
    (here / "build").symlink_to("../outside")
    assert "leads out of the repository" in refused(capfd, "plan", "two.yaml", "--out", "build/kept")
    assert kept.read_text("utf-8") == "mine\n"


# ---------------------------------------------------------------- the run log


def _run(capfd: pytest.CaptureFixture[str]) -> str:
    return refused(capfd, "run", "two.yaml", "--yes")


def test_a_log_by_the_way_up(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A reviewer reads where it lies: in the repository, or at a place that is named whole."""
    outside = here.parent / "outside" / "log.db"
    config = here / ".runbook" / "config.yaml"
    config.write_text(_CONFIG.format(', log: "../../outside/log.db"'), "utf-8")
    assert "leads out of the repository" in _run(capfd)
    assert not outside.exists()
    assert "leads out of the repository" not in refused(
        capfd, "run", "two.yaml", "--yes", "--log", str(outside)
    )
    config.write_text(_CONFIG.format(f", log: {outside}"), "utf-8")
    assert "leads out of the repository" not in _run(capfd)


@pytest.mark.parametrize("name", [".runbook/runlog.db", ".runbook/runlog.db.locks"])
def test_a_log_that_is_a_link(name: str, here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """And the folder of its locks."""
    (here / name).symlink_to("../../outside/made")
    (here / ".runbook" / "config.yaml").write_text(_CONFIG.format(""), "utf-8")
    assert "leads out of the repository" in _run(capfd)
    assert not (here.parent / "outside" / "made").exists()
    assert main(["status"]) == 0, "looking is always allowed"
    capfd.readouterr()


@pytest.mark.parametrize("is_there", [True, False])
def test_a_stop_is_not_written_through_a_link(
    is_there: bool, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What it leads to stays as it is, and everything is stopped all the same."""
    kept = here.parent / "outside" / "kept"
    if is_there:
        kept.write_text("mine\n", "utf-8")
    (here / ".runbook" / "STOP").symlink_to(kept)
    assert main(["stop", "--reason", "enough"]) == 0
    assert kept.exists() == is_there
    assert not is_there or kept.read_text("utf-8") == "mine\n"
    assert main(["status"]) == 0
    assert "Stopped by the file" in "".join(capfd.readouterr())
    assert not (here / ".runbook" / "STOP").is_symlink()


def test_a_lock_is_not_taken_through_a_link(tmp_path: Path) -> None:
    """Taking it cuts the file to nothing."""
    kept = tmp_path / "kept"
    kept.write_text("mine\n", "utf-8")
    (tmp_path / "x.lock").symlink_to(kept)
    with pytest.raises(OSError, match="symbolic links"):
        lock.take(tmp_path / "x.lock")
    with pytest.raises(OSError, match="symbolic links"):
        lock.note_of_holder(tmp_path / "x.lock")
    assert kept.read_text("utf-8") == "mine\n"


# ---------------------------------------------------------------- a machine of many


def test_what_somebody_else_put_where_all_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A configuration above this folder is not obeyed, and looking goes on without it."""
    (tmp_path / ".runbook").mkdir()
    (tmp_path / ".runbook" / "config.yaml").write_text(_CONFIG.format(""), "utf-8")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "two.yaml").write_text(RUNBOOK, "utf-8")
    monkeypatch.chdir(tmp_path / "mine")
    assert main(["plan", "two.yaml"]) == 0
    tmp_path.chmod(0o1777)
    assert main(["plan", "two.yaml"]) == 0, "it is this person's own"
    monkeypatch.setattr("engine.api.files.os.geteuid", lambda: 4711)
    if (tmp_path / ".runbook").stat().st_uid == 0:
        os.chown(tmp_path / ".runbook", 4712, -1)
    assert is_planted(tmp_path / ".runbook")
    assert "belongs to somebody else" in refused(capfd, "plan", "two.yaml")
    assert main(["status"]) == 0
    capfd.readouterr()


def test_what_is_made_is_its_owner_s_alone(here: Path) -> None:
    """The log, what SQLite keeps beside it, and the locks, whatever the mask of the process."""
    code = f"import os, sys; os.umask(0); from engine.cli import main; sys.exit(main({['log', 'init']!r}))"
    subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, timeout=30, check=True)
    made = [file for file in (here / ".runbook").rglob("*") if file.name.startswith("runlog.db")]
    assert made
    assert {stat.S_IMODE(each.stat().st_mode) & 0o077 for each in made} == {0}
