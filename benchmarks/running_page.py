"""What was measured of running, as text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.measure import Pair, Sample, Spread
from benchmarks.running import BEGUN, OURS, SHORT, UNSENT, Peaks, Resident, Slope, Syncs
from benchmarks.table import table, verdict

STEP_GOAL = 1.3
"""A step may take so many times what it takes anybody who commits twice."""

SHORT_GOAL = 1.1
RESUME_GOAL_S = 1.0
SYNCS_GOAL = 2
FLAT = 1.25
"""Running most steps may add so many times the memory that running a hundredth of them adds."""

WAYS = {
    "bare": "httpx alone",
    "lines": "httpx, two synced lines",
    "commits": "httpx, two SQLite commits",
    UNSENT: f"`{OURS}` {UNSENT}",
    OURS: f"`{OURS}`",
}
_STEP = (
    "What one step more takes: whole processes with {few:,} and {many:,} sequential steps, each with a "
    "condition on the one before it; the difference, shared out; reading and planning are in it. In each of "
    "{rounds} rounds every way is measured, by turns in both orders, and the ratio is of one round; medians. "
    "All make the same requests with `httpx.Client.post` or our client; *two synced lines*, *two SQLite "
    "commits* (WAL, `synchronous=FULL`): an event of as many bytes as ours before and after each request. "
    "*{unsent}*: the same runbook is read and planned, and refused (`RUNBOOK_SENDS=off`). The stub, a "
    "process of its own, answers within {stub_us:.0f} µs ({stub_least_us:.0f} to {stub_most_us:.0f}, the "
    "middle nine tenths of {asked:,}), system calls of both sides included; the disk ({disk}) syncs a line "
    "in {sync_us:.0f} µs."
)
_SYNCS = "By `strace`, in the same way: those of {few:,} steps taken from those of {many:,}."
_SHORT = (
    "Whole processes, {rounds} rounds, beside the floor of the start-up as above: `{ours}` of {short} steps, "
    "sent to the stub and written to a log that is there."
)
_RESUME = (
    "Whole processes, {rounds} rounds: `runbook resume` of a run of {sends:,} steps that was stopped before "
    "its last one; the log is read, its chain checked, the last step sent."
)
_MEMORY = (
    "{rounds} rounds; the most of any, as the system counts it for the process. *Reading and planning*: the "
    "run that is refused before its first send. What running adds: the median of the rounds."
)
_PACKAGES = (
    "By `python -m cProfile`, which slows Python's functions and not SQLite's or the system's, so read them "
    "as shares: µs in each package itself, functions of C with who calls them, of one step more as above: "
    "those of {few:,} steps taken from those of {many:,}."
)


@dataclass
class Running:
    """All that was measured of running."""

    few: int
    many: int
    stub_us: Sequence[float]
    sync_us: float
    disk: str
    steps: Sequence[Mapping[str, Slope]]
    syncs: Mapping[str, Syncs] | None
    short: Sequence[Mapping[str, Pair]]
    resumed: int
    resumes: Sequence[Sample]
    memory: Sequence[Mapping[int, Peaks]]
    resident: Resident | None = None
    packages: Mapping[str, float] = field(default_factory=dict)
    imports: Mapping[str, float] = field(default_factory=dict)


def sections(running: Running) -> list[str]:
    """Write all sections about running."""
    return [step(running), syncs(running), short(running), resume(running), memory(running)]


def step(running: Running) -> str:
    """Show what a step takes beside what anybody would write."""
    heads = ("way", "µs a step", "least to most", "of it processor", "times two commits", "least to most")
    rows = [_way(way, running.steps) for way in running.steps[0]]
    ordered = sorted(running.stub_us)
    about = _STEP.format(
        few=running.few,
        many=running.many,
        rounds=len(running.steps),
        unsent=UNSENT,
        stub_us=Spread.of(ordered).median,
        stub_least_us=ordered[len(ordered) // 20],
        stub_most_us=ordered[-1 - len(ordered) // 20],
        asked=len(ordered),
        disk=running.disk,
        sync_us=running.sync_us,
    )
    ratio = Spread.of([one[OURS].wall_us / one["commits"].wall_us for one in running.steps]).median
    judged = (
        f"A step takes {ratio:.2f} times what it takes beside two SQLite commits "
        f"(goal at most {STEP_GOAL}): {verdict(ratio, STEP_GOAL)}."
    )
    return "\n\n".join(["## A step of a run", about, table(heads, rows), judged, *_why(running, ratio)])


def _way(way: str, rounds: Sequence[Mapping[str, Slope]]) -> tuple[str, ...]:
    wall_us = Spread.of([one[way].wall_us for one in rounds])
    cpu_us = Spread.of([one[way].cpu_us for one in rounds])
    ratio = Spread.of([one[way].wall_us / one["commits"].wall_us for one in rounds])
    return (
        WAYS[way],
        f"{wall_us.median:.0f}",
        f"{wall_us.least:.0f} to {wall_us.most:.0f}",
        f"{cpu_us.median:.0f}",
        f"**{ratio.median:.2f}**",
        f"{ratio.least:.2f} to {ratio.most:.2f}",
    )


def _why(running: Running, ratio: float) -> Iterable[str]:
    """Say of a missed goal where the time goes."""
    if ratio <= STEP_GOAL or not running.packages:
        return
    missing_us = Spread.of(
        [one[OURS].wall_us - STEP_GOAL * one["commits"].wall_us for one in running.steps]
    ).median
    planned_us = Spread.of([one[UNSENT].wall_us for one in running.steps]).median
    yield (
        f"Missing are {missing_us:.0f} µs a step. Reading and planning take {planned_us:.0f} µs of it; "
        "the rest is shared out below."
    )
    shares = list(running.packages.items())[:_MOST_ROWS]
    rows = [(_module(name), f"{each_us:.0f}") for name, each_us in shares]
    yield _PACKAGES.format(few=running.few, many=running.many)
    yield table(("package", "µs a step"), rows)


_MOST_ROWS = 18


def syncs(running: Running) -> str:
    """Show how often each way syncs."""
    if running.syncs is None:
        return "## Syncs of a send\n\nNot counted: there is no `strace` here."
    rows = [(WAYS[way], f"{one.each:.3f}", f"{one.folding:.3f}") for way, one in running.syncs.items()]
    commits = running.syncs[OURS].each - running.syncs[OURS].folding
    judged = (
        f"Without folding a send syncs {commits:.2f} times (goal {SYNCS_GOAL}): "
        f"{verdict(round(commits, 2), SYNCS_GOAL)}."
    )
    about = _SYNCS.format(few=running.few, many=running.many)
    shown = table(("way", "syncs a send", "of them folding the `-wal`"), rows)
    return f"## Syncs of a send\n\n{about}\n\n{shown}\n\n{judged}"


def short(running: Running) -> str:
    """Show what a short run takes beside the imports."""
    pairs = [one[OURS] for one in running.short]
    ratio = Spread.of([pair.ratio for pair in pairs])
    row = (
        f"`{OURS}`",
        f"{Spread.of([pair.own.wall_s for pair in pairs]).median * 1000:.0f}",
        f"{Spread.of([pair.floor.wall_s for pair in pairs]).median * 1000:.0f}",
        f"**{ratio.median:.3f}**",
        f"{ratio.least:.3f} to {ratio.most:.3f}",
        f"{Spread.of([pair.cpu_ratio for pair in pairs]).median:.3f}",
        f"{SHORT_GOAL:.2f}",
        verdict(ratio.median, SHORT_GOAL),
    )
    heads = ("command", "ms", "floor ms", "ratio", "least to most", "by processor time", "goal", "")
    about = _SHORT.format(rounds=len(pairs), ours=OURS, short=SHORT)
    return "\n\n".join([f"## A run of {SHORT} steps", about, table(heads, [row])])


def resume(running: Running) -> str:
    """Show how long it takes to go on with a long run."""
    seconds = Spread.of([one.wall_s for one in running.resumes])
    about = _RESUME.format(rounds=len(running.resumes), sends=running.resumed + 1)
    judged = (
        f"{seconds.median:.2f} s ({seconds.least:.2f} to {seconds.most:.2f}; goal at most "
        f"{RESUME_GOAL_S:.0f} s): {verdict(seconds.median, RESUME_GOAL_S)}."
    )
    return f"## Going on with a run\n\n{about}\n\n{judged}"


def memory(running: Running) -> str:
    """Show what memory running takes beyond reading and planning."""
    added = {size: _added_mb(running, size) for size in running.memory[0]}
    rows = [
        (
            f"{size:,}",
            f"{max(one[size].unsent.peak_bytes for one in running.memory) / 1e6:.1f}",
            f"{max(one[size].sent.peak_bytes for one in running.memory) / 1e6:.1f}",
            f"{mb:.1f}",
        )
        for size, mb in added.items()
    ]
    fewest, most = min(added), max(added)
    growth = added[most] / max(added[fewest], 0.1)  # a short run may stay below the peak of its reading
    more_kb = (added[most] - added[fewest]) * 1000 / max(most - fewest, 1)
    judged = (
        f"Running {most:,} steps adds {growth:.2f} times what running {fewest:,} adds "
        f"(flat: at most {FLAT}): {verdict(growth, FLAT)}. A step more adds {more_kb:.1f} KB, nearly "
        "all of it before the first send: the plan stands in the first event, "
        f"{running.memory[0][most].kept_bytes / 1e6:.1f} MB as text, which SQLite copies twice while it is "
        "written, and as values for as long as the run goes on."
    )
    about = _MEMORY.format(rounds=len(running.memory))
    heads = ("steps", "reading and planning MB", "the whole run MB", "what running adds MB")
    parts = ["## Memory of a run", about, table(heads, rows), judged, _while_it_sends(most, running.resident)]
    return "\n\n".join(parts)


def _while_it_sends(steps: int, resident: Resident | None) -> str:
    if resident is None:
        return "What it holds while it sends was not seen: too few sends, or there is no `/proc` here."
    growth = resident.most_bytes / resident.begun_bytes
    return (
        f"While it sends {steps:,} steps, looked at once every {BEGUN} sends, the run holds "
        f"{resident.begun_bytes / 1e6:.1f} MB after the first {BEGUN} and later "
        f"{resident.most_bytes / 1e6:.1f} MB at most: {growth:.2f} times as much "
        f"(flat: at most {FLAT}): {verdict(growth, FLAT)}."
    )


def _added_mb(running: Running, size: int) -> float:
    return Spread.of([one[size].added_bytes for one in running.memory]).median / 1e6


def _module(package: str) -> str:
    """Name a package of ours as code does, so that no reader takes it for a word."""
    return f"`{package.replace('/', '.')}`" if package.startswith("engine/") else package
