"""What only a socket shows: refusals, late requests, many clients, control, the end."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from engine.clock import now
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served, serving
from tests.sandboxes import HEADERS, InProcess, SimulatedClock, eventually, sandbox, served

BODY = {"templateId": "t", "limit": 1}
SMS = "initiate/camp_demo/sms"
WAIT_S = 5


@pytest.fixture
def here() -> Iterator[Served]:
    """Serve ten customers on a socket."""
    with served() as running:
        yield running


@pytest.fixture
def client(here: Served) -> Iterator[httpx.Client]:
    """Give a client of the sandbox on a socket."""
    with httpx.Client(base_url=here.address, headers=HEADERS, trust_env=False, timeout=WAIT_S) as made:
        yield made


def control(where: Served, path: str) -> str:
    """Give the address of a control."""
    return f"{where.inbox}_sandbox/{path}"


def test_a_port_can_refuse_and_accept_again(here: Served, client: httpx.Client) -> None:
    """As a machine does on which nothing listens: for a kept connection and for a new one."""
    client.post(SMS, json=BODY)
    with here.refusing(), pytest.raises(httpx.ConnectError):
        client.post(SMS, json=BODY)
    assert client.post(SMS, json=BODY).status_code == 200
    assert len(here.sandbox.requests) == 2


@pytest.mark.parametrize("path", ["", "_sandbox/outbox", "api/v1/campaigns"])
@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1.rebound.example:80", ""])
def test_who_asks_for_another_machine_is_refused(here: Served, host: str, path: str) -> None:
    """A page in a browser can have its own name point here, and would read and control all of it."""
    came = httpx.get(f"{here.inbox}{path}", headers=HEADERS | {"Host": host}, trust_env=False)
    assert came.status_code == 421
    assert came.text == "The sandbox is for this machine alone: ask for it as 127.0.0.1 or localhost.\n"


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "localhost", "LocalHost:8001"])
def test_this_machine_is_asked_for_by_both_its_names(here: Served, host: str) -> None:
    """Whatever the port: it may be forwarded."""
    assert httpx.get(here.inbox, headers={"Host": host}, trust_env=False).status_code == 200


def test_control_can_refuse_for_a_while(here: Served, client: httpx.Client) -> None:
    """The fault called refuse closes the door at once, and it opens by itself."""
    client.post(control(here, "faults"), json={"kind": "refuse", "seconds": 0.2})
    with pytest.raises(httpx.TransportError):  # refused, or reset on the connection that was closed
        client.post(SMS, json=BODY)

    def accepts_again() -> bool:
        try:
            return client.post(SMS, json=BODY).status_code == 200
        except httpx.TransportError:
            return False

    assert eventually(accepts_again)


def test_a_refusal_in_the_process_comes_before_the_request() -> None:
    """The client learns that no connection came about; no event says that bytes left."""
    judge, events = sandbox(1), list[str]()
    judge.script(Fault(Kind.REFUSE))
    with (
        httpx.Client(
            base_url="http://127.0.0.1:8001/api/v1", headers=HEADERS, transport=InProcess(judge)
        ) as near,
        pytest.raises(httpx.ConnectError),
    ):
        near.post(SMS, json=BODY, extensions={"trace": lambda event, _info: events.append(event)})
    assert not [event for event in events if event.startswith("http11")]
    assert judge.requests == ()


def test_a_stalled_request_is_carried_out_after_the_client_has_left(here: Served) -> None:
    """The dangerous kind of late: the client gave up, and the messages go out all the same."""
    judge = here.sandbox
    judge.script(Fault(Kind.STALL, seconds=0.2))
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{here.address}/{SMS}", json=BODY, headers=HEADERS, timeout=0.05, trust_env=False)
    assert list(judge.outbox) == []
    assert eventually(lambda: bool(judge.outbox))


def test_in_the_process_a_late_request_comes_with_the_next() -> None:
    """The same lateness, in simulated time."""
    clock = SimulatedClock()
    judge = sandbox(1, clock=clock)
    judge.script(Fault(Kind.STALL, seconds=60))
    transport = InProcess(judge, clock)
    with httpx.Client(
        base_url="http://127.0.0.1:8001/api/v1", headers=HEADERS, transport=transport, timeout=30
    ) as near:
        with pytest.raises(httpx.ReadTimeout):
            near.post(SMS, json=BODY)
        assert list(judge.outbox) == []
        transport.come_late()
        assert len(judge.outbox) == 1


def test_many_clients_at_once_are_all_counted() -> None:
    """Eight threads, each with a connection of its own."""
    with served(10) as where:

        def send(_: int) -> int:
            with httpx.Client(headers=HEADERS, trust_env=False, timeout=WAIT_S) as one:
                return sum(one.post(f"{where.address}/{SMS}", json=BODY).status_code for _ in range(5))

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(send, range(8))) == [1_000] * 8
        assert sorted(message.request for message in where.sandbox.outbox) == [*range(1, 41)]


def test_the_end_does_not_wait_for_whom_it_keeps_waiting(caplog: pytest.LogCaptureFixture) -> None:
    """A request that is stalled for ever is dropped when the server leaves."""
    judge = sandbox(1, clock=now)
    judge.script(Fault(Kind.STALL))

    def send(address: str) -> str:
        try:
            httpx.post(f"{address}/{SMS}", json=BODY, headers=HEADERS, timeout=WAIT_S, trust_env=False)
        except httpx.HTTPError as error:
            return type(error).__name__
        return "answered"

    with ThreadPoolExecutor(1) as pool:
        with serving(judge) as where:
            sent = pool.submit(send, where.address)
            assert eventually(lambda: bool(judge.requests))
        assert sent.result(WAIT_S) in {"ReadError", "RemoteProtocolError"}
    assert caplog.text == ""


def test_a_taken_port_is_said() -> None:
    """A second server on a port gets the system's error."""
    with served(1) as where, pytest.raises(OSError, match="in use"), serving(sandbox(1), where.port):
        pass


def test_it_listens_on_this_machine_only(here: Served) -> None:
    """Never beyond loopback."""
    assert here.address.startswith("http://127.0.0.1:")
    assert here._door._server is not None
    assert [each.getsockname()[0] for each in here._door._server.sockets] == ["127.0.0.1"]


def test_answers_are_not_held_back(here: Served, client: httpx.Client) -> None:
    """Without TCP_NODELAY the second part of an answer waits 40 ms for the client's acknowledgement."""
    client.post(SMS, json=BODY)
    (connection,) = here._door._state.connections
    kept = connection.transport.get_extra_info("socket")
    assert kept.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_control_loads_looks_and_resets(here: Served, client: httpx.Client) -> None:
    """A campaign goes in, messages and requests can be read, and all of it be forgotten."""
    loaded = client.post(
        control(here, "load"), json={"campaigns": [{"id": "c2", "customers": [{"loan_id": "P-1"}]}]}
    )
    assert loaded.json() == {"campaigns": {"camp_demo": 10, "c2": 1}}
    client.post("initiate/c2/sms", json=BODY)
    messages = client.get(control(here, "outbox")).json()["messages"]
    assert [(each["customer"], each["campaign"], each["request"]) for each in messages] == [("P-1", "c2", 1)]
    requests = client.get(control(here, "requests")).text
    assert '"accepted":1' in requests
    assert "Bearer sandbox" not in requests
    client.post(control(here, "reset"))
    assert client.get(control(here, "outbox")).json() == {"messages": []}
    assert "c2" in here.sandbox.campaigns


def test_control_scripts_faults_and_forgets_them(here: Served, client: httpx.Client) -> None:
    """One fault or a list of them; DELETE heals."""
    where = control(here, "faults")
    client.post(where, json={"kind": "status", "status": 503})
    client.post(where, json={"faults": [{"kind": "empty", "skip": 1}]})
    assert client.post(SMS, json=BODY).status_code == 503
    assert client.get(where).json() == {"faults": [{"kind": "empty"}]}
    assert client.delete(where).json() == {"faults": []}


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("load", b"[", "Expecting"),
        ("load", b"5", "expected campaigns"),
        ("load", b'{"id": "c", "customers": [{}]}', "customer 1"),
        ("faults", b'{"kind": "rest"}', "there is no fault"),
        ("faults", b'{"kind": "reset", "chanel": "sms"}', "faults have no 'chanel'"),
    ],
)
def test_control_refuses_what_makes_no_sense(
    here: Served, client: httpx.Client, path: str, body: bytes, said: str
) -> None:
    """With 400, and the reason."""
    answer = client.post(control(here, path), content=body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]


@pytest.mark.parametrize("path", ["", "_sandbox/inbox"])
def test_people_have_a_page(here: Served, client: httpx.Client, path: str) -> None:
    """It needs no token, and nothing from elsewhere."""
    client.post(SMS, json=BODY)
    answer = client.get(here.inbox + path, headers={"authorization": ""})
    assert answer.headers["content-type"].startswith("text/html")
    assert "Asha Kumar 1" in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text


def test_a_body_beyond_all_measure_is_refused(here: Served, client: httpx.Client) -> None:
    """Memory is bounded."""
    answer = client.post(SMS, content=b" " * 16_100_000)
    assert answer.status_code == 413
    assert here.sandbox.requests == ()
