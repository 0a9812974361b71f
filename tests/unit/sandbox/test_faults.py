"""Faults: which requests they befall, how often, and how they are read."""

from dataclasses import fields

import pytest

from engine.diagnostics import Json
from engine.sandbox import Call, Fault, Kind
from engine.sandbox.faults import OPTIONS, Script
from engine.sandbox.reading import fault_from, fault_of
from engine.sandbox.wire import Unreadable

SMS = Call("POST", "/initiate/camp_demo/sms", body=b'{"templateId":"t1"}')
CALLS = Call("POST", "/initiate/camp_demo/calls", body=b'{"agentId":"a"}')
LOGS = Call("GET", "/logs", {"campaign_id": "camp_demo"})


@pytest.mark.parametrize(
    ("fault", "fits"),
    [
        (Fault(Kind.RESET), [True, True, False]),
        (Fault(Kind.RESET, path="/"), [True, True, True]),
        (Fault(Kind.STATUS, path="/logs"), [False, False, True]),
        (Fault(Kind.RESET, channel="sms"), [True, False, False]),
        (Fault(Kind.RESET, channel="call"), [False, True, False]),
        (Fault(Kind.RESET, template="t1"), [True, False, False]),
        (Fault(Kind.RESET, template="t2"), [False, False, False]),
        (Fault(Kind.RESET, campaign="camp_demo"), [True, True, False]),
        (Fault(Kind.RESET, campaign="other"), [False, False, False]),
        (Fault(Kind.LATE_LOGS), [False, False, True]),
        (Fault(Kind.FOREIGN_LOGS, template="t2"), [False, False, True]),
    ],
)
def test_a_fault_is_for_some_requests(fault: Fault, fits: list[bool]) -> None:
    """By path, channel, template and campaign; by default for initiate requests, or for the logs."""
    assert [fault.fits(call) for call in (SMS, CALLS, LOGS)] == fits


def played(fault: Fault, number: int, seed: int = 0) -> list[bool]:
    """Say of each of so many requests whether the fault befell it."""
    script = Script(seed)
    script.add(fault)
    return [bool(script.due(SMS)) for _ in range(number)]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(Kind.RESET), [True, False, False, False]),
        (Fault(Kind.RESET, times=2), [True, True, False, False]),
        (Fault(Kind.RESET, skip=1), [False, True, False, False]),
        (Fault(Kind.RESET, skip=1, times=2), [False, True, True, False]),
        (Fault(Kind.RESET, always=True), [True, True, True, True]),
        (Fault(Kind.RESET, chance=1.0), [True, True, True, True]),
        (Fault(Kind.RESET, chance=0.0), [False, False, False, False]),
        (Fault(Kind.RESET, times=0), [False, False, False, False]),
    ],
)
def test_a_fault_is_played_for_the_nth_request_or_the_next_few(fault: Fault, expected: list[bool]) -> None:
    """Skip, then times; with a chance it is always there."""
    assert played(fault, 4) == expected


def test_chance_hangs_on_the_seed_alone() -> None:
    """The same seed gives the same requests, and about as many as the chance says."""
    fault = Fault(Kind.RESET, chance=0.3)
    assert played(fault, 400, 1) == played(fault, 400, 1)
    assert played(fault, 400, 1) != played(fault, 400, 2)
    assert 80 < sum(played(fault, 400, 1)) < 160


def test_the_first_that_is_due_is_played_and_the_next_one_waits() -> None:
    """Two faults for one request: the second one keeps its turn."""
    script = Script(0)
    script.add(Fault(Kind.RESET), Fault(Kind.EMPTY))
    assert [[fault.kind for fault in script.due(SMS)] for _ in range(3)] == [[Kind.RESET], [Kind.EMPTY], []]


def test_faults_of_logs_come_together() -> None:
    """Rows can be late and doubled at once, and the answer a 500 besides."""
    script = Script(0)
    script.add(Fault(Kind.LATE_LOGS), Fault(Kind.STATUS, path="/logs"), Fault(Kind.DOUBLED_LOGS))
    assert len(script.due(LOGS)) == 3


def test_what_can_still_be_played_is_known() -> None:
    """A fault that had its turns is gone."""
    script = Script(0)
    script.add(Fault(Kind.RESET), Fault(Kind.EMPTY, always=True))
    script.due(SMS)
    script.due(SMS)
    assert [fault.kind for fault in script.waiting] == [Kind.EMPTY]


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("refuse", Fault(Kind.REFUSE)),
        ("reset:accepted=yes", Fault(Kind.RESET, accepted=True)),
        (
            "status:status=429,retry_after=date+30,times=2",
            Fault(Kind.STATUS, status=429, retry_after="date+30", times=2),
        ),
        ("stall:seconds=2.5,channel=sms", Fault(Kind.STALL, seconds=2.5, channel="sms")),
        (
            "partial:customers=L-1+L-2,reached=none",
            Fault(Kind.PARTIAL, customers=("L-1", "L-2"), reached="none"),
        ),
        ("shifting_logs:number=-1", Fault(Kind.SHIFTING_LOGS, number=-1)),
        ("reset:template=007", Fault(Kind.RESET, template="007")),
    ],
)
def test_a_fault_can_be_said_in_words(spec: str, fault: Fault) -> None:
    """A kind, then options."""
    assert fault_of(spec) == fault


def test_every_field_of_a_fault_is_an_option() -> None:
    """Which help lists, and which can be given."""
    assert {"kind", *OPTIONS} == {field.name for field in fields(Fault)}
    for name in OPTIONS.keys() - {"body"}:  # which may be anything
        with pytest.raises(Unreadable, match=f"^{name} is "):
            fault_from({"kind": "stall", name: {}})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "a fault is a mapping"),
        ({}, "there is no fault None"),
        ({"kind": "rest"}, "there is no fault 'rest'; did you mean reset?"),
        ({"kind": "zzz"}, "there is no fault 'zzz'; there are: refuse, reset, "),
        ({"kind": "reset", "second": 1}, "faults have no 'second'; did you mean seconds?"),
        ({"kind": "reset", "zzz": 1}, "faults have no 'zzz'; they have: channel, "),
        ({"kind": "reset", "chanel": "sms"}, "faults have no 'chanel'"),
        ({"kind": "reset", "channel": "calls"}, "channel is one of whatsapp, sms, call"),
        ({"kind": "reset", "times": "2"}, "times is a whole number"),
        ({"kind": "reset", "times": True}, "times is a whole number"),
        ({"kind": "reset", "accepted": 1}, "accepted is yes or no"),
        ({"kind": "status", "status": 99}, "status is a number from 200 to 599"),
        ({"kind": "stall", "seconds": -1}, "seconds is a number that is not negative"),
        ({"kind": "partial", "reached": "most"}, "reached is one of none, half, all"),
        ({"kind": "partial", "customers": "L-1"}, "customers is a list of ids"),
        ({"kind": "wrong_counts", "breaks": "all"}, "breaks is one of sum, "),
        ({"kind": "reset", "path": 5}, "path is text"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(data: Json, said: str) -> None:
    """A misspelt option would make a test pass that tests nothing."""
    with pytest.raises(Unreadable, match=said):
        fault_from(data)


@pytest.mark.parametrize("spec", ["reset:accepted", "reset:times=two", "reset:accepted=maybe"])
def test_words_that_make_no_sense_are_refused(spec: str) -> None:
    """An option without a value, or with one of the wrong sort."""
    with pytest.raises(Unreadable):
        fault_of(spec)
