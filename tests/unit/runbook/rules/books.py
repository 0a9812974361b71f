"""Runbooks of a few lines for the tests of rules, and what is found in them."""

from engine.runbook.draft import Draft, read

HEAD = (
    "format: runbook/v1\nname: first\nowner: ops\npurpose: {purpose}\ncampaign: {{id: camp_1}}\n{top}steps:\n"
)
STEP = "{{id: {id}, channel: sms, template: t1, limit: 5, {keys}}}"


def step(name: str, keys: str = "filters: {language: hindi}") -> str:
    """Write a step by SMS, with one template for all of them."""
    return STEP.format(id=name, keys=keys)


def draft(*steps: str, purpose: str = "service", top: str = "") -> Draft:
    """Read a runbook of these steps."""
    text = HEAD.format(purpose=purpose, top=top) + "".join(f"  - {each}\n" for each in steps)
    return read(text.encode(), "a.yaml")


def codes(*steps: str, purpose: str = "service", top: str = "") -> list[str]:
    """Give the codes of all that is found in a runbook of these steps."""
    return [one.kind.code for one in draft(*steps, purpose=purpose, top=top).diagnostics]
