"""``validate`` beside other validators: what is compared, what is said, and what is never made up."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks import validators
from benchmarks.measure import Bench, FailedError, Sample
from benchmarks.subject import Subject, bare_environment
from benchmarks.validators import AJV, CHECK, OURS, Beside, Validators, beside
from benchmarks.validators_page import section
from benchmarks.workload import mistaken
from engine.runbook.draft import read

ROWS = [("sound", 10), ("sound", 1000), ("with mistakes", 10), ("with mistakes", 1000)]
ALL = Validators({OURS: ("o",), AJV: ("a",), CHECK: ("c",)}, {AJV: "5", CHECK: "1"}, {})
NO_NODE = Validators({OURS: ("o",), CHECK: ("c",)}, {CHECK: "1"}, {AJV: "there is no node, or no npm"})


def sample(wall_s: float) -> Sample:
    """A process that took so long."""
    return Sample(wall_s, wall_s, 10**6)


def measured(found: Validators, own_s: Mapping[str, float]) -> Beside:
    """Two rounds in which the others take a second each, and ours so long on the largest files."""
    one = {
        (sort, steps): {
            name: sample(own_s[sort] if name == OURS and steps == 1000 else 1.0) for name in found.commands
        }
        for sort, steps in ROWS
    }
    return Beside(found, [one, one])


def test_a_goal_is_judged_by_the_largest_files() -> None:
    """Of each sort by itself: what is missed is said to be missed."""
    text = section(measured(ALL, {"sound": 2.5, "with mistakes": 1.5}))
    assert "At 1,000 steps, sound, `runbook validate` takes 2.50 times" in text
    assert text.count("**missed**") == 1
    assert (
        "with mistakes, `runbook validate` takes 1.50 times what ajv-cli takes (goal at most 2): met." in text
    )
    assert text.count("\n| ") == len(ROWS) + 2


def test_without_node_there_is_no_verdict() -> None:
    """Nor a figure in its place."""
    text = section(measured(NO_NODE, {"sound": 9.0, "with mistakes": 9.0}))
    assert "ajv-cli was not measured: there is no node, or no npm." in text
    assert "goal" not in text
    assert "ajv-cli s" not in text
    assert "check-jsonschema s" in text


def test_without_node_nothing_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has no node measures the rest."""
    monkeypatch.setattr("shutil.which", lambda _name: None)
    found = validators.validators(
        Subject(Path("python"), Path("runbook"), is_editable=True, python_version="3", versions={}), tmp_path
    )
    assert AJV not in found.commands
    assert found.missing[AJV] == "there is no node, or no npm"


def test_a_program_that_ends_otherwise_is_not_measured(tmp_path: Path) -> None:
    """One that finds nothing in a file with mistakes has not done the work."""
    found = Validators({OURS: ("/bin/true",)}, {}, {})
    with pytest.raises(FailedError, match="ended with 0"):
        next(beside(found, Bench(bare_environment(), tmp_path, 1, 0), [10]))


@pytest.mark.parametrize("steps", [10, 300])
def test_the_mistakes_are_there(steps: int) -> None:
    """One of ten steps has one, and each gives one finding that the shape alone shows."""
    found = read(mistaken(steps).encode(), "benchmark.yaml").diagnostics
    assert len(found) == steps // 10
    assert {one.kind.code[:3] for one in found} == {"RB1"}
