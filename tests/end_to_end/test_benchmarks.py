"""The benchmark's one command works; what it measures is not judged here."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import costs
from benchmarks.measure import FailedError, Pair, Sample, run
from benchmarks.page import Results, sizes, starts
from benchmarks.subject import bare_environment, installed
from benchmarks.workload import runbook
from engine.runbook.draft import read

ROOT = Path(__file__).resolve().parents[2]


def sample(wall_s: float, peak_bytes: int = 10**6) -> Sample:
    """A process that took so long."""
    return Sample(wall_s, wall_s, peak_bytes)


@pytest.mark.slow
def test_the_documented_command() -> None:
    """One round over small runbooks gives every table, and a verdict for each goal."""
    command = [sys.executable, "benchmarks/run.py", "--rounds", "1", "--warm-up", "0"]
    command += ["--size-rounds", "1", "--sizes", "10", "20", "40"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    rows = [line for line in done.stdout.splitlines() if line.startswith("| `runbook ")]
    assert len(rows) == 4
    assert all(row.endswith(("| met |", "| **missed** |")) for row in rows)
    assert "Linear: a step takes" in done.stdout


@pytest.mark.parametrize("steps", [1, 10, 37])
def test_workload_is_sound(steps: int) -> None:
    """What is measured is a runbook without a finding, with as many steps as asked for."""
    draft = read(runbook(steps).encode(), "benchmark.yaml")
    assert draft.diagnostics == ()
    assert draft.document.data is not None
    assert len(draft.document.data["steps"]) == steps  # type: ignore[arg-type]


def test_a_command_that_fails_is_not_measured(tmp_path: Path) -> None:
    """The time of a process that ended badly would be taken for a good one."""
    command = [sys.executable, "-c", "raise SystemExit('no such thing')"]
    with pytest.raises(FailedError, match=r"ended with 1: no such thing"):
        run(command, bare_environment(), tmp_path / "errors.txt")


def test_peak_of_memory_is_that_of_the_process(tmp_path: Path) -> None:
    """A process that fills 200 MB is seen to have filled them."""
    command = [sys.executable, "-c", "b'x' * 200_000_000"]
    measured = run(command, bare_environment(), tmp_path / "errors.txt")
    assert 200e6 < measured.peak_bytes < 400e6


TOLD = """\
import time: self [us] | cumulative | imported package
import time:         1 |          1 | codecs
import time:        10 |         10 |     base64
import time:       100 |        110 |   yaml.reader
import time:      1000 |       1110 | yaml
import time:         2 |          2 |   json
import time:        20 |         22 | engine
"""


def test_imports_are_charged_to_their_library() -> None:
    """What a library imports is charged to it; what nobody around it asked for, to Python."""
    assert set(costs._charged(TOLD)) == {
        ("engine", "engine", 20),
        ("json", "engine", 2),
        ("yaml", "yaml", 1000),
        ("yaml.reader", "yaml", 100),
        ("base64", "yaml", 10),
        ("codecs", costs.START, 1),
    }


def test_imports_are_read_from_python() -> None:
    """This interpreter writes its import times in the form that is read here."""
    shares = costs.imports(installed(Path(sys.executable)), ["-c", "import yaml"], bare_environment())
    assert set(shares) == {"yaml", costs.START}


@pytest.mark.parametrize(("took_s", "verdict"), [(0.75, "met"), (0.76, "**missed**")])
def test_a_goal_is_judged_by_its_number(took_s: float, verdict: str) -> None:
    """A ratio above the goal is missed, whatever the other commands took."""
    quick = Pair(sample(0.01), sample(1.0))
    round_ = {
        "--version": quick,
        "--help": quick,
        "validate": Pair(sample(took_s), sample(1.0)),
        "plan": quick,
    }
    rows = starts(Results({}, "", [round_], [])).splitlines()
    (row,) = (row for row in rows if row.startswith("| `runbook validate`"))
    assert row.endswith(f"| {verdict} |")


@pytest.mark.parametrize(("most_s", "verdict"), [(11.0, "met"), (14.0, "**missed**")])
def test_growth_is_judged_after_start_up(most_s: float, verdict: str) -> None:
    """Ten times the steps may take ten times the time beyond start-up, and little more."""
    rounds = [{10: sample(1.0), 1010: sample(2.0), 10010: sample(most_s)}]
    shown = sizes(Results({}, "", [], rounds))
    assert f"goal at most 1.25): {verdict}." in shown
