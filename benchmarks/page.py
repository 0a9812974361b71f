"""The results as text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.contacts_page import Contacts, contacts_section
from benchmarks.costs import IMPORT_RUNS, Function
from benchmarks.looking_page import Looking, looking_section
from benchmarks.measure import Pair, Sample, Spread
from benchmarks.running_page import Running, sections
from benchmarks.table import table, verdict
from benchmarks.validators import Beside
from benchmarks.validators_page import section
from benchmarks.verifying_page import Verifying, verifying_section

GOALS = {"--version": 0.10, "--help": 0.35, "validate": 0.75, "plan": 0.85}
"""The most that a command may take, in times of the floor."""

MEMORY_GOAL_MB = 150
LINEAR = 1.25
"""A step among the most may take so many times what one among a tenth of them takes."""

_INTRO = (
    "Written by the command below, which is also how to repeat it; every number comes from it. "
    "A goal that is missed is said to be missed: it is not moved."
)
_STARTS = (
    "Whole processes, {rounds} rounds after those that warm up. *Floor*: the same interpreter runs "
    "`import yaml, jsonschema, httpx, jinja2, click`, httpx without its own command line, which it imports "
    "where rich is installed: with it the floor would be higher. In each round the floor is measured right "
    "beside every command, by turns before and after it, and the ratio is of these two; medians over the "
    "rounds. The ratio by processor time says the same with less noise from whatever else the machine does. "
    "`validate` and `plan` read a runbook of 10 steps with conditions, criteria, filters, templates of "
    "inputs and all channels. The last row has no goal: it is what those two need of the floor's libraries."
)
_SIZES = (
    "{rounds} rounds after one that warms up. Time per step: what exceeds the runbook of {smallest} steps "
    "in the same round, divided by the steps that it has more. Memory: the most of any round, as the "
    "system counts it for the process."
)
_SHARES = (
    "Milliseconds by `python -X importtime`, the fastest of {runs} runs of each module. Measuring slows "
    "imports, so read them as shares. A library is charged with itself and with what it is the first to "
    "import."
)
_FUNCTIONS = (
    "By `python -m cProfile`, which slows small functions most: seconds in the function itself, seconds "
    "with what it calls, and how often it is called."
)


@dataclass
class Results:
    """All that was measured."""

    facts: Mapping[str, str]
    command: str
    starts: Sequence[Mapping[str, Pair]]
    sizes: Sequence[Mapping[int, Sample]]
    beside: Beside | None = None
    running: Running | None = None
    contacts: Contacts | None = None
    verifying: Verifying | None = None
    looking: Looking | None = None
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    functions: Sequence[Function] = ()


def page(results: Results) -> str:
    """Write the whole page."""
    parts = [
        "# Benchmarks",
        _INTRO,
        f"```\n{results.command}\n```",
        table(("", ""), results.facts.items()),
        starts(results),
        sizes(results),
        *([section(results.beside)] if results.beside else ()),
        *(sections(results.running) if results.running else ()),
        *([contacts_section(results.contacts)] if results.contacts else ()),
        *([verifying_section(results.verifying)] if results.verifying else ()),
        *([looking_section(results.looking)] if results.looking else ()),
    ]
    if results.shares:
        parts += [shares(results), functions(results)]
    return "\n\n".join(parts) + "\n"


def starts(results: Results) -> str:
    """Show what each command takes beside the floor."""
    heads = ("command", "ms", "floor ms", "ratio", "least to most", "by processor time", "goal", "")
    rows = [_start(name, [one[name] for one in results.starts]) for name in results.starts[0]]
    return "\n\n".join(
        ["## Start-up", _STARTS.format(rounds=len(results.starts)), table(heads, rows), *_missed(results)]
    )


def _start(name: str, pairs: Sequence[Pair]) -> tuple[str, ...]:
    ratio = Spread.of([pair.ratio for pair in pairs])
    goal = GOALS.get(name)
    return (
        f"`runbook {name}`" if name in GOALS else name,
        f"{Spread.of([pair.own.wall_s for pair in pairs]).median * 1000:.0f}",
        f"{Spread.of([pair.floor.wall_s for pair in pairs]).median * 1000:.0f}",
        f"**{ratio.median:.3f}**",
        f"{ratio.least:.3f} to {ratio.most:.3f}",
        f"{Spread.of([pair.cpu_ratio for pair in pairs]).median:.3f}",
        "" if goal is None else f"{goal:.2f}",
        "" if goal is None else verdict(ratio.median, goal),
    )


def _missed(results: Results) -> Iterable[str]:
    """Say of each goal that is missed by how much, and what the imports are for."""
    for name, goal in GOALS.items():
        ratio = Spread.of([one[name].ratio for one in results.starts]).median
        shares_ms = results.shares.get(name, {})
        if ratio > goal and shares_ms:
            parts = ", ".join(f"{owner} {spent_ms:.0f}" for owner, spent_ms in shares_ms.items())
            yield (
                f"`runbook {name}` misses its goal by {ratio - goal:.3f} of the floor. Of the "
                f"{sum(shares_ms.values()):.0f} ms that `python -X importtime` counts, these are for: "
                f"{parts}."
            )


def sizes(results: Results) -> str:
    """Show how `validate` grows with the runbook."""
    smallest = min(results.sizes[0])
    rows = []
    for size in results.sizes[0]:
        seconds = Spread.of([one[size].wall_s for one in results.sizes])
        peak_mb = max(one[size].peak_bytes for one in results.sizes) / 1e6
        step_us = Spread.of([_step_us(one, size, smallest) for one in results.sizes])
        rows.append(
            (
                f"{size:,}",
                f"{seconds.median:.2f}",
                f"{seconds.least:.2f} to {seconds.most:.2f}",
                f"{step_us.median:.0f}" if size > smallest else "",
                f"{peak_mb:.0f}",
            )
        )
    return "\n\n".join(
        [
            "## `runbook validate` by number of steps",
            _SIZES.format(rounds=len(results.sizes), smallest=smallest),
            table(("steps", "s", "least to most", "µs a step", "peak MB"), rows),
            *_judged(results),
        ]
    )


def _step_us(samples: Mapping[int, Sample], size: int, smallest: int) -> float:
    more = size - smallest
    return (samples[size].wall_s - samples[smallest].wall_s) / more * 1e6 if more else 0.0


def _judged(results: Results) -> Iterable[str]:
    known = sorted(results.sizes[0])
    few = 3  # the smallest is start-up; it takes two more to compare
    if len(known) >= few:
        smallest, fewer, most = known[0], known[-2], known[-1]
        growth = Spread.of(
            [_step_us(one, most, smallest) / _step_us(one, fewer, smallest) for one in results.sizes]
        )
        yield (
            f"Linear: a step takes {growth.median:.2f} times as long among {most:,} as among {fewer:,} "
            f"({growth.least:.2f} to {growth.most:.2f}; goal at most {LINEAR}): "
            f"{verdict(growth.median, LINEAR)}."
        )
    peak_mb = max(one[known[-1]].peak_bytes for one in results.sizes) / 1e6
    yield (
        f"Memory at {known[-1]:,} steps: {peak_mb:.0f} MB (goal at most {MEMORY_GOAL_MB} MB): "
        f"{verdict(peak_mb, MEMORY_GOAL_MB)}."
    )


def shares(results: Results) -> str:
    """Show for whom each command imports."""
    owners = list(dict.fromkeys(owner for one in results.shares.values() for owner in one))
    rows = [
        (owner, *(f"{one[owner]:.0f}" if owner in one else "" for one in results.shares.values()))
        for owner in owners
    ]
    rows.append(("all", *(f"{sum(one.values()):.0f}" for one in results.shares.values())))
    return "\n\n".join(
        [
            "## Whom the imports are for",
            _SHARES.format(runs=IMPORT_RUNS),
            table(("", *(f"`{name}`" if name != "floor" else name for name in results.shares)), rows),
        ]
    )


def functions(results: Results) -> str:
    """Show the dearest functions."""
    rows = [
        (f"`{one.name}`", f"{one.own_s:.2f}", f"{one.total_s:.2f}", f"{one.calls:,}")
        for one in results.functions
    ]
    return "\n\n".join(
        [
            f"## What `runbook validate` of {max(results.sizes[0]):,} steps does",
            _FUNCTIONS,
            table(("function", "own s", "with calls s", "calls"), rows),
        ]
    )
