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


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("sent", "not_sent"),
        ("not_sent", "sent"),
        ("matched", "no_match"),
        ("exclude_language", "language"),
        ("not_language", "language"),
        ("excluded_ids", "ids"),
        ("include_ids", "exclude_ids"),
        ("!received", "received"),
        ("~bounced", "bounced"),
        ("-bounced", "bounced"),
        ("unpayd_hindi", "paid_hindi"),
        ("paid_list", "unpaid_list"),
    ],
)
def test_the_contrary_is_never_offered(word: str, known: str) -> None:
    """Of two words that are alike but for a denial, one inverts what the other says."""
    assert nearest(word, (known,)) is None


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("unsent", "not_sent"),
        ("o_match", "no_match"),
        ("nomatch", "no_match"),
        ("excludeIds", "exclude_ids"),
        ("unpayd", "unpaid"),
        ("npaid", "unpaid"),
        ("nonce", "once"),
        ("note", "notes"),
        ("uinputs", "inputs"),
    ],
)
def test_a_word_that_only_begins_like_a_denial_is_mended(word: str, known: str) -> None:
    """Both deny, or neither does."""
    assert nearest(word, (known,)) == known
