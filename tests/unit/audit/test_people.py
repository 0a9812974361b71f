"""Whom requests named, and whom the API's logs show: what is kept of them is what the events say."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.audit.check import Held, Verifier
from engine.record.entry import ReachedEntry
from engine.record.event import (
    Erased,
    Event,
    Reconciled,
)
from engine.record.instant import text_of
from engine.runlog.chain import reached_digest
from engine.runlog.sqlite.rows import Row
from tests.unit.audit.test_recount import DOUBT, chained, intended, looked, settled, started
from tests.unit.runner.fakes import NOW


def held(*contacts: Row, reached: tuple[Row, ...] = (), is_part: bool = False) -> Callable[..., list[str]]:
    """Give what checks a run of which these are kept."""

    def rules(*happened: Event) -> list[str]:
        verifier = Verifier()
        kept = Held(contacts, reached, is_part=is_part)
        verifier.run("run-1", chained(*happened), kept)
        return [fault.rule for fault in verifier.report().faults]

    return rules


ONE_OF_TWO = ("a/c1", 1, "L-1")
BOTH = (ONE_OF_TWO, ("a/c1", 1, "L-2"))


@pytest.mark.parametrize(
    ("contacts", "is_part", "expected"),
    [
        (BOTH, False, []),
        ((ONE_OF_TWO,), False, ["contacts"]),
        ((), False, ["contacts"]),
        ((*BOTH, ("a/c1", 1, "L-3")), False, ["contacts"]),
        ((*BOTH, ("a/c1", 2, "L-1")), False, ["contacts"]),
        ((ONE_OF_TWO,), True, []),
        ((("a/c1", 1, "L-3"),), True, ["contacts"]),
    ],
)
def test_contacts_are_those_whom_the_request_names(
    contacts: tuple[Row, ...], is_part: bool, expected: list[str]
) -> None:
    """Nobody is missing and nobody was added; of a part, nobody was added."""
    assert held(*contacts, is_part=is_part)(started(), intended(), settled()) == expected


def test_erased_contacts_are_not_missed_and_later_ones_are() -> None:
    """Ids were removed of what was sent before, and of nothing behind it."""
    before = (started(), intended(), settled("not_sent"), Erased(NOW, 2, 0, "kept long enough"))
    assert held()(*before) == []
    assert held()(*before, intended(attempt=2), settled(attempt=2)) == ["contacts"]


SAID = (text_of(NOW), "Delivered", None, "c0ffee", "api")
ROWS = (("a/c1", 1, "row-1", "L-1", *SAID), ("a/c1", 1, "row-2", "L-2", *SAID))
DIGEST = reached_digest(
    ReachedEntry(each[3], "run-1", "a/c1", 1, each[2], NOW, "Delivered", None, "c0ffee") for each in ROWS
)


@pytest.mark.parametrize(
    ("rows", "look", "expected"),
    [
        (ROWS, replace(looked(2), digest=DIGEST), []),
        (ROWS[::-1], replace(looked(2), digest=DIGEST), []),
        (ROWS[:1], replace(looked(2), digest=DIGEST), ["reached"]),
        ((), replace(looked(2), digest=DIGEST), ["reached"]),
        (ROWS, replace(looked(2), digest="00"), ["reached"]),
        (ROWS, replace(looked(1), digest=DIGEST), ["reached"]),
        ((), looked(0), []),
        (ROWS, None, ["reached"]),
        *(
            ((ROWS[0], changed), replace(looked(2), digest=DIGEST), ["reached"])
            for changed in ((*ROWS[1][:place], "other", *ROWS[1][place + 1 :]) for place in range(2, 9))
        ),
        ((*ROWS, ("b/c1", 1, "row-3", "L-1", *SAID)), replace(looked(2), digest=DIGEST), ["reached"]),
    ],
)
def test_rows_of_the_logs_are_those_that_were_noted(
    rows: tuple[Row, ...], look: Reconciled | None, expected: list[str]
) -> None:
    """None is missing, none was added, and each is told of by a look."""
    looks = () if look is None else (look,)
    assert held(*BOTH, reached=rows)(*DOUBT, *looks) == expected


def test_erased_rows_are_not_missed() -> None:
    """They were there when the look was noted."""
    erased = Erased(NOW, 2, 2, "kept long enough")
    assert held()(*DOUBT, replace(looked(2), digest=DIGEST), erased) == []
