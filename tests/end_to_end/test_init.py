"""``runbook init``: what it makes works as it stands, and what was there stays as it was."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.cli.files import CONFIG
from engine.cli.init import FILES, RUNBOOK, SCENARIOS, source
from engine.config import PLACEHOLDER
from engine.sandbox.server import Served
from tests.end_to_end.running import lines_of, typed

PLAN = ("plan", RUNBOOK)


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a repository that was just made."""
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    return tmp_path


def tree(folder: Path) -> dict[str, str]:
    """Give all files below a folder, by name."""
    return {
        str(each.relative_to(folder)): each.read_text("utf-8") for each in folder.rglob("*") if each.is_file()
    }


def git(folder: Path, *arguments: str) -> int:
    """Call git, and give its exit code."""
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False).returncode


# ------------------------------------------------ what it makes


def test_everything_is_made_and_nothing_else(fresh: Path) -> None:
    """As the list says, whole."""
    assert tree(fresh) == {name: source(name).read_text("utf-8") for name in FILES}


@pytest.mark.usefixtures("fresh")
def test_it_validates_without_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    """Not even a warning, nor anything to say of the configuration."""
    capsys.readouterr()
    assert main(["validate", "--format", "json"]) == 0
    said = capsys.readouterr()
    assert (json.loads(said.out), said.err) == ({"findings": [], "files": [RUNBOOK]}, "")


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("environment", ["staging", "production"])
def test_it_plans(environment: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In both environments; what is not filled in is all there is to say. Every step can be reached."""
    capsys.readouterr()
    assert main([*PLAN, "--env", environment, "--format", "json"]) == 0
    said = capsys.readouterr()
    plan = json.loads(said.out)
    assert [step["fate"] for step in plan["steps"]] == ["will_run", "known_after"]
    assert plan["messages"]["at_most"] == 200
    _, *warnings = said.err.strip("\n").split("\n")
    assert [each.split(":")[1] for each in warnings] == [" not filled in yet"] * (environment == "production")


@pytest.mark.parametrize("name", [str(CONFIG), RUNBOOK, SCENARIOS])
def test_an_editor_finds_the_schema_of_each_file(name: str, fresh: Path) -> None:
    """Its first line names one that is there, and is for that format."""
    file = fresh / name
    first, *_ = (text := file.read_text("utf-8")).splitlines()
    schema = json.loads((file.parent / first.partition("$schema=")[2]).read_text("utf-8"))
    declared = re.search(r"^format: (.+)$", text, re.MULTILINE)
    assert declared is not None
    assert schema["properties"]["format"]["enum"] == [declared[1]]


@pytest.mark.usefixtures("fresh")
def test_nobody_is_reached_unless_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """The environment of a command that names none is the sandbox."""
    capsys.readouterr()
    assert main([*PLAN]) == 0
    assert capsys.readouterr().out.startswith("SANDBOX: nothing leaves this machine")


@pytest.mark.usefixtures("fresh")
def test_doctor_lists_what_is_to_be_filled_in(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever stands in the configuration as a placeholder is one that doctor knows."""
    config = Path(".runbook", "config.yaml").read_text("utf-8")
    blanks = re.findall(rf"(?<=: ){PLACEHOLDER}\w+", config)
    capsys.readouterr()
    main(["doctor"])
    said = " ".join(capsys.readouterr().out.split())
    assert blanks
    assert all(blank in said for blank in blanks)


@pytest.mark.usefixtures("fresh")
def test_what_is_not_filled_in_is_not_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plan says so first, and a run is refused (11) before it asks anybody for a token."""
    monkeypatch.setenv("CI", "")
    assert main(["log", "init"]) == 0
    production = ("--env", "production")
    assert main([*PLAN, *production]) == 0
    planned = capsys.readouterr().out
    assert planned.index("NOT FILLED IN YET: FILL_IN_ORG") < planned.index("Messages:")
    assert main(["run", RUNBOOK, *production, "--yes", "--at-most", "500"]) == 11
    assert "production is not filled in yet: FILL_IN_ORGANISATION_ID" in capsys.readouterr().err
    assert main(["runs", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.usefixtures("fresh")
def test_its_example_runs_where_it_is_filled_in(capsys: pytest.CaptureFixture[str]) -> None:
    """In staging nothing is left to be filled in."""
    assert main([*PLAN]) == 0
    assert "NOT FILLED IN" not in capsys.readouterr().out


@pytest.mark.usefixtures("fresh")
def test_git_never_sees_the_log_or_a_token(tmp_path: Path) -> None:
    """The log with what SQLite keeps beside it, token files, rosters; the runbooks it does see."""
    assert git(tmp_path, "init") == 0
    hidden = (".runbook/runlog.db", ".runbook/runlog.db-wal", ".runbook/runlog.db.locks/x", "a.token")
    for name in (*hidden, "rosters/pune.csv", ".env"):
        assert git(tmp_path, "check-ignore", "-q", name) == 0, name
    for name in FILES:
        assert git(tmp_path, "check-ignore", "-q", name) == 1, name


@pytest.mark.usefixtures("fresh")
def test_the_scenarios_hold(capsys: pytest.CaptureFixture[str]) -> None:
    """``runbook test`` plays them, as the README has the team do; all that conditions decide is shown."""
    capsys.readouterr()
    assert main(["test", "--coverage", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [each["passed"] for each in said["scenarios"]] == [True] * 4
    assert all(each["covered"] for each in said["coverage"][0]["conditions"])


def test_every_command_of_its_readme_works(fresh: Path, api: Served) -> None:
    """In their order, before a sandbox with the campaign of the example."""
    config = fresh / ".runbook" / "config.yaml"
    text = config.read_text("utf-8")
    config.write_text(text.replace("http://127.0.0.1:8001/api/v1", api.address), "utf-8")
    blocks = re.findall(
        r"^```sh\n(.*?)^```", (fresh / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(lines) == 11
    begin = f'runbook() {{ {sys.executable} -m engine "$@"; }}; set -e\n'
    done = typed(begin + "\n".join(lines), fresh)
    assert done.returncode == 0, done.stderr
    assert api.sandbox.outbox
    assert (fresh / "plan.json").exists()
    within = re.findall(r"`runbook ([^`]+)`", (fresh / "README.md").read_text("utf-8"))
    for line in within:
        assert main([line.split()[0], "--help"]) == 0, line


# ------------------------------------------------ what it says


@pytest.mark.parametrize("folder", [".", "acme", "a folder of Asha's"])
def test_the_next_commands_work(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Typed one after the other, as they stand."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", folder]) == 0
    said = capsys.readouterr().out
    lines = re.findall(r"^    (.*)$", said, re.MULTILINE)
    assert [line.split()[0] for line in lines][-4:] == ["runbook"] * 4
    assert ("cd " in said) is (folder != ".")
    assert all(f"  {name}" in said for name in FILES)
    begin = f'runbook() {{ {sys.executable} -m engine "$@"; }}; set -e\n'
    done = typed(begin + "\n".join(lines), tmp_path)
    assert done.returncode == 0, done.stderr


def test_variables_that_contradict_it_are_to_be_unset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else the very next command would be refused."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIMEPAY_BASE_URL", "https://api.example.invalid/api/v1")
    assert main(["init"]) == 0
    assert "    unset TIMEPAY_BASE_URL\n" in capsys.readouterr().out


# ------------------------------------------------ what is there already


def test_a_second_time_changes_nothing(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says so, and ends well."""
    (fresh / RUNBOOK).write_text("ours", "utf-8")
    before = tree(fresh)
    capsys.readouterr()
    assert main(["init"]) == 0
    assert "nothing was written" in capsys.readouterr().out
    assert tree(fresh) == before


def test_what_is_missing_is_added(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever stands at a name stays: files, folders, links that lead nowhere; each is named."""
    for name in FILES:
        (fresh / name).unlink()
    (fresh / "README.md").write_text("ours", "utf-8")
    (fresh / ".gitignore").write_text("rosters/\n", "utf-8")
    (fresh / ".runbook" / "config.yaml").symlink_to("nowhere")
    (fresh / RUNBOOK).mkdir()
    capsys.readouterr()
    assert main(["init"]) == 0
    _, _, left = capsys.readouterr().out.partition("Left as they were:\n")
    assert re.findall(r"^  (\S+)", left.partition("\n\n")[0], re.MULTILINE) == [
        ".runbook/config.yaml",
        RUNBOOK,
        "README.md",
        ".gitignore",
    ]
    assert "(it lacks: *.token .env " in left
    assert "rosters/" not in left
    assert (fresh / "README.md").read_text("utf-8") == "ours"
    assert not (fresh / ".runbook" / "nowhere").exists()
    assert (fresh / SCENARIOS).exists()


@pytest.mark.usefixtures("fresh")
def test_a_folder_of_a_repository_is_not_made_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever stands in it means the one above; a repository of git within it is one of its own."""
    within = tmp_path / "runbooks"
    before = tree(tmp_path)
    assert main(["init", "runbooks/new"]) == 64
    assert lines_of(capsys.readouterr().err) == []
    assert tree(tmp_path) == before
    assert git(tmp_path, "init", str(within / "own")) == 0
    assert main(["init", "runbooks/own"]) == 0


def at(name: str) -> Any:  # noqa: ANN401  (a maker of cases)
    """Name a case after the file in the way."""
    return pytest.param(name, id=name.replace("/", "_") or "folder")


@pytest.mark.parametrize("blocked", [at(""), at(".runbook"), at("runbooks"), at("policies")])
def test_all_is_checked_before_the_first_file(
    blocked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file where a folder must be: refused, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "acme" / blocked
    file.parent.mkdir(exist_ok=True)
    file.write_text("in the way", "utf-8")
    before = tree(tmp_path)
    assert main(["init", "acme"]) == 64
    assert "is a file" in capsys.readouterr().err
    assert tree(tmp_path) == before


def test_a_folder_that_may_not_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Root may write everywhere, so the system's answer is played."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert main(["init", str(tmp_path / "acme")]) == 64
    assert f"chmod u+wx {tmp_path}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_empty_name_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of the shell that is not set would fill the folder that one stands in."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", ""]) == 64
    assert list(tmp_path.iterdir()) == []
