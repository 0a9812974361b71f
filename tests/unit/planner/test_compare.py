"""What differs between the reviewed plan and the one that would be run: each kind of it is named."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.planner.build import build
from engine.planner.compare import differences
from engine.planner.document import document
from engine.planner.model import Making
from engine.record.plan import Account, Template
from engine.runbook.draft import fill, read
from tests.unit.runner.fakes import HERE, NOW, planned

TEXT = """\
format: runbook/v1
name: remind
revision: 3
owner: ops
purpose: overdue
once: {per: day}
description: Remind people.
campaign: {id: camp_demo, name: PL Mumbai}
inputs:
  branch: {type: string, key: true, default: pune}
audiences:
  people:
    filters: {language: hindi, custom: {branch: "{{ inputs.branch }}"}}
    expect: {matched: {min: 1, max: 400}}
steps:
  - id: a
    title: First
    channel: whatsapp
    template: tplA
    conversation: {agent: agentA, disposition: d}
    audience: people
    limit: 100
    success: [failed_pct <= 5]
    timeout: 30s
    on_failure: halt
    retry: {attempts: 3, within: 30s}
  - id: b
    channel: sms
    template: tplB
    when: steps.a.status == 'partial'
    filters: everyone
    limit: none
"""
SHIPPED = sorted((Path(__file__).parents[3] / "runbooks").glob("s*.yaml"))
MAKING = Making(NOW, NOW + timedelta(hours=24), "a.yaml", "0.1.0")


def plan_json(text: str = TEXT, account: Account = HERE, making: Making = MAKING, **given: str) -> Any:  # noqa: ANN401
    """Give a plan/v1 as it comes back from a file."""
    return json.loads(json.dumps(document(planned(text, tuple(given.items()), account), making)))


REVIEWED = plan_json()


def changed(before: str, after: str) -> Mapping[str, Any]:
    """Plan the runbook with a part of it changed."""
    assert TEXT.count(before) == 1, f"{before!r} stands {TEXT.count(before)} times in the runbook"
    made: Mapping[str, Any] = plan_json(TEXT.replace(before, after))
    assert made["digests"] != REVIEWED["digests"], "nothing that was reviewed has changed"
    return made


def test_equal_plans_differ_in_nothing() -> None:
    """Also if they were made at another time, from another file."""
    later = Making(NOW + timedelta(hours=1), NOW + timedelta(hours=25), "b.yaml", "0.2.0", "staging")
    assert differences(REVIEWED, plan_json()) == ()
    assert differences(REVIEWED, plan_json(making=later)) == ()


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_runbook_does_not_differ_from_itself(file: Path) -> None:
    """Whatever its form."""
    text = file.read_text("utf-8")
    assert differences(plan_json(text), plan_json(text)) == ()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        # what reaches people
        ("limit: 100", "limit: 120", "a: at most: reviewed 100, now 120"),
        ("limit: none", "limit: 5", "b: at most: reviewed nothing, now 5"),
        ("language: hindi", "language: english", 'a: whom it addresses: reviewed {"language": ["hindi"]'),
        ("filters: everyone", "filters: {language: hindi}", "b: whom it addresses: reviewed everyone, now"),
        ("agent: agentA", "agent: agentB", "a: the request: "),
        ("template: tplA", "template: tplC", "a: the template: "),
        ("channel: sms", "channel: whatsapp", "b: the channel: reviewed sms, now whatsapp"),
        # under which conditions
        ("'partial'", "'failed'", "b: the condition: reviewed steps.a.status == 'partial', now"),
        ("    when: steps.a.status == 'partial'\n", "", "now nothing"),
        ("failed_pct <= 5", "failed_pct <= 50", "a: success: "),
        ("max: 400", "max: 4000", "a: expect: "),
        ("on_failure: halt", "on_failure: continue", "a: on_failure: reviewed halt, now continue"),
        ("timeout: 30s", "timeout: 2m", "a: the timeout: reviewed 30, now 120"),
        ("attempts: 3", "attempts: 9", "a: retry: "),
        # the whole
        ("camp_demo", "camp_else", "the campaign: reviewed camp_demo, now camp_else"),
        ("name: PL Mumbai", "name: PL Pune", "the campaign"),
        ("name: remind", "name: remind-again", "the name: reviewed remind, now remind-again"),
        ("purpose: overdue", "purpose: promotion", "purpose: reviewed overdue, now promotion"),
        ("per: day", "per: run", "once: reviewed day, now run"),
        ("owner: ops", "owner: else", "owner: reviewed ops, now else"),
        ("revision: 3", "revision: 4", "revision: reviewed 3, now 4"),
        ("revision: 3", "revision: 3\nformerly: [old]", 'formerly: reviewed nothing, now ["old"]'),
        ("default: pune", "default: nashik", "the input branch: reviewed pune, now nashik"),
        ("  - id: b", "  - id: c", "step c is new"),
        ("  - id: b", "  - id: c", "step b is gone"),
        ("title: First", "title: Second", "First"),
        ("description: Remind people.", "description: Threaten people.", "Threaten people"),
        ("key: true", "key: false", "branch"),
        ("type: string, key: true,", "type: string, key: true, choices: [pune],", "branch"),
    ],
)
def test_each_difference_is_named(before: str, after: str, said: str) -> None:
    """What changes a digest is said in words: the reviewed value and the present one."""
    found = differences(REVIEWED, changed(before, after))
    assert any(said in sentence for sentence in found), found


def test_another_account_is_named() -> None:
    """The address, and the organisation."""
    for account in (Account("https://api.example.com/api/v1"), Account(HERE.base_url, "org_acme")):
        (found, *_) = differences(REVIEWED, plan_json(account=account))
        assert found.startswith("the account: reviewed ")
        assert account.base_url in found


def test_another_value_of_an_input_is_named() -> None:
    """And what follows from it: other people."""
    found = differences(REVIEWED, plan_json(branch="goa"))
    assert "the input branch: reviewed pune, now goa" in found
    assert any(sentence.startswith("a: whom it addresses") for sentence in found)


def test_an_input_that_came_or_went_is_named() -> None:
    """It has no value on the other side."""
    more = changed("default: pune}", "default: pune}\n  cap: {type: integer, default: 5}")
    assert "the input cap: reviewed nothing, now 5" in differences(REVIEWED, more)
    assert "the input cap: reviewed 5, now nothing" in differences(more, REVIEWED)


def test_another_order_of_the_same_steps_is_named() -> None:
    """Who comes first may matter."""
    text = TEXT.replace("    when: steps.a.status == 'partial'\n", "")
    head, first, second = text.partition("  - id: a")[0], *_steps_of(text)
    assert "the steps stand in another order" in differences(
        plan_json(text), plan_json(head + second + first)
    )


def _steps_of(text: str) -> tuple[str, str]:
    start, middle = text.index("  - id: a"), text.index("  - id: b")
    return text[start:middle], text[middle:]


def test_another_text_of_a_template_is_named() -> None:
    """The catalog's entry is what the reviewer read."""
    one, other = (_with_template(text) for text in ("Please pay.", "Pay now, or else."))
    assert one["digests"] != other["digests"]
    assert any("Pay now, or else." in sentence for sentence in differences(one, other))


def _with_template(text: str) -> Mapping[str, Any]:
    draft = read(TEXT.encode(), "a.yaml")
    runbook = fill(draft, {"branch": "pune"}).runbook
    assert runbook is not None
    templates = {"b": Template("polite", "tplB", "sms", text=text)}
    plan = build(runbook, draft.document.data or {}, account=HERE, templates=templates)
    made: Mapping[str, Any] = json.loads(json.dumps(document(plan, MAKING)))
    return made


def test_what_reaches_people_comes_first() -> None:
    """Account, campaign and people before names and revisions."""
    text = TEXT.replace("revision: 3", "revision: 4").replace("limit: 100", "limit: 120")
    text = text.replace("name: remind", "name: remind-again").replace("camp_demo", "camp_else")
    found = differences(REVIEWED, plan_json(text))
    starts = ["the campaign", "a: at most", "the name", "revision"]
    assert [next(start for start in starts if line.startswith(start)) for line in found] == starts


def test_long_values_are_cut() -> None:
    """A line that nobody reads to its end says less than a short one."""
    many = ", ".join(f"'L-{number}'" for number in range(500))
    found = differences(REVIEWED, changed("filters: everyone", f"filters: {{ids: [{many}]}}"))
    assert all(len(sentence) < 400 for sentence in found)
