"""What was measured of asking about a customer, as text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.contacts import Round
from benchmarks.contacts_log import EACH, IDS
from benchmarks.measure import Spread
from benchmarks.table import table, verdict

GOAL_MS = 50.0
"""The most that an answer may take beyond the start of the process."""

_ABOUT = (
    "What one customer was sent, and may have been sent: a log of {contacts:,} contacts in {sends:,} "
    "runs whose requests name {ids} customers each, and as many runs that sent by filter and name "
    "nobody; the customer stands in {each} of them. {rounds} rounds, by turns in both orders; the file "
    "is in the system's cache. *The answer*: in a process that has imported what it needs, from opening "
    "the log to the finished text, templates of that day included. *The floor*: SQLite alone is asked "
    "which sends named the customer. The goal is for the answer. `runbook contacts` is the whole "
    "process, and beside it the same at an empty log: what starting costs."
)


@dataclass
class Contacts:
    """All that was measured of asking about a customer."""

    contacts: int
    rounds: Sequence[Round]


def contacts_section(measured: Contacts) -> str:
    """Show what the answer takes beside its floor, and the whole command."""
    sends = measured.contacts // IDS
    about = _ABOUT.format(
        contacts=measured.contacts,
        sends=sends,
        ids=IDS,
        each=min(EACH, sends),
        rounds=len(measured.rounds),
    )
    ways: dict[str, Callable[[Round], float]] = {
        "the answer": lambda one: one.answer_s,
        "the floor": lambda one: one.bare_s,
        "`runbook contacts`": lambda one: one.command.wall_s,
        "`runbook contacts` at an empty log": lambda one: one.empty.wall_s,
    }
    spreads = {
        name: Spread.of([took_s(one) * 1000 for one in measured.rounds]) for name, took_s in ways.items()
    }
    rows = [
        (name, f"{each.median:.1f}", f"{each.least:.1f} to {each.most:.1f}") for name, each in spreads.items()
    ]
    most = spreads["the answer"].median
    judged = f"An answer takes {most:.1f} ms (goal at most {GOAL_MS:.0f}): {verdict(most, GOAL_MS)}."
    heads = ("way", "ms", "least to most")
    return "\n\n".join(["## What a customer was sent", about, table(heads, rows), judged])
