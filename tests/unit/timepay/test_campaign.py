"""What is read of a campaign, and when nothing is."""

import json

import pytest

from engine.diagnostics import Json
from engine.refusal import Exit, Refusal
from engine.timepay.campaign import CampaignFacts, facts_of
from engine.timepay.messages import Unreadable


def about(**keys: Json) -> bytes:
    """Write the answer to a look at the campaign c."""
    return json.dumps({"success": True, "data": {"id": "c", **keys}}).encode()


@pytest.mark.parametrize(
    ("keys", "facts"),
    [
        ({}, CampaignFacts("c")),
        (
            {"name": "PL Mumbai", "org_id": "o", "status": "active", "rowsLen": 0, "tags": []},
            CampaignFacts("c", "PL Mumbai", "o", "active", 0),
        ),
        ({"name": 7, "org_id": None, "status": "", "rowsLen": "9"}, CampaignFacts("c")),
        ({"rowsLen": True}, CampaignFacts("c")),
        ({"rowsLen": -1}, CampaignFacts("c")),
        ({"rowsLen": 9.0}, CampaignFacts("c")),
    ],
)
def test_what_is_said_of_a_campaign(keys: dict[str, Json], facts: CampaignFacts) -> None:
    """Everything but the id may be missing; what has the wrong type is not said."""
    assert facts_of("c", 200, about(**keys)) == facts


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        (200, b"", "something else"),
        (200, b"[]", "something else"),
        (200, b'{"data": []}', "something else"),
        (200, b'{"data": {"id": "d"}}', "something else"),
        (200, Unreadable("its answer broke off"), "broke off"),
        (401, b"", "token"),
        (403, b'{"message": "wrong organisation"}', "the API says: wrong organisation"),
        (404, Unreadable("cut"), "does not know this campaign"),
        (500, b"<html>", "answered 500"),
        (204, b"", "answered 204"),
    ],
)
def test_what_does_not_tell(status: int, content: bytes | Unreadable, said: str) -> None:
    """A refusal that names the campaign, the matter and a cure."""
    with pytest.raises(Refusal, match=said) as refused:
        facts_of("c", status, content)
    assert refused.value.message.startswith("campaign c cannot be read: ")
    assert refused.value.cure
    assert refused.value.code == Exit.GUARDED


def test_what_must_not_be_shown_is_hidden() -> None:
    """Also here, an answer may repeat the token."""
    with pytest.raises(Refusal, match=r"no such token: x$"):
        facts_of(
            "c", 401, b'{"message": "no such token: s3cret"}', hide=lambda text: text.replace("s3cret", "x")
        )


def test_what_must_not_be_shown_is_hidden_in_the_facts() -> None:
    """Whatever is said of a campaign may repeat the token."""
    body = about(name="a s3cret", org_id="s3cret", status="s3cret!", rowsLen=3)
    facts = facts_of("c", 200, body, hide=lambda text: text.replace("s3cret", "x"))
    assert facts == CampaignFacts("c", "a x", "x", "x!", 3)
