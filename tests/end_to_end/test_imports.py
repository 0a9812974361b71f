"""What the verbs of every day never import: each such library is a part of how long a short command takes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.running import RUNBOOK


def imported(here: Path, *arguments: str) -> bool:
    """Say whether a command that succeeds imports Jinja2, in a process of its own."""
    code = f"import sys\nfrom engine.cli import main\ncode = main({[*arguments]!r})\n"
    code += "print('jinja2' in sys.modules, file=sys.stderr)\nsys.exit(code)"
    process = [sys.executable, "-c", code]
    done = subprocess.run(process, cwd=here, capture_output=True, text=True, timeout=60, check=True)
    return done.stderr.splitlines()[-1] == "True"


@pytest.mark.parametrize("verb", [("validate",), ("plan",), ("run", "--yes")], ids=" ".join)
@pytest.mark.parametrize(
    ("condition", "needed"),
    [
        ("steps.remind.failed == 0", False),
        ("not (steps.remind.failed_pct > 2.5 or steps.remind.status in ['partial', 'failed'])", False),
        ("steps.remind.failed is known", True),
    ],
)
def test_a_plain_runbook_needs_no_jinja2(here: Path, condition: str, needed: bool, verb: tuple[str]) -> None:
    """Names, constants, comparisons and templates are read without it; a question is not."""
    (here / "two.yaml").write_text(RUNBOOK.replace("steps.remind.failed == 0", condition), "utf-8")
    assert imported(here, verb[0], "two.yaml", *verb[1:]) is needed
