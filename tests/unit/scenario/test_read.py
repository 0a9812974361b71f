"""What is wrong with a scenario file: each fault at its place, with its mend."""

import pytest

from engine.runbook import draft
from engine.runbook.channels import REGISTRY
from engine.scenario.check import check
from engine.scenario.read import read
from tests.scenarios import NAMED, RUNBOOK, checked, said_of, suite_of

ONE = "scenarios:\n  - name: one\n"


def one(given: str, expect: str = "{exit_code: 0}") -> str:
    """Write a file with one scenario."""
    return f"{ONE}    given: {given}\n    expect: {expect}\n"


@pytest.mark.parametrize(
    ("text", "line", "code", "message", "mend"),
    [
        ("scenarios: []\n", 1, "RB110", "`scenarios` is an empty list", "for example"),
        (f"{ONE}    expct: {{}}\n", 3, "RB103", "`expct`", "did you mean `expect`?"),
        (
            f"{ONE}    outcomes: {{}}\n",
            3,
            "RB105",
            "`outcomes` belongs under `given`",
            "move it under `given`.",
        ),
        (f"{ONE}    status: halted\n", 3, "RB105", "`status` belongs under `expect`", "move it"),
        ("limit: 100\n" + one("{}"), 1, "RB103", "this file has no key `limit`", "the keys here are"),
        ("wait: 4h\n" + one("{}"), 1, "RB103", "this file has no key `wait`", "the keys here are"),
        (ONE, 2, "RB102", "this item of `scenarios` has no `expect`", "add `expect: "),
        (one("{now: 2pm}"), 3, "RB108", '"2pm" cannot be the `now`', '"2026-04-01T10:00"'),
        (one('{now: "9999-12-31T23:59"}'), 3, "RB108", "the `now`", "from the year 2000 to 2999"),
        (one('{now: "0001-01-01T06:00"}'), 3, "RB108", "the `now`", "from the year 2000 to 2999"),
        (one("{inputs: {cap: 3}}", "{requests: [{step: remind, body: {}}]}"), 4, "RB110", "empty group", ""),
        (one('{now: "2026-02-30T10:00"}'), 3, "RB108", "no calendar", "2026-04-01T10:00"),
        (one("{outcomes: {remind: suceeded}}"), 3, "RB107", '"suceeded"', "did you mean `succeeded`?"),
        (one("{outcomes: {remind: {failed: 3}}}"), 3, "RB102", "`remind` has no `status`", "`succeeded`"),
        (one("{outcomes: {remind: {status: failed, failed: 1.5}}}"), 3, "RB106", "1.5", "whole number"),
        (
            one("{outcomes: {Remind: failed}}"),
            3,
            "RB108",
            '"Remind" cannot be a name here',
            "address such as",
        ),
        (one("{outcomes: {remind: []}}"), 3, "RB110", "`remind` is an empty list", "write"),
        (one("{}"), 3, "RB110", "`given` is an empty group", "outcomes"),
        (one("{now: '2026-04-01T10:00'}", "{}"), 4, "RB110", "`expect` is an empty group", "steps"),
        (one("{outcomes: {remnd: failed}}"), 3, "RB702", 'no step "remnd"', "did you mean remind?"),
        (
            one("{outcomes: {zzz/c1: failed}}"),
            3,
            "RB702",
            'no step "zzz"',
            "its steps are remind and by_sms.",
        ),
        (one("{inputs: {cap: 3}}", "{steps: {bysms: skipped}}"), 4, "RB702", "bysms", "did you mean by_sms?"),
        (one("{inputs: {cap: 3}}", "{requests: [remind, sms]}"), 4, "RB702", '"sms"', "by_sms"),
        (one("{inputs: {cap: 3}}", "{requests: [{step: remnd}]}"), 4, "RB702", '"remnd"', "remind?"),
        (one("{inputs: {cap: 3}}", "{steps: {remind: sent}}"), 4, "RB107", '"sent"', "`succeeded`"),
        (
            one("{outcomes: {remind: failed, remind/c1: failed}}"),
            3,
            "RB707",
            "says already",
            "keep `remind` or",
        ),
        (one("{inputs: {cp: 3}}"), 3, "RB705", 'no input "cp"', "did you mean cap?"),
        (one("{inputs: {cap: 0}}"), 3, "RB705", "0 is below the minimum", "write 1 or more."),
        (one("{inputs: {cap: none}}"), 3, "RB705", "is not a whole number", "plain digits"),
    ],
)
def test_a_fault_is_told_at_its_place(text: str, line: int, code: str, message: str, mend: str) -> None:
    """One mistake, with its line, its code, what is the matter and what to write."""
    (found,) = [each for each in said_of(text) if each[1] == code]
    assert found[:2] == (line, code)
    assert message in found[2]
    assert mend in found[3]


def test_scenarios_are_known_by_their_names() -> None:
    """The second of a name is at fault, and says which was the first."""
    text = f"{ONE}    expect: {{exit_code: 0}}\n  - name: one\n    expect: {{requests: 1}}\n"
    assert [each[:3] for each in said_of(text)] == [(4, "RB703", '"one" is already the name of scenario 1')]


def test_another_format_is_told_alone() -> None:
    """Of a runbook that is taken for a scenario file nothing else is said."""
    (found,) = read(b"format: runbook/v1\nname: a\n", "a.test.yaml").findings
    assert (found.kind.code, found.help) == ("RB101", "did you mean `format: runbook-test/v1`?")


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        ("{status: rejected, failed: 3}", "`failed` says nothing of a request that is `rejected`"),
        ("{status: succeeded, fatal: true}", "`fatal` says nothing"),
        ("{status: failed, retry_after: 20s}", "`retry_after` says nothing"),
        ("{status: no_match, overreached: true}", "`overreached` says nothing"),
        ("{status: partial, selected: 100, failed: 100}", "these do not go together: partial"),
        ("{status: succeeded, selected: 101}", "these do not go together"),
        ("{status: failed, selected: 10, failed: 9}", "these do not go together"),
        ("{status: partial, failed_pct: 0}", "these do not go together"),
        ("{status: partial, matched: 3, selected: 4, failed: 1}", "these do not go together"),
        ("[not_sent, {status: succeeded, failed: 2}]", "these do not go together"),
    ],
)
def test_an_outcome_that_no_answer_gives(outcome: str, message: str) -> None:
    """By the API's own arithmetic, and by the limit of the step."""
    (found,) = said_of(one(f"{{outcomes: {{remind: {outcome}}}}}"))
    assert found[:2] == (3, "RB704")
    assert message in found[2]


@pytest.mark.parametrize(
    ("outcome", "pointed"),
    [
        ("{status: partial, selected: 100, failed: 1000}", "1000"),
        ("{status: partial, failed: 50, selected: 40}", "40"),
        ("{status: succeeded, failed: 10, selected: 90}", "10"),
        ("{status: failed, selected: 101}", "101"),
        ("{status: succeeded, selected: 101, failed: 10}", "remind"),
    ],
)
def test_the_number_that_does_not_fit_is_pointed_at(outcome: str, pointed: str) -> None:
    """The last one without which the others fit; where no single one is to blame, the step."""
    came = checked(one(f"{{outcomes: {{remind: {outcome}}}}}"))
    (found,) = came.findings
    line = came.suite.document.lines.line(found.span.line)
    assert line[found.span.column - 1 : found.span.end_column - 1] == pointed


def test_a_wrong_step_hides_no_wrong_input() -> None:
    """All that is wrong is told in one round; a wrong time makes no other finding."""
    text = one("{now: '2026-02-30T10:00', inputs: {capp: 3}, outcomes: {remnd: failed}}")
    assert [each.kind.code for each in checked(text).findings] == ["RB108", "RB705", "RB702"]


def test_an_exit_code_that_no_run_gives_is_refused() -> None:
    """It would only ever fail."""
    assert [each[1:] for each in said_of(one("{inputs: {cap: 3}}", "{exit_code: 7}"))] == [
        ("RB107", "no run that is played ends with 7", "write 0, 11, 15, 20, 21, 22 or 23.")
    ]


def test_an_overreach_needs_a_limit() -> None:
    """Where nothing is too many, nobody can take too many."""
    runbook = RUNBOOK.replace('limit: "{{ inputs.cap }}"', "limit: none").replace(
        "  cap: {type: integer, minimum: 1, default: 100}\n", ""
    )
    found = checked(one("{outcomes: {remind: {status: succeeded, overreached: true}}}"), runbook).findings
    assert [each.message for each in found] == ["this request has no limit to overreach"]


@pytest.mark.parametrize(
    ("outcome", "help_"),
    [
        ("{status: succeeded, matched: 30, selected: 3}", ", matched <= 3 (the customers it names)"),
        ("{status: succeeded, matched: 3, overreached: true}", " or matched > 3 (the customers it names)"),
    ],
)
def test_more_cannot_match_than_are_named_but_by_an_overreach(outcome: str, help_: str) -> None:
    """The run would halt, so a scenario in which it goes on shows what cannot be, and the other way round."""
    (found,) = checked(one(f"{{outcomes: {{remind: {outcome}}}}}"), NAMED).findings
    assert found.kind.code == "RB704"
    assert help_ in found.help


def test_a_missing_input_is_told_unless_another_was_meant_for_it() -> None:
    """What has no default must be given; a misspelt one is told once."""
    runbook = RUNBOOK.replace("minimum: 1, default: 100", "minimum: 1")
    assert [each.message for each in checked(one("{inputs: {share: 3}}"), runbook).findings] == [
        "the input cap has no value and no default"
    ]
    assert [each.help for each in checked(one("{inputs: {capp: 3}}"), runbook).findings] == [
        "did you mean cap?"
    ]


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ("{inputs: {cap: 3}}", ["RB706"]),
        ('{now: "2026-04-01 10:00"}', []),
        ('{inputs: {day: "2026-04-01"}}', []),
    ],
)
def test_nothing_hangs_on_today(given: str, codes: list[str]) -> None:
    """A day that counts from today is refused where the scenario does not say which day that is."""
    runbook = RUNBOOK.replace("inputs:\n", "inputs:\n  day: {type: date, default: yesterday}\n")
    assert [each.kind.code for each in checked(one(given), runbook).findings] == codes


def test_inputs_that_the_runbook_cannot_be_filled_with() -> None:
    """Values that fit their inputs, and make a filter that is refused: told with what is wrong there."""
    runbook = RUNBOOK.replace("inputs:\n", "inputs:\n  language: {type: string, default: hindi}\n").replace(
        "language: hindi}}", 'language: "{{ inputs.language }}"}}'
    )
    (found,) = checked(one("{inputs: {language: everyone}}"), runbook).findings
    assert found.kind.code == "RB705"
    assert "with these inputs the runbook is wrong at line" in found.message


@pytest.mark.parametrize(
    ("outcomes", "count"),
    [("{by_sms: failed}", 1), ("{remind: [succeeded, failed, failed]}", 2), ("{remind: failed}", 0)],
)
def test_an_outcome_that_nothing_asks_for(outcomes: str, count: int) -> None:
    """A warning for each, so that the scenario still counts."""
    found = checked(one(f"{{outcomes: {outcomes}}}", "{steps: {by_sms: {run: false}}}")).findings
    assert [(each.kind.code, each.is_error) for each in found if not each.is_error] == [
        ("RB708", False)
    ] * count
    text = f"given: {{outcomes: {outcomes}}}\n{ONE}    expect: {{requests: 1}}\n"
    assert [each.kind.code for each in checked(text).findings] == ["RB708"] * count


@pytest.mark.parametrize(
    ("second", "chosen", "codes"),
    [("failed", "", []), ("succeeded", "", ["RB708"]), ("succeeded", "one", [])],
)
def test_what_a_file_states_for_all_is_asked_for_in_one(second: str, chosen: str, codes: list[str]) -> None:
    """Where all of its scenarios are played, and none comes to it, it shows nothing."""
    suite = suite_of(f"""\
        given: {{outcomes: {{by_sms: failed}}}}
        scenarios:
          - name: one
            expect: {{requests: 1}}
          - name: two
            given: {{outcomes: {{remind: {second}}}}}
            expect: {{requests: 1}}
        """)
    read_runbook = draft.read(RUNBOOK.encode(), "two.yaml", REGISTRY)
    found = check(suite, read_runbook, lambda name: chosen in name).findings
    assert [each.kind.code for each in found] == codes


def test_a_scenario_says_otherwise_than_its_file() -> None:
    """Of inputs, time and outcomes; what it says of a step stands above what is said of its address."""
    text = """\
        given:
          inputs: {cap: 3, share: 30}
          outcomes: {remind/c1: in_doubt, by_sms: failed}
        scenarios:
          - name: as the file says
            expect: {status: in_doubt}
          - name: otherwise
            given: {inputs: {cap: 7}, outcomes: {remind: succeeded}}
            expect: {requests: [{step: remind, body: {limit: 7}}], exit_code: 0}
        """
    assert [result.failures for result in checked(text).results] == [(), ()]
