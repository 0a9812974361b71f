"""Customers of a run: whom its requests named, and whom the API's logs show."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from engine.audit.attempt import Attempt
from engine.audit.recount import Recount

Person = Sequence[Any]
"""A contact: address, attempt, customer. A row of the API's logs: address, attempt, row, customer."""


def compare_contacts(run: Recount, contacts: Iterable[Person], *, is_part: bool = False) -> int:
    """Compare the contacts that are kept, in order, with whom the requests named; give their number.

    ``is_part``: of some customers none are given.
    """
    kept = {send: tuple(each[2] for each in held) for send, held in _by_send(contacts)}
    if not kept and not run.names_people:
        return 0
    number = sum(map(len, kept.values()))
    for send, attempt in run.attempts.items():
        found, named = kept.pop(send, ()), run.named(attempt)
        is_erased = run.erased is not None and attempt.seq < run.erased and not found
        is_so = set(found) <= set(named) if is_part else found == named
        if not is_so and not is_erased:
            said = f"its request names {len(named):,} customers, and {len(found):,} are kept as contacts"
            others = ", others" if len(found) == len(named) else ""
            run.tell(attempt.seq, "contacts", f"{attempt.name}: {said}{others}")
    for address, attempt_number in kept:
        said = f"contacts are kept of attempt {attempt_number} of {address}, which was never made"
        run.tell(None, "contacts", said)
    return number


def compare_reached(run: Recount, reached: Iterable[Person]) -> int:
    """Compare the rows of the API's logs that are kept with what the looks at them noted; their number."""
    kept = {send: list(held) for send, held in _by_send(reached)}
    if not kept and not run.is_looked_at:
        return 0
    number = sum(map(len, kept.values()))
    for send, attempt in run.attempts.items():
        _compare_rows(run, attempt, kept.pop(send, []))
    for address, attempt_number in kept:
        said = f"rows are kept of attempt {attempt_number} of {address}, which was never made"
        run.tell(None, "reached", said)
    return number


def _compare_rows(run: Recount, attempt: Attempt, found: list[Person]) -> None:
    if attempt.looked is None:
        if found:
            said = f"rows of the API's logs are kept for {attempt.name}, and no look at them is noted"
            run.tell(attempt.seq, "reached", said)
        return
    seq, reached, digest = attempt.looked
    if not found and (not reached or (run.erased is not None and seq < run.erased)):
        return
    customers = len({each[3] for each in found})
    if customers != reached or _digest(found) != digest:
        said = f"{reached:,} customers were found in the API's logs, and the rows kept are not those"
        run.tell(seq, "reached", f"{attempt.name}: {said} ({customers:,} customers)")


def _digest(rows: Iterable[Person]) -> str:
    """Give the sha256 of rows as the look at them notes it: customer, attempt and row, a line each."""
    lines = ((customer, f"{address}#{attempt}", row) for address, attempt, row, customer in rows)
    text = "\n".join(sorted("\t".join(map(json.dumps, line)) for line in lines))
    return hashlib.sha256(text.encode()).hexdigest()


def _by_send(rows: Iterable[Person]) -> Iterable[tuple[tuple[str, int], Iterable[Person]]]:
    return groupby(rows, key=lambda each: (each[0], each[1]))
