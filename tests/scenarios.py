"""A runbook and the makings of scenarios for it, for tests of what plays them."""

import textwrap

from engine.runbook import draft
from engine.runbook.channels import REGISTRY
from engine.scenario.check import Checked, Result, check
from engine.scenario.play import Played
from engine.scenario.read import Suite, read

RUNBOOK = """\
format: runbook/v1
name: two-steps
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
inputs:
  cap: {type: integer, minimum: 1, default: 100}
  share: {type: number, default: 20}
audiences:
  bounced: {filters: {payment_status: [bounced, pending], language: hindi}}
steps:
  - id: remind
    channel: whatsapp
    template: waTpl01
    audience: bounced
    limit: "{{ inputs.cap }}"
    on_failure: continue
  - id: by_sms
    channel: sms
    template: smsTpl01
    when: steps.remind.failed_pct > inputs.share
    audience: bounced
    limit: 50
    expect: {matched: {min: 10, max: 400}}
    success: failed_pct <= 30
    retry: {attempts: 2, within: 30s}
"""
NAMED = RUNBOOK.replace("{payment_status: [bounced, pending], language: hindi}", "{ids: [L-1, L-2, L-3]}")
"""The same, to three customers whom it names."""
HEAD = "format: runbook-test/v1\nrunbook: two.yaml\n"
FILE = "two.test.yaml"


def suite_of(text: str) -> Suite:
    """Read a scenario file, given without its first two lines."""
    return read((HEAD + textwrap.dedent(text)).encode(), FILE)


def checked(text: str, runbook: str = RUNBOOK) -> Checked:
    """Play a scenario file, given without its first two lines, on a runbook."""
    suite = suite_of(text)
    assert suite.is_sound, suite.findings
    return check(suite, draft.read(runbook.encode(), "two.yaml", REGISTRY))


def of_one(given: str = "", expect: str = "{exit_code: 0}", runbook: str = RUNBOOK) -> Result:
    """Play one scenario, whose ``given`` and ``expect`` stand on a line each."""
    said = f"    given: {given}\n" if given else ""
    (result,) = checked(f"scenarios:\n  - name: one\n{said}    expect: {expect}\n", runbook).results
    return result


def played(given: str = "", runbook: str = RUNBOOK) -> Played:
    """Give what one scenario came to."""
    came = of_one(given, runbook=runbook).played
    assert came is not None
    return came


def said_of(text: str) -> list[tuple[int, str, str, str]]:
    """List the findings in a scenario file: line (of what was given), code, message, help."""
    suite = suite_of(text)
    found = suite.findings if not suite.is_sound else checked(text).findings
    before = HEAD.count("\n")
    return [(each.span.line - before, each.kind.code, each.message, each.help) for each in found]
