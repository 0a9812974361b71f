"""Which run is meant by a name that a person types (DESIGN, section 8); pure."""

from collections.abc import Sequence
from datetime import datetime

from engine.record.entry import RunEntry
from engine.record.wallclock import date_and_time
from engine.refusal import Refusal

LAST = "last"
"""Names the newest run."""

SHOWN = 5

LEAST = 4
"""So many characters are an id's beginning: fewer are more likely a slip, and a slip may cancel a run."""


def choose(name: str, found: Sequence[RunEntry]) -> RunEntry | None:
    """Give the run of that id, or the only one that begins so; raises ``Refusal`` (64) if several do.

    ``found`` are runs whose ids begin with the name, one of exactly that id first.
    """
    refuse_empty(name)
    if not found or name in (found[0].run, LAST):
        return found[0] if found else None
    if len(found) == 1 and len(name) < LEAST:
        raise Refusal(f"{name!r} is too short to name a run", f"write more of the id: is it {found[0].run}?")
    if len(found) == 1:
        return found[0]
    shown = ", ".join(entry.run for entry in found[:SHOWN])
    more = ", …" if len(found) > SHOWN else ""
    raise Refusal(f"several runs begin with {name!r}: {shown}{more}", "write more of the id")


def ahead(runs: Sequence[RunEntry], now: datetime) -> Refusal:
    """Say that nobody knows which run was started last, for the clock was set back since the newest (64)."""
    newest = runs[0]
    others = [entry.run for entry in runs if entry.started_at <= now][:1]
    return Refusal(
        f"nobody knows which run is the last one: {newest.run} started at "
        f"{date_and_time(newest.started_at)}, and by this machine's clock it is not that late yet",
        f"name the run by its id: is it {' or '.join([*others, newest.run])}? `runbook runs` lists them all",
    )


def refuse_empty(name: str) -> None:
    """Refuse a name that is none (64): every id begins with it, so the only run would be meant."""
    if not name.strip():
        raise Refusal(
            "the name of the run is empty",
            "name it by its id, by the beginning of one, or `last`; is a variable of your shell not set?",
        )


def unknown(name: str, runs: Sequence[str]) -> Refusal:
    """Say that no run is called so, and which one may be meant."""
    if not runs:
        return Refusal("the run log holds no run yet", "`runbook run FILE` starts one")
    # Only who mistypes pays for it.
    from difflib import get_close_matches  # noqa: PLC0415

    near = get_close_matches(name, runs, n=1)
    meant = f"is it {near[0]}? " if near else ""
    return Refusal(f"there is no run {name!r}", f"{meant}`runbook runs` lists them all")
