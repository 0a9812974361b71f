"""Reading pages that move while they are read: which is wanted next, and whether all of it was seen."""

from engine.timepay.logs import ROWS_A_PAGE, LogPage, LogRow

_MORE_PAGES = 10
_MORE_PART = 10
"""A tenth of the pages, or this many, are read a second time at most."""


class Reading:
    """What was read of one question, page by page; ``rows`` hold each row once, by its key.

    ``counted`` is the number of rows that the API gave beforehand, ``most_pages`` how many are read.
    """

    def __init__(self, counted: int, most_pages: int) -> None:
        self.rows: dict[object, LogRow] = {}
        self.unread = 0
        self.pages = 0
        self.is_complete = counted == 0
        self.counted = counted
        self.wanted: int | None = 1 if counted and most_pages else None
        self._most_pages = most_pages
        self._again: int | None = None
        self._highest = counted
        self._begin()

    @property
    def pages_in_all(self) -> int:
        """How many pages hold the rows, by the latest count."""
        return -(-self.counted // ROWS_A_PAGE)

    def take(self, page: LogPage) -> None:
        """Take the page that was wanted."""
        assert self.wanted is not None, "nothing more was wanted"
        self.pages += 1
        self.rows.update({row.key: row for row in page.rows})
        self._seen += len(page.rows) + page.unread
        self.unread += page.unread
        if page.total is not None and page.total != self.counted:
            self._is_still = False
            self._highest = max(self._highest, page.total)
            self.counted = page.total
        self.is_complete = self.unread == 0 and self._is_all(page)
        self.wanted = self._next(page)

    def _begin(self) -> None:
        """Begin at the first page: what moves, moves between two pages."""
        self.unread, self._seen, self._is_still = 0, 0, True

    def _is_all(self, page: LogPage) -> bool:
        """Say whether every row was seen: as many as were ever counted, or all of a list that stood still.

        In such a list a row that came twice stands in it twice.
        """
        is_through = not page.has_next and self._is_still and self._seen >= self.counted
        return len(self.rows) >= self._highest or is_through

    def _next(self, page: LogPage) -> int | None:
        if self.is_complete or self.pages >= self._most_pages:
            return None
        if self._again is not None:
            self._again -= 1
        is_at_end = not page.has_next or not (page.rows or page.unread)
        if is_at_end and self._again is None and not self._is_still:
            self._again = max(_MORE_PAGES, self.pages // _MORE_PART)
            self._begin()
            return 1
        if is_at_end or self._again == 0:
            return None
        assert self.wanted is not None
        return self.wanted + 1
