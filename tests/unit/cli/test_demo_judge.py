"""The demo's verdict: who got what, and each promise that can be broken is noticed."""

import json

from engine.cli.demo.judge import judge
from engine.sandbox import Sandbox
from tests.sandboxes import initiate, rows, sandbox

OWING = {"payment_status": "bounced"}


def sent(to: Sandbox, filters: object, template: str = "t1") -> None:
    """Have the API take a request."""
    assert initiate(to, json.loads(json.dumps({"templateId": template, "filters": filters}))).status == 200


def test_one_message_each_keeps_the_promise() -> None:
    """Who got what is counted, and who got nothing is told apart."""
    made = sandbox([*rows(10, payment_status="bounced"), {"loan_id": "P-1", "payment_status": "paid"}])
    sent(made, {"ids": ["L-1", "L-2"]})
    sent(made, {"ids": ["L-3"]}, "t2")
    verdict = judge(made, 0)
    assert verdict.broken == ()
    assert [line.split()[0] for line in verdict.lines] == ["2", "1", "8"]
    assert "1 do not owe, 7 were beyond a limit" in verdict.lines[-1]
    assert "3 got one message, and nobody got two" in verdict.kept[-1]


def test_two_messages_break_it_over_all_channels() -> None:
    """Other texts do not make it better."""
    made = sandbox(rows(10, payment_status="bounced"))
    sent(made, {"ids": ["L-1", "L-2"]})
    sent(made, {"ids": ["L-2", "L-3"]}, "t2")
    assert judge(made, 0).broken == ("1 customers got more than one message, such as L-2",)


def test_a_request_made_twice_breaks_it() -> None:
    """Even where the second one finds nobody new."""
    made = sandbox(rows(10, payment_status="bounced"))
    for _ in range(2):
        sent(made, {"ids": ["L-1"]})
    assert [broken.split(":")[0] for broken in judge(made, 0).broken] == [
        "1 customers got more than one message, such as L-1",
        "the same request was made, and taken, more than once",
    ]


def test_a_message_to_one_who_does_not_owe_breaks_it() -> None:
    """Whoever has paid is left in peace."""
    made = sandbox([{"loan_id": "P-1", "payment_status": "paid"}])
    sent(made, {"ids": ["P-1"]})
    assert judge(made, 0).broken == ("1 who do not owe got a message, such as P-1",)


def test_silence_breaks_it() -> None:
    """A demo that sent nothing shows nothing."""
    assert judge(sandbox(), 0).broken == ("nobody got anything",)
