"""The program that a run keeps, and back: what is resumed is what was started."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.planner.load import account_of, campaign_of, once_of, program_of
from engine.planner.program import digests_of
from engine.record.plan import Account, Once
from engine.refusal import Exit, Refusal
from engine.runbook.draft import read
from tests.properties.random_runbooks import Dice, runbook
from tests.unit.runner.fakes import HERE, document_of, planned

FOLDER = Path(__file__).parents[3] / "runbooks"
SHIPPED = sorted(each for each in FOLDER.glob("*.yaml") if not each.stem.endswith(".test"))

RICH = """\
format: runbook/v1
name: rich
owner: ops
purpose: overdue
once: {per: week}
campaign: {id: camp_demo, name: PL Mumbai}
inputs:
  branch: {type: string, key: true, default: pune}
  cap: {type: integer, default: 5}
  rate: {type: number, default: 2.5}
  strict: {type: boolean, default: true}
  day: {type: date, default: yesterday}
  languages: {type: list, default: [hindi, "मराठी"]}
steps:
  - id: a
    channel: sms
    template: tplA
    filters: {language: "{{ inputs.languages }}", custom: {branch: "{{ inputs.branch }}"}}
    limit: "{{ inputs.cap }}"
    success: [failed_pct <= inputs.rate, "'hindi' in inputs.languages"]
    expect: {matched: {min: 1}}
    on_failure: continue
    retry: {attempts: 2, within: 5m}
    timeout: 45s
  - id: b
    channel: call
    conversation: {agent: agent, disposition: d}
    when: steps.a.ran and not (steps.a.failed * 2 > steps.a.matched) or inputs.day == '2026-03-01'
    filters: everyone
    limit: none
"""


def kept(document: object) -> Any:  # noqa: ANN401  (any JSON)
    """Give a document as the run log gives it back."""
    return json.loads(json.dumps(document, sort_keys=True))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_runbook_comes_back_as_it_was(file: Path) -> None:
    """The program by which a resumed run goes is the one that was reviewed."""
    text = file.read_text("utf-8")
    needs = [spec.name for spec in read(text.encode(), file.name).inputs if spec.default is None]
    plan = planned(text, tuple((name, "pune") for name in needs))
    assert program_of(kept(document_of(plan))) == plan.program


def test_a_rich_one_comes_back_as_it_was() -> None:
    """Every type of input, every key of a step, text beyond ASCII."""
    plan = planned(RICH)
    again = program_of(kept(document_of(plan)))
    assert again == plan.program
    assert {name: type(value) for name, value in again.inputs.items()} == {
        "branch": str,
        "cap": int,
        "rate": float,
        "strict": bool,
        "day": str,
        "languages": tuple,
    }


@pytest.mark.parametrize("seed", range(60))
def test_random_ones_come_back_as_they_were(seed: int) -> None:
    """Whatever their conditions."""
    plan = planned(runbook(Dice(f"load {seed}"), "first", "camp").text)
    assert program_of(kept(document_of(plan))) == plan.program


def test_the_requests_are_the_same_to_the_byte() -> None:
    """So their hashes, which stand in the log, are comparable across processes."""
    plan = planned(RICH)
    again = program_of(kept(document_of(plan)))
    for before, after in zip(plan.program.steps, again.steps, strict=True):
        assert [send.request.wire() for send in before.sends] == [send.request.wire() for send in after.sends]
        assert [send.request.digest() for send in before.sends] == [
            send.request.digest() for send in after.sends
        ]


def test_what_a_run_is_keyed_by_comes_back() -> None:
    """Account, campaign, and what *once* means."""
    document = kept(document_of(planned(RICH)))
    assert account_of(document) == HERE
    assert campaign_of(document) == "camp_demo"
    assert once_of(document) is Once.WEEK


def test_an_organisation_comes_back() -> None:
    """Not only the address."""
    account = Account("https://api.example.com/api/v1", "org_acme")
    assert account_of(kept(document_of(planned(RICH, (), account)))) == account


# ---------------------------------------------------------------- tampered


def _set(*path: str | int, to: object) -> Callable[[Any], None]:
    def change(document: Any) -> None:  # noqa: ANN401
        for name in path[:-1]:
            document = document[name]
        document[path[-1]] = to

    return change


CHANGES: dict[str, Callable[[Any], None]] = {
    "another limit": _set("steps", 0, "sends", 0, "body", "limit", to=5000),
    "other people": _set("steps", 0, "sends", 0, "body", "filters", "language", to=["english"]),
    "everyone": lambda document: document["steps"][0]["sends"][0]["body"].pop("filters"),
    "another template": _set("steps", 0, "sends", 0, "body", "templateId", to="tplB"),
    "another campaign": _set("steps", 0, "sends", 0, "path", to="/initiate/camp_else/sms"),
    "another bound": _set("steps", 0, "sends", 0, "at_most", to=None),
    "another input": _set("inputs", "cap", "value", to=6),
    "another rule": _set("rules", "runbook", "steps", 0, "on_failure", to="halt"),
    "another account": _set("rules", "account", "base_url", to="https://api.example.com"),
    "a step more": lambda document: document["steps"].append(document["steps"][0]),
    "a step less": lambda document: document["steps"].pop(),
    "a send more": lambda document: document["steps"][0]["sends"].append(document["steps"][1]["sends"][0]),
    "another digest": _set("digests", "plan", to="sha256:" + "0" * 64),
    "another rules digest": _set("digests", "rules", to="sha256:" + "0" * 64),
    "another format": _set("format", to="program/v2"),
    "no format": lambda document: document.pop("format"),
    "no digests": lambda document: document.pop("digests"),
    "no rules": lambda document: document.pop("rules"),
    "no inputs": lambda document: document.pop("inputs"),
    "no steps": lambda document: document.pop("steps"),
    "steps that are none": _set("steps", to="none"),
    "a step that is none": _set("steps", 0, to=None),
    "an unreadable condition": _set("steps", 1, "when", to="steps.c.ran"),
    "an unknown word": _set("steps", 0, "on_failure", to="shrug"),
    "no timeout": lambda document: document["steps"][0].pop("timeout_s"),
    "a runbook that is none": lambda document: _redigested(_set("rules", "runbook", to=3), document),
}


def _redigested(change: Callable[[Any], object], document: dict[str, Any]) -> None:
    """Change it as somebody would who wants to be believed."""
    change(document)
    rules, plan = digests_of(document)
    document["digests"] = {"rules": rules, "plan": plan}


@pytest.mark.parametrize("name", CHANGES)
def test_a_document_that_was_changed_is_refused(name: str) -> None:
    """13, in words, never a traceback: its content does not give its digest, or it cannot be read."""
    document = kept(document_of(planned(RICH)))
    CHANGES[name](document)
    with pytest.raises(Refusal) as refused:
        program_of(document)
    assert refused.value.code == Exit.NOT_AS_REVIEWED
    assert refused.value.cure


def test_an_unchanged_one_is_not() -> None:
    """The test above can fail."""
    document = kept(document_of(planned(RICH)))
    assert program_of(document).steps
