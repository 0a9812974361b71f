"""Pages of lists, counted from 1; ten entries each, whatever is asked for."""

from collections.abc import Mapping

PER_PAGE = 10
_MOST_DIGITS = 9


def page_number(query: Mapping[str, str]) -> int:
    """Give the page that is asked for; raises ValueError in the API's words."""
    text = query.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text)):
        raise ValueError("page must be a number of at least 1")
    return int(text)
