"""``runbook test``: scenario files of a repository, and what people, programs and CI systems get of them."""

import json
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from docs.site.staging import ROOT
from engine.api.planning import load, plan
from engine.cli import main
from engine.runbook import draft
from engine.scenario.check import check
from engine.scenario.read import read
from engine.trial import play
from tests.end_to_end.running import RUNBOOK

SCENARIOS = """\
format: runbook-test/v1
runbook: two.yaml
scenarios:
  - name: on a good day both are sent
    expect: {requests: [remind, again], exit_code: 0}
  - name: after trouble the second is left out
    given: {outcomes: {remind: {status: partial, selected: 20, failed: 5}}}
    expect: {steps: {again: skipped}, exit_code: 20}
"""
FAILING = SCENARIOS.replace("again: skipped", "again: succeeded")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a runbook and its scenarios."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two.yaml").write_text(RUNBOOK, "utf-8")
    (tmp_path / "two.test.yaml").write_text(SCENARIOS, "utf-8")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:  # noqa: ANN401  (any JSON)
    """Test, and give what is printed as JSON."""
    capsys.readouterr()
    assert main(["test", *arguments, "--format", "json"]) == code
    return json.loads(capsys.readouterr().out)


# ------------------------------------------------ which files


@pytest.mark.parametrize("path", ["two.test.yaml", "two.yaml", ".", "two.yaml two.test.yaml ."])
def test_a_file_a_runbook_or_a_folder(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A runbook stands for the file beside it, a folder for all below; each is played once."""
    about = said(capsys, *path.split())
    assert about["files"] == ["two.test.yaml"]
    assert [(each["name"], each["passed"]) for each in about["scenarios"]] == [
        ("on a good day both are sent", True),
        ("after trouble the second is left out", True),
    ]


def test_without_a_path_the_folders_of_the_configuration(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the environment says of an account, for nothing is sent."""
    assert main(["init", "repo"]) == 0
    monkeypatch.chdir(here / "repo")
    monkeypatch.setenv("TIMEPAY_BASE_URL", "https://api.example.invalid/api/v1")
    assert said(capsys)["files"] == ["runbooks/emi-reminder.test.yaml"]


@pytest.mark.parametrize(
    ("arguments", "message", "cure"),
    [
        ([], "which runbooks?", "runbook test runbooks/"),
        (["gone.test.yaml"], "gone.test.yaml does not exist", "check the path"),
        (["empty"], "there is no *.test.yaml below empty", "name a folder"),
        (
            ["alone.yaml"],
            "alone.yaml has no scenario file alone.test.yaml",
            "alone.yaml --suggest > alone.test",
        ),
        (["two.yaml", "-k", "xyz"], 'no scenario\'s name holds "xyz"', "leave -k out"),
        (["--suggest"], "--suggest is for one runbook", "runbook test runbooks/first.yaml --suggest"),
        (["two.yaml", "--fail-under", "101"], "101", ""),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_cure(
    arguments: list[str], message: str, cure: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under 64, with nothing on stdout."""
    (here / "empty").mkdir()
    (here / "alone.yaml").write_text(RUNBOOK, "utf-8")
    assert main(["test", *arguments]) == 64
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert cure in err


def test_only_those_whose_name_holds_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever its case."""
    (only,) = said(capsys, "two.yaml", "-k", "GOOD day")["scenarios"]
    assert only["name"] == "on a good day both are sent"


# ------------------------------------------------ how it ends


def test_all_as_expected(capsys: pytest.CaptureFixture[str]) -> None:
    """A line each on stdout; the talk, with what to do next, on stderr."""
    assert main(["test", "two.yaml"]) == 0
    out, err = capsys.readouterr()
    assert out == (
        "two.test.yaml\n  ok    on a good day both are sent\n  ok    after trouble the second is left out\n"
    )
    assert err.startswith("2 scenarios of 1 file: 2 passed.\nNext: --coverage")


def test_one_that_fails(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under 10, with the line of the scenario and the condition with the values that it saw."""
    (here / "two.test.yaml").write_text(FAILING, "utf-8")
    assert main(["test", "two.yaml"]) == 10
    out, err = capsys.readouterr()
    assert "two.test.yaml:8:29: status of again\n" in out
    assert "expected succeeded, got skipped" in out
    assert "its condition is false: steps.remind.failed == 0 (remind.failed is 5)" in out
    assert "2 scenarios of 1 file: 1 passed, 1 failed." in err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("runbook: two.yaml", "runbook: tow.yaml", "tow.yaml does not exist"),
        ("format: runbook-test/v1", "format: runbook-test/v2", "not read by this version"),
        ("expect: {requests", "expect:{requests", "RB0"),
    ],
)
def test_a_file_that_cannot_be_used(
    old: str, new: str, message: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its findings, under 10; no scenario of it is played."""
    (here / "two.test.yaml").write_text(SCENARIOS.replace(old, new), "utf-8")
    assert main(["test", "two.yaml"]) == 10
    out, err = capsys.readouterr()
    assert message in out
    assert "1 file cannot be used" in err


def test_a_runbook_with_errors(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Said at the line that names it, with the command that shows them; other files are still played."""
    (here / "other.test.yaml").write_text(SCENARIOS.replace("two.yaml", "other.yaml"), "utf-8")
    (here / "other.yaml").write_text(RUNBOOK.replace("limit: 10", "limit: ten"), "utf-8")
    about = said(capsys, ".", code=10)
    (found,) = about["findings"]
    assert (found["code"], found["line"]) == ("RB701", 2)
    assert found["help"] == "mend it: runbook validate other.yaml."
    assert all(each["passed"] for each in about["scenarios"])


# ------------------------------------------------ for CI systems


def test_junit_for_ci_systems(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document of its own on stdout, whatever is said beside it."""
    (here / "two.test.yaml").write_text(FAILING, "utf-8")
    assert main(["test", "two.yaml", "--format", "junit", "--coverage"]) == 10
    out, err = capsys.readouterr()
    root = fromstring(out)  # noqa: S314  (our own)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "1", "0")
    assert "Coverage of two.yaml" in err


@pytest.mark.parametrize(("least", "code"), [("10", 0), ("99.5", 10)])
def test_a_floor_for_coverage(least: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Below it the command fails, and names the one that prints more."""
    assert main(["test", "two.yaml", "--fail-under", least]) == code
    out, err = capsys.readouterr()
    assert "Coverage of two.yaml: 25 % (2 of 2 truths of conditions, 3 of 18 outcomes)\n" in out
    assert ("runbook test two.yaml --suggest" in err) is bool(code)


def test_a_runbook_that_was_not_played_has_no_coverage(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no scenario of it was chosen: no number says what nobody looked at."""
    (here / "three.yaml").write_text(RUNBOOK, "utf-8")
    other = SCENARIOS.replace("two.yaml", "three.yaml").replace("good day", "bad day")
    (here / "three.test.yaml").write_text(other, "utf-8")
    about = said(capsys, ".", "-k", "good day", "--coverage")
    assert about["files"] == ["two.test.yaml"]
    assert [each["runbook"] for each in about["coverage"]] == ["two.yaml"]


def test_of_a_folder_every_runbook_counts(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One without a scenario is shown by none, and one with errors cannot be; other files are nobody's."""
    (here / "alone.yaml").write_text(RUNBOOK, "utf-8")
    (here / "other.yaml").write_text("services: {}\n", "utf-8")
    about = said(capsys, ".", "--fail-under", "10", code=10)
    assert [(each["runbook"], each["percent"]) for each in about["coverage"]] == [
        ("two.yaml", 25.0),
        ("alone.yaml", 0.0),
    ]
    (here / "alone.yaml").write_text(RUNBOOK.replace("owner:", "ower:"), "utf-8")
    assert main(["test", ".", "--coverage"]) == 10
    assert "runbook validate alone.yaml" in capsys.readouterr().err


# ------------------------------------------------ suggestions


def test_what_is_suggested_begins_a_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Saved beside a runbook that has none yet, as the refusal says; it passes, and shows all."""
    saved = here / "two.test.yaml"
    saved.write_text("", "utf-8")
    assert main(["test", "two.yaml", "--suggest"]) == 0
    out, err = capsys.readouterr()
    assert "for what none shows yet" in err
    saved.write_text(out, "utf-8")
    assert main(["test", "two.yaml", "--fail-under", "100"]) == 0
    assert "Coverage of two.yaml: 100 %" in capsys.readouterr().out
    assert main(["test", "two.yaml", "--suggest"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "nothing to suggest" in err


def test_more_are_suggested_beside_those_that_are_there(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a file of their own; together they show all, and nothing that was there is changed."""
    assert main(["test", "two.test.yaml", "--suggest"]) == 0
    (here / "two.more.test.yaml").write_text(capsys.readouterr().out, "utf-8")
    assert main(["test", ".", "--fail-under", "100"]) == 0
    assert (here / "two.test.yaml").read_text("utf-8") == SCENARIOS


def test_a_runbook_stands_for_all_scenario_files_that_name_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever they are called: what one of them shows is not suggested again."""
    assert main(["test", "two.yaml", "--suggest"]) == 0
    (here / "more.test.yaml").write_text(capsys.readouterr().out, "utf-8")
    assert said(capsys, "two.yaml", "--fail-under", "100")["files"] == ["more.test.yaml", "two.test.yaml"]
    for path in ("two.yaml", "two.test.yaml", "more.test.yaml"):
        assert main(["test", path, "--suggest"]) == 0
        assert "nothing to suggest" in capsys.readouterr().err
    (here / "more.test.yaml").write_text(SCENARIOS.replace("expect:", "expct:"), "utf-8")
    assert main(["test", "two.yaml", "--suggest"]) == 10
    assert "more.test.yaml has errors" in capsys.readouterr().err


def test_what_is_suggested_is_laid_out(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever saves it has nothing to lay out."""
    (here / "two.test.yaml").unlink()
    assert main(["test", "two.yaml", "--suggest"]) == 0
    (here / "two.test.yaml").write_text(capsys.readouterr().out, "utf-8")
    assert main(["fmt", "--check", "two.test.yaml"]) == 0


@pytest.mark.parametrize(
    ("others", "named"),
    [
        (["--coverage"], "--coverage"),
        (["--format", "json", "-k", "nothing"], "--format and -k"),
        (["--fail-under", "0"], "--fail-under"),
    ],
)
def test_what_would_do_nothing_beside_suggest_is_refused(
    others: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody takes YAML for JSON, or 0 for enough."""
    assert main(["test", "two.yaml", "--suggest", *others]) == 64
    out, err = capsys.readouterr()
    assert not out
    assert f"leave {named} out" in err


@pytest.mark.parametrize("broken", ["two.yaml", "two.test.yaml"])
def test_nothing_is_suggested_for_what_has_errors(
    broken: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command that shows them is named."""
    (here / broken).write_text("format: [", "utf-8")
    assert main(["test", "two.yaml", "--suggest"]) == 10
    out, err = capsys.readouterr()
    assert out == ""
    assert "has errors" in err
    assert "help: mend them first: runbook test two.test.yaml" in err


# ------------------------------------------------ it is the run


ANSWERS = {
    "succeeded": "ok",
    "{status: partial, failed: 5}": "207:failed=5",
    "failed": "failed",
    "no_match": "nobody",
    "rejected": "400",
    "{status: rejected, fatal: true}": "401",
    "not_sent": "refused",
    "[not_sent, succeeded]": ["refused", "ok"],
    "{status: not_sent, retry_after: 4s}": "429:retry_after=4",
    "{status: not_sent, retry_after: 50s}": "429:retry_after=50",
    "in_doubt": "lost",
    "{status: succeeded, overreached: true}": "overreach",
}


@pytest.mark.parametrize("step", ["remind", "again"])
@pytest.mark.parametrize("outcome", ANSWERS)
def test_a_scenario_goes_as_the_run_goes(step: str, outcome: str, here: Path) -> None:
    """Statuses, requests and exit code of a run through the real gate, before a sandbox that answers so."""
    text = f"{SCENARIOS.partition('scenarios')[0]}scenarios:\n  - name: a\n    expect: {{exit_code: 0}}\n"
    given = f"    given: {{outcomes: {{{step}: {outcome}}}}}\n"
    suite = read((text + given).encode(), "a.test.yaml")
    (result,) = check(suite, draft.read(RUNBOOK.encode(), "two.yaml")).results
    assert result.played is not None
    trial = play(plan(load(here / "two.yaml")), answers={step: ANSWERS[outcome]})
    played = result.played
    assert {name: played.step(name).status for name in trial.steps} == {
        name: state.status for name, state in trial.steps.items()
    }
    assert played.exit_code == trial.exit_code
    assert played.state.stopped_by == trial.state.stopped_by
    arrived = [(each.step, each.attempt, each.body) for each in trial.requests]
    asked = [(each.step, each.attempt, each.body) for each in played.requests]
    assert (asked == arrived) or "not_sent" in outcome  # what never leaves does not arrive
    assert played.state.steps.keys() == trial.state.steps.keys()


# ------------------------------------------------ what we ship


@pytest.mark.parametrize("file", sorted((ROOT / "runbooks").rglob("*.test.yaml")), ids=lambda file: file.name)
def test_the_scenarios_of_our_runbooks_hold(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is found in them, not even a warning."""
    about = said(capsys, str(file))
    assert about["findings"] == []


def test_our_example_of_scenarios_shows_every_condition(capsys: pytest.CaptureFixture[str]) -> None:
    """Both ways, ``expect`` and ``success`` included."""
    file = ROOT / "runbooks" / "emi-bounce-recovery.test.yaml"
    (coverage,) = said(capsys, str(file), "--coverage")["coverage"]
    assert all(each["covered"] for each in coverage["conditions"])
