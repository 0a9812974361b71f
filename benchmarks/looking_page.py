"""What was measured of looking for a send in the API's logs, as text."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.looking import Look
from benchmarks.table import table, verdict

GOAL = 1.2
"""The most requests for each page that holds a row."""

_ABOUT = (
    "`runbook reconcile` of a send by filter to {customers:,} customers, whose answer was lost, before a "
    "sandbox in a process of its own: once for each way in which logs behave. *Pages*: those of ten rows "
    "each that the logs showed. *Requests*: all that were made, the count beforehand and what was asked for "
    "again included. The goal is for requests by pages."
)


@dataclass
class Looking:
    """All that was measured of looking for a send."""

    customers: int
    looks: Sequence[Look]


def looking_section(measured: Looking) -> str:
    """Show requests beside pages."""
    rows = [
        (
            f"the logs {look.logs}",
            f"{look.requests:,}",
            f"{look.pages:,}",
            f"{look.requests / look.pages:.3f}",
            f"{look.reached:,}",
            f"{look.process.wall_s:.1f}",
            f"{look.process.peak_bytes / 1e6:.0f}",
        )
        for look in measured.looks
    ]
    heads = ("", "requests", "pages", "ratio", "customers found", "s", "peak MB")
    most = max(look.requests / look.pages for look in measured.looks)
    judged = f"At most {most:.3f} requests for each page (goal at most {GOAL}): {verdict(most, GOAL)}."
    about = _ABOUT.format(customers=measured.customers)
    return "\n\n".join(["## Looking for a send in the API's logs", about, table(heads, rows), judged])
