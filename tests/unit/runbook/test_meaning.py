"""The rules digest is over what a runbook says, not over how it is written."""

import pytest

from engine.planner.digest import digest
from engine.runbook.meaning import canonical
from engine.runbook.source import read

RUNBOOK = """\
format: runbook/v1
name: first
owner: ops
purpose: overdue
campaign: {id: camp_demo}
audiences:
  some: {filters: {payment_status: bounced, custom: {x-branch: pune}}, expect: {matched: {min: 1}}}
  custom: {filters: {language: hindi}}
steps:
  - {id: a, channel: sms, template: t, audience: some, limit: 5, success: failed < 3, timeout: 60s}
  - {id: b, channel: sms, template: t, audience: custom, limit: "{{ inputs.n }}"}
"""

SAME = {
    "a comment": ("owner: ops", "owner: ops  # us"),
    "a note": ("owner: ops", "owner: ops\nx-ticket: OPS-1"),
    "a note below an audience that is called custom": ("custom: {filters", "custom: {x-why: y, filters"),
    "a list of one": ("payment_status: bounced", "payment_status: [bounced]"),
    "a list of one, in custom": ("x-branch: pune", "x-branch: [pune]"),
    "a list of one, of criteria": ("success: failed < 3", "success: [failed < 3]"),
    "minutes": ("timeout: 60s", "timeout: 1m"),
    "a default spelt out": ("audience: custom,", "audience: custom, on_failure: halt, timeout: 30s,"),
    "defaults for all": ("steps:", "defaults: {on_failure: halt, retry: {attempts: 3}}\nsteps:"),
    "once, as it is anyway": ("owner: ops", "owner: ops\nonce: {per: ever}"),
    "another name for an audience": ("some", "others"),
    "an audience written on the step": ("audience: custom,", "filters: {language: [hindi]},"),
    "the order of keys": ("{id: a, channel: sms,", "{channel: sms, id: a,"),
}
OTHER = {
    "a column": ("x-branch: pune", "x-branch: mumbai"),
    "a filter": ("payment_status: bounced", "payment_status: pending"),
    "a limit": ("limit: 5", "limit: 6"),
    "a template of a limit": ("inputs.n", "inputs.m"),
    "a condition": ("failed < 3", "failed < 4"),
    "what is expected": ("min: 1", "min: 2"),
    "a time-out": ("timeout: 60s", "timeout: 61s"),
    "what a failure does": ("steps:", "defaults: {on_failure: pause}\nsteps:"),
    "once": ("owner: ops", "owner: ops\nonce: {per: day}"),
    "the owner": ("owner: ops", "owner: sales"),
}


def rules(text: str) -> str:
    """Give the digest of a runbook's rules."""
    data = read(text.encode(), "a.yaml").data
    assert data is not None
    return digest(canonical(data))


def changed(change: tuple[str, str]) -> str:
    """Change every place that the change names."""
    assert change[0] in RUNBOOK
    return RUNBOOK.replace(*change)


@pytest.mark.parametrize("what", SAME)
def test_another_spelling_gives_the_same_rules(what: str) -> None:
    """Nothing else would be sent."""
    assert rules(changed(SAME[what])) == rules(RUNBOOK)


@pytest.mark.parametrize("what", OTHER)
def test_another_meaning_gives_other_rules(what: str) -> None:
    """A reviewer would have to look again."""
    assert rules(changed(OTHER[what])) != rules(RUNBOOK)
