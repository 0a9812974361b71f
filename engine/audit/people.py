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
"""A contact: address, attempt, customer. A row of the API's logs: address, attempt, row, customer, instant,
status, template, phone, source."""


def compare_contacts(run: Recount, contacts: Iterable[Person], *, is_part: bool = False) -> int:
    """Compare the contacts that are kept, in order, with whom the requests named; give their number.

    ``is_part``: they are those of one customer.
    """
    kept = {send: tuple(each[2] for each in held) for send, held in _by_send(contacts)}
    if not kept and not run.names_people:
        return 0
    number = sum(map(len, kept.values()))
    whose = {customer for held in kept.values() for customer in held} if is_part else None
    for send, attempt in run.attempts.items():
        _compare_contacts(run, attempt, kept.pop(send, ()), whose)
    if kept and run.is_whole:
        address, attempt_number = next(iter(kept))
        said = f"contacts are kept of attempt {attempt_number} of {address}, which was never made"
        run.tell(None, "contacts", said)
    return number


def _compare_contacts(run: Recount, attempt: Attempt, found: Sequence[str], whose: set[str] | None) -> None:
    named = run.named(attempt)
    if run.erased is not None and attempt.seq < run.erased:
        if found:
            said = f"its contacts were erased (event {run.erased}), and {len(found):,} are there"
            run.tell(attempt.seq, "contacts", f"{attempt.name}: {said}")
    elif found != (named if whose is None else tuple(each for each in named if each in whose)):
        said = f"its request names {len(named):,} customers, and {len(found):,} are kept as contacts"
        others = ", others" if len(found) == len(named) else ""
        run.tell(attempt.seq, "contacts", f"{attempt.name}: {said}{others}")


def compare_reached(run: Recount, reached: Iterable[Person]) -> int:
    """Compare the rows of the API's logs that are kept with what the looks at them noted; their number."""
    kept = {send: list(held) for send, held in _by_send(reached)}
    if not kept and not run.is_looked_at:
        return 0
    number = sum(map(len, kept.values()))
    for send, attempt in run.attempts.items():
        _compare_rows(run, attempt, kept.pop(send, []))
    if kept and run.is_whole:
        address, attempt_number = next(iter(kept))
        said = f"rows are kept of attempt {attempt_number} of {address}, which was never made"
        run.tell(None, "reached", said)
    return number


def _compare_rows(run: Recount, attempt: Attempt, found: list[Person]) -> None:
    if attempt.looked is None:
        if found and run.is_whole:
            said = f"rows of the API's logs are kept for {attempt.name}, and no look at them is noted"
            run.tell(attempt.seq, "reached", said)
        return
    seq, reached, digest = attempt.looked
    is_erased = run.erased is not None and seq < run.erased
    if not found and (is_erased or not reached):
        return
    customers = len({each[3] for each in found})
    is_so = customers == reached and _digest(found) == digest if run.is_whole else customers >= reached
    if is_erased or not is_so:
        was = "erased" if is_erased else "found in the API's logs"
        said = f"{reached:,} customers were {was}, and the rows kept are not those"
        run.tell(seq, "reached", f"{attempt.name}: {said} ({customers:,} customers)")


def _digest(rows: Iterable[Person]) -> str:
    """Give the sha256 of rows as the look at them notes it: customer, attempt and the rest, a line each."""
    lines = (
        (customer, f"{address}#{attempt}", row, *said) for address, attempt, row, customer, *said in rows
    )
    text = "\n".join(sorted("\t".join(map(json.dumps, line)) for line in lines))
    return hashlib.sha256(text.encode()).hexdigest()


def _by_send(rows: Iterable[Person]) -> Iterable[tuple[tuple[str, int], Iterable[Person]]]:
    return groupby(rows, key=lambda each: (each[0], each[1]))
