"""How long other validators take, as text."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.measure import Sample, Spread
from benchmarks.table import table, verdict
from benchmarks.validators import AJV, AJV_OPTIONS, CHECK, OURS, Beside, Row

GOAL = 2.0
"""``validate`` may take so many times what ajv-cli takes on the largest files."""

_INTRO = (
    "Whole processes on the same files against the same schema, {rounds} rounds; in each every program reads "
    "every file, by turns in both orders, and a ratio is of one round; medians. *With mistakes*: one of ten "
    "steps has a mistake that the schema shows. ajv-cli runs with `{options}`: the words for editors in "
    "our schema are unknown to it, and without `--all-errors` it would stop at the first. The others check "
    "the shape alone; `runbook validate` checks every rule, condition and template too, finds each place in "
    "the text, and writes a finding with its help for each."
)


def section(measured: Beside) -> str:
    """Show every program on every file, and the verdict."""
    parts = ["## `runbook validate` beside other validators"]
    if measured.rounds:
        options = " ".join(AJV_OPTIONS)
        parts.append(_INTRO.format(rounds=len(measured.rounds), options=options))
        parts.append("; ".join(f"{name} {version}" for name, version in measured.validators.versions.items()))
        parts += [_table(measured), *_judged(measured.rounds)]
    parts += [f"{name} was not measured: {why}." for name, why in measured.validators.missing.items()]
    return "\n\n".join(part for part in parts if part)


def _table(measured: Beside) -> str:
    others = [name for name in (AJV, CHECK) if name in measured.validators.commands]
    heads = ["file", "steps", f"{OURS} s"]
    for name in others:
        heads += [f"{name} s", "ratio", "least to most"]
    return table(heads, (_row(row, measured.rounds, others) for row in measured.rounds[0]))


def _row(
    row: Row, rounds: Sequence[Mapping[Row, Mapping[str, Sample]]], others: Sequence[str]
) -> Sequence[str]:
    cells = [row[0], f"{row[1]:,}", f"{_seconds(row, rounds, OURS):.2f}"]
    for name in others:
        ratio = _ratio(row, rounds, name)
        cells += [f"{_seconds(row, rounds, name):.2f}", f"**{ratio.median:.2f}**"]
        cells.append(f"{ratio.least:.2f} to {ratio.most:.2f}")
    return cells


def _seconds(row: Row, rounds: Sequence[Mapping[Row, Mapping[str, Sample]]], name: str) -> float:
    return Spread.of([one[row][name].wall_s for one in rounds]).median


def _ratio(row: Row, rounds: Sequence[Mapping[Row, Mapping[str, Sample]]], name: str) -> Spread:
    return Spread.of([one[row][OURS].wall_s / one[row][name].wall_s for one in rounds])


def _judged(rounds: Sequence[Mapping[Row, Mapping[str, Sample]]]) -> Iterator[str]:
    """Judge by the largest file of each sort; no verdict without ajv-cli."""
    rows = [row for row in rounds[0] if AJV in rounds[0][row]]
    most = max((steps for _, steps in rows), default=0)
    for row in rows:
        if row[1] == most:
            ratio = _ratio(row, rounds, AJV).median
            yield (
                f"At {most:,} steps, {row[0]}, {OURS} takes {ratio:.2f} times what ajv-cli takes (goal at "
                f"most {GOAL:g}): {verdict(ratio, GOAL)}."
            )
