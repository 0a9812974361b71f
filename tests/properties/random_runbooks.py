"""Random texts of runbooks with a few steps, each step's requests unlike all others, and whom they may reach.

Chance comes from a seed alone: the same seed gives the same schedule on any machine.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple, TypeVar

from engine.diagnostics import Json

_Choice = TypeVar("_Choice")

CUSTOMERS = 8
ROWS: Sequence[Mapping[str, str]] = [
    {
        "loan_id": f"L-{number}",
        "payment_status": ("bounced", "pending", "paid")[number % 3],
        "language": ("hindi", "english")[number % 2],
        "branch": ("pune", "nashik", "mumbai", "goa")[number % 4],
    }
    for number in range(1, CUSTOMERS + 1)
]


class Dice:
    """Chance by a seed; every throw is the next one."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._thrown = 0

    def below(self, number: int) -> int:
        """Give a whole number from 0 up to, and without, the given one."""
        self._thrown += 1
        digest = blake2b(f"{self._seed} {self._thrown}".encode(), digest_size=4).digest()
        return int.from_bytes(digest) % number

    def chance(self, percent: int) -> bool:
        """Say yes in so many of a hundred cases."""
        return self.below(100) < percent

    def pick(self, choices: Sequence[_Choice]) -> _Choice:
        """Choose one."""
        return choices[self.below(len(choices))]


class Spec(NamedTuple):
    """A step as it was thrown: the mark of its requests, its filters (None: everyone), its limit."""

    id: str
    mark: str
    filters: Mapping[str, object] | None
    limit: int | None
    keys: Mapping[str, str]

    def may_reach(self, row: Mapping[str, str]) -> bool:
        """Say whether the filters, read afresh, let a customer be messaged."""
        return all(_fits(row, key, wanted) for key, wanted in (self.filters or {}).items())

    def made(self, body: Mapping[str, Json]) -> bool:
        """Say whether a request's body is one of this step's."""
        return self.mark in (body.get("templateId"), body.get("agentId"))


class RandomRunbook(NamedTuple):
    """A runbook's text and what it was thrown from."""

    text: str
    once: str
    steps: Sequence[Spec]


def runbook(dice: Dice, name: str, campaign: str) -> RandomRunbook:
    """Throw a sound runbook of one to four steps."""
    once = dice.pick(("ever", "ever", "day", "run"))
    head = (
        f"format: runbook/v1\nname: {name}\nowner: ops\npurpose: overdue\nonce: {{per: {once}}}\n"
        f"campaign: {{id: {campaign}}}\nsteps:\n"
    )
    steps: list[Spec] = []
    for number in range(1 + dice.below(4)):
        steps.append(_step(dice, f"{name}_{number}", [each.id for each in steps]))
    return RandomRunbook(head + "".join(map(_written, steps)), once, steps)


def renamed(dice: Dice, text: str) -> str:
    """Give the text of a runbook as it was at some time: it was renamed twice, and says so."""
    names = dice.pick(("", "", "second\nformerly: [first]", "third\nformerly: [first, second]"))
    return text.replace("name: first\n", f"name: {names}\n") if names else text


def _step(dice: Dice, name: str, earlier: Sequence[str]) -> Spec:
    keys: dict[str, str] = {"channel": dice.pick(("sms", "whatsapp", "call"))}
    mark = f"mark_{name}"
    if keys["channel"] == "call":
        keys["conversation"] = f"{{agent: {mark}, disposition: d}}"
    else:
        keys["template"] = mark
    if earlier and dice.chance(60):
        keys["when"] = dice.pick(_WHEN).format(step=dice.pick(earlier))
    if dice.chance(40):
        keys["success"] = f"[{dice.pick(_SUCCESS)}]"
    if dice.chance(15):
        keys["expect"] = dice.pick(("{matched: {min: 1}}", "{matched: {min: 3, max: 6}}"))
    keys["on_failure"] = dice.pick(("halt", "continue", "pause"))
    keys["retry"] = f"{{attempts: {1 + dice.below(3)}, within: {dice.pick(('5s', '30s'))}}}"
    keys["timeout"] = dice.pick(("5s", "30s"))
    return Spec(name, mark, dice.pick(_FILTERS), dice.pick((None, 1, 3, 20, 20)), keys)


_WHEN = (
    "steps.{step}.status == 'partial'",
    "steps.{step}.status in ['succeeded', 'sent_unknown']",
    "steps.{step}.failed > 0",
    "steps.{step}.initiated >= 2",
    "not steps.{step}.ran",
    "steps.{step}.failed / (steps.{step}.matched - 4) < 1",
    "steps.{step}.failed_pct <= 50 or steps.{step}.matched is unknown",
)
_SUCCESS = ("failed_pct <= 50", "failed == 0", "matched >= 3", "failed / (matched - 4) < 1")
_FILTERS: Sequence[Mapping[str, object] | None] = (
    None,
    {"payment_status": ["bounced", "pending"]},
    {"language": "hindi"},
    {"custom": {"branch": ["pune", "goa"]}},
    {"ids": ["L-1", "L-2", "L-5"]},
    {"exclude_ids": ["L-3"], "payment_status": "bounced"},
    {"language": "english", "payment_status": ["paid", "pending"]},
    {"ids": ["L-97", "L-98", "L-99"]},
)


def _written(step: Spec) -> str:
    limit = "none" if step.limit is None else step.limit
    keys = "".join(f"    {key}: {value}\n" for key, value in step.keys.items())
    filters = "everyone" if step.filters is None else _flow(step.filters)
    return f"  - id: {step.id}\n{keys}    filters: {filters}\n    limit: {limit}\n"


def _flow(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
        case list():
            return f"[{', '.join(value)}]"
        case _:
            return str(value)


def _fits(row: Mapping[str, str], key: str, wanted: object) -> bool:
    if isinstance(wanted, dict):
        return all(_fits(row, column, values) for column, values in wanted.items())
    values = wanted if isinstance(wanted, list) else [wanted]
    if key == "exclude_ids":
        return row["loan_id"] not in values
    return row["loan_id" if key == "ids" else key] in values
