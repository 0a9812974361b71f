"""Every README command runs, in an empty folder, with the README's own files; what it claims is so."""

import re
from pathlib import Path

import httpx
import pytest

from engine.refusal import Exit
from tests.end_to_end.reading import BLOCK, PORT, Reader, commands, run

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
BLOCKS = BLOCK.findall(README)
ON_THE_SANDBOX = ("Run it, on the sandbox", "In a pipeline")
FILES = {
    "first.yaml": "name: first-reminder",
    "first.test.yaml": "format: runbook-test/v1",
    ".runbook/config.yaml": "format: config/v1",
}


SECTIONS = {
    text.partition("\n")[0]: commands(text) for text in re.split(r"^## ", README, flags=re.MULTILINE)[1:]
}
REST = [each for name, typed in SECTIONS.items() if name not in ON_THE_SANDBOX for each in typed]
OFFLINE = [command for command in REST if command.startswith("runbook ")]
SETUP = [command for command in REST if command.startswith("python3 -m venv")]


def save(name: str, folder: Path) -> Path:
    """Save a file as the README has its reader do."""
    (text,) = [text for language, text in BLOCKS if language == "yaml" and FILES[name] in text]
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder that holds the files which the README has its reader save."""
    for name in FILES:
        save(name, tmp_path)
    return tmp_path


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
    assert {"unset TIMEPAY_BASE_URL", *OFFLINE, *SETUP} == set(REST)


def test_the_sandbox_section_is_true(tmp_path: Path) -> None:
    """A good day and a bad one: 0, 13, 22, 16, 20, a stop, as the README says."""
    save("first.yaml", tmp_path)
    reader = Reader(SECTIONS["Run it, on the sandbox"], tmp_path)
    again = "runbook run first.yaml --input branch=pune"
    with reader.sandbox(reader.next()) as page:
        reader.types("export")
        assert "sent: 100 customers" in reader.types("runbook run")
        assert "skipped" in reader.types("runbook show")
        assert "remind/c1 about to be sent" in reader.types("runbook events")
        assert "LOANID-" in httpx.get(page, trust_env=False).text
        reader.also_types(again, 64)
        assert "messages branch=pune only once" in reader.also_types(f"{again} --yes", 13)
        assert (tmp_path / ".runbook" / "runlog.db").exists()
    with reader.sandbox(reader.next()) as page:
        reader.types("runbook run", 22)
        needs = reader.types("runbook status")
        assert "in doubt" in needs
        assert "--as not-sent" in needs
        assert "smsTpl01" in httpx.get(page, trust_env=False).text
        reader.also_types("runbook run first.yaml --input branch=nashik --yes", 16)
        told = reader.types("runbook reconcile", 22)
        assert "rows show it for" in told
        assert "hold no sms" in told
        reader.types("runbook resolve")
        reader.types("runbook resume", 20)
        reader.types("runbook stop")
        reader.also_types("runbook run first.yaml --input branch=nashik --yes", 11)
        reader.types("runbook allow")
    assert "reached: row" in reader.types("runbook contacts")
    assert "Sound:" in reader.types("runbook verify")
    assert "byte for byte" in reader.types("runbook replay")
    reader.types("runbook evidence")
    assert (tmp_path / "evidence.zip").exists()
    assert reader.is_through()


def test_the_pipeline_section_is_true(folder: Path) -> None:
    """The reviewed plan runs and no other one, nobody is asked, and the log is made once."""
    reader = Reader(SECTIONS["In a pipeline"], folder)
    other = "runbook run first.yaml --input branch=pune --yes"
    with reader.sandbox("runbook sandbox"):
        config = folder / ".runbook" / "config.yaml"
        config.write_text(config.read_text("utf-8").replace(f":{PORT}", f":{reader.port}"), "utf-8")
        reader.types("runbook plan")
        reader.types("runbook run")
        reader.also_types(f"{other} --plan plan.json", 13)
        reader.also_types(f"{other} --at-most 199", 11)
        reader.also_types(other.removesuffix(" --yes"), 64)
        live = "--env production --log none.db"
        reader.also_types(f"{other} {live}", 64)
        reader.also_types(f"{other} {live} --at-most 200", 14)
    reader.types("runbook log init")
    assert (folder / "volume" / "runlog.db").exists()
    assert reader.is_through()


def test_a_variable_that_contradicts_the_file_is_refused(folder: Path) -> None:
    """That is why the README has its reader unset it."""
    command = "runbook plan first.yaml --input branch=pune --env production"
    exported = {"TIMEPAY_BASE_URL": f"http://127.0.0.1:{PORT}/api/v1"}
    assert run(command, folder, exported).returncode == 64
    assert run(f"export TIMEPAY_BASE_URL=x; unset TIMEPAY_BASE_URL; {command}", folder).returncode == 0


def test_the_table_has_every_exit_code() -> None:
    """All but those of what comes later: the permitted hours."""
    table = README.partition("## Exit codes")[2]
    codes = [
        int(code) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in row.split(",")
    ]
    assert sorted(codes) == sorted({*Exit} - {Exit.OUTSIDE_WINDOW})
