"""Golden cases: ``ok`` runbooks are silent, ``err`` runbooks give exactly what their ``.out`` says.

After a deliberate change of wording: ``pytest tests/test_cases.py --update-cases``, then read the diff.
"""

from pathlib import Path

import pytest

from engine.report.findings import render
from engine.runbook.draft import read

CASES = Path(__file__).parent / "cases"
OK = sorted(CASES.glob("ok/*.yaml"))
ERR = sorted(CASES.glob("err/*.yaml"))


def findings(file: Path) -> str:
    """Give what ``runbook validate`` prints about a file."""
    draft = read(file.read_bytes(), file.name)
    return render(draft.diagnostics, lambda _, line: draft.document.lines.line(line))


@pytest.mark.parametrize("file", OK, ids=lambda file: file.stem)
def test_ok(file: Path) -> None:
    """A sound runbook gives no finding, not even a warning."""
    assert findings(file) == ""


@pytest.mark.parametrize("file", ERR, ids=lambda file: file.stem)
def test_err(file: Path, request: pytest.FixtureRequest) -> None:
    """A faulty runbook gives these findings and no others."""
    golden = file.with_suffix(".out")
    found = findings(file) + "\n"
    if request.config.getoption("--update-cases"):
        golden.write_text(found, "utf-8")
    assert found.strip(), "a case in err/ must have a finding"
    assert found == golden.read_text("utf-8")


@pytest.mark.parametrize("file", ERR, ids=lambda file: file.stem)
def test_words_are_of_one_style(file: Path) -> None:
    """Why and help begin small and end with a stop, as if one person had written them."""
    for line in file.with_suffix(".out").read_text("utf-8").splitlines():
        label, _, words = line.strip().partition(":")
        if label in {"why", "help"}:
            first = words.split()[0]
            assert first[0].islower() or first == "YAML" or not first[0].isalpha(), line
            assert words.rstrip().endswith((".", "?")), line


def test_there_are_cases() -> None:
    """An empty folder would pass for nothing."""
    assert len(OK) >= 10
    assert len(ERR) >= 80
