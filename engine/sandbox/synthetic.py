"""Customers that nobody is: made from a seed, with every column that the ready-made runbooks ask for."""

from collections.abc import Sequence
from typing import TypeVar

from engine.diagnostics import Json
from engine.sandbox.chance import draw

NAME = "PL Mumbai"
_Value = TypeVar("_Value")

FIRST_ID = 2_043_153
"""The first number of LOANID-…: the first customers are those that the API's pages name."""

_FIRST = ("Asha", "Ravi", "Meera", "Imran", "Lakshmi", "Vikram", "Fatima", "Suresh", "Anjali", "Joseph")
_LAST = ("Kumar", "Patil", "Sharma", "Khan", "Iyer", "Deshmukh", "Fernandes", "Joshi", "Reddy", "Gupta")
# Weighted by repetition: most of a campaign for missed payments has missed one.
_STATUSES = ("bounced", "bounced", "bounced", "pending", "pending", "partial", "paid", "received")
_LANGUAGES = ("hindi", "hindi", "hindi", "marathi", "marathi", "english", "english", "gujarati")
_BRANCHES = (*("pune", "nashik", "mumbai") * 3, "nagpur")
_PRODUCTS = ("personal_loan", "personal_loan", "home_loan", "gold_loan")
_BUCKETS = ("0", "30", "30", "60", "90")


def campaign(campaign_id: str, customers: int, seed: int) -> Json:
    """Make a campaign called PL Mumbai, as ``Sandbox.load`` takes it."""
    return {
        "id": campaign_id,
        "name": NAME,
        "description": "Synthetic customers; nobody can be reached",
        "customers": [customer(number, seed) for number in range(customers)],
    }


def customer(number: int, seed: int) -> dict[str, Json]:
    """Make the ``number``-th customer, from 0 on, as a row."""

    def one_of(values: Sequence[_Value], what: str) -> _Value:
        return values[int(draw(seed, what, number) * len(values))]

    emi = 1_000 + 100 * int(draw(seed, "emi", number) * 90)
    return {
        "loan_id": f"LOANID-{FIRST_ID + number}",
        "first_name": one_of(_FIRST, "first"),
        "last_name": one_of(_LAST, "last"),
        # Ten digits that begin with 55: Indian mobile numbers begin with 6 to 9, so nobody has them.
        "phone_number": f"55{number:08d}",
        "loan_amount": emi * 24,
        "emi_amount": emi,
        "loan_period": 24,
        "current_emi": 1 + int(draw(seed, "paid", number) * 23),
        "emi_due_date": "2026-03-05",
        "payment_status": one_of(_STATUSES, "status"),
        "language": one_of(_LANGUAGES, "language"),
        "branch": one_of(_BRANCHES, "branch"),
        "product": one_of(_PRODUCTS, "product"),
        "product_type": one_of(_PRODUCTS, "product"),
        "dpd_bucket": one_of(_BUCKETS, "bucket"),
    }
