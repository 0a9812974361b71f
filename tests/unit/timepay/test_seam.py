"""httpx comes when a transport of its own is brought, and then alone."""

import subprocess
import sys

import pytest

_SEEN = """\
import sys
{before}
from engine.timepay import {module}
print(*sorted({{"rich", "pygments", "httpx", "httpx._main"}} & sys.modules.keys()))
"""


def seen(module: str, before: str = "") -> list[str]:
    """Say which of the libraries that the client does without are there once a module is imported."""
    code = _SEEN.format(module=module, before=before)
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.split()


@pytest.mark.parametrize(("module", "there"), [("client", []), ("seam", ["httpx"])])
def test_httpx_comes_alone_or_not_at_all(module: str, there: list[str]) -> None:
    """Neither its command line nor what that would import, and nothing stays in its place."""
    assert seen(module) == there


def test_a_httpx_that_is_there_already_stays_as_it_is() -> None:
    """Whoever imported httpx before keeps what came with it."""
    assert "httpx._main" in seen("seam", "import httpx, httpx._main")
