import pytest

from engine.runbook.leaves import PAYMENT_STATUSES
from engine.runbook.spelling import nearest


@pytest.mark.parametrize(
    "word",
    [
        *(
            "unpaid",
            "not paid",
            "not_paid",
            "nonpaid",
            "nopaid",
            "upaid",
            "npaid",
            "prepaid",
            "payed",
            "UNPAID",
        ),
        *("unreceived", "not-received", "non received", "recieved"),
    ],
)
def test_those_who_paid_are_never_offered_for_another_word(word: str) -> None:
    """Whoever took the offer would message the wrong people."""
    assert nearest(word, PAYMENT_STATUSES) is None


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Paid", "paid"),
        ("pai", "paid"),
        ("paidd", "paid"),
        ("payd", "paid"),
        ("RECEIVED", "received"),
        ("receved", "received"),
        ("bouncd", "bounced"),
        ("pendng", "pending"),
    ],
)
def test_a_slip_of_the_pen_is_mended(word: str, meant: str) -> None:
    """One letter more, less or changed, or capitals."""
    assert nearest(word, PAYMENT_STATUSES) == meant
