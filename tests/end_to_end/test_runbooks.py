"""Every runbook that travels with the engine is sound and plans; its bodies are the documented ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main

FOLDER = Path(__file__).parents[2] / "runbooks"
FILES = sorted(each for each in FOLDER.rglob("*.yaml") if not each.stem.endswith(".test"))
INPUTS = {
    "emi-bounce-recovery.yaml": ["--input", "branch=pune"],
    "bounce-by-branch.yaml": ["--input", "branch=pune"],
    "before-it-is-due.yaml": ["--input", "due_on=2026-03-05"],
    "all-but-disputes.yaml": ["--input", "disputed=LOANID-2043154"],
    "pilot-then-the-rest.yaml": ["--input", "stage=pilot", "--input", "pilot=LOANID-2043153"],
    "message-then-call.yaml": ["--input", "to_call=LOANID-2043153"],
}

TEMPLATE = {"templateId": "hfu7VL6sBhI6NPm"}
CHOSEN = {"filters": {"ids": ["LOANID-2043153", "LOANID-2043154"]}}
BOUNCED = {"filters": {"payment_status": ["bounced", "pending"]}}
ALL_BUT = {"filters": {"exclude_ids": ["LOANID-2043153", "LOANID-2043154"]}}
TALKS = {"conversationSettings": {"agentId": "PPTnLQAvGlLtVgRbpcFn", "dispositionId": "XaYnpMfmTumXNSgOSIZB"}}

# The usage examples of the API's pages *Initiate WhatsApp* and *Initiate SMS*, in their order.
DOCUMENTED: dict[str, tuple[str, dict[str, Any]]] = {
    "whatsapp-everyone": ("whatsapp", TEMPLATE),
    "whatsapp-chosen-customers": ("whatsapp", {**TALKS, **TEMPLATE, **CHOSEN}),
    "whatsapp-bounced-and-pending": ("whatsapp", {**TEMPLATE, **BOUNCED}),
    "whatsapp-all-but-some": ("whatsapp", {**TEMPLATE, **ALL_BUT}),
    "sms-everyone": ("sms", TEMPLATE),
    "sms-chosen-customers": ("sms", {**TEMPLATE, **CHOSEN}),
    "sms-bounced-and-pending": ("sms", {**TEMPLATE, **BOUNCED}),
    "sms-all-but-some": ("sms", {**TEMPLATE, **ALL_BUT}),
}


def sends(file: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Plan a runbook and give its requests."""
    assert main(["plan", str(file), *INPUTS.get(file.name, []), "--format", "json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    return [send for step in plan["steps"] for send in step["sends"]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_runbook_is_sound_and_plans(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even a warning."""
    assert main(["validate", str(file), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []
    assert sends(file, capsys)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_body_is_the_documented_one(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As the plan shows it, equal as JSON."""
    endpoint, body = DOCUMENTED[name]
    (send,) = sends(FOLDER / f"{name}.yaml", capsys)
    assert (send["method"], send["path"]) == ("POST", f"/initiate/camp_demo/{endpoint}")
    assert send["body"] == body


def test_a_call_goes_to_its_own_endpoint(capsys: pytest.CaptureFixture[str]) -> None:
    """Calls need an agent and a disposition, and have no template."""
    (send, *_) = sends(FOLDER / "calls.yaml", capsys)
    assert send["path"] == "/initiate/camp_demo/calls"
    assert {"agentId", "dispositionId"} <= set(send["body"])
    assert "templateId" not in send["body"]
