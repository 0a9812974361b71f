"""Who was messaged: what a run log knows of a customer, of a telephone number, of a run's people."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, TypeAlias

from engine.frozen import dataclass
from engine.record.contact import Contact, Planned, Unnamed, planned_of
from engine.record.entry import ReachedEntry, SendEntry
from engine.refusal import Exit, Refusal
from engine.runlog.phone import hashed, key_of, key_path
from engine.runlog.port import RunLog

_Attempt: TypeAlias = tuple[str, str, int]
_Rows: TypeAlias = Mapping[tuple[_Attempt, str], Sequence[ReachedEntry]]


@dataclass(frozen=True, slots=True)
class People:
    """Whom sends named or are known to have reached, and the sends of which that is not all.

    Both newest first; ``has_more``: of the latter, older ones were left out.
    """

    contacts: tuple[Contact, ...]
    unnamed: tuple[Unnamed, ...] = ()
    has_more: bool = False


def customers_with(log: RunLog, phone: str) -> tuple[str, ...]:
    """Give the customers whom rows of the API's logs name with a telephone number.

    Raises ``Refusal`` (14) where the log keeps numbers, and the key by which they are found is not there,
    or another one is.
    """
    key = key_of(log.path, make=False, check=log.phone_key())
    if key is None and log.path is not None and log.keeps_phones():
        message = f"the key {key_path(log.path)} is not here, so that no number can be looked up"
        cure = "put it back from where the log came from; or ask by the customer's id"
        raise Refusal(message, cure, Exit.LEASE_OR_LOG)
    told = key and hashed(key, phone)
    return tuple(dict.fromkeys(row.customer for row in log.reached_by(told))) if told else ()


def people_called(
    log: RunLog, customers: Sequence[str], since: datetime | None = None, *, most: int | None = None
) -> People:
    """Say what was sent to a customer, who may have several ids, and what may have been.

    ``most``: of the sends that may have reached them, so many are given, the newest.
    """
    book = _Book(log)
    rows = _by_attempt(row for name in customers for row in log.reached(name, since))
    named = [(entry.customer, _attempt(entry)) for name in customers for entry in log.contacts(name, since)]
    pairs = dict.fromkeys([*named, *((name, attempt) for attempt, name in rows)])
    found = [book.contact(name, attempt, rows) for name, attempt in pairs]
    found.sort(key=lambda contact: contact.send.intended_at, reverse=True)
    unnamed, has_more = book.unnamed(customers, since, {attempt for _, attempt in pairs}, most)
    return People(tuple(found), unnamed, has_more)


def people_of(log: RunLog, run: str) -> People:
    """Say whom each attempt of a run named or is known to have reached, in the order of its sends."""
    book = _Book(log)
    rows = _by_attempt(log.reached_of(run))
    named = {
        (run, address, attempt): [name for *_, name in group]
        for (address, attempt), group in groupby(log.contacts_of(run), key=lambda found: found[:2])
    }
    contacts: list[Contact] = []
    unnamed: list[Unnamed] = []
    for send in log.sends(run):
        attempt = _attempt(send)
        known = book.reached_by(attempt)
        names = dict.fromkeys([*named.get(attempt, ()), *sorted(known)])
        contacts += [book.contact(name, attempt, rows) for name in names]
        perhaps = Unnamed(send, book.planned(attempt), known)
        if send.reaches and (attempt not in named or perhaps.overreached):
            unnamed.append(perhaps)
    return People(tuple(contacts), tuple(unnamed))


class _Book:
    """What a log says of attempts and of the plans behind them, each read once."""

    def __init__(self, log: RunLog) -> None:
        self._log = log
        self._plans: dict[str, Mapping[str, Any]] = {}
        self._planned: dict[_Attempt, Planned] = {}
        self._sends: dict[str, dict[_Attempt, SendEntry]] = {}
        self._reached: dict[str, dict[_Attempt, set[str]]] = {}

    def contact(self, customer: str, attempt: _Attempt, rows: _Rows) -> Contact:
        run = attempt[0]
        if run not in self._sends:
            self._sends[run] = {_attempt(send): send for send in self._log.sends(run)}
        kept = tuple(rows.get((attempt, customer), ()))
        return Contact(customer, self._sends[run][attempt], self.planned(attempt), kept)

    def unnamed(
        self,
        customers: Sequence[str],
        since: datetime | None,
        known: Iterable[_Attempt],
        most: int | None,
    ) -> tuple[tuple[Unnamed, ...], bool]:
        """Give the sends that may have reached somebody whom they do not name; whether more are left."""
        named, found = {*known}, list[Unnamed]()
        for send in self._log.nameless(since):
            attempt = _attempt(send)
            if attempt in named:
                continue
            perhaps = Unnamed(send, self.planned(attempt), self.reached_by(attempt))
            if customers and perhaps.left_out.issuperset(customers):
                continue
            if len(found) == most:
                return tuple(found), True
            found.append(perhaps)
        return tuple(found), False

    def planned(self, attempt: _Attempt) -> Planned:
        if attempt not in self._planned:
            run, address, _ = attempt
            if run not in self._plans:
                self._plans[run] = _plan(self._log, run)
            self._planned[attempt] = planned_of(self._plans[run], address)
        return self._planned[attempt]

    def reached_by(self, attempt: _Attempt) -> frozenset[str]:
        run = attempt[0]
        if run not in self._reached:
            self._reached[run] = defaultdict(set)
            for row in self._log.reached_of(run):
                self._reached[run][_attempt(row)].add(row.customer)
        return frozenset(self._reached[run][attempt])


def _plan(log: RunLog, run: str) -> Mapping[str, Any]:
    """Read the plan in a run's first event, and nothing else of its chain."""
    first = next(log.links(run), None)
    try:
        plan = json.loads(first.body).get("plan") if first else None
    except (AttributeError, ValueError):
        message = f"the first event of run {run} cannot be read"
        cure = f"`runbook verify {run}` says what is wrong; go on with a copy of the run log that is whole"
        raise Refusal(message, cure, Exit.LEASE_OR_LOG) from None
    return plan if isinstance(plan, dict) else {}


def _by_attempt(rows: Iterable[ReachedEntry]) -> _Rows:
    found: dict[tuple[_Attempt, str], list[ReachedEntry]] = defaultdict(list)
    for row in rows:
        found[_attempt(row), row.customer].append(row)
    return found


def _attempt(entry: Any) -> _Attempt:  # noqa: ANN401  (any entry that names an attempt)
    return entry.run, entry.address, entry.attempt
