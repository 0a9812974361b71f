"""Every bomb and every way out of a sandbox is refused, in under a second and 100 MB.

They are read in a program of their own (``reader.py``), each in a process that is cut off in the end.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.bombs import bombs

ROOT = Path(__file__).parents[2]
MOST_S = 1.0
MOST_BYTES = 100_000_000
LONGEST_S = 300
NAMES = [name for name, _ in bombs()]


@pytest.fixture(scope="module")
def readings() -> dict[str, dict[str, Any]]:
    """Read all bombs once; a reading has the processor time, the memory that it took, and the codes found."""
    command = [sys.executable, "-m", "tests.hostile.reader"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_S, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {each["name"]: each for each in found}


def test_no_two_bombs_have_one_name() -> None:
    """Else one would hide the other."""
    assert len(NAMES) == len(set(NAMES))
    assert len(NAMES) > 300


@pytest.mark.parametrize("name", NAMES)
def test_a_bomb_is_refused(name: str, readings: dict[str, dict[str, Any]]) -> None:
    """Nothing of it is carried out, and nobody waits for it."""
    reading = readings[name]
    assert "died" not in reading, reading
    assert reading["codes"], "it was let in"
    assert reading["seconds"] < MOST_S, reading
    assert reading["bytes"] < MOST_BYTES, reading
