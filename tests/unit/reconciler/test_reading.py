"""Reading pages that move while they are read."""

from collections.abc import Callable

import pytest

from engine.reconciler.reading import Reading
from engine.timepay.logs import LogPage
from tests.unit.reconciler.rows import row


def page_of(names: list[str], number: int, unread: int = 0) -> LogPage:
    """Cut a page out of a list of ids."""
    shown = names[(number - 1) * 10 : number * 10]
    return LogPage(tuple(row(name) for name in shown), unread, len(names), number * 10 < len(names))


def read(names: Callable[[int], list[str]], counted: int, most: int = 1000) -> Reading:
    """Read a list that may be another one at each page."""
    reading = Reading(counted, most)
    while (number := reading.wanted) is not None:
        reading.take(page_of(names(reading.pages), number))
    return reading


def ids(number: int, first: int = 0) -> list[str]:
    """Give so many ids."""
    return [f"w-{first + count}" for count in range(number)]


@pytest.mark.parametrize("number", [0, 1, 10, 11, 95, 100])
def test_a_list_that_stands_still_is_read_once(number: int) -> None:
    """Each page that holds rows is asked for once, and then it is known to be all."""
    reading = read(lambda _: ids(number), number)
    assert len(reading.rows) == number
    assert reading.pages == -(-number // 10)
    assert reading.is_complete


def test_rows_that_stand_twice_are_one() -> None:
    """A list with doubles that stands still is whole when its end is reached."""
    doubled = [name for name in ids(15) for _ in (1, 2)]
    reading = read(lambda _: doubled, 30)
    assert len(reading.rows) == 15
    assert reading.pages == 3
    assert reading.is_complete


def test_a_row_that_came_in_at_the_top_is_found() -> None:
    """What moved down is read twice; what came in stands on the first page, which is read again."""
    reading = read(lambda turned: ids(30) if turned < 1 else [*ids(3, 100), *ids(30)], 30)
    assert len(reading.rows) == 33
    assert reading.is_complete
    assert reading.pages == 5


def test_a_row_that_slipped_past_is_found() -> None:
    """Where a row goes away, another one moves to a page that was read already."""
    reading = read(lambda turned: ids(30) if turned < 1 else ids(29, 1), 30)
    assert {*ids(29, 1)} <= {row.id for row in reading.rows.values()}
    assert reading.is_complete


def test_a_list_that_never_stands_still_is_not_called_whole() -> None:
    """It is read again but for a few pages, and said to be incomplete."""
    reading = read(lambda turned: ids(200 + turned, 1000 - turned), 200)
    assert not reading.is_complete
    assert reading.pages < 200 // 10 + 15


def test_a_count_that_lies_is_not_believed() -> None:
    """Fewer rows than were counted are not all."""
    reading = Reading(50, 1000)
    while (number := reading.wanted) is not None:
        shown = page_of(ids(20), number)
        reading.take(LogPage(shown.rows, 0, 50, shown.has_next))
    assert not reading.is_complete


def test_a_row_that_cannot_be_read_is_missing() -> None:
    """It may be anybody's."""
    reading = Reading(10, 1000)
    reading.take(LogPage(tuple(row(name) for name in ids(9)), 1, 10, has_next=False))
    assert not reading.is_complete
    assert reading.wanted is None


def test_no_more_pages_than_allowed() -> None:
    """Whatever is left then is missing."""
    reading = read(lambda _: ids(100), 100, most=4)
    assert reading.pages == 4
    assert not reading.is_complete


def test_a_list_that_never_ends_is_left() -> None:
    """An empty page is the last, whatever it says of another one."""
    reading = Reading(10, 1000)
    reading.take(LogPage((), 0, 10, has_next=True))
    assert reading.wanted is None
    assert not reading.is_complete
