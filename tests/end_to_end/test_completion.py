"""Completion: what real shells are told between two keys."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import main
from engine.cli.completing import ANSWERS, SUPPOSED
from engine.cli.verbs import VERBS
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from engine.trial.answers import answer_of
from tests.end_to_end.running import RUNBOOK, run, shown

LOG = Path(".runbook", "runlog.db")


@pytest.fixture
def program(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put ``runbook`` on the path, whatever is installed."""
    folder = tmp_path_factory.mktemp("bin")
    file = folder / "runbook"
    file.write_text(f'#!/bin/sh\nexec {sys.executable} -m engine "$@"\n', "utf-8")
    file.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def in_shell(shell: str, script: str) -> str:
    """Run a script in a real shell; where that is not installed the test is skipped."""
    if shutil.which(shell) is None:
        # A developer need not have every shell; CI installs all three, and fails where a test is skipped.
        pytest.skip(f"{shell} is not installed")
    bare = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["-N"]}[shell]
    result = subprocess.run(
        [shell, *bare, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.stderr == ""
    return result.stdout


def completed(*words: str) -> list[str]:
    """Give what bash completes for the last word, by the printed script."""
    line = " ".join(f"'{word}'" for word in ("runbook", *words))
    script = (
        'eval "$(runbook completion bash)"\n'
        "compopt() { :; }\n"  # what only works while a key is pressed
        f"COMP_WORDS=({line}); COMP_CWORD={len(words)}\n"
        "_runbook_completion runbook\nprintf '%s\\n' \"${COMPREPLY[@]}\""
    )
    return in_shell("bash", script).split()


@pytest.mark.usefixtures("here", "program")
def test_bash(capsys: pytest.CaptureFixture[str]) -> None:
    """Verbs, options, runs of the log, runbooks; ``last`` beside the runs."""
    assert run() == 0
    name = shown(capsys, "runs")[0]["run"]
    assert completed("") == list(VERBS)
    assert completed("res") == ["resume", "resolve"]
    assert completed("watch", "--f") == ["--format"]
    assert completed("events", "--format", "") == ["text", "json", "jsonl"]
    for verb in ("show", "watch", "resume", "resolve"):
        assert completed(verb, "") == ["last", name]
    assert completed("cancel", name[:8]) == [name]


@pytest.mark.usefixtures("here", "program")
def test_what_is_in_question(api: Served) -> None:
    """Campaigns of the log, the send that is in doubt, the step that waits for a decision."""
    api.sandbox.script(Fault(Kind.RESET, accepted=True))
    assert run() == 22
    assert completed("stop", "--campaign", "") == ["camp_demo"]
    assert completed("resolve", "last", "") == ["remind/c1"]
    assert completed("decide", "last", "") == []
    resolved = ["resolve", "last", "remind", "--as", "sent", "--reason", "x"]
    assert main(resolved) == 0
    assert main(["resume", "last", "--yes"]) == 15  # how many failed is not known
    assert completed("resolve", "last", "") == []
    assert completed("decide", "last", "") == ["again"]


@pytest.mark.usefixtures("program")
def test_what_is_proved(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Runs beside what was handed on of them, months that have runs, answers that can be supposed."""
    assert run() == 0
    entry = shown(capsys, "runs")[0]
    for name in ("evidence.zip", "run.jsonl", "other.txt"):
        (here / name).touch()
    assert completed("verify", "") == ["last", entry["run"], "evidence.zip", "run.jsonl"]
    assert completed("verify", "ev") == ["evidence.zip"]
    (month,) = completed("evidence", "--month", "")
    assert re.fullmatch("20[0-9]{2}-[01][0-9]", month)
    assert main(["evidence", "--month", month, "--out", "e.zip"]) == 0
    assert completed("replay", "last", "--what-if", "ag") == [f"again.{each}" for each in SUPPOSED]
    for each in SUPPOSED:
        assert main(["replay", "last", "--what-if", f"again.{each}"]) == 0


@pytest.mark.usefixtures("here", "program")
def test_values_of_options() -> None:
    """Inputs of the runbook with their defaults, answers of its steps, kinds of faults."""
    for verb in ("run", "plan", "try"):
        assert completed(verb, "two.yaml", "--input", "") == ["cap=20", "branch=pune"]
    assert completed("try", "two.yaml", "--answer", "ag") == [f"again={each}" for each in ANSWERS]
    for each in ANSWERS:
        assert answer_of(each)
    for line in (["sandbox"], ["try", "two.yaml"]):
        assert completed(*line, "--fault", "") == list(Kind)
    assert completed("plan", "--input", "") == completed("plan", "none.yaml", "--input", "") == []


@pytest.mark.usefixtures("program")
def test_runbooks(here: Path) -> None:
    """Those of this folder and the ones below it, not every YAML; elsewhere any path is the shell's."""
    (here / "runbooks").mkdir()
    (here / "runbooks" / "three.yml").write_text(RUNBOOK, "utf-8")
    (here / "compose.yaml").write_text("services: {}\n", "utf-8")
    assert completed("run", "") == ["two.yaml", "runbooks/three.yml"]
    assert completed("plan", "runbooks/t") == ["runbooks/three.yml"]
    assert completed("validate", "nothing/") == []


@pytest.mark.usefixtures("program")
def test_scenario_files(here: Path) -> None:
    """Those of this folder and the ones below it, and no runbook; their runbooks are offered elsewhere."""
    (here / "two.test.yaml").write_text("format: runbook-test/v1\nrunbook: two.yaml\n", "utf-8")
    assert completed("test", "") == ["two.test.yaml"]
    assert completed("plan", "") == ["two.yaml"]


@pytest.mark.usefixtures("program")
def test_environments(here: Path) -> None:
    """Those of the configuration."""
    (here / ".runbook").mkdir()
    (here / ".runbook" / "config.yaml").write_text(
        "format: config/v1\ndefault: staging\nenvironments:\n"
        '  staging: {base_url: "http://127.0.0.1:9/api/v1"}\n'
        '  production: {base_url: "https://api.example.com/api/v1"}\n',
        "utf-8",
    )
    assert completed("plan", "two.yaml", "--env", "") == ["staging", "production"]
    assert completed("show", "--env", "p") == ["production"]


@pytest.mark.parametrize("trouble", ["nothing is there", "no log", "closed", "broken config"])
@pytest.mark.usefixtures("program")
def test_trouble_is_silent_and_nothing_is_made(here: Path, trouble: str) -> None:
    """No line, no file: nobody can be told anything between two keys."""
    if trouble != "nothing is there":
        LOG.parent.mkdir()
    if trouble == "no log":
        LOG.write_bytes(b"not a log")
    if trouble == "broken config":
        (here / ".runbook" / "config.yaml").write_text("format: [", "utf-8")
    before = sorted(here.rglob("*"))
    if trouble == "closed":
        LOG.parent.chmod(0)
    try:
        assert completed("show", "") == []
    finally:
        if LOG.parent.exists():
            LOG.parent.chmod(stat.S_IRWXU)
    assert sorted(here.rglob("*")) == before


@pytest.mark.usefixtures("here", "program")
def test_other_shells() -> None:
    """Of zsh the script: it knows the function, fish completes with what each verb does."""
    known = in_shell(
        "zsh", 'autoload -U compinit; compinit -u -D; eval "$(runbook completion zsh)"; echo $_comps[runbook]'
    )
    assert known == "_runbook_completion\n"
    told = in_shell("fish", 'runbook completion fish | source; complete -C "runbook resu"')
    assert told == "resume\tGo on with a run that stopped.\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_ask_by_the_variable_that_is_answered(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where the shell is not installed."""
    assert main(["completion", shell]) == 0
    said = capsys.readouterr().out
    assert f"_RUNBOOK_COMPLETE={shell}_complete" in said
    assert "runbook" in said


def test_a_verb_is_completed_without_importing_any(here: Path) -> None:
    """Neither a log nor a client: a shell asks at every key."""
    code = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))\n"
        "from engine.cli import main\nmain([])"
    )
    variables = {"_RUNBOOK_COMPLETE": "bash_complete", "COMP_WORDS": "runbook re", "COMP_CWORD": "1"}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=here,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "resume" in result.stdout
    modules = json.loads(result.stderr)
    assert not {"sqlite3", "yaml", "httpx", "rich", "jsonschema"} & set(modules)
