"""Stops as people read them."""

import pytest

from engine.record.entry import StopEntry
from engine.record.event import Event, StopLifted, StopSet
from engine.report.happened import happened
from engine.report.runs import stop_file_line, stop_line, stopped
from tests.factories import NOW

ACCOUNT = "https://api.example.com org_acme"


@pytest.mark.parametrize(
    ("campaign", "account", "said"),
    [
        (None, None, "everything"),
        ("camp_demo", None, "campaign camp_demo"),
        ("camp_demo", ACCOUNT, "campaign camp_demo of https://api.example.com, organisation org_acme"),
        ("camp_demo", "http://127.0.0.1:8001 -", "campaign camp_demo of http://127.0.0.1:8001"),
    ],
)
def test_what_a_stop_covers(campaign: str | None, account: str | None, said: str) -> None:
    """A campaign in every account, unless one is named."""
    assert stopped(campaign, account) == said


def test_a_stop_has_the_line_that_lifts_it() -> None:
    """In a line of its own, to be copied."""
    stop = StopEntry(None, "camp_demo", NOW, "asha", "wrong text")
    first, second = stop_line(stop, "runbook allow").splitlines()
    assert first.startswith("Stopped: campaign camp_demo, by asha at ")
    assert first.endswith(": wrong text")
    assert second == "    runbook allow"
    assert stop_file_line("stopped by the file x", "runbook allow") == (
        "Stopped by the file x\n    runbook allow"
    )


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (StopSet(NOW, "c", "why", ACCOUNT), f"stop set for c of {ACCOUNT}: why"),
        (StopSet(NOW, None, "why"), "stop set for everything: why"),
        (StopLifted(NOW, "c", "why", ACCOUNT), f"stop lifted for c of {ACCOUNT}: why"),
        (StopLifted(NOW, "c", "why"), "stop lifted for c: why"),
    ],
)
def test_the_account_of_a_stop_is_told(event: Event, said: str) -> None:
    """Where it has one."""
    assert happened(event) == said
