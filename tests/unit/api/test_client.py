"""The client as programs have it: it says whose it is, and sends nothing by itself."""

import pytest

import engine
from engine.refusal import Exit
from tests.unit.api.services import HERE, Service


def test_it_cannot_send_by_itself() -> None:
    """Past the gate there would be neither a log nor a lease."""
    with engine.Client(HERE.account, "t") as client:
        assert [name for name in dir(client) if not name.startswith("_")] == ["account", "close"]


def test_an_address_that_is_none_is_refused() -> None:
    """Before it is brought into one spelling."""
    with pytest.raises(engine.Refusal, match="a port that is none"):
        engine.Client(engine.Account("https://api.example.invalid:99999/v1"), "t")


def test_its_account_has_one_spelling() -> None:
    """Else a plan for the same people would be one for another account."""
    spelt = engine.Account("http://LOCALHOST:80/api/v1/", "")
    with engine.Client(spelt, "t") as client:
        assert client.account == engine.Account("http://localhost/api/v1", None)


def test_it_serves_one_run_at_a_time(service: Service) -> None:
    """Two runs could take each other's answers for their own."""
    plan = service.plan()
    client = service.client(plan)
    refused: list[engine.Refusal] = []

    def once_more(_event: engine.Event, _state: engine.RunState) -> None:
        with pytest.raises(engine.Refusal, match="serves another run") as started:
            service.run(plan, client=client)
        with pytest.raises(engine.Refusal, match="serves another run") as resumed:
            engine.resume("last", client=client, log=service.log)
        refused.extend((started.value, resumed.value))

    assert service.run(plan, client=client, on_event=once_more).exit_code == Exit.WELL
    assert len(refused) >= 2
    assert {each.code for each in refused} == {Exit.USAGE}
    assert len(service.api.outbox) == 2
