"""The API ignores whom a request names: who was reached then is looked for, and nobody is forgotten."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.api.contacts import people_called, people_of
from engine.record.contact import Known
from engine.record.outcome import RunStatus
from engine.sandbox import Fault, Kind
from tests.reconciling import HEAD, Lookout, runbook, step

FAR = ("L-20", "L-21", "L-22")
BY_FILTER = """\
  - id: a
    channel: whatsapp
    template: tplA
    filters: {language: hindi, exclude_ids: [L-1, L-4]}
    limit: 8
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Lookout]:
    """Give a run log, a sandbox, and what looks at its logs."""
    made = Lookout(tmp_path)
    yield made
    made.database.close()


def sent(desk: Lookout, fault: Fault, text: str) -> None:
    """Run a runbook while the API does not obey it."""
    desk.sandbox.script(fault)
    desk.run(text)


def test_ids_that_are_ignored_under_a_limit_halt_the_run(desk: Lookout) -> None:
    """The limit alone kept it small: three others have the message, and the campaign waits for a person."""
    sent(desk, Fault(Kind.OVERREACH, ignore="ids"), runbook(step(ids=FAR, limit=3)))
    assert len(desk.got()) == 3
    assert not desk.got() & {*FAR}
    assert (desk.entry().status, desk.send().blocks) == (RunStatus.HALTED, True)
    assert desk.send().reason == (
        "the request names 3 customers, but the API matched 30: it ignored the ids, and may have taken others"
    )


@pytest.mark.parametrize("extra", [0, 5])
def test_whoever_else_may_have_been_reached_is_told(desk: Lookout, extra: int) -> None:
    """Of those who are named nobody knows it either, until rows do; after these, all are known."""
    sent(desk, Fault(Kind.OVERREACH, ignore="ids", extra=extra), runbook(step(ids=FAR, limit=3)))
    stranger = min(desk.got() - {*FAR})
    (perhaps,) = people_called(desk.log, [stranger]).unnamed
    assert (perhaps.at_most, perhaps.is_known) == (3 + extra, False)
    (named,) = people_called(desk.log, ["L-20"]).contacts
    assert named.known is Known.UNKNOWN
    assert people_called(desk.log, ["L-20"]).unnamed == ()
    assert [each.is_known for each in people_of(desk.log, "run-1").unnamed] == [False]
    desk.reconcile()
    assert desk.reached() == desk.got()
    assert [each.known for each in people_called(desk.log, [stranger]).contacts] == [Known.REACHED]
    assert [each.is_known for each in people_of(desk.log, "run-1").unnamed] == [True]


def test_whom_a_filter_leaves_out_it_may_have_reached(desk: Lookout) -> None:
    """Where more were taken than its limit, ``exclude_ids`` proves nothing."""
    sent(desk, Fault(Kind.OVERREACH, ignore="exclude_ids", extra=2), HEAD + BY_FILTER)
    assert desk.got() >= {"L-1", "L-4"}
    assert len(people_called(desk.log, ["L-1"]).unnamed) == 1
    desk.reconcile()
    assert desk.reached() == desk.got()
