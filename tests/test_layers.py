"""The import contracts hold, and each kind of them notices a planted fault."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = Path(sys.executable).parent / "lint-imports"

FAULTS = {
    "a lower layer imports a higher one": ("record/outcome.py", "from engine.planner import tree", "Layers"),
    "yaml beside its door": ("machine/decide.py", "import yaml", "Door to yaml"),
    "jsonschema beside its door": ("runbook/decode.py", "import jsonschema", "Door to jsonschema"),
    "jinja2 beside its door": ("runbook/expressions/evaluate.py", "import jinja2", "Door to jinja2"),
    "a clock in a pure package": ("machine/retry.py", "import time", "Pure packages"),
    "click beside its door": ("report/plan.py", "import click", "Door to click"),
    "rfc8785 beside its door": ("machine/evolve.py", "import rfc8785", "Door to rfc8785"),
    "re2 beside its door": ("runbook/inputs.py", "import re2", "Door to re2"),
    "httpx beside its door": ("cli/plan.py", "import httpx", "Door to httpx"),
    "a connection": ("runner/gate.py", "import socket", "Only the client and the sandbox"),
    "sqlite3 beside its door": ("runner/gate.py", "import sqlite3", "Door to sqlite3"),
    "uvicorn beside its door": ("cli/sandbox.py", "import uvicorn", "Doors to starlette"),
    "a sandbox that knows the client": (
        "sandbox/state.py",
        "from engine.timepay import classify",
        "The sandbox shares no code",
    ),
    "an audit that asks the machine": (
        "audit/recount.py",
        "from engine.machine import evolve",
        "An audit stands on nothing",
    ),
    "a circle": ("record/request.py", "from engine.record import event", "Siblings"),
    "a package that no layer names": ("helpers/__init__.py", "X = 1", "Layers"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a copy of the package."""
    command = [str(LINT), "--no-cache", "--config", str(folder / "pyproject.toml")]
    environment = {"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the package with its contracts."""
    shutil.copytree(ROOT / "engine", tmp_path / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_are_kept(copy: Path) -> None:
    """As it stands, the package keeps every contract."""
    result = lint(copy)
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_breaks_a_contract(copy: Path, fault: str) -> None:
    """The contracts can fail."""
    where, line, contract = FAULTS[fault]
    file = copy / "engine" / where
    file.parent.mkdir(exist_ok=True)
    text = file.read_text("utf-8") if file.exists() else '"""A module."""\n'
    file.write_text(f"{text}\n{line}  # planted\n", "utf-8")
    if fault == "a circle":
        other = copy / "engine" / "record" / "event.py"
        other.write_text(f"{other.read_text('utf-8')}\nfrom engine.record import request\n", "utf-8")
    result = lint(copy)
    assert result.returncode != 0
    broken = [line for line in result.stdout.splitlines() if " BROKEN" in line]
    assert [line for line in broken if line.startswith(contract)], result.stdout
