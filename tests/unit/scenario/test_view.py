"""Scenarios as people and programs read them."""

from xml.etree.ElementTree import fromstring

from engine.report.paint import bare, coloured
from engine.scenario.check import Checked
from engine.scenario.coverage import measure
from engine.scenario.junit import junit
from engine.scenario.read import read
from engine.scenario.view import coverage_text, next_step, summary, text, to_json
from tests.scenarios import checked, played

MIXED = """\
scenarios:
  - name: on a good day nobody gets an SMS
    expect: {steps: {by_sms: skipped}}
  - name: half of the reminders fail
    given: {outcomes: {remind: {status: partial, selected: 100, failed: 50}}}
    expect:
      steps:
        by_sms: skipped
      exit_code: 0
  - name: cannot be played
    given: {outcomes: {remind: {status: failed, selected: 101}}}
    expect: {exit_code: 20}
"""
SHOWN = """\
two.test.yaml
  ok    on a good day nobody gets an SMS
  FAIL  half of the reminders fail
    two.test.yaml:10:17: status of by_sms
       10 |         by_sms: skipped
          |                 ^~~~~~~ expected skipped, got succeeded
      why:  its condition is true: steps.remind.failed_pct > inputs.share (remind.failed_pct is 50, \
inputs.share is 20)
    two.test.yaml:11:18: exit code
       11 |       exit_code: 0
          |                  ^ expected 0, got 20
      why:  remind partial, by_sms succeeded
  FAIL  cannot be played: not played, see below

two.test.yaml:13:59: error RB704 outcome that no answer gives
"""


def test_a_failure_is_shown_at_its_line_with_its_reason() -> None:
    """As a good test runner does: the scenario, the line with a caret, both values, why."""
    assert text([checked(MIXED)]).startswith(SHOWN)


def test_a_reason_is_told_once() -> None:
    """Failures that follow each other for one reason share it."""
    came = checked("scenarios:\n  - name: a\n    expect: {status: halted, exit_code: 21}\n")
    assert text([came]).count("why:") == 1


def test_emphasis_changes_no_word() -> None:
    """Only colours are added."""
    came = checked(MIXED)
    assert bare(text([came], coloured)) == text([came])


def test_how_it_went_in_a_line() -> None:
    """What passed, what failed, which files cannot be used; and what to do next."""
    good = checked("scenarios:\n  - name: a\n    expect: {exit_code: 0}\n")
    broken = checked("scenarios:\n  - name: a\n    expect: {steps: {nobody: skipped}}\n")
    bad = checked("scenarios:\n  - name: a\n    expect: {exit_code: 20}\n")
    assert summary([good]) == "1 scenario of 1 file: 1 passed."
    assert summary([good, broken, checked(MIXED)]) == (
        "4 scenarios of 3 files: 2 passed, 2 failed, 1 file cannot be used."
    )
    assert "--coverage" in next_step([good])
    assert "findings" in next_step([good, broken])
    assert "runbook plan" in next_step([good, bad])


def test_coverage_in_numbers_and_by_name() -> None:
    """A head, then a line for each condition and each step that is not shown whole."""
    shown = coverage_text("two.yaml", measure((), [played("{outcomes: {remind: failed}}")])).splitlines()
    assert shown[0] == "Coverage of two.yaml: 21 % (3 of 6 truths of conditions, 2 of 18 outcomes)"
    assert shown[1] == "  by_sms: `when` is never false: steps.remind.failed_pct > inputs.share"
    assert shown[-2].startswith("  remind: never comes to ")
    assert "failed" not in shown[-2].removeprefix("  remind: never comes to ").split("; ")


def test_all_of_it_as_json() -> None:
    """What was decided and why, the requests, failures with their places, coverage where asked for."""
    came = checked(MIXED)
    said = to_json([came], {"two.yaml": measure((), [each.played for each in came.results if each.played])})
    assert said["passed"] is False
    scenarios = said["scenarios"]
    assert isinstance(scenarios, list)
    good, bad, unplayed = scenarios
    assert isinstance(good, dict)
    assert isinstance(bad, dict)
    assert isinstance(unplayed, dict)
    assert (good["line"], good["passed"], good["exit_code"], good["failures"]) == (4, True, 0, [])
    assert good["requests"] != []
    assert isinstance(bad["failures"], list)
    assert bad["failures"][1] == {
        "line": 11,
        "column": 18,
        "what": "exit code",
        "expected": "0",
        "got": "20",
        "why": "remind partial, by_sms succeeded",
        "help": "",
    }
    assert "steps" not in unplayed
    assert "coverage" not in to_json([came], {})
    assert [*said] == ["passed", "scenarios", "findings", "files", "coverage"]


def test_junit_is_what_ci_systems_read() -> None:
    """A suite a file, a case a scenario; failures and errors are counted and told."""
    root = fromstring(junit([checked(MIXED)]))  # noqa: S314  (our own)
    (suite,) = root
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    assert {name: suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped")} == {
        "name": "two.test.yaml",
        "tests": "4",
        "failures": "1",
        "errors": "2",
        "skipped": "0",
    }
    cases = {case.get("name"): case for case in suite}
    assert [*cases] == [
        "on a good day nobody gets an SMS",
        "half of the reminders fail",
        "cannot be played",
        "RB704 at line 13",
    ]
    failure = cases["half of the reminders fail"].find("failure")
    assert failure is not None
    assert failure.get("message") == "status of by_sms: expected skipped, got succeeded"
    assert "two.test.yaml:11:18: exit code: expected 0, got 20" in str(failure.text)


ADMITTED = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "file", "time", "tests", "failures", "errors", "skipped"},
    "testcase": {"name", "classname", "time"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
}
"""What the schema by which Jenkins reads such files (junit-10.xsd) has, of all that it admits."""


def test_junit_keeps_to_what_strict_readers_admit() -> None:
    """No other element, no other attribute; of a suite all that is required."""
    root = fromstring(junit([checked(MIXED)]))  # noqa: S314  (our own)
    for element in root.iter():
        assert set(element.keys()) <= ADMITTED[element.tag]
    assert all({"name", "tests", "failures", "errors"} <= set(suite.keys()) for suite in root)


def test_what_xml_cannot_hold_does_not_break_it() -> None:
    """Characters that a terminal would obey, or that are none, in the name of a file."""
    suite = read(b"format: [", "a\x1b[31m&<\ufffe\uffff.test.yaml")
    root = fromstring(junit([Checked(suite, (), suite.findings)]))  # noqa: S314  (our own)
    assert root[0].get("name") == "a\u241b[31m&<\ufffd\ufffd.test.yaml"
