"""Campaigns and customers as they are loaded."""

import pytest

from engine.diagnostics import Json
from engine.sandbox.customers import campaign_from, changed, customer_from
from engine.sandbox.synthetic import campaign as synthetic
from engine.sandbox.wire import Unreadable


@pytest.mark.parametrize(
    ("row", "read_as"),
    [
        ({"loan_id": "L-1", "first_name": "Asha", "last_name": "Kumar"}, ("L-1", "loan_id", "Asha Kumar")),
        ({"lead_id": "P-1", "name": "Ravi"}, ("P-1", "lead_id", "Ravi")),
        ({"loan_id": 77}, ("77", "loan_id", "")),
    ],
)
def test_a_row_becomes_a_customer(row: Json, read_as: tuple[str, str, str]) -> None:
    """The id is the loan's or the lead's; names come in one column or two."""
    customer = customer_from(row)
    assert (customer.id, customer.id_key, customer.name) == read_as


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "a campaign is a mapping"),
        ({}, "a campaign is a mapping"),
        ({"id": ""}, "a campaign is a mapping"),
        ({"id": "c", "customers": {}}, "campaign c: customers must be a list"),
        ({"id": "c", "customers": ["L-1"]}, "campaign c, customer 1: a customer is a mapping"),
        (
            {"id": "c", "customers": [{"loan_id": "L-1"}, {"phone": "1"}]},
            "campaign c, customer 2: a customer needs",
        ),
        ({"id": "c", "customers": [{"loan_id": "L-1"}, {"loan_id": "L-1"}]}, "campaign c has L-1 twice"),
    ],
)
def test_bad_campaigns_say_what_is_wrong(data: Json, said: str) -> None:
    """The message names the campaign and the row."""
    with pytest.raises(Unreadable, match=said):
        campaign_from(data)


def test_a_customer_can_change() -> None:
    """Somebody pays: the same place in the campaign, another status, a new column."""
    campaign = campaign_from({"id": "c", "customers": [{"loan_id": "L-1", "payment_status": "bounced"}]})
    after = changed(campaign, "L-1", {"payment_status": "paid", "paid_on": "2026-03-02"})
    assert after.customers["L-1"].payment_status == "paid"
    assert "paid_on" in after.columns
    assert campaign.customers["L-1"].payment_status == "bounced"


def test_synthetic_customers_are_the_same_for_a_seed() -> None:
    """Two sandboxes of one seed have the same people, another seed has others."""
    assert synthetic("c", 50, 1) == synthetic("c", 50, 1)
    assert synthetic("c", 50, 1) != synthetic("c", 50, 2)


def test_synthetic_customers_fit_the_ready_made_runbooks() -> None:
    """Ids that the runbooks name, and 100 to 400 Hindi speakers with a missed payment in each branch."""
    campaign = campaign_from(synthetic("camp_demo", 2_000, 0))
    assert campaign.name == "PL Mumbai"
    assert {"LOANID-2043153", "LOANID-2043154"} <= campaign.customers.keys()
    for branch in ("pune", "nashik", "mumbai"):
        fitting = [
            each
            for each in campaign.customers.values()
            if each.columns["branch"] == branch
            and each.language == "hindi"
            and each.payment_status in {"bounced", "pending"}
        ]
        assert 100 <= len(fitting) <= 400
