"""What an initiate request asks for: documented rules, the dangerous reading, the strict one."""

import json

import pytest

from engine.diagnostics import Json
from engine.sandbox.asked import Invalid, read
from engine.sandbox.customers import campaign_from
from engine.sandbox.wire import Call
from tests.sandboxes import campaign

TEN = campaign_from(campaign(10))
EVERYONE = [f"L-{number}" for number in range(1, 11)]
BOUNCED = ["L-1", "L-6"]


def call(body: "Json | bytes") -> Call:
    """Make an initiate request with a body."""
    return Call(
        "POST", "/initiate/camp_demo/sms", body=body if isinstance(body, bytes) else json.dumps(body).encode()
    )


def selected(filters: Json) -> list[str]:
    """Give the ids that filters select."""
    asked = read(call({"templateId": "t", "filters": filters}), "sms", strict=False)
    return [each.id for each in asked.selects(TEN)]


def errors(body: "Json | bytes", channel: str = "sms", *, strict: bool = False) -> list[str]:
    """Give the errors of a body; none where it is taken."""
    try:
        read(call(body), channel, strict=strict)
    except Invalid as wrong:
        return wrong.errors
    return []


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"ids": ["L-3", "L-1"]}, ["L-1", "L-3"]),
        ({"ids": ["L-1", "stranger"]}, ["L-1"]),
        ({"ids": ["stranger"]}, []),
        ({"exclude_ids": ["L-1", "stranger"]}, EVERYONE[1:]),
        ({"ids": ["L-1", "L-2"], "exclude_ids": ["L-2"]}, ["L-1"]),
        ({"payment_status": "bounced"}, BOUNCED),
        ({"payment_status": ["bounced"]}, BOUNCED),
        ({"payment_status": ["bounced", "pending"]}, ["L-1", "L-2", "L-6", "L-7"]),
        ({"language": "english"}, ["L-2", "L-5", "L-8"]),
        ({"language": ["English"]}, []),
        ({"custom": {"branch": "pune"}}, ["L-1", "L-4", "L-7", "L-10"]),
        ({"custom": {"branch": ["pune", "nashik"], "language": "hindi"}}, ["L-1", "L-4", "L-7", "L-10"]),
        ({"payment_status": "bounced", "custom": {"branch": "mumbai"}}, ["L-6"]),
    ],
)
def test_documented_filters_select_exactly(filters: Json, ids: list[str]) -> None:
    """Keys narrow, values of one key widen, comparison is exact, the campaign's order is kept."""
    assert selected(filters) == ids


@pytest.mark.parametrize(
    "filters",
    [
        None,
        {},
        [],
        "everyone",
        {"ids": []},
        {"ids": None},
        {"ids": "L-1"},
        {"ids": ["L-1", 5]},
        {"ids": [""]},
        {"exclude_ids": []},
        {"exclude_ids": "L-1"},
        {"payment_status": []},
        {"payment_status": ""},
        {"payment_status": None},
        {"payment_status": "bonced"},
        {"payment_status": ["bounced", "bonced"]},
        {"payment_statuses": ["bounced"]},
        {"language": []},
        {"language": None},
        {"custom": {}},
        {"custom": []},
        {"custom": {"branch": []}},
        {"custom": {"branch": None}},
        {"custom": {"branch": 5}},
        {"custom": {"brnach": "pune"}},
    ],
)
def test_what_makes_no_sense_widens_to_everyone(filters: Json) -> None:
    """The dangerous reading: a filter that is not understood is ignored."""
    assert selected(filters) == EVERYONE


@pytest.mark.parametrize(
    ("limit", "read_as"),
    [
        (1, 1),
        (250, 250),
        (5.0, 5),
        (0, None),
        (-1, None),
        (2.5, None),
        (True, None),
        ("10", None),
        (None, None),
    ],
)
def test_a_limit_is_a_positive_integer_or_none(limit: Json, read_as: int | None) -> None:
    """Nought and below mean no limit, the dangerous way."""
    assert read(call({"templateId": "t", "limit": limit}), "sms", strict=False).limit == read_as


def test_a_limit_beyond_all_numbers_is_none() -> None:
    """1e999 is read as infinite, which no integer is."""
    assert read(call(b'{"templateId":"t","limit":1e999}'), "sms", strict=False).limit is None


@pytest.mark.parametrize(
    ("channel", "body", "expected"),
    [
        ("sms", {}, ["templateId is required"]),
        ("sms", b"", ["templateId is required"]),
        ("sms", {"templateId": ""}, ["templateId is required"]),
        ("sms", {"templateId": None}, ["templateId is required"]),
        ("sms", {"templateId": 5}, ["templateId must be a string"]),
        ("sms", [], ["Request body must be a JSON object"]),
        ("sms", b"{", ["Request body must be valid JSON"]),
        ("sms", b"[" * 100_000, ["Request body must be valid JSON"]),
        ("sms", {"templateId": "t", "conversationSettings": {}}, []),
        ("whatsapp", {"templateId": "t"}, []),
        (
            "whatsapp",
            {"templateId": "t", "conversationSettings": {}},
            ["conversationSettings.agentId is required", "conversationSettings.dispositionId is required"],
        ),
        (
            "whatsapp",
            {"templateId": "t", "conversationSettings": {"agentId": "a"}},
            ["conversationSettings.dispositionId is required"],
        ),
        (
            "whatsapp",
            {"templateId": "t", "conversationSettings": "a"},
            ["conversationSettings must be an object"],
        ),
        ("whatsapp", {"templateId": "t", "conversationSettings": {"agentId": "a", "dispositionId": "d"}}, []),
        ("call", {}, ["agentId is required", "dispositionId is required"]),
        ("call", {"agentId": "a"}, ["dispositionId is required"]),
        ("call", {"agentId": "a", "dispositionId": "d"}, []),
    ],
)
def test_documented_rules_are_kept(channel: str, body: "Json | bytes", expected: list[str]) -> None:
    """Every broken rule is named at once."""
    assert errors(body, channel) == expected


@pytest.mark.parametrize(
    "more",
    [
        {"filters": {}},
        {"filters": None},
        {"filters": []},
        {"filters": {"ids": []}},
        {"filters": {"ids": "L-1"}},
        {"filters": {"payment_status": "bonced"}},
        {"filters": {"language": None}},
        {"filters": {"custom": {}}},
        {"filters": {"custom": {"branch": []}}},
        {"filters": {"payment_statuses": ["bounced"]}},
        {"limit": 0},
        {"limit": -1},
        {"limit": None},
        {"limit": "10"},
        {"limmit": 10},
        {"conversationSettings": None},
    ],
)
def test_a_strict_sandbox_refuses_what_would_be_ignored(more: dict[str, Json]) -> None:
    """Each of these is taken by default, and refused in one sentence by a strict sandbox."""
    body: Json = {"templateId": "t", **more}
    assert errors(body, "whatsapp") == []
    assert len(errors(body, "whatsapp", strict=True)) == 1


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"limit": 5},
        {"filters": {"ids": ["L-1"], "payment_status": "bounced", "custom": {"branch": ["pune"]}}},
    ],
)
def test_a_strict_sandbox_takes_what_is_documented(more: dict[str, Json]) -> None:
    """Missing filters and a missing limit are documented."""
    assert errors({"templateId": "t", **more}, strict=True) == []
