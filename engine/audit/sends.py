"""The sends of a run; those that go as planned, and well, are known by the texts of their events."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.audit.attempt import Attempt
from engine.audit.known import REACHING
from engine.audit.outcome import Outcomes
from engine.audit.plan import Planned

_ADDRESS = len('{"address":"')
_INSTANT = re.compile('"[-+:.0-9T]+"')


class Sends:
    """Every attempt of a run, and the latest one of each address."""

    def __init__(self, outcomes: Outcomes) -> None:
        self.planned: Mapping[str, Planned] = {}
        self.attempts: dict[tuple[str, int], Attempt] = {}
        self.latest: dict[str, Attempt] = {}
        self.messages = 0
        self._outcomes = outcomes

    def is_any_sent(self) -> bool:
        """Whether somebody got a message, or may have."""
        return any(each.status in REACHING for each in self.latest.values())

    def add(self, made: Attempt) -> None:
        """Take an attempt in."""
        self.attempts[made.address, made.number] = self.latest[made.address] = made

    def leaves(self, seq: int, at: str, text: str) -> bool:
        """Take the first intent under an address in if it is the planned one, letter by letter."""
        address = text[_ADDRESS : text.find('"', _ADDRESS)]
        planned = self.planned.get(address)
        if planned is None or address in self.latest:
            return False
        before, behind = planned.intent
        deadline = text[len(before) : -len(behind)]
        if not (text.startswith(before) and text.endswith(behind) and _INSTANT.fullmatch(deadline)):
            return False
        made = Attempt(seq, at, planned.first)
        made.deadline_at = deadline[1:-1]
        self.attempts[address, 1] = self.latest[address] = made
        return True

    def goes_well(self, _seq: int, at: str, text: str) -> bool:
        """Take the outcome of a first attempt in if all got a message who were asked for, and no others."""
        address = text[_ADDRESS : text.find('"', _ADDRESS)]
        attempt, planned = self.latest.get(address), self.planned.get(address)
        if attempt is None or planned is None or attempt.number != 1 or attempt.status != "intended":
            return False
        before, behind = planned.outcome
        if attempt.step != planned.step or not (text.startswith(before) and text.endswith(behind)):
            return False
        outcome = self._outcomes.plain(text[len(before) : -len(behind)])
        if outcome is None or (attempt.at_most is not None and outcome.selected > attempt.at_most):
            return False
        attempt.settle("succeeded", at, outcome.counts, outcome.reason)
        self.messages += outcome.messages
        return True
