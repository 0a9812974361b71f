"""Every README command that can run offline runs, in an empty folder, with the README's own files."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
BIN = Path(sys.executable).parent
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
COMMANDS = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines() if line]
OFFLINE = [command for command in COMMANDS if command.startswith("runbook ")]
SETUP = [command for command in COMMANDS if command.startswith("python3 -m venv")]
FILES = {"first.yaml": "name: first-reminder", ".runbook/config.yaml": "format: config/v1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder that holds the files which the README has its reader save."""
    for name, sign in FILES.items():
        (text,) = [text for language, text in BLOCKS if language == "yaml" and sign in text]
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    return tmp_path


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Type a command as a reader would."""
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONUTF8": "1"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", OFFLINE)
def test_a_command_does_what_the_readme_says(command: str, folder: Path) -> None:
    """It ends well: 0, or 2 where the README has it say that there is something to send."""
    result = run(command, folder)
    expected = 2 if "--detailed-exitcode" in command else 0
    assert result.returncode == expected, result.stderr


def test_the_misspelling_that_the_readme_suggests_is_found(folder: Path) -> None:
    """``limt: 100`` is found at its line, with the mend."""
    first = folder / "first.yaml"
    first.write_text(first.read_text("utf-8").replace("limit: 100", "limt: 100", 1), "utf-8")
    result = run("runbook validate first.yaml", folder)
    assert result.returncode == 10
    assert "first.yaml:13:5: error" in result.stdout
    assert "did you mean `limit`?" in result.stdout


def test_there_are_two_commands_to_set_up() -> None:
    """One line each: one ends in the demo, one in the tests; CI runs both as they stand."""
    assert [command.split("/")[-1] for command in SETUP] == ["runbook demo", "pytest"]
    assert len(OFFLINE) >= 5
