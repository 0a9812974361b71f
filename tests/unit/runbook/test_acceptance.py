"""Warnings that a step accepts: which are its own, what becomes of them, and what is accepted in vain."""

import copy
import pickle
import sys
from collections.abc import Callable

import pytest

from engine.diagnostics import Kind, Severity
from engine.manual import KINDS
from engine.runbook.acceptance import ABOUT, OVER_STEPS, by_step, split
from engine.runbook.draft import Draft, fill, read
from engine.runbook.rules import RULES, SMELLS, SMELLS_OF_CONDITIONS
from engine.runbook.rules.accepted_codes import OF_NO_STEP, warnings
from tests.unit.runbook.rules.books import HEAD, draft, step

TESTED = "filters: {language: hindi}, accept_warnings: {RB505: It is only called so.}"
IDS = f"[{', '.join(f'L-{n}' for n in range(11))}]"


def said(made: Draft) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Give the codes of what is found, and what is accepted."""
    accepted = [(each.step, each.finding.kind.code, each.reason) for each in made.accepted]
    return [one.kind.code for one in made.diagnostics], accepted


def test_an_accepted_warning_is_no_finding() -> None:
    """It keeps its reason."""
    made = draft(step("a", TESTED).replace("t1", "dummy"))
    assert said(made) == ([], [("a", "RB505", "It is only called so.")])


def test_it_is_accepted_for_one_step_only() -> None:
    """On one line, too, each finding belongs to its own step."""
    other = step("b", "filters: {language: tamil}").replace("t1", "sample")
    accepting = step("a", TESTED).replace("t1", "dummy")
    made = draft(accepting, other)
    assert said(made) == (["RB505"], [("a", "RB505", "It is only called so.")])
    assert made.diagnostics[0].message.startswith('"sample"')


def test_what_stands_behind_the_last_step_is_not_its_own() -> None:
    """An input below the steps is no part of the last one."""
    text = HEAD.format(purpose="service", top="")
    text += f"  - {step('a', TESTED).replace('t1', 'dummy')}\ninputs: {{cap: {{type: integer}}}}\n"
    made = read(text.encode(), "a.yaml")
    assert [(one.kind.code, one.span.line) for one in made.diagnostics] == [("RB506", 8)]
    assert [each.step for each in made.accepted] == ["a"]


@pytest.mark.parametrize("key", ["", "id: 5, "])
def test_a_step_without_an_id_accepts_nothing_by_its_name(key: str) -> None:
    """What is missing is said, and the warning that others accept stands."""
    text = HEAD.format(purpose="service", top="").replace("name: first", "name: dummy-run")
    nameless = step("b").replace("id: b, ", key)
    made = read(f"{text}  - {step('a', TESTED)}\n  - {nameless}\n".encode(), "a.yaml")
    found = {one.kind.code: one.help for one in made.diagnostics}
    assert "To accept it, do so at a step without an id, too." in found["RB505"]


@pytest.mark.parametrize("reason", ["5", "[a]", "{a: b}"])
def test_a_reason_that_is_no_text_is_the_only_finding(reason: str) -> None:
    """What it was given for is not said beside it."""
    text = HEAD.format(purpose="service", top="").replace("name: first", "name: dummy-run")
    accepting = step("a", f"filters: {{language: hindi}}, accept_warnings: {{RB505: {reason}}}")
    assert [one.kind.code for one in read(f"{text}  - {accepting}\n".encode(), "a.yaml").diagnostics] == [
        "RB106"
    ]


@pytest.mark.parametrize("name", ["name: dummy-run", "campaign: {id: c1, name: Test Ride Loans}"])
def test_what_is_said_of_the_whole_runbook_is_accepted_by_all_its_steps(name: str) -> None:
    """A step that does not accept it is still warned."""
    text = HEAD.format(purpose="service", top="")
    text = text.replace("name: first" if name[0] == "n" else "campaign: {id: camp_1}", name)
    accepting = step("a", TESTED), step("b", TESTED.replace("hindi", "tamil"))
    bare = step("b", "filters: {language: tamil}")
    made = read(f"{text}  - {accepting[0]}\n  - {accepting[1]}\n".encode(), "a.yaml")
    assert said(made) == ([], [(each, "RB505", "It is only called so.") for each in "ab"])
    made = read(f"{text}  - {accepting[0]}\n  - {bare}\n".encode(), "a.yaml")
    assert said(made) == (["RB505"], [])


def test_what_two_steps_give_rise_to_belongs_to_the_later_one() -> None:
    """The earlier one cannot accept it."""
    accept = "filters: {language: hindi}, accept_warnings: {RB502: Asked twice.}"
    other = "filters: {language: [hindi, tamil]}"
    assert said(draft(step("a", other), step("b", accept))) == ([], [("b", "RB502", "Asked twice.")])
    assert said(draft(step("a", accept), step("b", other))) == (["RB512", "RB502"], [])


def test_all_users_of_an_audience_must_accept_what_is_wrong_with_it() -> None:
    """Each gives a reason of its own."""
    top = f"audiences: {{some: {{filters: {{ids: {IDS}}}}}}}\n"
    users = [step(name, f"audience: some, accept_warnings: {{RB510: For {name}.}}") for name in ("a", "b")]
    users[1] = users[1].replace("t1", "t2")
    assert said(draft(*users, top=top)) == ([], [("a", "RB510", "For a."), ("b", "RB510", "For b.")])
    bare = step("b", "audience: some").replace("t1", "t2")
    assert said(draft(users[0], bare, top=top)) == (["RB510"], [])


def test_who_must_accept_it_too_is_said_once() -> None:
    """A plan parts the findings of a runbook a second time."""
    top = f"audiences: {{some: {{filters: {{ids: {IDS}}}}}}}\n"
    users = [step("a", "audience: some, accept_warnings: {RB510: So.}"), step("b", "audience: some")]
    made = draft(users[0], users[1].replace("t1", "t2"), top=top)
    assert split(made.document, made.diagnostics) == (made.diagnostics, ())
    assert made.diagnostics[0].help.endswith("To accept it, do so at `b`, too.")


def test_an_error_is_never_accepted() -> None:
    """Its code is one of an error, and that is one more."""
    made = draft(
        step("a", "filters: {language: hindi}, accept_warnings: {RB109: So be it.}").replace("5,", "0,")
    )
    assert said(made) == (["RB109", "RB210"], [])


@pytest.mark.parametrize(
    ("code", "help_"),
    [
        ("RB595", "did you mean RB5"),
        ("RB999", "write the code that stands behind the word warning."),
        ("RB052", "did you mean RB502?"),
    ],
)
def test_a_code_that_nobody_knows_is_an_error(code: str, help_: str) -> None:
    """With the code that was probably meant."""
    (fault,) = draft(step("a", TESTED.replace("RB505", code))).diagnostics
    assert (fault.kind.code, fault.message) == ("RB210", f"there is no {code}")
    assert fault.help.startswith(help_)


def test_what_does_not_occur_is_said() -> None:
    """At the code itself."""
    (fault,) = draft(step("a", TESTED)).diagnostics
    assert (fault.kind.code, fault.message) == ("RB512", "there is no RB505 at this step")


def test_what_an_input_may_bring_about_is_not_accepted_in_vain() -> None:
    """Only its value tells; then it is accepted as well."""
    keys = "filters: {language: hindi}, expect: {matched: {max: 9}}, accept_warnings: {RB501: On purpose.}"
    top = "inputs: {cap: {type: integer}}\n"
    made = draft(step("a", keys).replace("limit: 5", 'limit: "{{ inputs.cap }}"'), top=top)
    assert said(made) == ([], [])
    assert [one.kind.code for one in fill(made, {"cap": 10}).diagnostics] == ["RB501"]


OPEN = "{language: '{{ inputs.one }}'}"


@pytest.mark.parametrize("open_step", [0, 1])
def test_what_an_input_of_another_step_may_bring_about_is_not_accepted_in_vain(open_step: int) -> None:
    """Two steps meet as soon as one of them is filled in."""
    filters = ["{language: hindi}"] * 2
    filters[open_step] = OPEN
    second = step("b", f"filters: {filters[1]}, accept_warnings: {{RB502: Asked twice.}}")
    second = second.replace("limit: 5", "limit: 6")
    made = draft(step("a", f"filters: {filters[0]}"), second, top="inputs: {one: {type: string}}\n")
    assert said(made) == ([], [])
    assert [one.kind.code for one in fill(made, {"one": "hindi"}).diagnostics] == ["RB502"]


def test_only_what_the_rule_reads_may_bring_a_warning_about() -> None:
    """What else an input gives changes nothing about the name of a template."""
    keys = f"filters: {OPEN}, accept_warnings: {{RB505: It is only called so.}}"
    assert said(draft(step("a", keys), top="inputs: {one: {type: string}}\n")) == (["RB512"], [])
    assert said(
        draft(
            step("a", f"{keys}, title: x").replace("t1", "'{{ inputs.one }}'"),
            top="inputs: {one: {type: string}}\n",
        )
    ) == ([], [])


def test_it_is_known_what_every_rule_reads_that_looks_again() -> None:
    """Else a warning that an input may bring about would be called idle."""
    modules = [sys.modules[rule.__module__] for rule in (*RULES, *SMELLS, *SMELLS_OF_CONDITIONS)]
    kinds = [kind for module in modules for kind in vars(module).values() if isinstance(kind, Kind)]
    looking = {kind.code for kind in kinds if kind.severity is Severity.WARNING}
    assert looking == ABOUT.keys() | OVER_STEPS.keys()


@pytest.mark.parametrize("code", ["RB506", "RB507", "RB601", "RB604"])
def test_what_no_step_gives_rise_to_cannot_be_accepted_at_one(code: str) -> None:
    """It is a warning all the same."""
    (fault,) = draft(step("a", TESTED.replace("RB505", code))).diagnostics
    assert (fault.kind.code, fault.message) == ("RB210", f"{code} is about no step")


def test_what_only_the_catalog_tells_is_not_accepted_in_vain() -> None:
    """Without it nobody knows."""
    assert said(draft(step("a", TESTED.replace("RB505", "RB403")))) == ([], [])


def test_notes_stand_beside_the_codes() -> None:
    """They are for people."""
    made = draft(step("a", TESTED.replace("{RB505", "{x-ticket: OPS-1, RB505")).replace("t1", "dummy"))
    assert said(made)[0] == []


def test_every_warning_at_a_step_can_be_accepted() -> None:
    """All but those about what no step does, what changed since a revision, and scenarios."""
    every = {code for code, kind in KINDS.items() if kind.severity is Severity.WARNING}
    assert warnings() == {code for code in every if code[:3] not in {"RB6", "RB7"}} - OF_NO_STEP


COPIES: dict[str, Callable[[Draft], Draft]] = {
    "copied": copy.deepcopy,
    "pickled": lambda made: pickle.loads(pickle.dumps(made)),  # noqa: S301  (made right here)
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_of_a_draft_finds_its_places(copied: Callable[[Draft], Draft]) -> None:
    """A draft passes between processes, and is filled there."""
    keys = "filters: {language: hindi}, expect: {matched: {max: 9}}"
    made = draft(
        step("a", keys).replace("limit: 5", 'limit: "{{ inputs.cap }}"'),
        top="inputs: {cap: {type: integer}}\n",
    )
    found = fill(made, {"cap": 10}).diagnostics
    assert found
    assert fill(copied(made), {"cap": 10}).diagnostics == found


def test_a_plan_lists_all_that_is_accepted() -> None:
    """In the order of the steps, whatever stands first in the file; a second one of a code is seen."""
    top = f"audiences: {{some: {{filters: {{ids: {IDS}, exclude_ids: {IDS.replace('L', 'M')}}}}}}}\n"
    users = [
        step("a", "filters: {language: tamil}, accept_warnings: {RB505: Only a name.}").replace(
            "t1", "dummy"
        ),
        step("b", "audience: some, accept_warnings: {RB510: They asked.}"),
    ]
    made = draft(*users, top=top)
    runbook = fill(made, {}).runbook
    assert runbook is not None
    assert len(made.accepted) == 3
    listed = by_step(runbook, [*made.accepted, *made.accepted])
    assert [(each.step, each.finding.kind.code) for each in listed] == [
        ("a", "RB505"), ("b", "RB510"), ("b", "RB510"),
    ]  # fmt: skip
