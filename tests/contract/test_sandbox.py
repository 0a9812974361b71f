"""What the API promises, asked of the sandbox twice: in the process, and on a socket."""

from collections.abc import Iterator

import httpx
import pytest

from engine.clock import now
from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.sandbox import Fault, Kind, Sandbox
from engine.sandbox.server import serving
from tests.sandboxes import BASE_URL, HEADERS, InProcess, sandbox, told

SMS = "/initiate/camp_demo/sms"
PATIENCE_S = 0.3


@dataclass(frozen=True, slots=True)
class Api:
    """The API as a client sees it, and the sandbox behind it."""

    client: httpx.Client
    judge: Sandbox

    def send(self, path: str = SMS, **body: Json) -> httpx.Response:
        """Send an initiate request."""
        return self.client.post(path, json={"templateId": "t", **body})


@pytest.fixture(params=["in the process", "on a socket"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Give the API with ten customers, either way."""
    if request.param == "in the process":
        judge = sandbox(10)
        with httpx.Client(
            base_url=BASE_URL, headers=HEADERS, transport=InProcess(judge), timeout=PATIENCE_S
        ) as client:
            yield Api(client, judge)
        return
    judge = sandbox(10, clock=now)
    with (
        serving(judge) as served,
        httpx.Client(base_url=served.address, headers=HEADERS, trust_env=False, timeout=PATIENCE_S) as client,
    ):
        yield Api(client, judge)


def reached(api: Api) -> int:
    """Count the messages in the outbox."""
    return len(api.judge.outbox)


@pytest.mark.parametrize("channel", ["whatsapp", "sms", "calls"])
def test_everybody_selected_gets_one_message(api: Api, channel: str) -> None:
    """Each channel answers with numbers, and the outbox agrees."""
    answer = api.send(f"/initiate/camp_demo/{channel}", limit=4, agentId="a", dispositionId="d")
    assert answer.status_code == 200
    assert answer.json()["results"]["initiated"] == reached(api) == 4
    assert all(len(messages) == 1 for messages in told(api.judge).values())


def test_no_filters_and_no_limit_mean_everybody(api: Api) -> None:
    """Documented, and dangerous."""
    api.send()
    assert reached(api) == 10


def test_filters_cross_the_wire(api: Api) -> None:
    """Text beyond ASCII, too."""
    api.judge.change("camp_demo", "L-1", branch="पुणे & co")
    assert api.send(filters={"custom": {"branch": "पुणे & co"}}).json()["results"]["totalMatched"] == 1


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        (SMS, {"templateId": None}, 400, "Validation failed"),
        ("/initiate/nowhere/sms", {}, 404, "Campaign not found"),
        (SMS, {"filters": {"ids": ["x"]}}, 404, "No customers found matching the given filters"),
    ],
)
def test_refusals_are_said_in_the_documented_words(
    api: Api, path: str, body: dict[str, Json], status: int, message: str
) -> None:
    """And nobody is messaged."""
    answer = api.client.post(path, json={"templateId": "t", **body})
    assert (answer.status_code, answer.json()["success"], answer.json()["message"]) == (
        status,
        False,
        message,
    )
    assert reached(api) == 0


def test_without_a_token_nobody_comes_in(api: Api) -> None:
    """401, as the other pages document it."""
    assert api.client.post(SMS, json={"templateId": "t"}, headers={"authorization": ""}).status_code == 401
    assert reached(api) == 0


def test_campaigns_can_be_listed_and_read(api: Api) -> None:
    """A pin on a name can be checked, and the number of customers be known."""
    listed = api.client.get("/campaigns", params={"search": "mumbai"}).json()
    assert [(each["id"], each["name"], each["rowsLen"]) for each in listed["data"]] == [
        ("camp_demo", "PL Mumbai", 10)
    ]
    assert api.client.get("/campaigns", params={"search": "delhi"}).json()["data"] == []
    assert api.client.get("/campaigns/camp_demo").json()["data"]["name"] == "PL Mumbai"
    missing = api.client.get("/campaigns/nowhere")
    assert (missing.status_code, missing.json()["error"]) == (404, "NotFound")


def test_logs_tell_what_went_out(api: Api) -> None:
    """Count first, then page by page."""
    api.send("/initiate/camp_demo/whatsapp", limit=3)
    query = {"type": "whatsapp", "campaign_id": "camp_demo"}
    assert api.client.get("/logs", params={**query, "count_only": "true"}).json() == {
        "success": True,
        "total": 3,
    }
    rows = api.client.get("/logs", params=query).json()["data"]
    assert {row["loan_id"] for row in rows} == {"L-1", "L-2", "L-3"}


@pytest.mark.parametrize(
    ("fault", "error", "messages"),
    [
        (Fault(Kind.RESET), httpx.ReadError, 0),
        (Fault(Kind.RESET, accepted=True), httpx.ReadError, 10),
        (Fault(Kind.STALL), httpx.ReadTimeout, 0),
        (Fault(Kind.STALL, seconds=60, outlives=False), httpx.ReadTimeout, 0),
        (Fault(Kind.STALL, accepted=True), httpx.ReadTimeout, 10),
        (Fault(Kind.TRUNCATED), httpx.RemoteProtocolError, 10),
        (Fault(Kind.TRUNCATED, accepted=False), httpx.RemoteProtocolError, 0),
    ],
)
def test_the_wire_breaks(api: Api, fault: Fault, error: type[Exception], messages: int) -> None:
    """The client sees the same error, whether messages went out or not; the next request is sound."""
    api.judge.script(fault)
    with pytest.raises(error):
        api.send()
    assert reached(api) == messages
    assert api.send().status_code == 200
    assert len(api.judge.requests) == 2


@pytest.mark.parametrize("accepted", [False, True])
def test_a_short_stall_is_only_slow(api: Api, accepted: bool) -> None:
    """The answer comes before the client's patience ends."""
    api.judge.script(Fault(Kind.STALL, seconds=PATIENCE_S / 10, accepted=accepted))
    assert api.send().status_code == 200
    assert reached(api) == 10


def test_a_drip_is_a_sound_answer_in_the_end(api: Api) -> None:
    """Byte by byte, no single read is slow."""
    api.judge.script(Fault(Kind.DRIP, seconds=0.0001))
    assert api.send().json()["success"] is True


@pytest.mark.parametrize(
    "status", [204, 301, 302, 304, 307, 308, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504, 599]
)
@pytest.mark.parametrize("accepted", [False, True])
def test_any_status_can_stand_for_anything(
    api: Api, status: int, accepted: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the status says, the outbox knows."""
    api.judge.script(Fault(Kind.STATUS, status=status, accepted=accepted))
    answer = api.send()
    assert answer.status_code == status
    assert reached(api) == (10 if accepted else 0)
    assert ("location" in answer.headers) == (300 < status < 400)
    assert caplog.text == ""


def test_an_oversized_body_arrives(api: Api) -> None:
    """Who reads it all reads megabytes."""
    api.judge.script(Fault(Kind.OVERSIZED, size_bytes=3_000_000))
    assert len(api.send().content) == 3_000_000


def test_a_hook_that_objects_keeps_the_request_back(api: Api) -> None:
    """The last look before the first byte: who raises there has sent nothing."""

    def object_to(event: str, _info: object) -> None:
        if event == "http11.send_request_headers.started":
            raise InterruptedError

    with pytest.raises(InterruptedError):
        api.client.post(SMS, json={"templateId": "t"}, extensions={"trace": object_to})
    assert api.judge.requests == ()


def test_requests_and_answers_are_noted(api: Api) -> None:
    """What arrived, what became of it, and under which fault."""
    api.judge.script(Fault(Kind.STATUS, status=503, skip=1))
    for _ in range(2):
        api.send(limit=1)
    noted = [(each.method, each.path, each.accepted, each.status, each.fault) for each in api.judge.requests]
    assert noted == [("POST", SMS, 1, 200, None), ("POST", SMS, None, 503, "status")]
    assert all("authorization" in each.headers for each in api.judge.requests)
