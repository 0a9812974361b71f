"""Names of the catalog in runbooks."""

import pytest

from engine.config import CatalogEntry, Config, Environment
from engine.config.catalog import templates_of
from engine.runbook.draft import fill, read
from engine.runbook.model import Runbook

HERE = Environment("https://api.example.com", "org_a", "production")
CATALOG = {"emi_reminder": CatalogEntry("emi_reminder", "sms", {"production": "emi_remind_01"})}
TEXT = """\
format: runbook/v1
name: first
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
steps:
  - {id: remind, channel: sms, template: TEMPLATE, filters: {payment_status: bounced}, limit: 100}
"""


def runbook(template: str) -> Runbook:
    """Read a runbook of one step."""
    filled = fill(read(TEXT.replace("TEMPLATE", template).encode(), "first.yaml"), {}).runbook
    assert filled is not None
    return filled


@pytest.mark.parametrize(
    ("template", "catalog", "codes"),
    [
        ("emi_reminder", CATALOG, []),
        ("emi_remindr", CATALOG, ["RB403"]),
        ("EMI-Reminder", CATALOG, ["RB403"]),
        ("emi_remind_01", CATALOG, []),
        ("hfu7VL6sBhI6NPm", CATALOG, []),
        ("emi_remindr", {}, []),
    ],
)
def test_a_name_that_is_nearly_one_is_noticed(
    template: str, catalog: dict[str, CatalogEntry], codes: list[str]
) -> None:
    """A known id is none, and without a catalog there is nothing to mean."""
    _, faults = templates_of(runbook(template), Config(catalog=catalog), HERE)
    assert [fault.kind.code for fault in faults] == codes


def test_the_near_name_is_a_warning_that_says_what_was_meant() -> None:
    """It may be an id after all, so the plan is made."""
    templates, (fault,) = templates_of(runbook("emi_remindr"), Config(catalog=CATALOG), HERE)
    assert templates == {}
    assert fault.kind.severity == "warning"
    assert fault.message == "emi_remindr is not in the catalog, so it is sent as an id"
    assert fault.help == "did you mean `emi_reminder`?"
