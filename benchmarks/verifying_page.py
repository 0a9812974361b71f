"""What was measured of checking a log, as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.long_log import BOOKS, STEPS
from benchmarks.measure import Pair, Spread
from benchmarks.table import table, verdict
from benchmarks.verifying import VERIFY

MICROSECONDS_GOAL = 10
"""1,000,000 events in 10 s."""

_ABOUT = (
    "Whole processes, {rounds} rounds after one that warms up: `{verify}` of a log of {events:,} events, in "
    "runs of {steps} steps by {books} plans, all sealed: chains, plans, recount, seals, tables. *Floor*: the "
    "same interpreter reads the rows of the events in order and works out their hashes, and nothing else. In "
    "each round both are measured, by turns in both orders; medians."
)


@dataclass(frozen=True)
class Verifying:
    """All that was measured of checking a log."""

    events: int
    rounds: Sequence[Mapping[str, Pair]]


def verifying_section(verifying: Verifying) -> str:
    """Show what an event costs, and what it costs at least."""
    pairs = [one[VERIFY] for one in verifying.rounds]
    own_s = Spread.of([pair.own.wall_s for pair in pairs])
    floor_s = Spread.of([pair.floor.wall_s for pair in pairs])
    ratio = Spread.of([pair.ratio for pair in pairs])
    cpu_s = Spread.of([pair.own.cpu_s for pair in pairs])
    row = (
        f"`{VERIFY}`",
        f"{own_s.median:.1f}",
        f"{own_s.least:.1f} to {own_s.most:.1f}",
        f"{cpu_s.median:.1f}",
        f"{floor_s.median:.1f}",
        f"**{ratio.median:.2f}**",
        f"{max(pair.own.peak_bytes for pair in pairs) / 1e6:.0f}",
    )
    heads = ("command", "s", "least to most", "of it processor", "floor s", "ratio", "peak MB")
    about = _ABOUT.format(rounds=len(pairs), verify=VERIFY, events=verifying.events, steps=STEPS, books=BOOKS)
    each_us = own_s.median / verifying.events * 1e6
    judged = (
        f"An event takes {each_us:.1f} µs (goal at most {MICROSECONDS_GOAL} µs, which is 1,000,000 in 10 s): "
        f"{verdict(each_us, MICROSECONDS_GOAL)}."
    )
    return "\n\n".join(["## Checking a log", about, table(heads, [row]), judged])
