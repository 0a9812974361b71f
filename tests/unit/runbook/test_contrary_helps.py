"""A help never says the contrary of what was written, and what it offers may be written so."""

import pytest

from engine.diagnostics import Diagnostic
from engine.runbook.draft import read

HEAD = "format: runbook/v1\nname: first\nowner: ops\npurpose: overdue\n"
STEP = "  - {id: remind, channel: sms, template: smsTpl01, limit: 100, "
BOUNCED = "filters: {payment_status: bounced}"
LIST_WANTED = "only `exclude_ids` leaves people out; list those who are wanted: "
OWING = f"{LIST_WANTED}`payment_status: [bounced, pending]`."
BRANCH = "a column of yours stands under `custom`: `custom: {branch: pune}`."


def errors(line: str, *, top: str = "", steps: str = STEP) -> list[Diagnostic]:
    """Give the errors of a runbook whose only step holds a line."""
    text = f"{HEAD}{top}campaign: {{id: camp_demo}}\nsteps:\n{steps}{line}}}\n"
    return [one for one in read(text.encode(), "a.yaml").diagnostics if one.is_error]


def helps(line: str) -> str:
    """Give what the only error of such a runbook is answered with."""
    (found,) = errors(line)
    return found.help


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("payment_status_not_in: [paid]", OWING),
        ("payment_status_ne: paid", OWING),
        ("payment_status-not: [paid]", OWING),
        ('"payment_status!": paid', OWING),
        ('"!payment_status": paid', OWING),
        ("payment_status not in: [paid]", OWING),
        ("payment_status != paid", f"{LIST_WANTED}`payment_status: […]`."),
        ("exclude_paid: true", OWING),
        ("no_paid: true", OWING),
        ("languageNot: hindi", f"{LIST_WANTED}`language: […]`."),
        ("language_ne: hindi", f"{LIST_WANTED}`language: […]`."),
        ("exclude_custom: {branch: pune}", f"{LIST_WANTED}`custom: {{branch: […]}}`."),
        ("branch_nin: [pune]", f"{LIST_WANTED}`custom: {{branch: […]}}`."),
        ("loan_ids_not: [A-1]", "did you mean `exclude_ids`? It takes a list of ids."),
        ("exclude_ids_not: [A-1]", "say who is wanted: `ids`, `payment_status`, `language` or `custom`."),
        ("knot: x", "a column of yours stands under `custom`: `custom: {knot: x}`."),
        ("custom: {branch != pune}", f"{LIST_WANTED}`branch: […]`."),
        ("custom: {branch -> pune}", "write the column's name, a colon, a space and a value: `NAME: VALUE`."),
        ("language: hindi, not_branch=pune", f"{LIST_WANTED}`custom: {{branch: […]}}`."),
        ("custom: branch != pune", f'{LIST_WANTED}`custom: {{branch: ["…"]}}`.'),
        ("language: hindi, branch=pune", BRANCH),
        ("ids: [A-1], branch=pune", BRANCH),
        ("exclude_ids: [A-1], branch:pune", BRANCH),
    ],
)
def test_a_denied_filter_is_never_answered_with_the_filter(keys: str, said: str) -> None:
    """What the denied key says would go to those who were to be left out."""
    assert helps(f"filters: {{{keys}}}") == said


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("not over 100", ["{max: 100}"]),
        ("not under 100", ["{min: 100}"]),
        ("100 or above", ["{min: 100}"]),
        ("100 and above", ["{min: 100}"]),
        ("100 or under", ["{max: 100}"]),
        ("more than or equal 100", ["{min: 100}"]),
        ("no more than 100", ["{max: 100}"]),
        ("not matched < 100", ["{min: 100}", "{max: 100}"]),
        ("not at least 100", ["{min: 100}", "{max: 100}"]),
        ("more or less 100", ["{min: 100}", "{max: 100}"]),
        ("under 100 or over", ["{min: 100}", "{max: 100}"]),
        ("not between 100 and 400", ["{max: 99}", "{min: 401}"]),
        ("outside 0-400", ["{min: 401}"]),
    ],
)
def test_a_bound_is_not_turned_round(text: str, bounds: list[str]) -> None:
    """Where a denial stands that is not understood, both readings are offered."""
    said = helps(f'{BOUNCED}, expect: {{matched: "{text}"}}')
    assert [part for part in said.split("`") if part.startswith("matched")] == [
        f"matched: {each}" for each in bounds
    ]
    assert not any(errors(f"{BOUNCED}, expect: {{matched: {each}}}") for each in bounds)


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [("failed_pct <= 5", ": `success: failed_pct <= 5`."), ("failed < 5%", "."), ("> -5", "")],
)
def test_what_came_of_a_step_is_no_number_of_customers(text: str, rewritten: str) -> None:
    """A share of failures is not turned into the least or most who may match."""
    said = helps(f'{BOUNCED}, expect: "{text}"')
    if rewritten:
        assert (
            said == f"`expect` bounds `matched` alone; what came of a step is judged by `success`{rewritten}"
        )
    assert "min: 6" not in said


@pytest.mark.parametrize(
    ("lines", "said", "rewritten"),
    [
        ("title = Step 2: remind", '`title: "Step 2: remind"`', 'title: "Step 2: remind"'),
        ("success: [failed_pct <= 5,5]", "`failed_pct <= 5.5`", "success: [failed_pct <= 5.5]"),
        (
            'filters: {language: hindi, custom: "branch = [pune, goa]"}',
            "`custom: {branch: [pune, goa]}`",
            "filters: {language: hindi, custom: {branch: [pune, goa]}}",
        ),
    ],
)
def test_what_is_offered_is_read(lines: str, said: str, rewritten: str) -> None:
    """A help that is refused in its turn is none."""
    rest = "" if "filters" in lines else f", {BOUNCED}"
    assert said in helps(f"{lines}{rest}")
    assert errors(f"{rewritten}{rest}") == []


@pytest.mark.parametrize(
    "written", ["Inputs.branch", "INPUTS.BRANCH", "input.branch", '"[inputs.branch]"', "\"inputs['branch']\""]
)
def test_an_input_is_known_however_its_name_is_written(written: str) -> None:
    """Its letters would go out in place of its value."""
    top = "inputs: {branch: {type: string, key: true}}\n"
    (found,) = errors(f"filters: {{language: hindi, custom: {{branch: {written}}}}}", top=top)
    assert found.kind.code == "RB212"
    assert '`branch: "{{ inputs.branch }}"`' in found.help


@pytest.mark.parametrize("section", ["recipients", "customers", "people", "target_groups", "groups"])
def test_audiences_under_another_name_are_told_once(section: str) -> None:
    """Each step that names one would be an error more."""
    top = f"{section}: {{few: {{filters: {{language: hindi}}}}}}\n"
    steps = f"{STEP}audience: few}}\n{STEP.replace('remind', 'again').replace('Tpl01', 'Tpl02')}"
    assert [one.help for one in errors("audience: few", top=top, steps=steps)] == [
        "did you mean `audiences`? A note of your own begins with `x-`."
    ]


@pytest.mark.parametrize("section", ["params", "Inputs", "input", "vars", "parameter", "options", "env"])
@pytest.mark.parametrize(
    "given", ["{branch: {type: string}}", "[{name: branch}]", "[{branch: {type: string}}]"]
)
def test_inputs_under_another_name_are_told_once(section: str, given: str) -> None:
    """As a group and as a list, in which others write them."""
    line = f"{BOUNCED}, when: inputs.branch == 'pune'"
    assert [one.kind.code for one in errors(line, top=f"{section}: {given}\n")] == ["RB103"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("LN 12 34", "if it is one id, copy it again, for example LN-12-34; if it is more, [LN,"),
        ("MH 12 AB 1234", "if it is one id, copy it again, for example MH-12-AB-1234; "),
        ("LOANID 2043154-A", "if it is one id, copy it again, for example LOANID-2043154-A; "),
        ("123 456", 'if it is one id, copy it again, for example "123-456"; '),
        ("LN-1 LN-22", "put a comma between them: [LN-1, LN-22]."),
        ("LN 1; LN 2", "put a comma between them: [LN 1, LN 2]."),
    ],
)
def test_an_id_with_blanks_may_be_one(written: str, said: str) -> None:
    """Only what is shaped alike is surely several."""
    text = f"{HEAD}campaign: {{id: camp_demo}}\nsteps:\n{STEP}filters: {{exclude_ids: ['{written}']}}}}\n"
    found = read(text.encode(), "a.yaml").diagnostics
    assert next(one.help for one in found if one.kind.code == "RB548").startswith(said)
