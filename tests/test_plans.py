"""Golden plans: what a reviewer reads, word for word.

After a deliberate change: ``pytest tests/test_plans.py --update-cases``, then read the diff.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.frozen import replace
from engine.planner.build import build
from engine.planner.model import Making, Plan
from engine.record.plan import Account
from engine.report.paint import WIDTH, bare, coloured, columns, plain
from engine.report.plan import render
from engine.runbook.acceptance import by_step
from engine.runbook.draft import fill, read
from engine.runbook.inputs import resolve

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "cases" / "plans"
FILES = [ROOT / "runbooks" / "emi-bounce-recovery.yaml", *sorted(GOLDEN.glob("*.yaml"))]
NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
MAKING = Making(NOW, NOW + timedelta(hours=24), "a.yaml", "0.1.0")


def plan(file: Path) -> Plan:
    """Plan a file for a sandbox, on a fixed day."""
    draft = read(file.read_bytes(), file.name)
    given = {spec.name: "pune" for spec in draft.inputs if spec.default is None}
    values, problems = resolve(draft.inputs, given=given, from_file={}, environment={}, today=NOW.date())
    assert not problems
    runbook = fill(draft, {value.name: value.value for value in values}).runbook
    assert runbook is not None
    keys = tuple(spec.name for spec in draft.inputs if spec.key)
    account = Account("http://127.0.0.1:8001/api/v1")
    made = build(runbook, draft.document.data or {}, inputs=values, keys=keys, account=account)
    return replace(made, accepted=by_step(runbook, draft.accepted))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_plan_reads_like_this(file: Path, request: pytest.FixtureRequest) -> None:
    """The whole text, digests included: they are the same on any machine."""
    golden = GOLDEN / f"{file.stem}.txt"
    text = render(plan(file), MAKING) + "\n"
    if request.config.getoption("--update-cases"):
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("width", [60, WIDTH])
def test_a_plan_fits_its_width(file: Path, width: int) -> None:
    """All but what is there to be copied: requests and digests."""
    for paint in (plain, coloured):
        text = bare(render(plan(file), MAKING, paint, width))
        shown = text.partition("Requests, as they would go out")[0]
        assert [line for line in shown.splitlines() if columns(line) > width] == []


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ("language: hindi", "One customer gets at most 2: a and b address the same people."),
        ("language: english", "One customer gets at most 2."),
    ],
)
def test_steps_that_address_the_same_people(filters: str, said: str, tmp_path: Path) -> None:
    """That is known, so it is not among what the plan does not know."""
    file = tmp_path / "two.yaml"
    steps = "  - {id: ID, channel: sms, template: t, filters: {FILTERS}, limit: 9}\n"
    head = "format: runbook/v1\nname: two\nowner: o\npurpose: overdue\ncampaign: {id: c}\nsteps:\n"
    first = steps.replace("ID", "a").replace("FILTERS", "language: hindi")
    file.write_text(head + first + steps.replace("ID", "b").replace("FILTERS", filters), "utf-8")
    text = render(plan(file), MAKING)
    assert f"  {said}\n" in text
    assert ("Whether the same customer is in several steps" in text) is (":" not in said)
